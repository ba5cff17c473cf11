"""What an evaluation keeps of every single post, for whoever looks closer than at means."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from instahash.evaluation.bootstrap import mean_intervals
from instahash.evaluation.ranking import hits
from instahash.evaluation.scores import as_ranked


class Details(NamedTuple):
    """The posts that were asked about, row by row, and what was answered.

    ids : list of str, (posts,).
    given : CSR (posts, n_words), what was known: the labels' words with their scores, or in "completion" the hashtags
        that were given.
    truth : CSR (posts, n_words) of ones, the hashtags that were sought.
    ranked : (posts, m) int32, instahash's hashtags, best first, -1 for none.  hit : (posts, m) bool, sought ones.
    answers : list of (posts,) Recommendation, what the model answered with every set on the way.
    ranking : dict of system -> ranking measure -> (posts,) float64.
    intervals : dict of system -> ranking measure -> (low, high), the 95 % bootstrap interval of its mean.
    vocabulary : Vocabulary.  unit : (n_words, dim) float64, word vectors of length 1 or 0.
    """

    ids: list[str]
    given: sparse.csr_array
    truth: sparse.csr_array
    ranked: np.ndarray
    hit: np.ndarray
    answers: list
    ranking: dict
    intervals: dict
    vocabulary: Any
    unit: np.ndarray

    @classmethod
    def of(cls, ids, given, truth, lists, answers, ranking, vocabulary, unit, seed) -> Details:
        """`lists` of ids are instahash's; the intervals are drawn with `seed`."""
        ranked = as_ranked(lists)
        intervals = mean_intervals(ranking, seed)
        return cls(ids, given, truth, ranked, hits(ranked, truth), answers, ranking, intervals, vocabulary, unit)
