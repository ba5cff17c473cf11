"""What mode "best" asks of an expert, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from instahash.experts.domain import Domain, Examples
from instahash.experts.settings import BestSettings
from instahash.recommend import Queries
from instahash.trainer import Trainer
from instahash.training import History

# What is known of a post decides which experts answer.
CONTEXTS = {
    "neither": "nothing is known",
    "short": "one to three labels are known",
    "description": "labels are known",
    "chosen": "chosen hashtags are known",
    "both": "labels and chosen hashtags are known",
}


class Expert(Protocol):
    """Gives each hashtag a log-score for what is known of a post.

    One that inherits from this class may leave out what has a value or a `return` here.

    name : str, its own.
    starts : the contexts in which it answers -> its weight before any post was held out to learn it.
    signed : bool, its weight may be negative: what it knows may be taken off again.
    counts : bool, it only counts posts: once the weights are learnt it also counts those held out for them.
    """

    name: str
    starts: Mapping[str, float]
    signed: bool = False
    counts: bool = False

    @property
    def history(self) -> History | None:
        """Losses by epoch, None where there are none."""
        return None

    def __init__(self, settings: BestSettings) -> None: ...

    def fit(self, examples: Examples, trainer: Trainer) -> None:
        """Learn from these posts alone."""
        return

    def partial_fit(self, examples: Examples) -> None:
        """Learn from new posts as well. The domain's old words and hashtags keep their places."""
        return

    def score(self, queries: Queries, domain: Domain) -> np.ndarray:
        """Log-scores of the hashtags, (m, n_hashtags) float32."""

    def to_arrays(self) -> dict[str, np.ndarray]:
        """What was learnt."""
        return {}

    def load(self, arrays: dict[str, np.ndarray], losses: list[float], domain: Domain) -> None:
        """Take up what :meth:`to_arrays` gave, and the history. Raises KeyError or ValueError where it does not fit."""
        return
