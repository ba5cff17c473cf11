"""What a training says where most photos have no label that is believed: nothing is learnt of these but hashtags."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from instahash.data.preprocess import GUESS
from instahash.errors import plural
from instahash.sparse import CSR, row_max, row_sizes

ALONE = "it has learnt from hashtags alone, and knows no photos"


class Labelled(NamedTuple):
    """How sure labels are: of so many photos that have hashtags and a label, how many have one of min_score, and one of
    GUESS, and the highest score of all.
    """

    photos: int
    sure: int
    likely: int
    surest: float

    @classmethod
    def of(cls, hashtags: CSR, labels: CSR, min_score: float) -> Labelled:
        """Of posts; CSR (n_posts, n_words), the values of `labels` are scores."""
        highest = row_max(labels)[row_sizes(hashtags) > 0]
        sure, likely = (int(np.sum(highest >= np.float32(least))) for least in (min_score, GUESS))
        return cls(int(np.sum(highest > 0)), sure, likely, float(highest.max(initial=0)))

    def plus(self, more: Labelled) -> Labelled:
        """That of both."""
        photos, sure, likely = (a + b for a, b in zip(self[:3], more[:3]))
        return Labelled(photos, sure, likely, max(self.surest, more.surest))

    def doubted(self, min_score: float) -> str:
        """How many photos have no label of `min_score`, and what helps; "" where at most half of them."""
        n, sure = self.photos, self.sure
        if not n:
            return f"No photo has a label: {ALONE}."
        if 2 * sure >= n:
            return ""
        enough = f"sure enough, with data.min_score {min_score:g} or more"
        found = f"Of {plural(n, 'photo')} {n - sure:,} have no label that is {enough}"
        if not sure:
            found = f"No label of {plural(n, 'photo')} is {enough}: {ALONE}"
        if self.likely > sure:
            more = f"learns from the labels of {self.likely - sure:,} more"
            return f"{found}. Training again with --set data.min_score={GUESS:g} {more}."
        surest = "" if sure else f" The surest has {self.surest:.2f}."
        return f"{found}.{surest} Give labels of your own, or of another annotator."
