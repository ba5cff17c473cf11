"""The measures of several systems' lists, gathered a block of posts at a time."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from instahash.evaluation.novelty import coverage, intra_list_similarity, novelty
from instahash.evaluation.ranking import ranking_values
from instahash.evaluation.similarity import jaccard, unit_cosine


class Scores:
    """Of each post and system a few numbers are kept, and of its list nothing.

    unit : (n_words, dim) float64, word vectors of length 1 or 0.  information : (n_words,) float64, bits.
    is_hashtag : (n_words,) bool.

    Attributes besides
    ------------------
    times : dict of system -> (n_words,) int64, lists that each word was in.
    """

    def __init__(self, unit, information, is_hashtag):
        self.unit, self.information, self.is_hashtag = unit, information, is_hashtag
        self.times, self._blocks = {}, {}

    def add(self, system, ranked, lengths, truth, description=None):
        """Take up a system's lists for n posts; the posts must come in the same order for all systems.

        ranked : (n, m) int ids, best first, each once, -1 for none.  truth, description : CSR (n, n_words).
        lengths : (n,) int. All but the ranking measures depend on a list's length, so they look at so many ids alone.
        """
        lists = as_sets(ranked, lengths, len(self.is_hashtag))
        others = {"ground_truth": truth} | ({} if description is None else {"description": description})
        for kind, values in (
            ("ranking", ranking_values(ranked, truth)),
            ("similarity", {f"cosine_{name}": unit_cosine(lists, other, self.unit) for name, other in others.items()}),
            ("similarity", {f"jaccard_{name}": jaccard(lists, other) for name, other in others.items()}),
            ("list", {"novelty": novelty(lists, self.information)}),
            ("list", {"intra_list_similarity": intra_list_similarity(lists, self.unit)}),
        ):
            for name, value in values.items():
                self._blocks.setdefault(kind, {}).setdefault(system, {}).setdefault(name, []).append(value)
        self.times[system] = self.times.get(system, 0) + np.bincount(lists.indices, minlength=len(self.is_hashtag))

    def values(self, kind):
        """System -> measure -> (posts,) float64, for the "ranking", "similarity" or "list" measures."""
        return {
            system: {name: np.concatenate(blocks) for name, blocks in measures.items()}
            for system, measures in self._blocks[kind].items()
        }

    def ranking(self):
        """System -> ranking measure -> mean."""
        return {
            system: {name: float(value.mean()) for name, value in measures.items()}
            for system, measures in self.values("ranking").items()
        }

    def lists(self):
        """System -> "novelty", "coverage", "intra_list_similarity"; means over the lists that have one."""
        return {
            system: {
                "novelty": _mean(measures["novelty"]),
                "coverage": coverage(self.times[system], self.is_hashtag),
                "intra_list_similarity": _mean(measures["intra_list_similarity"]),
            }
            for system, measures in self.values("list").items()
        }


def as_ranked(lists):
    """n >= 1 lists of ids as (n, m) int32, m the length of the longest, -1 for none."""
    lengths = np.array([len(ids) for ids in lists])
    ranked = np.full((len(lists), lengths.max()), -1, np.int32)
    ranked[np.arange(ranked.shape[1]) < lengths[:, None]] = [i for ids in lists for i in ids]
    return ranked


def as_sets(ranked, lengths, n_words):
    """The first `lengths` (n,) ids of each row of `ranked` (n, m), -1 for none, as CSR (n, n_words) int8 of ones."""
    kept = (np.arange(ranked.shape[1]) < lengths[:, None]) & (ranked >= 0)
    indptr = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
    indices = ranked[kept]
    sets = sparse.csr_array((np.ones(len(indices), np.int8), indices, indptr), shape=(len(ranked), n_words))
    sets.sort_indices()
    return sets


def _mean(values):
    """Mean of the values that are not NaN, 0 without any."""
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else 0.0
