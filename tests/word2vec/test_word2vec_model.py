"""The class on planted data, and what it promises: same seed same bits, resume, errors that say what to do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.errors import DataError, DivergenceError, SettingsError
from instahash.word2vec import Word2Vec, reference


def matrix(sets, n_words):
    indptr = np.cumsum([0] + [len(s) for s in sets])
    indices = np.array([w for s in sets for w in sorted(s)], dtype=np.int32)
    return sparse.csr_array((np.ones(len(indices), np.int8), indices, indptr), shape=(len(sets), n_words))


def planted(n_posts=600, seed=0):
    """Two topics of six words each; no post mixes them."""
    rng = np.random.default_rng(seed)
    return matrix([rng.permutation(6)[:4] + 6 * rng.integers(2) for _ in range(n_posts)], 12)


SMALL = {"dim": 8, "n_shared": 4, "epochs": 8}


def test_words_of_a_topic_are_neighbours():
    model = Word2Vec(**SMALL).fit(planted())
    ids, cosines = model.most_similar(matrix([[0, 1], [7]], 12), top=4)
    assert set(ids[0]) == {2, 3, 4, 5}
    assert set(ids[1]) < {6, 8, 9, 10, 11}
    assert (np.diff(cosines) <= 0).all()
    assert model.history[-1] < model.history[0]


def test_one_thread_is_bit_identical_and_another_seed_is_not():
    first, second, other = (Word2Vec(seed=s, **SMALL).fit(planted()) for s in (1, 1, 2))
    assert first.W.tobytes() == second.W.tobytes() and first.history == second.history
    assert first.W.tobytes() != other.W.tobytes()


def test_two_threads_learn_the_same_topics():
    model = Word2Vec(n_threads=2, **SMALL).fit(planted())
    assert set(model.most_similar(matrix([[0, 1]], 12), top=4)[0][0]) == {2, 3, 4, 5}


def test_resumed_training_equals_an_unbroken_one():
    whole, states = Word2Vec(**SMALL), []
    whole.fit(planted(), on_epoch=lambda model: states.append({k: v.copy() for k, v in model.state().items()}))
    resumed = Word2Vec(**SMALL).fit(planted(), state=states[2])
    assert resumed.W.tobytes() == whole.W.tobytes() and resumed.history == whole.history


def test_the_loss_is_the_mean_a_pair():
    """Zero output vectors and no step: every pair costs log 2 for itself and log 2 for each of its k negatives."""
    model = Word2Vec(dim=4, epochs=1, n_negative=3, learning_rate=1e-30).fit(planted(50))
    assert model.history == pytest.approx([4 * np.log(2)])


def test_a_post_without_a_pair_changes_no_loss():
    bags = planted(100)
    longer = sparse.vstack([bags, matrix([[], [3]], 12)]).tocsr()
    one, two = (Word2Vec(dim=4, epochs=1, learning_rate=1e-30).fit(b) for b in (bags, longer))
    assert one.history == pytest.approx(two.history)


def test_most_similar_excludes_the_set_and_keeps_to_the_subset():
    model = Word2Vec(**SMALL).fit(planted())
    ids, _ = model.most_similar(matrix([[0, 1], [2], []], 12), top=12, restrict_to=[0, 1, 2, 9])
    assert set(ids[0]) == {2, 9, -1} and set(ids[1]) == {0, 1, 9, -1} and set(ids[2]) == {-1}


@given(seed=st.integers(0, 10**6), n_words=st.integers(2, 12), top=st.integers(1, 14), block=st.integers(1, 4))
def test_most_similar_equals_a_full_sort(seed, n_words, top, block):
    rng = np.random.default_rng(seed)
    model = Word2Vec.from_arrays(rng.normal(size=(n_words, 3)).astype(np.float32), None)
    sets = [rng.permutation(n_words)[: rng.integers(1, n_words + 1)] for _ in range(5)]
    ids, cosines = model.most_similar(matrix(sets, n_words), top, block=block)
    unit = model.W / np.linalg.norm(model.W, axis=1, keepdims=True)
    for words, row, values in zip(sets, ids, cosines):
        mean = unit[words].mean(axis=0)
        scores = unit @ mean / np.linalg.norm(mean)
        allowed = [w for w in np.argsort(-scores, kind="stable") if w not in words][:top]
        assert (row[: len(allowed)] >= 0).all() and (row[len(allowed) :] == -1).all()
        assert not set(row) & set(words)
        np.testing.assert_allclose(values[: len(allowed)], scores[allowed], atol=1e-5)


def test_similarities_of_an_empty_set_are_zero():
    model = Word2Vec.from_arrays(np.eye(3, dtype=np.float32), None)
    np.testing.assert_array_equal(model.similarities(matrix([[]], 3)), np.zeros((1, 3)))


def test_errors_say_what_came_and_what_to_try():
    with pytest.raises(DataError, match="none of the 2 posts has two words; give posts with labels"):
        Word2Vec().fit(matrix([[0], [1]], 2))
    with pytest.raises(SettingsError, match="dim is 0; it must be at least 1"):
        Word2Vec(dim=0)
    with pytest.raises(SettingsError, match="learning_rate is nan"):
        Word2Vec(learning_rate=float("nan"))
    with (
        np.errstate(all="ignore"),
        pytest.raises(DivergenceError, match=r"epoch 1: [WC] or .* rate 1e\+25; try a smaller"),
    ):
        Word2Vec(learning_rate=1e25, **SMALL).fit(planted())


def test_reference_and_model_agree_on_the_order_of_ties():
    scores = np.array([[1.0, 2.0, 2.0, 1.0]], dtype=np.float32)
    assert reference.top_k(scores, 3)[0].tolist() == [[1, 2, 0]]
