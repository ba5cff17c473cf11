"""Hashtags of captions."""

import pytest

from instahash.formats.instagram import hashtags_in


@pytest.mark.parametrize(
    "caption, expected",
    [
        ("Sunday! #Beach#sea with #friends, #Beach again", ["Beach", "sea", "friends"]),
        ("＃夏 #été. (#ok) #a_b #2024 #हिन्दी", ["夏", "été", "ok", "a_b", "2024", "हिन्दी"]),
        ("# nothing #! 5 # 6 #-", []),
        ("https://x.y/#top", []),
        ("", []),
    ],
)
def test_hashtags_of_a_caption(caption, expected):
    assert hashtags_in(caption) == expected
