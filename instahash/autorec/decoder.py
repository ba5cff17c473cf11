"""The decoder's part of loss and gradient, exactly, without an array of posts x words.

Targets S are sparse: the ratings less the background. For codes H and outputs O = H U' + 1 b' the loss of m posts is

    1/2 sum_ij w_ij (o_ij - s_ij)^2          w = 1 where an entry is stored, else `absent_weight`

All that training needs of the derivatives D_ij = w_ij (o_ij - s_ij) are the products D U, D'H, D'1 and the sum of
squares. As if nothing were stored, D = w (H U' + 1 b'), of which each product passes through U'U or H'H; what is stored adds the
sparse K. Vincent, de Brebisson and Bouthillier 2015 have the same idea for single examples; here it is done a batch at
a time, so that any optimiser can follow.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import linalg, sparse

from instahash.autorec import kernels
from instahash.threads import Threads

# Words whose gradient, or part of a loss, is held at a time by a thread: it stays in the second-level cache.
WORDS = 512
# Posts whose outputs are turned into probabilities at a time, for the same reason.
POSTS = 64


class Decoder(NamedTuple):
    """Parameters, loss and threads of one pass over some posts.

    U (n_words, n_hidden), b (n_words,).
    absent_weight : float; 0 where only stored entries count.
    span : (low, high) of sigmoid outputs, an empty array for the identity.
    reg : float, weight of L2 in the gradient of U.

    Each method takes the codes H (m, n_hidden), the targets S, CSR (m, n_words), and the weight `each` of a post in the
    gradients; it returns (sum w e^2, D U). Where `take` is given, it is called as take("U", words, gradient) and
    take("b", words, gradient) for slices of words that together are all, by several threads at once, when U and b are
    no longer needed there: an optimiser may change them. So the decoder's gradient never stands as a whole.
    """

    U: np.ndarray
    b: np.ndarray
    absent_weight: float
    span: np.ndarray
    reg: float
    threads: Threads

    def dense(self, H, S, each, take=None):
        """By the error of every entry, some words at a time: cheaper for few words or few posts, and for any output."""
        U, b, w, real = self.U, self.b, H.dtype.type(self.absent_weight), H.dtype.type
        S_T, HE = S.T.tocsr(), each * H

        def run(part):
            square, DU = 0.0, np.zeros_like(H)
            for words in slices(part):
                entries = slice(S_T.indptr[words.start], S_T.indptr[words.stop])
                stored = (
                    S_T.indices[entries],
                    np.repeat(np.arange(words.stop - words.start), np.diff(S_T.indptr[words.start : words.stop + 1])),
                )
                E = H @ U[words].T
                E += b[words]
                slope = None
                if len(self.span):
                    np.tanh(real(0.5) * E, out=E)
                    height = real(self.span[1] - self.span[0])
                    slope = real(0.25) * height * (1 - E * E)
                    E *= real(0.5) * height
                    E += real(0.5) * (self.span[1] + self.span[0])
                E[stored] -= S_T.data[entries]
                D = E
                if w != 1:
                    D = w * E
                    D[stored] = E[stored]
                square += np.einsum("ij,ij->", E, D, dtype=np.float64)
                if slope is not None:
                    D = D * slope
                DU += D @ U[words]
                if take:
                    gradient = D.T @ HE
                    self._penalise(gradient, words)
                    take("U", words, gradient)
                    take("b", words, each * D.sum(axis=0))
            return square, DU

        squares, DU = zip(*self.threads.rows(len(U), run))
        return sum(squares), sum(DU[1:], DU[0])

    def gram(self, H, S, each, take=None, UU=None):
        """From U'U and H'H, for identity outputs: m posts cost no more than their codes. UU : U'U where it is known.

        D = w (H U' + 1 b') + K with K = (1 - w) o - s at the stored entries, so that

            D U  = w (H U'U + 1 (U'b)') + K U
            D'H  = w (U H'H + b (1'H)) + K'H            D'1 = w (U H'1 + m b) + K'1

        and, over posts i and stored entries q,

            sum w e^2 = w sum_i (h_i.U'U h_i + 2 h_i.U'b + |b|^2) + sum_q ((o_q - s_q)^2 - w o_q^2)
        """
        U, b, m, w, threads = self.U, self.b, len(H), H.dtype.type(self.absent_weight), self.threads
        UU = w * (threads.gram(U) if UU is None else UU)
        Ub, DU, K = w * (U.T @ b), np.empty_like(H), fill(S, -S.data)

        def errors(part):
            DU[part] = Ub
            indptr, stored = S.indptr[part.start : part.stop + 1], slice(S.indptr[part.start], S.indptr[part.stop])
            if w == 1:
                # Then K = -s, known without any output, and (o - s)^2 - o^2 = s^2 - 2 s o.
                kernels.add_product(indptr, S.indices, K.data, U, w, DU[part])
                s = S.data[stored]
                square = np.sum(s * (s - 2 * b[S.indices[stored]]), dtype=np.float64)
                linear = 2 * DU[part]
            else:
                linear = 2 * DU[part]
                square = kernels.correct(indptr, S.indices, S.data, H[part], U, b, w, self.span, K.data, DU[part])
            QH = H[part] @ UU
            DU[part] += QH
            QH += linear
            return square + _sum_of_products(H[part], QH)

        square = sum(threads.rows(m, errors)) + m * float(w) * _sum_of_products(b, b)
        if take:
            h, K_T = each * H.sum(axis=0), fill(K, each * K.data).T.tocsr()
            HH = (w * each) * threads.gram(H)
            HH[np.diag_indices_from(HH)] += H.dtype.type(self.reg)

            def run(part):
                for words in slices(part):
                    gradient = U[words] @ HH
                    add_outer(w, b[words], h, gradient)
                    slope = w * (U[words] @ h + (m * each) * b[words])
                    _add_rows(K_T, words, H, gradient, slope)
                    take("U", words, gradient)
                    take("b", words, slope)

            threads.rows(len(U), run)
        return square, DU

    def observed(self, H, S, each, take=None):
        """The stored entries' errors alone, for a loss that has no others."""
        K, DU = fill(S, np.empty_like(S.data)), np.zeros_like(H)

        def errors(part):
            indptr = S.indptr[part.start : part.stop + 1]
            return kernels.correct(indptr, S.indices, S.data, H[part], self.U, self.b, 0.0, self.span, K.data, DU[part])

        square = sum(self.threads.entries(S.indptr, errors))
        if take:
            K_T = fill(K, each * K.data).T.tocsr()

            def run(part):
                for words in slices(part):
                    gradient = np.zeros_like(self.U[words])
                    slope = np.zeros_like(self.b[words])
                    _add_rows(K_T, words, H, gradient, slope)
                    self._penalise(gradient, words)
                    take("U", words, gradient)
                    take("b", words, slope)

            self.threads.entries(K_T.indptr, run)
        return square, DU

    def multinomial(self, H, S, each, take=None):
        """Twice the cross-entropy of S under p = softmax(o), of which D_ij = n_i p_ij - s_ij with n_i = sum_j s_ij.

        Every output must be known before the first probability is, so the array D (m, n_outputs) stands as a whole.
        """
        U, b, D, DU = self.U, self.b, np.empty((len(H), len(self.U)), H.dtype), np.empty_like(H)

        def errors(part):
            loss = 0.0
            for start in range(part.start, part.stop, POSTS):
                rows = slice(start, min(start + POSTS, part.stop))
                indptr = S.indptr[rows.start : rows.stop + 1]
                entries, sizes = slice(indptr[0], indptr[-1]), np.diff(indptr)
                stored, s = (np.repeat(np.arange(len(sizes)), sizes), S.indices[entries]), S.data[entries]
                n = np.bincount(stored[0], s, len(sizes)).astype(H.dtype)
                O = np.matmul(H[rows], U.T, out=D[rows])
                O += b
                O -= O.max(axis=1, keepdims=True)
                loss -= np.sum(s * O[stored], dtype=np.float64)
                total = np.exp(O, out=O).sum(axis=1)
                loss += np.sum(n * np.log(total), dtype=np.float64)
                O *= (n / total)[:, None]
                O[stored] -= s
            DU[part] = D[part] @ U
            return loss

        loss = sum(self.threads.rows(len(H), errors))
        if take:
            HE = each * H

            def run(part):
                for words in slices(part):
                    gradient = D[:, words].T @ HE
                    self._penalise(gradient, words)
                    take("U", words, gradient)
                    take("b", words, each * D[:, words].sum(axis=0))

            self.threads.rows(len(U), run)
        return 2 * loss, DU

    def _penalise(self, gradient, words):
        if self.reg:
            gradient += self.U.dtype.type(self.reg) * self.U[words]


def slices(part):
    """A slice of words in pieces of at most WORDS."""
    for start in range(part.start, part.stop, WORDS):
        yield slice(start, min(start + WORDS, part.stop))


def _sum_of_products(A, B):
    return float(np.einsum("i,i->", A.reshape(-1), B.reshape(-1), dtype=np.float64))


def _add_rows(K_T, words, H, gradient, slope):
    """gradient += K'H and slope += K'1 for some words."""
    indptr = K_T.indptr[words.start : words.stop + 1]
    kernels.add_product(indptr, K_T.indices, K_T.data, H, H.dtype.type(1), gradient)
    part = slice(indptr[0], indptr[-1])
    slope += np.bincount(np.repeat(np.arange(len(slope)), np.diff(indptr)), K_T.data[part], len(slope)).astype(H.dtype)


def add_product(S, A, out, threads, scale=1.0):
    """out += scale S A for a CSR matrix S; returns out. One thread sums a row, in the order of its entries."""
    data, scale = S.data.astype(out.dtype, copy=False), out.dtype.type(scale)

    def run(part):
        kernels.add_product(S.indptr[part.start : part.stop + 1], S.indices, data, A, scale, out[part])

    threads.entries(S.indptr, run)
    return out


def add_outer(scale, x, y, out):
    """out += scale x y', without an array of its size."""
    (ger,) = linalg.get_blas_funcs(("ger",), (out,))
    ger(scale, y, x, a=out.T, overwrite_a=True)


def fill(S, values):
    """The CSR matrix S with other stored values."""
    return sparse.csr_array((values, S.indices, S.indptr), shape=S.shape)


class Moments:
    """Sums over posts from which the best decoder for given codes, and its loss, follow in closed form.

    HH = H'H, SH = S'H, h = H'1, s = S'1 and |S|^2, added up a block of posts at a time.
    """

    def __init__(self, n_words, n_hidden, dtype):
        self.n, self.squares = 0, 0.0
        self.HH, self.h = np.zeros((n_hidden, n_hidden)), np.zeros(n_hidden)
        self.SH, self.s = np.zeros((n_words, n_hidden), dtype), np.zeros(n_words)

    def add(self, H, S, threads):
        """Add the posts with codes H and targets S."""
        self.n += len(H)
        self.HH += threads.gram(H)
        self.h += H.sum(axis=0, dtype=np.float64)
        self.s += np.bincount(S.indices, weights=S.data, minlength=S.shape[1])
        self.squares += np.sum(np.square(S.data, dtype=np.float64))
        add_product(S.T.tocsr(), H, self.SH, threads)

    def ridge(self, reg, threads):
        """U and b that minimise 1/(2n) |H U' + 1 b' - S|^2 + reg/2 |U|^2.

        U (C + reg I) = S'H / n - s h' with C the covariance of the codes: the eigenvalues of one small matrix, however
        many words.
        """
        dtype = self.SH.dtype
        h, s = self.h / self.n, self.s / self.n
        values, R = linalg.eigh(self.HH / self.n - np.outer(h, h))
        # Directions in which codes vary no more than rounding blurs are left out, as a pseudo-inverse does.
        blur = 4 * np.finfo(dtype).eps * np.trace(self.HH) / self.n
        weight = np.where(values > blur, 1 / (reg + np.maximum(values, blur) + np.finfo(dtype).tiny), 0)
        inverse = (R * weight @ R.T).astype(dtype)
        covariance = self.SH * dtype.type(1 / self.n)
        add_outer(-1.0, s.astype(dtype), h.astype(dtype), covariance)
        U = threads.product(covariance, inverse)
        return U, (s - U @ h.astype(dtype)).astype(dtype)

    def square(self, U, b):
        """Sum of squared errors of a decoder: |H U' + 1 b' - S|^2, float64.

        The codes are centred first, o = U (h - mean h) + a, so that the large parts of U h and b do not cancel.
        """
        h = self.h / self.n
        a = b + U @ h.astype(U.dtype)
        C = (self.HH - self.n * np.outer(h, h)).astype(U.dtype)
        total = self.n * np.sum(np.square(a, dtype=np.float64)) - 2 * a @ self.s + self.squares
        for words in slices(slice(0, len(U))):
            rest = U[words] @ C - 2 * (self.SH[words] - np.outer(self.s[words], h).astype(U.dtype))
            total += _sum_of_products(U[words], rest)
        return float(total)
