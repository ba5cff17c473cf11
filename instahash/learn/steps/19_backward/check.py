"""The gradient beside differences of the loss."""

import numpy as np

from instahash.autorec import reference
from instahash.learn.compare import Wrong, case, same, unchanged
from instahash.testing import check_gradient

HAND = np.array([[1.0, -1.0, 2.0]]), np.array([np.log(3)]), np.array([[-4.0], [-2.0], [2.0]]), np.array([2.0, 3.0, 0.0])


def check(answer):
    x = np.array([2.0, 2.0, 0.0])
    for reg in (0.0, 0.1):
        with case(f"the example of the text with reg = {reg}"):
            look(answer, HAND, x, reg)
    rng = np.random.default_rng(19)
    for n_hidden, n_words in ((2, 5), (4, 3)):
        parameters = [rng.normal(size=shape) for shape in ((n_hidden, n_words), n_hidden, (n_words, n_hidden), n_words)]
        with case(f"{n_hidden} hidden units, {n_words} words and reg = 0.1"):
            look(answer, parameters, rng.choice([0.0, 0.5, 2.0], n_words), 0.1)
        with case("a post without words, x = 0"):
            look(answer, parameters, np.zeros(n_words), 0.1)


def look(answer, parameters, x, reg):
    V, mu, U, b = parameters
    with unchanged(V=V, mu=mu, U=U, b=b, x=x):
        found = answer.backward(V, mu, U, b, x, reg)
    if not isinstance(found, (tuple, list)) or len(found) != 4:
        raise Wrong("four arrays are wanted, in this order: dV, dmu, dU, db")
    shapes, wanted = ([sorted(np.shape(a)) for a in arrays] for arrays in (found, (V, mu, U, b)))
    if shapes != wanted and sorted(shapes) == sorted(wanted):
        raise Wrong("order: dV, dmu, dU, db are wanted in this order; yours have the right shapes in another one")
    of_outer = ("dV", np.shape(found[0]), V.shape, "dz", "x"), ("dU", np.shape(found[2]), U.shape, "do", "h")
    for name, shape, right, one, other in of_outer:
        if shape not in (right, right[::-1], ()):
            text = f"shape: {name} has shape {shape}, but {right} is wanted"
            raise Wrong(f"{text}: every entry of {one} times every entry of {other}; which of the two makes the rows?")
    _, _, dmu, _, db = reference.loss_and_gradients(V, mu, U, b, x[None], x[None], reg=reg)
    H, O = reference.forward(V, mu, U, b, x[None])
    # From the back, since what is wrong there is wrong in all that follows.
    same(found[3], db, "db", mistaken=mistaken_db(db, b, reg))
    same(found[1], dmu, "dmu", mistaken=mistaken_dmu(dmu, H[0], U.T @ db, mu, reg))
    others = {
        "chain rule: what stands beside V in z = V x + mu is x; dV has another": dmu[:, None] * O + reg * V,
        "chain rule: what stands beside U in o = U h + b is h; dU has another": np.outer(db, dmu) + reg * U,
    }
    for sentence, array in others.items():
        if any(np.shape(f) == array.shape and np.allclose(f, array) for f in (found[0], found[2])):
            raise Wrong(sentence)
    check_gradient(
        lambda V, mu, U, b: reference.loss_and_gradients(V, mu, U, b, x[None], x[None], reg=reg)[0],
        lambda V, mu, U, b: answer.backward(V, mu, U, b, x, reg),
        *(V, mu, U, b),
        names=("V", "mu", "U", "b"),
    )


def mistaken_db(db, b, reg):
    return {
        "too much: the pull is on V and U only; b is free of it": db + reg * b,
        "this is 1/2 e^2 itself; its derivative by o is e": db**2 / 2,
        "e is squared; the derivative of 1/2 e^2 by o is e": db**2,
    }


def mistaken_dmu(dmu, h, dh, mu, reg):
    s = 1 / (1 + np.exp(-h))
    return {
        "chain rule: the slope of the sigmoid is missing between dh and dz": dh,
        "chain rule: the slope is h (1 - h) here; as h has 1/2 taken off, it is (1/2 + h)(1/2 - h)": dh * h * (1 - h),
        "chain rule: the sigmoid is taken of h once more; h has been through it": dh * s * (1 - s),
        "chain rule: dmu is the slope alone; dh is missing": (1 / 2 + h) * (1 / 2 - h),
        "too much: the pull is on V and U only; mu is free of it": dmu + reg * mu,
    }
