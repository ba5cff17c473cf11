"""How good the first five hashtags are on posts that the experts have not learnt from, only their weights have."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from instahash.data import words
from instahash.experts.examples import Examples
from instahash.recommend import Options, Queries, Recommendation
from instahash.sparse import row_sizes
from instahash.trainer import FirstFive

# Lists for posts, as whoever asks gets them.
Recommend = Callable[[Queries, Options], list[Recommendation]]
# Posts that are measured on, at most: to recommend for so many takes a small part of a second.
MOST = 500


def first_five(recommend: Recommend, held_out: Examples, uses: np.ndarray) -> FirstFive | None:
    """Of the posts held out, by their labels and photos alone, as most questions are. The few weights of the experts
    and their calibration have been learnt from these posts; what the experts know has not.

    uses : (n_hashtags,) how often the posts of the training use each hashtag.
    """
    domain = held_out.domain
    posts = held_out.dataset.take(np.flatnonzero(row_sizes(held_out.dataset.description))[:MOST])
    photos = posts.photo_features if len(domain.photo_mean) else None  # few photos are not learnt from
    queries = Queries.of(posts.description, echoes=posts.echoes, photo_features=photos)
    suggested = np.full((len(posts.ids), 5), -1)
    for row, answer in zip(suggested, recommend(queries, Options(top=5))):
        # A label that is repeated may be no hashtag of the model.
        row[: len(answer.hashtags)] = [domain.vocabulary.index.get(words(text)[0], -1) for text in answer.hashtags]
    popular = domain.hashtags[np.argsort(-uses, kind="stable")[:5]]
    return FirstFive.of(suggested, popular, posts.hashtags)
