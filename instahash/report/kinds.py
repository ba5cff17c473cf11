"""Which hashtags say what is in a photo, and of what kind an author's choice is therefore.

A hashtag of a post is descriptive where its word is in the post's description. It is abstract where it is not, and goes
with any label, as love and instagood do: the labels of the posts that use it are those of all posts. Function words,
such as the "of" that "body of water" leaves in a description, say nothing of a photo and are not looked at.
"""

from __future__ import annotations

import numpy as np

from instahash.sparse import keep, ones

# An abstract hashtag meets labels less than so many times as often as chance would have it.
ABSTRACT = 1.25
FUNCTION_WORDS = frozenset("a an and as at by for from in into of on or the to with".split())
# Below so many posts that use a hashtag, chance has too much say.
LEAST_USES = 20

KINDS = {
    "descriptive": "Descriptive",
    "mixed": "Mixed",
    "non_descriptive": "Non-descriptive",
    "abstract": "Abstract",
}
DEFINITIONS = {
    "descriptive": "Every hashtag of the author is a word of the description.",
    "mixed": "Some hashtags of the author are words of the description, others are not.",
    "non_descriptive": "No hashtag of the author is a word of the description, and less than half go with any label.",
    "abstract": "Half or more of the author’s hashtags are not in the description and go with any label.",
}
# Of a kind with fewer posts nothing is shown; chance chose them.
LEAST_POSTS = 5
# The posts that are shown of a kind: a share of its posts has a lower nDCG@10.
SHOWN = {"went well": 0.95, "was typical": 0.5, "failed": 0.05}
# Posts of so many hashtags are shown, where there are enough of them.
READABLE = (3, 10)


def content(matrix, words):
    """CSR (n, n_words) without the function words among `words`, a text a column."""
    return keep(matrix, ~np.isin(matrix.indices, [i for i, word in enumerate(words) if word in FUNCTION_WORDS]))


def association(description, truth):
    """How many times as often as by chance the labels of a post go with each hashtag, on average over its uses.

    Of n posts n_l have label l, n_t have hashtag t, and N have both. If these were drawn apart from each other, N would
    have the mean E = n_l n_t / n, and N (N - 1) the mean E2 = n_l (n_l - 1) n_t (n_t - 1) / (n (n - 1)). The measure is

        sum over l of N (N - 1) E / E2, divided by the sum over l of N

    which is then 1 on average, however rare the hashtag: of each of its labels, how often another post of the hashtag
    has it, against how often any post has it.

    description, truth : CSR (n, n_words), stored entries are the members.
    Returns (n_words,) float64, NaN for a hashtag that less than LEAST_USES posts use or that meets no label.
    """
    labels, hashtags = ones(description, np.float64), ones(truth, np.float64)
    together = (labels.T @ hashtags).tocoo()
    n_label, n_hashtag = (matrix.sum(axis=0) for matrix in (labels, hashtags))
    l, t = together.coords
    # E / E2; where one of both is used by one post only, N (N - 1) is 0 and the quotient does not matter.
    scale = (description.shape[0] - 1) / np.maximum((n_label[l] - 1) * (n_hashtag[t] - 1), 1)
    found = np.bincount(t, together.data * (together.data - 1) * scale, truth.shape[1])
    uses = np.bincount(t, together.data, truth.shape[1])
    return np.where((n_hashtag >= LEAST_USES) & (uses > 0), found, np.nan) / np.maximum(uses, 1)


def kinds(description, truth, abstract):
    """The kind of each post, (n,) int, a place in KINDS.

    description, truth : CSR (n, n_words), stored entries are the members.
    abstract : (n_words,) bool, hashtags that go with any label.
    """
    described = ones(truth, np.float64).multiply(ones(description, np.float64)).tocsr()
    n_described = described.sum(axis=1)
    weight = abstract.astype(np.float64)
    n_abstract = ones(truth, np.float64) @ weight - described @ weight
    sizes = np.diff(truth.indptr)
    conditions = {
        "abstract": (2 * n_abstract >= sizes) & (sizes > 0),
        "non_descriptive": n_described == 0,
        "descriptive": n_described == sizes,
    }
    order = list(KINDS)
    return np.select(list(conditions.values()), [order.index(name) for name in conditions], order.index("mixed"))


def shown(rows, ndcg, sizes):
    """How it went -> the row of a post to show for it; of different posts, fewer where there are not so many.

    rows : numbers of the posts of one kind.  ndcg, sizes : (n,), nDCG@10 and number of hashtags of all posts.
    """
    readable = rows[(sizes[rows] >= READABLE[0]) & (sizes[rows] <= READABLE[1])]
    rows = readable if len(readable) >= len(SHOWN) else rows
    order = rows[np.argsort(ndcg[rows], kind="stable")]
    chosen: dict[str, int] = {}
    for name, share in SHOWN.items():
        row = int(order[int(share * (len(order) - 1) + 0.5)]) if len(order) else None
        if row is not None and row not in chosen.values():
            chosen[name] = row
    return chosen
