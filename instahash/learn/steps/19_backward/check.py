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
            look(answer, *HAND, x, reg)
    rng = np.random.default_rng(19)
    for n_hidden, n_words in ((2, 5), (4, 3)):
        parameters = [rng.normal(size=shape) for shape in ((n_hidden, n_words), n_hidden, (n_words, n_hidden), n_words)]
        with case(f"{n_hidden} hidden units, {n_words} words and reg = 0.1"):
            look(answer, *parameters, rng.choice([0.0, 0.5, 2.0], n_words), 0.1)
        with case("a post without words, x = 0"):
            look(answer, *parameters, np.zeros(n_words), 0.1)


def look(answer, V, mu, U, b, x, reg):
    with unchanged(V=V, mu=mu, U=U, b=b, x=x):
        found = answer.backward(V, mu, U, b, x, reg)
    if not isinstance(found, (tuple, list)) or len(found) != 4:
        raise Wrong("four arrays are wanted, in this order: dV, dmu, dU, db")
    _, _, dmu, _, db = reference.loss_and_gradients(V, mu, U, b, x[None], x[None], reg=reg)
    h = reference.forward(V, mu, U, b, x[None])[0][0]
    dh = U.T @ db
    mistaken = {
        "the slope of the sigmoid is missing between dh and dz": dh,
        "the slope is h (1 - h) here, which is for h = sigmoid(z); h has 1/2 taken off: (1/2 + h)(1/2 - h)": dh
        * h
        * (1 - h),
        "the pull is on V and U only; mu and b are free of it": dmu + reg * mu,
    }
    # From the back, since what is wrong there is wrong in all that follows.
    same(found[3], db, "db", mistaken={"the pull is on V and U only; mu and b are free of it": db + reg * b})
    same(found[1], dmu, "dmu", mistaken=mistaken)
    check_gradient(
        lambda V, mu, U, b: reference.loss_and_gradients(V, mu, U, b, x[None], x[None], reg=reg)[0],
        lambda V, mu, U, b: answer.backward(V, mu, U, b, x, reg),
        V,
        mu,
        U,
        b,
        names=("V", "mu", "U", "b"),
    )
