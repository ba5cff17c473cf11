"""What a training says for people: what it learnt from, and how good its first five are on posts kept apart."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from instahash import InstaHash
from instahash.data.small import small_posts
from instahash.pipeline import settings_of
from instahash.trainer import Detail, FirstFive

QUICK = {
    "best": ["softmax.epochs=2", "completion.epochs=2", "word2vec.dim=8", "fusion.held_out=0.3"],
    "paper": ["word2vec.dim=8", "autorec.epochs=1"],
}
BY = {"best": "that it suggests", "paper": "that a trial of its word vectors alone suggests"}


def test_the_authors_own_are_counted():
    wanted = csr_array([[1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 1]])
    found = FirstFive.of(np.array([[0, 1, 2, -1], [0, 1, 2, 3], [5, 4, 3, 0]]), np.array([0, 5]), wanted)
    assert found[:3] == (2, 1.5, 1.0)  # the second post has no hashtag
    assert FirstFive.of(np.zeros((3, 5), int), np.arange(5), csr_array((3, 6))) is None


@pytest.mark.parametrize("mode", QUICK)
def test_two_plain_lines_end_a_training(mode):
    lines = []
    posts = [post._replace(user=f"u{i % 3}") for i, post in enumerate(small_posts(300))]
    model = InstaHash(settings_of(mode, QUICK[mode])).fit(posts, report=lines.append)
    plain = [line for line in lines if not isinstance(line, Detail)]
    assert len(lines) > 4 and len(plain) == 2
    n_hashtags = len(model.vocabulary.hashtag_ids)
    assert plain[0].startswith(
        f"It learnt from {model.summary['posts']} posts by 3 people which of {n_hashtags} hashtags"
    )
    assert " posts kept apart, " in plain[1] and f" of the five hashtags {BY[mode]} are the author's own; " in plain[1]
    learnt = repr(model)
    assert f"mode '{mode}'" in learnt and f"{n_hashtags} hashtags" in learnt and "not trained" in repr(InstaHash())


def test_without_labels_nothing_is_measured():
    lines = []
    InstaHash(settings_of("best", QUICK["best"])).fit(
        [{"hashtags": [f"a{i % 4}", f"b{i % 5}"]} for i in range(60)], report=lines.append
    )
    assert "go together: no label is known" in lines[-2] and "not measured" in lines[-1]


def test_what_is_measured_is_what_people_get():
    """Of flower and flowers one alone is suggested, though all authors write both."""
    lines, posts = [], [{"hashtags": ["flower", "flowers"], "labels": ["garden"]}] * 60
    InstaHash(settings_of("best", QUICK["best"])).fit(posts, report=lines.append)
    assert ", 1.0 of the five hashtags that it suggests are" in lines[-1] and "most used ones 2.0" in lines[-1]


def test_measuring_changes_nothing_that_is_learnt(monkeypatch):
    posts = list(small_posts(200))
    made = []
    for of in (FirstFive.of, lambda *args: None):
        monkeypatch.setattr(FirstFive, "of", of)
        made.append(InstaHash(settings_of("best", QUICK["best"])).fit(posts).digest())
    assert made[0] == made[1]
