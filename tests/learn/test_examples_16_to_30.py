"""The numbers in the texts of steps 16 to 30 are what their solutions give."""

import re
import runpy

import numpy as np
import pytest
from scipy import sparse

from instahash.learn.course import steps

WHICH = {step.number: step for step in steps()}
LOG3 = np.log(3)
# One unit, three words: the network of steps 17 to 19.
V, MU, U, B = (
    np.array([[1.0, -1.0, 2.0]]),
    np.array([LOG3]),
    np.array([[-4.0], [-2.0], [2.0]]),
    np.array([2.0, 3.0, 0.0]),
)
X = np.array([2.0, 2.0, 0.0])


class Solved:
    """A step's functions, and whether its text shows what they give."""

    def __init__(self, number):
        self.functions = runpy.run_path(str(WHICH[number].folder / "step.py"))

    def __getattr__(self, name):
        return self.functions[name]

    def shows(self, text, found, *wanted, digits=9):
        """Asserts that the text stands in the docstring, and that the numbers found are those wanted."""
        assert bare(text) in bare(self.functions["__doc__"])
        assert np.ravel(found) == pytest.approx(wanted, abs=0.5 * 10.0**-digits)


def bare(text):
    return re.sub(r"\s+", " ", text)


def test_ratings():
    r = Solved(16)
    r.shows("r 1/2 1 0 -1 1 3/4 1/4", r.ratings([4, 1], [5, 0, 6, 2], 7), 1 / 2, 1, 0, -1, 1, 3 / 4, 1 / 4)


def test_forward():
    step = Solved(17)
    h, o = step.forward(V, MU, U, B, X)
    step.shows("h = 3/4 - 1/2 = 1/4", h, 1 / 4)
    step.shows("(-4, -2, 2) / 4 + (2, 3, 0) = (1, 5/2, 1/2)", o, 1, 5 / 2, 1 / 2)


def test_loss():
    step = Solved(18)
    step.shows("1/2 (1 + 1/4 + 1/4) = 3/4", step.loss(V, MU, U, B, X, 0), 3 / 4)
    step.shows("J = 3/4 + 3/2 = 9/4", step.loss(V, MU, U, B, X, 0.1), 9 / 4)


def test_backward():
    step = Solved(19)
    dV, dmu, dU, db = step.backward(V, MU, U, B, X, 0)
    step.shows("db = do = (-1, 1/2, 1/2)", db, -1, 1 / 2, 1 / 2)
    step.shows("dU = do / 4 = (-1/4, 1/8, 1/8)", dU, -1 / 4, 1 / 8, 1 / 8)
    step.shows("dmu = dz = 3/4", dmu, 3 / 4)
    step.shows("dV = 3/4 (2, 2, 0) = (3/2, 3/2, 0)", dV, 3 / 2, 3 / 2, 0)


def test_enforced_ratings():
    step = Solved(20)
    J, do = step.weighted(np.array([1, 2, 0.5]), np.array([2, 1.5, 0]), 0.2)
    step.shows("J = 1/2 (1 + 1/4 + 0.2/4) = 0.65", J, 0.65)
    step.shows("do = (-1, 1/2, 0.1)", do, -1, 1 / 2, 0.1)


def test_batch():
    step = Solved(21)
    batch, S = LOG3 * np.eye(2, 3), np.array([[0, -0.5, 1], [-1, 0, -1.5]])
    V, U = np.array([[1.0, -1, 0]]), np.array([[4.0], [-2], [4]])
    dV, dmu, dU, db = step.batch_gradients(V, np.zeros(1), U, np.zeros(3), batch, S)
    step.shows("db = 1/2 ((1, 0, 0) + (0, 1/2, 1/2)) = (1/2, 1/4, 1/4)", db, 1 / 2, 1 / 4, 1 / 4)
    step.shows("= (1/8, -1/16, -1/16)", dU, 1 / 8, -1 / 16, -1 / 16)
    step.shows("dmu = 1/2 (3/4 + 3/16) = 15/32", dmu, 15 / 32)
    step.shows("(0.412, 0.103, 0)", dV, 0.412, 0.103, 0, digits=3)


def test_gram_trick():
    step = Solved(22)
    S = sparse.csr_array(np.array([[2.0, 0], [0, 5]]))
    step.shows("J = 19/4", step.loss(np.array([[1.0], [2]]), np.array([[1.0], [3]]), np.array([1.0, 0]), S), 19 / 4)


def test_ridge():
    step = Solved(23)
    H, S = np.array([[0.0], [2]]), np.array([[1.0], [9]])
    found, b = step.ridge(H, S, 3)
    step.shows("so U = 1", found, 1)
    step.shows("b = 5 - 1 (1) = 4", b, 4)
    step.shows("The outputs H U' + b are 4 and 6", H @ found.T + b, 4, 6)


def test_spectrum():
    step = Solved(24)
    posts = np.array([[0, 0], [2, 2], [1.5, 0.5], [0.5, 1.5]])
    O = step.best_outputs(posts, 1)
    assert O == pytest.approx(np.array([[0, 0], [2, 2], [1, 1], [1, 1]]))
    step.shows("|O - X|^2 = 1 ", ((O - posts) ** 2).sum(), 1)
    step.shows("d = (2, 1)", np.linalg.svd(posts - 1)[1], 2, 1)


def test_softmax():
    step = Solved(25)
    o, s = np.log([1, 2, 5]), np.array([0, 1, 1])
    step.shows("J = 2 log 8 - log 2 - log 5 = 1.856", step.loss(o, s), 1.856, digits=3)
    step.shows("do = (1/4, -1/2, 1/4)", step.loss_gradient(o, s), 1 / 4, -1 / 2, 1 / 4)


def test_dropout():
    step = Solved(26)
    draws = np.array([0.9, 0.1, 0.5, 0.3])
    kept, dh = step.dropout(np.array([0.2, -0.4, 0.1, 0.3]), np.arange(1, 5), draws, 0.2)
    step.shows("kept = (0.25, 0, 0.125, 0.375)", kept, 0.25, 0, 0.125, 0.375)
    step.shows("dh = (1.25, 0, 3.75, 5)", dh, 1.25, 0, 3.75, 5)


def test_directional():
    step = Solved(27)
    said, seen = step.along(lambda a, b: a**3 * b, [2, 1], [12, 8], [1, -1], 0.1)
    step.shows("said = 12 (1) + 8 (-1) = 4", said, 4)
    step.shows("(8.3349 - 7.5449) / 0.2 = 3.95", seen, 3.95)


def test_property():
    step = Solved(28)
    step.shows("and says [0, 0]", step.smallest_failure(5), 0, 0)


def test_recipe():
    step = Solved(29)
    outputs, tags = np.array([0.2, 0.9, -0.1, -0.6, 0.7, 0.4, -0.9]), np.array([1, 1, 1, 1, 0, 1, 0])
    step.shows("3. [0, 5]", step.recommend([4, 0, 5, 2], outputs, tags), 0, 5)
    step.shows("3. [1, 5, 0, 2]", step.recommend([4, 0, 5, 2], outputs - 1, tags), 1, 5, 0, 2)


def test_better():
    step = Solved(30)
    found = step.fuse([np.array([[0.5, 0.3, 0.1]]), np.array([[10.0, 30, 20]])])
    step.shows("sum ( 0, 1.225, -1.225)", found, 0, 1.225, -1.225, digits=3)
    values = runpy.run_path(str(WHICH[30].folder / "picture.py"))["values"]
    measured = list(values(step).values())
    step.shows("the probabilities have an nDCG@10 of 0.52", measured[0], 0.52, digits=2)
    step.shows("the log ratios 0.37, and their plain sum 0.47", measured[1:3], 0.37, 0.47, digits=2)
    step.shows("Standardised the sum has 0.54", measured[3], 0.54, digits=2)
