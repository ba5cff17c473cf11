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
from instahash.autorec.problem import AutoRecSettings, Problem
from instahash.autorec.recommend import allowed_words, recommend_many, recommend_one, word_ids
from instahash.autorec.training import mean_square, solve_decoder, start, train, trained_arrays
from instahash.errors import DataError
from instahash.network import kernels
from instahash.network.epochs import epochs_for
from instahash.network.layers import Parameters, check_new_posts, check_posts, encode, grown
from instahash.network.optimize import make_optimizer
from instahash.parameters import settled, whole
from instahash.replay import ReplayBuffer
from instahash.sparse import CSR, as_csr, with_data
from instahash.threads import Threads
from instahash.training import History, unchanged_on_error


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
        state: dict[str, np.ndarray] | None = None,
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
        X, S = self._pair(ratings, targets, background)
        if S.nnz == 0:
            raise DataError("autorec was given no rating; it needs at least one stored entry to learn from")
        span = self._span(S)
        with unchanged_on_error(self), Threads(self.n_threads, blas=False) as threads:
            problem, self.replay = Problem(X, S, self.settings, span, threads), ReplayBuffer()
            history = History(last=self.n_epochs(X.shape[0]))
            if state is None:
                self._begin(start(problem, self.seed), background, span, history)
            else:
                size = X.shape[1], S.shape[1], self.settings.n_hidden, self.settings.dtype
                self._begin(Parameters.zeros(*size), background, span, history)
                self.restore(state)
                history.loss = [float(loss) for loss in state["history"]]
            self._train(problem, ReplayBuffer(), (X,) if S is X else (X, S), on_epoch, on_progress)
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

        Trains on the new posts and those of the replay buffer, so that what was learnt is not trained away, for `epochs`
        epochs, by default as many as the settings say. A new word starts with the mean encoder weights of the words it
        shares posts with, the decoder from its closed form where there is one. With init="spectral" a new start from
        the spectrum of these posts is made too, and the better of both is trained.

        Other arguments, and errors, as in :meth:`fit`; ModelError where the model was saved without its replay buffer.
        """
        self.parameters.check_trained()
        settings = self.settings if epochs is None else replace(self.settings, epochs=epochs)
        X, S = self._pair(ratings, targets, self.background)
        check_new_posts(X, S, self.parameters, self.replay)
        if len(self.span) and S.nnz and (S.data.min() < self.span[0] or S.data.max() > self.span[1]):
            low, high = self.span + self.background
            raise DataError(f"new ratings go beyond the outputs' range, {low:g} to {high:g}; train anew on all posts")
        n = max(len(self.replay.matrices), 1 if S is X else 2)  # 1 while targets have always been the inputs
        replay, posts = ReplayBuffer((self.replay.matrices * 2)[:n], self.replay.seen), (X, S)[:n]
        all_posts = replay.after(posts)
        with unchanged_on_error(self), Threads(self.n_threads, blas=False) as threads:
            problem = Problem(all_posts[0], all_posts[-1], settings, self.span, threads)
            theta = grown(self.parameters, problem.X, problem.best_constants())
            if settings.absent_weight == 1 and settings.output == "identity":
                solve_decoder(theta, problem, np.random.default_rng([self.seed, replay.seen]))
            if settings.init == "spectral":
                anew = start(problem, self.seed)
                theta = theta if mean_square(anew, problem) > mean_square(theta, problem) else anew
            history = self.history.extended(epochs_for(settings.epochs, problem.X.shape[0]))
            self._begin(theta, self.background, self.span, history)
            self._train(problem, replay, posts, on_epoch, on_progress)
        return self

    def _begin(self, theta: Parameters, background: float, span: np.ndarray, history: History) -> None:
        """Be a model with these parameters, before a training with that history."""
        self.parameters, self.background, self.span, self.history = theta, float(background), span, history
        arrays = trained_arrays(theta, self.settings.decoder)
        self._optimizer = make_optimizer(self.settings.optimizer, arrays, history.last - history.first)

    def _train(
        self, problem: Problem, replay: ReplayBuffer, posts: tuple[CSR, ...], on_epoch: Any, on_progress: Any
    ) -> None:
        """The epochs; these posts are then added to a replay buffer, which becomes the model's."""
        on_epoch = partial(on_epoch, self) if on_epoch else None
        train(self.parameters, problem, self._optimizer, self.history, self.seed, on_epoch, on_progress)
        replay.add(posts, self.seed)
        self.replay = replay

    def _pair(self, ratings: CSR, targets: CSR | None, background: float) -> tuple[CSR, CSR]:
        """Inputs and targets less the background, one object where they are one."""
        X = self._above(ratings, "ratings", background)
        S = X if targets is None or targets is ratings else self._above(targets, "targets", background)
        check_posts(X, S, "autorec")
        return X, S

    def _above(self, ratings: CSR, name: str, background: float, n_columns: int | None = None) -> CSR:
        """Ratings less the background."""
        if not np.isfinite(background):
            raise DataError(f"autorec: the background is {background}; it must be a finite number")
        X = as_csr(ratings, f"autorec: {name}", self.settings.dtype, n_columns)
        return with_data(X, X.data - X.dtype.type(background))

    def _span(self, S: CSR) -> np.ndarray:
        """(low, high) of sigmoid outputs, an empty array for the identity."""
        if self.settings.output == "identity":
            return np.empty(0, S.dtype)
        span = np.array([min(S.data.min(), 0.0), max(S.data.max(), 0.0)], S.dtype)
        if span[0] == span[1]:
            raise DataError("autorec was given no rating but the background's; set output=identity")
        return span

    # What is kept

    def state(self) -> dict[str, np.ndarray]:
        """All that training needs to go on, a dict of arrays. They are the model's own: copy what must stay."""
        arrays = vars(self.parameters) | {"history": np.array(self.history.loss)}
        return arrays | (self._optimizer.state() if self._optimizer else {})

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Put back the parameters of an earlier :meth:`state` of this model; the history stays."""
        self.parameters.restore(state)
        if self._optimizer:
            self._optimizer.restore(state)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Everything to be saved, a dict of arrays: the parameters, and what :meth:`partial_fit` needs."""
        arrays = {"V": self.V, "mu": self.mu, "U": self.U, "b": self.b, "span": self.span}
        return arrays | {"background": np.array(self.background)} | self.replay.to_arrays()

    @classmethod
    def from_arrays(
        cls,
        arrays: dict[str, np.ndarray],
        settings: AutoRecSettings | None = None,
        history: Sequence[float] = (),
        seed: int = 0,
        n_threads: int = 1,
    ) -> AutoRec:
        """A trained model from what :meth:`to_arrays` gave, or from V, mu, U and b of the published form.

        The published form is U g(V r + mu) + b with g the sigmoid itself; U g(0) is then moved into b.
        """
        V, mu, U, b = (arrays[name] for name in ("V", "mu", "U", "b"))
        own = replace(settings or AutoRecSettings(), n_hidden=len(mu), dtype=U.dtype.name)
        model, published = cls(own, seed=seed, n_threads=n_threads), "background" not in arrays
        theta = Parameters(
            *(np.array(array, order="C") for array in (V.T, mu, U, b + U.sum(axis=1) / 2 if published else b))
        )
        background, span = (
            (0.0, np.empty(0, U.dtype)) if published else (arrays["background"], np.array(arrays["span"]))
        )
        model._begin(theta, float(background), span, History([*history]))
        model.replay = ReplayBuffer.from_arrays(arrays)
        return model

    # Queries

    def _query(self, ratings: CSR, background: float | None) -> CSR:
        """The inputs of a query, less its background or that of the training."""
        self.parameters.check_trained()
        background = self.background if background is None else background
        return self._above(ratings, "ratings", background, len(self.parameters.Vt))

    def _rated(self, Z: np.ndarray) -> np.ndarray:
        """What output units get as ratings over the background. Their order does not change. Z is used up."""
        return output_units(Z, self.span)[0] + self.b.dtype.type(self.background)

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
        X = self._query(ratings, background)
        products: np.ndarray = X.data[:, None] * self.parameters.Vt[X.indices]
        return products

    def predict(self, ratings: CSR, background: float | None = None) -> np.ndarray:
        """Outputs, (n_posts, n_outputs), arguments as in :meth:`encode`. Give few posts at a time: the array is dense."""
        Z = self.encode(ratings, background) @ self.U.T
        Z += self.b
        return self._rated(Z)

    def predict_at(self, ratings: CSR, places: CSR, background: float | None = None) -> np.ndarray:
        """Outputs at the stored entries of `places`, CSR (n_posts, n_outputs), in their order: (places.nnz,)."""
        H = self.encode(ratings, background)
        places = as_csr(places, "autorec: places", bool, len(self.U))
        if places.shape[0] != len(H):
            raise DataError(f"autorec: places have {places.shape[0]} posts; the ratings have {len(H)}")
        out = np.empty(places.nnz, H.dtype)

        def give(part: slice) -> None:
            rows = places.indptr[part.start : part.stop + 1]
            kernels.outputs_at(rows, places.indices, H[part], self.U, self.b, out)

        with Threads(self.n_threads) as threads:
            threads.entries(places.indptr, give)
        return self._rated(out)

    def rmse(self, ratings: CSR, background: float | None = None, targets: CSR | None = None) -> float:
        """RMSE (float64) of what the network gives for `ratings`, over the entries that count, with their weights."""
        background = self.background if background is None else background
        self._query(ratings, background)
        X, S = self._pair(ratings, targets, background)
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
        (n_inputs, _), (n_outputs, _) = self.parameters.Vt.shape, self.U.shape
        if exclude_seen and n_inputs != n_outputs:
            raise DataError(
                f"autorec: {n_inputs} inputs are not the {n_outputs} outputs; seen ones cannot be left out, set "
                "exclude_seen=False"
            )
        top = whole(top, "autorec: top", 0, DataError)
        allowed = allowed_words(n_outputs, restrict_to, banned)
        if sparse.issparse(words):
            X = self._query(words, background)
            found = recommend_many(self.parameters, X, self.settings.hidden, top, allowed, exclude_seen, self.n_threads)
        else:
            given = np.unique(word_ids(words, n_inputs, "words"))
            if exclude_seen:
                allowed[given] = False
            rating = 1 - (self.background if background is None else background)
            found = recommend_one(self.parameters, given, rating, self.settings.hidden, top, allowed)
        ids, scores = found
        finite = np.isfinite(scores)
        scores[finite] = self._rated(scores[finite])
        return ids, scores
