"""What can be set of a softmax network, and the loss and gradients of a batch.

X are the inputs and S >= 0 the targets, CSR (n_posts, n_inputs) and (n_posts, n_outputs).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from instahash.errors import SettingsError
from instahash.network.epochs import SCHEDULES
from instahash.network.layers import HIDDEN, Parameters, codes, corrupted, encoder_gradients, slices, slopes
from instahash.network.optimize import Update
from instahash.parameters import check, parameter
from instahash.sparse import CSR, column_sums, row_of_entries, with_data
from instahash.threads import Threads

A = np.ndarray
# Posts whose outputs are turned into probabilities at a time: they stay in the second-level cache.
POSTS = 64


@dataclass(frozen=True)
class SoftmaxSettings:
    """The settings of a :class:`instahash.softmax.SoftmaxNetwork`."""

    n_hidden: int = parameter(500, "hidden units", least=1)
    epochs: int | str = parameter("auto", "passes over all posts; auto: more for few posts", least=1, choices=("auto",))
    batch_size: int = parameter(256, "posts a step", least=1)
    learning_rate: float = parameter(2e-3, "the first step size", above=0)
    reg: float = parameter(0.0, "weight of L2 on encoder and decoder, beside a loss that is a mean over posts", least=0)
    optimizer: str = parameter("adam", "from gradients to steps", choices=("adam", "momentum", "sgd"))
    schedule: str = parameter("linear", "how the step size falls to zero", choices=SCHEDULES)
    hidden: str = parameter("relu", "activation of the hidden units", choices=HIDDEN)
    corruption: float = parameter(0.3, "probability that an input is dropped at a visit", least=0, below=1)
    masked: bool = parameter(False, "only what was dropped of the input is a target: learns to complete")
    dropout: float = parameter(0.5, "probability that a hidden unit is dropped at a step", least=0, below=1)
    dtype: str = parameter("float32", "precision of all that is trained", choices=("float32", "float64"))

    def __post_init__(self) -> None:
        check(self, "softmax")
        if self.masked and not self.corruption:
            raise SettingsError("softmax: masked=True hides a part of the input; set corruption above 0")


def best_constants(S: CSR) -> np.ndarray:
    """The b for which outputs without codes have the least loss, with one more of each target."""
    total = column_sums(S)
    return np.log((total + 1) / (total.sum() + len(total)))


def loss_and_gradients(
    theta: Parameters, X: CSR, S: CSR, kept: A | None, settings: SoftmaxSettings, update: Update, threads: Threads
) -> float:
    """The sum of the cross-entropies of some posts; `update` is given the exact gradients of J, a part at a time.

    `update` may change the rows of the parameters it is called for: they are not needed any more.
    kept : k (m, n_hidden), what codes are multiplied by; None for 1.
    """
    H, real = codes(theta, X, settings.hidden, threads), theta.b.dtype.type
    slope, each, reg = slopes(settings.hidden, H), real(1 / len(H)), real(settings.reg)
    if kept is not None:
        slope *= kept
        H *= kept
    loss, D, DH = output_gradients(theta, H, S, threads)
    HE = each * H

    def run(part: slice) -> None:
        for words in slices(part):
            gradient = D[:, words].T @ HE
            if reg:
                gradient += reg * theta.U[words]
            update("U", words, gradient)
            update("b", words, each * D[:, words].sum(axis=0))

    threads.rows(len(theta.U), run)
    DH *= each * slope
    encoder_gradients(theta, X, DH, settings.reg, update, threads)
    return loss


def output_gradients(theta: Parameters, H: A, S: CSR, threads: Threads) -> tuple[float, A, A]:
    """The sum of the cross-entropies of S under p = softmax(o), D_ij = n_i p_ij - s_ij, and D U.

    Every output must be known before the first probability is, so the array D (m, n_outputs) stands as a whole.
    """
    U, D, DH = theta.U, np.empty((len(H), len(theta.U)), H.dtype), np.empty_like(H)

    def run(part: slice) -> float:
        loss = 0.0
        for rows in slices(part, POSTS):
            targets = S[rows]
            stored, s = (row_of_entries(targets), targets.indices), targets.data
            n = np.bincount(stored[0], s, targets.shape[0]).astype(H.dtype)
            O = np.matmul(H[rows], U.T, out=D[rows])
            O += theta.b
            O -= O.max(axis=1, keepdims=True)
            loss -= float(np.sum(s * O[stored], dtype=np.float64))
            total = np.exp(O, out=O).sum(axis=1)
            loss += float(np.sum(n * np.log(total), dtype=np.float64))
            O *= (n / total)[:, None]
            O[stored] -= s
        DH[part] = D[part] @ U
        return loss

    return sum(threads.rows(len(H), run)), D, DH


def dropped(X: CSR, S: CSR, settings: SoftmaxSettings, rng: np.random.Generator) -> tuple[CSR, CSR, A | None]:
    """Inputs of which some are dropped, the targets that are left to find, and k (m, n_hidden), None for all 1."""
    if settings.masked:
        seen = rng.random(X.nnz, np.float32) >= settings.corruption
        X, S = with_data(X, X.data * seen), with_data(S, S.data * ~seen)
    else:
        X = corrupted(X, settings.corruption, rng)
    if not settings.dropout:
        return X, S, None
    kept = rng.random((X.shape[0], settings.n_hidden), np.float32) >= settings.dropout
    return X, S, kept * X.dtype.type(1 / (1 - settings.dropout))
