"""The parameters of AutoRec: each with its default, its range and what it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from instahash.costs import Cost
from instahash.errors import SettingsError
from instahash.network.epochs import SCHEDULES
from instahash.network.layers import HIDDEN
from instahash.parameters import check, parameter

OPTIMIZERS = ("adam", "momentum", "sgd", "lbfgs")
# With so many posts 50 epochs from a random start come to where the spectrum is at once. With fewer they end before,
# and the network then copies less of what it is given, which is mostly better for posts that it was not trained on.
SPECTRAL_POSTS = 20_000
# Operations a second, as measured, and what of them the step of one weight costs; arrays of weights.
RATE, STEP, ARRAYS = 9e10, 100, {"adam": 4, "momentum": 3, "sgd": 2, "lbfgs": 24}
# Seconds that the calls of a step take, however small it is.
CALLS = 5e-4
# Epochs where they are "auto", by where training starts.
EPOCHS = {"random": 50, "spectral": 0}


@dataclass(frozen=True)
class AutoRecSettings:
    """The settings of an :class:`instahash.autorec.AutoRec`."""

    n_hidden: int = parameter(500, "hidden units", least=1, most=10**6)
    epochs: int | str = parameter(
        "auto",
        "passes over all posts; auto: 50 from a random start, 0 from the spectrum",
        least=0,
        most=10_000,
        choices=("auto",),
    )
    batch_size: int = parameter(512, "posts a step", least=1, most=10**7)
    learning_rate: float = parameter(1e-3, "the first step size", above=0, most=1e30)
    reg: float = parameter(
        0.0, "weight of L2 on encoder and decoder, beside a loss that is a mean over posts", least=0, most=1000
    )
    init: str = parameter(
        "auto",
        "random, as published; spectral: the best linear autoencoder; auto: that where 50 epochs would come to it",
        choices=("auto", "random", "spectral"),
    )
    decoder: str = parameter("gradient", "or ridge: solved for after each epoch", choices=("gradient", "ridge"))
    optimizer: str = parameter("adam", "lbfgs: all posts at once, ten iterations an epoch", choices=OPTIMIZERS)
    schedule: str = parameter("linear", "how the step size falls to zero", choices=SCHEDULES)
    hidden: str = parameter("sigmoid", "activation of the hidden units", choices=HIDDEN)
    output: str = parameter("identity", "or sigmoid, over the targets' range", choices=("identity", "sigmoid"))
    absent_weight: float = parameter(
        1.0, "weight of an unrated word's error; 0: only stored ratings count", least=0, most=1000
    )
    corruption: float = parameter(0.0, "probability that an input is dropped at a visit", least=0, below=1)
    dtype: str = parameter("float32", "precision of all that is trained", choices=("float32", "float64"))

    def __post_init__(self) -> None:
        check(self, "autorec")
        if self.epochs == 0 and self.init != "spectral" and self.decoder == "gradient":
            raise SettingsError("autorec: epochs is 0; it must be at least 1, or set init=spectral or decoder=ridge")
        if self.decoder == "ridge" and (self.absent_weight, self.output) != (1, "identity"):
            loss = "decoder=ridge solves for identity outputs and a loss on all words alike"
            raise SettingsError(f"autorec: {loss}; with another output or absent_weight take decoder=gradient")
        if self.init == "spectral" and self.absent_weight == 0:
            raise SettingsError("autorec: init=spectral rates every word; with absent_weight=0 set init=random")
        if self.optimizer == "lbfgs" and self.corruption:
            raise SettingsError("autorec: lbfgs needs a loss without draws; set corruption=0, or another optimizer")

    def decided(self, n_posts: int, autoencoder: bool = True) -> AutoRecSettings:
        """These settings with `init` and `epochs` as they are for so many posts, where they are "auto".

        autoencoder : whether the targets are the inputs. The best function from one to the other need not be linear
            where they are not, nor where inputs are corrupted, or errors or outputs weighed otherwise than all alike.
        """
        linear = autoencoder and (self.absent_weight, self.output, self.corruption) == (1, "identity", 0)
        by_posts = "spectral" if linear and n_posts >= SPECTRAL_POSTS else "random"
        init = by_posts if self.init == "auto" else self.init
        return replace(self, init=init, epochs=EPOCHS[init] if self.epochs == "auto" else self.epochs)

    def cost(self, n_words: int, n_posts: int) -> Cost:
        """Of a training, `decided`, on so many posts: a visit has three products of all words and units; the
        spectrum has some of words, units and units.
        """
        batch, size = min(self.batch_size, n_posts), 4 if self.dtype == "float32" else 8
        weights, visits = 2 * n_words * self.n_hidden, int(self.epochs) * n_posts
        operations = visits * self.n_hidden * 6 * n_words + STEP * visits / batch * weights
        if self.init == "spectral":
            operations += 40 * weights * self.n_hidden
        held = {
            "n_hidden": ARRAYS[self.optimizer] * weights * size,
            "batch_size": batch * (n_words + self.n_hidden) * size,
        }
        return Cost(held, operations / RATE + CALLS * visits / batch)
