"""What a training says where most photos have no label that is believed: nothing is learnt of these but hashtags."""

from __future__ import annotations

import numpy as np

from instahash.data import Corpus
from instahash.data.preprocess import GUESS
from instahash.errors import plural
from instahash.sparse import row_max, row_sizes

ALONE = "it has learnt from hashtags alone, and knows no photos"


def doubted(corpus: Corpus, min_score: float) -> str:
    """How many photos with hashtags have no label of `min_score`, and what helps; "" where at most half of them."""
    highest = row_max(corpus.labels)[row_sizes(corpus.hashtags) > 0]
    n, sure = int(np.sum(highest > 0)), int(np.sum(highest >= np.float32(min_score)))
    if not n:
        return f"No photo has a label: {ALONE}."
    if 2 * sure >= n:
        return ""
    enough = f"sure enough, with data.min_score {min_score:g} or more"
    found = f"Of {plural(n, 'photo')} {n - sure:,} have no label that is {enough}"
    if not sure:
        found = f"No label of {plural(n, 'photo')} is {enough}: {ALONE}"
    more = int(np.sum(highest >= np.float32(GUESS))) - sure
    if more > 0:
        return f"{found}. Training again with --set data.min_score={GUESS:g} learns from the labels of {more:,} more."
    return f"{found}. The surest has {highest.max():.2f}; give labels of your own, or of another annotator."
