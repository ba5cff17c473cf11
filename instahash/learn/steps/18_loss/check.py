"""The loss beside that of `instahash.autorec.reference`."""

import numpy as np

from instahash.autorec import reference
from instahash.learn.compare import case, same, unchanged

HAND = np.array([[1.0, -1.0, 2.0]]), np.array([np.log(3)]), np.array([[-4.0], [-2.0], [2.0]]), np.array([2.0, 3.0, 0.0])


def check(answer):
    x = np.array([2.0, 2.0, 0.0])
    for reg in (0.0, 0.1):
        with case(f"the example of the text with reg = {reg}"):
            look(answer, HAND, x, reg)
    rng = np.random.default_rng(18)
    for n_hidden, n_words in ((2, 5), (4, 3), (6, 40)):
        parameters = [rng.normal(size=shape) for shape in ((n_hidden, n_words), n_hidden, (n_words, n_hidden), n_words)]
        with case(f"{n_hidden} hidden units, {n_words} words and reg = 0.3"):
            look(answer, parameters, rng.choice([0.0, 0.0, 0.5, 2.0], n_words), 0.3)


def look(answer, parameters, x, reg):
    V, mu, U, b = parameters
    with unchanged(V=V, mu=mu, U=U, b=b, x=x):
        found = answer.loss(V, mu, U, b, x, reg)
    J = reference.loss_and_gradients(V, mu, U, b, x[None], x[None], reg=reg)[0]
    e = reference.forward(V, mu, U, b, x[None])[1][0] - x
    fit, pull = (e**2).sum() / 2, reg / 2 * ((V**2).sum() + (U**2).sum())
    same(
        found,
        J,
        "J",
        mistaken={
            "the 1/2 before the sum of the squared errors is missing": 2 * fit + pull,
            "the squared errors are averaged over the words here; J has their sum": fit / len(x) + pull,
            "reduction: the errors are summed first and squared then; square each error": e.sum() ** 2 / 2 + pull,
            "half of the sum of the absolute errors was taken; square each error": abs(e).sum() / 2 + pull,
            "the pull is missing: reg/2 (|V|^2 + |U|^2)": fit,
            "the pull is taken away here; large weights must cost something, so it is added": fit - pull,
            "the pull is reg times the squares here; it is reg/2 times": fit + 2 * pull,
            "the pull has V only; it has U as well": fit + reg / 2 * (V**2).sum(),
            "the pull has U only; it has V as well": fit + reg / 2 * (U**2).sum(),
            "the pull has absolute values here; it has the squares": fit + reg / 2 * (abs(V).sum() + abs(U).sum()),
            "the biases are pulled too; the pull has V and U only": fit
            + pull
            + reg / 2 * ((mu**2).sum() + (b**2).sum()),
            "the pull has the lengths |V| and |U| here; it has their squares": fit
            + reg / 2 * (np.linalg.norm(V) + np.linalg.norm(U)),
        },
    )
