"""The class on planted data, and what it promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.autorec import AutoRec, AutoRecSettings, expansion_decay, rating_matrix, reference
from instahash.autorec.problem import Problem
from instahash.errors import DataError, DivergenceError, ModelError, SettingsError, UntrainedError
from instahash.network.epochs import check_finite
from instahash.network.layers import grown
from instahash.network.reference import sigmoid
from instahash.replay import ReplayBuffer
from instahash.testing import bag_matrices, rating_matrices
from instahash.training import EarlyStopping

SMALL = {"n_hidden": 6, "epochs": 30, "batch_size": 32, "learning_rate": 0.02, "init": "random"}
seeds = st.integers(0, 10**6)


def planted(n_posts=300, seed=0, n_topics=2):
    """Topics of six words; a post has four words of one of them."""
    rng = np.random.default_rng(seed)
    dense = np.zeros((n_posts, 6 * n_topics), np.int8)
    for row in dense:
        row[rng.permutation(6)[:4] + 6 * rng.integers(n_topics)] = 1
    return rating_matrix(sparse.csr_array(dense))


def asked_about(*words, n_words=12):
    return sparse.csr_array((np.ones(len(words)), ([0] * len(words), words)), shape=(1, n_words), dtype=np.float32)


WAYS = [
    {},
    {"optimizer": "momentum"},
    {"optimizer": "lbfgs", "epochs": 4},
    {"decoder": "ridge", "init": "random", "epochs": 4},
    {"init": "spectral", "epochs": 1},
    {"init": "spectral", "decoder": "ridge", "epochs": 0},
    {"output": "sigmoid"},
    {"corruption": 0.3},
    {"hidden": "tanh"},
    {"hidden": "relu"},
    {"hidden": "identity"},
    {"absent_weight": 0.5},
]


@pytest.mark.parametrize("options", WAYS, ids=str)
def test_few_units_learn_which_of_two_topics(options):
    ratings = planted()
    n_hidden = 4 if options.get("hidden") == "relu" else 1  # a relu may be born dead
    model = AutoRec(**{**SMALL, "n_hidden": n_hidden, **options}).fit(ratings)
    if "absent_weight" not in options:
        assert model.rmse(ratings) < 0.92 * np.sqrt(np.var(2 * ratings.toarray() - 1, axis=0).mean())
    assert set(model.recommend([6, 7], top=4)[0]) == {8, 9, 10, 11}
    assert set(np.argsort(-model.predict(asked_about(6, 7))[0])[:6]) == set(range(6, 12))


def test_explicit_ratings_are_completed():
    """Of a matrix of rank 2 with half of its entries stored, the others are found."""
    rng = np.random.default_rng(0)
    full = 3 + rng.normal(size=(300, 2)) @ rng.normal(size=(2, 20))
    kept = rng.random(full.shape) < 0.5
    train, test = (sparse.csr_array(np.where(mask, full, 0)) for mask in (kept, ~kept))
    model = AutoRec(n_hidden=8, epochs=60, batch_size=32, learning_rate=0.02, reg=0.01, absent_weight=0)
    model.fit(train, background=3.0)
    errors = model.predict_at(train, test, background=3.0) - test.data
    assert np.sqrt(np.mean(errors**2)) < 0.5 * np.std(test.data)
    everywhere = model.predict(train, background=3.0)
    np.testing.assert_allclose(
        everywhere[test.toarray() != 0], model.predict_at(train, test, 3.0), rtol=1e-4, atol=1e-4
    )


def test_observed_sets_teach_nothing():
    """With only words that are there to explain, predicting 1 for every word is perfect."""
    model = AutoRec(**{**SMALL, "absent_weight": 0}).fit(planted())
    assert model.history[-1] < 0.01 and model.predict(asked_about(6, 7)).min() > 0.9


def test_absent_words_that_weigh_less_are_rated_higher():
    lows = [AutoRec(**{**SMALL, "absent_weight": w}).fit(planted()).predict(planted()).mean() for w in (1, 0.1)]
    assert lows[1] > lows[0] + 0.2


def test_targets_of_their_own():
    """Words 0 to 5 say the topic, only words 6 to 11 are asked for."""
    rng = np.random.default_rng(0)
    topic = rng.integers(2, size=200)
    dense = np.zeros((200, 12), np.int8)
    for row, t in zip(dense, topic):
        row[rng.permutation(3)[:2] + 3 * t] = 1
        row[6 + rng.permutation(3)[:2] + 3 * t] = 1
    given, wanted = (rating_matrix(sparse.csr_array(dense * mask)) for mask in (np.arange(12) < 6, np.arange(12) >= 6))
    for options in ({}, {"init": "spectral", "epochs": 0}, {"decoder": "ridge", "init": "spectral", "epochs": 0}):
        model = AutoRec(**{**SMALL, **options}).fit(given, targets=wanted)
        assert set(model.recommend([3, 4], top=3)[0]) == {9, 10, 11}
        assert model.predict(given)[:, :6].max() < -0.8


@pytest.mark.parametrize("decoder", ["gradient", "ridge"])
def test_the_history_is_the_rmse_of_the_reference(decoder):
    """With steps of size zero, the RMSE met batch by batch is the RMSE of the initial model."""
    ratings = planted(70)
    model = AutoRec(**{**SMALL, "epochs": 1, "learning_rate": 1e-30, "decoder": decoder}).fit(ratings)
    X = 2.0 * ratings.toarray()
    wanted = np.sqrt(reference.mean_square(model.V, model.mu, model.U, model.b, X, X))
    assert model.history.loss == pytest.approx([wanted], rel=1e-5)
    assert model.rmse(ratings) == pytest.approx(model.history[0], rel=1e-5)


@given(drawn=rating_matrices(), asked=st.sampled_from([-1.0, 0.0]), span=st.sampled_from([None, (-0.5, 2.0)]))
def test_predictions_are_those_of_the_reference(drawn, asked, span):
    ratings, c = drawn
    rng = np.random.default_rng(ratings.nnz)
    arrays = {name: rng.normal(size=shape) for name, shape in (("V", (4, 10)), ("mu", 4), ("U", (10, 4)), ("b", 10))}
    arrays = {name: array.astype(np.float32) for name, array in arrays.items()}
    model = AutoRec.from_arrays(arrays | {"span": np.array(span or ()), "background": np.array(c)})
    model.n_threads = 2
    X = np.zeros(ratings.shape)
    entries = ratings.tocoo()
    X[entries.row, entries.col] = entries.data - asked
    H, O = reference.forward(model.V, model.mu, model.U, model.b, X, "sigmoid", span)
    np.testing.assert_allclose(model.encode(ratings, asked), H, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(model.encode(ratings), model.encode(ratings, c))
    np.testing.assert_allclose(model.predict(ratings, asked), O + c, rtol=1e-4, atol=1e-4)
    places = sparse.csr_array(np.ones(ratings.shape))
    np.testing.assert_allclose(model.predict_at(ratings, places, asked), (O + c).ravel(), rtol=1e-4, atol=1e-4)
    ids, scores = model.recommend(ratings, 10, background=asked, exclude_seen=False)
    np.testing.assert_allclose(scores, np.take_along_axis(O + c, ids, axis=1), rtol=1e-4, atol=1e-4)
    words = sparse.csr_array((np.ones(3), [0, 4, 7], [0, 3]), shape=(1, 10))
    ids, scores = model.recommend([0, 4, 7], 10, background=asked)
    np.testing.assert_allclose(scores, model.predict(words, asked)[0, ids], rtol=1e-4, atol=1e-4)


def test_same_seed_same_bits():
    one, two, threads, other = (
        AutoRec(**SMALL, seed=s, n_threads=t).fit(planted()) for s, t in ((1, 1), (1, 1), (1, 2), (2, 1))
    )
    assert one.U.tobytes() == two.U.tobytes() != other.U.tobytes()
    assert one.history == two.history
    np.testing.assert_allclose(threads.U, one.U, atol=1e-5)
    again = AutoRec(**SMALL, seed=1, n_threads=2).fit(planted())
    assert again.U.tobytes() == threads.U.tobytes() and again.history == threads.history


@pytest.mark.parametrize("options", WAYS[:5] + [{"init": "spectral", "decoder": "ridge", "epochs": 4}], ids=str)
def test_resumed_training_equals_an_unbroken_one(options):
    states, ratings, options = [], planted(100), {**SMALL, "epochs": 5, **options}
    options["epochs"] = max(options["epochs"], 4)
    whole = AutoRec(**options).fit(
        ratings, on_epoch=lambda model: states.append({k: v.copy() for k, v in model.state().items()})
    )
    for done in (1, 3):
        resumed = AutoRec(**options).fit(ratings, state=states[done - 1])
        assert resumed.history == whole.history and len(whole.history) == options["epochs"]
        for name in ("V", "mu", "U", "b"):
            assert getattr(resumed, name).tobytes() == getattr(whole, name).tobytes(), name


def test_progress_counts_every_post_once_an_epoch():
    seen = []
    AutoRec(**{**SMALL, "epochs": 2}).fit(planted(70), on_progress=seen.append)
    assert seen == [32, 32, 6] * 2
    del seen[:]
    AutoRec(**{**SMALL, "epochs": 2, "optimizer": "lbfgs"}).fit(planted(70), on_progress=seen.append)
    assert seen == [70] * 2


def test_training_ends_where_the_callback_says_so_and_keeps_the_best_epoch():
    scores, kept = [0.1, 0.5, 0.3, 0.4, 0.9], []

    def score(model):
        kept.append(model.U.copy())
        return scores[len(model.history) - 1]

    model = AutoRec(**SMALL).fit(planted(), on_epoch=EarlyStopping(score, patience=2))
    assert len(model.history) == 4 and "0.5000 of epoch 2" in model.history.stopped
    np.testing.assert_array_equal(model.U, kept[1])
    assert model.history.score == scores[:4]


# Short lists


@given(seed=seeds, top=st.integers(0, 15), exclude_seen=st.booleans(), block=st.integers(1, 4),
       allowed=st.none() | st.sets(st.integers(0, 9)), banned=st.sets(st.integers(0, 9)))  # fmt: skip
def test_recommend_is_a_full_sort_cut_off(seed, top, exclude_seen, block, allowed, banned):
    rng = np.random.default_rng(seed)
    # Small whole numbers: many ties.
    shapes = (("V", (2, 10)), ("mu", 2), ("U", (10, 2)), ("b", 10))
    arrays = {name: rng.integers(-1, 2, shape).astype(np.float32) for name, shape in shapes}
    model = AutoRec.from_arrays(arrays | {"background": np.array(-1.0)})
    posts = sparse.csr_array((rng.random((5, 10)) < 0.3).astype(np.float32))
    options = {"exclude_seen": exclude_seen, "restrict_to": allowed, "banned": banned}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("instahash.autorec.recommend.OUTPUTS", 10 * block)
        ids, scores = model.recommend(posts, top, **options)
    outputs = model.predict(posts)
    may = set(range(10) if allowed is None else allowed) - banned
    for post in range(5):
        seen = set(posts[[post]].indices)
        wanted = sorted(may - seen if exclude_seen else may, key=lambda word: (-outputs[post, word], word))[:top]
        found = ids[post][ids[post] >= 0]
        assert found.tolist() == wanted and len(ids[post]) == min(top, len(may))
        np.testing.assert_allclose(scores[post][: len(wanted)], outputs[post, wanted], atol=1e-5)
        assert np.isneginf(scores[post][len(wanted) :]).all()
        alone = model.recommend(sorted(seen), top, **options)
        assert alone[0].tolist() == wanted and len(alone[1]) == len(wanted)


def test_scores_are_ratings_whatever_the_output_units():
    for options in ({}, {"output": "sigmoid"}):
        model = AutoRec(**{**SMALL, **options}).fit(planted())
        ids, scores = model.recommend([6, 7], top=3)
        np.testing.assert_allclose(scores, model.predict(asked_about(6, 7))[0, ids], atol=1e-5)
        everything = model.recommend(asked_about(6, 7), top=12)
        assert np.isneginf(everything[1][0, 10:]).all() and (everything[0][0, 10:] == -1).all()
        batch = model.recommend(asked_about(6, 7), top=3)
        np.testing.assert_array_equal(batch[0][0], ids)
        np.testing.assert_allclose(batch[1][0], scores, atol=1e-5)


# New posts


def with_a_new_word(n_posts, seed):
    """Posts of a third topic, words 12 to 17, two of which are new (the rest were there, but never met)."""
    rng = np.random.default_rng(seed)
    dense = np.zeros((n_posts, 14), np.int8)
    for row in dense:
        row[[0, 12, 13][: 2 + rng.integers(2)]] = 1
        row[rng.permutation(6)[:2]] = 1
    return rating_matrix(sparse.csr_array(dense))


@pytest.mark.parametrize("options", WAYS[:6] + [{"output": "sigmoid"}], ids=str)
def test_new_posts_are_learnt_and_old_ones_not_forgotten(options):
    old, new = planted(), with_a_new_word(60, 1)
    model = AutoRec(**{**SMALL, **options}).fit(old)
    old_before = model.rmse(old)
    wide = sparse.csr_array((old.data, old.indices, old.indptr), shape=(300, 14))
    model.partial_fit(new)
    assert model.U.shape == (14, 6) and model.V.shape == (6, 14)
    assert 13 in model.recommend([0, 12], top=3)[0]
    anew = AutoRec(**{**SMALL, **options}).fit(sparse.vstack([wide, new], format="csr"))
    assert model.rmse(new) < 1.25 * anew.rmse(new)
    assert model.rmse(wide) < old_before + 0.02


def test_without_the_replay_buffer_old_posts_are_forgotten():
    """What the replayed posts are good for: the same training on the new posts alone loses the old ones."""
    old, new = planted(), with_a_new_word(60, 1)
    wide = sparse.csr_array((old.data, old.indices, old.indptr), shape=(300, 14))
    rmses = []
    for forget in (False, True):
        model = AutoRec(**SMALL).fit(old)
        if forget:
            model.replay = ReplayBuffer((model.replay.matrices[0][:0],), 300)
        rmses.append(model.partial_fit(new, epochs=30).rmse(wide))
    assert rmses[1] > 1.1 * rmses[0]


@pytest.mark.parametrize("first, then, kept", [(True, True, 1), (True, False, 2), (False, True, 2), (False, False, 2)])
def test_targets_are_replayed_whether_they_were_the_inputs_or_not(first, then, kept):
    posts, others = planted(6), planted(6, seed=1)
    model = AutoRec(**{**SMALL, "epochs": 1}).fit(posts, targets=None if first else others)
    model.partial_fit(posts, targets=None if then else others)
    assert len(model.replay.matrices) == kept and model.replay.seen == 12
    wanted = [(posts if same else others).toarray() for same in (then, first)]
    np.testing.assert_array_equal(model.replay.matrices[-1].toarray(), 2 * np.vstack(wanted))


def test_a_new_word_by_hand():
    """Word 2 is new, and met word 0 twice and word 1 once; it is in two of four posts."""
    arrays = {"V": np.array([[3.0, 0], [0, 6]]), "mu": np.zeros(2), "U": np.ones((2, 2)), "b": np.array([7.0, 8])}
    model = AutoRec.from_arrays(arrays | {"background": np.array(0.0)}, AutoRecSettings(absent_weight=0.5))
    X = sparse.csr_array(np.array([[1.0, 1, 1], [1, 0, 1], [0, 1, 0], [1, 0, 0]]))
    theta = grown(model.parameters, X, Problem(X, X, model.settings, model.span, None).best_constants())
    np.testing.assert_allclose(theta.V.T, [[3, 0], [0, 6], [2, 2]])
    np.testing.assert_allclose(theta.U, [[1, 1], [1, 1], [0, 0]])
    np.testing.assert_allclose(theta.b, [7, 8, 2 / 3])  # mean rating, absent ones counted half: 2 / (2 + 2 / 2)


def test_new_posts_start_from_the_best_decoder_where_it_is_known():
    """With steps of size zero, only the closed form can have changed the decoder."""
    still = {**SMALL, "learning_rate": 1e-30, "epochs": 1}
    for options, moves in (({}, True), ({"absent_weight": 0}, False), ({"absent_weight": 0.5}, False)):
        model = AutoRec(**{**still, **options}).fit(planted())
        before = model.U.copy()
        model.partial_fit(with_a_new_word(60, 1))
        assert np.allclose(model.U[:12], before, atol=1e-6) != moves


def test_new_posts_are_rated_over_the_background_of_the_training():
    stars = sparse.csr_array(np.array([[5.0, 4, 0], [0, 2, 1], [4, 0, 5]]))
    model = AutoRec(**{**SMALL, "absent_weight": 0}).fit(stars, 3.0).partial_fit(stars)
    np.testing.assert_array_equal(np.sort(model.replay.matrices[0].data), np.sort(np.tile(stars.data - 3, 2)))


def test_sigmoid_outputs_start_at_the_mean_rating_and_reach_as_far_as_the_targets():
    targets = planted()
    targets.data[:] = 0.5
    model = AutoRec(n_hidden=3, epochs=0, init="spectral", output="sigmoid").fit(planted(), targets=targets)
    np.testing.assert_array_equal(model.span, [0, 1.5])
    means = np.where(targets.toarray() > 0, 0.5, -1).mean(axis=0)
    np.testing.assert_allclose(model.predict(planted(5)), np.tile(means, (5, 1)), atol=1e-5)


def test_a_parameter_that_is_not_finite_is_found_even_where_the_loss_is():
    model = AutoRec(**{**SMALL, "epochs": 1}).fit(planted(40))
    model.U[3, 2] = np.nan
    with pytest.raises(DivergenceError, match="autorec diverged in epoch 2: U or the loss"):
        check_finite(model, 1.0)


@pytest.mark.parametrize("same", [True, False])
def test_a_saved_model_answers_and_learns_as_the_one_that_was_saved(same):
    targets = None if same else planted(seed=3)
    model = AutoRec(**{**SMALL, "output": "sigmoid"}).fit(planted(), targets=targets)
    loaded = AutoRec.from_arrays(model.to_arrays(), model.settings, model.history.loss)
    np.testing.assert_array_equal(loaded.predict(asked_about(3)), model.predict(asked_about(3)))
    assert loaded.rmse(planted(), targets=targets) == model.rmse(planted(), targets=targets)
    assert loaded.replay.seen == 300
    new = with_a_new_word(30, 1)
    extra = {} if same else {"targets": with_a_new_word(30, 2)}
    for each in (model, loaded):
        each.partial_fit(new, **extra)
    assert loaded.U.tobytes() == model.U.tobytes() and loaded.history == model.history


def test_the_published_form_is_taken_up():
    """V, mu, U and b of U g(V r + mu) + b with g the sigmoid itself."""
    rng = np.random.default_rng(0)
    V, mu, U, b = (rng.normal(size=shape) for shape in ((3, 5), 3, (5, 3), 5))
    model = AutoRec.from_arrays({"V": V, "mu": mu, "U": U, "b": b})
    r = rng.random((2, 5)) * (rng.random((2, 5)) < 0.5)
    np.testing.assert_allclose(model.predict(sparse.csr_array(r)), sigmoid(r @ V.T + mu) @ U.T + b)
    with pytest.raises(ModelError, match="holds no posts to train on again"):
        model.partial_fit(planted()[:, :5].tocsr())


# Ratings


@given(bags=bag_matrices(n_words=10, min_posts=1))
def test_rating_matrix_holds_the_bag_and_its_expansion(bags):
    expansion = np.full((bags.shape[0], 3), -1, np.int32)
    for post in range(bags.shape[0]):
        absent = np.setdiff1d(np.arange(10), bags[[post]].indices)[::-1][:3]
        expansion[post, : len(absent)] = absent
    decay = expansion_decay(3)
    ratings = rating_matrix(bags, expansion, decay)
    assert ratings.has_sorted_indices and ratings.nnz == bags.nnz + (expansion >= 0).sum()
    dense = ratings.toarray()
    for post, ranked in enumerate(expansion):
        assert (dense[post, bags[[post]].indices] == 1).all()
        np.testing.assert_array_equal(dense[post, ranked[ranked >= 0]], decay[: (ranked >= 0).sum()])


def test_the_decay_by_hand():
    np.testing.assert_allclose(expansion_decay(4), [0.75, 0.5, 0.25, 0.0])
    np.testing.assert_allclose(expansion_decay(3, first=0.9, last=0.1), [0.9, 0.5, 0.1])
    assert len(expansion_decay(0)) == 0


# What cannot be done


@pytest.mark.parametrize(
    "options, message",
    [
        ({"reg": float("nan")}, "reg is nan; it must be a finite number"),
        ({"n_hidden": 0}, "n_hidden is 0; it must be at least 1"),
        ({"n_hidden": 2.5}, "n_hidden is 2.5; it must be a whole number"),
        ({"n_hidden": "3"}, "n_hidden is '3'; it must be a whole number"),
        ({"n_hiden": 3}, "there is no setting 'n_hiden'; did you mean n_hidden?"),
        ({"settings": 500}, "settings are 500; give AutoRecSettings"),
        ({"batch_size": 0}, "batch_size is 0; it must be at least 1"),
        ({"seed": -1}, "seed is -1; it must be a whole number of at least 0"),
        ({"seed": True}, "seed is True; it must be a whole number of at least 0"),
        ({"n_threads": 0}, "n_threads is 0; it must be a whole number of at least 1"),
        *(
            ({name: "x"}, f"{name} is 'x'; it must be one of")
            for name in ("init", "decoder", "optimizer", "schedule", "output", "dtype")
        ),
        ({"epochs": 0, "init": "random"}, "epochs is 0; it must be at least 1"),
        ({"epochs": "many"}, "epochs is 'many'; it must be auto or a whole number"),
        ({"learning_rate": 0.0}, "it must be above 0, such as 0.001"),
        ({"hidden": "softplus"}, "hidden is 'softplus'; it must be one of sigmoid, tanh, relu, identity"),
        ({"absent_weight": -1.0}, "absent_weight is -1.0; it must be at least 0"),
        ({"corruption": 1.0}, "corruption is 1.0; it must be below 1"),
        ({"decoder": "ridge", "output": "sigmoid"}, "take decoder=gradient"),
        ({"optimizer": "lbfgs", "corruption": 0.1}, "set corruption=0"),
        ({"init": "spectral", "absent_weight": 0}, "with absent_weight=0 set init=random"),
    ],
)
def test_settings_that_cannot_be(options, message):
    with pytest.raises(SettingsError, match=message):
        AutoRec(**options)


def test_the_older_class_of_csr_is_taken():
    old, model = sparse.csr_matrix(planted(40)), AutoRec(**{**SMALL, "epochs": 2}).fit(planted(40))
    np.testing.assert_array_equal(AutoRec(**{**SMALL, "epochs": 2}).fit(old).U, model.U)
    np.testing.assert_array_equal(model.predict(old), model.predict(planted(40)))
    assert model.rmse(old) == model.rmse(planted(40))
    np.testing.assert_array_equal(model.recommend(old)[0], model.recommend(planted(40))[0])


def test_an_entry_given_twice_is_a_sum():
    twice = sparse.csr_array(([0.5, 0.5, 1.0], [3, 3, 4], [0, 3]), shape=(1, 12))
    before = twice.data.copy()
    model = AutoRec(**{**SMALL, "epochs": 2}).fit(planted(40))
    np.testing.assert_array_equal(model.predict(twice), model.predict(asked_about(3, 4)))
    assert model.rmse(twice) == model.rmse(asked_about(3, 4))
    np.testing.assert_array_equal(twice.data, before)


def test_no_epochs_where_the_decoder_is_solved_for():
    model = AutoRec(n_hidden=6, epochs=0, init="random", decoder="ridge").fit(planted())
    assert len(model.history) == 0 and model.rmse(planted()) < 0.9


def test_a_state_of_another_size():
    state = AutoRec(**{**SMALL, "epochs": 1}).fit(planted(40)).state()
    with pytest.raises(DataError, match=r"the saved Vt is \(12, 6\), this training needs \(12, 5\); train from"):
        AutoRec(**{**SMALL, "n_hidden": 5}).fit(planted(40), state=state)


def test_data_that_cannot_be_learnt_from():
    with pytest.raises(DataError, match="given no posts"):
        AutoRec().fit(planted(0))
    with pytest.raises(DataError, match="posts must agree"):
        AutoRec().fit(planted(3), targets=planted(4))
    with pytest.raises(DataError, match="given no rating"):
        AutoRec().fit(sparse.csr_array((3, 12), dtype=np.float32))
    broken = planted(3)
    broken.data[1] = np.nan
    with pytest.raises(DataError, match="not a finite number"):
        AutoRec().fit(broken)
    model = AutoRec(**{**SMALL, "epochs": 1}).fit(planted(40))
    with pytest.raises(DataError, match="have 5 columns, the model has 12; keep the old ones first"):
        model.partial_fit(planted(4)[:, :5].tocsr())
    for question in (model.predict, model.encode, model.recommend, model.rmse, lambda r: model.predict_at(r, r)):
        for n_words in (5, 13):
            with pytest.raises(DataError, match=f"ratings have {n_words} columns; the model has 12"):
                question(asked_about(3, n_words=n_words))
    with pytest.raises(DataError, match="the saved Vt_velocity is missing, .* or with the settings of then"):
        AutoRec(**{**SMALL, "optimizer": "sgd"}).fit(planted(40), state=model.state())
    with pytest.raises(DataError, match="places have 2 posts, the query has 1"):
        model.predict_at(asked_about(3), planted(2))
    for top in (-1, 2.0, None, True, float("nan")):
        with pytest.raises(DataError, match=f"top is {top}; it must be a whole number of at least 0"):
            model.recommend([0], top)
    with pytest.raises(DataError, match="words must be word ids from 0 to 11, not"):
        model.recommend(np.zeros((2, 12), int))
    with pytest.raises(DataError, match="the saved U is missing, this training needs"):
        AutoRec(**SMALL).fit(planted(40), state=model.state() | {"U": None})
    for options in ({"restrict_to": [12]}, {"banned": [-1]}, {"restrict_to": ["sea"]}):
        with pytest.raises(DataError, match=f"{next(iter(options))} must be word ids from 0 to 11"):
            model.recommend([0], **options)
    with pytest.raises(DataError, match="words must be word ids from 0 to 11, not"):
        model.recommend([12])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize(
    "options", [{}, {"optimizer": "sgd"}, {"optimizer": "sgd", "decoder": "ridge", "hidden": "identity"}], ids=str
)
def test_divergence_is_named_and_nothing_else_is_said(options, n_threads):
    with pytest.raises(DivergenceError, match=r"epoch \d+: \w+ or .* rate 1e\+30; try"):
        AutoRec(**{**SMALL, "learning_rate": 1e30, "n_threads": n_threads, **options}).fit(planted())


def test_ratings_that_sigmoid_outputs_cannot_reach():
    rated = sparse.csr_array(np.tile([[3.0, 4.0, 0.0]], (20, 1)))
    with pytest.raises(DataError, match="no rating but the background's; set output=identity"):
        AutoRec(output="sigmoid").fit(sparse.csr_array(rated[:, [0]]), 3.0)
    model = AutoRec(**{**SMALL, "output": "sigmoid"}).fit(rated, 0.0)
    with pytest.raises(DataError, match="beyond the outputs' range, 0 to 4; train anew on all posts"):
        model.partial_fit(rated * 2)


def test_a_new_word_starts_as_strong_as_its_company():
    """Ratings on both sides of the background do not cancel in how much company a word has."""
    rng = np.random.default_rng(0)
    stars = sparse.csr_array((rng.random((80, 10)) < 0.5) * rng.integers(1, 6, (80, 10)).astype(float))
    model = AutoRec(**{**SMALL, "absent_weight": 0}).fit(narrow(stars, 9), 3.0)
    strongest = np.abs(model.V).max()
    above = sparse.csr_array((stars.data - 3, stars.indices, stars.indptr), shape=stars.shape)
    assert np.abs(grown(model.parameters, above, np.zeros(10)).V).max() == strongest


def narrow(matrix, n_words):
    return sparse.csr_array(matrix[:, :n_words])


@pytest.mark.parametrize("background", [None, -0.5])
@pytest.mark.parametrize("hidden", ["sigmoid", "relu", "identity"])
def test_unit_inputs_and_the_bias_add_up_to_a_units_input(hidden, background):
    model = AutoRec(**{**SMALL, "epochs": 2, "hidden": hidden}).fit(planted())
    asked = sparse.csr_array(
        np.array([[1, 0, 0.5, 0, 0, 0, -1, 0, 0, 0, 0, 0], [0] * 12, [0, 1] + [0] * 10], np.float32)
    )
    parts = model.unit_inputs(asked, background)
    assert parts.shape == (asked.nnz, model.settings.n_hidden)
    z = np.zeros((3, model.settings.n_hidden)) + model.mu
    np.add.at(z, np.repeat(np.arange(3), np.diff(asked.indptr)), parts)
    activation = {"sigmoid": lambda z: 1 / (1 + np.exp(-z)) - 0.5, "relu": lambda z: np.maximum(z, 0)}
    h = activation.get(hidden, lambda z: z)(z)
    np.testing.assert_allclose(h, model.encode(asked, background), atol=1e-5)
    above = 1 - (model.background if background is None else background)
    np.testing.assert_allclose(parts[-1], above * model.V[:, 1], rtol=1e-5)
    with pytest.raises(DataError, match="columns"):
        model.unit_inputs(asked[:, :5])


def test_what_is_no_csr_matrix_of_numbers():
    model = AutoRec(**{**SMALL, "epochs": 1}).fit(planted(40))
    for wrong, what in (
        (planted(3).toarray(), "ndarray of float32"),
        (planted(3).tocoo(), "coo_array of float32"),
        (planted(3).tocsc(), "csc_array of float32"),
        ([[1.0, 0.0]], "list"),
        (planted(3).astype(complex), "csr_array of complex128"),
    ):
        for refuse in (AutoRec().fit, model.partial_fit, model.predict, model.rmse, model.unit_inputs):
            with pytest.raises(DataError, match=f"ratings must be a CSR matrix of numbers, not {what}; give scipy"):
                refuse(wrong)
    broken = planted(3)
    broken.data[1] = np.inf
    for refuse in (model.predict, model.partial_fit, model.rmse, model.recommend):
        with pytest.raises(DataError, match="entry that is not a finite number"):
            refuse(broken)
    for background in (float("nan"), "-1"):
        with pytest.raises(DataError, match=f"background is {background!r}; it must be a finite number"):
            AutoRec().fit(planted(3), background)
    with pytest.raises(DataError, match="places must be a CSR matrix"):
        model.predict_at(planted(3), planted(3).toarray())
    with pytest.raises(DataError, match="ratings must be a CSR matrix of numbers, not coo_array"):
        model.recommend(planted(3).tocoo())
    with pytest.raises(DataError, match="bags must be a CSR matrix of numbers, not ndarray"):
        rating_matrix(planted(3).toarray())


def test_an_untrained_model_says_so():
    for query in (AutoRec().predict, AutoRec().recommend, AutoRec().rmse, AutoRec().partial_fit):
        with pytest.raises(UntrainedError, match="call fit"):
            query(planted(3))


@pytest.mark.parametrize("options", [{}, {"decoder": "ridge"}, {"optimizer": "lbfgs"}], ids=str)
def test_an_interrupted_training_leaves_the_model_as_it_was(options):
    posts = planted(100)
    model = AutoRec(**{**SMALL, "epochs": 2, **options}).fit(posts)
    before, kept, seen = model.predict(posts), model.to_arrays(), model.history.loss[:]
    kept = {name: array.copy() for name, array in kept.items()}

    def interrupt(model):
        assert len(model.history) in (1, 3) and len(model.V.T) in (12, 14)
        raise KeyboardInterrupt

    for train in (lambda: model.fit(posts[:50], on_epoch=interrupt),
                  lambda: model.partial_fit(with_a_new_word(9, 1), on_epoch=interrupt)):  # fmt: skip
        with pytest.raises(KeyboardInterrupt):
            train()
        np.testing.assert_array_equal(model.predict(posts), before)
        assert model.history.loss == seen
        for name, array in model.to_arrays().items():
            np.testing.assert_array_equal(array, kept[name])
    other = AutoRec(**{**SMALL, "epochs": 2, **options}).fit(posts)
    assert other.partial_fit(posts).U.tobytes() == model.partial_fit(posts).U.tobytes()


def test_epochs_may_be_given_to_later_training_and_left_to_the_number_of_posts():
    model = AutoRec(**{**SMALL, "epochs": 3}).fit(planted(40))
    assert len(model.partial_fit(planted(9), epochs=2).history) == 5
    assert len(model.partial_fit(planted(9)).history) == 8
    with pytest.raises(SettingsError, match="epochs is 0.5; it must be auto or a whole number"):
        model.partial_fit(planted(9), epochs=0.5)
    assert [AutoRec().n_epochs(n) for n in (1, 19_999, 20_000, 10**6)] == [50, 50, 0, 0]
    assert AutoRec(init="random").n_epochs(20_000) == 50 and AutoRec(init="spectral").n_epochs(9) == 0
    assert AutoRec(epochs=3).n_epochs(5_000) == 3


@pytest.mark.parametrize(
    ("others", "start"),
    [
        ({}, "spectral"),
        ({"targets": planted(60, seed=1)}, "random"),
        *(({name: value}, "random") for name, value in (("absent_weight", 0.5), ("corruption", 0.1))),
        ({"output": "sigmoid"}, "random"),
    ],
    ids=["plain", "targets", "absent_weight", "corruption", "output"],
)
def test_many_posts_start_from_the_spectrum_where_that_is_the_best_network(monkeypatch, others, start):
    others, posts = dict(others), planted(60)
    targets = {"targets": others.pop("targets")} if "targets" in others else {}
    options = {"n_hidden": 5, "batch_size": 20, **others}
    fitted = {init: AutoRec(**options, init=init).fit(posts, **targets) for init in ("random", "spectral")}
    monkeypatch.setattr("instahash.autorec.settings.SPECTRAL_POSTS", 60)
    model = AutoRec(**options).fit(posts, **targets)
    assert model.U.tobytes() == fitted[start].U.tobytes() and model.history.loss == fitted[start].history.loss
    monkeypatch.setattr("instahash.autorec.settings.SPECTRAL_POSTS", 61)
    assert AutoRec(**options).fit(posts, **targets).U.tobytes() == fitted["random"].U.tobytes()
