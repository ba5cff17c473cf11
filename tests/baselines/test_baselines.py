"""The baselines: examples worked by hand, closed forms found another way, and laws that hold for all of them."""

import tracemalloc
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.baselines import (
    BASELINES,
    EASE,
    Cooccurrence,
    ItemCosine,
    Network,
    Popularity,
    Ridge,
    checks,
    create,
    top_ranked,
)
from instahash.errors import DataError, SettingsError
from instahash.testing import bag_matrices

SMALL_NETWORK = partial(Network, n_hidden=4, epochs=2, batch_size=3)
NAMES = list(BASELINES)
ALL = [SMALL_NETWORK if kind is Network else kind for kind in BASELINES.values()]
seeds = st.integers(0, 10**6)


def csr(dense, dtype=np.float32):
    return sparse.csr_array(np.array(dense, dtype=dtype))


# Words 0 and 1 describe, 2 and 3 are hashtags, of which 2 has three posts and 3 has two, one of them shared.
DESCRIPTION = csr([[1, 0.5, 0, 0], [0.5, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
HASHTAGS = csr([[0, 0, 1, 1], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 1, 0]], np.int8)
NOTHING = sparse.csr_array((2, 4), dtype=np.int8)
CHOSEN = csr([[0, 0, 1, 0], [0, 0, 0, 1]], np.int8)
QUERIES = csr([[0.5, 0, 0, 0], [0.9, 0.2, 0, 0]])


def problem(seed, n_posts=9, n_words=7):
    """Description with scores and hashtags, dense, over the same words; no post has the last, and one has nothing."""
    rng = np.random.default_rng(seed)
    D, H = rng.uniform(0.1, 1, (n_posts, n_words)), np.ones((n_posts, n_words))
    for matrix in (D, H):
        matrix[rng.random(matrix.shape) < 0.6] = 0
        matrix[:, -1] = 0
        matrix[-1] = 0
    H[0, rng.integers(n_words - 1)] = 1
    return D, H, rng


def assert_scores(baseline, chosen, expected, description=NOTHING):
    np.testing.assert_allclose(baseline.score(description, chosen), expected, rtol=1e-5, atol=1e-7)


# Worked by hand


def whole(dense):
    return csr(dense, np.int8)


def test_cooccurrence_by_hand():
    description, hashtags = (
        whole([[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]),
        whole([[0, 0, 1, 1], [0, 0, 1, 0], [0, 0, 0, 1]]),
    )
    baseline = Cooccurrence().fit(description, hashtags)
    # n(0) = 2, n(0, 2) = 2, n(0, 3) = 1; n(1) = 1, n(1, 2) = n(1, 3) = 1.
    expected = [[0, 0, (2 / 3 + 1 / 2) / 2, (1 / 3 + 1 / 2) / 2], [0, 0, 2 / 3, 1 / 3], [0, 0, 0, 0]]
    np.testing.assert_allclose(baseline.score(description), expected, rtol=1e-6)
    again = Cooccurrence.from_arrays(baseline.to_arrays())
    np.testing.assert_array_equal(again.score(description), baseline.score(description))


def test_popularity_by_hand():
    baseline = Popularity().fit(*2 * [whole([[0, 1, 1], [0, 1, 0]])])
    np.testing.assert_array_equal(baseline.score(whole([[1, 0, 0]] * 2)), [[0, 2, 1]] * 2)


def test_cooccurrence_with_chosen_hashtags_by_hand():
    baseline = Cooccurrence().fit(DESCRIPTION, HASHTAGS)
    assert_scores(baseline, CHOSEN, [[0, 0, 0, 1 / 4], [0, 0, 1 / 3, 0]])
    # P(2 | 0) = 2/3, P(3 | 0) = 1/3, P(2 | 1) = P(3 | 1) = 1/2: the mean over two words, then over three.
    both = [[0, 0, (2 / 3) / 2, (1 / 3 + 1 / 4) / 2], [0, 0, (2 / 3 + 1 / 2 + 1 / 3) / 3, (1 / 3 + 1 / 2) / 3]]
    assert_scores(baseline, CHOSEN, both, QUERIES)


def test_item_cosine_by_hand():
    baseline = ItemCosine().fit(DESCRIPTION, HASHTAGS)
    assert_scores(baseline, CHOSEN, [[0, 0, 0, 1 / 6**0.5], [0, 0, 1 / 6**0.5, 0]])
    from_0, from_1 = np.array([0, 0, 2 / 6**0.5, 1 / 2]), np.array([0, 0, 1 / 3**0.5, 1 / 2**0.5])
    assert_scores(baseline, None, [from_0, (from_0 + from_1) / 2], QUERIES)


def test_ease_by_hand():
    # X'X + I of the hashtags is (4 1; 1 3), its inverse (3 -1; -1 4) / 11.
    assert_scores(EASE(reg=1).fit(DESCRIPTION, HASHTAGS), CHOSEN, [[0, 0, 0, 1 / 4], [0, 0, 1 / 3, 0]])
    # Of three posts described by word 0, whatever its score, two use hashtag 1.
    baseline = EASE(reg=1).fit(csr([[0.5, 0], [0.7, 0], [1, 0]]), csr([[0, 1], [0, 1], [0, 0]]))
    assert_scores(baseline, None, [[0, 2 / 4]], csr([[0.3, 0]]))
    assert_scores(baseline, None, [[0, 0]], csr([[0, 0.3]]))  # a word says nothing of itself


def test_ridge_by_hand():
    # X'X + I is (9/4 1/2; 1/2 5/4), of determinant 41/16; the first post's two targets are 1 / sqrt 2.
    r, d = 0.5**0.5, 41 / 16
    W = np.array([[0, 0, (r + 5 / 8) / d, r / d], [0, 0, (5 / 8 * r - 1 / 4) / d, 5 / 8 * r / d]])
    baseline = Ridge(reg=1).fit(DESCRIPTION, HASHTAGS)
    assert_scores(baseline, None, [W[0] / 2, 0.9 * W[0] + 0.2 * W[1]], QUERIES)
    assert_scores(baseline, CHOSEN, np.zeros((2, 4)))
    assert_scores(Ridge.from_arrays(baseline.to_arrays()), None, baseline.score(QUERIES), QUERIES)


@pytest.mark.parametrize("scored", [1.0, 0.6])
def test_network_learns_planted_hashtags(scored):
    """Words 0 to 3 ask for the hashtags 4 to 7; word 8 is in no post."""
    rng = np.random.default_rng(0)
    topics = rng.integers(4, size=120)
    D, H = np.zeros((120, 9)), np.zeros((120, 9))
    D[np.arange(120), topics] = scored
    H[np.arange(120), 4 + topics] = 1
    network = Network(n_hidden=16, epochs=30, batch_size=20, learning_rate=0.02, seed=3).fit(csr(D), csr(H))
    scores = network.score(csr(np.eye(9)[:4] * scored))
    assert (scores.argmax(axis=1) == [4, 5, 6, 7]).all() and scores.max(axis=1).min() > 0.9
    np.testing.assert_allclose(scores.sum(axis=1), 1, rtol=1e-5)
    assert (scores[:, [0, 1, 2, 3, 8]] == 0).all()


# Found another way


@given(seeds, st.floats(0.5, 50))
def test_ease_is_ridge_regression_on_the_other_words(seed, reg):
    """A zero diagonal leaves each column of B a problem of its own: that column's word is not among the inputs."""

    def weights(X):
        B = np.zeros((X.shape[1],) * 2)
        for j in range(len(B)):
            others = np.delete(np.arange(len(B)), j)
            A = X[:, others]
            B[others, j] = np.linalg.solve(A.T @ A + reg * np.eye(len(others)), A.T @ X[:, j])
        return B

    D, H, _ = problem(seed)
    baseline, everything = EASE(reg).fit(csr(D), csr(H)), csr(np.eye(D.shape[1]))
    used = H.any(axis=0)
    n_words = D.shape[1]
    of_bags, of_hashtags = weights(np.hstack([D > 0, H]))[:n_words, n_words:], weights(H)
    np.testing.assert_allclose(baseline.score(everything), of_bags, atol=1e-5)
    nothing = sparse.csr_array(everything.shape)
    np.testing.assert_allclose(baseline.score(nothing, everything), of_hashtags, atol=1e-5)
    np.testing.assert_allclose(baseline.score(everything, everything), of_bags + of_hashtags, atol=1e-5)
    assert baseline.from_hashtags.shape == (used.sum(), used.sum())  # and not over all words


@given(seeds, st.floats(0.5, 50))
def test_the_gradient_of_ridge_is_zero(seed, reg):
    X, H, _ = problem(seed)
    Y = H / np.sqrt(np.maximum(H.sum(axis=1, keepdims=True), 1))
    baseline = Ridge(reg).fit(csr(X), csr(H))
    W = baseline.score(csr(np.eye(X.shape[1])))
    np.testing.assert_allclose(X.T @ (X @ W - Y) + reg * W, 0, atol=1e-4)
    assert baseline.W.shape == (X.any(axis=0).sum(), H[X.any(axis=1)].any(axis=0).sum())


@given(seeds)
def test_cooccurrence_equals_counting_and_is_a_probability(seed):
    D, H, rng = problem(seed)
    G = (rng.random(H.shape) < 0.4).astype(int)
    expected = np.zeros(H.shape)
    for post in range(len(D)):
        for t in range(D.shape[1]):
            given_words = [(D, w, t) for w in np.flatnonzero(D[post])] + [(H, g, t) for g in np.flatnonzero(G[post])]
            shares = [
                sum(1 for a, b in zip(A, H) if a[w] and b[t] and not (A is H and w == t))
                / (np.count_nonzero(A[:, w]) + 1)
                for A, w, t in given_words
            ]
            expected[post, t] = np.mean(shares) if shares else 0
    scores = Cooccurrence().fit(csr(D), csr(H)).score(csr(D), csr(G, np.int8))
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-7)
    assert ((scores >= 0) & (scores <= 1)).all()


@given(bag_matrices(n_words=8, min_posts=1), st.integers(0, 10**6))
def test_cooccurrence_is_a_probability_and_posts_have_no_order(description, seed):
    rng = np.random.default_rng(seed)
    hashtags = whole(rng.random((description.shape[0], 8)) < 0.3)
    scores = Cooccurrence().fit(description, hashtags).score(description)
    assert ((scores >= 0) & (scores <= 1)).all() and scores.dtype == np.float32
    order = rng.permutation(description.shape[0])
    shuffled = Cooccurrence().fit(description[order], hashtags[order])
    np.testing.assert_allclose(shuffled.score(description), scores, rtol=1e-6)


@given(seeds)
def test_cosines_are_those_of_columns(seed):
    D, H, _ = problem(seed, n_posts=30)
    baseline = ItemCosine().fit(csr(D), csr(H))

    def unit(A):
        return (A > 0) / np.maximum(np.sqrt(np.count_nonzero(A, axis=0)), 1)

    among = unit(H).T @ unit(H)
    np.fill_diagonal(among, 0)
    np.testing.assert_allclose(baseline.from_words.toarray(), unit(D).T @ unit(H), rtol=1e-5)
    np.testing.assert_allclose(baseline.from_hashtags.toarray(), among, rtol=1e-5)
    np.testing.assert_array_equal(baseline.from_hashtags.toarray(), baseline.from_hashtags.T.toarray())


@given(st.integers(1, 400), st.integers(1, 6))
def test_no_cosine_is_above_one(n_posts, n_words):
    """Words that are always together, the case in which rounding could show."""
    together = csr(np.ones((n_posts, n_words)), np.int8)
    baseline = ItemCosine().fit(together, together)
    assert (baseline.from_words.data == 1).all() and (baseline.from_hashtags.data == 1).all()
    assert (baseline.score(together) == 1).all()


# Laws


@pytest.mark.parametrize("make", ALL, ids=NAMES)
@given(seeds)
def test_scores_of_a_part_are_a_part_of_the_scores(make, seed):
    D, H, rng = problem(seed)
    baseline = make().fit(csr(D), csr(H, np.int8))
    description, chosen = csr(D), csr(rng.random(H.shape) < 0.4, np.int8)
    scores = baseline.score(description, chosen)
    assert scores.shape == H.shape and scores.dtype == np.float32 and np.isfinite(scores).all()
    part = rng.permutation(len(D))[:4]
    np.testing.assert_allclose(baseline.score(description[part], chosen[part]), scores[part], rtol=1e-5, atol=1e-6)
    none = sparse.csr_array(H.shape, dtype=np.int8)
    np.testing.assert_array_equal(baseline.score(description), baseline.score(description, none))
    if make in (Popularity, Ridge, SMALL_NETWORK):  # do not look at chosen hashtags
        np.testing.assert_array_equal(baseline.score(description), scores)
    assert (scores[:, ~H.any(axis=0)] == 0).all()


@pytest.mark.parametrize("make", [Cooccurrence, ItemCosine, EASE, Ridge])
@given(seeds)
def test_what_was_never_seen_says_nothing_and_a_hashtag_says_nothing_of_itself(make, seed):
    D, H, _ = problem(seed)
    baseline, words = make().fit(csr(D), csr(H)), csr(np.eye(D.shape[1]))
    nothing = sparse.csr_array(words.shape)
    unseen = ~(D.any(axis=0) | H.any(axis=0))
    assert (baseline.score(nothing) == 0).all()
    assert unseen[-1] and (baseline.score(words)[unseen] == 0).all()
    among = baseline.score(nothing, words)
    assert (np.diag(among) == 0).all() and (among[~H.any(axis=0)] == 0).all()


@pytest.mark.parametrize("make", ALL[:-1], ids=NAMES[:-1])
def test_posts_may_have_no_description_at_all(make):
    baseline = make().fit(sparse.csr_array(HASHTAGS.shape, dtype=np.float32), HASHTAGS)
    assert np.isfinite(baseline.score(QUERIES, CHOSEN)).all()


# From scores to hashtags


@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 12))
def test_top_ranked_equals_a_full_sort(seed, n_words, top):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 3, size=(4, n_words)).astype(np.float32)  # many ties
    allowed = rng.permutation(n_words)[: rng.integers(1, n_words + 1)]
    ranked = top_ranked(scores, top, allowed)
    assert ranked.shape == (4, min(top, len(allowed)))
    for row, ids in zip(scores, ranked):
        assert ids.tolist() == sorted(allowed.tolist(), key=lambda i: (-row[i], i))[:top]


def test_where_nothing_is_left_there_is_no_id():
    scores = np.array([[1, -np.inf, 2, -np.inf], [-np.inf] * 4], np.float32)
    assert top_ranked(scores, 3, [0, 1, 2]).tolist() == [[2, 0, -1], [-1, -1, -1]]


def test_top_ranked_refuses_nan():
    with pytest.raises(DataError, match="not a number"):
        top_ranked(np.array([[np.nan]]), 1, [0])


# A baseline of one's own


class MostLabels:
    """Scores a hashtag by the number of labels that the posts with it have."""

    def fit(self, description, hashtags):
        self.labels = np.diff(description.indptr).astype(np.float32) @ hashtags
        return self

    def score(self, description, chosen=None):
        return np.broadcast_to(self.labels, (description.shape[0], len(self.labels)))


def test_a_new_baseline_is_a_class_and_a_line(monkeypatch):
    monkeypatch.setitem(BASELINES, "most_labels", MostLabels)
    rankings = {}
    for name in BASELINES:
        baseline = create(name, seed=1, n_threads=1).fit(DESCRIPTION, HASHTAGS)
        rankings[name] = top_ranked(baseline.score(QUERIES, CHOSEN), 2, [2, 3])
    # Hashtag 2 is used by posts of two labels, one and none; hashtag 3 by posts of two and none.
    assert rankings["most_labels"].tolist() == [[2, 3]] * 2 and len(rankings) == 7


def test_a_baseline_is_created_with_the_options_it_has():
    assert isinstance(create("popularity", seed=3, n_threads=2), Popularity)
    assert create("ridge", seed=3, reg=7).reg == 7
    assert create("network", seed=3).network.seed == 3


# What is kept


def test_cooccurrence_is_kept_whole():
    baseline = Cooccurrence().fit(DESCRIPTION, HASHTAGS)
    again = Cooccurrence.from_arrays(baseline.to_arrays())
    np.testing.assert_array_equal(again.score(QUERIES, CHOSEN), baseline.score(QUERIES, CHOSEN))


def damage(arrays, name, change):
    return arrays | {name: change(arrays[name])}


@pytest.mark.parametrize("name", ["from_words_indices", "from_hashtags_indices", "from_words_indptr"])
def test_counts_that_point_outside_are_refused(name):
    arrays = Cooccurrence().fit(DESCRIPTION, HASHTAGS).to_arrays()
    with pytest.raises(ValueError):
        Cooccurrence.from_arrays(damage(arrays, name, lambda array: array + 100))
    del arrays[name]
    with pytest.raises(KeyError):
        Cooccurrence.from_arrays(arrays)


def test_counts_of_other_words_are_refused():
    arrays = Cooccurrence().fit(DESCRIPTION, HASHTAGS).to_arrays()
    for name in ("word_posts", "hashtag_posts"):
        for change in (lambda array: array[1:], lambda array: array[:, None]):
            with pytest.raises(ValueError, match="is of the shape"):
                Cooccurrence.from_arrays(damage(arrays, name, change))
    with pytest.raises(ValueError, match="is wanted"):
        Cooccurrence.from_arrays(damage(arrays, "from_words_shape", lambda array: array + [0, 1]))


@pytest.mark.parametrize(
    "name, change, error, message",
    [
        ("W", lambda W: W[:, 1:], ValueError, r"'W' is of the shape \(2, 1\), where \(2, 2\)"),
        ("W", np.ravel, ValueError, "'W' is of the shape"),
        ("inputs", lambda ids: ids[::-1], ValueError, "not in order"),
        ("inputs", lambda ids: ids - 5, ValueError, "'inputs' has a number"),
        ("outputs", lambda ids: ids + 1, ValueError, "'outputs' has a number"),
        ("reg", lambda reg: -reg, SettingsError, "reg is"),
    ],
)
def test_a_ridge_that_does_not_fit_together_is_refused(name, change, error, message):
    arrays = Ridge(reg=2).fit(DESCRIPTION, HASHTAGS).to_arrays()
    assert Ridge.from_arrays(arrays).reg == 2
    with pytest.raises(error, match=message):
        Ridge.from_arrays(damage(arrays, name, change))
    del arrays[name]
    with pytest.raises(KeyError):
        Ridge.from_arrays(arrays)


# What will not fit


@pytest.mark.parametrize("make, n_bytes", [(EASE, 2 * 8 * 1200**2), (Ridge, 2 * 8 * 600**2)])
def test_what_will_not_fit_is_refused_before_it_is_made(monkeypatch, make, n_bytes):
    post = csr(np.ones((1, 600)))
    monkeypatch.setattr(checks, "DENSE_BYTES", n_bytes)
    make().fit(post, post)
    monkeypatch.setattr(checks, "DENSE_BYTES", n_bytes - 1)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="00 words needs .*--max-hashtags"):
            make().fit(post, post)
        assert tracemalloc.get_traced_memory()[1] < n_bytes / 20
    finally:
        tracemalloc.stop()


def test_what_is_refused_is_said_in_numbers():
    with pytest.raises(
        DataError, match="^EASE over 435,651 words needs 1,518.3 GB .* 2 GB are allowed; .*--max-hashtags"
    ):
        checks.check_size("EASE over 435,651 words", 435_651**2)
    checks.check_size("what just fits", checks.DENSE_BYTES // 8)


@pytest.mark.parametrize("make", [EASE, Ridge])
@pytest.mark.parametrize(
    "reg, wanted",
    [
        (0, "at least 0.001"),
        (-1, "at least 0"),
        (float("nan"), "a finite number"),
        ("3", "a finite number"),
        (True, "a finite"),
    ],
)
def test_reg_is_a_number_above_zero(make, reg, wanted):
    with pytest.raises(
        SettingsError, match=f"^{make.__name__}: reg is .*; it must be {wanted}".replace("Ridge", "ridge")
    ):
        make(reg)


@pytest.mark.parametrize("make", ALL, ids=NAMES)
def test_fit_fits_the_baseline_itself(make):
    baseline = make()
    assert baseline.fit(DESCRIPTION, HASHTAGS) is baseline
    assert np.isfinite(baseline.score(QUERIES)).all()


@pytest.mark.parametrize("kind", ALL, ids=NAMES)
def test_a_matrix_that_is_not_csr_is_said(kind):
    fitted = kind().fit(DESCRIPTION, HASHTAGS)
    for other in (np.asarray, sparse.coo_array):
        wrong = other(DESCRIPTION.toarray())
        for name, call in (
            ("descriptions", lambda: kind().fit(wrong, HASHTAGS)),
            ("hashtags", lambda: kind().fit(DESCRIPTION, wrong)),
            ("descriptions", lambda: fitted.score(wrong)),
            ("hashtags", lambda: fitted.score(DESCRIPTION, wrong)),
        ):
            kind_of = f"{type(wrong).__name__} of {wrong.dtype}"
            with pytest.raises(DataError, match=f"^{name} must be a CSR matrix of numbers, not {kind_of}; give scipy"):
                call()


@pytest.mark.parametrize("kind", ALL, ids=NAMES)
def test_hashtags_of_other_posts_are_refused(kind):
    fitted = kind().fit(DESCRIPTION, HASHTAGS)
    with pytest.raises(DataError, match="^descriptions have 4 rows, hashtags 3; give both a row for each post$"):
        kind().fit(DESCRIPTION, HASHTAGS[:3])
    with pytest.raises(DataError, match="^descriptions have 2 rows, hashtags 4; give both a row for each post$"):
        fitted.score(QUERIES, HASHTAGS)
    with pytest.raises(DataError, match="^hashtags must be a CSR matrix of numbers, not NoneType"):
        kind().fit(DESCRIPTION, None)
