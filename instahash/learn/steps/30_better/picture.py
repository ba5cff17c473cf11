"""nDCG@10 of two experts on 300 new posts of the sample: alone, in a plain sum, and fused."""

import numpy as np

from instahash.data import Corpus, encode, fit_dataset
from instahash.data.small import small_posts
from instahash.evaluation.ranking import ndcg
from instahash.word2vec import Word2Vec


def values(answer):
    """The nDCG@10 of the cosines, the scores w.c, their plain sum, and the sum of the standardised ones."""
    posts = list(small_posts())
    data = fit_dataset(Corpus.from_posts(posts[:2700]))
    new = encode(Corpus.from_posts(posts[2700:]), data.vocabulary)
    hashtags = data.vocabulary.hashtag_ids
    described, used = new.description.toarray() > 0, new.hashtags.toarray()[:, hashtags] > 0
    n, some = np.maximum(described.sum(axis=1, keepdims=True), 1), used.any(axis=1)
    word2vec = Word2Vec().fit(data.bags)
    unit = word2vec.W / np.linalg.norm(word2vec.W, axis=1, keepdims=True)
    cosines = described @ unit / n @ unit[hashtags].T
    scores = described @ word2vec.W / n @ word2vec.C[hashtags].T

    def measured(ranked):
        order = np.argsort(-ranked, axis=1, kind="stable")[:, :10]
        return ndcg(np.take_along_axis(used, order, axis=1)[some], used[some].sum(axis=1), 10).mean()

    fused = answer.fuse([cosines, scores])
    named = {"cosines": cosines, "scores w.c": scores, "plain sum": cosines + scores, "fused": fused}
    return {name: measured(ranked) for name, ranked in named.items()}


def draw(figure, answer):
    axes = figure.subplots()
    found = values(answer)
    axes.barh(list(found), list(found.values()), 0.6, color=["#afb8c1", "#afb8c1", "#bc4c00", "#1a7f37"])
    for place, value in enumerate(found.values()):
        axes.text(value + 0.005, place, f"{value:.2f}", va="center")
    axes.set(title="300 new posts of the sample", xlabel="nDCG@10, 1 is a perfect order", xlim=(0, 0.55))
    axes.set_xticks([0, 0.25, 0.5])
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
