"""Normalisation: worked examples of many scripts, and that it is a normal form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.data import label_from_text, words
from instahash.errors import DataError


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


@pytest.mark.parametrize(
    "text, label",
    [
        ("sky", "sky"),
        ("sky:0.93", ("sky", 0.93)),
        (" body of water : 1", (" body of water ", 1.0)),
        ("dog:0", ("dog", 0.0)),
        ("16:9", "16:9"),
        ("a:b:0.5", ("a:b", 0.5)),
        ("note:", "note:"),
        ("v1.2:x.y", "v1.2:x.y"),
    ],
)
def test_labels_as_people_type_them(text, label):
    assert label_from_text(text) == label


@pytest.mark.parametrize("text", ["sky:1.5", "sky:-0.1"])
def test_scores_out_of_range_are_refused(text):
    with pytest.raises(DataError, match=r"the score of 'sky' is .*; it must lie in \[0, 1\]"):
        label_from_text(text)
