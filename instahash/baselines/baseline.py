"""What every baseline does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from instahash.sparse import CSR

if TYPE_CHECKING:
    from typing_extensions import Self


class Baseline(Protocol):
    """A method that learns from posts and scores every word as a hashtag of other posts."""

    def fit(self, description: CSR, hashtags: CSR) -> Self:
        """Learn from posts; returns self. Calling it again starts anew.

        description : CSR (n_posts, n_words), stored entries are the words, their values the labels' scores.
        hashtags : CSR (n_posts, n_words), stored entries are the hashtags.
        """

    def score(self, description: CSR, chosen: CSR | None = None) -> np.ndarray:
        """(n_posts, n_words) float32, the higher the better; it may be read-only.

        description : as in :meth:`fit`.
        chosen : CSR (n_posts, n_words), hashtags that the author has picked already. A baseline may ignore them.
        """
