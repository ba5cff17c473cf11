"""Texts in arrays: what is put in comes out, and what is malformed is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.texts import texts_from_arrays, texts_to_arrays

AB = np.frombuffer(b"ab", np.uint8)


@given(st.lists(st.text(st.characters())))
def test_round_trip(texts):
    arrays = texts_to_arrays(texts, "users")
    assert set(arrays) == {"users_bytes", "users_ends"} and texts_from_arrays(arrays, "users") == texts


@pytest.mark.parametrize(
    "content, ends",
    [
        (AB, np.array([3])),
        (AB, np.array([1])),
        (AB, np.array([2, 1, 2])),
        (AB, np.array([-1, 2])),
        (AB, np.array([], np.int64)),
        (AB, np.array([2.0])),
        (AB, np.array([[2]])),
        (AB.view(np.int8), np.array([2])),
        (np.frombuffer("é".encode(), np.uint8), np.array([1, 2])),
    ],
)
def test_what_is_malformed_is_refused(content, ends):
    with pytest.raises(ValueError):
        texts_from_arrays({"x_bytes": content, "x_ends": ends}, "x")
