"""The words with the highest outputs, of one post or of many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from instahash.arrays import as_ids
from instahash.dense import dots_at
from instahash.errors import DataError
from instahash.network.layers import Parameters, activate, codes
from instahash.sparse import CSR, row_of_entries
from instahash.threads import Threads
from instahash.topk import top_k

# Outputs that are held at a time where there are many posts.
OUTPUTS = 2**24


def allowed_words(
    theta: Parameters, exclude_seen: bool, restrict_to: Iterable[int] | None, banned: Iterable[int] | None
) -> np.ndarray:
    """(n_words,) bool, the words that may be recommended; DataError where these options cannot be."""
    n_inputs, n_words = len(theta.Vt), len(theta.U)
    if exclude_seen and n_inputs != n_words:
        sizes = f"{n_inputs} inputs are not the {n_words} outputs"
        raise DataError(f"autorec: {sizes}; seen ones cannot be left out, set exclude_seen=False")
    allowed = np.full(n_words, restrict_to is None)
    allowed[as_ids(() if restrict_to is None else restrict_to, "autorec: restrict_to", n_words)] = True
    allowed[as_ids(() if banned is None else banned, "autorec: banned", n_words)] = False
    return allowed


def recommend_one(
    theta: Parameters, hidden: str, words: Any, rating: float, top: int, allowed: np.ndarray, exclude_seen: bool
) -> tuple[np.ndarray, np.ndarray]:
    """(ids int32, outputs) for one post, whose words have the `rating`, above the background."""
    given = np.unique(as_ids(words, "autorec: words", len(theta.Vt)))
    if exclude_seen:
        allowed[given] = False
    columns = np.flatnonzero(allowed)
    h = theta.mu + theta.mu.dtype.type(rating) * theta.Vt[given].sum(axis=0)
    activate(hidden, h[None])
    outputs = dots_at(np.array([0, len(columns)]), columns, h[None], theta.U) + theta.b[columns]
    places, scores = top_k(outputs[None], min(top, len(columns)))
    return columns[places[0]].astype(np.int32), scores[0]


def recommend_many(
    theta: Parameters, hidden: str, X: CSR, top: int, allowed: np.ndarray, exclude_seen: bool, n_threads: int
) -> tuple[np.ndarray, np.ndarray]:
    """(ids int32, outputs), a row for each post with the inputs X; -1 and -inf where a row is not full."""
    columns, place = np.flatnonzero(allowed), np.cumsum(allowed) - 1
    U, b = (theta.U, theta.b) if allowed.all() else (theta.U[columns], theta.b[columns])
    shape = X.shape[0], min(top, len(columns))
    ids, scores = np.empty(shape, np.int32), np.empty(shape, U.dtype)
    block = max(1, OUTPUTS // max(1, len(columns)))
    with Threads(n_threads, blas=False) as threads:
        for start in range(0, shape[0], block):
            part = X[start : start + block]
            H = codes(theta, part, hidden, threads)

            def rank(rows: slice, part: CSR = part, H: np.ndarray = H, start: int = start) -> None:
                outputs = H[rows] @ U.T
                outputs += b
                if exclude_seen:
                    given = part[rows]
                    seen = allowed[given.indices]
                    outputs[row_of_entries(given)[seen], place[given.indices[seen]]] = -np.inf
                into = slice(start + rows.start, start + rows.stop)
                ids[into], scores[into] = top_k(outputs, shape[1])

            threads.rows(len(H), rank)
    found = ids >= 0
    ids[found] = columns[ids[found]]
    return ids, scores
