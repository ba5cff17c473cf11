"""The colours of the pages by what they are for, in light and in dark.

Those of text have a contrast of 4.5 or more with both backgrounds, those of drawings of 3 or more; a test computes it.
"""

from __future__ import annotations

COLOURS = {
    "page": ("#f4f5f7", "#101418"),
    "raised": ("#ffffff", "#181d23"),
    "field": ("#ffffff", "#11161b"),
    "rule": ("#d9dee4", "#303841"),
    "text": ("#1b1f24", "#e6e9ed"),
    "quiet": ("#59636e", "#9aa5b1"),
    "accent": ("#2f5fd0", "#84a9ff"),
    "accent-soft": ("#e6edfb", "#1f2c47"),
    "word2vec": ("#2a7fb8", "#62b6e8"),
    "network": ("#b35c00", "#f0a04b"),
    "chosen": ("#8a3fb5", "#cf94f0"),
    "good": ("#1a7f37", "#56d07a"),
    "bad": ("#c03030", "#ff8b85"),
    "dot": ("#7f8a97", "#79838f"),
    "same": ("#fff1b8", "#3a330f"),
}


def css() -> str:
    """Custom properties of these names, which follow the colour scheme of the system."""
    light, dark = (" ".join(f"--{name}: {both[i]};" for name, both in COLOURS.items()) for i in range(2))
    return f":root {{ {light} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
