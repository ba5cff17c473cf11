"""What a model is given of a post, and what it should find.

description  the labels of a photo are given; all hashtags of its author are to be found
completion   half of an author's hashtags are given and no label; the other half is to be found
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from instahash.data import Dataset
from instahash.errors import DataError
from instahash.names import PROTOCOLS
from instahash.sparse import CSR, keep, row_of_entries


class Task(NamedTuple):
    """The m posts of a protocol; the matrices have a row for each.

    rows : (m,) int64, the posts' numbers in the data, ascending.
    description : CSR (m, n_words), the labels given; in "completion" without an entry.
    chosen : CSR (m, n_words) int8 of ones, the hashtags given; None in "description".
    truth : CSR (m, n_words) int8 of ones, the hashtags of the hashtag vocabulary to be found, at least 1 a post.
    """

    rows: np.ndarray
    description: CSR
    chosen: CSR | None
    truth: CSR

    @property
    def given(self) -> CSR:
        """What is given: labels or hashtags."""
        return self.description if self.chosen is None else self.chosen

    def part(self, posts: slice) -> Task:
        chosen = None if self.chosen is None else self.chosen[posts]
        return Task(self.rows[posts], self.description[posts], chosen, self.truth[posts])


def make_task(data: Dataset, protocol: str, seed: int = 0) -> Task:
    """What `protocol` gives of the posts of `data`, and what is to be found.

    seed : 0 or more, which half of the hashtags "completion" gives; "description" draws nothing.

    "description" has the posts with a hashtag and a label. "completion" has those with n >= 2 hashtags: floor(n / 2) of
    them are given, every choice equally likely. The choice depends on the seed, the post's id and the spelling of its
    hashtags alone, so that it is the same in another order of the posts, in a part of them, and for another model whose
    vocabulary has the same of these hashtags.

    Raises DataError for another protocol and where no post is left.
    """
    if protocol not in PROTOCOLS:
        raise DataError(f"the protocol is {protocol!r}; it must be {' or '.join(map(repr, PROTOCOLS))}")
    sizes, described = np.diff(data.hashtags.indptr), protocol == "description"
    rows = np.flatnonzero((sizes > 0) & (np.diff(data.description.indptr) > 0) if described else sizes >= 2)
    if not len(rows):
        kind = "of the kind it was trained on"
        lacking = f"both a hashtag and a label that the model knows; give posts with both, {kind}"
        if not described:
            lacking = f"two hashtags that the model knows, one to give and one to find; give posts with more, {kind}"
            lacking += ", or use the protocol 'description'"
        raise DataError(f"no post of {len(sizes):,} has {lacking}")
    hashtags = data.hashtags[rows]
    if described:
        return Task(rows, data.description[rows], None, hashtags)
    chosen, truth = _halves(hashtags, [data.ids[row] for row in rows], data.vocabulary.words, seed)
    return Task(rows, CSR(hashtags.shape, dtype=data.description.dtype), chosen, truth)


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
