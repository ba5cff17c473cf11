"""The paper's feed-forward network: from the description through one hidden layer to the hashtags."""

from __future__ import annotations

import numpy as np

from instahash.autorec import AutoRec
from instahash.sparse import ones


class Network:
    """Scores a hashtag by its probability under a network with one hidden layer of ReLU and a softmax, section 5.2.

    It is trained on the cross-entropy of each post's hashtags, over the hashtags that occur. AutoRec is that network
    where it is given the description for input and the hashtags for targets. The paper's input is term frequency, and a
    description has each word once, so that the input is 1 for each of its words; label scores are not looked at.

    n_hidden, epochs, batch_size, learning_rate, seed, n_threads : as in :class:`instahash.autorec.AutoRec`.
    """

    def __init__(self, n_hidden=500, epochs=10, batch_size=256, learning_rate=1e-3, seed=0, n_threads=1):
        self.model = AutoRec(
            n_hidden=n_hidden,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            init="random",
            hidden="relu",
            objective="multinomial",
            seed=seed,
            n_threads=n_threads,
        )

    def fit(self, description, hashtags):
        """description : CSR (n_posts, n_words).  hashtags : CSR (n_posts, n_words).

        Raises DataError where no post has a hashtag, DivergenceError where the network stops being finite.
        """
        self.hashtags = np.unique(hashtags.indices)
        self.model.fit(ones(description), 0.0, targets=ones(hashtags)[:, self.hashtags])
        return self

    def score(self, description, chosen=None):
        """(n_posts, n_words) float32, probabilities that sum to 1; zero for words never used as a hashtag.

        Chosen hashtags are not looked at; posts without a description all get the same answer.
        """
        scores = np.zeros(description.shape, np.float32)
        outputs = self.model.predict(ones(description))
        outputs -= outputs.max(axis=1, keepdims=True)
        np.exp(outputs, out=outputs)
        outputs /= outputs.sum(axis=1, keepdims=True)
        scores[:, self.hashtags] = outputs
        return scores
