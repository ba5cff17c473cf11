"""What a training says when it has ended, for people: what it learnt from, and how good that is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from instahash.data import Dataset
from instahash.data.preprocess import Summary
from instahash.errors import plural
from instahash.experts.people import users_of
from instahash.trainer import FirstFive

UNMEASURED = "How good its hashtags are is not measured here: give posts kept apart to instahash-evaluate."


def outcome(summary: Summary, first_five: FirstFive | None, posts: str, labels: str, doubt: str = "") -> Iterator[str]:
    """Two lines, behind that of doubt where there is one.  posts, labels : as :func:`about` gives them."""
    if doubt:
        yield doubt
    hashtags = plural(summary.hashtags, "hashtag")
    company = f"with which {labels}" if labels else "together: no label is known"
    yield f"It learnt from {posts} which of {hashtags} go {company}."
    yield UNMEASURED if first_five is None else str(first_five)


def about(dataset: Dataset) -> tuple[str, str]:
    """Whose the posts are, and how many words their labels have, in words."""
    people = users_of(dataset.keys)
    return told(len(dataset.ids), len(people), len(np.unique(dataset.description.indices)), dataset.echoes.made_up)


def told(posts: int, people: int, labels: int, made_up: bool) -> tuple[str, str]:
    """The same of so many posts, people who have a name, and words of labels."""
    kind = "made-up post" if made_up else "post"
    by = f" by {people:,} {'person' if people == 1 else 'people'}" if people else ""
    return plural(posts, kind) + by, f"of {plural(labels, 'word')} of their labels" if labels else ""
