"""Whether labels are such as the model has learnt from: a naive Bayes classifier between them and any others.

A model of one labeller's words may be asked about another's. Weights that were learnt on held-out posts say nothing
about these. The other one is taken to be the offline annotator, whose words are known, with some that are not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from scipy.special import expit

from instahash.data import Dataset, Echoes
from instahash.data.broader import label_fractions
from instahash.forms import COUNT, Form, fit
from instahash.sparse import CSR, column_counts, keep, row_sums, union, used_columns
from instahash.texts import texts_from_arrays, texts_to_arrays

# The part of another labeller's labels that nobody has foreseen, and the least part of the known one's.
UNFORESEEN, LEAST = 0.2, 0.05
# The log of the odds before any label is seen that labels are familiar: most questions are.
LOG_ODDS = math.log(100)
# New words that a labeller may still have.
NEW_WORDS = 1000

FORMS = {
    "posts": Form("float32", ("words",), 0, COUNT),
    "weak": Form("float64", (2, 2), 0, COUNT),
    "others": Form("int64", ("others",), 1, COUNT),
    "made_up": Form("bool"),
}


class Familiarity:
    """P(familiar | labels), with words drawn independently (Maron 1961) and LOG_ODDS before.

    posts : (n_words,) float32, posts of the training that have it as a label or in one, whatever its score.
    others : word -> posts, labels that are no words of the vocabulary.
    weak : (2, 2) float64, of labels below min_score and of the others, as far as they are hashtags: how many their
        authors wrote, and the sum of their scores.
    made_up : whether all posts are from which weights were learnt. What these say about how authors answer labels holds
        for such posts alone: their labels are familiar, and no photo's are.
    """

    def __init__(self, posts: np.ndarray, others: Mapping[str, int], weak: np.ndarray, made_up: bool) -> None:
        self.posts, self.others, self.weak, self.made_up = posts, dict(others), weak, made_up

    @classmethod
    def of(cls, dataset: Dataset, min_score: float) -> Familiarity:
        """With the labels of these posts."""
        labels, vocabulary = dataset.echoes, dataset.vocabulary
        posts = column_counts(union(labels.known, dataset.description)).astype(np.float32)
        others = dict(zip(labels.unknown_words, column_counts(labels.unknown).tolist()))
        hashtags = keep(labels.known, vocabulary.is_hashtag[labels.known.indices])
        sure = hashtags.data >= np.float32(min_score)
        weak = np.array([_echoed(keep(hashtags, part), dataset.hashtags) for part in (~sure, sure)])
        return cls(posts, others, weak, labels.made_up)

    def __add__(self, more: Familiarity) -> Familiarity:
        """With the labels of other posts too, whose words are the same, or have new ones after them."""
        posts, others = more.posts.copy(), dict(self.others)
        posts[: len(self.posts)] += self.posts
        for word, n in more.others.items():
            others[word] = others.get(word, 0) + n
        return Familiarity(posts, others, self.weak + more.weak, self.made_up and more.made_up)

    def including(self, dataset: Dataset, min_score: float) -> Familiarity:
        """With the labels of later posts, from which no weights are learnt."""
        total = self + Familiarity.of(dataset, min_score)
        total.made_up = self.made_up
        return total

    @property
    def trust(self) -> float:
        """What a label below min_score is worth, in [0, 1]: 1 where authors write it as often as its score promises,
        compared with labels above.
        """
        (weak, weak_scores), (sure, sure_scores) = self.weak.tolist()
        if not weak_scores or not sure or not sure_scores:
            return 1.0
        return min(1.0, weak / weak_scores / (sure / sure_scores))

    def probability(self, echoes: Echoes, log_ratios: np.ndarray) -> np.ndarray:
        """(m,) float32, that the labels of each post are familiar; log_ratios : of the words of the vocabulary."""
        if self.made_up:
            return np.full(echoes.known.shape[0], echoes.made_up, np.float32)
        log_odds = LOG_ODDS + row_sums(echoes.known, log_ratios[echoes.known.indices])
        if echoes.unknown.nnz:
            columns, unknown = used_columns(echoes.unknown)
            words = [echoes.unknown_words[i] for i in columns.tolist()]
            ratios = self._ratios(words, np.array([self.others.get(word, 0) for word in words], np.float32))
            log_odds += row_sums(unknown, ratios[unknown.indices])
        return np.asarray(expit(log_odds), np.float32)

    def log_ratios(self, words: Sequence[str]) -> np.ndarray:
        """(n_words,) float64, log P(word | familiar) / P(word | other) of the words of the vocabulary."""
        return self._ratios(words, self.posts)

    @cached_property
    def counts_of_others(self) -> np.ndarray:
        """(n,) float32, posts of each label that is no word of the vocabulary."""
        return np.array(list(self.others.values()), np.float32)

    @cached_property
    def _totals(self) -> tuple[float, float]:
        """All labels, and the part of those that were never seen."""
        counts = np.concatenate([self.posts, self.counts_of_others])
        total = max(float(counts.sum()), 1.0)
        return total, min(max(float((counts == 1).sum()) / total, LEAST), 0.5)

    def _ratios(self, words: Sequence[str], posts: np.ndarray) -> np.ndarray:
        """log P(word | familiar) / P(word | other) of each word.

        The part of labels never seen is that of labels seen once (Good 1953).
        """
        total, unseen = self._totals
        familiar = np.where(posts > 0, (1 - unseen) * posts / total, unseen / NEW_WORDS)
        fractions = label_fractions()
        theirs = np.array([fractions.get(word, 0.0) for word in words])
        return np.asarray(np.log(familiar / ((1 - UNFORESEEN) * theirs + UNFORESEEN / NEW_WORDS)))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The counts, a dict of arrays."""
        others = np.array(list(self.others.values()), np.int64)
        counts = {"others": others, "posts": self.posts, "weak": self.weak, "made_up": np.array(self.made_up)}
        return texts_to_arrays(self.others, "others") | counts

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], n_words: int) -> Familiarity:
        """What :meth:`to_arrays` gave. Raises KeyError or ValueError where it does not fit."""
        fit(arrays, FORMS, words=n_words)
        posts, weak = arrays["posts"], arrays["weak"]
        others = zip(texts_from_arrays(arrays, "others"), arrays["others"].tolist(), strict=True)
        return cls(posts, dict(others), weak, bool(arrays["made_up"]))


def _echoed(labels: CSR, hashtags: CSR) -> tuple[float, float]:
    """How many labels are among the hashtags of their posts, and the sum of all scores."""
    return float(labels.astype(bool).multiply(hashtags.astype(bool)).nnz), float(labels.data.sum(dtype=np.float64))
