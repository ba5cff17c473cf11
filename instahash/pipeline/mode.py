"""What InstaHash asks of a mode, and nothing else."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from instahash.baselines import Cooccurrence
from instahash.data import Dataset, Vocabulary
from instahash.experts import Losses, NetworkQuery, Sections
from instahash.recommend import Options, Queries, Recommendation
from instahash.trainer import Trainer
from instahash.word2vec import WordVectors


class Mode(Protocol):
    """The trained models of a system, and how they answer.

    vectors : WordVectors of the vocabulary.  cooccurrence : Cooccurrence, fitted on the same posts.
    default_score : the score that a label without one is taken to have.
    """

    @property
    def vectors(self) -> WordVectors: ...

    @property
    def cooccurrence(self) -> Cooccurrence: ...

    @property
    def default_score(self) -> float: ...

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
