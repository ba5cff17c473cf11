"""Texts that people and services write: labels, captions, hashtags, times, names, arguments of commands."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from chaos.jsons import odd_value
from chaos.mutations import BYTES, LINES, Mutation
from chaos.samples import CAPTION, ROWS, TIME
from chaos.target import Target, Wrong, run_command
from instahash.data import Label, hashtags_from_list, hashtags_in, labels_from_text, words
from instahash.data.spellings import forms_of, spellings_of
from instahash.data.times import seconds_of
from instahash.formats.joining import match
from instahash.formats.values import (
    hashtags_of,
    hashtags_of_caption,
    id_of,
    labels_of,
    mended,
    texts_of,
    time_of,
    user_of,
)

INPUTS = [
    *(
        "sky:0.93, body of water",
        "16:9, and/or: 0.5; dog|cat",
        "sea:0,5",
        CAPTION,
        "#a#b&amp;#39; https://a.b/c#d www.x",
    ),
    *(TIME, "31.05.2024 12:00", "Fri, 31 May 2024 12:00:00 GMT", "1717156800", "[{'name': 'dog', 'score': 0.5}]"),
    *(
        "array(['a', 'b'], dtype=object)",
        "anna_CmAaaaaaaa1_2.jpg",
        "a/b/443_n.jpg",
        ROWS,
        "caf\u00c3\u00a9 e\u0323\u0301 ﷺ",
    ),
]
TIMES = [TIME, 1717156800, 1.7e18, {"$date": {"$numberLong": "1717156800000"}}, {"seconds": 5}, "2024-05-31", None]


def parse(content: bytes, folder: Path) -> None:
    """Everything that reads a text, of one."""
    text = content.decode("utf-8", "surrogateescape")
    for hashtag in (*hashtags_in(text), *hashtags_from_list(text), *words(text)):
        if not hashtag or any(c.isspace() for c in hashtag):
            raise Wrong(f"the hashtag {hashtag!r:.60}")
    spellings_of(forms_of({text: 1, text[::-1]: 2}))
    match([[text, text[:20]]], [text, f"{text}_1.jpg", text[5:]])
    mended(text)
    given: list[Callable[[str], Any]] = [labels, labels_from_text, hashtags_of, hashtags_of_caption, time]
    for read in (*given, id_of, texts_of, user_of):
        refused(read, text)


def refused(read: Callable[[Any], Any], value: Any) -> None:
    from instahash.errors import DataError

    try:
        read(value)
    except DataError:
        pass


def labels(value: Any) -> None:
    for label in labels_of(value, "", []):
        if not isinstance(label, Label) or not isinstance(label.description, str) or not 0 <= label.score <= 1:
            raise Wrong(f"the label {label!r:.60}")


def time(value: Any) -> None:
    text = time_of(value)
    if text is not None and math.isnan(seconds_of(text)):
        raise Wrong(f"the time {text!r:.60}")


def values(value: Any, folder: Path) -> None:
    """Values of JSON, where a part of a post stands."""
    for read in (time, labels, hashtags_of, hashtags_of_caption, id_of, texts_of, user_of):
        refused(read, value)


def command(content: bytes, folder: Path) -> None:
    """Arguments that the parser, or the first look at them, refuses."""
    from instahash.cli import recommend, train

    text = content.decode("utf-8", "surrogateescape").replace("\0", "")
    missing = ("--model-dir", folder / "none")
    run_command(recommend.main, *missing, f"--labels={text}", f"--top={text}")
    run_command(recommend.main, *missing, "--labels=dog", f"--platform={text}")
    run_command(recommend.main, *missing, f"--posts={text}")
    run_command(train.main, *missing, text, f"--{text}")
    run_command(train.main, *missing, f"--mode={text}")


def odd(rng: Random, value: Any, others: Any) -> Any:
    return odd_value(rng, value)


VALUE: dict[str, Mutation] = {"value": odd}
TARGETS = [
    Target("texts-parsers", lambda folder: [text.encode() for text in INPUTS], BYTES | LINES, parse),
    Target("texts-values", lambda folder: TIMES, VALUE, values, share=0.3),
    Target("texts-arguments", lambda folder: [text.encode() for text in INPUTS], BYTES | LINES, command, share=0.3),
]
