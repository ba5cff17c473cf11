"""The page's style has the colours that every page has, and needs nothing else."""

import re
from importlib.resources import files

from instahash.palette import COLOURS

STYLE = (files("instahash.report") / "templates" / "style.css").read_text()


def test_its_colours_are_those_of_all_pages():
    used = set(re.findall(r"var\(--([\w-]+)\)", STYLE))
    assert used <= set(COLOURS) and len(used) > 8
    assert not re.findall(r"#[0-9a-f]{3,8}\b|rgb\(", re.sub(r"@media print.*", "", STYLE, flags=re.DOTALL))


def test_the_style_asks_for_nothing_from_elsewhere():
    assert "url(" not in STYLE and "@import" not in STYLE and "http" not in STYLE
