"""What is kept of every post on demand, and that nothing else changes by it."""

import sys
from itertools import islice

import numpy as np
import pytest

from instahash.data import Corpus
from instahash.data.small import small_posts
from instahash.evaluation import evaluate, paired_bootstrap
from instahash.evaluation.bootstrap import mean_intervals
from instahash.parameters import assign
from instahash.pipeline import InstaHash, PaperSettings

SMALL = ["data.max_hashtags=30", "word2vec.dim=6", "word2vec.sweeps=1", "autorec.n_hidden=8", "autorec.epochs=3"]


@pytest.fixture(scope="module")
def model():
    return InstaHash(assign(PaperSettings(), SMALL)).fit(small_posts(150))


@pytest.fixture(scope="module")
def corpus():
    return Corpus.from_posts(islice(small_posts(400, seed=1), 400))


@pytest.mark.parametrize("protocol", ["description", "completion"])
def test_every_post_has_its_row(model, corpus, protocol, monkeypatch):
    monkeypatch.setattr(sys.modules["instahash.evaluation.evaluate"], "POSTS_AT_ONCE", 77)
    found = evaluate(model, corpus, protocol, details=True)
    details, n = found.details, found.posts
    assert n > 200 and len(details.ids) == len(details.answers) == len(details.ranked) == len(details.hit) == n
    assert details.given.shape == details.truth.shape == (n, len(model.vocabulary))
    numbers = {post: row for row, post in enumerate(corpus.ids)}
    for row, answer in enumerate(details.answers):
        said = [model.vocabulary.index[hashtag] for hashtag in answer.hashtags]
        assert details.ranked[row][details.ranked[row] >= 0].tolist() == said
        truth = set(details.truth[[row]].indices.tolist())
        assert [i for i in said if i in truth] == details.ranked[row][details.hit[row]].tolist()
        own = {corpus.words[i] for i in corpus.hashtags[[numbers[details.ids[row]]]].indices}
        assert {model.vocabulary.words[i] for i in truth} <= own
        given = {model.vocabulary.words[i] for i in details.given[[row]].indices}
        if protocol == "description":
            assert given == set(answer.trace["description"])
        else:
            assert given and not given & {model.vocabulary.words[i] for i in truth} and given <= own
    for system, measures in details.ranking.items():
        for name, values in measures.items():
            assert values.mean() == pytest.approx(found.ranking[system][name])


def test_nothing_is_kept_by_default_and_nothing_else_changes(model, corpus):
    plain, closer = evaluate(model, corpus), evaluate(model, corpus, details=True)
    assert plain.details is None and closer.details is not None
    assert plain.to_json() == closer.to_json() and plain.examples == closer.examples


def test_the_seed_draws_the_intervals(model, corpus):
    first, again, other = (evaluate(model, corpus, details=True, seed=seed).details.intervals for seed in (1, 1, 2))
    assert first == again != other


def test_intervals_are_those_of_a_bootstrap():
    rng = np.random.default_rng(1)
    values = {"a": {"x": rng.random(50), "y": rng.random(50) < 0.2}, "b": {"x": rng.random(50), "y": np.ones(50)}}
    found = mean_intervals(values, seed=4)
    for system, measures in values.items():
        for name, value in measures.items():
            # The difference from nothing at all, drawn with the same seed, is the mean itself.
            alone = paired_bootstrap(value.astype(float), np.zeros(50), seed=4)
            assert found[system][name] == pytest.approx((alone["low"], alone["high"]))
    assert found["b"]["y"] == (1, 1) and found["a"]["y"][0] < 0.2 < found["a"]["y"][1]
    assert mean_intervals(values, seed=5)["a"]["x"] != found["a"]["x"]
