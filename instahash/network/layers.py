"""The parameters of a network with one hidden layer, its units, and its encoder, forwards and backwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from instahash.arrays import check_memory
from instahash.dense import dots_at
from instahash.errors import DataError, ModelError, UntrainedError
from instahash.forms import Form, fit
from instahash.network import kernels
from instahash.network.optimize import Update
from instahash.replay import ReplayBuffer
from instahash.sparse import CSR, with_data
from instahash.threads import Threads

HIDDEN = ("sigmoid", "tanh", "relu", "identity")
# Words whose gradient, or part of a loss, is held at a time by a thread: it stays in the second-level cache.
WORDS = 512
# Posts whose codes one thread has before others would have started.
FEW_POSTS = 64
# What is kept of a network.
FORMS = {
    "V": Form("float32 float64", ("hidden", "inputs")),
    "mu": Form("float32 float64", ("hidden",)),
    "U": Form("float32 float64", ("outputs", "hidden")),
    "b": Form("float32 float64", ("outputs",)),
}


@dataclass
class Parameters:
    """What is trained. `Vt` (n_inputs, n_hidden) is V transposed, so that the weights of a word stand side by side."""

    Vt: np.ndarray
    mu: np.ndarray
    U: np.ndarray
    b: np.ndarray

    @classmethod
    def zeros(cls, n_inputs: int, n_outputs: int, n_hidden: int, dtype: Any) -> Parameters:
        """Arrays of zeros."""
        shapes = (n_inputs, n_hidden), n_hidden, (n_outputs, n_hidden), n_outputs
        return cls(*(np.zeros(shape, dtype) for shape in shapes))

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Parameters:
        """The arrays V, mu, U and b, where they are laid out as here no copies, for these may be gigabytes.

        KeyError where one is missing, ValueError where they do not fit.
        """
        fit(arrays, FORMS)
        if len({arrays[name].dtype for name in FORMS}) > 1:
            raise ValueError("V, mu, U and b are not of one precision")
        return cls(*map(np.ascontiguousarray, (arrays["V"].T, arrays["mu"], arrays["U"], arrays["b"])))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The arrays V, mu, U and b themselves."""
        return {"V": self.V, "mu": self.mu, "U": self.U, "b": self.b}

    @property
    def V(self) -> np.ndarray:
        """The encoder, (n_hidden, n_inputs), a view."""
        return self.Vt.T

    def penalty(self, reg: float) -> float:
        """reg/2 (|V|^2 + |U|^2), float64."""
        norms = (np.einsum("ij,ij->", array, array, dtype=np.float64) for array in (self.Vt, self.U))
        return 0.5 * reg * float(sum(norms)) if reg else 0.0

    def check_trained(self) -> None:
        """UntrainedError where there are no weights yet."""
        if not len(self.b):
            raise UntrainedError


def check_posts(X: CSR, S: CSR, owner: str) -> None:
    """DataError where there are no posts, or inputs and targets of different posts."""
    if X.shape[0] == 0:
        raise DataError(f"{owner} was given no posts; it needs at least one to learn from")
    if X.shape[0] != S.shape[0]:
        raise DataError(f"{owner} was given inputs {X.shape} and targets {S.shape}; their posts must agree")


def check_size(X: CSR, S: CSR, settings: Any, owner: str) -> None:
    """DataError where a training would need more memory than there is: parameters, gradients, two moments of each."""
    n, numbers = X.shape[1] + S.shape[1], np.dtype(settings.dtype).itemsize * settings.n_hidden
    check_memory(n * (4 * numbers + 16), f"{owner}: weights of {X.shape[1]:,} inputs and {S.shape[1]:,} outputs")


def check_new_posts(X: CSR, S: CSR, theta: Parameters, replay: ReplayBuffer) -> None:
    """DataError where new posts lack columns of the training, ModelError where the earlier posts are not there."""
    for n_new, n_old in ((X.shape[1], len(theta.Vt)), (S.shape[1], len(theta.U))):
        if n_new < n_old:
            raise DataError(f"the new posts have {n_new} columns, the model has {n_old}; keep the old ones first")
    if not replay.matrices:
        raise ModelError("this model holds no posts to train on again; call fit first, or train anew on all posts")


# Where training starts


def random_start(X: CSR, b: np.ndarray, n_hidden: int, rng: np.random.Generator, spread: float = 1.0) -> Parameters:
    """A random encoder and a decoder of zeros with the biases b (n_outputs,).

    The input of a unit then varies by about `spread` over the posts; for 1, that is where a sigmoid is curved.
    """
    theta = Parameters.zeros(X.shape[1], len(b), n_hidden, X.dtype)
    for rows in slices(slice(0, len(theta.Vt))):  # so that there is never a second array of this size
        theta.Vt[rows] = rng.standard_normal(theta.Vt[rows].shape, np.float32)
    theta.Vt *= X.dtype.type(spread / np.sqrt(max(np.sum(np.square(X.data, dtype=np.float64)) / X.shape[0], 1.0)))
    theta.b[:] = b
    return theta


def grown(theta: Parameters, X: CSR, b: np.ndarray) -> Parameters:
    """A copy with new words, the last columns of X and the last of the biases b.

    A new input has the mean encoder weights of the inputs it shares posts with, by the sizes of their entries in X; a
    new output has no decoder weights.
    """
    n_old, more = len(theta.Vt), len(b) - len(theta.b)
    company = abs(X.T.tocsr()[n_old:]) @ abs(X[:, :n_old])
    total = company.sum(axis=1)
    new = ((company @ theta.Vt) / np.where(total > 0, total, 1)[:, None]).astype(X.dtype)
    biases = np.append(theta.b, b[len(theta.b) :].astype(X.dtype))
    return Parameters(np.concatenate([theta.Vt, new]), theta.mu.copy(), np.pad(theta.U, ((0, more), (0, 0))), biases)


# Units: each gives 0 for 0.


def activate(hidden: str, Z: np.ndarray) -> None:
    """Z <- g(Z) in place. The sigmoid is moved down by a half: 1 / (1 + exp(-z)) - 1/2 = tanh(z / 2) / 2."""
    if hidden == "sigmoid":
        Z *= 0.5
        np.tanh(Z, out=Z)
        Z *= 0.5
    elif hidden == "tanh":
        np.tanh(Z, out=Z)
    elif hidden == "relu":
        np.maximum(Z, 0, out=Z)


def slopes(hidden: str, H: np.ndarray) -> np.ndarray:
    """g'(z) from the codes h = g(z)."""
    if hidden == "sigmoid":
        return 0.25 - H * H  # (1/2 + h) (1/2 - h)
    if hidden == "tanh":
        return 1 - H * H
    return np.asarray(H > 0, H.dtype) if hidden == "relu" else np.ones_like(H)


# The encoder


def corrupted(X: CSR, probability: float, rng: np.random.Generator) -> CSR:
    """X with each entry dropped with this probability, and the rest divided by one minus it (Vincent et al. 2008)."""
    if not probability:
        return X
    kept = rng.random(X.nnz, np.float32) >= probability
    return with_data(X, X.data * kept / X.dtype.type(1 - probability))


def codes(theta: Parameters, X: CSR, hidden: str, threads: Threads) -> np.ndarray:
    """H (m, n_hidden) = g(X V' + 1 mu')."""
    H = np.empty((X.shape[0], len(theta.mu)), theta.mu.dtype)
    data, one = X.data.astype(H.dtype, copy=False), H.dtype.type(1)

    def run(part: slice) -> None:
        H[part] = theta.mu
        kernels.add_rows(X.indptr[part.start : part.stop + 1], X.indices, data, theta.Vt, one, H[part])
        activate(hidden, H[part])

    threads.entries(X.indptr, run)
    return H


def unit_inputs(theta: Parameters, X: CSR) -> np.ndarray:
    """(X.nnz, n_hidden), what each stored entry adds to z: the rows of a post and mu add up to it."""
    return X.data[:, None] * theta.Vt[X.indices]


def encode(theta: Parameters, X: CSR, hidden: str, n_threads: int) -> np.ndarray:
    """:func:`codes` of a query, by one thread for few posts."""
    with Threads(n_threads if X.shape[0] > FEW_POSTS else 1) as threads:
        return codes(theta, X, hidden, threads)


def outputs_at(theta: Parameters, H: np.ndarray, places: CSR, n_threads: int) -> np.ndarray:
    """(places.nnz,), outputs for the codes H (m, n_hidden) at the stored entries of `places`, CSR (m, n_outputs)."""
    if places.shape[0] != len(H):
        raise DataError(f"the places have {places.shape[0]} posts, the query has {len(H)}; give a row for each post")
    out = theta.b[places.indices]

    def run(part: slice) -> None:
        starts = places.indptr[part.start : part.stop + 1]
        own = slice(starts[0], starts[-1])
        out[own] += dots_at(starts - starts[0], places.indices[own], H[part], theta.U)

    with Threads(n_threads) as threads:
        threads.entries(places.indptr, run)
    return out


def encoder_gradients(theta: Parameters, X: CSR, DZ: np.ndarray, reg: float, update: Update, threads: Threads) -> None:
    """Give the gradients of mu, DZ' 1, and of Vt, X' DZ + reg Vt, to `update`, some words at a time.

    DZ : (m, n_hidden), derivatives of J, a mean over posts, by the inputs of the units.  Several threads call `update`.
    """
    X_T, real = X.T.tocsr(), DZ.dtype.type
    update("mu", slice(None), DZ.sum(axis=0))

    def run(part: slice) -> None:
        for words in slices(part):
            gradient = real(reg) * theta.Vt[words]
            starts = X_T.indptr[words.start : words.stop + 1]
            kernels.add_rows(starts, X_T.indices, X_T.data, DZ, real(1), gradient)
            update("Vt", words, gradient)

    threads.rows(len(theta.Vt), run)


def add_product(S: CSR, B: np.ndarray, out: np.ndarray, threads: Threads, scale: float = 1.0) -> np.ndarray:
    """out += scale S B for a CSR matrix S; returns out. One thread sums a row, in the order of its entries."""
    data, factor = S.data.astype(out.dtype, copy=False), out.dtype.type(scale)

    def run(part: slice) -> None:
        kernels.add_rows(S.indptr[part.start : part.stop + 1], S.indices, data, B, factor, out[part])

    threads.entries(S.indptr, run)
    return out


def slices(part: slice, most: int | None = None) -> Iterator[slice]:
    """A slice in pieces of at most so many, by default WORDS."""
    most = most or WORDS
    for start in range(part.start, part.stop, most):
        yield slice(start, min(start + most, part.stop))
