"""What InstaHash asks of a mode, the modes that there are, and their settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from instahash.baselines import Cooccurrence
from instahash.data import Dataset, Vocabulary
from instahash.errors import SettingsError, meant
from instahash.experts import BestSettings, Losses, NetworkQuery, Sections
from instahash.parameters import assign, listed
from instahash.pipeline.best import Best
from instahash.pipeline.paper import Paper, PaperSettings
from instahash.recommend import Options, Queries, Recommendation
from instahash.trainer import Trainer
from instahash.word2vec import WordVectors


class Mode(Protocol):
    """The trained models of a system, and how they answer.

    settings : BestSettings or PaperSettings.
    vectors : WordVectors of the vocabulary.  cooccurrence : Cooccurrence, fitted on the same posts.
    default_score : the score that a label without one is taken to have.
    n_outputs : about how many scores it holds for each post that it answers.
    n_photo_features : how many features a photo has, 0 for a mode that has learnt from none.
    """

    settings: Any

    @property
    def vectors(self) -> WordVectors: ...

    @property
    def cooccurrence(self) -> Cooccurrence: ...

    @property
    def default_score(self) -> float: ...

    @property
    def n_outputs(self) -> int: ...

    @property
    def n_photo_features(self) -> int: ...

    def fit(self, dataset: Dataset, trainer: Trainer) -> None:
        """Train the models on these posts."""

    def partial_fit(self, dataset: Dataset) -> None:
        """Learn from new posts as well; `dataset` is in the numbers of the grown vocabulary."""

    def recommend(self, queries: Queries, options: Options) -> list[Recommendation]:
        """A Recommendation for each post."""

    def single_scores(self, queries: Queries) -> dict[str, np.ndarray]:
        """What single models of the mode give every word, name -> (m, n_words); -inf for what a model cannot rank."""

    def networks(self, queries: Queries) -> list[NetworkQuery]:
        """The networks that answer about one post, those that read something of it."""

    def knows(self, key: str) -> bool:
        """Whether earlier posts under this key shift what is recommended."""

    def header(self) -> tuple[dict[str, Any], Losses]:
        """Sizes, and the losses of each training, for people who look into the model file."""

    def to_arrays(self) -> Sections:
        """All that was learnt, by section."""

    def load(self, sections: Sections, history: Losses, vocabulary: Vocabulary) -> None:
        """Take up what :meth:`to_arrays` and :meth:`header` gave; KeyError or ValueError where it does not fit."""


MODES: dict[str, tuple[type[Any], type[Any]]] = {"best": (Best, BestSettings), "paper": (Paper, PaperSettings)}


def settings_of(mode: str, assignments: Iterable[str] = (), **given: Any) -> Any:
    """The settings of a mode, "best" or "paper": its defaults, what is `given`, and each "section.name=value".

    Raises SettingsError for another mode, for what is unknown or misshapen, and for a setting that only the other mode
    has.
    """
    if mode not in MODES:
        raise SettingsError(f"mode is '{mode}'; it must be one of {', '.join(MODES)}")
    names = {each: {path for path, _, _ in listed(kind())} for each, (_, kind) in MODES.items()}
    assignments = list(assignments)
    sections = {each: {path.partition(".")[0] for path in own} for each, own in names.items()}
    for path in (assignment.partition("=")[0].strip() for assignment in assignments):
        others = [each for each in MODES if path in names[each] - names[mode]]
        if others:
            raise SettingsError(f"'{path}' is a setting of mode '{others[0]}', and does nothing in mode '{mode}'")
        section = path.partition(".")[0]
        others = [each for each in MODES if section in sections[each] - sections[mode]]
        if others and path not in names[others[0]]:
            near = meant(path, names[others[0]], 1).replace("?", f", of mode '{others[0]}'?")
            advice = near or f"'{section}' has settings in mode '{others[0]}' alone"
            raise SettingsError(f"there is no setting '{path:.60}'; {advice}")
    return assign(MODES[mode][1](**given), assignments)
