"""What is said beside an answer: which labels are doubted or not known, with known words that are near, and what the
answer is then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from instahash.cli.common import note
from instahash.errors import nearest
from instahash.names import DOUBTS

Labels: TypeAlias = Sequence[tuple[str, float | None]]
NOTHING = ("general", "most_used")  # sources of answers where nothing is known
NEAR, LOOKED_FOR = 0.8, 5  # how alike a known word must be to be named, and for how many unknown ones it is


def say_doubts(model: Any, labels: Labels, typed: Labels, chosen: Sequence[str], answer: Any, least: float) -> None:
    """Lines about one answer.

    labels : texts with their scores, None for one that is not said.  typed : those of them that somebody has typed.
    least : the score from which on labels are believed.
    """
    from instahash.data.hashtags import is_hashtag

    index, is_paper = model.vocabulary.index, model.settings.mode == "paper"
    if answer.source == "guesses" or is_paper and answer.source not in NOTHING and _guessed(labels, least):
        note("recommend", DOUBTS["guesses"].told(least).why)
    elif answer.source in NOTHING:
        why = "; ".join(_why_nothing(labels, typed, least, index))
        why = why or ("no chosen hashtag is known" if chosen else "there is no label")
        note("recommend", f"{why}; {DOUBTS[answer.source].answer}")
    else:
        if below := _below(typed, least):
            note("recommend", f"doubted, below min_score {least:g}: {below}")
        if is_paper:
            if unknown := unknown_words([*_sure(labels, least), *chosen], model):
                note("recommend", f"unknown words left out: {with_near(unknown, index)}")
        elif unknown := [*filter(is_hashtag, unknown_labels(_sure(typed, least), index))]:
            note("recommend", f"not in the vocabulary, repeated as they are: {with_near(unknown, index)}")


def _guessed(labels: Labels, least: float) -> bool:
    """Whether labels are there to guess from, and none that is sure."""
    from instahash.data.preprocess import GUESS

    return not _sure(labels, least) and any(score is not None and score >= GUESS for _, score in labels)


def _why_nothing(labels: Labels, typed: Labels, least: float, index: Collection[str]) -> Iterator[str]:
    """Why nothing followed from these labels."""
    from instahash.data.preprocess import GUESS

    likely, below = min(GUESS, least), _below(typed, least)
    believed = _sure(labels, least) or _sure(labels, likely)
    if believed and below:
        yield f"doubted, below min_score {least:g}: {below}"
    elif labels and not believed:
        yield f"no label is likely, with a score of {likely:g} or more{below and ': '}{below}"
    if unknown := unknown_labels(believed, index):
        yield f"not known to the model: {with_near(unknown, index)}"


def _sure(labels: Labels, least: float) -> list[str]:
    return [text for text, score in labels if score is None or score >= least]


def _below(labels: Labels, least: float) -> str:
    return ", ".join(f"{text}:{score}" for text, score in labels if score is not None and score < least)


def unknown_labels(labels: Iterable[str], index: Collection[str]) -> list[str]:
    """The labels of which nothing is known, no word and none that stands in for it, as hashtags."""
    from instahash.data import words
    from instahash.data.kin import kin

    parts = {"".join(own): own for own in map(words, labels) if own}
    return [
        name
        for name, own in parts.items()
        if not any(word in index for word in (name, *own)) and not kin(name, index.__contains__)
    ]


def unknown_words(texts: Iterable[str], model: Any) -> list[str]:
    """The words of these texts that a model does not have."""
    from instahash.data import words

    unknown: list[str] = model.vocabulary.lookup([word for text in texts for word in words(text)])[1]
    return unknown


def with_near(unknown: Sequence[str], known: Iterable[str]) -> str:
    """Unknown words, and what may have been meant: "gras (grass?), zeppelin"."""
    near = {word: nearest(word, known, 1, NEAR) for word in unknown[:LOOKED_FOR]}
    return ", ".join(f"{word} ({near[word][0]}?)" if near.get(word) else word for word in unknown)
