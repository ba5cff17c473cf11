"""The head's training: its gradient, its ridge against least squares, what is left out, and the command."""

import json
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instahash.annotate import head_training
from instahash.annotate.head_training import Photos, average_precision, excluded, logistic, ridge
from instahash.testing import check_gradient


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_the_gradient_of_the_logistic_loss(seed):
    rng = np.random.default_rng(seed)
    inputs, target, weights = rng.normal(size=(20, 3)), rng.random(20), rng.random(20)
    check_gradient(
        lambda slopes: head_training.logistic_loss(slopes, inputs, target, weights)[0],
        lambda slopes: head_training.logistic_loss(slopes, inputs, target, weights)[1],
        rng.normal(size=3),
    )


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_the_ridge_is_the_least_of_its_sum(seed):
    """As least squares find it, with a row for each cost of a weight."""
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(30, 4)), rng.random((30, 3)) < 0.4
    weights = rng.random((30, 1)) * (rng.random((30, 3)) < 0.8)
    U = ridge(X, Y, weights)
    costs = np.diag([*np.sqrt(np.full(4, head_training.REG)), 1e-3])
    for k in range(3):
        root = np.sqrt(weights[:, k])
        rows = np.vstack([root[:, None] * np.column_stack([X, np.ones(30)]), costs])
        expected = np.linalg.lstsq(rows, np.append(root * np.where(Y[:, k], 1, -1), np.zeros(5)))[0]
        np.testing.assert_allclose(U[:, k], expected, rtol=1e-6, atol=1e-9)


def test_a_logistic_regression_finds_planted_slopes():
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(20_000, 2))
    y = rng.random(20_000) < 1 / (1 + np.exp(-(2 * inputs[:, 0] + inputs[:, 1] - 1)))
    assert logistic(inputs, y, np.ones(20_000)).tolist() == pytest.approx([2, 1, -1], abs=0.1)
    assert logistic(-inputs, y, np.ones(20_000))[:2].tolist() == [0, 0]  # no slope falls below 0


def test_average_precision_by_hand():
    y = np.array([True, False, True, False])
    assert average_precision(y, np.array([0.9, 0.8, 0.7, 0.1])) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(y, np.array([0.1, 0.8, 0.7, 0.9])) == pytest.approx((1 / 3 + 2 / 4) / 2)
    assert np.isnan(average_precision(~y & y, np.zeros(4)))


def test_a_dish_is_no_other_dish():
    names = ("pizza", "soup", "cake", "dessert", "sky")
    found = excluded(names, np.array([[1, 0, 0, 0, 1], [0, 0, 1, 1, 0], [0, 0, 0, 0, 1]], bool))
    assert found.tolist() == [[False, True, True, True, False], [True, True, False, False, False], [False] * 5]
    assert not excluded(names[:2], np.array([[True, True]])).any()  # both are on the photo


def test_a_photo_is_scored_by_a_ridge_that_has_not_seen_its_source():
    """Two sources disagree on what the one component means, so either is wrong about the other."""
    X = np.tile([[40.0], [-40.0]], (50, 1))
    source = np.repeat([0, 1], 50)
    Y = (X > 0) ^ (source[:, None] == 1)
    photos = Photos(("sky",), X, Y, np.ones_like(Y), source)
    Z = head_training._without(source, X, photos)
    assert ((Z > 0) != Y).all()


def folder(tmp_path, **changes):
    n = 40
    rng = np.random.default_rng(1)
    arrays = {"F": rng.random((n, 1280)).astype(np.float16), "grey": np.arange(n) == 0, "source": np.arange(n) % 2}
    arrays |= {"word_indptr": np.arange(n + 1), "word_ids": np.arange(n) % 2}
    arrays |= {"unsure_indptr": np.r_[0, 0, np.ones(n - 1, int)], "unsure_ids": np.array([0])} | changes
    np.savez(tmp_path / "features.npz", **{name: array for name, array in arrays.items() if array is not None})
    (tmp_path / "manifest.json").write_text(json.dumps({"words": [{"word": "sports"}, {"word": "sky"}]}))
    return tmp_path


def test_photos_are_read_with_what_is_not_known_of_them(tmp_path):
    photos = head_training.read_photos(folder(tmp_path))
    assert photos.words == ("sport", "sky") and photos.features.shape == (39, 1280)  # without the grey one
    assert photos.Y[:2].tolist() == [[False, True], [True, False]]
    assert photos.known[:2].tolist() == [[False, True], [True, True]] and photos.known[1:].all()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"F": None}, "there are no features with words in"),
        ({"word_ids": np.arange(40) % 3}, "there are no features with words in"),
        ({}, "no photo says whether it shows animal, art, beach"),
    ],
)
def test_a_folder_that_does_not_fit_is_one_line(tmp_path, capsys, changes, said):
    out = tmp_path / "head.npz"
    assert head_training.main([str(folder(tmp_path, **changes)), "--out", str(out)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"head_training: {said}") and not out.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="paths of Windows")
def test_a_place_that_cannot_be_written_is_said_before_the_training(tmp_path, capsys):
    assert head_training.main([str(tmp_path), "--out", str(tmp_path / "no" / "head.npz")]) == 2
    assert capsys.readouterr().err.startswith(f"head_training: cannot write '{tmp_path / 'no' / 'head.npz'}'")
