"""What mode "best" asks of an expert, and nothing else."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from instahash.costs import Cost
from instahash.experts.candidates import Candidates
from instahash.experts.domain import Domain
from instahash.experts.examples import Examples, Source
from instahash.recommend import Queries
from instahash.sparse import CSR
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
# Behind a context where the features of the photo are there too, and behind the words for it.
PHOTO, AND_PHOTO = "+photo", ", and the photo itself"


def in_words(context: str) -> str:
    """What is known in a context."""
    return CONTEXTS[context.removesuffix(PHOTO)] + (AND_PHOTO if context.endswith(PHOTO) else "")


class NetworkQuery(NamedTuple):
    """A network and what it is given for one post, for whoever wants to show how an answer came about.

    name : "softmax", "completion" or "autorec".
    network : SoftmaxNetwork or AutoRec.
    inputs : CSR (1, n_inputs), as its `predict` takes them.
    input_words : (n_inputs,) ids of the words that its inputs stand for; a word may have several.
    baseline : (n_inputs,) float, the value of each input where its word is given with nothing special about it.
    output_words : (n_outputs,) ids of the words that its outputs stand for.
    """

    name: str
    network: Any
    inputs: CSR
    input_words: np.ndarray
    baseline: np.ndarray
    output_words: np.ndarray


class Expert(Protocol):
    """Gives each hashtag a log-score for what is known of a post.

    One that inherits from this class may leave out all but `name`, `starts` and :meth:`score`.

    name : str, its own.
    starts : the contexts in which it answers -> its weight before any post was held out to learn it.
    foreign : the same contexts -> its weight where the labels are not such as the training has; without one it keeps
        the weight that it has for those. These weights are not learnt, since no posts with other labels are there to
        learn them from.
    signed : bool, its weight may be negative: what it knows may be taken off again.
    counts : bool, it only counts posts: once the weights are learnt it also counts those held out for them.
    beside_photo : in [0, 1], the part of these weights that it has where the photo's features are there too, and others
        read them.
    reads_photo : bool, it answers only where a photo's features are there, and learns only from posts with such.
    reads_keys : bool, it says more of posts with a key that it knows. What all weights are then is learnt as a
        correction, so that posts without one are answered as if none of the training had any.
    """

    name: str
    starts: Mapping[str, float]
    foreign: Mapping[str, float] = {}
    signed: bool = False
    counts: bool = False
    beside_photo: float = 1.0
    reads_photo: bool = False
    reads_keys: bool = False

    @property
    def history(self) -> History | None:
        """Losses by epoch, None where there are none."""
        return None

    def cost(self, examples: Source) -> Cost | None:
        """What :meth:`fit` will take, None for little."""
        return None

    def fit(self, examples: Source, trainer: Trainer) -> None:
        """Learn from these posts alone, in memory or in shards. Settings are the domain's."""
        return

    def partial_fit(self, examples: Examples) -> None:
        """Learn from new posts as well. The domain's old words and hashtags keep their places."""
        return

    @abstractmethod
    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        """Log-scores of the hashtags, (m, candidates.n_columns) float32."""

    def proposes(self, queries: Queries, domain: Domain) -> CSR | None:
        """Hashtags that may be among the most probable of each post though few use them, CSR (m, n_hashtags) of scores
        above 0, each stored once; None for an expert that knows none.
        """
        return None

    def beyond(self, queries: Queries, domain: Domain) -> list[dict[str, float]] | None:
        """For each post hashtags that the model does not have, which this expert alone knows, and their log-scores."""
        return None

    def reads(self, queries: Queries) -> CSR | None:
        """What a network reads of the queries, CSR (m, n_words); None for an expert that is no network."""
        return None

    def query(self, queries: Queries, domain: Domain) -> NetworkQuery | None:
        """The network and what it is given for one post; None where it reads nothing, or for no network."""
        return None

    def knows(self, key: str, domain: Domain) -> bool:
        """Whether earlier posts under this key shift what is recommended."""
        return False

    def told(self, keys: Sequence[tuple[str, ...]], domain: Domain) -> np.ndarray:
        """How far it knows the keys of each post, (m,) float in [0, 1]; asked of one that `reads_keys`."""
        return np.array([any(self.knows(key, domain) for key in own) for own in keys], np.float64)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """What was learnt."""
        return {}

    def load(self, arrays: dict[str, np.ndarray], losses: list[float], domain: Domain) -> None:
        """Take up what :meth:`to_arrays` gave, and the history. Raises KeyError or ValueError where it does not fit."""
        return
