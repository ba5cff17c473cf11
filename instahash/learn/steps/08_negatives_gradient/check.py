"""The gradient of drawn words beside the example, then beside differences of a loss word by word."""

import numpy as np

from instahash.learn.compare import Wrong, case, no_overflow, same, unchanged
from instahash.testing import check_gradient
from instahash.word2vec.reference import log_sigmoid


def check(answer):
    w, C, drawn = np.full(2, np.log(3)), np.array([[1.0, 0.0], [0.0, -1.0], [1.0, -1.0]]), np.array([1, 2, 2])
    with case("the example of the text"):
        with unchanged(w=w, C=C, drawn=drawn):
            found = answer.negatives_gradient(w, C, drawn)
        of_example(found, w, C, drawn)
    rng = np.random.default_rng(8)
    for n_words, dim, n in ((5, 3, 2), (3, 2, 7), (1, 4, 3), (4, 2, 0)):
        w, C, drawn = rng.normal(size=dim), rng.normal(size=(n_words, dim)), rng.integers(n_words, size=n)
        with case(f"{n_words} words, vectors of {dim} numbers, drawn = {drawn.tolist()}"), unchanged(drawn=drawn):
            compare(answer, w, C, drawn)
    with case("scores of 1000 and -1000"), no_overflow():
        w, C = np.array([1000.0, 1.0]), np.array([[1.0, 0.0], [-1.0, 0.0]])
        same(answer.negatives_gradient(w, C, np.array([0, 1])), (C[0], np.array([w, 0 * w])), ("dw", "dC"))


def of_example(found, w, C, drawn):
    errors, of_words = np.array([1 / 4, 1 / 2, 1 / 2]), np.array([0, 1 / 4, 1])
    rows, dC = C[drawn], np.outer(of_words, w)
    dw = errors @ rows
    if isinstance(found, (tuple, list)) and len(found) == 2:
        if [np.shape(a) for a in found] == [C.shape, w.shape]:
            raise Wrong("swapped: dw comes first, then dC")
        if found[1] is None:
            raise Wrong("dC is None: is it what np.add.at gave? That changes its array in place, and returns nothing")
        mistaken = {
            "sign: it is minus the derivative": -dw,
            "missing term: dw is the sum of the drawn rows, without their errors": rows.sum(0),
            "sign: your errors are s(x) - 1, those of words that were seen with the centre": (errors - 1) @ rows,
            "all rows of C are in dw; only those of the drawn words count": np.array([3 / 4, 1 / 4, 1 / 2]) @ C,
            "repeated: word 2 was drawn twice, but is in dw once": np.array([0, 1 / 4, 1 / 2]) @ C,
            "factor: dw is divided by how many words were drawn": dw / 3,
        }
        same(found[0], dw, "dw", mistaken=mistaken)
        mistaken = {
            "repeated: word 2 was drawn twice, but only one of its parts is in row 2": np.outer([0, 1 / 4, 1 / 2], w),
            "shape: the rows of dC are the drawn words here; row l should belong to word l": np.outer(errors, w),
            "missing term: w is added to the rows of dC without the errors": np.outer([0, 1, 2], w),
            "dC is what is wanted plus C; it should start from zeros": dC + C,
            "swapped: the rows of dC hold c_l; the error of word l times the other vector belongs there": C
            * of_words[:, None],
        }
        same(found[1], dC, "dC", mistaken=mistaken)
    same(found, (dw, dC), ("dw", "dC"))


def compare(answer, w, C, drawn):
    def loss(w, C):
        return float(sum(-log_sigmoid(-(C[word] @ w)) for word in drawn))

    check_gradient(loss, lambda w, C: answer.negatives_gradient(w, C, drawn), w, C, names=["w", "C"])
