"""Worked examples: every set of words between a photo's labels and its hashtags, for posts of each kind.

A hashtag of a post is descriptive where its word is in the post's description. It is abstract where it is not, and goes
with any label, as love and instagood do: the labels of the posts that use it are those of all posts. Function words,
such as the "of" that "body of water" leaves in a description, say nothing of a photo and are not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from instahash.evaluation import network_words
from instahash.names import OURS, capital, heading
from instahash.report.wording import identity, number, percent, word, words
from instahash.sparse import CSR, column_counts, keep, ones, row_of_entries

# An abstract hashtag meets labels less than so many times as often as chance would have it.
ABSTRACT = 1.25
FUNCTION_WORDS = frozenset("a an and as at by for from in into of on or the to with".split())
# Below so many posts that use a hashtag, chance has too much say.
LEAST_USES = 20
POST_KINDS = ("descriptive", "mixed", "non_descriptive", "abstract")
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
    labels: Any = ones(description, np.float64)
    together = (labels.T @ ones(truth, np.float64)).tocsr()
    n_label, n_hashtag = column_counts(description), column_counts(truth)
    l, t, N = row_of_entries(together), together.indices, together.data
    # E / E2; where one of both is used by one post only, N (N - 1) is 0 and the quotient does not matter.
    scale = (description.shape[0] - 1) / np.maximum((n_label[l] - 1) * (n_hashtag[t] - 1), 1)
    found = np.bincount(t, N * (N - 1) * scale, truth.shape[1])
    uses = np.bincount(t, N, truth.shape[1])
    return np.where((n_hashtag >= LEAST_USES) & (uses > 0), found, np.nan) / np.maximum(uses, 1)


def kinds(description: CSR, truth: CSR, abstract: np.ndarray) -> np.ndarray:
    """The kind of each post, (n,) int, a place in POST_KINDS.

    description, truth : CSR (n, n_words), stored entries are the members.
    abstract : (n_words,) bool, hashtags that go with any label.
    """
    hashtags: Any = ones(truth)
    described = hashtags.multiply(ones(description)).tocsr()
    n_described, sizes = np.diff(described.indptr), np.diff(truth.indptr)
    n_abstract = hashtags @ abstract - described @ abstract
    conditions = {
        "abstract": (2 * n_abstract >= sizes) & (sizes > 0),
        "non_descriptive": n_described == 0,
        "descriptive": n_described == sizes,
        "mixed": n_described >= 0,
    }
    return np.select(list(conditions.values()), [POST_KINDS.index(name) for name in conditions])


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


def examples(result: Any) -> dict[str, Any]:
    """What the template of the examples needs of an Evaluation."""
    details = result.details
    sizes, ranking = np.diff(details.truth.indptr), details.ranking[OURS]

    def cards(slug: str, rows: np.ndarray) -> list[dict[str, Any]]:
        chosen = chosen_posts(rows, ranking["ndcg@10"], sizes)
        return [card(f"{slug}-{i}", row, result, how) for i, (how, row) in enumerate(chosen.items())]

    if result.protocol == "completion":
        return {"examples": cards("completion", np.arange(result.posts))}
    given, truth = (content(matrix, details.vocabulary.words) for matrix in (details.given, details.truth))
    found = association(given, truth)
    abstract = found < ABSTRACT
    kind = kinds(given, truth, abstract)
    groups, counts = {}, []
    for i, name in enumerate(POST_KINDS):
        rows, title = np.flatnonzero(kind == i), capital(name.replace("_", "-"))
        shown = len(rows) >= LEAST_POSTS
        means = [number(ranking[name][rows].mean()) if shown else "–" for name in ("accuracy@10", "ndcg@10")]
        counts.append([title, len(rows), percent(len(rows) / result.posts), *means])
        if shown:
            groups[name] = (title, len(rows), cards(name.replace("_", "-"), rows))
    used, text = column_counts(details.truth), details.vocabulary.words
    by_use = sorted(np.flatnonzero(abstract), key=lambda i: -used[i])
    any_label = [[word(text[i], "#"), int(used[i]), f"{found[i]:.2f}"] for i in by_use]
    return {"groups": groups, "kinds": counts, "any_label": any_label}


def in_both(answer: Any) -> list[str]:
    """The words in the sets of both models, in Word2Vec's order."""
    theirs = set(network_words(answer.trace)[1])
    return [word for word in answer.trace["word2vec"] if word in theirs]


def card(name: str, row: int, result: Any, how: str = "") -> dict[str, Any]:
    """The table of one post."""
    details = result.details
    answer, vocabulary = details.answers[row], details.vocabulary
    text = vocabulary.words_array
    given, truth = details.given[[row]], details.truth[[row]]
    listed = text[given.indices[np.argsort(-given.data, kind="stable")]].tolist()
    author = text[truth.indices].tolist()
    ranked, hit = details.ranked[row], details.hit[row]
    network, theirs = network_words(answer.trace)
    # The recommended are as people write them: the spelling is the vocabulary's.
    recommended = words(vocabulary.spelled(ranked[ranked >= 0]), vocabulary.spelled(ranked[hit]), "#")
    rows = [
        ["Given", words(listed, sign="#")] if result.protocol == "completion" else ["Labels", words(listed)],
        ["Author", words(author, text[ranked[hit]].tolist(), "#")],
        [heading("word2vec"), words(answer.trace["word2vec"], author)],
        [heading(network), words(theirs, author)],
        ["In both", words(in_both(answer), author)],
        ["Default" if answer.source == "autorec" else "Recommended", recommended],
    ]
    ndcg = f"nDCG@10 {details.ranking[OURS]['ndcg@10'][row]:.2f}"
    return {"name": name, "id": identity(details.ids[row]), "how": f"{how}, {ndcg}" if how else ndcg, "rows": rows}
