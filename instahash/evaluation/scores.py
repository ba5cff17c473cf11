"""All measures of several systems' lists, collected a block of posts at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from instahash.evaluation.bands import BandCounts
from instahash.evaluation.novelty import coverage, intra_list_similarity, novelty, self_information
from instahash.evaluation.protocols import Task
from instahash.evaluation.ranking import ranking_values
from instahash.evaluation.similarity import fraction_table, jaccard, unit_cosine
from instahash.sparse import CSR, column_counts, is_member

POPULAR = "popularity"


class Scores:
    """Keeps a few numbers for each post and system, and no list.

    A network has no lists for posts of which it reads nothing; where these are all that are added, popularity's count.

    unit : (n_words, dim) float64, word vectors of length 1 or 0.
    hashtag_counts : (n_words,) int, of `n_posts` of the training those that use each word as a hashtag.
    """

    def __init__(self, unit: np.ndarray, hashtag_counts: np.ndarray, n_posts: int) -> None:
        self.unit, self.information = unit, self_information(hashtag_counts, n_posts)
        self.is_hashtag, self._bands = hashtag_counts > 0, BandCounts(hashtag_counts)
        self._blocks: dict[str, list[dict[str, np.ndarray]]] = defaultdict(list)  # system -> measures of each block
        self._everybody: dict[str, list[dict[str, np.ndarray]]] = defaultdict(list)  # where all hashtags are sought
        self._times: dict[str, np.ndarray] = {}  # system -> lists that each word is in

    def add(self, rankings: dict[str, np.ndarray], lengths: np.ndarray, posts: Task) -> None:
        """Add every system's lists for n posts that are evaluated.

        rankings : dict of system -> (n, m) int ids, best first, each once, -1 for none.
        lengths : (n,) int. All but the ranking measures depend on a list's length, and use only so many of its ids.
        """
        others = {"ground_truth": posts.truth} | ({"description": posts.description} if posts.chosen is None else {})
        if self._blocks:
            for system in [system for system in rankings if system not in self._blocks]:
                for kept in (self._blocks, self._everybody):
                    kept[system] = list(kept[POPULAR])
                self._times[system] = self._times[POPULAR]
                self._bands.recommended[system] = self._bands.recommended[POPULAR]
        self._bands.want(posts.truth)
        for system, ranked in self._complete(rankings).items():
            lists, hit = as_sets(ranked, lengths, len(self.is_hashtag)), is_member(ranked, posts.truth)
            values = ranking_values(hit, np.diff(posts.truth.indptr))
            values |= {f"cosine_{name}": unit_cosine(lists, other, self.unit) for name, other in others.items()}
            values |= {f"jaccard_{name}": jaccard(lists, other) for name, other in others.items()}
            values |= {"novelty": novelty(lists, self.information)}
            values |= {"intra_list_similarity": intra_list_similarity(lists, self.unit)}
            self._blocks[system].append(values)
            self._everybody[system].append(ranking_values(hit, posts.sizes))
            self._times[system] = self._times.get(system, 0) + column_counts(lists)
            self._bands.add(system, ranked, hit)

    def add_others(self, rankings: dict[str, np.ndarray], posts: Task) -> None:
        """Add every system's lists for n posts that only count among everybody; `rankings` as in :meth:`add`."""
        for system, ranked in self._complete(rankings).items():
            self._everybody[system].append(ranking_values(is_member(ranked, posts.truth), posts.sizes))

    def _complete(self, rankings: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return rankings | {system: rankings[POPULAR] for system in self._blocks if system not in rankings}

    def everybody(self, n_posts: int) -> dict[str, dict[str, float]]:
        """System -> ranking measure -> mean over `n_posts`, where all hashtags of an author are to be found; posts that
        were not added have 0.
        """
        return {
            system: {name: float(np.concatenate([b[name] for b in blocks]).sum() / n_posts) for name in blocks[0]}
            for system, blocks in self._everybody.items()
        }

    def values(self, names: Iterable[str]) -> dict[str, dict[str, np.ndarray]]:
        """System -> measure -> (posts,) float64, for those of the measures `names` that there are."""
        return {
            system: {name: np.concatenate([block[name] for block in blocks]) for name in names if name in blocks[0]}
            for system, blocks in self._blocks.items()
        }

    def means(self, names: Iterable[str]) -> dict[str, dict[str, float]]:
        """System -> measure -> mean over the posts that have a value, 0 without any."""
        return {
            system: {name: fraction_table(value)["mean"] for name, value in measures.items()}
            for system, measures in self.values(names).items()
        }

    def lists(self) -> dict[str, dict[str, float]]:
        """System -> "novelty", "intra_list_similarity" and "coverage" of its lists."""
        means = self.means(("novelty", "intra_list_similarity"))
        return {s: means[s] | {"coverage": coverage(times, self.is_hashtag)} for s, times in self._times.items()}

    def bands(self) -> dict[str, Any]:
        """Quality by band of the hashtag vocabulary, see :meth:`BandCounts.to_json`."""
        return self._bands.to_json()


def as_ranked(lists: Sequence[Sequence[int]]) -> np.ndarray:
    """n >= 1 lists of ids as (n, m) int32, m the length of the longest, -1 for none."""
    lengths = np.array([len(ids) for ids in lists])
    ranked = np.full((len(lists), lengths.max()), -1, np.int32)
    ranked[np.arange(ranked.shape[1]) < lengths[:, None]] = [i for ids in lists for i in ids]
    return ranked


def as_sets(ranked: np.ndarray, lengths: np.ndarray, n_words: int) -> CSR:
    """The first `lengths` (n,) ids of each row of `ranked` (n, m), -1 for none, as CSR (n, n_words) int8 of ones."""
    kept = (np.arange(ranked.shape[1]) < lengths[:, None]) & (ranked >= 0)
    indptr = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
    sets = CSR((np.ones(indptr[-1], np.int8), ranked[kept], indptr), shape=(len(ranked), n_words))
    sets.sort_indices()
    return sets
