"""A start from the spectrum: the best linear autoencoder in closed form, written into the near-linear range of units.

For inputs x and targets s with means x- and s-, the linear map B for which the mean of |s - s- - B'(x - x-)|^2 is least
among those of rank n_hidden is B = A P', with M the covariance of x, N that of x and s,

    P : the first eigenvectors of F = N' M^-1 N          A = M^-1 N P

(reduced-rank regression, Izenman 1975). Where the targets are the inputs, F = N = M, A = P: principal component
analysis (Baldi and Hornik 1989). Where words are dropped from the input with probability p and the rest divided by 1 -
p, M is the expected covariance over all drops, cov x + p/(1 - p) diag(mean x^2), which is the denoising optimum (Chen
et al. 2012). The codes A'(x - x-) are uncorrelated with variances equal to F's eigenvalues.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from instahash.autorec import kernels
from instahash.autorec.decoder import add_outer
from instahash.network.layers import Parameters, add_product
from instahash.sparse import CSR, column_sums
from instahash.threads import Threads

# Standard deviation of a unit's input z: a sigmoid is off its tangent by z^2 / 12, 0.3 %, a tanh by z^2 / 3, 1.3 %.
LINEAR_SPREAD = 0.2
# Covariances of so many entries in all are held and their eigenvectors found by LAPACK, that is of up to 4,096 words;
# above, a randomised range finder.
DENSE_ENTRIES = 3 * 4096**2
# Of the range finder: vectors beyond those wanted, products with F, conjugate gradient steps for each M^-1.
OVERSAMPLING, POWERS, SOLVER_STEPS = 20, 3, 15
# Posts whose products with a thin matrix are held at a time.
PRODUCT_POSTS = 16384
# Fraction of M's mean variance, or of itself if that is less, added to its diagonal: words that never vary have 0.
VARIANCE_FLOOR = 1e-6


class Sums:
    """What a start from the spectrum asks of posts: sums over them. Posts elsewhere have a class of their own.

    X, S : CSR (n, n_inputs) and (n, n_outputs), inputs and targets; `autoencoder`: they are one.
    x, s : (n_inputs,) and (n_outputs,) float64, the sums of their columns.  squares : of the squares of the inputs.
    """

    def __init__(self, X: CSR, S: CSR, threads: Threads):
        self.X, self.S, self.threads, self.n, self.dtype = X, S, threads, X.shape[0], X.dtype
        self.autoencoder, self.x, self.s = X is S, column_sums(X), column_sums(S)
        self.squares = column_sums(X, np.square(X.data, dtype=np.float64))

    def gram(self, right: str) -> np.ndarray:
        """X'X or, where `right` is "S", X'S, float64."""
        X_T, S = self.X.astype(np.float64).T.tocsr(), getattr(self, right).astype(np.float64)
        total = np.zeros((len(self.x), S.shape[1]))

        def run(part: slice) -> None:
            starts = X_T.indptr[part.start : part.stop + 1]
            kernels.add_gram(starts, X_T.indices, X_T.data, S.indptr, S.indices, S.data, total[part])

        self.threads.entries(X_T.indptr, run)
        return total

    def product(self, left: str, right: str, Q: np.ndarray) -> np.ndarray:
        """left' (right Q) for a thin Q, where both are "X" or "S", a block of posts at a time."""
        A, B = getattr(self, left), getattr(self, right)
        out = np.zeros((A.shape[1], Q.shape[1]), Q.dtype)
        for start in range(0, self.n, PRODUCT_POSTS):
            R = B[start : start + PRODUCT_POSTS]
            RQ = add_product(R, Q, np.zeros((R.shape[0], Q.shape[1]), Q.dtype), self.threads)
            L = R if A is B else A[start : start + PRODUCT_POSTS]
            add_product(L.T.tocsr(), RQ, out, self.threads)
        return out


class Covariances:
    """M, N and F of inputs and targets: means `x` and `s`, mean squares of the inputs, and two ways to P."""

    def __init__(self, sums: Any, corruption: float):
        self.sums, self.n, self.dtype = sums, sums.n, sums.dtype
        self.autoencoder = sums.autoencoder and corruption == 0
        self.x, self.s, self.squares = sums.x / self.n, sums.s / self.n, sums.squares / self.n
        noise = corruption / (1 - corruption) * self.squares
        self.variance = (self.squares - self.x**2).clip(min=0) + noise
        self.floor = VARIANCE_FLOOR * max(self.variance.mean(), VARIANCE_FLOOR)
        self.extra = noise + self.floor  # on the diagonal of M

    def best_linear_map(self, rank: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A, P and the eigenvalues of F, the largest last, with B = A P' the best linear map of that rank."""
        n_inputs, n_outputs = len(self.x), len(self.s)
        dense = n_inputs**2 + n_inputs * n_outputs + n_outputs**2 <= DENSE_ENTRIES
        return self.map_by_arrays(rank) if dense else self.map_by_products(rank, rng)

    def map_by_arrays(self, rank: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """From arrays, words x words."""
        N = self._array("S", self.s)
        if self.autoencoder:
            F = N
        else:
            M = N.copy() if self.sums.autoencoder else self._array("X", self.x)
            M[np.diag_indices_from(M)] += self.extra
            B = linalg.cho_solve(linalg.cho_factor(M, overwrite_a=True), N)
            F = N.T @ B
        last = len(F) - 1
        values, P = linalg.eigh(F.astype(self.dtype), subset_by_index=[last - rank + 1, last], check_finite=False)
        return (P if self.autoencoder else B.astype(self.dtype) @ P), P, values

    def _array(self, right: str, mean: np.ndarray) -> np.ndarray:
        """The covariance of inputs and X or S, in float64, since M is divided by."""
        total: np.ndarray = self.sums.gram(right)
        total /= self.n
        total -= np.outer(self.x, mean)
        return total

    def map_by_products(self, rank: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """From products of F with thin matrices: a randomised range finder (Halko, Martinsson and Tropp 2011, 4.4)."""
        width = min(rank + OVERSAMPLING, len(self.s))
        Q = rng.standard_normal((len(self.s), width), np.float32).astype(self.dtype)
        for _ in range(POWERS):
            Q = _orthonormal(self._F(Q)[0])
        FQ, BQ = self._F(Q)
        values, R = linalg.eigh((Q.T @ FQ).astype(np.float64))
        R = R[:, -rank:].astype(self.dtype)
        P = Q @ R
        return (P if self.autoencoder else BQ @ R), P, values[-rank:]

    def _F(self, Q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """F Q = N' M^-1 N Q, and M^-1 N Q."""
        NQ = self._product("XS", Q)
        if self.autoencoder:
            return NQ, Q
        BQ = self._solve(NQ)
        return self._product("SX", BQ), BQ

    def _product(self, pair: str, Q: np.ndarray) -> np.ndarray:
        """(left' right / n - l r') Q for a pair of X and S with the means l and r."""
        l, r = ({"X": self.x, "S": self.s}[side].astype(Q.dtype) for side in pair)
        out: np.ndarray = self.sums.product(*pair, Q)
        out *= Q.dtype.type(1 / self.n)
        add_outer(-1.0, l, r @ Q, out)
        return out

    def _solve(self, Y: np.ndarray) -> np.ndarray:
        """M^-1 Y by conjugate gradients, every column its own, preconditioned by the diagonal of M. Y is used up."""
        extra = self.extra.astype(Y.dtype)[:, None]
        inverse = (1 / (self.variance + self.floor)).astype(Y.dtype)[:, None]
        Z, R = np.zeros_like(Y), Y
        direction = inverse * R
        rho = np.einsum("ij,ij->j", R, direction, dtype=np.float64)
        for _ in range(SOLVER_STEPS):
            image = self._product("XX", direction)
            image += extra * direction
            curvature = np.einsum("ij,ij->j", direction, image, dtype=np.float64)
            step = (rho / np.where(curvature > 0, curvature, np.inf)).astype(Y.dtype)
            Z += step * direction
            image *= step
            R -= image
            np.multiply(inverse, R, out=image)
            before, rho = rho, np.einsum("ij,ij->j", R, image, dtype=np.float64)
            direction *= (rho / np.where(before > 0, before, np.inf)).astype(Y.dtype)
            direction += image
        return Z


def _orthonormal(Y: np.ndarray) -> np.ndarray:
    """An orthonormal basis of Y's columns by two Cholesky factorisations (CholeskyQR2), which need only Y'Y."""
    for _ in range(2):
        Y = Y / np.maximum(np.linalg.norm(Y, axis=0), np.finfo(Y.dtype).tiny)
        gram = (Y.T @ Y).astype(np.float64)
        gram[np.diag_indices_from(gram)] += len(gram) * np.finfo(Y.dtype).eps
        L = linalg.cholesky(gram, lower=True)
        Y = Y @ linalg.solve_triangular(L, np.eye(len(L)), lower=True).T.astype(Y.dtype)
    return Y


def spectral_start(
    X: CSR, S: CSR, n_hidden: int, hidden: str, corruption: float, rng: np.random.Generator, threads: Threads
) -> Parameters:
    """Parameters of a network that is nearly the best linear map of its rank.

    X, S : CSR (n_posts, n_inputs) and (n_posts, n_outputs), less the background; the same object for an autoencoder.
    hidden : activation of the units, whose inputs are scaled to where it is nearly linear.
    """
    return start_from(Sums(X, S, threads), n_hidden, hidden, corruption, rng)


def start_from(sums: Any, n_hidden: int, hidden: str, corruption: float, rng: np.random.Generator) -> Parameters:
    """The same from the Sums over posts, or what has their attributes and methods."""
    n_inputs, n_outputs, dtype = len(sums.x), len(sums.s), sums.dtype
    covariances = Covariances(sums, corruption)
    A, P, variances = covariances.best_linear_map(min(n_hidden, n_inputs, n_outputs), rng)
    # Variances below a millionth of the largest may be rounding errors of float32.
    used = np.flatnonzero(variances > max(variances.max(initial=0), 0) * 1e-6)
    stretch = np.sqrt(variances[used]) / LINEAR_SPREAD
    # A unit beyond the rank of the data has a random encoder and no decoder yet: with both zero it could learn nothing.
    scale = LINEAR_SPREAD / np.sqrt(covariances.squares.sum() or 1.0)
    Vt = (scale * rng.standard_normal((n_inputs, n_hidden))).astype(dtype)
    U = np.zeros((n_outputs, n_hidden), dtype)
    Vt[:, used] = A[:, used] * (1 / stretch).astype(dtype)
    # The tangent of g: a relu is shifted by four deviations, so that it is rarely zero; the others are used at zero.
    origin, slope = (4 * LINEAR_SPREAD, 1.0) if hidden == "relu" else (0.0, 0.25 if hidden == "sigmoid" else 1.0)
    U[:, used] = P[:, used] * (stretch / slope).astype(dtype)
    mu = (origin - covariances.x.astype(dtype) @ Vt).astype(dtype)
    return Parameters(Vt, mu, U, (covariances.s - U.sum(axis=1) * origin).astype(dtype))
