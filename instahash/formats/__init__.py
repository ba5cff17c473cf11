"""Files of posts: one file a format. A new format is one file that defines a Format, and its place in FORMATS.

source.py        Source, what a format is given; Format, what it is
jsonlines.py     posts as JSON Lines, read and written
jsonlist.py      a JSON list of posts
instaloader.py   posts as Instaloader keeps them
instapic.py      InstaPIC-1.1M
harrison.py      HARRISON's three files
instagram.py     what JSON from Instagram has in common
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from instahash.data import Post
from instahash.data.sample import SAMPLES, sample_posts
from instahash.errors import DataError
from instahash.formats.harrison import HARRISON
from instahash.formats.instaloader import INSTALOADER
from instahash.formats.instapic import INSTAPIC
from instahash.formats.jsonlines import JSON_LINES, write_posts
from instahash.formats.jsonlist import JSON_LIST
from instahash.formats.source import Format, Source

__all__ = ["FORMATS", "Format", "Source", "read_posts", "write_posts"]

# The first that matches reads a source. JSON Lines come before what needs a file's whole JSON value.
FORMATS: tuple[Format, ...] = (HARRISON, JSON_LINES, INSTALOADER, JSON_LIST, INSTAPIC)


def read_posts(source: str | Path) -> Iterator[Post]:
    """The posts of `source`, one after the other.

    source : "sample" for the embedded sample, "sample-held-out" for others of its kind; or a file or folder in one of
        FORMATS, which its content and name decide. Files may be compressed (.gz, .xz, .bz2). JSON Lines are streamed.

    Raises DataError, which names the file and the place in it, where there is no post or one cannot be read.
    """
    if source in SAMPLES:
        return sample_posts(**SAMPLES[str(source)])
    path = Path(source)
    if not os.path.exists(path):  # which, unlike a Path, raises nothing for what it may not see
        wanted = ", ".join(f"'{name}'" for name in SAMPLES)
        raise DataError(f"there is no file or folder '{path}'; give a file or folder of posts, or one of {wanted}")
    return _posts(Source(path))


def _posts(source: Source) -> Iterator[Post]:
    found = next((format for format in FORMATS if format.matches(source)), None)
    if found is None:
        titles = ", ".join(format.title for format in FORMATS)
        advice = "give a file of posts, which instahash-annotate makes of photos"
        raise DataError(f"'{source.path}' is in none of the known formats ({titles}); {advice}")
    post = None
    for post in found.read(source):
        yield post
    if post is None:
        raise DataError(f"there is no post in '{source.path}'; give a file with one JSON post a line")
