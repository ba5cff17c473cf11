"""The embedded sample and the synthetic corpora are what they say."""

import numpy as np
import pytest

from instahash.data import Corpus, fit_dataset
from instahash.data.sample import GENERAL, TOPICS, sample_posts
from instahash.data.synthetic import synthetic_corpus, synthetic_posts
from instahash.errors import DataError
from instahash.formats import read_posts


def test_the_sample_is_deterministic():
    assert list(sample_posts(50)) == list(sample_posts(50)) != list(sample_posts(50, seed=1))


def test_posts_of_the_sample_are_held_out():
    held, learnt = list(read_posts("sample-held-out")), list(read_posts("sample"))
    assert len(held) == 1000 and len(learnt) == 3000 and learnt == list(sample_posts())
    assert not {(post.hashtags, post.labels) for post in held} & {(post.hashtags, post.labels) for post in learnt}


def test_the_sample_has_the_planted_structure():
    posts = list(sample_posts())
    assert len(posts) == 3000 and len(TOPICS) >= 12
    for post in posts:
        topic = post.id.split("/")[1]
        assert set(post.hashtags) & set(TOPICS[topic][1])
        assert all(0 <= label.score <= 1 for label in post.labels)
        assert len(set(post.hashtags)) == len(post.hashtags)
    assert any(label.score < 0.5 for post in posts for label in post.labels)
    counts = {word: sum(word in post.hashtags for post in posts) for word in ("love", "beach", "like4like")}
    assert counts["love"] > counts["beach"] > 30 and "love" in GENERAL


def test_the_sample_prefers_a_topics_own_hashtags():
    data = fit_dataset(Corpus.from_posts(sample_posts()))
    ids = data.vocabulary.index
    together = ((data.description > 0).T.astype(int) @ data.hashtags.astype(int)).tocsr()
    assert together[ids["puppy"], ids["dogsofinstagram"]] > 10 * together[ids["puppy"], ids["beachlife"]]


@pytest.mark.parametrize("n_posts", [1000, 30_000])
def test_synthetic_corpora_have_instapics_shape(n_posts):
    corpus = synthetic_corpus(n_posts)
    counts = np.bincount(corpus.hashtags.indices, minlength=len(corpus.words))
    hashtags = counts[: len(corpus.words) - 3000]
    assert hashtags.min() == 1  # none is lost
    assert (hashtags == 1).mean() > 0.5
    assert hashtags.max() == pytest.approx(25_603 / 1.1e6 * n_posts, rel=0.05)
    assert len(hashtags) == pytest.approx(435_651 * (n_posts / 1.1e6) ** 0.75, rel=0.01)
    assert corpus.hashtags.nnz / n_posts == pytest.approx(7.5, rel=0.02)
    assert corpus.labels.nnz / n_posts == pytest.approx(10, rel=0.03)
    assert corpus.hashtags.has_canonical_format and corpus.labels.has_canonical_format


def test_synthetic_topics_tie_hashtags_to_descriptions():
    corpus = synthetic_corpus(5000)
    topic = np.array([int(post_id.split("/")[0]) for post_id in corpus.ids])
    of_topic = corpus.labels[np.flatnonzero(topic == 0)]
    anywhere = np.bincount(corpus.labels.indices, minlength=len(corpus.words)) / len(corpus)
    here = np.bincount(of_topic.indices, minlength=len(corpus.words)) / of_topic.shape[0]
    assert (here > 5 * np.maximum(anywhere, 1e-3)).sum() >= 10


def test_synthetic_posts_are_the_synthetic_corpus():
    made, corpus = Corpus.from_posts(synthetic_posts(200, seed=3)), synthetic_corpus(200, seed=3)
    assert made.ids == corpus.ids
    assert (np.diff(made.hashtags.indptr) == np.diff(corpus.hashtags.indptr)).all()
    assert (np.diff(made.labels.indptr) == np.diff(corpus.labels.indptr)).all()


def test_a_corpus_too_small_for_a_shape():
    with pytest.raises(DataError, match="from 100 posts on"):
        synthetic_corpus(10)
