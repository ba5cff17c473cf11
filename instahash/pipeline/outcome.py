"""What a training says when it has ended, for people: what it learnt from, and how good that is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from instahash.data import Dataset
from instahash.data.preprocess import Summary
from instahash.errors import plural
from instahash.experts.people import USER
from instahash.trainer import FirstFive

UNMEASURED = "How good its hashtags are is not measured here: give posts kept apart to instahash-evaluate."


def outcome(
    summary: Summary, first_five: FirstFive | None, posts: str = "", labels: str = "words of labels"
) -> Iterator[str]:
    """Two lines.  posts, labels : as :func:`about` gives them; without them nothing is said of people."""
    hashtags = plural(summary.hashtags, "hashtag")
    company = f"with which {labels}" if labels else "together: no label is known"
    yield f"It learnt from {posts or plural(summary.posts, 'post')} which of {hashtags} go {company}."
    yield UNMEASURED if first_five is None else str(first_five)


def about(dataset: Dataset) -> tuple[str, str]:
    """Whose the posts are, and how many words their labels have, in words."""
    people = len({key for keys in dataset.keys for key in keys if key.startswith(USER)})
    labels = len(np.unique(dataset.description.indices))
    kind = "made-up post" if dataset.echoes.made_up else "post"
    by = f" by {people:,} {'person' if people == 1 else 'people'}" if people else ""
    return plural(len(dataset.ids), kind) + by, f"of {plural(labels, 'word')} of their labels" if labels else ""
