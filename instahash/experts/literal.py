"""The labels themselves: how often authors write what a label says, and how sure the labeller is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from instahash.experts.candidates import Candidates
from instahash.experts.domain import Domain
from instahash.experts.examples import Examples, Source
from instahash.experts.protocol import Expert
from instahash.forms import COUNT, Form, fit
from instahash.recommend import Queries
from instahash.sparse import CSR, column_counts, keep, ones, row_of_entries, with_data
from instahash.trainer import Trainer

LEAST_ECHO = 1e-3  # whose logarithm is taken
PRIOR = 10.0  # posts in which a label was seen before any, with echoes as rare labels have them
RARE = 20  # posts of a rare label, at most

FORMS = {name: Form("float32", ("words",), 0, COUNT) for name in ("posts", "echoes")}


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
    made: tuple[np.ndarray, float, float] | None = None

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
        self.made = None

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

    def fractions(self, domain: Domain) -> tuple[np.ndarray, float, float]:
        """Of each word (n_words,) float32, of rare labels, and of all, made anew where more was counted."""
        if self.made is None:
            rare = self.rare(domain)
            own = (self.echoes + PRIOR * rare) / (self.posts + PRIOR)
            self.made = own.astype(np.float32), rare, self.rate
        return self.made

    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        said = queries.labels()
        own, _, rate = self.fractions(domain)
        scores = log_echoes(said, own[said.indices], rate, queries.familiar)
        return candidates.of_entries(domain.by_output(with_data(said, scores)), np.log(LEAST_ECHO))

    def proposes(self, queries: Queries, domain: Domain) -> CSR:
        return domain.by_output(queries.labels())

    def beyond(self, queries: Queries, domain: Domain) -> list[dict[str, float]]:
        known, unknown, names, _ = queries.echoes
        own, rare, rate = self.fractions(domain)
        found: list[dict[str, float]] = [{} for _ in range(known.shape[0])]
        no_hashtags = domain.outputs_of_words[known.indices] < 0
        if no_hashtags.any():
            labels = keep(known, no_hashtags)
            texts = domain.vocabulary.words_array[labels.indices].tolist()
            _put(found, labels, texts, log_echoes(labels, own[labels.indices], rate, queries.familiar))
        if unknown.nnz:
            texts = [names[i] for i in unknown.indices.tolist()]
            seen = np.array([domain.familiarity.others.get(name, 0) for name in texts], np.float32)
            _put(found, unknown, texts, log_echoes(unknown, PRIOR * rare / (seen + PRIOR), rate, queries.familiar))
        return found

    def to_arrays(self) -> dict[str, np.ndarray]:
        return {"posts": self.posts, "echoes": self.echoes}

    def load(self, arrays: Mapping[str, np.ndarray], losses: list[float], domain: Domain) -> None:
        fit(arrays, FORMS, words=len(domain.vocabulary))
        self.posts, self.echoes, self.made = arrays["posts"], arrays["echoes"], None


def count_echoes(examples: Examples) -> tuple[np.ndarray, np.ndarray]:
    """What the posts add to `posts` and `echoes`, int64."""
    dataset = examples.dataset
    said = ones(ones(dataset.description) + ones(_from(dataset.echoes.known, examples.domain.settings.data.min_score)))
    return column_counts(said), column_counts(said.multiply(dataset.hashtags).tocsr())


def _from(labels: CSR, least: float) -> CSR:
    return keep(labels, labels.data >= np.float32(least))


def log_echoes(labels: CSR, own: np.ndarray, rate: float, familiar: np.ndarray) -> np.ndarray:
    """(nnz,) float32, the log-probability that its author writes each of the labels, CSR (m, n) of scores.

    own : (nnz,) float32, the fraction of each.  rate : that of all, where the labels are not `familiar`, (m,) float32.
    """
    fractions = rate + familiar[row_of_entries(labels)] * (own - rate)
    return np.asarray(np.log(np.maximum(labels.data * fractions, np.float32(LEAST_ECHO))))


def _put(found: list[dict[str, float]], labels: CSR, texts: list[str], scores: np.ndarray) -> None:
    for row, text, score in zip(row_of_entries(labels).tolist(), texts, scores.tolist()):
        found[row][text] = score
