"""The differences of functions whose slopes are known, entry by entry."""

import numpy as np

from instahash.learn.compare import Wrong, case, same

SECOND_NAME = "plus = X makes no copy, it is a second name of X, and so is minus = X: take X.copy()"


def check(answer):
    X, h = np.arange(1.0, 7.0).reshape(2, 3), 0.1
    with case("f(X) = the sum of the squares of X, X = [[1, 2, 3], [4, 5, 6]], h = 0.1"):
        look(answer, lambda X: (X**2).sum(), X, h, 2 * X)
    rng = np.random.default_rng(5)
    for shape in ((4,), (3, 2), (2, 1, 3), (0, 2)):
        X, weights = rng.normal(size=shape), rng.normal(size=shape)
        right = weights * np.cos(X) * np.sin(h) / h  # the central difference of sin is cos(x) sin(h) / h
        with case(f"f(X) = the sum of weights * sin(X), X of shape {shape}"):
            look(answer, lambda X, weights=weights: float((weights * np.sin(X)).sum()), X, h, right)


def look(answer, f, X, h, right):
    def of_whole_array(Y):
        if np.shape(Y) != X.shape:
            raise Wrong(f"f wants an array like X, of shape {X.shape}; your lines give it one of shape {np.shape(Y)}")
        return f(Y)

    before = X.copy()
    found = answer.differences(of_whole_array, X, h)
    if not np.array_equal(X, before):
        raise Wrong(f"in place: {how_changed(found, f, X, before, h)}")
    moved_before = np.cumsum(right).reshape(right.shape)
    only_first = np.where(np.arange(X.size).reshape(X.shape) == 0, right, 0)
    mistaken = {
        "only the first entry of G is there: is the return inside of the loop?": only_first,
        "zero: all of G is 0; is h added to the entry, or put in its place?": np.zeros(X.shape),
        "all entries of X are moved at once; move one, and the others stay": np.full(right.shape, right.sum()),
        "entries that were moved before are still moved when the next one is": moved_before,
        "factor: it is twice the slope; the two points are 2 h apart": 2 * right,
        f"half: one of the two points is X itself; {SECOND_NAME}": one_sided(f, X, -h) / 2,
        "half: the second point is X itself; from x + h to x - h it takes 2 h, or a new copy": one_sided(f, X, h) / 2,
        "brackets: Python divides by 2 and then multiplies by h": right * h**2,
        "the numbers are right, but they stand in one row: G must have the shape of X": right.ravel(),
        "one side: go to both sides of X": one_sided(f, X, h),
    }
    same(found, right, "G", mistaken=mistaken)


def how_changed(found, f, X, before, h):
    """The mistake behind an X that is not what it was."""
    if not np.allclose(X, before):
        return "X is changed; move a copy of it"
    if any(_alike(found, G) for G in (np.zeros(X.shape), one_sided(f, before, h) / 2, one_sided(f, before, -h) / 2)):
        return SECOND_NAME
    return "X is back only nearly, since x + h - 2 h + h is rounded; put back the number itself, or take a copy"


def _alike(found, G):
    return np.shape(found) == G.shape and np.allclose(found, G)


def one_sided(f, X, h):
    slopes = [(f(X + h * (np.arange(X.size).reshape(X.shape) == i)) - f(X)) / h for i in range(X.size)]
    return np.array(slopes).reshape(X.shape)
