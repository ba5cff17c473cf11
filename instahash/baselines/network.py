"""The paper's feed-forward network: from the description through one hidden layer to the hashtags."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np

from instahash.baselines.checks import check_fitted, posts_to_learn_from, query_of
from instahash.dense import softmax
from instahash.softmax import SoftmaxNetwork
from instahash.sparse import CSR, ones

# Section 5.2 of the paper.
PAPER: dict[str, Any] = {
    **{"n_hidden": 500, "epochs": 10, "batch_size": 256, "learning_rate": 1e-3, "hidden": "relu"},
    **{"corruption": 0.0, "dropout": 0.0},
}


class Network:
    """Scores a hashtag by its probability under a network with one hidden layer of ReLU and a softmax.

    It is trained on the cross-entropy of each post's hashtags, over the hashtags that occur. The paper's input is term
    frequency; a description has each word once, so the input is 1 for each word. Label scores and chosen hashtags are
    ignored.

    changes : settings of the network by name, in place of those in PAPER.
    """

    def __init__(self, *, seed: int = 0, n_threads: int = 1, **changes: Any) -> None:
        self.network = SoftmaxNetwork(seed=seed, n_threads=n_threads, **(PAPER | changes))

    def fit(self, description: CSR, hashtags: CSR) -> Network:
        """Raises DataError where no post has a hashtag, DivergenceError where a parameter stops being finite."""
        description, hashtags = posts_to_learn_from(description, hashtags)
        used = np.unique(hashtags.indices)
        network = copy(self.network).fit(ones(description), ones(hashtags)[:, used])
        self.network, self.hashtags = network, used
        return self

    def score(self, description: CSR, chosen: CSR | None = None) -> np.ndarray:
        """(n_posts, n_words) float32, probabilities that sum to 1; zero for words never used as a hashtag."""
        check_fitted(self, "hashtags")
        n_words = len(self.network.parameters.Vt)
        description, _ = query_of(description, chosen, n_words, n_words)
        scores = np.zeros(description.shape, np.float32)
        scores[:, self.hashtags] = softmax(self.network.predict(ones(description)))[0]
        return scores
