"""What arrays of a file must be: the table, and what a .npy file declares."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.forms import Form, declared, fit, in_range, losses

FORMS = {
    "W": Form("float32 float64", ("words", "dim")),
    "ids": Form("int32", ("outputs",), 0, below="words"),
    "n": Form("int64", (), 1, 100),
    "pair": Form("float64", (2,)),
    "flag": Form("bool"),
}


def arrays(**changes):
    own = {"W": np.ones((4, 3), np.float32), "ids": np.array([3, 0], np.int32), "n": np.array(7), "pair": np.zeros(2)}
    return own | {"flag": np.array(True)} | changes


def test_sizes_are_found():
    assert fit(arrays(), FORMS, words=4) == {"words": 4, "dim": 3, "outputs": 2}
    assert fit(arrays(ids=np.zeros(0, np.int32)), FORMS)["outputs"] == 0


@pytest.mark.parametrize(
    "change, message",
    [
        ({"W": np.ones((4, 3), np.float16)}, "'W' has float16, where float32 float64"),
        ({"W": np.ones((4, 3), ">f4")}, "'W' has >f4"),
        ({"W": np.ones((5, 3))}, r"'W' is of the shape \(5, 3\), where \(4, 3\)"),
        ({"W": np.ones(12)}, r"'W' is of the shape \(12,\)"),
        ({"W": np.full((4, 3), np.nan)}, "'W' has a number that is not from"),
        ({"W": np.full((4, 3), -np.inf)}, "'W' has a number"),
        ({"W": np.full((4, 3), 1e30)}, "'W' has a number"),
        ({"ids": np.array([4], np.int32)}, "'ids' has a number that is not from 0 to 3"),
        ({"ids": np.array([-1], np.int32)}, "'ids' has a number"),
        ({"n": np.array(0)}, "'n' has a number"),
        ({"n": np.array([1])}, r"'n' is of the shape \(1,\), where \(\)"),
        ({"pair": np.zeros(3)}, r"'pair' is of the shape \(3,\), where \(2,\)"),
        ({"flag": np.array(1)}, "'flag' has int64"),
    ],
)
def test_what_does_not_fit_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        fit(arrays(**change), FORMS, words=4)


def test_a_missing_array_is_named():
    with pytest.raises(KeyError, match="pair"):
        fit({name: array for name, array in arrays().items() if name != "pair"}, FORMS)


@given(st.lists(st.floats(width=32), max_size=5), st.floats(-10, 10), st.floats(-10, 10))
def test_a_range_has_all_numbers_or_not(numbers, least, most):
    assert in_range(np.array(numbers), least, most) == all(least <= n <= most for n in numbers)


@pytest.mark.parametrize(
    "values", [None, "12", {"a": 1}, [True], ["1"], [float("nan")], [float("inf")], [[1.0]], [1e31]]
)
def test_other_things_are_no_losses(values):
    assert losses([1, 0.5]) == [1.0, 0.5] and losses([]) == []
    with pytest.raises(ValueError, match="history"):
        losses(values)


def written(array, version=(1, 0)):
    np.lib.format.write_array(file := io.BytesIO(), array, version)
    return file.getvalue()


@pytest.mark.parametrize(
    "array", [np.arange(6).reshape(2, 3), np.float32(2), np.zeros((0, 4), bool), np.ones((3, 2)).T]
)
def test_what_is_declared(array):
    content = written(np.asarray(array))
    found = declared(content, len(content))
    back = np.frombuffer(content, found.dtype, offset=found.start).reshape(found.shape, order=found.order)
    assert (back == array).all() and back.dtype == array.dtype


@pytest.mark.parametrize(
    "content, message",
    [
        (written(np.arange(3)) + b"\0", "not of the size"),
        (written(np.arange(3))[:-1], "not of the size"),
        (written(np.arange(3)).replace(b"(3,)", b"(9,)"), "not of the size"),
        (written(np.zeros((0, 3))).replace(b"(0, 3)", b"(2, 3)"), "not of the size"),
        (written(np.array(["a"])), "header"),
        (written(np.zeros(2, "M8[s]")), "header"),
        (written(np.zeros(2, "f4,f4")), "header"),
        (written(np.arange(3), (2, 0)), "header"),
        (written(np.arange(3)).replace(b"<i8", b"<i7"), "unknown type"),
        (written(np.array(1)).replace(b"()", b"(1, 1, 1, 1, 1, 1, 1, 1, 1)"), "size"),
        (b"", "header"),
    ],
)
def test_what_declares_anything_else_is_refused(content, message):
    with pytest.raises(ValueError, match=message):
        declared(content, len(content))
