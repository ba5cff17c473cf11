"""What is said of numbers, arrays, lists and changed arguments that are not what is wanted."""

import numpy as np
import pytest
from scipy import sparse

from instahash.learn.compare import Wrong, case, no_overflow, same, unchanged

W = np.array([[1.0, -2.0, 3.5], [0.25, 5.0, -6.0]])
V = W[::-1] ** 2


@pytest.mark.parametrize(
    "found, wanted, words",
    [
        (-W, W, ["[1, 2] is 6, but -6 is wanted", "6 of 6 numbers are wrong", "sign: it is minus what is wanted"]),
        (2 * W, W, ["factor: it is twice what is wanted"]),
        (3 * W, W, ["factor: it is 3 times what is wanted, and 3 is it.shape[1]: a sum in place of a mean?"]),
        (5 * W, W, ["factor: it is 5 times what is wanted, and 5 is the number of negatives"]),
        (0.7 * W, W, ["factor: it is 0.7 times what is wanted"]),
        (W.T, W, ["shape: it has shape (3, 2), but (2, 3) is wanted: it is transposed"]),
        (W.T @ W, W.T @ W + np.triu(np.ones((3, 3)), 1), ["3 of 9 numbers are wrong"]),
        (np.arange(9).reshape(3, 3).T, np.arange(9.0).reshape(3, 3), ["transposed: it is the transpose of what is"]),
        (np.tile(W.sum(0), (2, 1)), W, ["reduction: each entry is the sum of what is wanted over axis 0"]),
        (np.roll(W[1], 1), W[1], ["shifted: along axis 0 what is wanted at i stands at i + 1"]),
        (W + 0.5, W, ["missing term: 0.5 is too much"]),
        (0 * W, W, ["zero: it is zero everywhere\n"]),
        (np.where([[True], [False]], W, 0), W, ["3 of 6 numbers are wrong, in row 1", "some rows: it is zero there"]),
        (W[:, :, None], W, ["an axis of length 1 is too much"]),
        (W.sum(), W, ["it is one number; was too much summed?"]),
        (W, W.sum(1), ["is a sum missing, or over the wrong axis?"]),
        (np.array([1.0, np.nan]), np.array([1.0, 2.0]), ["overflow: it[1] is nan, but 2 is wanted"]),
        (np.array([1.0, 2.0]), np.array([1.0, -np.inf]), ["it[1] is 2, but -inf is wanted"]),
        (
            np.array([2.0, -np.inf]),
            np.array([1.0, -np.inf]),
            ["it[0] is 2, but 1 is wanted", "1 of 1 numbers is"],
        ),
        (1.0000001, 1, ["it is 1.0000001, but 1 is wanted"]),
        (0.0, 0.25, ["it is 0, but 0.25 is wanted\n"]),
        (W * [[2], [3]], W, ["factor: in each row it is a multiple of what is wanted: is one wrong for this row?"]),
        (-0.25, 0.25, ["it is -0.25, but 0.25 is wanted", "sign"]),
        (None, W, ["it is None: is a return missing"]),
        (..., 1.0, ["it is ...: is a return missing"]),
        ("text", 1.0, ["it must be one real number, not 'text'"]),
        ([[1, 2], [3]], np.eye(2), ["it must be an array of real numbers"]),
        (1j, 1.0, ["one real number, not 1j"]),
        (W, sparse.csr_array(W), ["it is an array of NumPy, but a sparse array is wanted"]),
        (sparse.csr_array(W), W, ["it is a sparse array, but an array of NumPy is wanted"]),
        (sparse.csr_array(-W), sparse.csr_array(W), ["sign"]),
        (["a", "b"], ["b", "a"], ["order: it holds the right ones in another order: [0] is 'a', not 'b'"]),
        (["a"], ["a", "b"], ["it lacks 'b'"]),
        (["a", "c"], {"a", "b"}, ["it lacks 'b' and should not hold 'c'"]),
        ("ab", ["a", "b"], ["it must be a list, not 'ab'"]),
        ({"a": 1.0}, {"a": -1.0}, ["it['a'] is 1, but -1 is wanted"]),
        ({"b": 1.0}, {"a": 1.0}, ["the set of keys of it lacks 'a' and should not hold 'b'"]),
        ("a", "b", ["it is 'a', but 'b' is wanted"]),
    ],
)
def test_what_is_wrong_is_said(found, wanted, words):
    with pytest.raises(Wrong) as error:
        same(found, wanted, "it", sizes={"the number of negatives": 5})
    for part in words:
        assert part in f"{error.value}\n"
    assert np.size(wanted) > 1 or "zero" not in str(error.value)


@pytest.mark.parametrize(
    "found, wanted",
    [
        (W * (1 + 1e-8), W),
        (W.tolist(), W),
        (np.float32(0.5), 0.5),
        (2, 2.0),
        (W + 1e-10, W),
        (np.array([-np.inf, 1]), np.array([-np.inf, 1.0])),
        (sparse.csc_array(W), sparse.csr_array(W)),
        (("a", "b"), ["a", "b"]),
        (["b", "a"], {"a", "b"}),
        (np.array(["a", "b"]), ["a", "b"]),
        ({"a": 1.0}, {"a": 1.0}),
        (np.zeros((0, 3)), np.zeros((0, 3))),
    ],
)
def test_what_is_right_passes(found, wanted):
    same(found, wanted, "it")


def test_of_several_things_swapped_ones_and_their_number_are_named():
    same((W, V), (W, V), ("dW", "dV"))
    with pytest.raises(Wrong, match="swapped: it is what is wanted by dV: are the two swapped"):
        same((V, W), (W, V), ("dW", "dV"))
    with pytest.raises(Wrong, match="2 things must be returned, dW, dV, not 3 things"):
        same((W, V, W), (W, V), ("dW", "dV"))
    with pytest.raises(Wrong, match=r"dV has shape \(3, 2\)"):
        same((W, V.T), (W, V), ("dW", "dV"))


def test_mistakes_of_a_step_are_told_in_its_words_unless_they_are_right():
    mistaken = {"missing term: the penalty is not in it": W - 1, "sum: not summed": np.tile(W, (2, 1))}
    for found, words in zip(mistaken.values(), mistaken):
        with pytest.raises(Wrong, match=words):
            same(found, W, "it", mistaken=mistaken)
    same(W, W, "it", mistaken={"nothing": W})
    with pytest.raises(Wrong, match="swapped, and both halved"):
        same((V / 2, W / 2), (W, V), ("a", "b"), mistaken={"swapped, and both halved": (V / 2, W / 2)})


@pytest.mark.parametrize("argument", [W.copy(), sparse.csr_array(W), [1, [2]], {"a": W.copy()}])
def test_a_changed_argument_is_named_before_what_comes_of_it(argument):
    with unchanged(x=argument):
        pass
    with pytest.raises(Wrong, match="in place: x is changed by your function"), unchanged(x=argument):
        if isinstance(argument, list):
            argument[1].append(3)
        elif isinstance(argument, dict):
            argument["a"][0, 0] = 7
        else:
            argument[0, 0] = 7
        raise Wrong("something else")


def test_a_case_is_noted_and_overflow_is_raised():
    with pytest.raises(FloatingPointError) as error, case("x = 1000"), no_overflow():
        np.exp(np.array([1000.0]))
    assert error.value.__notes__ == ["for x = 1000:"]
