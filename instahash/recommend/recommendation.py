"""The answer for one photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# Where an answer comes from, and what its scores mean.
SCORES = {
    "experts": "probability",  # that the author would use the hashtag: the experts of mode "best", fused
    "intersection": "cosine",  # with the description: the paper's rule, in Word2Vec's order
    "autorec": "rating",  # AutoRec's output: the paper's default where the intersection is empty
    "most_used": "frequency",  # fraction of the training posts that use it: nothing is known of the photo
}


@dataclass(frozen=True)
class Recommendation:
    """Hashtags for one photo, and where they come from.

    hashtags : list of str as people write them, best first.
    scores : list of float beside them; `scores_are` says what they mean.
    source : one of SCORES: "experts", "intersection", "autorec" or "most_used".
    trace : the lists of words on the way to the answer, by name, best first, where they were wanted. Each mode has
        names of its own.
    """

    hashtags: list[str]
    scores: list[float]
    source: str
    trace: dict[str, list[str]] | None = None

    @property
    def scores_are(self) -> str:
        """What the scores mean: "probability", "cosine", "rating" or "frequency"."""
        return SCORES[self.source]

    def to_json(self) -> dict[str, Any]:
        """What `instahash-recommend --json` prints."""
        value = {"hashtags": self.hashtags, "scores": self.scores, "scores_are": self.scores_are, "source": self.source}
        return value if self.trace is None else value | {"trace": self.trace}
