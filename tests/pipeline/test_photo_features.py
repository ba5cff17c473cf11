"""Features of photos: the closed form against least squares, what they add, posts without, learning on, saving."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash import BestSettings, InstaHash
from instahash.data import Corpus, Label, Post, encode, fit_dataset
from instahash.errors import DataError, DataWarning, DivergenceError
from instahash.evaluation import evaluate
from instahash.experts import Examples
from instahash.experts.moments import REGS, Moments
from instahash.experts.protocol import PHOTO
from instahash.parameters import assign
from instahash.pipeline import settings_of
from instahash.pipeline.identity import fingerprint

QUICK = assign(
    BestSettings(),
    [f"{name}.{setting}" for name in ("softmax", "completion", "photo_network")
     for setting in ("n_hidden=16", "epochs=6", "batch_size=32", "learning_rate=0.02")]
    + ["word2vec.dim=8", "stream.epochs=6"],
)  # fmt: skip
TOPICS = ("sea", "cat", "food", "snow", "bike")
N_FEATURES = 12


def posts(n, seed, lacking=0.0):
    """Photos of a topic that only the features show: the labels say no more than that it is a photo."""
    rng = np.random.default_rng(seed)
    centres = 3 * np.random.default_rng(7).random((len(TOPICS), N_FEATURES))
    made = []
    for i in range(n):
        topic = int(rng.integers(len(TOPICS)))
        own = TOPICS[topic], f"{TOPICS[topic]}lovers"
        features = np.abs(centres[topic] + 0.3 * rng.standard_normal(N_FEATURES)).astype(np.float16)
        labels = (Label("photo", 0.9), Label(("one", "two", "three")[int(rng.integers(3))], 0.8))
        hashtags = (*own, ("happy", "nice")[int(rng.integers(2))])
        of_photo = None if rng.random() < lacking else features
        made.append(Post(f"{seed}-{i}", hashtags, labels, photo_features=of_photo))
    return made


TRAIN, OTHERS = posts(200, 1, lacking=0.2), posts(60, 2)


def blind(some):
    return [post._replace(photo_features=None) for post in some]


@pytest.fixture(scope="module")
def model():
    return InstaHash(QUICK).fit(TRAIN)


@pytest.fixture(scope="module")
def without():
    return InstaHash(QUICK).fit(blind(TRAIN))


def answers(model, some, **options):
    return [answer.hashtags for _, answer in model.recommend_posts(some, 10, **options)]


def found(model, some, first=3):
    """Of how many posts the topic's hashtag is among the first ones."""
    return np.mean([post.hashtags[0] in answer[:first] for post, answer in zip(some, answers(model, some))])


# The closed form


def drawn(seed, n, d=4, m=3):
    rng = np.random.default_rng(seed)
    X = (rng.standard_normal((n, d)) + 5 * rng.random(d)).astype(np.float32)
    Y = sparse.csr_array(((rng.random((n, m)) < 0.4) * rng.random((n, m))).astype(np.float32))
    return X, Y, (0.5 + rng.random(n)).astype(np.float32)


def summed(X, Y, w, n_parts=1):
    moments = Moments.zeros(X.shape[1], Y.shape[1])
    for rows in np.array_split(np.arange(len(X)), n_parts):
        moments.add(X[rows], Y[rows], w[rows])
    return moments


def least_squares(X, Y, w, reg):
    """Weights for [X 1], of which the last is not regularised, by NumPy's least squares."""
    root, (n, d) = np.sqrt(w)[:, None], X.shape
    inputs = np.vstack([root * np.hstack([X, np.ones((n, 1))]), np.sqrt(reg) * np.eye(d, d + 1)])
    targets = np.vstack([root * Y.toarray(), np.zeros((d, Y.shape[1]))])
    return np.linalg.lstsq(inputs, targets, rcond=None)[0]


@given(st.integers(0, 10**6), st.integers(6, 30))
def test_the_ridge_is_that_of_least_squares(seed, n):
    X, Y, w = drawn(seed, n)
    have = summed(X, Y, w, 3).solve()
    wanted = least_squares(X.astype(np.float64), Y, w.astype(np.float64), have.reg * X.shape[1])
    np.testing.assert_allclose(np.vstack([have.W, have.b]), wanted, rtol=1e-3, atol=1e-3)


@given(st.integers(0, 10**6), st.integers(8, 20))
def test_its_regularisation_has_the_least_generalised_cross_validation_error(seed, n):
    X, Y, w = drawn(seed, n)
    w[:] = 1
    X64, T = X.astype(np.float64), Y.toarray().astype(np.float64)
    errors = []
    for reg in REGS * X.shape[1]:
        A = X64 - X64.mean(axis=0)
        H = A @ np.linalg.solve(A.T @ A + reg * np.eye(A.shape[1]), A.T) + 1 / n
        errors.append(np.sum((T - H @ T) ** 2) / (n - np.trace(H)) ** 2)
    chosen = errors[int(np.flatnonzero(REGS == summed(X, Y, w).solve().reg)[0])]
    assert chosen <= min(errors) * (1 + 1e-6) + 1e-12


def test_it_regularises_most_where_there_is_nothing_to_learn_from():
    assert Moments.zeros(3, 2).solve().reg == REGS[-1]
    huge = Moments.zeros(3, 2)
    huge.n, huge.y = 1.0, np.full(2, 1e20)
    with pytest.raises(DivergenceError, match="such as no posts have"):
        huge.solve()
    X, Y, w = drawn(0, 1)
    assert np.isfinite(summed(X, Y, w).solve().W).all()


@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.5, 1.0]))
def test_later_posts_are_added_exactly_with_new_hashtags_and_decay(seed, decay):
    X, Y, w = drawn(seed, 20)
    before = sparse.csr_array(Y[:12, :2])
    moments = summed(X[:12], before, w[:12])
    moments.grow(3)
    moments.decay(decay)
    moments.add(X[12:], Y[12:], w[12:])
    old = sparse.csr_array((before.data, before.indices, before.indptr), shape=(12, 3))
    weights = np.concatenate([decay * w[:12], w[12:]])
    at_once = summed(X, sparse.vstack([old, Y[12:]], format="csr"), weights).solve()
    have = Moments.from_arrays(moments.to_arrays()).solve()
    assert have.reg == at_once.reg
    np.testing.assert_allclose(have.W, at_once.W, rtol=1e-2, atol=1e-3)


# The system


def test_the_photo_tells_what_no_label_does(model, without):
    assert found(model, OTHERS) > 0.9
    assert found(model, blind(OTHERS)) < 0.6 and found(without, OTHERS) < 0.6


def test_a_post_without_a_photo_is_answered_as_by_a_model_that_saw_none(model, without):
    asked = blind(OTHERS)
    expected = [answer for _, answer in without.recommend_posts(asked, 10)]
    assert [answer for _, answer in model.recommend_posts(asked, 10)] == expected


def test_the_photo_counts_where_its_labels_are_another_labeller_s(model):
    strange = tuple(Label(word, 0.9) for word in ("abc", "def", "ghi", "jkl", "mno", "pqr"))
    asked = [post._replace(labels=strange) for post in OTHERS]
    seen, unseen = (
        model.mode.opinions(model.queries(strange, photo_features=photo)) for photo in (OTHERS[0].photo_features, None)
    )
    assert seen.familiar < 0.1 and seen.weights["photo"] > 0.3
    assert seen.weights["literal"] < 0.5 * unseen.weights["literal"]
    beside_labels = len(strange) + 3
    assert found(model, asked, beside_labels) > 0.9 and found(model, blind(asked), beside_labels) < 0.6


def test_a_row_of_nan_is_a_post_without_a_photo(model):
    dataset = encode(Corpus.from_posts(OTHERS), model.vocabulary)
    some = np.arange(len(OTHERS)) % 3 == 0
    features = np.where(some[:, None], dataset.photo_features, np.nan)
    mixed = model.recommend_matrix(dataset.description, 10, photo_features=features)
    for photos, rows in ((dataset.photo_features, some), (None, ~some)):
        alone = model.recommend_matrix(dataset.description, 10, photo_features=photos)
        assert all(mixed[i].hashtags == alone[i].hashtags for i in np.flatnonzero(rows))
    posts = [post if is_there else post._replace(photo_features=None) for post, is_there in zip(OTHERS, some)]
    assert answers(model, posts) == [answer.hashtags for answer in mixed]


def test_one_photo_is_answered_as_in_a_file_of_posts(model):
    for post, expected in zip(OTHERS[:5], answers(model, OTHERS)):
        assert model.recommend(post.labels, 10, photo_features=post.photo_features).hashtags == expected
        nothing_else = model.recommend([], 3, photo_features=post.photo_features)
        assert post.hashtags[0] in nothing_else.hashtags and nothing_else.source == "experts"


def test_opinions_and_weights_are_of_the_experts_that_read_photos_too(model):
    queries = [model.queries(["photo"], photo_features=features) for features in (OTHERS[0].photo_features, None)]
    seen, unseen = map(model.mode.opinions, queries)
    assert {"photo", "photo_network"} == set(seen.weights) - set(unseen.weights)
    assert seen.context == unseen.context + PHOTO and seen.known == f"{unseen.known}, and the photo itself"


def test_a_model_without_ignores_them(without):
    assert not without.reads_photos and not any(PHOTO in context for context in without.mode.panel.fusions)
    assert answers(without, OTHERS) == answers(without, blind(OTHERS))
    assert not {"expert_photo", "expert_photo_network"} & without.mode.to_arrays().keys()
    few = InstaHash(QUICK).fit(blind(TRAIN[:60]) + OTHERS[:10])
    assert not few.reads_photos


def test_a_model_is_kept_with_all_of_it(model, tmp_path):
    model.save(tmp_path)
    loaded = InstaHash.load(tmp_path)
    assert loaded.reads_photos and answers(loaded, OTHERS) == answers(model, OTHERS)
    assert answers(loaded, blind(OTHERS)) == answers(model, blind(OTHERS))
    more = posts(40, 3)
    for system in (loaded, again := InstaHash.load(tmp_path)):
        system.partial_fit(more)
    assert answers(loaded, OTHERS) == answers(again, OTHERS)


def test_new_posts_are_learnt_from_with_photos_and_without(model, tmp_path):
    model.save(tmp_path)
    loaded, rng = InstaHash.load(tmp_path), np.random.default_rng(5)
    new = [
        Post(f"new {i}", ("aurora",), (Label("photo", 0.9),), photo_features=(4 + rng.random(N_FEATURES)).astype("f2"))
        for i in range(40)
    ]
    loaded.partial_fit(new)
    assert loaded.recommend(["photo"], 1, photo_features=new[0].photo_features).hashtags == ["aurora"]
    assert found(loaded, OTHERS) > 0.9
    before = loaded.mode.panel.experts["photo"].model.W
    loaded.partial_fit(blind(posts(30, 4)))
    np.testing.assert_allclose(loaded.mode.panel.experts["photo"].model.W, before, atol=1e-4)


def test_a_hashtag_that_came_without_a_photo_is_known_beside_one(model, tmp_path):
    model.save(tmp_path / "before")
    loaded = InstaHash.load(tmp_path / "before")
    loaded.partial_fit([Post(f"new {i}", ("aurora", "green"), (Label("light", 0.9),)) for i in range(5)])
    loaded.save(tmp_path / "after")
    for system in (loaded, again := InstaHash.load(tmp_path / "after")):
        given = {"photo_features": OTHERS[0].photo_features}
        assert "aurora" in system.recommend(["light"], 30, **given).hashtags and found(system, OTHERS) > 0.9
    again.partial_fit(posts(30, 6))
    assert found(again, OTHERS) > 0.9
    panel, dataset = again.mode.panel, encode(Corpus.from_posts(blind(OTHERS)), again.vocabulary)
    panel.experts["photo_network"].partial_fit(Examples(dataset, panel.domain, decay=0.0))
    assert not panel.experts["photo_network"].network.replay.matrices[-1].data.any()


def test_photos_of_another_network_are_refused_in_one_line(model):
    for features in (np.ones(5, np.float32), np.ones(N_FEATURES, int), np.ones((2, N_FEATURES))):
        with pytest.raises(DataError, match=r"this model wants \(posts, 12\), from the network that its training used"):
            model.recommend(["photo"], photo_features=features)
    for odd in (5.0, "abc", [[1.0, 2.0], [3.0]]):
        with pytest.raises(DataError, match="photo_features are .*(this model wants|different lengths)"):
            model.recommend(["photo"], photo_features=odd)
        with pytest.raises(DataError, match="photo_features are .*(this model wants|different lengths)"):
            model.recommend_matrix(model.queries(["photo"]).description, photo_features=odd)
    others = [post._replace(photo_features=np.ones(5, np.float16)) for post in OTHERS]
    for use in (lambda: list(model.recommend_posts(others)), lambda: model.partial_fit(others)):
        with pytest.raises(DataError, match="this model wants"):
            use()
    with pytest.raises(DataError, match="descriptions have 1 rows, photo_features 2"):
        description = model.queries(["photo"]).description
        model.recommend_matrix(description, photo_features=np.ones((2, N_FEATURES), np.float32))


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_features_that_are_not_finite_are_refused_and_in_training_left_out(model, odd):
    broken = OTHERS[0].photo_features.astype(np.float32)
    broken[3] = odd
    with pytest.raises(DataError, match="photo_features are not all finite"):
        model.recommend(["photo"], photo_features=broken)
    with pytest.warns(DataWarning, match="1 photo left out"):
        system = InstaHash(QUICK).fit([*OTHERS, OTHERS[0]._replace(photo_features=broken)])
    other = InstaHash(QUICK).fit([*OTHERS, OTHERS[0]._replace(photo_features=None)])
    assert system.reads_photos and answers(system, OTHERS) == answers(other, OTHERS)


def test_an_evaluation_gives_them_to_the_model(model):
    seen = evaluate(model, Corpus.from_posts(OTHERS)).ranking["instahash"]["ndcg@10"]
    assert seen > evaluate(model, Corpus.from_posts(blind(OTHERS))).ranking["instahash"]["ndcg@10"] + 0.1


def test_a_training_is_named_by_them_too():
    dataset = fit_dataset(Corpus.from_posts(OTHERS))
    changed = dataset.photo_features.copy()
    changed[3, 2] += 1
    names = {fingerprint(QUICK, dataset._replace(photo_features=some)) for some in (None, changed)}
    assert len(names | {fingerprint(QUICK, dataset)}) == 3


def test_mode_paper_trains_and_answers_as_without():
    quick = settings_of("paper", ["autorec.n_hidden=4", "autorec.epochs=1", "word2vec.dim=4"])
    model = InstaHash(dataclasses.replace(quick)).fit(TRAIN[:50])
    assert not model.reads_photos and answers(model, OTHERS[:5]) == answers(model, blind(OTHERS[:5]))


def test_of_many_hashtags_photos_teach_those_that_are_scored_for_every_post(model, monkeypatch, tmp_path):
    """Whatever their number, what is held has so many columns, and says of those what it said of all."""
    monkeypatch.setattr("instahash.experts.domain.HEAD", 6)
    few = InstaHash(QUICK).fit(TRAIN)
    few.save(tmp_path)
    for one in (few, InstaHash.load(tmp_path)):
        panel = one.mode.panel
        moments, every = panel.experts["photo"].moments, model.mode.panel.experts["photo"].moments
        assert moments.xy.shape == (N_FEATURES, 6) and len(panel.domain.hashtags) > 6
        np.testing.assert_allclose(moments.xy, every.xy[:, :6], rtol=1e-5)
        query = one.queries([("photo", 0.9)], photo_features=OTHERS[0].photo_features)
        scores = one.mode.opinions(query).scores["photo"]
        assert len(scores) > 6 and scores[:6].max() > scores[6:].max()
        np.testing.assert_allclose(scores[6:], np.log(0.01), rtol=1e-6)
    few.partial_fit(OTHERS)
    assert few.mode.panel.experts["photo"].moments.xy.shape == (N_FEATURES, 6)
