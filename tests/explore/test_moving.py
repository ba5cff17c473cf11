"""What the page that moves is told: steps down the references' gradients, none of its own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.autorec import reference as autorec
from instahash.errors import DataError
from instahash.explore.moving import FARTHEST, move_units, move_words, noise, units_loss, words_loss
from instahash.explore.scenes import SCENES, posts_of_units, scene, scene_of
from instahash.testing import check_gradient
from instahash.word2vec import reference as word2vec

STEP = {"step_size": 0.1, "steps": 5}
WORDS = {"W": [], "C": [], "seed": 0, "negatives": 1, "power": 0.75, **STEP}
UNITS = {"V": [], "mu": [], "U": [], "b": [], "n_hidden": 3, "seed": 0, **STEP}


def random(here, seed):
    W, C = np.random.default_rng(seed).normal(size=(2, len(here.words), 2))
    return {"W": W, "C": C}


def pairs_of(here):
    """Each pair as often as its words meet."""
    return [(i, j) for (i, j), n in np.ndenumerate(here.N) for _ in range(int(n))]


@pytest.mark.parametrize("name", ["pair", "ten"])
@given(seed=st.integers(0, 99), k=st.integers(0, 5), power=st.sampled_from([0, 0.5, 0.75, 1]))
def test_the_loss_is_that_of_all_pairs(name, seed, k, power):
    here, P = scene(name), noise(scene(name), power)
    theta, pairs = random(here, seed), pairs_of(here)
    loss, dW, dC = word2vec.expected_loss(theta["W"], theta["C"], pairs, P, k)
    told, gradient = words_loss(here, P, k, theta)
    a_word = len(pairs) / len({i for i, _ in pairs})
    assert told == pytest.approx(loss / len(pairs))
    assert gradient["W"] == pytest.approx(dW / a_word) and gradient["C"] == pytest.approx(dC / a_word)


@pytest.mark.parametrize("power, expected", [(0, [1 / 3] * 3), (1, [0.2, 0.2, 0.6])])
def test_negatives_are_drawn_by_counts_to_a_power(power, expected):
    told = move_words("pair", **WORDS | {"power": power})  # counts of 1, 1 and 3
    assert told["noise"] == pytest.approx(expected)
    loss, _ = words_loss(
        scene("pair"), np.array(expected), 1, {name: np.array(told["frames"][0][name]) for name in "WC"}
    )
    assert told["frames"][0]["loss"] == pytest.approx(loss, rel=1e-12)


def test_the_gradients_are_right():
    here = scene("ten")
    P, theta = noise(here, 0.75), random(here, 0)
    share = np.count_nonzero(here.N.sum(axis=1))  # of the mean loss a pair in the loss that the gradients are of

    def words_at(W, C):
        loss, gradient = words_loss(here, P, 2, {"W": W, "C": C})
        return share * loss, (gradient["W"], gradient["C"])

    check_gradient(lambda *p: words_at(*p)[0], lambda *p: words_at(*p)[1], theta["W"], theta["C"])
    X, rng = posts_of_units()[2], np.random.default_rng(0)
    shapes = {"V": (2, 15), "mu": (2,), "U": (15, 2), "b": (15,)}
    start = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    loss, gradient = units_loss(X, start)
    J, *own = autorec.loss_and_gradients(*start.values(), X, X)
    assert loss == pytest.approx(np.sqrt(2 * J / 15))
    assert all((gradient[name] == each).all() for name, each in zip(start, own))


@pytest.mark.parametrize("name", SCENES)
def test_one_request_of_ten_steps_is_two_of_five(name):
    whole = move_words(name, **WORDS | {"steps": 10})
    first = move_words(name, **WORDS)
    middle = first["frames"][-1]
    second = move_words(name, **WORDS | {"W": middle["W"], "C": middle["C"], "seed": 9})
    assert whole["frames"] == first["frames"] + second["frames"][1:]
    assert len(whole["words"]) == len(whole["topics"]) == len(whole["noise"]) == len(middle["W"])


def test_an_autoencoder_goes_on_where_it_was():
    whole, first = move_units(**UNITS | {"steps": 10}), move_units(**UNITS)
    middle = {name: first["frames"][-1][name] for name in ("V", "mu", "U", "b")}
    assert whole["frames"] == first["frames"] + move_units(**UNITS | middle)["frames"][1:]
    losses = [frame["loss"] for frame in whole["frames"]]
    assert losses == sorted(losses, reverse=True) and whole["note"] == "" and not whole["ended"]


def test_a_step_is_against_the_gradient():
    here, P = scene("pair"), noise(scene("pair"), 0.75)
    before, after = move_words("pair", **WORDS | {"steps": 1})["frames"]
    loss, gradient = words_loss(here, P, 1, {name: np.array(before[name]) for name in "WC"})
    assert before["loss"] == loss
    for name in "WC":
        assert np.array_equal(after[name], np.array(before[name]) - 0.1 * gradient[name])


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("step_size", [0.5, 1, 2, 4, 100])
@pytest.mark.parametrize("negatives", [0, 1, 20])
def test_whatever_is_asked_stays_finite(name, step_size, negatives, recwarn):
    told = move_words(name, **WORDS | {"step_size": step_size, "negatives": negatives, "steps": 120})
    losses = [frame["loss"] for frame in told["frames"]]
    numbers = np.array([[frame["W"], frame["C"]] for frame in told["frames"]])
    assert np.isfinite(losses).all() and np.abs(numbers).max() <= FARTHEST
    assert told["ended"] == (len(losses) < 121) and not recwarn.list
    grew = any(after > before * (1 + 1e-9) for before, after in zip(losses, losses[1:]))
    assert told["note"].startswith("The step is too large: the loss grew") == (grew or told["ended"])


def test_small_steps_are_not_complained_of():
    for name in SCENES:
        told = move_words(name, **WORDS | {"steps": 200})
        losses = [frame["loss"] for frame in told["frames"]]
        assert told["note"] == "" and losses == sorted(losses, reverse=True) and losses[-1] < 0.9 * losses[0]


def test_a_start_from_the_farthest_point_is_answered():
    corner = [[FARTHEST, -FARTHEST]] * 10
    told = move_words("ten", **WORDS | {"W": corner, "C": corner, "step_size": 100.0})
    assert np.isfinite(told["frames"][0]["loss"]) and told["ended"] and len(told["frames"]) == 1


def test_the_scenes_are_what_the_page_says():
    pair, ten, forty = map(scene, ("pair", "ten", "forty"))
    assert pair.words == ["sea", "sand", "dog"] and pair.N.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert pair.counts.tolist() == [1, 1, 3]
    assert len(ten.words) == 10 and ten.topics.count(-1) == 1 and ten.words[ten.topics.index(-1)] == "love"
    assert ten.N[ten.words.index("sea"), ten.words.index("ocean")] == 0 and ten.N.sum() == 48
    assert len(set(forty.words)) == 40 and sorted(set(forty.topics)) == [0, 1, 2, 3, 4]
    inside = sum(forty.N[i, j] for i in range(40) for j in range(40) if forty.topics[i] == forty.topics[j])
    assert inside > 0.8 * forty.N.sum() and forty.N.sum(axis=1).min() > 0
    words, topics, X = posts_of_units()
    assert X.shape == (300, 15) and (X.sum(axis=1) == 6).all() and set(X.ravel()) == {0, 2}
    assert ((X @ np.eye(3)[topics] > 0).sum(axis=1) == 1).all()


def test_a_word_that_is_twice_in_a_post_counts_once():
    here = scene_of([["a", "b", "a", "other"], ["b"]], [["a"], ["b"]])
    assert here.N.tolist() == [[0, 1], [1, 0]] and here.counts.tolist() == [1, 2] and here.topics == [0, 1]


def test_vectors_of_other_words_are_refused():
    with pytest.raises(DataError, match="W must be 40 x 2 numbers; give all of W, C as they came, or none"):
        move_words("forty", **WORDS | {"W": [[0, 0]] * 10, "C": [[0, 0]] * 10})
