"""The class on planted data, and what it promises."""

import numpy as np
import pytest
from hypothesis import given
from scipy import sparse

from instahash.autorec import AutoRec, expansion_decay, rating_matrix, reference
from instahash.errors import DataError, DivergenceError, SettingsError
from instahash.testing import bag_matrices, rating_matrices

SMALL = {"n_hidden": 6, "epochs": 30, "batch_size": 32, "learning_rate": 0.02}


def planted(n_posts=300, seed=0):
    """Two topics of six words; a post has four words of one of them."""
    rng = np.random.default_rng(seed)
    dense = np.zeros((n_posts, 12), np.int8)
    for row in dense:
        row[rng.permutation(6)[:4] + 6 * rng.integers(2)] = 1
    return rating_matrix(sparse.csr_array(dense))


def test_two_units_learn_the_two_topics():
    ratings = planted()
    model = AutoRec(**{**SMALL, "n_hidden": 2}).fit(ratings)
    constant = np.sqrt(np.var(2 * ratings.toarray() - 1, axis=0).mean())
    assert model.history[-1] < 0.9 * constant
    asked = sparse.csr_array(([1.0, 1.0], ([0, 0], [6, 7])), shape=(1, 12), dtype=np.float32)
    assert set(np.argsort(-model.predict(asked)[0])[:6]) == set(range(6, 12))


def test_the_history_is_the_rmse_of_the_reference():
    """With steps of size zero, the RMSE met batch by batch is the RMSE of the initial model."""
    ratings = planted(70)
    model = AutoRec(**{**SMALL, "epochs": 1, "learning_rate": 1e-30}).fit(ratings)
    R = 2.0 * ratings.toarray() - 1
    assert model.history == pytest.approx([reference.rmse(model.V, model.mu, model.U, model.b, R)])
    assert model.rmse(ratings) == pytest.approx(model.history[0])


@given(drawn=rating_matrices())
def test_rmse_and_predict_equal_the_reference(drawn):
    ratings, c = drawn
    rng = np.random.default_rng(ratings.nnz)
    V = reference.centred(rng.normal(size=(4, 10))).astype(np.float32)
    model = AutoRec.from_arrays(V, *(rng.normal(size=s).astype(np.float32) for s in (4, (10, 4), 10)))
    R = np.full(ratings.shape, c)
    entries = ratings.tocoo()
    R[entries.row, entries.col] = entries.data
    parameters = (model.V, model.mu, model.U, model.b)
    assert model.rmse(ratings, c, block=2) == pytest.approx(reference.rmse(*parameters, R), rel=1e-4)
    np.testing.assert_allclose(model.predict(ratings, c), reference.forward(*parameters, R)[1], rtol=1e-3, atol=1e-4)


def test_no_constant_reaches_a_unit():
    model = AutoRec(**SMALL).fit(planted())
    np.testing.assert_allclose(model.V.sum(axis=1), 0, atol=1e-5)


def test_same_seed_same_bits_whatever_the_threads():
    one, two, threads, other = (
        AutoRec(**SMALL, seed=s, n_threads=t).fit(planted()) for s, t in ((1, 1), (1, 1), (1, 2), (2, 1))
    )
    assert one.U.tobytes() == two.U.tobytes() == threads.U.tobytes() != other.U.tobytes()
    assert one.history == two.history == threads.history


def test_resumed_training_equals_an_unbroken_one():
    states, ratings = [], planted()
    whole = AutoRec(**SMALL).fit(
        ratings, on_epoch=lambda model: states.append({k: v.copy() for k, v in model.state().items()})
    )
    resumed = AutoRec(**SMALL).fit(ratings, state=states[10])
    assert resumed.U.tobytes() == whole.U.tobytes() and resumed.history == whole.history


def test_progress_counts_every_post_once_an_epoch():
    seen = []
    AutoRec(**{**SMALL, "epochs": 2}).fit(planted(70), on_progress=seen.append)
    assert seen == [32, 32, 6] * 2


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


def test_errors_say_what_came_and_what_to_try():
    with pytest.raises(DataError, match="given no posts"):
        AutoRec().fit(planted(0))
    broken = planted(3)
    broken.data[1] = np.nan
    with pytest.raises(DataError, match="not a finite number"):
        AutoRec().fit(broken)
    with pytest.raises(SettingsError, match="reg is nan; it must be at least 0"):
        AutoRec(reg=float("nan"))
    with np.errstate(all="ignore"), pytest.raises(DivergenceError, match=r"epoch \d+: \w+ or .* rate 1e\+30; try"):
        AutoRec(**{**SMALL, "learning_rate": 1e30}).fit(planted())
