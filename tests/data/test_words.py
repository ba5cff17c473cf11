"""Normalisation: worked examples of many scripts, and that it is a normal form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.data import words


@pytest.mark.parametrize(
    "text, expected",
    [
        ("T-shirt", ["tshirt"]),
        ("#Body of  Water", ["body", "of", "water"]),
        ("snake_case 2024", ["snake_case", "2024"]),
        ("＃ＦＵＬＬ　ｗｉｄｔｈ", ["full", "width"]),
        ("Straße", ["strasse"]),
        ("İstanbul", ["i̇stanbul"]),
        ("हिन्दी", ["हिन्दी"]),
        ("ทะเล สีฟ้า", ["ทะเล", "สีฟ้า"]),
        ("夏・海", ["夏海"]),
        ("love❤️", ["love"]),
        ("1️⃣", ["1"]),
        ("café cafe\u0301", ["café", "café"]),
        ("# !! -", []),
        ("", []),
    ],
)
def test_worked_examples(text, expected):
    assert words(text) == expected


@given(st.text())
def test_words_are_in_normal_form(text):
    for word in words(text):
        assert words(word) == [word]
        assert words(f"#{word}") == [word]


@given(st.text(), st.text())
def test_words_of_a_line_are_the_words_of_its_pieces(a, b):
    assert words(f"{a}\n{b}") == words(a) + words(b)
