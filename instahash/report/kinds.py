"""Which hashtags say what is in a photo, and of what kind an author's choice is therefore.

A hashtag of a post is descriptive where its word is in the post's description. It is abstract where it is not, and goes
with any label, as love and instagood do: the labels of the posts that use it are those of all posts. Function words,
such as the "of" that "body of water" leaves in a description, say nothing of a photo and are not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from instahash.sparse import CSR, column_counts, keep, ones, row_of_entries

# An abstract hashtag meets labels less than so many times as often as chance would have it.
ABSTRACT = 1.25
FUNCTION_WORDS = frozenset("a an and as at by for from in into of on or the to with".split())
# Below so many posts that use a hashtag, chance has too much say.
LEAST_USES = 20
KINDS = ("descriptive", "mixed", "non_descriptive", "abstract")
# Of a kind with fewer posts nothing is shown; chance chose them.
LEAST_POSTS = 5
# The posts that are shown of a kind: a fraction of its posts has a lower nDCG@10.
SHOWN = {"went well": 0.95, "was typical": 0.5, "failed": 0.05}
# Posts of so many hashtags are shown, where there are enough of them.
READABLE = (3, 10)


def content(matrix: CSR, words: Sequence[str]) -> CSR:
    """CSR (n, n_words) without the function words among `words`, a text a column."""
    return keep(matrix, ~np.isin(matrix.indices, [i for i, word in enumerate(words) if word in FUNCTION_WORDS]))


def association(description: CSR, truth: CSR) -> np.ndarray:
    """How many times as often as by chance the labels of a post go with each hashtag, on average over its uses.

    Of n posts n_l have label l, n_t have hashtag t, and N have both. If these were drawn apart from each other, N would
    have the mean E = n_l n_t / n, and N (N - 1) the mean E2 = n_l (n_l - 1) n_t (n_t - 1) / (n (n - 1)). The measure is

        sum over l of N (N - 1) E / E2, divided by the sum over l of N

    which is then 1 on average, however rare the hashtag: of each of its labels, how often another post of the hashtag
    has it, against how often any post has it.

    description, truth : CSR (n, n_words), stored entries are the members.
    Returns (n_words,) float64, NaN for a hashtag that less than LEAST_USES posts use or that meets no label.
    """
    together = (ones(description, np.float64).T @ ones(truth, np.float64)).tocsr()
    n_label, n_hashtag = column_counts(description), column_counts(truth)
    l, t, N = row_of_entries(together), together.indices, together.data
    # E / E2; where one of both is used by one post only, N (N - 1) is 0 and the quotient does not matter.
    scale = (description.shape[0] - 1) / np.maximum((n_label[l] - 1) * (n_hashtag[t] - 1), 1)
    found = np.bincount(t, N * (N - 1) * scale, truth.shape[1])
    uses = np.bincount(t, N, truth.shape[1])
    return np.where((n_hashtag >= LEAST_USES) & (uses > 0), found, np.nan) / np.maximum(uses, 1)


def kinds(description: CSR, truth: CSR, abstract: np.ndarray) -> np.ndarray:
    """The kind of each post, (n,) int, a place in KINDS.

    description, truth : CSR (n, n_words), stored entries are the members.
    abstract : (n_words,) bool, hashtags that go with any label.
    """
    described = ones(truth).multiply(ones(description)).tocsr()
    n_described, sizes = np.diff(described.indptr), np.diff(truth.indptr)
    n_abstract = ones(truth) @ abstract - described @ abstract
    conditions = {
        "abstract": (2 * n_abstract >= sizes) & (sizes > 0),
        "non_descriptive": n_described == 0,
        "descriptive": n_described == sizes,
    }
    return np.select(list(conditions.values()), [KINDS.index(name) for name in conditions], KINDS.index("mixed"))


def chosen_posts(rows: np.ndarray, ndcg: np.ndarray, sizes: np.ndarray) -> dict[str, int]:
    """How it went -> the row of a post to show for it; of different posts, fewer where there are not so many.

    rows : numbers of the posts of one kind.  ndcg, sizes : (n,), nDCG@10 and number of hashtags of all posts.
    """
    readable = rows[(sizes[rows] >= READABLE[0]) & (sizes[rows] <= READABLE[1])]
    rows = readable if len(readable) >= len(SHOWN) else rows
    order = rows[np.argsort(ndcg[rows], kind="stable")].tolist()
    chosen: dict[str, int] = {}
    for name, fraction in SHOWN.items() if order else ():
        row = order[int(fraction * (len(order) - 1) + 0.5)]
        if row not in chosen.values():
            chosen[name] = row
    return chosen
