"""Colours can be told apart."""

import pytest

from instahash.palette import COLOURS, css


def luminance(colour):
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_by_hand():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_and_drawings_stand_out(scheme):
    colours = {name: both[scheme] for name, both in COLOURS.items()}
    for background in ("page", "raised"):
        for name in ("text", "quiet", "accent", "good", "bad"):
            assert contrast(colours[name], colours[background]) >= 4.5, (name, background)
        for name in ("word2vec", "network", "chosen", "dot"):
            assert contrast(colours[name], colours[background]) >= 3, (name, background)


def test_every_colour_is_there_for_both_schemes():
    light, dark = css().split("@media screen and (prefers-color-scheme: dark)")
    for name, both in COLOURS.items():
        assert f"--{name}: {both[0]};" in light and f"--{name}: {both[1]};" in dark
