"""The class: checks its input, trains, answers queries. CSR in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

import numpy as np
from scipy import sparse

from instahash.arrays import as_counts, as_ids, as_real, check_memory
from instahash.errors import DataError
from instahash.forms import losses
from instahash.network.epochs import batch_epoch, epochs_for, run_epochs
from instahash.network.layers import (
    Parameters,
    check_new_posts,
    check_posts,
    check_size,
    encode,
    grown,
    random_start,
    unit_inputs,
)
from instahash.network.optimize import Optimizer
from instahash.parameters import settled, whole
from instahash.replay import ReplayBuffer
from instahash.softmax.gradients import best_constants, dropped
from instahash.softmax.plan import Plan, make_plan
from instahash.softmax.sampled import sampled_loss_and_gradients
from instahash.softmax.settings import SoftmaxSettings
from instahash.softmax.units import Units
from instahash.sparse import CSR, as_csr, column_counts
from instahash.threads import Threads
from instahash.training import Arrays, History, Hook, unchanged_on_error

# Spread of the units' first inputs: units that begin small and alike overfit far less.
FIRST_SPREAD = 0.1


class SoftmaxNetwork:
    """Network with one hidden layer whose outputs are one probability, p = softmax(o), trained on the cross-entropy.

    A post's loss is -sum_j s_j log p_j for its targets s >= 0 (Liang et al. 2018, equation 2), beside L2. Where
    `negatives` is "all", a batch holds an array (batch_size, n_outputs); where it is "batch", a step computes the
    outputs alone that are targets of its posts, and p and the loss are estimates (`sampled.py`). Either way it moves
    what it touches: of the inputs those that its posts have, of the hidden units those that are not dropped.

    settings : SoftmaxSettings; its fields may be given by name instead, as in SoftmaxNetwork(n_hidden=20).
    seed : int >= 0.  n_threads : int >= 1, as of :class:`instahash.autorec.AutoRec`.

    Attributes: V, mu, U, b, as in `network`; history, the cross-entropy for each unit of target, each batch measured
    before its step, an estimate where `negatives` is "batch"; replay, a ReplayBuffer of the inputs and targets of the
    posts seen.
    """

    name = "softmax"
    V, mu, U, b = (property(attrgetter(f"parameters.{name}")) for name in ("V", "mu", "U", "b"))

    def __init__(
        self, settings: SoftmaxSettings | None = None, *, seed: int = 0, n_threads: int = 1, **changes: Any
    ) -> None:
        self.settings = settled(SoftmaxSettings, settings, changes, "softmax")
        self.seed, self.n_threads = whole(seed, "softmax: seed", 0), whole(n_threads, "softmax: n_threads", 1)
        self.replay = ReplayBuffer()
        self.begin(Parameters.zeros(0, 0, self.settings.n_hidden, self.settings.dtype), History())

    def n_epochs(self, n_posts: int) -> int:
        """The number of epochs on so many posts."""
        return epochs_for(self.settings.epochs, whole(n_posts, "softmax: n_posts", 1, DataError))

    def plan(self, targets: CSR) -> Plan:
        """Which negatives :meth:`fit` takes for `targets`, and why. Trains nothing."""
        S = as_csr(targets, "softmax: targets", self.settings.dtype)
        check_memory(16 * S.shape[1], f"softmax: counts of {S.shape[1]:,} outputs")
        if not S.shape[0]:
            raise DataError("softmax was given no posts; it needs at least one to plan for")
        return make_plan(self.settings, column_counts(S), S.shape[0])

    def fit(
        self,
        inputs: CSR,
        targets: CSR,
        *,
        frequency: tuple[np.ndarray, int] | None = None,
        state: Arrays | None = None,
        on_epoch: Hook = None,
        on_progress: Hook = None,
    ) -> SoftmaxNetwork:
        """Train to give `targets` for `inputs`. If anything is raised meanwhile, the model stays what it was.

        inputs : CSR (n_posts, n_inputs) float.  targets : CSR (n_posts, n_outputs) float >= 0, their weights.
        frequency : how many posts store each output as a target, (n_outputs,) int64, and of how many posts, where these
            are a part of all; default those of `targets`.
        state, on_epoch, on_progress, and errors, as in :meth:`instahash.autorec.AutoRec.fit`.
        """
        X, S = self._pair(inputs, targets)
        frequency = None if frequency is None else self._frequency(frequency, S)
        with unchanged_on_error(self), Threads(self.n_threads, blas=False) as threads:
            self.replay, history = ReplayBuffer(), History(last=self.n_epochs(X.shape[0]))
            n_hidden, rng = self.settings.n_hidden, np.random.default_rng([self.seed, 0])
            if state is None:
                self.begin(random_start(X, best_constants(S), n_hidden, rng, FIRST_SPREAD), history)
            else:
                self.begin(Parameters.zeros(X.shape[1], S.shape[1], n_hidden, self.settings.dtype), history)
                self.restore(state)
                history.go_on(state)
            self._train(X, S, threads, on_epoch, on_progress, frequency)
            self.replay = self.replay.including((X, S), self.seed)
        return self

    def partial_fit(
        self, inputs: CSR, targets: CSR, *, epochs: int | None = None, on_epoch: Hook = None, on_progress: Hook = None
    ) -> SoftmaxNetwork:
        """Learn from new posts as well. Columns: the old ones in their places, and new ones after them.

        Trains on the new posts and those of the replay buffer, so that what was learnt is not trained away, from
        `layers.grown`, for `epochs` epochs, by default as many as the settings say.

        Other arguments, and errors, as in :meth:`fit`; ModelError where the model was saved without its replay buffer.
        """
        self.parameters.check_trained()
        settings = self.settings if epochs is None else replace(self.settings, epochs=epochs)
        X, S = self._pair(inputs, targets)
        check_new_posts(X, S, self.parameters, self.replay)
        all_X, all_S = self.replay.after((X, S))
        with unchanged_on_error(self), Threads(self.n_threads, blas=False) as threads:
            theta = grown(self.parameters, all_X, best_constants(all_S))
            self.begin(theta, self.history.extended(epochs_for(settings.epochs, all_X.shape[0])))
            self._train(all_X, all_S, threads, on_epoch, on_progress)
            self.replay = self.replay.including((X, S), self.seed)
        return self

    def grow(self, n_inputs: int, n_outputs: int) -> None:
        """Have so many columns, the new ones after the old ones, where no post came to learn them from."""
        self.parameters.check_trained()
        sizes = (n_inputs, "n_inputs", len(self.parameters.Vt)), (n_outputs, "n_outputs", len(self.b))
        n_inputs, n_outputs = (whole(n, f"softmax: {name}", least, DataError) for n, name, least in sizes)
        numbers = 2 * self.settings.n_hidden * self.b.itemsize
        check_memory((n_inputs + n_outputs) * numbers, f"softmax: {n_inputs:,} inputs and {n_outputs:,} outputs")
        nothing = (sparse.csr_array((0, n), dtype=self.settings.dtype) for n in (n_inputs, n_outputs))
        X, S = self.replay.after(tuple(nothing))
        self.begin(grown(self.parameters, X, best_constants(S)), self.history)

    def decay(self, factor: float) -> None:
        """Multiply the target weights of the posts in the replay buffer, for later calls of :meth:`partial_fit`."""
        self.parameters.check_trained()
        factor = as_real(factor, "softmax: the factor of decay", 0, 1e30)
        if self.replay.matrices:
            self.replay = self.replay.decayed(factor)

    def begin(self, theta: Parameters, history: History) -> None:
        """Be a model with these parameters, before a training with that history."""
        optimizer = Optimizer(self.settings.optimizer, dict(vars(theta)))
        self.parameters, self.history, self.optimizer = theta, history, optimizer

    def _train(
        self,
        X: CSR,
        S: CSR,
        threads: Threads,
        on_epoch: Hook,
        on_progress: Hook,
        frequency: tuple[np.ndarray, int] | None = None,
    ) -> None:
        """Change the parameters, in place, until the last epoch of the history; then forget the optimizer's moments."""
        total, settings = float(np.sum(S.data, dtype=np.float64)), self.settings
        if not total > 0:
            raise DataError("softmax was given no target; it needs at least one above 0 to learn from")

        frequency = frequency or (column_counts(S), S.shape[0])
        sampled = frequency if make_plan(settings, *frequency).negatives == "batch" else None
        theta, move = self.parameters, self.optimizer.update

        def one_epoch(rng: np.random.Generator) -> float:
            def step(rows: np.ndarray) -> float:
                batch, units = dropped(X[rows], S[rows], settings, rng), Units.drawn(settings, rng)
                return sampled_loss_and_gradients(theta, *batch, units, settings, sampled, move, threads)

            return batch_epoch(self, step, X.shape[0], rng, on_progress) / total

        run_epochs(self, one_epoch, on_epoch)
        self.begin(self.parameters, self.history)

    @staticmethod
    def _frequency(frequency: Any, S: CSR) -> tuple[np.ndarray, int]:
        """Counts of all posts, which are no fewer than those of the targets."""
        if not isinstance(frequency, tuple) or len(frequency) != 2:
            raise DataError(
                f"softmax: frequency is {frequency!r:.40}; it must be counts (n_outputs,) and of how many posts"
            )
        counts, n_posts = as_counts(frequency[0], "softmax: frequency", S.shape[1]), frequency[1]
        n_posts = whole(n_posts, "softmax: the posts of frequency", max(S.shape[0], counts.max(initial=0)), DataError)
        if (counts < column_counts(S)).any():
            raise DataError("softmax: frequency counts less than the targets have; give the counts of all posts")
        return counts, n_posts

    def _pair(self, inputs: CSR, targets: CSR) -> tuple[CSR, CSR]:
        """Inputs and targets as they are trained on."""
        X = as_csr(inputs, "softmax: inputs", self.settings.dtype)
        S = as_csr(targets, "softmax: targets", self.settings.dtype)
        check_posts(X, S, "softmax")
        check_size(X, S, self.settings, "softmax")
        self._check_pair(X, S)
        return X, S

    def _check_pair(self, X: CSR, S: CSR) -> None:
        """DataError where inputs and targets of the same posts cannot be trained on."""
        if (S.data < 0).any():
            raise DataError("softmax: targets must be weights of at least 0")
        if self.settings.masked and not (np.array_equal(X.indptr, S.indptr) and np.array_equal(X.indices, S.indices)):
            raise DataError("softmax: masked=True needs targets in the places of the inputs; give both the same words")

    # What is kept

    def state(self) -> Arrays:
        """All that training needs to go on, a dict of arrays. They are the model's own: copy what must stay."""
        return vars(self.parameters) | {"history": np.array(self.history.loss)} | self.optimizer.state()

    def restore(self, state: Arrays) -> None:
        """Put back the parameters of an earlier :meth:`state` of this model; the history stays.

        Raises DataError where something of it is missing, misshapen or not finite; then nothing has changed.
        """
        self.optimizer.restore(state, vars(self.parameters))

    def to_arrays(self) -> Arrays:
        """Everything to be saved, a dict of arrays: the parameters, and what :meth:`partial_fit` needs."""
        return self.parameters.to_arrays() | self.replay.to_arrays()

    @classmethod
    def from_arrays(
        cls, arrays: Arrays, settings: SoftmaxSettings | None = None, history: Sequence[float] = (), seed: int = 0
    ) -> SoftmaxNetwork:
        """A trained model from what :meth:`to_arrays` gave."""
        theta = Parameters.from_arrays(arrays)
        model = cls(settings, seed=seed, n_hidden=len(theta.mu), dtype=theta.U.dtype.name)
        model.begin(theta, History(losses(history)))
        columns = len(theta.Vt), len(theta.U)
        model.replay = ReplayBuffer.from_arrays(arrays, columns, theta.U.dtype.name)
        if model.replay.matrices:
            model._check_pair(*model.replay.matrices)
        return model

    # Queries

    def _query(self, inputs: CSR) -> CSR:
        self.parameters.check_trained()
        return as_csr(inputs, "softmax: inputs", self.settings.dtype, len(self.parameters.Vt))

    def encode(self, inputs: CSR) -> np.ndarray:
        """Codes g(V x + mu), (n_posts, n_hidden), of a CSR matrix of inputs."""
        return encode(self.parameters, self._query(inputs), self.settings.hidden, self.n_threads)

    def unit_inputs(self, inputs: CSR) -> np.ndarray:
        """(inputs.nnz, n_hidden), what each stored input adds to the units' inputs, V x + mu."""
        return unit_inputs(self.parameters, self._query(inputs))

    def predict(self, inputs: CSR, outputs: np.ndarray | None = None) -> np.ndarray:
        """Log-probabilities but for a constant a post, (n_posts, n_outputs): dense, so give few posts at a time.

        outputs : (n,) int, the columns to compute, in this order; default all. DataError for others.
        """
        if outputs is None:
            U, b = self.U, self.b
        else:
            outputs = as_ids(outputs, "softmax: outputs", len(self.b), "whole numbers")
            U, b = self.U[outputs], self.b[outputs]
        O = self.encode(inputs) @ U.T
        O += b
        return O
