"""The skip-gram model's own log P(t | words), but for a constant: the mean input vector of the words times C."""

from __future__ import annotations

import math

import numpy as np

from instahash.experts.domain import Domain, Examples
from instahash.experts.protocol import Expert
from instahash.experts.settings import BestSettings
from instahash.recommend import Queries
from instahash.sparse import CSR
from instahash.trainer import Trainer
from instahash.training import History
from instahash.word2vec import Word2Vec


class Word2VecExpert(Expert):
    """Reads all words of a post alike, those of its description and chosen hashtags."""

    name = "word2vec"
    starts = {"short": 0.3, "description": 0.3, "chosen": 0.2, "both": 0.4}

    def __init__(self, settings: BestSettings):
        self.model = Word2Vec(settings.word2vec, seed=settings.seed, n_threads=settings.n_threads)

    @property
    def history(self) -> History:
        return self.model.history

    def fit(self, examples: Examples, trainer: Trainer) -> None:
        train_word2vec(self.model, examples.dataset.bags, trainer)

    def partial_fit(self, examples: Examples) -> None:
        self.model.partial_fit(examples.dataset.bags)

    def score(self, queries: Queries, domain: Domain) -> np.ndarray:
        words = queries.words()
        sizes = np.maximum(np.diff(words.indptr), 1).astype(np.float32)[:, None]
        return (words @ self.model.W / sizes) @ self.model.C[domain.hashtags].T

    def to_arrays(self) -> dict[str, np.ndarray]:
        return self.model.to_arrays()

    def load(self, arrays: dict[str, np.ndarray], losses: list[float], domain: Domain) -> None:
        old = self.model
        self.model = Word2Vec.from_arrays(arrays, old.settings, history=losses, seed=old.seed)
        if len(self.model.W) != len(domain.vocabulary):
            raise ValueError("word2vec has other words than the vocabulary")


def train_word2vec(model: Word2Vec, bags: CSR, trainer: Trainer) -> None:
    """Train on CSR bags, and say how and how well."""
    plan = model.plan(bags)
    trainer.report(f"word2vec: {plan.trainer} trainer, {plan.why}; at most {plan.memory / 1e6:,.0f} MB.")
    chance = (1 + model.settings.n_negative) * math.log(2)
    trainer.run(model, "word2vec", bags, n_epochs=plan.epochs, chance=10 * chance)
    trainer.report(f"word2vec: loss a pair {model.history[-1]:.4f} in the last epoch.")
