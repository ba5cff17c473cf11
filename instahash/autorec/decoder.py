"""The decoder's part of loss and gradient, exactly, with no array of all outputs; and the best decoder.

Targets S are sparse: the ratings less the background. For codes H and outputs O = H U' + 1 b' the loss of m posts is

    1/2 sum_ij w_ij (o_ij - s_ij)^2          w = 1 where an entry is stored, else `absent_weight`

All that training needs of the derivatives D_ij = w_ij (o_ij - s_ij) are the products D U, D'H, D'1 and the sum of
squares. Were nothing stored, D = w (H U' + 1 b'), of which each product passes through U'U or H'H; what is stored adds
the sparse K: :func:`gradients_by_gram`. Vincent, de Brebisson and Bouthillier 2015 have the same idea for single
examples; here it is done a batch at a time, so that any optimiser can follow. Few words or posts need fewer operations
with O itself, and sigmoid outputs o = f(U h + b) need it: :func:`gradients_by_outputs`, of at most 512 words at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from scipy import linalg

from instahash.autorec import kernels
from instahash.autorec.problem import Problem
from instahash.network.kernels import add_rows
from instahash.network.layers import Parameters, add_product, slices
from instahash.network.optimize import Update
from instahash.sparse import CSR, column_sums, row_of_entries, with_data
from instahash.threads import Threads

Result = tuple[float, np.ndarray]


def decoder_gradients(
    theta: Parameters, H: np.ndarray, problem: Problem, update: Update | None = None, UU: np.ndarray | None = None
) -> Result:
    """(sum w e^2, DH = D U not yet divided by m) for the codes H (m, n_hidden) of its posts, by the cheaper way.

    update : is given the gradients of U, D'H / m + reg U, and of b, D'1 / m, for slices of words, by several threads,
        when these rows of U and b are no longer needed: an optimiser changes them.
    UU : U'U where it is known.
    """
    if problem.outputs_are_cheaper(len(H), UU is not None):
        return gradients_by_outputs(theta, H, problem, update)
    return gradients_by_gram(theta, H, problem, update, UU)


def gradients_by_outputs(theta: Parameters, H: np.ndarray, problem: Problem, update: Update | None) -> Result:
    """By the error of every entry, at most 512 words at a time: cheaper for few words or posts, and for any output."""
    U, b, real, S_T = theta.U, theta.b, H.dtype.type, problem.S.T.tocsr()
    w, each, reg = real(problem.settings.absent_weight), real(1 / len(H)), real(problem.settings.reg)
    HE = each * H

    def run(part: slice) -> Result:
        square, DH = 0.0, np.zeros_like(H)
        for words in slices(part):
            targets = S_T[words]
            entries = targets.indices, row_of_entries(targets)
            E = H @ U[words].T
            E += b[words]
            E, slope = output_units(E, problem.span)
            E[entries] -= targets.data
            D = E
            if w != 1:
                D = w * E
                D[entries] = E[entries]
            square += np.einsum("ij,ij->", E, D, dtype=np.float64)
            if slope is not None:
                D = D * slope
            DH += D @ U[words]
            if update:
                gradient = D.T @ HE
                if reg:
                    gradient += reg * U[words]
                update("U", words, gradient)
                update("b", words, each * D.sum(axis=0))
        return square, DH

    squares, parts = zip(*problem.threads.rows(len(U), run))
    return sum(squares), sum(parts[1:], parts[0])


def gradients_by_gram(
    theta: Parameters, H: np.ndarray, problem: Problem, update: Update | None, UU: np.ndarray | None
) -> Result:
    """From U'U and H'H, for identity outputs, or stored entries alone: m posts cost no more than their codes.

    D = w (H U' + 1 b') + K with K = (1 - w) o - s at the stored entries, so that

        D U  = w (H U'U + 1 (U'b)') + K U
        D'H  = w (U H'H + b (1'H)) + K'H            D'1 = w (U H'1 + m b) + K'1

    and, over posts i and stored entries q,

        sum w e^2 = w sum_i (h_i.U'U h_i + 2 h_i.U'b + |b|^2) + sum_q ((o_q - s_q)^2 - w o_q^2)

    With w = 0 only what is stored is left.
    """
    U, b, S, w = theta.U, theta.b, problem.S, H.dtype.type(problem.settings.absent_weight)
    if w:
        UU = w * (problem.threads.gram(U) if UU is None else UU)
    Ub, DH, K = w * (U.T @ b), np.empty_like(H), with_data(S, -S.data if w == 1 else np.empty_like(S.data))

    def errors(part: slice) -> float:
        DH[part] = Ub
        starts, entries = S.indptr[part.start : part.stop + 1], slice(S.indptr[part.start], S.indptr[part.stop])
        if w == 1:
            # Then K = -s, known without any output, and (o - s)^2 - o^2 = s^2 - 2 s o.
            add_rows(starts, S.indices, K.data, U, w, DH[part])
            s = S.data[entries]
            square = float(np.sum(s * (s - 2 * b[S.indices[entries]]), dtype=np.float64))
            linear = 2 * DH[part]
        else:
            linear = 2 * DH[part]  # before `correct` adds to it, and writes K
            square = kernels.correct(starts, S.indices, S.data, H[part], U, b, w, problem.span, K.data, DH[part])
        if w:
            QH = H[part] @ UU
            DH[part] += QH
            QH += linear
            square += sum_of_products(H[part], QH)
        return square

    square = sum(problem.threads.rows(len(H), errors)) + len(H) * float(w) * sum_of_products(b, b)
    if update:
        update_by_gram(theta, H, K, problem, update)
    return square, DH


def update_by_gram(theta: Parameters, H: np.ndarray, K: CSR, problem: Problem, update: Update) -> None:
    """Give D'H / m + reg U and D'1 / m to `update`, as :func:`gradients_by_gram` says."""
    U, b, m, real = theta.U, theta.b, len(H), H.dtype.type
    w, each, reg = real(problem.settings.absent_weight), real(1 / m), real(problem.settings.reg)
    K_T = with_data(K, each * K.data).T.tocsr()
    if w:
        h, HH = each * H.sum(axis=0), (w * each) * problem.threads.gram(H)
        HH[np.diag_indices_from(HH)] += reg

    def run(part: slice) -> None:
        for words in slices(part):
            if w:
                gradient, gradient_b = U[words] @ HH, w * (U[words] @ h + (m * each) * b[words])
                add_outer(w, b[words], h, gradient)
            else:
                gradient, gradient_b = np.zeros_like(U[words]), np.zeros_like(b[words])
            K_part = K_T[words]
            add_rows(K_part.indptr, K_part.indices, K_part.data, H, real(1), gradient)
            gradient_b += np.bincount(row_of_entries(K_part), K_part.data, len(gradient_b)).astype(H.dtype)
            if reg and not w:
                gradient += reg * U[words]
            update("U", words, gradient)
            update("b", words, gradient_b)

    problem.threads.rows(len(U), run)


def output_units(Z: np.ndarray, span: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Outputs and slopes, None for 1; for span = (low, high) low + (high - low) / (1 + exp(-Z)). Z is used up."""
    if not len(span):
        return Z, None
    real, height = Z.dtype.type, span[1] - span[0]
    T = np.tanh(real(0.5) * Z, out=Z)
    slope = real(0.25) * height * (1 - T * T)
    T *= real(0.5) * height
    T += real(0.5) * (span[1] + span[0])
    return T, slope


def as_ratings(Z: np.ndarray, span: np.ndarray, background: float) -> np.ndarray:
    """What output units are given, as ratings over the background. Their order does not change. Z is used up."""
    outputs = output_units(Z, span)[0]
    outputs += Z.dtype.type(background)
    return outputs


class DecoderSums(NamedTuple):
    """Over n posts: of the squares of the targets; H'H, S'H, H'1 and S'1 of codes H and targets S."""

    n: int
    squares: float
    HH: np.ndarray
    SH: np.ndarray
    sum_h: np.ndarray
    sum_s: np.ndarray


def decoder_sums(theta: Parameters, blocks: Iterable[tuple[np.ndarray, CSR]], threads: Threads) -> DecoderSums:
    """The sums over posts that come as codes and targets of some of them at a time."""
    n_words, n_hidden = theta.U.shape
    n, squares, HH, SH = 0, 0.0, np.zeros((n_hidden, n_hidden)), np.zeros_like(theta.U)
    sum_h, sum_s = np.zeros(n_hidden), np.zeros(n_words)
    for H, S in blocks:
        n += len(H)
        HH += threads.gram(H)
        sum_h += H.sum(axis=0, dtype=np.float64)
        sum_s += column_sums(S)
        squares += float(np.sum(np.square(S.data, dtype=np.float64)))
        add_product(S.T.tocsr(), H, SH, threads)
    return DecoderSums(n, squares, HH, SH, sum_h, sum_s)


def ridge_decoder(theta: Parameters, blocks: Iterable[tuple[np.ndarray, CSR]], reg: float, threads: Threads) -> float:
    """Set U and b to those that minimise 1/(2n) |H U' + 1 b' - S|^2 + reg/2 |U|^2; returns their sum of squared errors.

    blocks : codes H and targets S of some of the n posts at a time. With h- and s- the means of codes and targets,

        U (C / n + reg I) = S'H / n - s- h-'          C = H'H - n h- h-'

    needs the eigenvalues of one matrix (n_hidden, n_hidden), however many words there are.
    """
    return decoder_from(theta, decoder_sums(theta, blocks, threads), reg, threads)


def decoder_from(theta: Parameters, sums: DecoderSums, reg: float, threads: Threads) -> float:
    """The same from the sums over all posts."""
    n, squares, HH, SH, sum_h, sum_s = sums
    dtype, mean_h, mean_s = theta.U.dtype, sum_h / n, sum_s / n
    values, R = linalg.eigh(HH / n - np.outer(mean_h, mean_h))
    # Directions in which codes vary no more than a few rounding errors are left out, as a pseudo-inverse does.
    error = 4 * np.finfo(dtype).eps * np.trace(HH) / n
    weight = np.where(values > error, 1 / (reg + np.maximum(values, error) + np.finfo(dtype).tiny), 0)
    SH = SH.astype(dtype, copy=False)
    covariance = SH * dtype.type(1 / n)
    add_outer(-1.0, mean_s.astype(dtype), mean_h.astype(dtype), covariance)
    theta.U[:] = U = threads.product(covariance, (R * weight @ R.T).astype(dtype))
    theta.b[:] = b = (mean_s - U @ mean_h.astype(dtype)).astype(dtype)
    # The squares are those of centred codes, o = U (h - mean h) + a: the large parts of U h and b do not cancel then.
    a, C = b + U @ mean_h.astype(dtype), (HH - n * np.outer(mean_h, mean_h)).astype(dtype)
    square = n * np.sum(np.square(a, dtype=np.float64)) - 2 * a @ sum_s + squares
    for words in slices(slice(0, len(U))):
        rest = U[words] @ C - 2 * (SH[words] - np.outer(sum_s[words], mean_h).astype(dtype))
        square += sum_of_products(U[words], rest)
    return float(square)


def add_outer(scale: float, x: np.ndarray, y: np.ndarray, out: np.ndarray) -> None:
    """out += scale x y', without an array of its size. `out` must be C-contiguous: BLAS changes a copy of another."""
    (ger,) = linalg.get_blas_funcs(("ger",), (out,))
    ger(scale, y, x, a=out.T, overwrite_a=True)


def sum_of_products(A: np.ndarray, B: np.ndarray) -> float:
    """The sum of all a_ij b_ij, float64."""
    return float(np.einsum("i,i->", A.reshape(-1), B.reshape(-1), dtype=np.float64))
