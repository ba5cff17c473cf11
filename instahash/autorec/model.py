"""The class: checks its input, trains, answers queries. CSR in, arrays out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

import numpy as np
from scipy import sparse

from instahash.autorec.decoder import as_ratings
from instahash.autorec.problem import (
    Problem,
    as_background,
    check_span,
    inputs_and_targets,
    less_background,
    output_span,
)
from instahash.autorec.recommend import allowed_words, recommend_many, recommend_one
from instahash.autorec.settings import AutoRecSettings
from instahash.autorec.training import continued, mean_square, start, train, trained_arrays
from instahash.errors import DataError
from instahash.forms import Form, fit, losses
from instahash.network.layers import Parameters, check_new_posts, check_size, encode, outputs_at, unit_inputs
from instahash.network.optimize import Optimizer
from instahash.parameters import settled, whole
from instahash.replay import ReplayBuffer
from instahash.sparse import CSR, as_csr
from instahash.threads import Threads
from instahash.training import Arrays, History, Hook, unchanged_on_error

# What is kept beside the parameters.
FORMS = {"background": Form("float64"), "span": Form("float32 float64", ("span",))}


class AutoRec:
    """Autoencoder with one hidden layer: squared error on the ratings of all words, or of the rated ones; L2.

    settings : AutoRecSettings; its fields may be given by name instead, as in AutoRec(n_hidden=20).
    seed : int >= 0.  n_threads : int >= 1, in all; the same number gives the same bits, another rounds otherwise.

    Attributes: V (n_hidden, n_inputs), mu (n_hidden,), U (n_outputs, n_hidden), b (n_outputs,), as in `network`;
    history, the weighted RMSE over the entries that count (float64), each batch measured before its step, but after the
    epoch with decoder="ridge" and "lbfgs"; replay, a ReplayBuffer of inputs, and targets where they are others.
    """

    name = "autorec"
    V, mu, U, b = (property(attrgetter(f"parameters.{name}")) for name in ("V", "mu", "U", "b"))

    def __init__(
        self, settings: AutoRecSettings | None = None, *, seed: int = 0, n_threads: int = 1, **changes: Any
    ) -> None:
        self.settings = settled(AutoRecSettings, settings, changes, "autorec")
        self.seed, self.n_threads = whole(seed, "autorec: seed", 0), whole(n_threads, "autorec: n_threads", 1)
        self.replay = ReplayBuffer()
        self.begin(Parameters.zeros(0, 0, self.settings.n_hidden, self.settings.dtype), 0.0, np.empty(0), History())

    def n_epochs(self, n_posts: int) -> int:
        """The number of epochs on so many posts, inputs and targets alike."""
        return int(self.settings.decided(whole(n_posts, "autorec: n_posts", 0, DataError)).epochs)

    def fit(
        self,
        ratings: CSR,
        background: float = -1.0,
        *,
        targets: CSR | None = None,
        state: Arrays | None = None,
        on_epoch: Hook = None,
        on_progress: Hook = None,
    ) -> AutoRec:
        """Train to give `targets` for `ratings`. If anything is raised meanwhile, the model stays what it was.

        ratings : CSR (n_posts, n_inputs) float; entries not stored have the rating `background`.
        targets : CSR (n_posts, n_outputs) over the same background; default the ratings themselves.
        state : what :meth:`state` returned after some epoch of a training on the same ratings with the same settings.
        on_epoch : called as on_epoch(self) after each epoch; a true result ends training.
        on_progress : called with the number of posts done since its last call.

        Raises DataError for matrices without posts, of different lengths, or with ratings that are not finite;
        DivergenceError where the parameters stop being finite.
        """
        X, S = inputs_and_targets(ratings, targets, background, self.settings.dtype)
        check_size(X, S, self.settings, "autorec")
        span = output_span(S, self.settings.output)
        with unchanged_on_error(self), Threads(self.n_threads, blas=False) as threads:
            settings = self.settings.decided(X.shape[0], S is X)
            problem, self.replay = Problem(X, S, settings, span, threads), ReplayBuffer()
            sizes = X.shape[1], S.shape[1], self.settings.n_hidden
            theta = Parameters.zeros(*sizes, X.dtype) if state is not None else start(problem, self.seed)
            self.begin(theta, background, problem.span, History(last=int(settings.epochs)))
            if state is not None:
                self.restore(state)
                self.history.go_on(state)
            train(self, problem, on_epoch, on_progress)
            self.replay = self.replay.including((X,) if S is X else (X, S), self.seed)
        return self

    def partial_fit(
        self,
        ratings: CSR,
        *,
        targets: CSR | None = None,
        epochs: int | None = None,
        on_epoch: Hook = None,
        on_progress: Hook = None,
    ) -> AutoRec:
        """Learn from new posts as well. Columns: the old ones in their places, and new ones after them.

        Trains on the new posts and those of the replay buffer, so that what was learnt is not trained away, from
        `training.continued`, for `epochs` epochs, by default as many as the settings say.

        Other arguments, and errors, as in :meth:`fit`; ModelError where the model was saved without its replay buffer.
        """
        self.parameters.check_trained()
        settings = self.settings if epochs is None else replace(self.settings, epochs=epochs)
        X, S = inputs_and_targets(ratings, targets, self.background, settings.dtype)
        check_size(X, S, self.settings, "autorec")
        check_new_posts(X, S, self.parameters, self.replay)
        check_span(S, self.span, self.background)
        with unchanged_on_error(self), Threads(self.n_threads, blas=False) as threads:
            if S is not X and len(self.replay.matrices) == 1:  # inputs were the targets so far
                self.replay = ReplayBuffer(self.replay.matrices * 2, self.replay.seen)
            posts = (X, S)[: len(self.replay.matrices)]  # X alone where it is both: all_posts then has one matrix
            all_posts = self.replay.after(posts)
            settings = settings.decided(all_posts[0].shape[0], len(all_posts) == 1)
            problem = Problem(all_posts[0], all_posts[-1], settings, self.span, threads)
            theta = continued(self.parameters, problem, self.seed, self.replay.seen)
            history = self.history.extended(int(settings.epochs))
            self.begin(theta, self.background, self.span, history)
            train(self, problem, on_epoch, on_progress)
            self.replay = self.replay.including(posts, self.seed)
        return self

    def begin(self, theta: Parameters, background: float, span: np.ndarray, history: History) -> None:
        """Be a model with these parameters, before a training with that history."""
        optimizer = Optimizer(self.settings.optimizer, trained_arrays(theta, self.settings.decoder))
        self.parameters, self.background, self.span, self.history = theta, float(background), span, history
        self.optimizer = optimizer

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
        own = {"span": self.span, "background": np.array(self.background)}
        return self.parameters.to_arrays() | own | self.replay.to_arrays()

    @classmethod
    def from_arrays(
        cls, arrays: Arrays, settings: AutoRecSettings | None = None, history: Sequence[float] = (), seed: int = 0
    ) -> AutoRec:
        """A trained model from what :meth:`to_arrays` gave, or from V, mu, U, b of U g(V r + mu) + b as published."""
        theta = Parameters.from_arrays(arrays)
        model = cls(settings, seed=seed, n_hidden=len(theta.mu), dtype=theta.U.dtype.name)
        if "background" not in arrays:
            theta.b = theta.b + theta.U.sum(axis=1) / 2  # U g(0), with g the sigmoid itself
        fit(arrays, {name: form for name, form in FORMS.items() if name in arrays})
        background, span = float(arrays.get("background", 0.0)), np.array(arrays.get("span", ()), theta.U.dtype)
        if span.shape not in ((0,), (2,)):
            raise ValueError(f"the span of the outputs has {span.size} numbers")
        model.begin(theta, background, span, History(losses(history)))
        columns = len(theta.Vt), len(theta.U)
        model.replay = ReplayBuffer.from_arrays(arrays, columns, theta.U.dtype.name)
        return model

    def _query(self, ratings: CSR, background: float | None) -> CSR:
        """The inputs of a query, less its background or that of the training."""
        self.parameters.check_trained()
        background = self.background if background is None else background
        return less_background(ratings, "ratings", background, self.settings.dtype, len(self.parameters.Vt))

    def encode(self, ratings: CSR, background: float | None = None) -> np.ndarray:
        """Codes g(V (r - background) + mu), (n_posts, n_hidden), of a CSR matrix of ratings.

        background : rating of the entries not stored; default that of the training: they then say nothing.
        """
        return encode(self.parameters, self._query(ratings, background), self.settings.hidden, self.n_threads)

    def unit_inputs(self, ratings: CSR, background: float | None = None) -> np.ndarray:
        """(ratings.nnz, n_hidden), what each stored rating adds to the units' inputs, V (r - background) + mu."""
        return unit_inputs(self.parameters, self._query(ratings, background))

    def predict(self, ratings: CSR, background: float | None = None) -> np.ndarray:
        """Outputs, (n_posts, n_outputs), dense: give few posts at a time. Arguments as in :meth:`encode`."""
        Z = self.encode(ratings, background) @ self.U.T
        Z += self.b
        return as_ratings(Z, self.span, self.background)

    def predict_at(self, ratings: CSR, places: CSR, background: float | None = None) -> np.ndarray:
        """Outputs at the stored entries of `places`, CSR (n_posts, n_outputs), in their order: (places.nnz,)."""
        H = self.encode(ratings, background)
        outputs = outputs_at(self.parameters, H, as_csr(places, "autorec: places", bool, len(self.U)), self.n_threads)
        return as_ratings(outputs, self.span, self.background)

    def rmse(self, ratings: CSR, background: float | None = None, targets: CSR | None = None) -> float:
        """RMSE (float64) of what the network gives for `ratings`, over the entries that count, with their weights."""
        background = self.background if background is None else background
        self.parameters.check_trained()
        sizes = len(self.parameters.Vt), len(self.parameters.U)
        X, S = inputs_and_targets(ratings, targets, background, self.settings.dtype, sizes)
        with Threads(self.n_threads, blas=False) as threads:
            problem = Problem(X, S, self.settings, self.span, threads)
            return float(np.sqrt(mean_square(self.parameters, problem, self.background - background)))

    def recommend(
        self,
        words: Iterable[int] | CSR,
        top: int = 10,
        *,
        exclude_seen: bool = True,
        restrict_to: Iterable[int] | None = None,
        banned: Iterable[int] | None = None,
        background: float | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The words with the highest outputs.

        words : ids of the words of one post, each rated 1, or a CSR matrix of ratings (n_posts, n_words).
        exclude_seen : leave out the words that were given; DataError where inputs are not the outputs.
        restrict_to : ids that may be returned; default all.  banned : ids that may not.  background : as in encode.

        Returns (ids int32, scores), highest first, ties by id. For one post both have min(top, words allowed) entries;
        for a matrix both are (n_posts, min(top, words allowed to any)), and where `exclude_seen` leaves a post fewer,
        the rest are -1 and -inf. Raises DataError for ids that are no words.
        """
        self.parameters.check_trained()
        top, theta, hidden = whole(top, "autorec: top", 0, DataError), self.parameters, self.settings.hidden
        allowed = allowed_words(theta, exclude_seen, restrict_to, banned)
        if sparse.issparse(words):
            X = self._query(words, background)
            ids, scores = recommend_many(theta, hidden, X, top, allowed, exclude_seen, self.n_threads)
        else:
            rating = 1 - (self.background if background is None else as_background(background))
            ids, scores = recommend_one(theta, hidden, words, rating, top, allowed, exclude_seen)
        found = ids >= 0
        scores[found] = as_ratings(scores[found], self.span, self.background)
        return ids, scores
