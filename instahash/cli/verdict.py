"""How good a model is, in two plain lines at the end of its evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from instahash.errors import plural
from instahash.names import OURS, name_of

FIVE = "precision@5"
FEWEST = 30  # posts: of fewer the bootstrap's intervals are too narrow, of one they have no width


def verdict(result: dict[str, Any], seen: bool) -> Iterator[str]:
    """Of an evaluation JSON: how many of five hashtags are the author's, beside the most used ones and the best
    baseline, and whether the difference may be chance, which few posts cannot tell.

    seen : whether the model was trained on these posts.
    """
    from instahash.baselines import BASELINES

    hits = {name: 5 * row[FIVE] for name, row in result["ranking"].items()}
    best = max((name for name in hits if name in BASELINES), key=lambda name: hits[name])
    popular, title = hits["popularity"], name_of(best).title
    own = f"On {plural(result['posts'], 'post')} {hits[OURS]:.1f} of the five hashtags that it suggests"
    beside = "" if best == "popularity" else f", of five by {title}, the best baseline, {hits[best]:.1f}"
    yield f"{own} are the author's own; of the five most used ones {popular:.1f} are{beside}."
    difference = result["differences"][best][FIVE]
    if seen:
        yield "The model was trained on these very posts, so that this is too good."
    elif result["posts"] < FEWEST:
        yield f"That is too few to tell whether it is better than {title}: give {FEWEST} posts or more."
    elif difference["low"] > 0:
        yield f"So it is better than {title}, by more than chance explains."
    elif difference["high"] < 0:
        yield f"So it is worse than {title}, by more than chance explains: take more posts, or other settings."
    else:
        yield f"So it is about as good as {title}: the difference may be chance."
