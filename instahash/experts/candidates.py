"""The hashtags that are scored for each post: all of a small vocabulary, and some of a large one.

Of a large vocabulary the most used hashtags are scored for every post. Any other is rare: it is among the most probable
only where something that is known of the post points to it, and then an expert that counts proposes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from instahash.dense import product_at
from instahash.merge import maximum
from instahash.sparse import CSR, empty, keep, row_of_entries, row_sizes, rows_at, unchecked_csr
from instahash.topk import largest_in_rows

# The most used hashtags that are scored for every post, and of each expert's proposals for a post so many others.
HEAD, PROPOSED = 8192, 128


@dataclass(frozen=True, eq=False)
class Candidates:
    """The outputs that are scored for m posts.

    n_head : int, the first outputs are candidates for every post.
    tail : CSR (m, n_hashtags), the stored entries are the others, those of each post.

    Arrays of scores have `n_columns` columns: the head, and behind it the tail of each post in ascending order. A post
    with a shorter tail than others has columns that are not `filled`; what stands in them does not matter.
    """

    n_head: int
    tail: CSR

    @classmethod
    def of(cls, n_posts: int, n_hashtags: int, n_head: int, proposals: Iterable[CSR] = ()) -> Candidates:
        """For so many posts; `proposals` are CSR (n_posts, n_hashtags) of scores, the higher the better."""
        tail = empty((n_posts, n_hashtags), np.float32)
        if n_head < n_hashtags:
            for proposal in proposals:
                others = keep(proposal, proposal.indices >= n_head)
                best = keep(others, largest_in_rows(others.indptr, others.indices, others.data, PROPOSED))
                tail = maximum(tail, best if best.has_sorted_indices else best.sorted_indices())
        return cls(n_head, tail)

    @cached_property
    def width(self) -> int:
        """Columns behind the head."""
        return int(row_sizes(self.tail).max()) if self.tail.nnz else 0

    @property
    def n_columns(self) -> int:
        return self.n_head + self.width

    @property
    def filled(self) -> np.ndarray:
        """(m, n_columns) bool, where there is a hashtag."""
        head = np.ones((self.tail.shape[0], self.n_head), bool)
        return np.concatenate([head, np.arange(self.width) < row_sizes(self.tail)[:, None]], axis=1)

    def joined(self, head: np.ndarray, of_tail: Callable[[CSR], np.ndarray]) -> np.ndarray:
        """Scores as one array (m, n_columns) float32.

        head : (m, n_head) float.  of_tail : called with the tail where there is one, gives the scores of its entries.
        """
        if not self.width:
            return np.asarray(head, np.float32)
        scores = np.zeros((len(head), self.n_columns), np.float32)
        scores[:, : self.n_head] = head
        scores[row_of_entries(self.tail), self.n_head + _places(self.tail)] = of_tail(self.tail)
        return scores

    def of_one(self, value: float) -> np.ndarray:
        """One value for all as such an array, which may not be changed."""
        return np.ndarray((self.tail.shape[0], self.n_columns), np.float32, np.float32(value), strides=(0, 0))

    def of_all(self, values: np.ndarray) -> np.ndarray:
        """(n_hashtags,) values as such an array."""
        head = np.broadcast_to(values[: self.n_head], (self.tail.shape[0], self.n_head))
        return self.joined(head, lambda tail: values[tail.indices])

    def of_entries(self, values: CSR, other: float = 0.0) -> np.ndarray:
        """The stored entries of CSR (m, n_hashtags) as such an array, `other` elsewhere."""
        values = self.columns(values)
        scores = np.full(values.shape, other, values.dtype)
        scores[row_of_entries(values), values.indices] = values.data
        return scores

    def product(self, A: CSR, B: CSR) -> np.ndarray:
        """A B of CSR (m, n) and (n, n_hashtags) as such an array, 0 where it is not filled."""
        of_a, of_b, tail = (A.indptr, A.indices, A.data), (B.indptr, B.indices, B.data), self.tail
        sizes = B.shape[1], self.n_columns
        return np.asarray(product_at(*of_a, *of_b, self.n_head, tail.indptr, tail.indices, *sizes), np.float32)

    def outputs(self, columns: np.ndarray) -> np.ndarray:
        """(m, k) int, the output in each of some columns (m, k) of each post; -1 for none."""
        if not self.width:
            return columns
        place = columns - self.n_head
        start, size = self.tail.indptr[:-1, None], row_sizes(self.tail)[:, None]
        behind = np.minimum(start + np.maximum(place, 0), max(self.tail.nnz - 1, 0))
        return np.where(place < 0, columns, np.where(place < size, self.tail.indices[behind], -1))

    def columns(self, hashtags: CSR) -> CSR:
        """The entries of CSR (m, n_hashtags) that are candidates, in their columns: CSR (m, n_columns)."""
        columns, shape = hashtags.indices, (hashtags.shape[0], self.n_columns)
        if self.n_head == hashtags.shape[1]:
            return hashtags
        n = hashtags.shape[1]
        wanted = row_of_entries(hashtags) * n + columns
        there = row_of_entries(self.tail) * n + self.tail.indices
        at = np.searchsorted(there, wanted)
        found = np.append(there, -1)[at] == wanted
        in_tail = self.n_head + np.append(_places(self.tail), 0)[at]
        moved = np.where(columns < self.n_head, columns, np.where(found, in_tail, -1))
        return keep(unchecked_csr(hashtags.data, moved, hashtags.indptr, shape), moved >= 0)

    def rows(self, rows: np.ndarray) -> Candidates:
        """Those of the posts with these row numbers."""
        return self if len(rows) == self.tail.shape[0] else Candidates(self.n_head, rows_at(self.tail, rows))


def _places(tail: CSR) -> np.ndarray:
    """(nnz,) each entry's place in its row."""
    return np.arange(tail.nnz) - tail.indptr[:-1].repeat(row_sizes(tail))
