"""The parameters of the softmax network: each with its default, its range and what it is."""

from __future__ import annotations

from dataclasses import dataclass

from instahash.costs import Cost
from instahash.errors import SettingsError
from instahash.network.epochs import SCHEDULES, epochs_for
from instahash.network.layers import HIDDEN
from instahash.parameters import check, parameter, whole

# Operations a second, as measured, and what of them the step of one weight costs; inputs of a post; arrays of weights.
RATE, STEP, INPUTS, ARRAYS = 5e10, 100, 15, {"adam": 4, "momentum": 3, "sgd": 2}
# Seconds that the calls of a step take, however small it is.
CALLS = 5e-4
# Weights that a decoder has at most where the number of hidden units can be chosen.
MOST_WEIGHTS = 10**8


def affordable_units(n_hidden: int, n_outputs: int) -> int:
    """`n_hidden`, or a multiple of 16 below it where a decoder of so many outputs would have over MOST_WEIGHTS."""
    n_hidden, n_outputs = whole(n_hidden, "n_hidden", 1), whole(n_outputs, "n_outputs", 0)
    most = MOST_WEIGHTS // max(n_outputs, 1)
    return n_hidden if n_hidden <= most else min(n_hidden, max(most // 16 * 16, 16))


@dataclass(frozen=True)
class SoftmaxSettings:
    """The settings of a :class:`instahash.softmax.SoftmaxNetwork`."""

    n_hidden: int = parameter(500, "hidden units", least=1, most=10**6)
    epochs: int | str = parameter(
        "auto", "passes over all posts; auto: more for few posts", least=1, most=10_000, choices=("auto",)
    )
    batch_size: int = parameter(256, "posts a step", least=1, most=10**7)
    learning_rate: float = parameter(2.4e-3, "the first step size", above=0, most=1e30)
    reg: float = parameter(
        0.0,
        "weight of L2 on the weights that a step touches, beside a loss that is a mean over posts",
        least=0,
        most=1000,
    )
    optimizer: str = parameter("adam", "from gradients to steps", choices=("adam", "momentum", "sgd"))
    schedule: str = parameter("linear", "how the step size falls to zero", choices=SCHEDULES)
    negatives: str = parameter(
        "auto",
        "outputs a post's targets are told from: all, or those of its batch; auto: by cost",
        choices=("auto", "all", "batch"),
    )
    hidden: str = parameter("relu", "activation of the hidden units", choices=HIDDEN)
    corruption: float = parameter(0.3, "probability that an input is dropped at a visit", least=0, below=1)
    masked: bool = parameter(False, "only what was dropped of the input is a target: learns to complete")
    dropout: float = parameter(0.5, "fraction of the hidden units that is dropped at a step", least=0, below=1)
    dtype: str = parameter("float32", "precision of all that is trained", choices=("float32", "float64"))

    def __post_init__(self) -> None:
        check(self, "softmax")
        if self.masked and not self.corruption:
            raise SettingsError("softmax: masked=True hides a part of the input; set corruption above 0")
        if self.negatives == "batch" and self.batch_size == 1:
            raise SettingsError("softmax: negatives=batch needs other posts in a batch; set batch_size above 1")

    def cost(self, n_inputs: int, n_outputs: int, n_posts: int, n_seen: float) -> Cost:
        """Of a training on so many posts. A step computes `n_seen` of the outputs: a visit has three products of them
        and the units that are not dropped.
        """
        batch, size = min(self.batch_size, n_posts), 4 if self.dtype == "float32" else 8
        weights = ARRAYS[self.optimizer] * (n_inputs + n_outputs) * self.n_hidden * size
        visits, units = epochs_for(self.epochs, n_posts) * n_posts, self.n_hidden * (1 - self.dropout)
        touched = n_seen + min(n_inputs, INPUTS * batch)
        operations = visits * units * (6 * (n_seen + INPUTS) + STEP * touched / batch)
        seconds = operations / RATE + CALLS * visits / batch
        return Cost({"n_hidden": weights, "batch_size": 3 * batch * (n_seen + self.n_hidden) * size}, seconds)
