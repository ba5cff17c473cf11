"""The class: checks its input, trains, answers queries. CSR in, arrays out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np
from scipy import sparse

from instahash.autorec.decoder import output_units
from instahash.autorec.problem import AutoRecSettings, Problem, above, inputs_and_targets, output_span
from instahash.autorec.recommend import allowed_words, recommend_many, recommend_one, word_ids
from instahash.autorec.training import continued, mean_square, start, train, trained_arrays
from instahash.errors import DataError
from instahash.network.epochs import epochs_for
from instahash.network.layers import Parameters, check_new_posts, encode, outputs_at, unit_inputs
from instahash.network.optimize import Optimizer
from instahash.parameters import settled, whole
from instahash.replay import ReplayBuffer
from instahash.sparse import CSR, as_csr
from instahash.threads import Threads
from instahash.training import Arrays, History, unchanged_on_error


class AutoRec:
    """Autoencoder with one hidden layer: squared error on the ratings of all words, or of the rated ones; L2.

    settings : AutoRecSettings; its fields may be given by name instead, as in AutoRec(n_hidden=20).
    seed : int >= 0.  n_threads : int >= 1, of training in all: BLAS gets one meanwhile. The same number gives the same
        bits; another number sums in another order, and differs in the last digits.

    Attributes
    ----------
    V (n_hidden, n_inputs), mu (n_hidden,), U (n_outputs, n_hidden), b (n_outputs,) : the legend is in `network`.
    history : History; its loss is the RMSE of each epoch over the entries that count, with their weights (float64).
        Each batch is measured before its step; with decoder="ridge" and "lbfgs" it is the RMSE of the epoch's result.
    replay : ReplayBuffer of the posts seen: inputs, and targets where they are not the inputs, less the background.
    """

    V, mu, U, b = (property(attrgetter(f"parameters.{name}")) for name in ("V", "mu", "U", "b"))

    def __init__(
        self, settings: AutoRecSettings | None = None, *, seed: int = 0, n_threads: int = 1, **changes: Any
    ) -> None:
        self.settings = settled(AutoRecSettings, settings, changes, "autorec")
        self.seed, self.n_threads = whole(seed, "autorec: seed", 0), whole(n_threads, "autorec: n_threads", 1)
        theta, self.replay = Parameters.zeros(0, 0, self.settings.n_hidden, self.settings.dtype), ReplayBuffer()
        self._begin(theta, 0.0, np.empty(0), History())

    def n_epochs(self, n_posts: int) -> int:
        """The number of epochs on so many posts."""
        return epochs_for(self.settings.epochs, n_posts)

    def fit(
        self,
        ratings: CSR,
        background: float = -1.0,
        *,
        targets: CSR | None = None,
        state: Arrays | None = None,
        on_epoch: Callable[[AutoRec], Any] | None = None,
        on_progress: Callable[[int], Any] | None = None,
    ) -> AutoRec:
        """Train to give `targets` for `ratings`. If anything is raised meanwhile, the model stays what it was.

        ratings : CSR (n_posts, n_inputs) float; entries not stored have the rating `background`.
        targets : CSR (n_posts, n_outputs) over the same background; default the ratings themselves.
        state : what :meth:`state` returned after some epoch; training goes on from there, on the same ratings and with
            the same settings, `epochs` among them, by which the learning rate falls.
        on_epoch : called as on_epoch(self) after each epoch; a true result ends training.
        on_progress : called with the number of posts done since its last call.

        Raises DataError for matrices without posts, of different lengths, or with ratings that are not finite;
        DivergenceError where the parameters stop being finite.
        """
        X, S = inputs_and_targets(ratings, targets, background, self.settings.dtype)
        span = output_span(S, self.settings.output)
        with unchanged_on_error(self), Threads(self.n_threads, blas=False) as threads:
            problem, self.replay = Problem(X, S, self.settings, span, threads), ReplayBuffer()
            history = History(last=self.n_epochs(X.shape[0]))
            if state is None:
                self._begin(start(problem, self.seed), background, span, history)
            else:
                theta = Parameters.zeros(X.shape[1], S.shape[1], self.settings.n_hidden, self.settings.dtype)
                self._begin(theta, background, span, history)
                self.restore(state)
                history.loss = [float(loss) for loss in state["history"]]
            self._train(problem, (X,) if S is X else (X, S), on_epoch, on_progress)
        return self

    def partial_fit(
        self,
        ratings: CSR,
        *,
        targets: CSR | None = None,
        epochs: int | None = None,
        on_epoch: Callable[[AutoRec], Any] | None = None,
        on_progress: Callable[[int], Any] | None = None,
    ) -> AutoRec:
        """Learn from new posts as well. Columns: the old ones in their places, and new ones after them.

        Trains on the new posts and those of the replay buffer, so that what was learnt is not trained away, for
        `epochs` epochs, by default as many as the settings say. A new word starts with the mean encoder weights of the
        words it shares posts with (`training.continued`).

        Other arguments, and errors, as in :meth:`fit`; ModelError where the model was saved without its replay buffer.
        """
        self.parameters.check_trained()
        settings = self.settings if epochs is None else replace(self.settings, epochs=epochs)
        X, S = inputs_and_targets(ratings, targets, self.background, settings.dtype)
        check_new_posts(X, S, self.parameters, self.replay)
        if len(self.span) and S.nnz and (S.data.min() < self.span[0] or S.data.max() > self.span[1]):
            low, high = self.span + self.background
            raise DataError(f"new ratings go beyond the outputs' range, {low:g} to {high:g}; train anew on all posts")
        with unchanged_on_error(self), Threads(self.n_threads, blas=False) as threads:
            n = max(len(self.replay.matrices), 1 if S is X else 2)  # 1 while targets have always been the inputs
            self.replay = ReplayBuffer((self.replay.matrices * 2)[:n], self.replay.seen)
            all_posts = self.replay.after((X, S)[:n])
            problem = Problem(all_posts[0], all_posts[-1], settings, self.span, threads)
            theta = continued(self.parameters, problem, self.seed, self.replay.seen)
            history = self.history.extended(epochs_for(settings.epochs, problem.X.shape[0]))
            self._begin(theta, self.background, self.span, history)
            self._train(problem, (X, S)[:n], on_epoch, on_progress)
        return self

    def _begin(self, theta: Parameters, background: float, span: np.ndarray, history: History) -> None:
        """Be a model with these parameters, before a training with that history."""
        self.parameters, self.background, self.span, self.history = theta, float(background), span, history
        self._optimizer = Optimizer(self.settings.optimizer, trained_arrays(theta, self.settings.decoder))

    def _train(self, problem: Problem, new: tuple[CSR, ...], on_epoch: Any, on_progress: Any) -> None:
        on_epoch = partial(on_epoch, self) if on_epoch else None
        train(self.parameters, problem, self._optimizer, self.history, self.seed, on_epoch, on_progress)
        self.replay = self.replay.including(new, self.seed)

    # What is kept

    def state(self) -> Arrays:
        """All that training needs to go on, a dict of arrays. They are the model's own: copy what must stay."""
        return vars(self.parameters) | {"history": np.array(self.history.loss)} | self._optimizer.state()

    def restore(self, state: Arrays) -> None:
        """Put back the parameters of an earlier :meth:`state` of this model; the history stays."""
        self.parameters.restore(state)
        self._optimizer.restore(state)

    def to_arrays(self) -> Arrays:
        """Everything to be saved, a dict of arrays: the parameters, and what :meth:`partial_fit` needs."""
        arrays = {"V": self.V, "mu": self.mu, "U": self.U, "b": self.b, "span": self.span}
        return arrays | {"background": np.array(self.background)} | self.replay.to_arrays()

    @classmethod
    def from_arrays(
        cls, arrays: Arrays, settings: AutoRecSettings | None = None, history: Sequence[float] = (), seed: int = 0
    ) -> AutoRec:
        """A trained model from what :meth:`to_arrays` gave, or from V, mu, U and b of the published form.

        The published form is U g(V r + mu) + b with g the sigmoid itself; U g(0) is then moved into b.
        """
        mu, U, b = (np.array(arrays[name], order="C") for name in ("mu", "U", "b"))
        model = cls(settings, seed=seed, n_hidden=len(mu), dtype=U.dtype.name)
        if "background" not in arrays:
            b = b + U.sum(axis=1) / 2
        theta = Parameters(np.array(arrays["V"].T, order="C"), mu, U, b)
        span = np.array(arrays.get("span", ()), U.dtype)
        model._begin(theta, float(arrays.get("background", 0.0)), span, History([*history]))
        model.replay = ReplayBuffer.from_arrays(arrays)
        return model

    # Queries

    def _query(self, ratings: CSR, background: float | None) -> CSR:
        """The inputs of a query, less its background or that of the training."""
        self.parameters.check_trained()
        background = self.background if background is None else background
        return above(ratings, "ratings", background, self.settings.dtype, len(self.parameters.Vt))

    def _rated(self, Z: np.ndarray) -> np.ndarray:
        """What output units get as ratings over the background. Their order does not change. Z is used up."""
        outputs: np.ndarray = output_units(Z, self.span)[0]
        outputs += self.b.dtype.type(self.background)
        return outputs

    def encode(self, ratings: CSR, background: float | None = None) -> np.ndarray:
        """Codes g(V (r - background) + mu), (n_posts, n_hidden), of a CSR matrix of ratings.

        background : rating of the entries not stored; default that of the training, so that a word that is not given
            says nothing and a given one says what it said there.
        """
        return encode(self.parameters, self._query(ratings, background), self.settings.hidden, self.n_threads)

    def unit_inputs(self, ratings: CSR, background: float | None = None) -> np.ndarray:
        """What each stored rating adds to the input of each unit, (ratings.nnz, n_hidden), in the order of the entries.

        A post's rows and mu add up to what :meth:`encode` takes the hidden activation of; arguments as there.
        """
        return unit_inputs(self.parameters, self._query(ratings, background))

    def predict(self, ratings: CSR, background: float | None = None) -> np.ndarray:
        """Outputs, (n_posts, n_outputs), dense: give few posts at a time. Arguments as in :meth:`encode`."""
        Z = self.encode(ratings, background) @ self.U.T
        Z += self.b
        return self._rated(Z)

    def predict_at(self, ratings: CSR, places: CSR, background: float | None = None) -> np.ndarray:
        """Outputs at the stored entries of `places`, CSR (n_posts, n_outputs), in their order: (places.nnz,)."""
        H = self.encode(ratings, background)
        places = as_csr(places, "autorec: places", bool, len(self.U))
        if places.shape[0] != len(H):
            raise DataError(f"autorec: places have {places.shape[0]} posts; the ratings have {len(H)}")
        with Threads(self.n_threads) as threads:
            return self._rated(outputs_at(self.parameters, H, places, threads))

    def rmse(self, ratings: CSR, background: float | None = None, targets: CSR | None = None) -> float:
        """RMSE (float64) of what the network gives for `ratings`, over the entries that count, with their weights."""
        background = self.background if background is None else background
        self._query(ratings, background)
        X, S = inputs_and_targets(ratings, targets, background, self.settings.dtype)
        with Threads(self.n_threads, blas=False) as threads:
            # Outputs are above one background, targets above the other.
            problem, shift = Problem(X, S, self.settings, self.span, threads), self.background - background
            return float(np.sqrt(mean_square(self.parameters, problem, shift)))

    def recommend(
        self,
        words: Iterable[int] | CSR,
        top: int = 10,
        *,
        exclude_seen: bool = True,
        restrict_to: Iterable[int] | None = None,
        banned: Iterable[int] = (),
        background: float | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The words with the highest outputs.

        words : ids of the words of one post, each rated 1, or a CSR matrix of ratings (n_posts, n_words).
        exclude_seen : leave out the words that were given.
        restrict_to : ids that may be returned; default all.  banned : ids that may not.
        background : as in :meth:`encode`.

        Returns (ids int32, scores), highest first, ties by id. For one post both have min(top, words allowed) entries;
        for a matrix both are (n_posts, min(top, words allowed to any)), and where `exclude_seen` leaves a post fewer,
        the rest are -1 and -inf. Raises DataError for ids that are no words, and for `exclude_seen` where inputs and
        outputs have columns of their own.
        """
        self.parameters.check_trained()
        n_inputs, n_outputs = len(self.parameters.Vt), len(self.U)
        if exclude_seen and n_inputs != n_outputs:
            raise DataError(
                f"autorec: {n_inputs} inputs are not the {n_outputs} outputs; seen ones cannot be left out, set "
                "exclude_seen=False"
            )
        top, allowed = whole(top, "autorec: top", 0, DataError), allowed_words(n_outputs, restrict_to, banned)
        network = self.parameters, self.settings.hidden
        if sparse.issparse(words):
            X = self._query(words, background)
            ids, scores = recommend_many(*network, X, top, allowed, exclude_seen, self.n_threads)
        else:
            given = np.unique(word_ids(words, n_inputs, "words"))
            if exclude_seen:
                allowed[given] = False
            rating = 1 - (self.background if background is None else background)
            ids, scores = recommend_one(*network, given, rating, top, allowed)
        found = ids >= 0
        scores[found] = self._rated(scores[found])
        return ids, scores
