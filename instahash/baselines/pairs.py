"""In how many posts two words are together; where those are too many pairs to hold, each word keeps its first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

from instahash.sparse import CSR, keep
from instahash.topk import largest_in_rows

# Pairs held at a time, and up to which all are kept. Where there may be more, a word of descriptions keeps its first
# WORD_PAIRS hashtags, and a hashtag HASHTAG_PAIRS others.
PAIRS, WORD_PAIRS, HASHTAG_PAIRS = 2**24, 1024, 128


def pair_counts(A: CSR, B: CSR, most: int, scores: Callable[[CSR, int], CSR]) -> CSR:
    """Scores made of the counts A'B, for matrices A and B of ones over the same posts; CSR, a row a column of A.

    scores : called with rows of A'B, CSR float32, and the number of the first, gives scores in their place.
    Where A'B may have more than PAIRS entries, it is made in blocks of rows with no more, and of each row the `most`
    largest scores are kept, of equal ones those in the first columns.
    """
    words = A.T.tocsr()
    ends = np.cumsum(words @ np.diff(B.indptr).astype(np.int64))  # no row has more entries than products
    if not len(ends) or ends[-1] <= PAIRS:
        return scores((A.T @ B).tocsr(), 0)
    blocks, start = [], 0
    while start < len(ends):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + PAIRS, side="right")))
        blocks.append(largest(scores(words[start:stop] @ B, start), most))
        start = stop
    return sparse.vstack(blocks, "csr")


def bounded(matrix: CSR, most: int) -> CSR:
    """The matrix, with no more than the `most` largest entries of each row where it has more than PAIRS in all."""
    return largest(matrix, most) if matrix.nnz > PAIRS else matrix


def largest(matrix: CSR, most: int) -> CSR:
    """The matrix with no more than the `most` largest entries of each row; of equal ones those in the first columns."""
    return keep(matrix, largest_in_rows(matrix.indptr, matrix.indices, matrix.data, most))
