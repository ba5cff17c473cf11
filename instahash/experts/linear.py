"""A ridge regression from the description to hashtags."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from instahash.baselines import Ridge
from instahash.baselines.ridge import Columns, Grams
from instahash.costs import Cost
from instahash.errors import DataError
from instahash.experts.candidates import Candidates
from instahash.experts.domain import Domain
from instahash.experts.examples import Examples, Source
from instahash.experts.protocol import Expert
from instahash.parameters import Section, parameter
from instahash.recommend import Queries
from instahash.replay import ReplayBuffer
from instahash.sparse import CSR
from instahash.trainer import Trainer

LEAST_OUTPUT = 1e-2  # whose logarithm is taken
RATE = 3e10  # operations a second, as measured


@dataclass(frozen=True)
class LinearSettings(Section, owner="linear"):
    """Of the linear expert."""

    reg: float = parameter(60.0, "weight of L2, in posts described by a word with a score of 1", least=1e-3, most=1e9)


class LinearExpert(Expert):
    """Reads what the network from the description reads. After :meth:`partial_fit` it is fitted on the new posts and on
    the up to 20,000 of the old ones in its replay buffer.

    model : Ridge; None where its dense matrices would not fit, and the other experts answer without it.
    """

    name = "linear"
    starts = {"short": 0.2, "description": 0.2, "both": 0.2}
    foreign = {"short": 0.25, "description": 0.25, "both": 0.25}
    beside_photo = 0.2

    model: Ridge | None = None

    def cost(self, examples: Source) -> Cost:
        """Of factoring a matrix of all inputs and solving for all hashtags; what does not fit is left out."""
        n, m = 2.0 * len(examples.domain.described), len(examples.domain.hashtags)
        return Cost({}, n**2 * (n / 3 + 2 * m) / RATE)

    def fit(self, examples: Source, trainer: Trainer) -> None:
        domain, self.model = examples.domain, None
        ids = np.arange(2 * len(domain.described)), np.arange(len(domain.hashtags))
        try:
            columns = Ridge.columns(*ids, examples.uses)
            sums = examples.sum(grams, columns, what="Gram sums")
            self.model = Ridge(domain.settings.linear.reg).fit_grams(sums, columns, len(domain.hashtags))
        except DataError as error:
            trainer.report(f"Left out: {error}.")
        self.replay = examples.replayed(lessons)

    def partial_fit(self, examples: Examples) -> None:
        settings, old = examples.domain.settings, self.replay.decayed(examples.decay)
        self.replay = old.including(lessons(examples), settings.seed)
        inputs, targets = self.replay.matrices
        n = np.diff(targets.indptr)
        weights = targets.data[np.minimum(targets.indptr[:-1], targets.nnz - 1)] * np.sqrt(n)  # as Examples.targets
        try:
            self.model = Ridge(settings.linear.reg).fit(inputs, targets, weights)
        except DataError:
            self.model = None

    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        if self.model is None:
            return candidates.of_one(np.log(LEAST_OUTPUT))
        model, inputs = self.model, domain.inputs_of(queries)
        head = model.score(inputs, n_first=candidates.n_head)
        outputs = candidates.joined(head, lambda tail: model.score_at(inputs, tail))
        return np.log(np.maximum(outputs, LEAST_OUTPUT, out=outputs), out=outputs)

    def to_arrays(self) -> dict[str, np.ndarray]:
        return self.replay.to_arrays() | (self.model.to_arrays() if self.model else {})

    def load(self, arrays: dict[str, np.ndarray], losses: list[float], domain: Domain) -> None:
        columns = 2 * len(domain.described), len(domain.hashtags)
        self.replay = ReplayBuffer.from_arrays(arrays, columns, "float32")
        if len(self.replay.matrices) != len(columns):
            raise ValueError("linear has no inputs and targets to learn on from")
        self.model = Ridge.from_arrays(arrays, columns[0]) if "W" in arrays else None
        if self.model and self.model.n_words != len(domain.hashtags):
            raise ValueError("linear has other outputs than there are hashtags")


def lessons(examples: Examples) -> tuple[CSR, CSR]:
    """Inputs and targets."""
    return examples.inputs, examples.targets


def grams(examples: Examples, columns: Columns) -> Grams:
    """The sums that the regression is made of."""
    return Ridge.grams(examples.inputs, examples.hashtags, columns, examples.weights)
