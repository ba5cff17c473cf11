"""Every parser of texts takes time in proportion to their length, whatever they are made of."""

import time

import pytest

from instahash.data import labels_from_text, words
from instahash.data.spellings import forms_of
from instahash.errors import InstahashError
from instahash.formats.joining import match
from instahash.formats.values import hashtags_of, hashtags_of_caption, time_of

SIZE = 2**18  # bytes
# Processor seconds, of which a sound parser takes a quarter at most: only what grows with the square takes as many.
MOST = 5
PIECES = {
    **{f"only {piece!r}": piece for piece in ("a", "#", ",", " ", ":", "7", '"', "'", "\\", "\n", "&", "[", "(", "\0")},
    **{f"only {piece!r}": piece for piece in ("#a", "a,", "a:0,", "a/", "a: ", "a b ", "0.", "&amp;", "&#1", "['a' ")},
    **{f"only {piece!r}": piece for piece in ("http://", "a.co/", "np.a(", "2024-01-01T", "01.01.2024", "e\u0301")},
    "emoji joined": "👨\u200d",
    "joiners": "a\u200d\ufe0f",
    "flags": "🏴\U000e0067🇩🇪",
    "phrases of one letter": "ﷺ",
    "syllables": "\u1100\u1161",
    "scripts": "aбע中ا",
    "Latin-1": "Ã©",
    "surrogates": "\ud800",
}
# What stands before and behind: it leads a parser in, and makes it fail at the end.
ENDS = [("", ""), ("a", ":0,5x")]
PARSERS = {
    "labels": labels_from_text,
    "hashtags": hashtags_of,
    "caption": hashtags_of_caption,
    "time": time_of,
    "word": lambda text: forms_of({text: 1}),
    "name": lambda text: match([[text]], [text]),
}


@pytest.mark.parametrize("parser", PARSERS)
def test_time_grows_with_the_length(parser):
    for name, piece in PIECES.items():
        for before, behind in ENDS if parser == "labels" else ENDS[:1]:
            text = before + piece * (SIZE // len(piece.encode("utf-8", "surrogatepass"))) + behind
            start = time.process_time()
            try:
                PARSERS[parser](text)
            except InstahashError as error:
                assert len(str(error)) <= 300 and str(error).isprintable()
            assert time.process_time() - start < MOST, name


@pytest.mark.parametrize("parser", ["word", "name"])
def test_marks_in_no_order_are_put_in_order_in_linear_time(parser):
    start = time.process_time()
    PARSERS[parser]("a" + "\u0323\u0301" * SIZE * 2)
    assert time.process_time() - start < MOST


def test_marks_that_people_write_are_kept():
    assert words("e" + "\u0323\u0301" * 20) == ["\u1eb9" + "\u0323" * 19 + "\u0301" * 20]
    assert words("e" + "\u0301" * 5000 + " b") == ["\u00e9" + "\u0301" * 99, "b"]
