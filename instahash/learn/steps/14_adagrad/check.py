"""Steps of Adagrad beside the reference's, one after the other."""

import numpy as np

from instahash.learn.compare import Wrong, case, no_overflow, same, unchanged
from instahash.word2vec import reference

NOTHING = (
    "in place: neither A nor A2 is changed; write into both, and A2[i] first: it must have grown before you look if it "
    "is 0"
)


def check(answer):
    A, A2 = np.array([[1.0, 1.0], [5.0, 5.0]]), np.array([0.0, 4.0])
    with case("A = [[1, 1], [5, 5]], A2 = (0, 4), i = 0, g = (1, 7), rate = 0.5"), no_overflow():
        look(answer, A, A2, 0, np.array([1.0, 7.0]), 0.5)
    with case("the same once more: A2 = (25, 4)"):
        look(answer, A, A2, 0, np.array([1.0, 7.0]), 0.5)
    with case("a gradient of zeros in row 0, where A2[0] is 0"), no_overflow():
        look(answer, np.ones((2, 3)), np.array([0.0, 1.0]), 0, np.zeros(3), 0.1)
    rng = np.random.default_rng(14)
    for n_words, dim in ((3, 4), (1, 1), (5, 5)):
        A, A2 = rng.normal(size=(n_words, dim)), rng.random(n_words)
        with case(f"a random A of shape {n_words, dim}"):
            look(answer, A, A2, n_words - 1, rng.normal(size=dim), 0.05)


def look(answer, A, A2, i, g, rate):
    """One step of both; A and A2 are then those of the student, which are right."""
    old, old2, mean = A.copy(), A2.copy(), np.mean(g**2)
    right, right2 = A.copy(), A2.copy()
    reference.adagrad_rows(right, right2, np.array([i]), g[None], rate)
    with unchanged(g=g):
        answer.adagrad(A, A2, i, g, rate)
    if g.any() and np.array_equal(A, old) and np.array_equal(A2, old2):
        raise Wrong(NOTHING)
    if g.any() and np.array_equal(A, old):
        raise Wrong("in place: A is as it was; your lines must write into the array of the caller, into its row i")
    if mean not in (0, old2[i]) and np.array_equal(A2, old2):
        raise Wrong("in place: A2 is as it was; your lines must write into the array of the caller, into its entry i")
    if np.delete(A != old, i, axis=0).any() or np.delete(A2 != old2, i).any():
        raise Wrong("rows: other rows than row i are changed; a step is for row i of A and entry i of A2 alone")

    def after(A2_i, step):
        new, new2 = old.copy(), old2.copy()
        new[i], new2[i] = old[i] - step, A2_i
        return new, new2

    root, grown = np.sqrt(max(right2[i], 1e-300)), right2[i]
    mistaken = {
        "sum: A2[i] grows by the sum of the squares; it should be their mean": sum_of_squares(old2[i], g, rate, after),
        "sign: A[i] goes along the gradient; it should go against it": after(grown, -rate * g / root),
        "root: the step is divided by A2[i] itself": after(grown, rate * g / max(grown, 1e-300)),
        "missing term: A2[i] forgets the gradients before": after(mean, rate * g / np.sqrt(max(mean, 1e-300))),
        "order: the step is divided by the root of A2[i] as it was before it has grown": after(
            grown, rate * g / np.sqrt(max(old2[i], 1e-300))
        ),
        "factor: the rate is not there": after(grown, g / root),
        "square: A2[i] grows by the square of the mean; square first": square_of_mean(old2[i], g, rate, after),
    }
    same((A, A2), (right, right2), ("A", "A2"), mistaken=mistaken)


def sum_of_squares(old2, g, rate, after):
    grown = old2 + (g**2).sum()
    return after(grown, rate * g / np.sqrt(max(grown, 1e-300)))


def square_of_mean(old2, g, rate, after):
    grown = old2 + g.mean() ** 2
    return after(grown, rate * g / np.sqrt(max(grown, 1e-300)))
