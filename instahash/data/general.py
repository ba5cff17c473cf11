"""Hashtags that fit any photo, for one of which nothing is known: they claim nothing about what it shows."""

GENERAL_HASHTAGS = (
    "photography photooftheday picoftheday instagood instadaily photo instagram photographer love beautiful "
    "instaphoto picture moments nofilter"
).split()
