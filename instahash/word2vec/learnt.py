"""What a training has learnt: the vectors, and what a later training on new posts needs besides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse

from instahash.errors import DataError
from instahash.forms import COUNT, SUM, Form, fit
from instahash.replay import ReplayBuffer
from instahash.sparse import CSR, column_counts, csr_from_arrays, csr_to_arrays, keep

FORMS = {
    "W": Form("float32 float64", ("words", "dim")),
    "C": Form("float32 float64", ("words", "dim")),
    "counts": Form("int64", ("words",), 0, COUNT),
    "W2": Form("float64", ("words",), 0, SUM),
    "C2": Form("float64", ("words",), 0, SUM),
}
# The sampling kernel holds the scores of a bag's words with each other.
LONGEST_BAG = 10_000


@dataclass
class Learnt:
    """All of it as arrays. Training changes W, C, W2 and C2 in place; everything else is replaced.

    W, C : (n_words, dim) float32.  counts : (n_words,) int64, posts of each word.
    trainer : "exact", "sampling", or "" before training.
    N : counts of the exact trainer, the upper half of what is symmetric.
    W2, C2 : (n_words,) sums of squared gradients of the sampling trainer.
    replay : a sample of the posts, for the sampling trainer to visit again.
    """

    W: np.ndarray
    C: np.ndarray
    counts: np.ndarray
    trainer: str = ""
    N: CSR | None = None
    W2: np.ndarray | None = None
    C2: np.ndarray | None = None
    replay: ReplayBuffer = field(default_factory=ReplayBuffer)

    @classmethod
    def nothing(cls, dim: int) -> Learnt:
        """What is learnt before training: no word."""
        W, C = np.zeros((2, 0, dim), np.float32)
        return cls(W, C, np.zeros(0, np.int64))

    def vectors(self) -> dict[str, np.ndarray]:
        """The arrays that training changes in place: W and C, and W2 and C2 where the sampling trainer made them."""
        return {name: vars(self)[name] for name in ("W", "C", "W2", "C2") if vars(self)[name] is not None}

    def counted(self, bags: CSR, min_count: int, counts: np.ndarray | None = None) -> tuple[CSR, np.ndarray]:
        """`bags` without words of fewer than `min_count` posts, and `counts` with theirs added, unless they are given.

        Raises DataError for bags that cannot be trained on.
        """
        sizes, n_new = np.diff(bags.indptr), bags.shape[1] - len(self.W)
        if n_new < 0:
            raise DataError(
                f"the new posts have {bags.shape[1]} word columns, the model has {len(self.W)}; keep the old ones first"
            )
        if sizes.max(initial=0) > LONGEST_BAG:
            longest, most = f"{sizes.max():,}", f"{LONGEST_BAG:,}"
            raise DataError(f"a post has {longest} words; word2vec takes up to {most}, leave such posts out")
        own = column_counts(bags)
        if counts is None:
            counts = np.append(self.counts, np.zeros(n_new, np.int64)) + own
        elif (counts < own).any():
            raise DataError("word2vec: counts are less than those of the bags; give the counts of all posts")
        if min_count > 1:
            bags = keep(bags, counts[bags.indices] >= min_count)
        if not (np.diff(bags.indptr) >= 2).any():
            raise DataError(
                f"word2vec learns from words that share a post, and none of the {bags.shape[0]} posts has two words; "
                "give posts with labels or with more hashtags"
            )
        return bags, counts

    def grown(self, W: np.ndarray, C: np.ndarray, counts: np.ndarray, **more: Any) -> Learnt:
        """With the rows W and C for new words after the old ones, and the `counts` of all posts."""
        if len(self.W):
            W, C = np.concatenate([self.W, W]), np.concatenate([self.C, C])
        return Learnt(W, C, counts, replay=self.replay, **more)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """All of it, a dict of arrays."""
        N = csr_to_arrays(self.N, "N") if self.N is not None else {}
        return self.vectors() | {"counts": self.counts} | N | self.replay.to_arrays()

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Learnt:
        """What :meth:`to_arrays` gave, among other arrays; W and C alone will do.

        Raises KeyError where one of these is missing, ValueError where arrays do not fit each other.
        """
        fit(arrays, {name: form for name, form in FORMS.items() if name in arrays or name in ("W", "C")})
        W, C = (np.require(arrays[name], np.float32, ["C", "W"]) for name in "WC")
        n_words = len(W)
        counts = arrays.get("counts", np.zeros(n_words, np.int64))
        learnt = cls(W, C, counts, "sampling", W2=arrays.get("W2"), C2=arrays.get("C2"))
        if "N_data" in arrays:
            learnt.N, learnt.trainer = csr_from_arrays(arrays, "N", (n_words, n_words), "float32", 0), "exact"
        learnt.replay = ReplayBuffer.from_arrays(arrays, [n_words], "int8")
        return learnt


def sum_of_counts(A: CSR, B: CSR) -> CSR:
    """A + B with sorted indices; B may have new words after those of A."""
    indptr = np.append(A.indptr, np.full(B.shape[0] - A.shape[0], A.indptr[-1]))
    total = (sparse.csr_array((A.data, A.indices, indptr), shape=B.shape) + B).tocsr()
    total.sort_indices()
    return total
