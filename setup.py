"""Metadata is in setup.cfg, except for what a package index shows: README.md without its links to files."""

import re
from pathlib import Path

from setuptools import setup


def file_named(link):
    text, target = link.groups()
    return text if text == target.split("#")[0] else f"{text} (`{target.split('#')[0]}`)"


README = Path(__file__).with_name("README.md").read_text(encoding="utf-8")
# On an index there are no files to link to; their names lead to them in the source distribution.
setup(long_description=re.sub(r"\[([^\]]+)\]\((?!https?:|mailto:|#)([^)\s]+)\)", file_named, README))
