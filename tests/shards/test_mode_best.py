"""Mode "best" from shards: what counts is as on one machine, with one shard all is, and networks learn from all."""

import pickle
import random

import numpy as np
import pytest

from instahash import BestSettings, InstaHash
from instahash.data import Corpus, Post, fit_dataset
from instahash.errors import DataError, DivergenceError
from instahash.experts import Domain
from instahash.parameters import assign
from instahash.shards import Shards, encoding_of, fit_best
from instahash.shards.best import Part, held_out_of, statistics_of
from instahash.texts import draw

from .conftest import always, assert_same_vocabulary, made_posts

SMALL = assign(
    BestSettings(),
    "data.max_hashtags=9 word2vec.dim=4 softmax.n_hidden=6 softmax.epochs=3 softmax.batch_size=32 completion.n_hidden=6"
    " completion.epochs=3 completion.batch_size=32 photo_network.n_hidden=6 photo_network.epochs=3"
    " fusion.held_out=0.3".split(),
)


def posts_of_people(n, seed):
    """Made posts of several people of two countries, over a year, some at no known time."""
    rng = random.Random(seed)
    for post in made_posts(n, seed):
        person = rng.randrange(12)
        day = f"2024-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}T10:00:00Z"
        features = (f"country:{'pt' if person % 2 else 'de'}",)
        yield post._replace(user=f"p{person}", features=features, created_at=day if rng.random() < 0.8 else None)


POSTS = [*posts_of_people(160, seed=4)]


@pytest.fixture
def same_split(monkeypatch):
    """On one machine the posts are held out that are held out from shards."""

    def same(posts):
        ids = fit_dataset(Corpus.from_posts(posts), SMALL.data.max_hashtags).ids

        def split(n_posts, fraction, seed):
            assert len(ids) == n_posts
            held_out = np.array([draw(post) < fraction for post in ids])
            return np.flatnonzero(~held_out), np.flatnonzero(held_out)

        monkeypatch.setattr("instahash.experts.panel.train_test_split", split)

    return same


def shuffled(seed):
    own = [*POSTS]
    random.Random(seed).shuffle(own)
    return own


def sections(model, *left_out):
    """What was learnt, without samples of posts, and without some sections."""
    return {
        f"{section}/{name}": array
        for section, arrays in model.mode.to_arrays().items()
        for name, array in arrays.items()
        if section not in left_out and "replay" not in name
    }


def assert_close(found, expected, **tolerance):
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        if array.dtype.kind == "f":
            np.testing.assert_allclose(found[name], array, err_msg=name, **tolerance)
        else:
            np.testing.assert_array_equal(found[name], array, err_msg=name)


@pytest.mark.parametrize("half_life", [0, 100])
@pytest.mark.parametrize("n", [2, 7])
def test_what_counts_is_as_on_one_machine(in_shards, same_split, monkeypatch, n, half_life):
    """So are the people whose posts say how strong preferences are, where some are enough."""
    same_split(POSTS)
    monkeypatch.setattr("instahash.experts.people.ENOUGH", 80)
    settings = assign(SMALL, [f"stream.half_life={half_life}"])
    expected = InstaHash(settings).fit(POSTS)
    with Shards(in_shards(shuffled(n), n)) as shards:
        found = fit_best(shards, settings)
    assert_same_vocabulary(found.vocabulary, expected.vocabulary)
    assert found.summary == expected.summary and found.trained_on == expected.trained_on
    networks = [f"expert_{name}" for name in ("softmax", "completion")]
    fusions = [name for model in (found, expected) for name in model.mode.to_arrays() if name.startswith("fusion_")]
    left_out = [*networks, "expert_personal", *fusions]
    assert_close(sections(found, *left_out), sections(expected, *left_out), rtol=1e-3, atol=1e-4)
    ours, theirs = (model.mode.panel.domain.preferences for model in (found, expected))
    assert ours.strengths == theirs.strengths and ours.rows.keys() == theirs.rows.keys() and ours.now == theirs.now
    assert ours.salt == theirs.salt
    keys, frequency = [*dict.fromkeys(Corpus.from_posts(POSTS).keys())], expected.mode.panel.domain.log_frequency
    np.testing.assert_allclose(ours.shift_matrix(keys, frequency), theirs.shift_matrix(keys, frequency), atol=1e-5)


def test_no_shard_returns_the_words_of_the_vocabulary(in_shards):
    with Shards(in_shards(POSTS, 2)) as shards:
        encoding = encoding_of(shards, SMALL.data)[0]
        statistics = [*shards.map(statistics_of, encoding)]
        part = Part(encoding, Domain.begun(encoding.vocabulary, statistics[0], SMALL), held_out=0.3)
        for returned in (*statistics, *shards.map(held_out_of, part)):
            assert b"boat" in pickle.dumps(part) and b"boat" not in pickle.dumps(returned)


def with_photos(posts):
    """The posts, most of them with the features of a photo."""
    rng = np.random.default_rng(0)
    for post in posts:
        features = np.abs(rng.standard_normal(5) + len(post.labels)).astype(np.float16)
        yield post._replace(photo_features=features if rng.random() < 0.8 else None)


@pytest.mark.parametrize("photos", [False, True])
def test_one_shard_is_one_machine(in_shards, same_split, tmp_path, photos):
    posts = [*with_photos(POSTS)] if photos else POSTS
    same_split(posts)
    expected = InstaHash(SMALL).fit(posts)
    with Shards(in_shards(posts, 1)) as shards:
        found = fit_best(shards, SMALL)
    assert found.mode.n_photo_features == 5 * photos
    assert_close(sections(found), sections(expected), rtol=2e-3, atol=5e-4)
    assert found.mode.header()[1].keys() == expected.mode.header()[1].keys()
    for name, losses in expected.mode.header()[1].items():
        np.testing.assert_allclose(found.mode.header()[1][name], losses, rtol=1e-4, err_msg=name)
    query = [("sea", 0.9), ("sky", 0.8)]
    assert found.recommend(query).hashtags == expected.recommend(query).hashtags
    found.save(tmp_path)
    again = InstaHash.load(tmp_path)
    assert again.recommend(query, user="p1").hashtags == found.recommend(query, user="p1").hashtags
    again.partial_fit([*posts_of_people(40, seed=5)])


def test_where_words_are_many_word2vec_is_trained_in_rounds(in_shards, monkeypatch):
    monkeypatch.setattr("instahash.word2vec.plan.EXACT_BYTES", 0)
    said = []
    with Shards(in_shards(POSTS, 4)) as shards:
        found = fit_best(shards, SMALL, report=said.append)
    word2vec = found.mode.panel.domain.word2vec
    assert word2vec.trained_by == "sampling" and any("sampling trainer" in line for line in said)
    assert len(word2vec.history) == SMALL.word2vec.epochs and word2vec.history[-1] < word2vec.history[0]
    np.testing.assert_array_equal(word2vec.learnt.counts > 0, found.vocabulary.counts > 0)
    unit, index = found.mode.vectors.unit, found.vocabulary.index
    sea, sky, dog = (unit[index[word]] for word in ("sea", "sky", "dog"))
    assert sea @ sky > sea @ dog


def test_a_training_goes_on_from_the_rounds_that_ended(in_shards, tmp_path, monkeypatch):
    pattern, checkpoint = in_shards(POSTS, 3), tmp_path / "checkpoint.npz"
    with Shards(pattern) as shards:
        expected = fit_best(shards, SMALL)
    with monkeypatch.context() as broken, Shards(pattern) as shards:
        broken.setattr("instahash.checkpoint.Checkpoint.save", always)
        average, rounds = Shards.average, []

        def one_of_completion(self, *args, what, **options):
            rounds.append(what)
            assert what != "completion, round 2 of 3"
            return average(self, *args, what=what, **options)

        broken.setattr(Shards, "average", one_of_completion)
        with pytest.raises(AssertionError):
            fit_best(shards, SMALL, checkpoint=checkpoint)
    assert rounds[:3] == [f"softmax, round {i} of 3" for i in (1, 2, 3)]
    with monkeypatch.context() as counted, Shards(pattern) as shards:
        rounds.clear()
        counted.setattr(
            Shards, "average", lambda self, *a, what, **o: rounds.append(what) or average(self, *a, what=what, **o)
        )
        counted.setattr(Shards, "n_workers", lambda self: 2)  # of another cluster; the chains stay as many
        found = fit_best(shards, SMALL, checkpoint=checkpoint, resume=True)
    assert rounds == ["completion, round 2 of 3", "completion, round 3 of 3"]
    assert_close(sections(found), sections(expected), rtol=0, atol=0)


def test_some_posts_are_kept_to_learn_on_from(in_shards, monkeypatch):
    monkeypatch.setattr("instahash.shards.best.SIZE", 40)
    monkeypatch.setattr("instahash.replay.SIZE", 40)
    kept = []
    for n in (1, 3):
        with Shards(in_shards(POSTS, n, f"s{n}")) as shards:
            panel = fit_best(shards, SMALL).mode.panel
        buffers = [panel.experts["softmax"].network.replay, panel.experts["linear"].replay]
        buffers.append(panel.domain.word2vec.learnt.replay)
        for buffer in buffers:
            assert 20 < buffer.matrices[0].shape[0] <= 40 and buffer.seen > 100
        kept.append(sorted(map(tuple, buffers[-1].matrices[0].toarray().tolist())))
    assert kept[0] == kept[1]


@pytest.mark.parametrize("url", [False, True])
def test_photos_lie_beside_their_shards(in_shards, url):
    """Of some shards; their features are no shards, and come along from wherever these are."""
    posts = [*with_photos(POSTS)]
    first, second = posts[::2], [post._replace(photo_features=None) for post in posts[1::2]]
    pattern = in_shards([post for pair in zip(first, second) for post in pair], 2).replace("*.jsonl.gz", "*")
    with Shards(f"file://{pattern}" if url else pattern) as shards:
        assert len(shards.names) == 2
        found = fit_best(shards, SMALL)
    assert found.mode.n_photo_features == 5
    n = sum(post.photo_features is not None and bool(post.hashtags) for post in first)
    assert n * 0.9 < found.mode.panel.experts["photo"].moments.n <= n


def test_shards_whose_posts_count_no_more_are_passed_over(in_shards):
    old = [post._replace(created_at="1999-01-01T00:00:00Z") for post in POSTS]
    new = [post._replace(created_at="2024-01-01T00:00:00Z", id=f"new-{post.id}") for post in POSTS]
    with Shards(in_shards([post for pair in zip(old, new) for post in pair], 2)) as shards:
        found = fit_best(shards, assign(SMALL, ["stream.half_life=1"]))
    assert found.recommend([("sea", 0.9), ("sky", 0.8)]).hashtags


def test_where_nothing_is_left_to_learn_from_it_is_said(in_shards, monkeypatch):
    alone = [Post(str(i), (f"t{i % 3}",)) for i in range(30)]
    with (
        Shards(in_shards(alone, 2)) as shards,
        pytest.raises(DataError, match="N counts none|no post is left to learn from"),
    ):
        fit_best(shards, SMALL)
    monkeypatch.setattr("instahash.word2vec.plan.EXACT_BYTES", 0)
    with (
        Shards(in_shards(alone, 2, "rounds")) as shards,
        pytest.raises(DataError, match="no post is left to learn from"),
    ):
        fit_best(shards, SMALL)
    monkeypatch.setattr("instahash.shards.best.held_out_fraction", lambda *_: 1.0)
    with Shards(in_shards(POSTS, 2, "all")) as shards, pytest.raises(DataError, match="are held out to learn weights"):
        fit_best(shards, SMALL)


def test_a_divergence_names_the_round_and_the_rate_that_was_set(in_shards):
    said = r"softmax, round 1 of 3: diverged.*softmax.learning_rate=1e\+29"
    settings = assign(SMALL, ["softmax.learning_rate=1e30"])
    with Shards(in_shards(POSTS, 2)) as shards, pytest.raises(DivergenceError, match=said):
        fit_best(shards, settings)
