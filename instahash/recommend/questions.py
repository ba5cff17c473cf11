"""What is asked about some posts, and what is wished of the answer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse

from instahash.sparse import ones, union


class Questions(NamedTuple):
    """What is known of m posts.

    description : CSR (m, n_words) float32, the stored entries are the words, their values the labels' scores.
    chosen : CSR of the same shape, hashtags that the author has picked already.
    keys : list of m tuples of str, whose earlier hashtags matter (a user, features of a user); None for nobody.
    """

    description: sparse.csr_array
    chosen: sparse.csr_array
    keys: list | None = None

    @classmethod
    def of(cls, description, chosen=None, keys=None):
        """`chosen` may be None for none."""
        return cls(description, sparse.csr_array(description.shape, dtype=np.int8) if chosen is None else chosen, keys)

    def words(self):
        """Description and chosen hashtags together, CSR int8 of ones."""
        return union(self.description, self.chosen) if self.chosen.nnz else ones(self.description, np.int8)

    def part(self, rows):
        """The questions about some posts, given by their numbers."""
        keys = None if self.keys is None else [self.keys[row] for row in rows]
        return Questions(self.description[rows], self.chosen[rows], keys)

    def barred(self, banned):
        """For each post the ids that may not be recommended: those chosen and those banned."""
        indptr = self.chosen.indptr
        return [np.concatenate([self.chosen.indices[a:b], banned]).astype(np.int64) for a, b in zip(indptr, indptr[1:])]


class Wishes(NamedTuple):
    """What an answer should be like.

    top : int, at most so many hashtags; None for what the mode gives.
    novelty, diversity : in [0, 1], see `diversity.py`; None for what the settings say.
    banned : int ids that may not be recommended.
    """

    top: int | None = None
    novelty: float | None = None
    diversity: float | None = None
    banned: np.ndarray = np.empty(0, np.int64)
