"""The simple methods that a recommendation is measured against. A new one is one file and one line in BASELINES.

popularity.py    the most used hashtags, whatever the photo
cooccurrence.py  the hashtags that go with the words of the description
item_cosine.py   the hashtags used by the same posts
ease.py          a linear autoencoder without a diagonal, in closed form
ridge.py         one linear model for each hashtag
network.py       the paper's feed-forward network
ranking.py       scores to ranked ids
pairs.py         which words are together in posts, and how often
kernels.py       compiled loops
checks.py        refuses posts that are not CSR or do not agree, and dense matrices that are too large
"""

from __future__ import annotations

from inspect import signature
from typing import Any, Protocol, TypeVar

import numpy as np

from instahash.baselines.cooccurrence import Cooccurrence
from instahash.baselines.ease import EASE
from instahash.baselines.item_cosine import ItemCosine
from instahash.baselines.network import Network
from instahash.baselines.popularity import Popularity
from instahash.baselines.ranking import top_ranked
from instahash.baselines.ridge import Ridge
from instahash.sparse import CSR

B = TypeVar("B", bound="Baseline")

__all__ = [
    "BASELINES", "Baseline", "Cooccurrence", "EASE", "ItemCosine", "Network", "Popularity", "Ridge", "create",
    "top_ranked",
]  # fmt: skip


class Baseline(Protocol):
    """A method that learns from posts and scores every word as a hashtag of other posts."""

    def fit(self: B, description: CSR, hashtags: CSR) -> B:
        """Learn from posts; returns self. Calling it again starts anew.

        description : CSR (n_posts, n_words), stored entries are the words, their values the labels' scores.
        hashtags : CSR (n_posts, n_words), stored entries are the hashtags.
        """

    def score(self, description: CSR, chosen: CSR | None = None) -> np.ndarray:
        """(n_posts, n_words) float32, the higher the better; it may be read-only.

        chosen : CSR (n_posts, n_words), hashtags that the author has picked already. A baseline may ignore them.
        """


BASELINES: dict[str, type[Baseline]] = {
    "popularity": Popularity,
    "cooccurrence": Cooccurrence,
    "item_cosine": ItemCosine,
    "ease": EASE,
    "ridge": Ridge,
    "network": Network,
}


def create(name: str, **options: Any) -> Baseline:
    """The baseline of BASELINES with this name, not fitted yet.

    options : arguments of its class, such as `seed` and `n_threads`; those that the class does not have are left out.
    """
    kind = BASELINES[name]
    return kind(**{option: options[option] for option in signature(kind).parameters if option in options})
