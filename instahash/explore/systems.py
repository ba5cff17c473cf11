"""The two systems that are judged, and what each recommends for a post from its labels and its photo."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from instahash.data import Label, Post
from instahash.errors import SettingsError
from instahash.names import NETWORKS, SIMPLER

N_JUDGED = 10
NOTHING = np.full((1, 1), -1)


class System(NamedTuple):
    """name : it differs from that of every other system.
    model : what an InstaHash has learnt, its `learnt`.
    baseline : see :func:`baselines_of`, or None for the model itself.
    """

    name: str
    model: Any
    baseline: str | None = None

    def believed(self, post: Post) -> list[Label]:
        """The labels with at least the score that the model was trained with."""
        return [label for label in post.labels if label.score >= self.model.settings.data.min_score]

    def hashtags(self, post: Post) -> list[str]:
        """Up to N_JUDGED hashtags for a post, as people write them, best first."""
        model, labels = self.model, post.labels
        if self.baseline is None:
            return list(model.recommend(labels, N_JUDGED, photo_features=post.photo_features).hashtags)
        # A network that knows none of the labels is not among the rankings.
        ids = model.rankings(model.queries(labels).description, N_JUDGED).get(self.baseline, NOTHING)[0]
        return list(model.vocabulary.spelled(ids[ids >= 0]))


def baselines_of(model: Any) -> tuple[str, ...]:
    """The names of the simpler systems that a model has besides itself."""
    return (*SIMPLER, NETWORKS[model.settings.mode])


def two_systems(directory: str | Path, model: Any, compared: str, load: Callable[[str], Any]) -> tuple[System, System]:
    """This model, and what it is compared with.

    compared : one of :func:`baselines_of`, or a model directory.  load : called with a directory, gives its model.
    Raises SettingsError where both are one, or where there is neither a baseline nor a directory of that name,
    ModelError where the directory holds no model.
    """
    ours, baselines = System(model_name(directory, model), model.learnt), ", ".join(baselines_of(model))
    if compared in baselines_of(model):
        return ours, System(f"{compared} of {ours.name}", model.learnt, compared)
    if not Path(compared).is_dir():
        raise SettingsError(
            f"'{compared}' is neither a directory nor one of {baselines}; train a model to compare with: "
            f"instahash-train --mode paper --model-dir {shlex.quote(compared)}"
        )
    other = load(compared)
    theirs = System(model_name(compared, other), other.learnt)
    if theirs.name.rpartition(" ")[2] == ours.name.rpartition(" ")[2]:
        raise SettingsError(
            f"'{compared}' holds the model of '{directory}'; compare it with another, or with one of {baselines}"
        )
    return ours, theirs


def model_name(directory: str | Path, model: Any) -> str:
    """The directory's name, the mode, and the first digits of the model's `digest`: "photos best 1a2b3c4d"."""
    return f"{Path(directory).resolve().name} {model.settings.mode} {model.digest()[:8]}"


def display_names(names: Iterable[str]) -> dict[str, str]:
    """Each name as people read it: "photos (mode best)", with the digits where two systems would have one name."""
    parts = {name: re.fullmatch(r"(.*) (\w+) ([0-9a-f]{8})", name, re.DOTALL) for name in names}
    short = {name: f"{part[1]} (mode {part[2]})" if part else name for name, part in parts.items()}
    times = Counter(short.values())
    return {
        name: f"{short[name]} {part[3]}" if part and times[short[name]] > 1 else short[name]
        for name, part in parts.items()
    }
