"""The answer for one photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Recommendation:
    """Hashtags for one photo, and where they come from.

    hashtags : list of str as people write them, best first.
    scores : list of float beside them.
    scores_are : what they mean. "probability" that the author uses the hashtag; an "estimate" of it where the labels
        are not such as the training has, which no post has tested; "cosine" with the description; "rating" that
        AutoRec gives; "frequency", the hashtag's part of all uses.
    source : where the hashtags come from. "experts", those of mode "best", fused, and "guesses", the same where no
        label was sure enough; "intersection" of the paper's two sets, and "autorec", its default where that is empty.
        Where nothing is known of the photo, "general" in mode "best", hashtags that fit any, and "most_used" in mode
        "paper".
    trace : the lists of words on the way to the answer, by name, best first, where they were wanted. Each mode has
        names of its own.
    """

    hashtags: list[str]
    scores: list[float]
    scores_are: str
    source: str
    trace: dict[str, list[str]] | None = None

    def to_json(self) -> dict[str, Any]:
        """What `instahash-recommend --json` prints."""
        value = {"hashtags": self.hashtags, "scores": self.scores, "scores_are": self.scores_are, "source": self.source}
        return value if self.trace is None else value | {"trace": self.trace}
