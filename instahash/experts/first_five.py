"""How good the experts' first five hashtags are on posts that they have not learnt from, only their weights have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from instahash.experts.examples import Examples
from instahash.recommend import Queries
from instahash.sparse import row_sizes
from instahash.topk import top_k
from instahash.trainer import FirstFive

if TYPE_CHECKING:
    from instahash.experts.panel import Panel

# Posts that are measured on, at most: scoring so many takes a small part of a second.
MOST = 500


def first_five(panel: Panel, held_out: Examples, uses: np.ndarray) -> FirstFive | None:
    """Of the posts held out, by their labels and photos alone, as most questions are. The few weights of the experts
    and their calibration have been learnt from these posts; what the experts know has not.

    uses : (n_hashtags,) how often the posts of the training use each hashtag.
    """
    domain = panel.domain
    posts = held_out.dataset.take(np.flatnonzero(row_sizes(held_out.dataset.description))[:MOST])
    photos = posts.photo_features if len(domain.photo_mean) else None  # few photos are not learnt from
    queries = Queries.of(posts.description, echoes=posts.echoes, photo_features=photos)
    answers = panel.score(queries)
    columns, _ = top_k(answers.log_p, min(5, answers.log_p.shape[1]))
    popular = domain.hashtags[np.argsort(-uses, kind="stable")[:5]]
    return FirstFive.of(domain.words_at(columns, answers.candidates), popular, posts.hashtags)
