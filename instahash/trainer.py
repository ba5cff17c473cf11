"""Training of one model after the other: progress, a checkpoint between epochs, resuming, a warning where it failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from instahash.checkpoint import Checkpoint
from instahash.errors import plural
from instahash.sparse import CSR, is_member

# All parts of a model together. Posts from which their weights alone were learnt count as kept apart: so few weights do
# not learn posts by heart.
WHOLE = "it suggests"


class Detail(str):
    """A line about how a training goes, for who asks for such lines."""


class FirstFive(NamedTuple):
    """How good five hashtags are that are suggested for posts kept apart.

    posts : on so many posts.  own : how many of the five are the author's, on average.  popular : how many of the five
    most used hashtags of the training are.  by : what suggests them.
    """

    posts: int
    own: float
    popular: float
    by: str = WHOLE

    def __str__(self) -> str:
        on = f"On {plural(self.posts, 'post')} kept apart, {self.own:.1f} of the five hashtags that {self.by} are the"
        return f"{on} author's own; of the five most used ones {self.popular:.1f} are."

    @classmethod
    def of(cls, suggested: np.ndarray, popular: np.ndarray, wanted: CSR, by: str = WHOLE) -> FirstFive | None:
        """From the first hashtags of posts, (m, 5) columns of `wanted`, -1 for none, and from the most used, (5,).

        wanted : CSR (m, n), the author's; a post without any does not count, and None is returned where no post does.
        by : as of the tuple.
        """
        rows = np.flatnonzero(np.diff(wanted.indptr))
        if not len(rows):
            return None
        suggested, wanted = suggested[rows], wanted[rows]
        own = is_member(suggested, wanted).sum() / len(rows)
        return cls(len(rows), float(own), float(np.isin(wanted.indices, popular).sum() / len(rows)), by)


class Trainer:
    """Trains the models of a system.

    checkpoint : where the state of all models is kept between epochs, or None.
    states : model name -> the state to go on from.
    progress : bool, show bars where standard error is a terminal.
    report : called with lines of text, of which each Detail is for who asks for details.

    Attribute first_five : what a mode has measured, or None.
    """

    def __init__(
        self,
        checkpoint: Checkpoint | None = None,
        states: dict[str, dict[str, Any]] | None = None,
        progress: bool = False,
        report: Callable[[str], object] = lambda line: None,
    ):
        self.checkpoint, self.states, self.progress, self.report = checkpoint, states or {}, progress, report
        self.first_five: FirstFive | None = None

    def detail(self, text: str) -> None:
        """Report a line for who asks for details."""
        self.report(Detail(text))

    def run(
        self,
        model: Any,
        name: str,
        *matrices: Any,
        n_epochs: int | None = None,
        chance: float = float("inf"),
        measure: str = "loss",
        **options: Any,
    ) -> None:
        """model.fit(*matrices, **options), from the state of that name where there is one.

        n_epochs : of the progress bar; default what the model says of so many posts.
        chance : a loss above which the model is worse than guessing.  measure : what the loss is called.
        """

        def on_epoch(model: Any) -> None:
            bar.set_postfix(epoch=len(model.history), **{measure: f"{model.history[-1]:.4f}"})
            if self.checkpoint:
                self.states[name] = model.state()
                self.checkpoint.save(self.states)

        state, n_posts = self.states.get(name), matrices[0].shape[0]
        with tqdm(
            desc=f"Training {name}",
            total=(model.n_epochs(n_posts) if n_epochs is None else n_epochs) * n_posts,
            initial=np.size(state.get("history", ()) if state else ()) * n_posts,
            unit=" posts",
            unit_scale=True,
            disable=None if self.progress else True,
        ) as bar:
            model.fit(*matrices, state=state, on_epoch=on_epoch, on_progress=bar.update, **options)
        if name in self.states:
            self.states[name] = model.state()  # a trained model has forgotten what only its training needed
        self.warn(model, name, chance, measure)

    def warn(self, model: Any, name: str, chance: float, measure: str) -> None:
        """Say where the last epoch is clearly worse than guessing or the first: epochs that draw differ by a fifth."""
        losses = model.history.loss
        if not losses or losses[-1] <= min(chance, 1.5 * losses[0]) + 1e-6:
            return
        worse = "guessing" if losses[-1] > chance else "its first epoch"
        rate = min(model.settings.learning_rate / 10, type(model.settings)().learning_rate)
        self.report(
            f"Warning: {name} has learnt nothing: its last epoch has a {measure} of {losses[-1]:.4g}, worse than "
            f"{worse}; train anew with a lower learning rate, such as --set {name}.learning_rate={rate:g}"
        )
