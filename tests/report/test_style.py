"""Colours can be told apart."""

import re
from importlib.resources import files

import pytest

STYLE = (files("instahash.report") / "templates" / "style.css").read_text()
COLOURS = re.findall(r"--(\w+): light-dark\((#\w+), (#\w+)\);", STYLE)
LIGHT, DARK = ({name: pair[i] for name, *pair in COLOURS} for i in (0, 1))


def luminance(colour):
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_by_hand():
    assert contrast("#000000", "#ffffff") == pytest.approx(21) and contrast("#777777", "#ffffff") == pytest.approx(
        4.48, abs=0.01
    )


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_drawings_stand_out(colours):
    for background in ("page", "raised"):
        for name in ("text", "quiet", "link", "hit"):
            assert contrast(colours[name], colours[background]) >= 4.5, (name, background)
        for name in ("bar", "other", "mean"):
            assert contrast(colours[name], colours[background]) >= 3, (name, background)
    assert len(COLOURS) == STYLE.count("light-dark(") == 11


def test_the_style_asks_for_nothing_from_elsewhere():
    assert "url(" not in STYLE and "@import" not in STYLE and "http" not in STYLE
