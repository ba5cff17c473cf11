"""nDCG@10 of two experts on 300 new posts of the sample: alone, in a plain sum, and fused."""

import numpy as np

from instahash.data import Corpus, encode, fit_dataset
from instahash.data.small import small_posts
from instahash.evaluation.ranking import ndcg


def values(answer):
    """The nDCG@10 of probabilities, of log ratios, of their plain sum, and of the sum of the standardised ones."""
    posts = list(small_posts())
    data = fit_dataset(Corpus.from_posts(posts[:2700]))
    new = encode(Corpus.from_posts(posts[2700:]), data.vocabulary)
    tags = data.vocabulary.hashtag_ids
    words, used = (matrix.toarray() > 0 for matrix in (data.description, data.hashtags[:, tags]))
    together, often = words.T.astype(float) @ used, words.sum(axis=0)[:, None]
    described, wanted = (matrix.toarray() > 0 for matrix in (new.description, new.hashtags[:, tags]))
    n, some = np.maximum(described.sum(axis=1, keepdims=True), 1), wanted.any(axis=1)
    P = described @ (together / (often + 1)) / n
    ratios = described @ np.log((together + 1 / 2) / (often + 1) / used.mean(axis=0)) / n

    def measured(scores):
        order = np.argsort(-scores, axis=1, kind="stable")[:, :10]
        return ndcg(np.take_along_axis(wanted, order, axis=1)[some], wanted[some].sum(axis=1), 10).mean()

    systems = {"P(tag | word)": P, "log ratios": ratios, "plain sum": P + ratios, "fused": answer.fuse([P, ratios])}
    return {name: measured(scores) for name, scores in systems.items()}


def draw(figure, answer):
    axes = figure.subplots()
    found = values(answer)
    axes.barh(list(found), list(found.values()), 0.6, color=["#afb8c1", "#afb8c1", "#bc4c00", "#1a7f37"])
    for place, value in enumerate(found.values()):
        axes.text(value + 0.005, place, f"{value:.2f}", va="center")
    axes.set(title="300 new posts of the sample", xlabel="nDCG@10, 1 is a perfect order", xlim=(0, 0.6))
    axes.set_xticks([0, 0.25, 0.5])
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
