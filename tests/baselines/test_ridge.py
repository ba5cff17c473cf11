"""Ridge regression to more outputs than there is room for weights: the same scores, made another way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.baselines import Ridge, checks, ridge
from instahash.errors import DataError

seeds = st.integers(0, 10**6)


def problem(seed, n_posts=30, n_inputs=9, n_words=14):
    """Label scores, hashtags some of which are never used, weights of posts, and other posts to score."""
    rng = np.random.default_rng(seed)

    def some(n_columns, density):
        return rng.uniform(0.1, 1, (n_posts, n_columns)) * (rng.random((n_posts, n_columns)) < density)

    X, Y, Q = some(n_inputs, 0.3), some(n_words, 0.2) > 0, some(n_inputs + 2, 0.4)
    X[:, rng.integers(n_inputs)] = 0
    Y[:, rng.integers(n_words)] = 0
    X[0, -1] = Y[0, -1] = 1
    weights = rng.uniform(0.2, 1, n_posts)
    return *(sparse.csr_array(matrix.astype(np.float32)) for matrix in (X, Y, Q)), weights, rng


def fitted(frequent, *posts):
    """Ridge with weights of the most used outputs alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "DENSE_BYTES", 2 * 8 * 9**2)
        patch.setattr(ridge, "FREQUENT", frequent)
        return Ridge(2.0).fit(*posts)


MODEL = fitted(5, *problem(0)[:2])


@given(seeds, st.integers(0, 12), st.booleans())
def test_scores_of_rare_outputs_are_those_of_dense_weights(seed, frequent, weighted):
    X, Y, Q, weights, _ = problem(seed)
    posts = (X, Y, weights) if weighted else (X, Y)
    dense, sparse_one = Ridge(2.0).fit(*posts), fitted(frequent, *posts)
    assert sparse_one.W.shape[1] == min(frequent, len(dense.outputs)) and not len(dense.rare)
    np.testing.assert_array_equal(np.union1d(sparse_one.outputs, sparse_one.rare), dense.outputs)
    uses = Y.sum(axis=0)
    assert uses[sparse_one.outputs].min(initial=99) >= uses[sparse_one.rare].max(initial=0)
    np.testing.assert_allclose(sparse_one.score(Q), dense.score(Q), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(sparse_one.inverse, sparse_one.inverse.T)


@given(seeds, st.integers(0, 14))
def test_a_post_of_weight_two_is_two_posts(seed, frequent):
    X, Y, Q, _, rng = problem(seed)
    times = rng.integers(1, 4, 30)
    rows = np.repeat(np.arange(30), times)
    several, weighted = (Ridge(2.0).fit(*posts) for posts in ((X[rows], Y[rows]), (X, Y, times)))
    np.testing.assert_allclose(weighted.score(Q), several.score(Q), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(fitted(frequent, X, Y, times).score(Q), several.score(Q), rtol=1e-4, atol=1e-6)


@given(seeds, st.integers(0, 14), st.integers(1, 40))
def test_a_part_of_the_scores_is_that_part_of_all(seed, frequent, block):
    X, Y, Q, _, rng = problem(seed)
    first = rng.integers(15)
    places = sparse.csr_array(rng.random((30, 14)) < 0.3)
    at = np.repeat(np.arange(30), np.diff(places.indptr)), places.indices
    for model in (Ridge(2.0).fit(X, Y), fitted(frequent, X, Y)):
        scores = model.score(Q)
        np.testing.assert_allclose(model.score(Q, n_first=first), scores[:, :first], rtol=1e-5, atol=1e-6)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ridge, "POSTS", block)
            found = model.score_at(Q, places.astype(np.int8))
        np.testing.assert_allclose(found, scores[at], rtol=1e-5, atol=1e-6)
        assert found.dtype == np.float32


@given(seeds, st.integers(0, 14))
def test_what_is_kept_scores_the_same(seed, frequent):
    X, Y, Q, *_ = problem(seed)
    model = fitted(frequent, X, Y)
    again = Ridge.from_arrays(model.to_arrays())
    np.testing.assert_array_equal(again.score(Q), model.score(Q))


@pytest.mark.parametrize(
    "name, change, message",
    [
        ("rare", lambda ids: ids[::-1], "not in order"),
        ("rare", lambda ids: ids + 14, "'rare' has a number"),
        ("outputs", lambda ids: np.sort(np.append(ids[1:], MODEL.rare[:1])), "not in order"),
        ("inverse", lambda array: array[1:], "'inverse' is of the shape"),
        ("sums_shape", lambda shape: shape + [0, 1], "sums"),
        ("sums_indices", lambda ids: ids + 99, "indices"),
    ],
)
def test_rare_outputs_that_do_not_fit_together_are_refused(name, change, message):
    arrays = MODEL.to_arrays()
    with pytest.raises(ValueError, match=message):
        Ridge.from_arrays(arrays | {name: change(arrays[name])})
    if name != "outputs":
        del arrays[name]
    if name not in ("rare", "outputs"):
        with pytest.raises(KeyError):
            Ridge.from_arrays(arrays)


def test_too_many_inputs_are_refused(monkeypatch):
    X, Y, *_ = problem(0)
    n = len(np.unique(X.indices))
    monkeypatch.setattr(checks, "DENSE_BYTES", 16 * n**2)
    Ridge().fit(X, Y)
    monkeypatch.setattr(checks, "DENSE_BYTES", 16 * n**2 - 1)
    with pytest.raises(DataError, match=f"ridge regression from {n} words needs"):
        Ridge().fit(X, Y)


def test_places_of_other_posts_are_refused():
    with pytest.raises(DataError, match="descriptions have 30 rows, hashtags 29"):
        MODEL.score_at(problem(0)[2], problem(0)[1][1:])
