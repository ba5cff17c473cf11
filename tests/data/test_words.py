"""Normalisation: worked examples of many scripts, and that it is a normal form."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.data import label_from_text, labels_from_text, words
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
        ("love❤️ love\u2764", ["love❤", "love❤"]),
        ("1️⃣ a\u20e3 \u20e3", ["1\u20e3", "a"]),
        ("🇵🇹 👍🏽!", ["🇵🇹", "👍🏽"]),
        ("👩\u200d👩\u200d👧 👩👩👧", ["👩👩👧", "👩👩👧"]),
        ("🏴\U000e0067\U000e007f a\U000e0067", ["🏴\U000e0067\U000e007f", "a"]),
        ("می\u200cخواهم میخواهم", ["میخواهم", "میخواهم"]),
        ("ක්\u200dෂ ক\u200d্ষ", ["ක්ෂ", "ক্ষ"]),
        ("e\ufe0f\u0301 葛\U000e0100", ["é", "葛"]),
        ("40° 5™ a→b ★", ["40", "5tm", "ab", "★"]),
        ("\u1100-\u1161", ["가"]),
        ("café cafe\u0301", ["café", "café"]),
        ("# !! -", []),
        ("", []),
    ],
)
def test_worked_examples(text, expected):
    assert words(text) == expected


# Half of them are characters that join, change or leave their neighbours.
odd_texts = st.text(
    st.characters() | st.sampled_from("aé1_ -#\u0301\u0345\u200c\u200d\ufe0f\u20e3\u1100\u1161\u11a8❤👩🏴\U000e0067ﷺﾞ্ক")
)


@given(odd_texts)
def test_words_are_in_normal_form(text):
    for word in words(text):
        assert words(word) == [word]
        assert words(f"#{word}") == [word]


@given(odd_texts, odd_texts)
def test_words_of_a_line_are_the_words_of_its_pieces(a, b):
    assert words(f"{a}\n{b}") == words(a) + words(b)


@pytest.mark.parametrize(
    "text, label",
    [
        ("sky", "sky"),
        ("sky:0.93", ("sky", 0.93)),
        (" body of water : 1", ("body of water", 1.0)),
        ("dog:0", ("dog", 0.0)),
        ("16:9", "16:9"),
        ("at 12:30", "at 12:30"),
        ("16:9:0.8", ("16:9", 0.8)),
        ("route 66:1", ("route 66", 1.0)),
        (": dog", ": dog"),
        ("dog:nanny", "dog:nanny"),
        ("a:b:0.5", ("a:b", 0.5)),
        ("note:", "note:"),
        ("v1.2:x.y", "v1.2:x.y"),
    ],
)
def test_labels_as_people_type_them(text, label):
    assert label_from_text(text) == label


@pytest.mark.parametrize("score", ["1.5", "-0.1", "9", "-1", "93%", "93 %", "1e3", "2.", "nan"])
def test_scores_out_of_range_are_refused(score):
    with pytest.raises(DataError, match=f"the score of 'sky' is {re.escape(score)}; a score is from 0 to 1, as in"):
        label_from_text(f"sky:{score}")


def test_what_a_wrong_score_stands_behind_is_cut():
    with pytest.raises(DataError) as refused:
        label_from_text("x" * 1000 + ":" + "9" * 1000)
    assert len(str(refused.value)) < 250


@pytest.mark.parametrize(
    "text, labels",
    [
        ("sky:0.93, sea", [("sky", 0.93), "sea"]),
        ("dog;cat|bird\nsea:0.5 ;; ", ["dog", "cat", "bird", ("sea", 0.5)]),
        ("dog/cat", ["dog cat"]),
        ("dog/cat:0.9", [("dog cat", 0.9)]),
        ("dog:abc", ["dog abc"]),
        ("dog:nan:0.5", [("dog nan", 0.5)]),
        ("t-shirt and/or top", ["t-shirt and/or top"]),
        ("black/white photo", ["black white photo"]),
        ("open 24/7, 16:9, at 12:30", ["open 24/7", "16:9", "at 12:30"]),
        ("4k:uhd/2:x", ["4k uhd 2 x"]),
        ("dog:0.9,16:9", [("dog", 0.9), "16:9"]),
        ("dog:1,2024", [("dog", 1.0), "2024"]),
        ("dog:0, 9", [("dog", 0.0), "9"]),
        (" , ", []),
    ],
)
def test_lines_of_labels_as_people_type_them(text, labels):
    assert labels_from_text(text, {"andor", "t", "tshirt", "top"}) == labels


@pytest.mark.parametrize(
    "text, name, score",
    [("dog:0,9", "dog", "0,9"), ("cat; big dog: 0,25 , sea", "big dog", "0,25"), ("sea, dog:1,0", "dog", "1,0")],
)
def test_a_decimal_comma_is_refused_with_what_to_write(text, name, score):
    said = f"the score of '{name}' is {score}, with a decimal comma, .* as in '{name}:{score.replace(',', '.')}'$"
    with pytest.raises(DataError, match=said):
        labels_from_text(text)


@given(st.text("ab:,;|/09. \n"))
def test_no_word_of_a_line_of_labels_is_glued_or_lost(text):
    try:
        labels = labels_from_text(text)
    except DataError:
        return
    names = [label if isinstance(label, str) else label[0] for label in labels]
    letters = re.sub(r"[^ab]", "", text)
    assert re.sub("[^ab]", "", "".join(names)) == letters
    assert not any(re.search("[ab][,;|/:]+[ab]", name) for name in names)
