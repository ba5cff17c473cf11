"""The corpora that benchmarks measure speed and memory on have the shape that they say."""

import numpy as np
import pytest

from instahash.data import Corpus
from instahash.errors import DataError


@pytest.fixture(scope="module")
def synthetic(benchmark_module):
    return benchmark_module("synthetic")


@pytest.mark.parametrize("n_posts", [1000, 30_000])
def test_synthetic_corpora_have_instapics_shape(synthetic, n_posts):
    corpus = synthetic.synthetic_corpus(n_posts)
    counts = np.bincount(corpus.hashtags.indices, minlength=len(corpus.words))
    hashtags = counts[: len(corpus.words) - 3000]
    assert hashtags.min() == 1  # none is lost
    assert (hashtags == 1).mean() > 0.5
    assert hashtags.max() == pytest.approx(25_603 / 1.1e6 * n_posts, rel=0.05)
    assert len(hashtags) == pytest.approx(435_651 * (n_posts / 1.1e6) ** 0.75, rel=0.01)
    assert corpus.hashtags.nnz / n_posts == pytest.approx(7.5, rel=0.02)
    assert corpus.labels.nnz / n_posts == pytest.approx(10, rel=0.03)
    assert corpus.hashtags.has_canonical_format and corpus.labels.has_canonical_format


def test_synthetic_topics_tie_hashtags_to_descriptions(synthetic):
    corpus = synthetic.synthetic_corpus(5000)
    topic = np.array([int(post_id.split("/")[0]) for post_id in corpus.ids])
    of_topic = corpus.labels[np.flatnonzero(topic == 0)]
    anywhere = np.bincount(corpus.labels.indices, minlength=len(corpus.words)) / len(corpus)
    here = np.bincount(of_topic.indices, minlength=len(corpus.words)) / of_topic.shape[0]
    assert (here > 5 * np.maximum(anywhere, 1e-3)).sum() >= 10


def test_synthetic_posts_are_the_synthetic_corpus(synthetic):
    made, corpus = Corpus.from_posts(synthetic.synthetic_posts(200, seed=3)), synthetic.synthetic_corpus(200, seed=3)
    assert made.ids == corpus.ids
    assert (np.diff(made.hashtags.indptr) == np.diff(corpus.hashtags.indptr)).all()
    assert (np.diff(made.labels.indptr) == np.diff(corpus.labels.indptr)).all()


def test_a_corpus_too_small_for_a_shape(synthetic):
    with pytest.raises(DataError, match="from 100 posts on"):
        synthetic.synthetic_corpus(10)
