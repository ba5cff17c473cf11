"""Worked examples: every set of words between a photo's labels and its hashtags, for posts of each kind."""

from __future__ import annotations

from typing import Any

import numpy as np

from instahash.report.kinds import ABSTRACT, KINDS, LEAST_POSTS, LEAST_USES, association, chosen_posts, content, kinds
from instahash.report.wording import OURS, identity, number, percent, word, words
from instahash.sparse import column_counts


def examples(result: Any) -> dict[str, Any]:
    """What the template of the examples needs of an Evaluation."""
    details = result.details
    sizes, ranking = np.diff(details.truth.indptr), details.ranking[OURS]

    def cards(slug: str, rows: np.ndarray) -> list[dict[str, Any]]:
        chosen = chosen_posts(rows, ranking["ndcg@10"], sizes)
        return [card(f"{slug}-{i}", row, result, how) for i, (how, row) in enumerate(chosen.items())]

    if result.protocol == "completion":
        return {"examples": cards("asked", np.arange(result.posts))}
    given, truth = (content(matrix, details.vocabulary.words) for matrix in (details.given, details.truth))
    found = association(given, truth)
    abstract = found < ABSTRACT
    kind = kinds(given, truth, abstract)
    groups, counts = {}, []
    for i, name in enumerate(KINDS):
        rows, title = np.flatnonzero(kind == i), name.replace("_", "-").capitalize()
        shown = len(rows) >= LEAST_POSTS
        means = [number(ranking[name][rows].mean()) if shown else "–" for name in ("accuracy@10", "ndcg@10")]
        counts.append([title, f"{len(rows):,}", percent(len(rows) / result.posts), *means])
        if shown:
            groups[name] = (title, len(rows), cards(name.replace("_", "-"), rows))
    return {
        "groups": groups,
        "kinds": counts,
        "any_label": _any_label(found, abstract, details),
        "abstract": ABSTRACT,
        "least_posts": LEAST_POSTS,
        "least_uses": LEAST_USES,
    }


def _any_label(found: np.ndarray, abstract: np.ndarray, details: Any) -> list[list[str]]:
    """The hashtags that go with any label, those of most posts first."""
    used, text = column_counts(details.truth), details.vocabulary.words_array
    chosen = sorted(np.flatnonzero(abstract).tolist(), key=lambda i: (-used[i], i))
    return [[word(text[i], "#"), f"{used[i]:,}", f"{found[i]:.2f}"] for i in chosen]


def in_both(answer: Any) -> list[str]:
    """The words in the sets of both models, in Word2Vec's order."""
    theirs = set(_network(answer)[1])
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
    network, theirs = _network(answer)
    # The recommended are as people write them: the spelling is the vocabulary's.
    recommended = words(vocabulary.spelled(ranked[ranked >= 0]), vocabulary.spelled(ranked[hit]), "#")
    rows = [
        ["Given", words(listed, sign="#")] if result.protocol == "completion" else ["Labels", words(listed)],
        ["Author", words(author, text[ranked[hit]].tolist(), "#")],
        ["Word2Vec", words(answer.trace["word2vec"], author)],
        [network, words(theirs, author)],
        ["In both", words(in_both(answer), author)],
        ["Default" if answer.source == "autorec" else "Recommended", recommended],
    ]
    ndcg = f"nDCG@10 {details.ranking[OURS]['ndcg@10'][row]:.2f}"
    return {"name": name, "id": identity(details.ids[row]), "how": f"{how}, {ndcg}" if how else ndcg, "rows": rows}


def _network(answer: Any) -> tuple[str, list[str]]:
    """What the network beside Word2Vec is called, and its words: mode "paper" has an AutoRec, "best" a softmax."""
    trace = answer.trace
    return ("Network", trace["softmax"]) if "softmax" in trace else ("AutoRec", trace["autorec"])
