"""Skip-gram when words become many: vectors trained exactly, then new posts whose words are new, by each trainer.

    python benchmarks/bench_word2vec_growth.py --json result.json

Posts of planted topics: ten words a topic, five of one topic in a post and a stray word. Old and new posts have topics
of their own. For each way to learn the new ones: the exact loss a pair on old and on new posts, and the fraction of a
word's nine nearest words that are of its topic.
"""

from common import arguments, parse, report

parser = arguments(__doc__.split("\n")[0], [])
args = parse(parser)

from dataclasses import replace

import numpy as np
from scipy import sparse

from instahash.sparse import widen
from instahash.word2vec import Word2Vec, WordVectors, exact, sampling

TOPIC, DIM = 10, 50


def posts(n_posts, first, n_topics, n_words):
    """Bags of the topics whose words begin at `first`."""
    rows = []
    for _ in range(n_posts):
        topic = first + TOPIC * rng.integers(n_topics)
        rows.append(np.union1d(topic + rng.permutation(TOPIC)[:5], first + rng.integers(TOPIC * n_topics)))
    indptr, indices = np.cumsum([0, *map(len, rows)]), np.concatenate(rows).astype(np.int32)
    return sparse.csr_array((np.ones(len(indices), np.int8), indices, indptr), shape=(n_posts, n_words))


def loss(model, bags):
    """Exact expected loss a pair, with the noise distribution of all posts."""
    N = exact.cooccurrence(bags, sampling.permutation_weights(np.diff(bags.indptr), 3))
    scores = model.W.astype(float) @ model.C.T
    softplus = np.logaddexp(0, scores)
    return float(((N.toarray() * (softplus - scores)).sum() + 5 * N.sum(axis=1) @ (softplus @ P)) / N.sum())


def neighbours(model, first, last):
    """Fraction of the nearest words of the words first:last that are of the same topic."""
    words, n = np.arange(first, last), last - first
    sets = sparse.csr_array((np.ones(n), words, np.arange(n + 1)), shape=(n, len(model.W)))
    vectors = WordVectors(map(str, range(len(model.W))), model.word_vectors())
    ids, _ = vectors.most_similar_to_sets(sets, TOPIC - 1)
    return float((ids // TOPIC == words[:, None] // TOPIC).mean())


def changed(old, new, squares=sampling.past_squares):
    """Trained exactly on the old posts, then by sampling on the new ones."""
    real, sampling.past_squares = sampling.past_squares, squares
    model = Word2Vec(dim=DIM, trainer="exact").fit(old)
    model.settings = replace(model.settings, trainer="sampling")
    model.partial_fit(new)
    sampling.past_squares = real
    return model


figures = {}
SIZES = ((10_000, 50, 10_000, 300), (60_000, 50, 5000, 300), (3000, 300, 20_000, 300))
for n_old_posts, n_old, n_new_posts, n_new in SIZES:
    rng, n_known, n_words = np.random.default_rng(args.seed), TOPIC * n_old, TOPIC * (n_old + n_new)
    old, new = posts(n_old_posts, 0, n_old, n_known), posts(n_new_posts, n_known, n_new, n_words)
    everything = sparse.vstack([widen(old, n_words), new]).tocsr()
    P = sampling.noise_distribution(np.bincount(everything.indices, minlength=n_words), 0.75)

    for name, model in (
        ("change", changed(old, new)),
        ("change_without_sums", changed(old, new, lambda W, *_: np.zeros((2, len(W))))),
        ("sampling", Word2Vec(dim=DIM, trainer="sampling").fit(old).partial_fit(new)),
        ("exact", Word2Vec(dim=DIM, trainer="exact").fit(old).partial_fit(new)),
        ("anew", Word2Vec(dim=DIM, trainer="sampling").fit(everything)),
    ):
        figures[f"{n_old_posts}_{n_known}_then_{n_new_posts}_{TOPIC * n_new}_{name}"] = {
            "loss_old": loss(model, widen(old, n_words)),
            "loss_new": loss(model, new),
            "neighbours_old": neighbours(model, 0, n_known),
            "neighbours_new": neighbours(model, n_known, n_words),
        }
report(args, figures)
