"""The loops of a training: over its epochs, and over the batches of posts of an epoch.

A training calls, from the outside in:

    fit, partial_fit            of the class: parameters to start from, history, optimizer
      run_epochs                one_epoch, of the model; then its loss is noted, and on_epoch called
        batch_epoch             step, of the model, for each batch at its learning rate
          loss_and_gradients    of the package; gives each gradient to `Optimizer.update`, which changes those rows
                                (`softmax` has a step of its own around it, for a part of the weights)
            codes               forwards
            decoder_gradients   U and b, some words at a time (`softmax` has it in loss_and_gradients)
            encoder_gradients   mu, and Vt some words at a time
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from instahash.errors import DivergenceError
from instahash.forms import SUM, WEIGHT, in_range
from instahash.network.layers import Parameters
from instahash.network.optimize import Optimizer
from instahash.training import History, Hook

SCHEDULES = ("linear", "cosine", "constant")
# Epochs where they are "auto": EPOCHS for the posts of ENOUGH_POSTS. Fewer posts are visited oftener, an eighth of them
# twice as often (the power 1/3), or little would be learnt before the learning rate comes to zero. More are visited
# less often by the same power, for an epoch has more steps then, but FEWEST_EPOCHS times at least.
EPOCHS, ENOUGH_POSTS, FEWEST_EPOCHS = 12, (40_000, 55_000), 3


class Model(Protocol):
    """A model in training. `settings` has batch_size, learning_rate and schedule; error lines say `name`."""

    name: str
    settings: Any
    seed: int
    parameters: Parameters
    optimizer: Optimizer
    history: History


def epochs_for(epochs: int | str, n_posts: int) -> int:
    """The number of epochs for so many posts, where it may be "auto"."""
    if epochs != "auto":
        return int(epochs)
    least, most = ENOUGH_POSTS
    return max(FEWEST_EPOCHS, round(EPOCHS * (min(max(n_posts, least), most) / n_posts) ** (1 / 3)))


def rate_at(done: float, learning_rate: float, schedule: str) -> float:
    """The learning rate after a fraction `done` in [0, 1) of the training: constant, or falling to zero."""
    if schedule == "linear":
        return learning_rate * (1.0 - done)
    return learning_rate * 0.5 * (1 + math.cos(math.pi * done)) if schedule == "cosine" else learning_rate


def run_epochs(model: Model, one_epoch: Callable[[np.random.Generator], float], on_epoch: Hook = None) -> None:
    """Train until the model's history has its last epoch, or `on_epoch(model)` is true.

    one_epoch : trains for an epoch and returns its loss. Its draws come from a generator seeded with (seed, epoch), so
        that training can go on after any epoch.
    """
    # Overflow is looked for once an epoch, where its cause can be named.
    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in range(len(model.history) + 1, model.history.last + 1):
            loss = one_epoch(np.random.default_rng([model.seed, epoch]))
            check_finite(model, loss)
            model.history.loss.append(loss)
            if on_epoch and on_epoch(model):
                break


def batch_epoch(
    model: Model, step: Callable[[np.ndarray], float], n_posts: int, rng: np.random.Generator, on_progress: Hook = None
) -> float:
    """A step for each batch of posts, in random order; returns the sum of what the steps return.

    step : called with the posts' rows when the optimizer has begun a step; the learning rate falls over the epochs of
        the model's history.
    """
    history, settings, total = model.history, model.settings, 0.0
    order, starts = rng.permutation(n_posts), range(0, n_posts, settings.batch_size)
    for batch, start in enumerate(starts):
        # Of this training alone: epochs before `first` were another one's.
        done = (len(history) - history.first + batch / len(starts)) / (history.last - history.first)
        model.optimizer.begin(rate_at(done, settings.learning_rate, settings.schedule))
        rows = order[start : start + settings.batch_size]
        total += step(rows)
        if on_progress:
            on_progress(len(rows))
    return total


def check_finite(model: Model, loss: float) -> None:
    """DivergenceError where the loss of an epoch, or a parameter, is no longer finite, or is larger than a file has."""
    for name, values in vars(model.parameters).items():
        if not (abs(loss) <= SUM and in_range(values, -WEIGHT, WEIGHT)):
            raise DivergenceError(
                f"{model.name} diverged in epoch {len(model.history) + 1}: {name} or the loss is no longer finite at "
                f"learning rate {model.settings.learning_rate:g}; try a smaller one, such as 0.001"
            )
