"""What a model is given of a post, and what it should find; which posts are evaluated, and which are left beside them.

description  the labels of a photo are given; all hashtags of its author are to be found
completion   half of an author's hashtags are given and no label; the other half is to be found
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from instahash.data import Corpus, Echoes, Vocabulary, encode
from instahash.data.preprocess import DataSettings, above
from instahash.errors import DataError, shown
from instahash.names import PROTOCOLS
from instahash.sparse import CSR, keep, row_of_entries

# How many hashtags a protocol needs of a post, and the model must know: one to find, in "completion" one to give too.
LEAST = {"description": 1, "completion": 2}
EVERYBODY = {"description": "a hashtag", "completion": "two hashtags"}
# What a protocol counts of the posts that were read. A post may lack both hashtags and labels.
COUNTS = {
    "description": {
        "read": "read",
        "without_hashtags": "without a hashtag",
        "unknown_hashtags": "with hashtags of which the model knows none",
        "without_labels": "without a label whose score is min_score or more",
        "unknown_labels": "with such labels of which it knows none",
        "evaluated": "with a hashtag and a label that it knows: those evaluated",
    },
    "completion": {
        "read": "read",
        "without_hashtags": "with fewer than two hashtags",
        "unknown_hashtags": "with two or more of which the model knows fewer than two",
        "evaluated": "with two or more that it knows: those evaluated",
    },
}


class Task(NamedTuple):
    """What is given and to be found of m posts; the matrices have a row for each.

    rows : (m,) int64, the posts' numbers in the data, ascending.
    description : CSR (m, n_words), the labels given; in "completion" without an entry.
    chosen : CSR (m, n_words) int8 of ones, the hashtags given; None in "description".
    truth : CSR (m, n_words) int8 of ones, the hashtags of the hashtag vocabulary to be found.
    sizes : (m,) int64, how many hashtags are to be found, with those that the model does not know; at least 1.
    echoes : Echoes of the labels given, those below min_score among them; in "completion" None.
    """

    rows: np.ndarray
    description: CSR
    chosen: CSR | None
    truth: CSR
    sizes: np.ndarray
    echoes: Echoes | None = None

    @property
    def given(self) -> CSR:
        """What is given: labels or hashtags."""
        return self.description if self.chosen is None else self.chosen

    def part(self, posts: slice | np.ndarray) -> Task:
        chosen = None if self.chosen is None else self.chosen[posts]
        echoes = None if self.echoes is None else self.echoes.take(posts)
        return Task(self.rows[posts], self.description[posts], chosen, self.truth[posts], self.sizes[posts], echoes)


class Tasks(NamedTuple):
    """The posts of a protocol.

    evaluated : those of which the model knows enough; each has at least one hashtag in its truth.
    others : those that have as many hashtags, of which the model knows one at least, and of which nothing can be given.
    counts : dict of str -> int, the COUNTS of the protocol.
    """

    evaluated: Task
    others: Task
    counts: dict[str, int]


def make_tasks(
    corpus: Corpus, vocabulary: Vocabulary, protocol: str, seed: int = 0, min_score: float = DataSettings.min_score
) -> Tasks:
    """What `protocol` gives of posts, and what is to be found.

    seed : 0 or more, which half of the hashtags "completion" gives; "description" draws nothing.
    min_score : labels with a lower score are not given.

    "description" evaluates the posts of which it knows a hashtag and a label; everybody are those with a hashtag.
    "completion" evaluates those of which it knows n >= 2 hashtags; everybody are those with two, known or not. Of the n
    known ones floor(n / 2) are given, every choice equally likely. The choice depends on the seed, the post's id and
    the spelling of its hashtags alone, so that it is the same in another order of the posts, in a part of them, and for
    another model whose vocabulary has the same of these hashtags.

    Raises DataError for another protocol and where no post is evaluated.
    """
    if not isinstance(protocol, str) or protocol not in PROTOCOLS:
        raise DataError(f"the protocol is {shown(protocol)}; it must be {' or '.join(map(repr, PROTOCOLS))}")
    data, least, described = encode(corpus, vocabulary, min_score), LEAST[protocol], protocol == "description"
    written, known = (np.diff(matrix.indptr) for matrix in (corpus.hashtags, data.hashtags))
    lacking = {"without_hashtags": written < least, "unknown_hashtags": (written >= least) & (known < least)}
    if described:
        labels, seen = (np.diff(matrix.indptr) for matrix in (above(corpus.labels, min_score), data.description))
        lacking |= {"without_labels": labels == 0, "unknown_labels": (labels > 0) & (seen == 0)}
    evaluated = ~np.any(list(lacking.values()), axis=0)
    counts = {name: int(posts.sum()) for name, posts in lacking.items()}
    counts = {"read": len(corpus), **counts, "evaluated": int(evaluated.sum())}
    if not counts["evaluated"]:
        raise DataError(_nobody(counts, protocol))
    rows = np.flatnonzero((written >= least) & (known > 0))
    hashtags, description, sizes = data.hashtags[rows], data.description[rows], written[rows].astype(np.int64)
    if described:
        task = Task(rows, description, None, hashtags, sizes, data.echoes.take(rows))
    else:
        chosen, truth = _halves(hashtags, [data.ids[row] for row in rows], vocabulary.words, seed)
        nothing = CSR(hashtags.shape, dtype=description.dtype)
        task = Task(rows, nothing, chosen, truth, sizes - np.diff(chosen.indptr))
    inside = evaluated[rows]
    return Tasks(task.part(np.flatnonzero(inside)), task.part(np.flatnonzero(~inside)), counts)


def _nobody(counts: dict[str, int], protocol: str) -> str:
    """Why no post is evaluated."""
    kind = "of the kind it was trained on"
    lacking, wanted = "both a hashtag and a label that the model knows", f"give posts with both, {kind}"
    if protocol == "completion":
        lacking = "two hashtags that the model knows, one to give and one to find"
        wanted = f"give posts with more, {kind}, or use the protocol 'description'"
    why = ", ".join(f"{counts[name]:,} {what}" for name, what in COUNTS[protocol].items() if counts[name])
    return f"no post has {lacking}: {why or 'none was read'}; {wanted}"


def _halves(hashtags: CSR, ids: list[str], words: list[str], seed: int) -> tuple[CSR, CSR]:
    """The first floor(n / 2) of each post's hashtags in a random order, and the others."""
    sizes, rows = np.diff(hashtags.indptr), row_of_entries(hashtags)
    salt = np.random.default_rng(seed).integers(2**64, dtype=np.uint64)
    order = np.lexsort((_mixed(_mixed(_numbers(ids) ^ salt)[rows] ^ _numbers(words)[hashtags.indices]), rows))
    first = np.empty(hashtags.nnz, bool)
    first[order] = np.arange(hashtags.nnz) - hashtags.indptr[rows] < sizes[rows] // 2
    return keep(hashtags, first), keep(hashtags, ~first)


def _numbers(texts: Iterable[str]) -> np.ndarray:
    """(n_texts,) uint64, a number for each text that is the same in every process."""
    # An id read from JSON may hold half of a surrogate pair.
    digests = (hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(digests), "<u8").astype(np.uint64)


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64: uint64 that differ in any bit become numbers that seem unrelated.

    Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators, figure 17 (its variant 13).
    """
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(factor)
    return numbers
