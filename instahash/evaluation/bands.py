"""Quality by how often the training used a hashtag: bands of the hashtag vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np

from instahash.arrays import as_counts
from instahash.errors import DataError
from instahash.evaluation.checks import lists_of, mask_of
from instahash.sparse import CSR, as_csr

# Each band of the hashtag vocabulary, and which hashtags of the training it has; equally used ones are in one band.
BANDS = {
    "head": "the most used, which make up half of all uses",
    "middle": "those between",
    "tail": "the least used, which make up a tenth of all uses",
}
FIRST = (5, 10)  # so many hashtags of a list are looked at


def bands_of(counts: np.ndarray) -> np.ndarray:
    """(n_words,) int8, the place in BANDS of each word's band, -1 for a word that is never used as a hashtag.

    The head are the fewest most used hashtags that make up at least half of all uses, and those used as often as the
    last of them; the tail are in the same way the least used that make up a tenth, unless they are in the head.

    counts : (n_words,) int, posts that use each word as a hashtag. Raises DataError for others, and where all are 0.
    """
    counts = as_counts(counts, "counts")
    if not counts.any():
        raise DataError("counts are 0 for each word; bands are those of hashtags that were used")
    uses = np.sort(counts[counts > 0].astype(np.int64))
    total, upwards, downwards = uses.sum(), np.cumsum(uses), np.cumsum(uses[::-1])
    of_head = uses[::-1][np.searchsorted(2 * downwards, total)]
    of_tail = uses[np.searchsorted(10 * upwards, total)]
    bands = np.where(counts >= of_head, 0, np.where(counts > of_tail, 1, 2))
    return np.where(counts > 0, bands, -1).astype(np.int8)


class BandCounts:
    """Counts, of each band, what is wanted, and of each system what it recommends among the first five and ten.

    counts : as in :func:`bands_of`.
    """

    def __init__(self, counts: np.ndarray) -> None:
        self.bands, self.counts = bands_of(counts), as_counts(counts, "counts")
        self.wanted = np.zeros(len(BANDS), np.int64)
        # System -> (len(FIRST), 2, n_bands + 1): of each first all and right ones, those of no band last.
        self.recommended: dict[str, np.ndarray] = {}

    def want(self, truth: CSR) -> None:
        """Count the hashtags to be found of some posts, CSR (n, n_words)."""
        self.wanted += self._each(as_csr(truth, "truth", np.int8, len(self.counts)).indices)[:-1]

    def add(self, system: str, ranked: np.ndarray, hit: np.ndarray) -> None:
        """Count a system's lists of some posts: (n, m) int ids, best first, -1 for none, and whether each is right."""
        ranked = lists_of(ranked, "n", len(self.counts))
        hit = mask_of(hit, "hit", ranked.shape) & (ranked >= 0)
        firsts = [(ranked[:, :k], hit[:, :k]) for k in FIRST]
        new = np.array([[self._each(ids[ids >= 0]), self._each(ids[right])] for ids, right in firsts])
        self.recommended[system] = self.recommended.get(system, 0) + new

    def _each(self, ids: np.ndarray) -> np.ndarray:
        return np.bincount(self.bands[ids] % (len(BANDS) + 1), minlength=len(BANDS) + 1)

    def to_json(self) -> dict[str, Any]:
        """Band -> "hashtags", how many it has; "least_uses", of any of them; "wanted"; and "systems".

        A system has "recall@5", the part of those wanted that are among its first five; "share@5", the part of these
        recommendations that are of this band; "precision@5", the part of those that are right; and the same of ten. A
        part of nothing is None. Shares sum to less than 1 where words are recommended that the training never used as
        hashtags.
        """
        return {band: self._band(i) for i, band in enumerate(BANDS)}

    def _band(self, i: int) -> dict[str, Any]:
        inside, wanted = self.counts[self.bands == i], int(self.wanted[i])
        systems: dict[str, dict[str, float | None]] = {system: {} for system in self.recommended}
        for system, row in systems.items():
            for k, (listed, hits) in zip(FIRST, self.recommended[system]):
                row[f"recall@{k}"] = _part(hits[i], wanted)
                row[f"share@{k}"] = _part(listed[i], listed.sum())
                row[f"precision@{k}"] = _part(hits[i], listed[i])
        least = int(inside.min()) if len(inside) else None
        return {"hashtags": len(inside), "least_uses": least, "wanted": wanted, "systems": systems}


def _part(some: Any, all_: Any) -> float | None:
    return float(some / all_) if all_ else None
