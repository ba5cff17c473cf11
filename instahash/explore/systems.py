"""The two systems that are judged, and what each recommends for a post from its labels alone."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from instahash.errors import DataError, SettingsError

# What a model has besides itself, of `InstaHash.rankings`.
BASELINES = ("cooccurrence", "popularity", "word2vec", "autorec")
TOP = 10


class System(NamedTuple):
    """name : str, which tells it from every other, the same model in another directory excepted.
    model : InstaHash.  baseline : one of BASELINES, or None for the model itself.
    """

    name: str
    model: object
    baseline: str | None = None

    def hashtags(self, post):
        """Up to TOP hashtags for a post, as people write them, best first."""
        model = self.model
        labels = [label for label in post.labels if label.score >= model.settings.data.min_score]
        if self.baseline is None:
            return model.recommend(labels, TOP).hashtags
        ids = model.rankings(model.questions(labels).description, TOP)[self.baseline][0]
        return model.vocabulary.spelled(ids[ids >= 0])


def two_systems(directory, model, compared, load):
    """This model, and what it is compared with.

    compared : one of BASELINES or a model directory.  load : called with a directory, gives the model in it.
    Raises SettingsError where both are one, or where there is neither a baseline nor a directory of that name,
    ModelError where the directory holds no model.
    """
    ours = System(model_name(directory, model), model)
    if compared in BASELINES:
        return ours, System(f"{compared} of {ours.name}", model, compared)
    if not Path(compared).is_dir():
        raise SettingsError(
            f"'{compared}' is neither a directory nor one of {', '.join(BASELINES)}; train a model to compare with: "
            f"instahash-train --mode paper --model-dir {shlex.quote(compared)}"
        )
    other = load(compared)
    other = System(model_name(compared, other), other)
    if other.name.rpartition(" ")[2] == ours.name.rpartition(" ")[2]:
        raise SettingsError(
            f"'{compared}' holds the model of '{directory}'; compare it with another, or with one of "
            f"{', '.join(BASELINES)}"
        )
    return ours, other


def model_name(directory, model):
    """The directory's name, the mode, and the first digits of the SHA-256 of its model.json: "photos best 1a2b3c4d"."""
    path = Path(directory, "model.json")
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise DataError(f"cannot read '{path}': {error.strerror}") from None
    return f"{path.parent.resolve().name} {model.settings.mode} {digest[:8]}"


def shown_names(names):
    """A dict of each name -> as people read it: "photos (mode best)", with the digits where two would be one."""
    parts = {name: re.fullmatch(r"(.*) (\w+) ([0-9a-f]{8})", name, re.DOTALL) for name in names}
    short = {name: f"{part[1]} (mode {part[2]})" if part else name for name, part in parts.items()}
    times = Counter(short.values())
    return {
        name: f"{text} {parts[name][3]}" if parts[name] and times[text] > 1 else text for name, text in short.items()
    }
