"""The loss and gradients of a batch of inputs X and targets S >= 0, CSR (m, n_inputs) and (m, n_outputs)."""

from __future__ import annotations

import numpy as np

from instahash.network.layers import Parameters, codes, corrupted, encoder_gradients, slices, slopes
from instahash.network.optimize import Update
from instahash.softmax.settings import SoftmaxSettings
from instahash.sparse import CSR, column_sums, with_data
from instahash.threads import Threads

Array = np.ndarray
# Posts whose outputs are turned into probabilities at a time: they stay in the second-level cache.
SOFTMAX_POSTS = 128


def best_constants(S: CSR) -> np.ndarray:
    """The b for which outputs without codes have the least loss, with one more of each target."""
    total = column_sums(S)
    return np.log((total + 1) / (total.sum() + len(total)))


def loss_and_gradients(
    theta: Parameters,
    X: CSR,
    S: CSR,
    settings: SoftmaxSettings,
    update: Update,
    threads: Threads,
    own: Array | None = None,
    scale: float = 1.0,
) -> float:
    """Give `update` the exact gradients of J, part by part: with an optimiser's, this is the step.

    Returns the sum of the cross-entropies. The rows that `update` is called for are not needed any more.
    own : as in :func:`output_gradients`.  scale : what codes are multiplied by.
    """
    H, real = codes(theta, X, settings.hidden, threads), theta.b.dtype.type
    slope, each, reg = slopes(settings.hidden, H), real(1 / len(H)), real(settings.reg)
    H *= real(scale)
    loss, D, DH = output_gradients(theta, H, S, threads, own)
    HE = each * H

    def run(part: slice) -> None:
        for words in slices(part):
            gradient = D[:, words].T @ HE
            if reg:
                gradient += reg * theta.U[words]
            update("U", words, gradient)
            update("b", words, each * D[:, words].sum(axis=0))

    threads.rows(len(theta.U), run)
    DZ = np.multiply(DH, each * real(scale) * slope, out=DH)
    encoder_gradients(theta, X, DZ, settings.reg, update, threads)
    return loss


def output_gradients(
    theta: Parameters, H: Array, S: CSR, threads: Threads, own: Array | None = None
) -> tuple[float, Array, Array]:
    """The sum of the cross-entropies of S under p = softmax(o), D_ij = n_i p_ij - s_ij, and DH = D U.

    D (m, n_outputs) is whole, as every output must be known before a probability. D, DH are not yet divided by m.
    own : (n_outputs,), what is added to a post's outputs at the entries that S stores for it, 0 among them; None for 0.
    """
    U, D, DH = theta.U, np.empty((len(H), len(theta.U)), H.dtype), np.empty_like(H)

    def run(part: slice) -> float:
        loss = 0.0
        for rows in slices(part, SOFTMAX_POSTS):
            starts = S.indptr[rows.start : rows.stop + 1]
            stored = slice(starts[0], starts[-1])
            entries = np.repeat(np.arange(len(starts) - 1), np.diff(starts)), S.indices[stored]
            s = S.data[stored]
            n = np.bincount(entries[0], s, len(starts) - 1).astype(H.dtype)
            O = np.matmul(H[rows], U.T, out=D[rows])
            O += theta.b
            if own is not None:
                O[entries] += own[entries[1]]
            O -= O.max(axis=1, keepdims=True)
            loss -= float(np.sum(s * O[entries], dtype=np.float64))
            total = np.exp(O, out=O).sum(axis=1)
            loss += float(np.sum(n * np.log(total), dtype=np.float64))
            O *= (n / total)[:, None]
            O[entries] -= s
        DH[part] = D[part] @ U
        return loss

    return sum(threads.rows(len(H), run)), D, DH


def dropped(X: CSR, S: CSR, settings: SoftmaxSettings, rng: np.random.Generator) -> tuple[CSR, CSR]:
    """Inputs of which some are dropped, and the targets that are left to find."""
    if settings.masked:
        seen = rng.random(X.nnz, np.float32) >= settings.corruption
        return with_data(X, X.data * seen), with_data(S, S.data * ~seen)
    return corrupted(X, settings.corruption, rng), S
