"""From scores to ranked ids."""

from __future__ import annotations

import numpy as np

from instahash.errors import DataError
from instahash.topk import top_k


def top_ranked(scores: np.ndarray, top: int, allowed: np.ndarray) -> np.ndarray:
    """The ids of the `top` highest scores of each row among `allowed`, best first, ties by id.

    scores : (n_posts, n_words) float.  allowed : distinct ids.
    Returns (n_posts, min(top, len(allowed))) int32, -1 where only -inf is left.  Raises DataError for a score that is
    NaN.
    """
    allowed = np.sort(np.asarray(allowed))
    part = scores[:, allowed]
    if np.isnan(part).any():
        raise DataError("a score is not a number, so words cannot be ranked by it; was the model trained to the end?")
    places = top_k(part, min(top, len(allowed)))[0]
    return np.where(places < 0, -1, allowed[places]).astype(np.int32)
