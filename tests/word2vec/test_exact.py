"""The exact trainer: counts, the start from the spectrum, and sweeps, against the reference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.threads import Threads
from instahash.word2vec import exact, reference
from instahash.word2vec.learnt import sum_of_counts


def bags_of(sets, n_words):
    indptr = np.cumsum([0] + [len(s) for s in sets]).astype(np.int32)
    indices = np.array([w for s in sets for w in sorted(s)], dtype=np.int32)
    return sparse.csr_array((np.ones(len(indices), np.int8), indices, indptr), shape=(len(sets), n_words))


def problem(seed, n_words=7, dim=3):
    """Counts of random bags, with a word that is in none, and vectors."""
    rng = np.random.default_rng(seed)
    sets = [rng.permutation(n_words - 1)[: rng.integers(2, 5)].tolist() for _ in range(6)]
    N = exact.cooccurrence(bags_of(sets, n_words), np.ones(6))
    P = rng.random(n_words) * (N.sum(axis=1) > 0)
    a, b = exact.expected_negatives(N, P / P.sum(), 3)
    W, C = (rng.normal(size=(n_words, dim)).astype(np.float32) for _ in "WC")
    return N, a, b, W, C


@given(seed=st.integers(0, 10**6), n_words=st.integers(1, 8), n_bags=st.integers(0, 6))
def test_cooccurrence(seed, n_words, n_bags):
    rng = np.random.default_rng(seed)
    sets = [rng.permutation(n_words)[: rng.integers(0, n_words + 1)].tolist() for _ in range(n_bags)]
    weights = rng.random(n_bags) + 0.5
    N = exact.cooccurrence(bags_of(sets, n_words), weights)
    np.testing.assert_allclose(N.toarray(), reference.cooccurrence(sets, weights, n_words), rtol=1e-6)
    assert N.dtype == np.float32 and N.indices.dtype == np.int32 and N.has_sorted_indices and (N.data > 0).all()


def test_thinned_counts_are_the_expectation_over_what_is_kept():
    """Every way of keeping or dropping the words of a bag, with its probability."""
    bag, keep = [0, 1, 2], np.array([0.5, 0.25, 1.0])
    expected = np.zeros((3, 3))
    for kept in np.ndindex(2, 2, 2):
        chance = np.prod(np.where(kept, keep, 1 - keep))
        expected += chance * reference.cooccurrence([[w for w in bag if kept[w]]], [2.0], 3)
    N = exact.thinned(exact.cooccurrence(bags_of([bag], 3), [2.0]), keep)
    np.testing.assert_allclose(N.toarray(), expected)


def test_counts_of_two_halves_add_up():
    sets = [[0, 1, 2], [1, 2], [0, 2], [2, 3]]
    whole = exact.cooccurrence(bags_of(sets, 4), np.ones(4))
    halves = [exact.cooccurrence(bags_of(part, 4), np.ones(2)) for part in (sets[:2], sets[2:])]
    total = sum_of_counts(*halves)
    assert total.has_sorted_indices
    np.testing.assert_array_equal(total.toarray(), whole.toarray())


def test_expected_negatives_by_hand():
    a, b = exact.expected_negatives(exact.cooccurrence(bags_of([[0, 1], [1, 2]], 3), [1, 2]), np.array([0, 0.5, 1]), 4)
    assert a.tolist() == [4, 12, 8] and b.tolist() == [0, 0.5, 1]


@given(seed=st.integers(0, 10**6), dim=st.integers(1, 9))
def test_the_start_is_the_best_of_its_rank(seed, dim):
    """Against NumPy's dense SVD of the smoothed shifted PMI of the words that have a pair."""
    N, a, b, _, _ = problem(seed)
    W, C = exact.spectral_start(N, a, b, dim, np.random.default_rng(0))
    assert W.shape == C.shape == (7, dim) and W.dtype == C.dtype == np.float32
    seen = a > 0
    assert not W[~seen].any() and not C[~seen].any()
    target = np.log(N.toarray()[seen][:, seen] / np.outer(a[seen], b[seen]) + exact.SMOOTH)
    left, values, right = np.linalg.svd(target)
    best = (left[:, :dim] * values[:dim]) @ right[:dim]
    np.testing.assert_allclose(W[seen] @ C[seen].T, best, atol=2e-3 * values[0])


def test_the_start_of_many_words_is_near_the_best_of_its_rank():
    """More words than the range finder is wide: then it is an approximation."""
    rng = np.random.default_rng(0)
    sets = [(rng.permutation(20)[:6] + 20 * rng.integers(4)).tolist() for _ in range(900)]
    N = exact.cooccurrence(bags_of(sets, 80), np.ones(900))
    a, b = exact.expected_negatives(N, np.full(80, 1 / 80), 5)
    W, C = exact.spectral_start(N, a, b, 4, rng)
    target = np.log(N.toarray() / np.outer(a, b) + exact.SMOOTH)
    values = np.linalg.svd(target, compute_uv=False)
    assert np.linalg.norm(target - W @ C.T) <= 1.02 * np.linalg.norm(values[4:])


@pytest.mark.parametrize("n_threads", [1, 3])
@given(seed=st.integers(0, 10**6), height=st.integers(1, 8))
def test_improve(seed, height, n_threads):
    N, a, b, W, C = problem(seed)
    dense, *exactly = (array.astype(float) for array in (N.toarray(), a, b, W, C))
    wanted, wanted_loss = reference.improve(exactly[2], exactly[3], dense, *exactly[:2], exact.RIDGE)
    with pytest.MonkeyPatch.context() as patch:  # blocks of a few rows
        patch.setattr(exact, "block_height", lambda n_words: height)
        with Threads(n_threads) as threads:
            loss = exact.improve(W, C, N, a, b, threads)
    np.testing.assert_allclose(W, wanted, rtol=2e-3, atol=2e-3)
    assert loss == pytest.approx(wanted_loss, rel=1e-4)


@given(seed=st.integers(0, 10**6))
def test_sweeps_never_raise_the_loss_and_return_it(seed):
    N, a, b, W, C = problem(seed)
    W, C = 3 * W, 3 * C  # a bad start, with scores far out
    before = np.inf
    for _ in range(4):
        loss = exact.sweep(W, C, N, a, b, Threads(1))
        assert loss <= before * (1 + 1e-6)
        before = loss
        scores, double = W.astype(float) @ C.T, [array.astype(float) for array in (N.toarray(), a, b)]
        assert loss == pytest.approx(reference.expected_rows(scores, *double)[0].sum(), rel=1e-4)


def test_the_optimum_is_shifted_pointwise_mutual_information():
    """With as many dimensions as words nothing is lost, and sweeps end at log(N_ij / (a_i b_j)) where N_ij > 0."""
    N, a, b, _, _ = problem(5)
    W, C = exact.spectral_start(N, a, b, 7, np.random.default_rng(0))
    for _ in range(60):
        exact.sweep(W, C, N, a, b, Threads(1))
    dense = N.toarray()
    met = dense > 0
    np.testing.assert_allclose((W @ C.T)[met], np.log(dense[met] / np.outer(a, b)[met]), atol=0.05)


def test_vectors_that_are_all_zero_stay_finite():
    N, a, b, W, C = problem(1)
    W[:], C[:] = 0, 0
    assert np.isfinite(exact.sweep(W, C, N, a, b, Threads(1))) and np.isfinite(W).all()
