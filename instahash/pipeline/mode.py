"""What InstaHash asks of a mode, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from instahash.baselines import Baseline
from instahash.data import Dataset, DataSettings, Vocabulary
from instahash.experts import NetworkQuery
from instahash.recommend import Options, Queries, Recommendation
from instahash.trainer import Trainer
from instahash.word2vec import WordVectors

Arrays = dict[str, np.ndarray]


class ModeSettings(Protocol):
    """A frozen dataclass of sections; `mode` names the mode that they are of."""

    @property
    def mode(self) -> str: ...
    @property
    def data(self) -> DataSettings: ...
    @property
    def seed(self) -> int: ...
    @property
    def n_threads(self) -> int: ...


class Mode(Protocol):
    """The trained models of a system, and how they answer.

    vectors : WordVectors of the vocabulary.
    default_score : the score that a label without one is taken to have.
    """

    vectors: WordVectors

    @property
    def default_score(self) -> float: ...

    def fit(self, dataset: Dataset, trainer: Trainer) -> None: ...

    def partial_fit(self, dataset: Dataset) -> None: ...

    def recommend(self, queries: Queries, options: Options) -> list[Recommendation]:
        """A Recommendation for each post."""

    def single_scores(self, queries: Queries) -> dict[str, np.ndarray]:
        """What single models of the mode give every word, name -> (m, n_words)."""

    def networks(self, queries: Queries) -> list[NetworkQuery]:
        """The networks that answer about one post."""

    def knows(self, key: str) -> bool:
        """Whether earlier posts under this key shift what is recommended."""

    def baselines(self) -> Mapping[str, Baseline]:
        """The fitted baselines that the mode has among its models."""

    def header(self) -> tuple[dict[str, Any], dict[str, list[float]]]:
        """Sizes, and the losses of each training, for people who look into the model file."""

    def to_arrays(self) -> dict[str, Arrays]:
        """All that was learnt, by section."""

    def load(self, sections: dict[str, Arrays], history: dict[str, list[float]], vocabulary: Vocabulary) -> None:
        """Take up what :meth:`to_arrays` and :meth:`header` gave; KeyError or ValueError where it does not fit."""
