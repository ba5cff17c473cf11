"""The problem that a training of an AutoRec solves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from instahash.arrays import as_real
from instahash.autorec.settings import AutoRecSettings
from instahash.errors import DataError
from instahash.network.layers import check_posts, corrupted
from instahash.sparse import CSR, as_csr, column_counts, column_sums
from instahash.threads import Threads

# Posts whose codes are held at a time where all posts are gone through.
BLOCK_POSTS = 4096
# A background further from 0 leaves float32 too few digits for ratings.
FARTHEST = 1e6
# Sums of the squares of larger ratings may be infinite in float32.
LARGEST = 1e12

Sizes = tuple[int | None, int | None]  # inputs and outputs, None where any number will do


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
        """The problems of BLOCK_POSTS posts at a time."""
        return (self.of(slice(i, i + BLOCK_POSTS), rng) for i in range(0, self.X.shape[0], BLOCK_POSTS))

    def n_counted(self) -> float:
        """The number of entries whose errors count, with their weights."""
        n_absent = self.S.shape[0] * self.S.shape[1] - self.S.nnz
        return float(self.settings.absent_weight * n_absent + self.S.nnz)

    def best_constants(self) -> np.ndarray:
        """The b of each word for which outputs without codes have the least loss."""
        n_stored, span = column_counts(self.S), self.span
        absent = self.settings.absent_weight * (self.S.shape[0] - n_stored)
        mean = column_sums(self.S) / np.maximum(n_stored + absent, 1e-300)  # not 0 / 0
        if not len(span):
            return mean
        fraction = ((mean - span[0]) / (span[1] - span[0])).clip(1e-3, 1 - 1e-3)  # |b| < 7, not yet flat
        return np.log(fraction / (1 - fraction))

    def outputs_are_cheaper(self, n_posts: int, has_gram: bool = False) -> bool:
        """Whether the decoder's work on so many posts, U'U known or not, is less with all outputs or needs them."""
        # Multiply-adds, over n_hidden: H U', D U and D'H, 3 m n_words; U'U and H'H (each a half), H (U'U) and U (H'H),
        # 3/2 (m + n_words) n_hidden. Sigmoid outputs of absent words are not linear in the codes: no gram gives D.
        n_words, n_hidden = self.S.shape[1], self.settings.n_hidden
        cheaper = not has_gram and 2 * n_posts * n_words <= n_hidden * (n_posts + n_words)
        return self.settings.absent_weight > 0 and (len(self.span) > 0 or cheaper)


def less_background(ratings: CSR, name: str, background: float, dtype: str, n_columns: int | None = None) -> CSR:
    """Ratings less the background, each entry stored once; DataError for what are no ratings of so many columns."""
    background = as_background(background)
    X = as_csr(ratings, f"autorec: {name}", dtype, n_columns)
    if X.nnz and max(-X.data.min(), X.data.max()) > LARGEST:
        raise DataError(f"autorec: {name} have an entry beyond {LARGEST:g}; give smaller ratings")
    X.data -= X.dtype.type(background)
    return X


def as_background(background: Any) -> float:
    """The rating of what is not rated. DataError for what is no number, and where ratings beside it would be lost."""
    number = as_real(background, "autorec: the background")
    if abs(number) > FARTHEST:
        raise DataError(f"autorec: the background is {number:g}; it must be a finite number within {FARTHEST:g} of 0")
    return number


def inputs_and_targets(
    ratings: CSR, targets: CSR | None, background: float, dtype: str, sizes: Sizes = (None, None)
) -> tuple[CSR, CSR]:
    """X and S of a problem.  sizes : how many columns they must have, where that is known."""
    X = less_background(ratings, "ratings", background, dtype, sizes[0])
    if targets is None or targets is ratings:
        S = X
        if sizes[0] != sizes[1]:
            raise DataError(f"autorec: {sizes[0]} inputs are not the {sizes[1]} outputs; give targets too")
    else:
        S = less_background(targets, "targets", background, dtype, sizes[1])
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
