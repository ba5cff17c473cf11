"""The gradient of a batch beside the reference's, and differences of the loss."""

import numpy as np

from instahash.autorec import reference
from instahash.learn.compare import Wrong, case, same, unchanged
from instahash.testing import check_gradient

NAMES = "V", "mu", "U", "b"


def check(answer):
    log3 = np.log(3)
    X, S = np.array([[log3, 0.0, 0.0], [0.0, log3, 0.0]]), np.array([[0.0, -0.5, 1.0], [-1.0, 0.0, -1.5]])
    with case("the example of the text"):
        look(answer, (np.array([[1.0, -1.0, 0.0]]), np.zeros(1), np.array([[4.0], [-2.0], [4.0]]), np.zeros(3)), X, S)
    rng = np.random.default_rng(21)
    for m, n_hidden, n_words in ((3, 2, 5), (7, 4, 3), (1, 2, 4), (5, 3, 5)):
        parameters = [rng.normal(size=shape) for shape in ((n_hidden, n_words), n_hidden, (n_words, n_hidden), n_words)]
        X = rng.choice([0.0, 0.5, 2.0], (m, n_words))
        with case(f"{m} posts, {n_hidden} hidden units and {n_words} words"):
            look(answer, parameters, X, X)


def look(answer, parameters, X, S):
    V, mu, U, b = parameters
    with unchanged(V=V, mu=mu, U=U, b=b, X=X, S=S):
        found = answer.batch_gradients(V, mu, U, b, X, S)
    if not isinstance(found, (tuple, list)) or len(found) != 4:
        raise Wrong("four arrays are wanted, in this order: dV, dmu, dU, db")
    shapes, wanted = ([sorted(np.shape(a)) for a in arrays] for arrays in (found, (V, mu, U, b)))
    if shapes != wanted and sorted(shapes) == sorted(wanted):
        raise Wrong("order: dV, dmu, dU, db are wanted in this order; yours have the right shapes in another one")
    H, O = reference.forward(V, mu, U, b, X)
    E, slope, m = O - S, (1 / 2 + H) * (1 / 2 - H), len(X)
    # From the back, since what is wrong there is wrong in all that follows.
    same(found[3], E.sum(0) / m, "db", mistaken=sums("db", E, "words"))
    dZ = E @ U * slope
    mistaken = sums("dmu", dZ, "units") | {
        "chain rule: the slope (1/2 + H)(1/2 - H) is missing": (E @ U).sum(0) / m,
        "chain rule: the slope is H (1 - H) here; as H has 1/2 taken off, it is (1/2 + H)(1/2 - H)": (
            E @ U * H * (1 - H)
        ).sum(0)
        / m,
        "chain rule: dZ is the slope alone; E U is missing": slope.sum(0) / m,
    }
    same(found[1], dZ.sum(0) / m, "dmu", mistaken=mistaken)
    if np.shape(found[0]) == V.shape and np.allclose(found[0], dZ.T @ S / m) and not np.allclose(X, S):
        raise Wrong("chain rule: dV is made of S; what stood beside V on the way forward is X")
    check_gradient(
        lambda V, mu, U, b: reference.loss_and_gradients(V, mu, U, b, X, S)[0],
        lambda V, mu, U, b: answer.batch_gradients(V, mu, U, b, X, S),
        *(V, mu, U, b),
        names=NAMES,
        sizes={"m, the number of posts": m} if m > 1 else None,
    )


def sums(name, rows, of):
    """What other sums of these rows, one a post, would give."""
    m, n = rows.shape
    if m == 1:
        return {}
    right = rows.sum(0) / m
    one = f"reduction: {name} has one number for all {of}; sum over the posts only, axis 0"
    return ({one: np.full(n, right.sum())} if n > 1 else {}) | {
        f"factor: {name} is the sum over the posts; J is their mean, so divide by m = {m}": m * right,
        f"reduction: {name} is that of the last post alone": rows[-1],
        f"factor: {name} is divided by m twice": right / m,
        f"axis: {name} is summed over the {of}, axis 1; the posts are axis 0": rows.sum(1) / m,
        f"axis: {name} is summed over the {of}, axis 1; the posts are axis 0, and m is missing": rows.sum(1),
        f"axis: {name} is the mean over the {of}, axis 1; the posts are axis 0": rows.mean(1),
    }
