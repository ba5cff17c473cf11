"""The paper's combination, and the answer as JSON: worked examples and laws."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from instahash.recommend import Recommendation, autorec_sets, combine

OUTPUTS = np.array([[0.5, -1.0, 0.9, 0.0, 0.5], [0.2, -1.0, -1.0, 0.7, -0.1], [-1.0, -1.0, -1.0, -1.0, -1.0]])
SIMILAR = np.array([[4, 1, 0, -1], [1, 2, 4, -1], [0, 1, 2, 3]])
COSINES = np.array([[0.9, 0.8, 0.7, -np.inf], [0.9, 0.8, 0.7, -np.inf], [0.4, 0.3, 0.2, 0.1]])


def test_combination_by_hand():
    sets = autorec_sets(OUTPUTS)
    assert [ids.tolist() for ids in sets] == [[2, 0, 4], [3, 0], []]
    is_hashtag = np.array([True, True, True, False, False])
    combined, hashtags, scores, defaulted = combine(SIMILAR, COSINES, OUTPUTS, is_hashtag, n_default=3)
    # The first intersects in Word2Vec's order; the others do not, so AutoRec's first three, ties by id.
    assert [ids.tolist() for ids in combined] == [[4, 0], [3, 0, 4], [0, 1, 2]]
    assert [ids.tolist() for ids in hashtags] == [[0], [0], [0, 1, 2]]
    assert [s.tolist() for s in scores] == [[0.7], [0.2], [-1.0, -1.0, -1.0]]
    assert defaulted.tolist() == [False, True, True]


@given(st.integers(0, 10**6), st.integers(1, 8), st.integers(0, 6))
def test_combination_laws(seed, n_words, n_default):
    rng = np.random.default_rng(seed)
    outputs = rng.integers(-2, 3, size=(4, n_words)) / 2
    similar = np.array([rng.permutation(n_words) for _ in range(4)])
    is_hashtag, sets = rng.random(n_words) < 0.5, autorec_sets(outputs)
    combined, hashtags, scores, defaulted = combine(similar, -similar / 10, outputs, is_hashtag, n_default)
    for post in range(4):
        positive = set(np.flatnonzero(outputs[post] > 0))
        assert set(sets[post]) == positive and (np.diff(outputs[post, sets[post]]) <= 0).all()
        assert defaulted[post] == (not positive)
        order = similar[post].tolist()
        if positive:
            assert set(combined[post]) == positive
            assert [order.index(i) for i in combined[post]] == sorted(order.index(i) for i in combined[post])
        else:
            ranked = sorted(range(n_words), key=lambda i: (-outputs[post, i], i))
            assert combined[post].tolist() == ranked[:n_default]
        assert hashtags[post].tolist() == [i for i in combined[post] if is_hashtag[i]]
        assert len(scores[post]) == len(hashtags[post])


def test_json_of_a_recommendation():
    trace = {"description": ["sky"], "autorec": ["sea"]}
    assert Recommendation(["sea"], [0.5], "cosine", "intersection", trace).to_json() == {
        "hashtags": ["sea"],
        "scores": [0.5],
        "scores_are": "cosine",
        "source": "intersection",
        "trace": trace,
    }
    assert "trace" not in Recommendation([], [], "probability", "experts").to_json()
