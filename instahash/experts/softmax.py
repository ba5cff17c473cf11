"""The network from the description to hashtags."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from instahash.costs import Cost
from instahash.dense import dots_at
from instahash.experts.candidates import Candidates
from instahash.experts.domain import Domain
from instahash.experts.examples import Examples, Lessons, Source
from instahash.experts.linear import lessons
from instahash.experts.protocol import Expert, NetworkQuery
from instahash.recommend import Queries
from instahash.softmax import SoftmaxNetwork, SoftmaxSettings, affordable_units, make_plan
from instahash.sparse import CSR
from instahash.trainer import Trainer
from instahash.training import History


class SoftmaxExpert(Expert):
    """Reads the words of a description and their scores; words are dropped from its input while it learns."""

    name = "softmax"
    starts = {"short": 0.4, "description": 0.4, "both": 0.4}
    foreign = {"short": 0.1, "description": 0.1, "both": 0.1}
    beside_photo = 0.35

    @property
    def history(self) -> History:
        return self.network.history

    def decided(self, examples: Source) -> SoftmaxSettings:
        """Those of the network, with epochs and units as they are for these posts."""
        own: SoftmaxSettings = getattr(examples.domain.settings, self.name)
        epochs = SoftmaxNetwork(own).n_epochs(examples.n_posts or examples.n_learnt)
        return replace(own, epochs=epochs, n_hidden=affordable_units(own.n_hidden, len(examples.domain.hashtags)))

    def cost(self, examples: Source) -> Cost:
        return self._cost(examples, *self._sizes(examples.domain))

    def _cost(self, examples: Source, n_inputs: int, n_outputs: int) -> Cost:
        own, n_posts = self.decided(examples), examples.n_learnt
        return own.cost(n_inputs, n_outputs, n_posts, make_plan(own, examples.uses, n_posts).outputs)

    def fit(self, examples: Source, trainer: Trainer) -> None:
        settings, n_hashtags, own = examples.domain.settings, len(examples.domain.hashtags), self.decided(examples)
        self.network = SoftmaxNetwork(own, seed=settings.seed, n_threads=settings.n_threads)
        plan = make_plan(own, examples.uses, examples.n_learnt)
        trainer.detail(f"{self.name}: {own.n_hidden} hidden units, negatives of {plan.negatives}, {plan.why}.")
        chance = math.log(max(n_hashtags, 1))
        examples.train(self.network, self.name, self._lessons, trainer, 1.1 * chance)
        trainer.detail(f"{self.name}: cross-entropy a hashtag {self.history[-1]:.4f} in the last epoch.")

    def partial_fit(self, examples: Examples) -> None:
        self.network.decay(examples.decay)
        epochs = examples.domain.settings.stream.epochs
        self.network.partial_fit(*self._lessons(examples), epochs=epochs)

    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        network, n_head = self.network, candidates.n_head
        H = network.encode(self._inputs(queries, domain))
        head = H @ network.U[:n_head].T
        head += network.b[:n_head]
        U, b = network.U, network.b
        return candidates.joined(head, lambda tail: dots_at(tail.indptr, tail.indices, H, U) + b[tail.indices])

    def reads(self, queries: Queries) -> CSR:
        return queries.description

    def query(self, queries: Queries, domain: Domain) -> NetworkQuery | None:
        if not self.reads(queries).nnz:
            return None
        inputs = self._inputs(queries, domain)
        return NetworkQuery(self.name, self.network, inputs, *self._meaning(inputs, domain), domain.hashtags)

    def to_arrays(self) -> dict[str, np.ndarray]:
        return self.network.to_arrays()

    def load(self, arrays: dict[str, np.ndarray], losses: list[float], domain: Domain) -> None:
        own, seed = getattr(domain.settings, self.name), domain.settings.seed
        self.network = SoftmaxNetwork.from_arrays(arrays, own, history=losses, seed=seed)
        sizes, wanted = [len(own) for own in (self.network.parameters.Vt, self.network.U)], self._sizes(domain)
        if sizes != [*wanted]:
            raise ValueError(f"{self.name} has {sizes} inputs and outputs, where {wanted} are wanted")

    @property
    def _lessons(self) -> Lessons:
        return lessons

    def _sizes(self, domain: Domain) -> tuple[int, int]:
        return 2 * len(domain.described), len(domain.hashtags)

    def _inputs(self, queries: Queries, domain: Domain) -> CSR:
        return domain.inputs_of(queries)

    def _meaning(self, inputs: CSR, domain: Domain) -> tuple[np.ndarray, np.ndarray]:
        """The words that the inputs of a query stand for, and each input where its word is given like any other."""
        words = np.repeat(domain.described, 2)
        return words, np.where(np.arange(len(words)) % 2, 0, inputs.data[0])  # the presence of any word
