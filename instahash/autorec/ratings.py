"""What AutoRec is asked to reproduce: +1 for the words of a post, less for related words, the background elsewhere."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from instahash.sparse import CSR, check_csr, row_of_entries


def expansion_decay(n_expand: int, first: float | None = None, last: float = 0.0) -> np.ndarray:
    """Ratings of the expansion by rank: from `first` (default 1 - 1/n_expand) straight down to `last`. float32."""
    if n_expand == 0:
        return np.empty(0, np.float32)
    return np.linspace(1 - 1 / n_expand if first is None else first, last, n_expand, dtype=np.float32)


def rating_matrix(bags: CSR, expansion: np.ndarray | None = None, decay: np.ndarray | None = None) -> CSR:
    """Stored ratings, CSR (n_posts, n_words) float32: +1 for each word of a bag, decay[k] for its k-th expansion word.

    bags : CSR, stored entries are the words.  expansion : (n_posts, n_expand) word ids outside the bag, -1 for none.
    decay : (n_expand,).  Entries not stored have the background rating. Stored zeros (the end of the decay) stay.
    """
    check_csr(bags, "autorec: bags")
    rows, columns = row_of_entries(bags), bags.indices
    values = np.ones(bags.nnz, np.float32)
    if expansion is not None and decay is not None and expansion.size:
        post, rank = np.nonzero(expansion >= 0)
        rows = np.concatenate([rows, post])
        columns = np.concatenate([columns, expansion[post, rank]])
        values = np.concatenate([values, decay[rank].astype(np.float32)])
    order = np.lexsort((columns, rows))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=bags.shape[0]))])
    return sparse.csr_array((values[order], columns[order].astype(np.int32), indptr), shape=bags.shape)
