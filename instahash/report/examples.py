"""Worked examples: every set of words between a photo's labels and its hashtags, for posts of each kind."""

from __future__ import annotations

import numpy as np

from instahash.errors import plural
from instahash.report.kinds import (
    ABSTRACT,
    DEFINITIONS,
    KINDS,
    LEAST_POSTS,
    LEAST_USES,
    association,
    content,
    kinds,
    shown,
)
from instahash.report.markup import element, identity, join, section, table, word, words
from instahash.report.terms import alone
from instahash.report.wording import number, percent

# Hashtags that go with any label, shown at most.
MOST = 15


def examples(result, about):
    details = result.details
    sizes, ndcg = np.diff(details.truth.indptr), details.ranking["instahash"]["ndcg@10"]
    legend = element(
        "p",
        "What the author used and a system found has a ",
        element("strong", "✓", class_="hit"),
        " and is bold, in the row of the author what was recommended. Where AutoRec or Word2Vec give many words, "
        "twenty are shown.",
    )
    legend = [legend, alone(about)]
    if result.protocol == "completion":
        cards = _cards("asked", shown(np.arange(result.posts), ndcg, sizes), details, result.protocol)
        return section("examples", "Worked examples", legend, cards)
    given, truth = (content(matrix, details.vocabulary.words) for matrix in (details.given, details.truth))
    found = association(given, truth)
    abstract = found < ABSTRACT
    kind = kinds(given, truth, abstract)
    parts = []
    for place, (name, title) in enumerate(KINDS.items()):
        rows = np.flatnonzero(kind == place)
        if len(rows) < LEAST_POSTS:
            continue
        count = f"{DEFINITIONS[name]} {plural(len(rows), 'post')} ({percent(len(rows) / result.posts)})."
        slug = name.replace("_", "-")
        parts += [
            element("h3", title, id=f"kind-{slug}"),
            element("p", count),
            _cards(slug, shown(rows, ndcg, sizes), details, result.protocol),
        ]
    return section(
        "examples",
        "Worked examples",
        element(
            "p",
            "Posts by what their authors’ hashtags are: words for what is in the photo, or others. For each kind "
            f"of {LEAST_POSTS} posts or more one is shown that went well (its nDCG@10 is above that of "
            "95\u202f% of its kind), a typical one, and one that failed (above only 5\u202f%).",
        ),
        element(
            "p",
            f"A hashtag goes with any label where the labels of its posts are on average less than {ABSTRACT} times as "
            f"frequent in them as in all posts; only hashtags of {LEAST_USES} posts or more are judged. Words "
            "such as “of” count neither as hashtags nor as descriptions here.",
        ),
        legend,
        element(
            "div",
            _by_kind(kind, details.ranking["instahash"]),
            _any_label(found, abstract, details),
            class_="pair",
        ),
        parts,
    )


def _by_kind(kind, values):
    rows = []
    for place, title in enumerate(KINDS.values()):
        chosen = kind == place
        measures = [
            number(values[name][chosen].mean()) if chosen.sum() >= LEAST_POSTS else "–"
            for name in ("accuracy@10", "ndcg@10")
        ]
        rows.append([title, f"{chosen.sum():,}", percent(chosen.mean()), *measures])
    caption = "How well hashtags of each kind are found"
    return table("kinds", caption, ["kind", "posts", "share", "accuracy@10", "nDCG@10"], rows)


def _any_label(found, abstract, details):
    used = np.bincount(details.truth.indices, minlength=len(found))
    chosen = sorted(np.flatnonzero(abstract).tolist(), key=lambda i: (-used[i], i))
    text = details.vocabulary.words_array
    if not chosen:
        return element("p", f"No hashtag that {LEAST_USES} of these posts use goes with any label.")
    caption = f"The most used of {len(chosen):,} hashtags that go with any label"
    rows = [[word(text[i], "#"), f"{used[i]:,}", f"{found[i]:.2f}"] for i in chosen[:MOST]]
    return table("any-label", caption, ["hashtag", "posts", "times as frequent"], rows)


def _cards(slug, chosen, details, protocol):
    cards = [
        element("div", card(f"{slug}-{i}", row, details, protocol, how)) for i, (how, row) in enumerate(chosen.items())
    ]
    return element("div", cards, class_="examples")


def card(name, row, details, protocol, how=""):
    """The table of one post."""
    answer, vocabulary = details.answers[row], details.vocabulary
    text = vocabulary.words_array
    given, truth = details.given[[row]], details.truth[[row]]
    listed = text[given.indices[np.argsort(-given.data, kind="stable")]].tolist()
    author = text[truth.indices].tolist()
    ranked, hit = details.ranked[row], details.hit[row]
    # As people write them: the spelling is the vocabulary's.
    spelled = vocabulary.spelled(ranked[ranked >= 0])
    right = vocabulary.spelled(ranked[hit])
    found = text[ranked[hit]].tolist()
    both = [seen for seen in answer.word2vec if seen in set(answer.autorec)]
    known = ("Given", words(listed, sign="#")) if protocol == "completion" else ("Labels", words(listed))
    rows = [
        known,
        ("Author", words(author, found, "#")),
        ("Word2Vec", words(answer.word2vec, author)),
        ("AutoRec", words(answer.autorec, author)),
        ("In both", words(both, author)),
        ("Default" if answer.defaulted else "Recommended", words(spelled, right, "#")),
    ]
    score = element(
        "span",
        f"{how + ', ' if how else ''}nDCG@10 {details.ranking['instahash']['ndcg@10'][row]:.2f}",
        class_="quiet",
    )
    caption = join([identity(details.ids[row]), score])
    return table(f"post-{name}", caption, None, rows, texts={1}, scroll=False)
