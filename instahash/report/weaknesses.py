"""Where it fails: dense clusters, near misses, hashtags wrong or missed again and again, the worst posts."""

from __future__ import annotations

import numpy as np

from instahash.errors import plural
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
from instahash.report.markup import element, folded, section, table, word, words
from instahash.report.wording import percent

CLUSTERS, ROWS, POSTS = 12, 15, 10


def weaknesses(result, about):
    details = result.details
    ranked, hit = details.ranked[:, :10], details.hit[:, :10]
    return section(
        "failures",
        "Where it fails",
        element("p", "All of it is about the first ten hashtags."),
        element("h3", "Dense clusters"),
        element(
            "p",
            f"Sets of {LEAST} to {LARGEST} hashtags whose nearest neighbours are each other. Their vectors hardly "
            "differ, so that one easily stands for all: “replaced” are the posts whose author used one of a cluster and "
            "which got others of it but none that is right.",
        ),
        _clusters(details, ranked, hit),
        element("h3", "Near misses"),
        element(
            "p",
            f"Pairs of a recommended and a used hashtag with a cosine of {NEAR} or more: words that say nearly "
            "the same, or that the vectors take for it.",
        ),
        _near_misses(details, ranked, hit),
        element("h3", "Wrong or missed most often"),
        _frequent(details, ranked, hit),
        element("h3", "Worst posts"),
        _worst(result),
    )


def _clusters(details, ranked, hit):
    vocabulary = details.vocabulary
    ids = vocabulary.hashtag_ids[:AMONG]
    found = clusters(details.unit[ids])[:CLUSTERS]
    if not found:
        return element("p", "There is none.", class_="none")
    rows = []
    for members, cosine in found:
        members = ids[list(members)]  # the most used first
        used, replaced, most = stand_ins(members, ranked, hit, details.truth)
        text = vocabulary.words_array
        rows.append(
            [
                words(text[members].tolist(), sign="#"),
                f"{cosine:.2f}",
                f"{used:,}",
                f"{replaced:,}",
                word(text[most], "#") if most is not None else "–",
            ]
        )
    columns = ["cluster", "mean cosine", "posts", "replaced", "recommended most"]
    return table("clusters", "The tightest clusters of hashtags", columns, rows, texts={4})


def _near_misses(details, ranked, hit):
    text = details.vocabulary.words_array
    captions = {
        "synonyms-wrong": "Recommended and not used, though near to a hashtag that the author used",
        "synonyms-missed": "Used and not recommended, though near to a hashtag that was",
    }
    tables = []
    for (name, caption), pairs in zip(captions.items(), near_misses(ranked, hit, details.truth, details.unit)):
        rows = [
            [word(text[a], "#"), word(text[b], "#"), f"{posts:,}", f"{cosine:.2f}"] for a, b, posts, cosine in pairs
        ]
        if name.endswith("missed"):
            rows = [[used, recommended, *rest] for recommended, used, *rest in rows]
        columns = ["recommended", "used"] if name.endswith("wrong") else ["missed", "recommended"]
        empty = element("p", f"{caption}: no pair is so near.", class_="none")
        tables.append(table(name, caption, [*columns, "posts", "cosine"], rows, texts={1}) if rows else empty)
    return element("div", tables, class_="pair")


def _frequent(details, ranked, hit):
    text = details.vocabulary.words_array
    recommended, wrong, used, missed = wrong_and_missed(ranked, hit, details.truth)
    tables = []
    for name, caption, columns, bad, all_of in (
        ("wrong", "Recommended wrongly most often", ("wrong", "recommended", "share wrong"), wrong, recommended),
        ("missed", "Missed most often", ("missed", "used", "share missed"), missed, used),
    ):
        ids = [i for i in np.argsort(-bad, kind="stable")[:ROWS] if bad[i]]
        rows = [[word(text[i], "#"), f"{bad[i]:,}", f"{all_of[i]:,}", percent(bad[i] / all_of[i])] for i in ids]
        empty = element("p", f"{caption}: none.", class_="none")
        tables.append(table(f"most-{name}", caption, ["hashtag", *columns], rows) if rows else empty)
    return element("div", tables, class_="pair")


def _worst(result):
    details = result.details
    ndcg = details.ranking["instahash"]["ndcg@10"]
    rows = worst(ndcg, np.diff(details.truth.indptr), POSTS)
    nothing = int((ndcg == 0).sum())
    said = (
        f"Of {plural(result.posts, 'post')}, {nothing:,} had no hit in the first ten, an nDCG@10 of 0. Shown are "
        "those whose nDCG@10 is the lowest, of equals those with the most hashtags to find."
    )
    cards = [element("div", card(f"worst-{i}", row, details, result.protocol)) for i, row in enumerate(rows)]
    return [element("p", said), folded(plural(len(cards), "post"), element("div", cards, class_="examples"))]
