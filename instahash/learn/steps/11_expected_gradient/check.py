"""The gradient of the expected loss beside the example, then beside differences of the reference's loss."""

import numpy as np

from instahash.learn.compare import Wrong, case, no_overflow, same, unchanged
from instahash.testing import check_gradient
from instahash.word2vec import reference

# What a mistake makes of the errors of the example, which are (1/2, 1/8, 1/4).
ERRORS = {
    "missing term: the error of the pair is not there": (3 / 4, 1 / 8, 1 / 4),
    "missing term: word j has the pair's error only; it is a negative as well": (-1 / 4, 1 / 8, 1 / 4),
    "missing term: the errors of the negatives are not there": (-1 / 4, 0, 0),
    "missing term: the error of the pair is s(x); it should be 0 where s(x) is 1": (3 / 2, 1 / 8, 1 / 4),
    "factor: k is not there": (1 / 8, 1 / 16, 1 / 8),
    "factor: k multiplies the error of the pair too": (1 / 4, 1 / 8, 1 / 4),
    "factor: P is not there; each word counts as often as it is drawn": (5 / 4, 1 / 2, 1),
    "sign: it is minus the derivative": (-1 / 2, -1 / 8, -1 / 4),
    "sign: the errors of the negatives should be above 0": (-1, -1 / 8, -1 / 4),
    "sign: the error of the pair should be below 0": (1, 1 / 8, 1 / 4),
    "sign: the error of the pair is -s(x); it should be 0 where s(x) is 1": (0, 1 / 8, 1 / 4),
    "the negatives have the errors k P_l (s(x) - 1), as if they had been seen": (-1 / 2, -3 / 8, -1 / 4),
    "all words have the error of the pair; it is for word j alone": (1 / 2, -1 / 8, 0),
}


def check(answer):
    w, C, P = np.full(2, np.log(3)), np.array([[1.0, 0.0], [0.0, -1.0], [1.0, -1.0]]), np.array([1 / 2, 1 / 4, 1 / 4])
    with case("the example of the text"):
        with unchanged(w=w, C=C, P=P):
            found = answer.expected_gradient(w, C, 0, P, 2)
        of_example(found, w, C)
    rng = np.random.default_rng(11)
    for n_words, dim, k in ((5, 3, 5), (1, 2, 1), (4, 4, 3), (12, 2, 15)):
        w, C, P = rng.normal(size=dim), rng.normal(size=(n_words, dim)), rng.dirichlet(np.ones(n_words))
        with case(f"{n_words} words, vectors of {dim} numbers, k = {k}"), unchanged(P=P):
            compare(answer, w, C, int(rng.integers(n_words)), P, k)
    with case("scores of 1000 and -1000"), no_overflow():
        w, C = np.array([1000.0, 1.0]), np.array([[1.0, 0.0], [-1.0, 0.0]])
        right = np.array([2, -1]) @ C, np.outer([2, -1], w)
        same(answer.expected_gradient(w, C, 1, np.array([1.0, 0.0]), 2), right, ("dw", "dC"))


def of_example(found, w, C):
    errors = np.array([1 / 2, 1 / 8, 1 / 4])
    if isinstance(found, (tuple, list)) and len(found) == 2:
        if [np.shape(a) for a in found] == [C.shape, w.shape]:
            raise Wrong("swapped: dw comes first, then dC")
        of_dw = {f"dw: {sentence}": np.array(wrong) @ C for sentence, wrong in ERRORS.items()}
        same(found[0], errors @ C, "dw", mistaken=of_dw)
        of_dC = {f"dC: {sentence}": np.outer(wrong, w) for sentence, wrong in ERRORS.items()}
        same(found[1], np.outer(errors, w), "dC", mistaken=of_dC)
    same(found, (errors @ C, np.outer(errors, w)), ("dw", "dC"))


def compare(answer, w, C, j, P, k):
    def loss(w, C):
        return reference.expected_loss(w[None], C, [(0, j)], P, k)[0]

    def gradient(w, C):
        return answer.expected_gradient(w, C, j, P, k)

    check_gradient(loss, gradient, w, C, names=["w", "C"], sizes={"k": k} if k > 1 else {})
