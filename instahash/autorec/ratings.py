"""What AutoRec is asked to reproduce: +1 for the words of a post, less for related words, the background elsewhere."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from instahash.arrays import as_array, as_real, check_memory
from instahash.errors import DataError
from instahash.parameters import whole
from instahash.sparse import CSR, as_csr, row_of_entries


def expansion_decay(n_expand: int, first: float | None = None, last: float = 0.0) -> np.ndarray:
    """Ratings of the expansion by rank: from `first` (default 1 - 1/n_expand) straight down to `last`. float32.

    Raises DataError for a number of words below 0 or that no memory holds, and for ratings that are not finite.
    """
    n_expand = whole(n_expand, "autorec: n_expand", 0, DataError)
    check_memory(24 * n_expand, f"autorec: ratings of {n_expand:,} words")
    ends = 1 - 1 / max(n_expand, 1) if first is None else first, last
    start, stop = (as_real(end, f"autorec: {name}") for end, name in zip(ends, ("first", "last")))
    decay = np.linspace(start, stop, n_expand)
    return as_array(decay, "autorec: the ratings of the expansion", (n_expand,), np.float32)


def rating_matrix(bags: CSR, expansion: np.ndarray | None = None, decay: np.ndarray | None = None) -> CSR:
    """Stored ratings, CSR (n_posts, n_words) float32: +1 for each word of a bag, decay[k] for its k-th expansion word.

    bags : CSR, stored entries are the words.  expansion : (n_posts, n_expand) word ids outside the bag, -1 for none.
    decay : (n_expand,).  Entries not stored have the background rating. Stored zeros (the end of the decay) stay.

    Raises DataError where these do not fit each other, and for a word that a post would have twice.
    """
    bags = as_csr(bags, "autorec: bags", bool)
    rows, columns = row_of_entries(bags), bags.indices
    values = np.ones(bags.nnz, np.float32)
    if (expansion is None) != (decay is None):
        raise DataError("autorec: expansion and decay are given together, or neither")
    if expansion is not None and decay is not None:
        expansion = as_array(expansion, "autorec: expansion", (bags.shape[0], "n_expand"), None)
        decay = as_array(decay, "autorec: decay", expansion.shape[1:], np.float32)
        if expansion.size and (expansion.dtype.kind == "f" or expansion.min() < -1 or expansion.max() >= bags.shape[1]):
            raise DataError(f"autorec: expansion must be word ids from 0 to {bags.shape[1] - 1}, and -1 for none")
        post, rank = np.nonzero(expansion >= 0)
        rows = np.concatenate([rows, post])
        columns = np.concatenate([columns, expansion[post, rank]])
        values = np.concatenate([values, decay[rank]])
    order = np.lexsort((columns, rows))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=bags.shape[0])[: bags.shape[0]])])
    ratings = sparse.csr_array((values[order], columns[order].astype(np.int32), indptr), shape=bags.shape)
    if not ratings.has_canonical_format:
        raise DataError("autorec: expansion has a word that is in its bag, or a word twice; leave it out")
    return ratings
