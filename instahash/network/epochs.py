"""The loops of a training: over its epochs, and over the batches of posts of an epoch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from instahash.network.optimize import Optimizer
from instahash.training import History

SCHEDULES = ("linear", "cosine", "constant")
# Epochs where they are "auto": EPOCHS for ENOUGH_POSTS and more; fewer posts are visited oftener, or little would be
# learnt before the learning rate comes to zero.
EPOCHS, ENOUGH_POSTS = 12, 40_000


def epochs_for(epochs: int | str, n_posts: int) -> int:
    """The number of epochs for so many posts, where it may be "auto"."""
    return round(EPOCHS * max(1.0, ENOUGH_POSTS / n_posts) ** (1 / 3)) if epochs == "auto" else int(epochs)


def rate_at(done: float, learning_rate: float, schedule: str) -> float:
    """The learning rate after a fraction `done` in [0, 1) of the training: constant, or falling to zero."""
    if schedule == "linear":
        return learning_rate * (1.0 - done)
    return learning_rate * 0.5 * (1 + math.cos(math.pi * done)) if schedule == "cosine" else learning_rate


def run_epochs(
    one_epoch: Callable[[np.random.Generator], float],
    history: History,
    seed: int,
    on_epoch: Callable[[], Any] | None = None,
) -> None:
    """Train until `history` has its last epoch, or `on_epoch()` is true.

    one_epoch : trains for an epoch and returns its loss; it raises where the loss, or what is trained, is not finite.
        Its draws come from a generator seeded with (seed, epoch), so that training can go on after any epoch.
    """
    # Overflow is looked for once an epoch, where its cause can be named.
    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in range(len(history) + 1, history.last + 1):
            history.loss.append(one_epoch(np.random.default_rng([seed, epoch])))
            if on_epoch and on_epoch():
                break


def batch_epoch(
    step: Callable[[np.ndarray], float],
    n_posts: int,
    settings: Any,
    optimizer: Optimizer,
    history: History,
    rng: np.random.Generator,
    on_progress: Callable[[int], Any] | None,
) -> float:
    """A step for each batch of posts, in random order; returns the sum of what the steps return.

    step : called with the posts' rows when the optimizer has begun a step.
    settings : has batch_size, learning_rate and schedule; the learning rate falls over the epochs of `history`.
    on_progress : called with the number of posts of each step.
    """
    order, starts, total = rng.permutation(n_posts), range(0, n_posts, settings.batch_size), 0.0
    for batch, start in enumerate(starts):
        done = (len(history) - history.first + batch / len(starts)) / (history.last - history.first)
        optimizer.begin(rate_at(done, settings.learning_rate, settings.schedule))
        rows = order[start : start + settings.batch_size]
        total += step(rows)
        if on_progress:
            on_progress(len(rows))
    return total
