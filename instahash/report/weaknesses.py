"""Where it fails: dense clusters, near misses, hashtags wrong or missed again and again, the worst posts."""

from __future__ import annotations

from typing import Any

import numpy as np

from instahash.report.examples import card
from instahash.report.failures import (
    AMONG,
    LARGEST,
    LEAST,
    NEAR,
    clusters,
    near_misses,
    stand_ins,
    worst,
    wrong_and_missed,
)
from instahash.report.wording import OURS, percent, word, words

CLUSTERS, ROWS, POSTS = 12, 15, 10


def weaknesses(result: Any) -> dict[str, Any]:
    """What the template of the failures needs of an Evaluation; all of it is about the first ten hashtags."""
    details = result.details
    ranked, hit, truth = details.ranked[:, :10], details.hit[:, :10], details.truth
    tag = [word(text, "#") for text in details.vocabulary.words]
    recommended, wrong, used, missed = wrong_and_missed(ranked, hit, truth)
    nearly_right, nearly_found = near_misses(ranked, hit, truth, details.unit)
    ndcg = details.ranking[OURS]["ndcg@10"]
    lowest = worst(ndcg, np.diff(truth.indptr), POSTS)
    return {
        "smallest": LEAST,
        "largest": LARGEST,
        "near": NEAR,
        "clusters": _clusters(details, ranked, hit),
        "nearly_right": [[tag[a], tag[b], f"{posts:,}", f"{cosine:.2f}"] for a, b, posts, cosine in nearly_right],
        "nearly_found": [[tag[b], tag[a], f"{posts:,}", f"{cosine:.2f}"] for a, b, posts, cosine in nearly_found],
        "wrong": _most(tag, wrong, recommended),
        "missed": _most(tag, missed, used),
        "hopeless": int((ndcg == 0).sum()),
        "worst": [card(f"worst-{i}", row, result) for i, row in enumerate(lowest)],
    }


def _clusters(details: Any, ranked: np.ndarray, hit: np.ndarray) -> list[list[str]]:
    ids, text, rows = details.vocabulary.hashtag_ids[:AMONG], details.vocabulary.words_array, []
    for places, cosine in clusters(details.unit[ids])[:CLUSTERS]:
        members = ids[list(places)]  # the most used first
        used, replaced, most = stand_ins(members, ranked, hit, details.truth)
        said = "–" if most is None else word(text[most], "#")
        rows.append([words(text[members].tolist(), sign="#"), f"{cosine:.2f}", f"{used:,}", f"{replaced:,}", said])
    return rows


def _most(tag: list[str], bad: np.ndarray, all_of: np.ndarray) -> list[list[str]]:
    """The hashtags that are bad most often, of how many uses, and which fraction of them."""
    ids = [i for i in np.argsort(-bad, kind="stable")[:ROWS] if bad[i]]
    return [[tag[i], f"{bad[i]:,}", f"{all_of[i]:,}", percent(bad[i] / all_of[i])] for i in ids]
