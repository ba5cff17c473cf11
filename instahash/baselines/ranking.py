"""From scores to ranked ids."""

from __future__ import annotations

import numpy as np

from instahash.arrays import as_array, as_ids, described, plain
from instahash.errors import DataError
from instahash.parameters import whole
from instahash.topk import top_k


def top_ranked(scores: np.ndarray, top: int, allowed: np.ndarray) -> np.ndarray:
    """The ids of the `top` highest scores of each row among `allowed`, best first, ties by id.

    scores : (n_posts, n_words) float.  allowed : distinct ids.
    Returns (n_posts, min(top, len(allowed))) int32, -1 where only -inf is left.  Raises DataError for a score that is
    NaN, and for what are no scores, number or distinct ids.
    """
    scores, top = plain(scores, "scores"), whole(top, "top", 0, DataError)
    if scores.ndim != 2 or scores.dtype.kind not in "biuf":
        raise DataError(f"scores: {described(scores)} came; give numbers (n_posts, n_words)")
    allowed = np.sort(as_ids(allowed, "allowed", scores.shape[1]))
    if (allowed[1:] == allowed[:-1]).any():
        raise DataError("allowed has a word twice; give each once")
    part = as_array(scores[:, allowed], "scores", ("n_posts", "n_words"), None, finite=False)
    part = part if part.dtype.kind == "f" else part.astype(np.float64)
    if np.isnan(part).any():
        raise DataError("a score is not a number, so words cannot be ranked by it; was the model trained to the end?")
    places = top_k(part, min(top, len(allowed)))[0]
    return np.where(places < 0, -1, allowed[places]).astype(np.int32)
