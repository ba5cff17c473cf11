"""The gradient of the expected loss beside the example, then beside differences of the reference's loss."""

import numpy as np

from instahash.learn.compare import case, no_overflow, same, unchanged
from instahash.testing import check_gradient
from instahash.word2vec import reference


def check(answer):
    w, C, P = np.full(2, np.log(3)), np.array([[1.0, 0.0], [0.0, -1.0], [1.0, -1.0]]), np.array([1 / 2, 1 / 4, 1 / 4])
    with case("the example of the text"):
        with unchanged(w=w, C=C, P=P):
            found = answer.expected_gradient(w, C, 0, P, 2)
        same(found, of([1 / 2, 1 / 8, 1 / 4], w, C), ("dw", "dC"), mistaken=mistaken(w, C))
    rng = np.random.default_rng(11)
    for n_words, dim, k in ((5, 3, 5), (1, 2, 1), (4, 4, 3), (12, 2, 15)):
        w, C, P = rng.normal(size=dim), rng.normal(size=(n_words, dim)), rng.dirichlet(np.ones(n_words))
        with case(f"{n_words} words, vectors of {dim} numbers, k = {k}"), unchanged(P=P):
            compare(answer, w, C, int(rng.integers(n_words)), P, k)
    with case("scores of 1000 and -1000"), no_overflow():
        w, C = np.array([1000.0, 1.0]), np.array([[1.0, 0.0], [-1.0, 0.0]])
        same(answer.expected_gradient(w, C, 1, np.array([1.0, 0.0]), 2), of([2, -1], w, C), ("dw", "dC"))


def of(errors, w, C):
    return np.array(errors) @ C, np.outer(errors, w)


def mistaken(w, C):
    return {
        "missing term: the error of the pair is not there": of([3 / 4, 1 / 8, 1 / 4], w, C),
        "missing term: word j has the pair's error only; it is a negative as well": of([-1 / 4, 1 / 8, 1 / 4], w, C),
        "missing term: the errors of the negatives are not there": of([-1 / 4, 0, 0], w, C),
        "missing term: the error of the pair is s(x); it should be 0 where s(x) is 1": of([3 / 2, 1 / 8, 1 / 4], w, C),
        "factor: k is not there": of([1 / 8, 1 / 16, 1 / 8], w, C),
        "factor: k multiplies the error of the pair too": of([1 / 4, 1 / 8, 1 / 4], w, C),
        "factor: P is not there; each word counts as often as it is drawn": of([5 / 4, 1 / 2, 1], w, C),
        "sign: both are minus the derivatives": of([-1 / 2, -1 / 8, -1 / 4], w, C),
        "sign: the errors of the negatives should be above 0": of([-1, -1 / 8, -1 / 4], w, C),
    }


def compare(answer, w, C, j, P, k):
    def loss(w, C):
        return reference.expected_loss(w[None], C, [(0, j)], P, k)[0]

    sizes = {"k": k} if k > 1 else {}
    gradient = lambda w, C: answer.expected_gradient(w, C, j, P, k)  # noqa: E731
    check_gradient(loss, gradient, w, C, names=["w", "C"], sizes=sizes)
