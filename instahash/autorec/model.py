"""The class: checks its input, takes exact minibatch steps, runs the epochs, predicts. CSR in, arrays out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from instahash.autorec import kernels
from instahash.autorec.optimize import Adam
from instahash.errors import DataError, DivergenceError, SettingsError


class AutoRec:
    """Autoencoder with one sigmoid hidden layer and identity output, squared error on every entry, L2.

    Sedhain et al. 2015, equations 1 and 2, with every word rated. Though J sums over all words, a rating vector is a
    constant c plus a few entries and the output is linear, so loss and gradient follow exactly from U'U, H'H and the
    few stored entries (`_decode_gram`), without an array of posts x words.

    Departure from the paper: V 1 = 0, restored after each step. The constant part of a rating vector then reaches no
    unit, V r = V (r - c): training touches only stored entries, and serving, whose background is 0 where training had
    -1, meets the units as they were trained. Left free, the sum of a unit's thousands of weights shifts all of them.

    Parameters
    ----------
    n_hidden : int.
    epochs : int, passes over all posts.
    batch_size : int, posts a step.
    learning_rate : float, Adam's, falling linearly to zero over the epochs.
    reg : float >= 0, weight of L2 on V and U, beside a loss that is a mean over posts.
    seed : int >= 0.
    n_threads : int, threads of our kernels. Each works on rows or columns of its own, so their results do not depend
        on it; the matrix products use as many threads as BLAS was given (OPENBLAS_NUM_THREADS), and another number
        there may change the last bits.

    Attributes
    ----------
    V, mu, U, b : float32, shapes as in the room's legend.
    history : list of float, RMSE over all entries (float64) in each epoch, each batch measured before its step.
    """

    def __init__(self, n_hidden=500, epochs=50, batch_size=512, learning_rate=1e-3, reg=0.0, seed=0, n_threads=1):
        for name, value, least in (
            ("n_hidden", n_hidden, 1),
            ("epochs", epochs, 1),
            ("batch_size", batch_size, 1),
            ("reg", reg, 0),
            ("seed", seed, 0),
            ("n_threads", n_threads, 1),
        ):
            if not value >= least:
                raise SettingsError(f"autorec: {name} is {value}; it must be at least {least}")
        if not learning_rate > 0:
            raise SettingsError(f"autorec: learning_rate is {learning_rate}; it must be above 0, try 0.001")
        self.n_hidden, self.epochs, self.batch_size = n_hidden, epochs, batch_size
        self.learning_rate, self.reg, self.seed, self.n_threads = learning_rate, reg, seed, n_threads
        self.history: list[float] = []

    def fit(self, ratings, background=-1.0, *, state=None, on_epoch=None, on_progress=None):
        """Train to reproduce `ratings`, CSR (n_posts, n_words) float; entries not stored have the rating `background`.

        state, on_epoch, on_progress : as in :meth:`instahash.word2vec.Word2Vec.fit`.

        Raises DataError for a matrix without posts or with ratings that are not finite, DivergenceError where the
        parameters stop being finite.
        """
        if ratings.shape[0] == 0:
            raise DataError("autorec was given no posts; it needs at least one rating vector to learn from")
        if not np.isfinite(ratings.data).all():
            raise DataError("autorec was given a rating that is not a finite number; ratings lie in [-1, 1]")
        S = _above(ratings, background)
        self._begin(S, background, state)
        n_posts, n_words = S.shape
        starts = range(0, n_posts, self.batch_size)
        # Overflow is looked for once an epoch, by _check, which can name its cause.
        with ThreadPoolExecutor(self.n_threads) as pool, np.errstate(over="ignore", invalid="ignore"):
            for epoch in range(len(self.history) + 1, self.epochs + 1):
                order, squares = np.random.default_rng([self.seed, epoch]).permutation(n_posts), 0.0
                for batch, start in enumerate(starts):
                    done = (epoch - 1 + batch / len(starts)) / self.epochs
                    batch_S = S[order[start : start + self.batch_size]]
                    square, gradients = self._step(batch_S, background, pool)
                    self._adam.step(gradients, self.learning_rate * (1.0 - done), pool, self.n_threads)
                    self._Vt -= self._Vt.mean(axis=0)
                    squares += square
                    if on_progress:
                        on_progress(batch_S.shape[0])
                self._check(squares, epoch)
                self.history.append(float(np.sqrt(squares / (n_posts * n_words))))
                if on_epoch:
                    on_epoch(self)
        return self

    @classmethod
    def from_arrays(cls, V, mu, U, b, history=()):
        """A trained model from its parameters, shapes as in the room's legend."""
        model = cls(n_hidden=len(mu))
        model._Vt, model.mu, model.U, model.b = np.ascontiguousarray(V.T), mu, U, b
        model.history = list(history)
        return model

    @property
    def V(self):
        """The encoder, (n_hidden, n_words); a view of the array that holds a word's weights side by side."""
        return self._Vt.T

    def state(self):
        """All that training needs to go on: a dict of arrays."""
        arrays = {"Vt": self._Vt, "mu": self.mu, "U": self.U, "b": self.b, "history": np.array(self.history)}
        return arrays | self._adam.state()

    def _begin(self, S, background, state):
        n_words = S.shape[1]
        rng = np.random.default_rng([self.seed, 0])
        # A unit's input then varies by about one over the posts, the range in which a sigmoid has a slope.
        scale = 1 / np.sqrt(max((S.data.astype(np.float64) ** 2).sum() / S.shape[0], 1.0))
        self._Vt = (scale * rng.standard_normal((n_words, self.n_hidden), np.float32)).astype(np.float32)
        self._Vt -= self._Vt.mean(axis=0)
        self.mu = np.zeros(self.n_hidden, np.float32)
        self.U = np.zeros((n_words, self.n_hidden), np.float32)
        self.b = (background + S.sum(axis=0) / S.shape[0]).astype(np.float32)  # the mean rating: the best constant
        self._adam = Adam({"V": self._Vt, "mu": self.mu, "U": self.U, "b": self.b})
        self.history = []
        if state is not None:
            if state["U"].shape != self.U.shape:
                raise DataError(f"the saved decoder is {state['U'].shape}, this training needs {self.U.shape}")
            for array, name in ((self._Vt, "Vt"), (self.mu, "mu"), (self.U, "U"), (self.b, "b")):
                array[:] = state[name]
            self._adam.restore(state)
            self.history = [float(value) for value in state["history"]]

    def _step(self, S, background, pool):
        """Sum of squared errors of the posts S = R - c, and the gradients of J: exact, by the cheaper of two ways."""
        m, (n_words, n_hidden) = S.shape[0], self.U.shape
        S_T = S.T.tocsr()
        H = self._add_product(S, self._Vt, 1.0, np.tile(self.mu, (m, 1)), pool)
        sigmoid_in_place(H)
        dense = 3 * m * n_words <= 2 * n_hidden * (m + n_words)  # multiply-adds of the decoder, divided by n_hidden
        decode = self._decode_dense if dense else self._decode_gram
        square, UE, dU, db = decode(H, S, S_T, self.b - self.b.dtype.type(background), pool)

        dZ = UE
        dZ *= H * (1 - H) / m
        dV = self._add_product(S_T, dZ, 1.0, np.zeros_like(self._Vt), pool)
        if self.reg:
            dU += self.reg * self.U
            dV += self.reg * self._Vt
        return square, {"V": dV, "mu": dZ.sum(axis=0), "U": dU, "b": db}

    def _decode_dense(self, H, S, S_T, a, pool):
        """The error of every entry, E = H U' + a - S, and what follows from it; the way of small vocabularies.

        Returns (sum of squares, E U, E'H / m, E'1 / m).
        """
        E = H @ self.U.T
        E += a
        E[np.repeat(np.arange(len(H)), np.diff(S.indptr)), S.indices] -= S.data
        return np.einsum("ij,ij->", E, E, dtype=np.float64), E @ self.U, E.T @ (H / len(H)), E.mean(axis=0)

    def _decode_gram(self, H, S, S_T, a, pool):
        """The same without any array of posts x words. With a = b - c the error of a post is e = U h + a - s, so

        U'e      = (U'U) h + U'a - U's
        |e|^2    = h.(U'U h) + 2 h.U'a + |a|^2 - 2 h.U's - 2 s.a + |s|^2
        sum e h' = U (H'H) + a (1'H) - S'H          sum e = U (H'1) + m a - S'1
        """
        U, m = self.U, len(H)
        QH, h = H @ (U.T @ U), H.mean(axis=0)
        rest = self._add_product(S, U, -1.0, np.tile(U.T @ a, (m, 1)), pool)  # U'a - U's of each post
        square = (
            np.einsum("ij,ij->", H, QH + 2 * rest, dtype=np.float64)
            + m * np.dot(a, a).astype(np.float64)
            + np.sum(S.data * (S.data - 2 * a[S.indices]), dtype=np.float64)
        )
        dU = U @ (H.T @ (H / m))
        dU += a[:, None] * h
        self._add_product(S_T, H, -1.0 / m, dU, pool)
        QH += rest
        return square, QH, dU, U @ h + a - S_T.sum(axis=1) / m

    def _add_product(self, S, A, scale, out, pool):
        """out += scale S A; each thread has rows of its own."""
        scale = out.dtype.type(scale)
        data = S.data.astype(out.dtype, copy=False)

        def run(part):
            kernels.add_product(S.indptr[part.start : part.stop + 1], S.indices, data, A, scale, out[part])

        list(pool.map(run, self._parts(len(out))))
        return out

    def _parts(self, n):
        cuts = np.linspace(0, n, self.n_threads + 1).astype(int)
        return [slice(a, b) for a, b in zip(cuts, cuts[1:])]

    def _check(self, squares, epoch):
        for name, values in self._adam.parameters.items():
            if not (np.isfinite(squares) and np.isfinite(values).all()):
                raise DivergenceError(
                    f"autorec diverged in epoch {epoch}: {name} or the loss is no longer finite at learning rate "
                    f"{self.learning_rate:g}; try a smaller one, such as --set autorec.learning_rate=0.001"
                )

    def encode(self, ratings, background=0.0):
        """Codes g(V r + mu), (n_posts, n_hidden) float32, of a CSR matrix of ratings over `background`."""
        H = np.asarray(_above(ratings, background) @ self._Vt, dtype=np.float32)
        H += self.mu
        sigmoid_in_place(H)
        return H

    def predict(self, ratings, background=0.0):
        """Outputs U g(V r + mu) + b, (n_posts, n_words) float32. Give few posts at a time: the array is dense."""
        return self.encode(ratings, background) @ self.U.T + self.b

    def rmse(self, ratings, background=-1.0, block=2048):
        """Root mean squared error over all entries of `ratings` (float64)."""
        total = 0.0
        for start in range(0, ratings.shape[0], block):
            S = _above(ratings[start : start + block], background)
            error = self.encode(S) @ self.U.T + (self.b - np.float32(background))
            error[np.repeat(np.arange(S.shape[0]), np.diff(S.indptr)), S.indices] -= S.data
            total += float(np.einsum("ij,ij->", error, error, dtype=np.float64))
        return float(np.sqrt(total / (ratings.shape[0] * ratings.shape[1])))


def _above(ratings, background):
    """S = R - c, sparse: the stored ratings less the background."""
    data = (ratings.data - np.float32(background)).astype(np.float32)
    return type(ratings)((data, ratings.indices, ratings.indptr), ratings.shape)


def sigmoid_in_place(x):
    """x <- 1 / (1 + exp(-x)) = (1 + tanh(x / 2)) / 2, which cannot overflow."""
    x *= 0.5
    np.tanh(x, out=x)
    x += 1.0
    x *= 0.5
