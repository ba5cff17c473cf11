"""What can be set of an AutoRec, and the problem that its training solves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Real
from typing import NamedTuple

import numpy as np

from instahash.errors import DataError, SettingsError
from instahash.network.epochs import SCHEDULES
from instahash.network.layers import HIDDEN, check_posts, corrupted
from instahash.parameters import check, parameter
from instahash.sparse import CSR, as_csr, column_counts, column_sums
from instahash.threads import Threads

OPTIMIZERS = ("adam", "momentum", "sgd", "lbfgs")
# Posts whose codes are held at a time where all posts are gone through.
BLOCK = 4096


@dataclass(frozen=True)
class AutoRecSettings:
    """The settings of an :class:`instahash.autorec.AutoRec`."""

    n_hidden: int = parameter(500, "hidden units", least=1)
    epochs: int | str = parameter(50, "passes over all posts; auto: more for few posts", least=0, choices=("auto",))
    batch_size: int = parameter(512, "posts a step", least=1)
    learning_rate: float = parameter(1e-3, "the first step size", above=0)
    reg: float = parameter(0.0, "weight of L2 on encoder and decoder, beside a loss that is a mean over posts", least=0)
    init: str = parameter("random", "or spectral: the best linear autoencoder", choices=("random", "spectral"))
    decoder: str = parameter("gradient", "or ridge: solved for after each epoch", choices=("gradient", "ridge"))
    optimizer: str = parameter("adam", "lbfgs: all posts at once, ten iterations an epoch", choices=OPTIMIZERS)
    schedule: str = parameter("linear", "how the step size falls to zero", choices=SCHEDULES)
    hidden: str = parameter("sigmoid", "activation of the hidden units", choices=HIDDEN)
    output: str = parameter("identity", "or sigmoid, over the targets' range", choices=("identity", "sigmoid"))
    absent_weight: float = parameter(1.0, "weight of an unrated word's error; 0: only stored ratings count", least=0)
    corruption: float = parameter(0.0, "probability that an input is dropped at a visit", least=0, below=1)
    dtype: str = parameter("float32", "precision of all that is trained", choices=("float32", "float64"))

    def __post_init__(self) -> None:
        check(self, "autorec")
        if self.epochs == 0 and (self.init, self.decoder) == ("random", "gradient"):
            raise SettingsError("autorec: epochs is 0; it must be at least 1, or set init=spectral or decoder=ridge")
        if self.decoder == "ridge" and (self.absent_weight, self.output) != (1, "identity"):
            loss = "decoder=ridge solves for identity outputs and a loss on all words alike"
            raise SettingsError(f"autorec: {loss}; with another output or absent_weight take decoder=gradient")
        if self.init == "spectral" and self.absent_weight == 0:
            raise SettingsError("autorec: init=spectral rates every word; with absent_weight=0 set init=random")
        if self.optimizer == "lbfgs" and self.corruption:
            raise SettingsError("autorec: lbfgs needs a loss without draws; set corruption=0, or another optimizer")


class Problem(NamedTuple):
    """What a training solves.

    X, S : CSR (m, n_inputs) and (m, n_outputs), inputs and targets less the background, one object where they are one.
    span : (low, high) of sigmoid outputs, an empty array for the identity.
    """

    X: CSR
    S: CSR
    settings: AutoRecSettings
    span: np.ndarray
    threads: Threads

    def of(self, rows: np.ndarray | slice, rng: np.random.Generator | None = None) -> Problem:
        """The problem of some posts, with their inputs corrupted where there is a generator."""
        X = self.X[rows]
        S = X if self.S is self.X else self.S[rows]
        return self._replace(X=corrupted(X, self.settings.corruption, rng) if rng else X, S=S)

    def blocks(self, rng: np.random.Generator | None = None) -> Iterator[Problem]:
        """The problems of BLOCK posts at a time."""
        return (self.of(slice(i, i + BLOCK), rng) for i in range(0, self.X.shape[0], BLOCK))

    def n_counted(self) -> float:
        """The number of entries whose errors count, with their weights."""
        n_absent = self.S.shape[0] * self.S.shape[1] - self.S.nnz
        return float(self.settings.absent_weight * n_absent + self.S.nnz)

    def best_constants(self) -> np.ndarray:
        """The b of each word for which outputs without codes have the least loss."""
        stored, span = column_counts(self.S), self.span
        absent = self.settings.absent_weight * (self.S.shape[0] - stored)
        mean = column_sums(self.S) / np.maximum(stored + absent, 1e-300)
        if not len(span):
            return mean
        fraction = ((mean - span[0]) / (span[1] - span[0])).clip(1e-3, 1 - 1e-3)
        return np.log(fraction / (1 - fraction))

    def goes_dense(self, n_posts: int) -> bool:
        """Whether the decoder's work on so many posts is cheaper with all their outputs, or needs them."""
        # Multiply-adds, over n_hidden: 3 m n_words against 3/2 (m + n_words) n_hidden, since A'A costs half a product.
        n_words, n_hidden = self.S.shape[1], self.settings.n_hidden
        cheaper = 2 * n_posts * n_words <= n_hidden * (n_posts + n_words)
        return self.settings.absent_weight > 0 and (len(self.span) > 0 or cheaper)


def above(ratings: CSR, name: str, background: float, dtype: str, n_columns: int | None = None) -> CSR:
    """Ratings less the background, each entry stored once; DataError for what are no ratings of so many columns."""
    if not (isinstance(background, Real) and np.isfinite(background)):
        raise DataError(f"autorec: the background is {background!r}; it must be a finite number")
    X = as_csr(ratings, f"autorec: {name}", dtype, n_columns)
    X.data -= X.dtype.type(background)
    return X


def inputs_and_targets(ratings: CSR, targets: CSR | None, background: float, dtype: str) -> tuple[CSR, CSR]:
    """X and S of a problem."""
    X = above(ratings, "ratings", background, dtype)
    S = X if targets is None or targets is ratings else above(targets, "targets", background, dtype)
    check_posts(X, S, "autorec")
    return X, S


def output_span(S: CSR, output: str) -> np.ndarray:
    """The range of the targets for sigmoid outputs, an empty array for the identity."""
    if S.nnz == 0:
        raise DataError("autorec was given no rating; it needs at least one stored entry to learn from")
    if output == "identity":
        return np.empty(0, S.dtype)
    span = np.array([min(S.data.min(), 0.0), max(S.data.max(), 0.0)], S.dtype)
    if span[0] == span[1]:
        raise DataError("autorec was given no rating but the background's; set output=identity")
    return span


def check_span(S: CSR, span: np.ndarray, background: float) -> None:
    """DataError for targets that sigmoid outputs do not reach."""
    if len(span) and S.nnz and (S.data.min() < span[0] or S.data.max() > span[1]):
        low, high = span + background
        raise DataError(f"new ratings go beyond the outputs' range, {low:g} to {high:g}; train anew on all posts")
