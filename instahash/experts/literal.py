"""The labels themselves: how often authors write what a label says, and how sure the labeller is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from instahash.experts.candidates import Candidates
from instahash.experts.domain import Domain
from instahash.experts.examples import Examples, Source
from instahash.experts.protocol import Expert
from instahash.recommend import Queries
from instahash.sparse import CSR, column_counts, keep, ones, row_of_entries, with_data
from instahash.trainer import Trainer

LEAST_ECHO = 1e-3  # whose logarithm is taken
PRIOR = 10.0  # posts in which a label was seen before any, with echoes as rare labels have them
RARE = 20  # posts of a rare label, at most


class LiteralExpert(Expert):
    """The probability that the author of a photo with a label writes it as a hashtag: the labeller's score times the
    fraction of the training posts with that label whose authors did. Of another labeller's labels nothing is known but
    the fraction over all labels.

    A fraction is (echoes + PRIOR rare) / (posts + PRIOR), the mean of a Beta posterior; `rare` is the fraction over all
    labels of few posts, and what a label has that was never seen.

    posts, echoes : (n_words,) float32, posts whose labels of min_score or more have the word, and those of them that
        have it as a hashtag too.
    """

    name = "literal"
    starts = {"short": 0.6, "description": 0.6, "both": 0.3}
    foreign = {"short": 1.0, "description": 1.0, "both": 1.0}
    beside_photo = 0.2
    counts = True
    sums: tuple[float, float] | None = None

    def fit(self, examples: Source, trainer: Trainer) -> None:
        n_words = len(examples.domain.vocabulary)
        self.posts, self.echoes = np.zeros(n_words, np.float32), np.zeros(n_words, np.float32)
        self._add(*examples.sum(count_echoes, what="Counting echoes"))

    def partial_fit(self, examples: Examples) -> None:
        more = len(examples.domain.vocabulary) - len(self.posts)
        self.posts, self.echoes = np.pad(self.posts, (0, more)), np.pad(self.echoes, (0, more))
        self._add(*count_echoes(examples))

    def _add(self, posts: np.ndarray, echoes: np.ndarray) -> None:
        self.posts += posts
        self.echoes += echoes
        self.sums = None

    @property
    def rate(self) -> float:
        """The fraction of all labels of hashtags that their authors wrote."""
        hashtags = self.echoes > 0
        return float((self.echoes[hashtags].sum() + 1) / (self.posts[hashtags].sum() + 4))

    def rare(self, domain: Domain) -> float:
        """The fraction of rare labels that their authors wrote."""
        few = (self.posts > 0) & (self.posts <= RARE)
        others = domain.familiarity.counts_of_others
        return float((self.echoes[few].sum() + self.rate) / (self.posts[few].sum() + others[others <= RARE].sum() + 1))

    def rates(self, posts: np.ndarray, echoes: np.ndarray, familiar: np.ndarray, domain: Domain) -> np.ndarray:
        """Of labels that have been seen in so many posts, and echoed in so many, float32.

        familiar : how far their labeller is the one whose labels were counted.
        """
        if self.sums is None:
            self.sums = self.rate, self.rare(domain)
        rate, rare = self.sums
        own = (echoes + PRIOR * rare) / (posts + PRIOR)
        return np.asarray(familiar * own + (1 - familiar) * rate, np.float32)

    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        said = queries.labels
        scores = np.log(np.maximum(said.data * self._of(said, queries, domain), np.float32(LEAST_ECHO)))
        return candidates.of_entries(domain.by_output(with_data(said, scores)), np.log(LEAST_ECHO))

    def proposes(self, queries: Queries, domain: Domain) -> CSR:
        return domain.by_output(queries.labels)

    def beyond(self, queries: Queries, domain: Domain) -> list[dict[str, float]]:
        known, unknown, names = queries.echoes[:3]
        found: list[dict[str, float]] = [{} for _ in range(known.shape[0])]
        labels = keep(known, domain.outputs_of_words[known.indices] < 0)
        if labels.nnz:
            texts = domain.vocabulary.words_array[labels.indices].tolist()
            _put(found, labels, texts, self._of(labels, queries, domain))
        if not unknown.nnz:
            return found
        seen = np.array([domain.familiarity.others.get(name, 0) for name in names], np.float32)[unknown.indices]
        rates = self.rates(seen, np.zeros(len(seen)), queries.familiar[row_of_entries(unknown)], domain)
        _put(found, unknown, [names[i] for i in unknown.indices.tolist()], rates)
        return found

    def _of(self, labels: CSR, queries: Queries, domain: Domain) -> np.ndarray:
        """The rates of the entries of labels CSR (m, n_words)."""
        words, familiar = labels.indices, queries.familiar[row_of_entries(labels)]
        return self.rates(self.posts[words], self.echoes[words], familiar, domain)

    def to_arrays(self) -> dict[str, np.ndarray]:
        return {"posts": self.posts, "echoes": self.echoes}

    def load(self, arrays: Mapping[str, np.ndarray], losses: list[float], domain: Domain) -> None:
        self.posts, self.echoes, self.sums = arrays["posts"], arrays["echoes"], None
        if {self.posts.shape, self.echoes.shape} != {(len(domain.vocabulary),)}:
            raise ValueError("literal has other words than the vocabulary")


def count_echoes(examples: Examples) -> tuple[np.ndarray, np.ndarray]:
    """What the posts add to `posts` and `echoes`, int64."""
    dataset = examples.dataset
    said = ones(ones(dataset.description) + ones(_from(dataset.echoes.known, examples.domain.settings.data.min_score)))
    return column_counts(said), column_counts(said.multiply(dataset.hashtags).tocsr())


def _from(labels: CSR, least: float) -> CSR:
    return keep(labels, labels.data >= np.float32(least))


def _put(found: list[dict[str, float]], labels: CSR, texts: list[str], rates: np.ndarray) -> None:
    probabilities = np.maximum(labels.data * rates, np.float32(LEAST_ECHO))
    for row, text, score in zip(row_of_entries(labels).tolist(), texts, np.log(probabilities).tolist()):
        found[row][text] = score
