"""The loss beside that of `instahash.autorec.reference`."""

from itertools import product

import numpy as np

from instahash.autorec import reference
from instahash.learn.compare import Wrong, case, same, unchanged

# V, mu, U, b and x.
HAND = (
    np.array([[1.0, -1.0, 2.0]]),
    np.array([np.log(3)]),
    np.array([[-4.0], [-2.0], [2.0]]),
    np.array([2.0, 3.0, 0.0]),
    np.array([2.0, 2.0, 0.0]),
)


def check(answer):
    networks = [network(18, *sizes) for sizes in ((2, 5), (4, 3), (6, 40))]
    # With numbers as round as those of the text different mistakes look alike, so they are named with others.
    with case("2 hidden units, 5 words and reg = 0.3"):
        name_mistake(answer, networks[0], 0.3)
    for reg in (0.0, 0.1):
        with case(f"the example of the text with reg = {reg}"):
            look(answer, HAND, reg)
    for of_a_post in networks:
        with case("{} hidden units, {} words and reg = 0.3".format(*of_a_post[0].shape)):
            look(answer, of_a_post, 0.3)


def network(seed, n_hidden, n_words):
    """Its parameters, and a post."""
    rng = np.random.default_rng(seed)
    shapes = (n_hidden, n_words), n_hidden, (n_words, n_hidden), n_words
    return [*(rng.normal(size=shape) for shape in shapes), rng.permutation([0.0, 0.5, 2.0] * n_words)[:n_words]]


def called(answer, network, reg):
    V, mu, U, b, x = network
    with unchanged(V=V, mu=mu, U=U, b=b, x=x):
        return answer.loss(V, mu, U, b, x, reg)


def look(answer, network, reg):
    V, mu, U, b, x = network
    J = reference.loss_and_gradients(V, mu, U, b, x[None], x[None], reg=reg)[0]
    same(called(answer, network, reg), J, "J")


def name_mistake(answer, network, reg):
    V, mu, U, b, x = network
    e = reference.forward(V, mu, U, b, x[None])[1][0] - x
    half, of_V, of_U = (e**2).sum() / 2, reg / 2 * (V**2).sum(), reg / 2 * (U**2).sum()
    pull = of_V + of_U
    lengths, sizes = np.linalg.norm(V) + np.linalg.norm(U), abs(V).sum() + abs(U).sum()
    of_errors = {
        "": half,
        "factor: the 1/2 before the sum of the squared errors is missing": 2 * half,
        "reduction: the squared errors are averaged over the words here; J has their sum": half / len(x),
        "reduction: the sum of the errors is squared; square each, then sum": e.sum() ** 2 / 2,
        "reduction: the sum of the errors is squared; square each, then sum, and take half": e.sum() ** 2,
        "the errors are not squared": e.sum() / 2,
        "half of the sum of the absolute errors was taken; square each error": abs(e).sum() / 2,
        "missing term: the errors are missing, only the pull is there": 0,
    }
    of_pull = {
        "": pull,
        "missing term: the pull is missing: reg/2 (|V|^2 + |U|^2)": 0,
        "sign: the pull is taken away here; large weights must cost something, so it is added": -pull,
        "factor: the pull is reg times the squares here; it is reg/2 times": 2 * pull,
        "missing term: the pull has V only; it has U as well": of_V,
        "missing term: the pull has U only; it has V as well": of_U,
        "too much: the biases are pulled too; the pull has V and U only": pull + reg / 2 * (mu @ mu + b @ b),
        "the pull has absolute values here; it has the squares": reg / 2 * sizes,
        "the pull has the lengths |V| and |U| here; it has their squares": reg / 2 * lengths,
        "the pull has the squares of sums here; square each weight, then sum": reg / 2 * (V.sum() ** 2 + U.sum() ** 2),
    }
    found = called(answer, network, reg)
    # Also two mistakes at once: one in each part.
    for (error, first), (other, second) in product(of_errors.items(), of_pull.items()):
        try:
            same(found, first + second, "J")
        except Wrong:
            continue
        if error or other:
            raise Wrong("\n".join(filter(None, (error, other))))
