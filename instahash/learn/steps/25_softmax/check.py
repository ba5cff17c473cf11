"""The derivative beside that of `instahash.softmax.reference`, and differences of the loss."""

import numpy as np

from instahash.learn.compare import case, no_overflow, same, unchanged
from instahash.softmax import reference
from instahash.testing import check_gradient


def check(answer):
    with case("the example of the text"):
        look(answer, np.log([1.0, 2.0, 5.0]), np.array([0.0, 1.0, 1.0]))
    rng = np.random.default_rng(25)
    for n_words in (4, 9):
        s = rng.permutation([1.0] * 3 + [0.0] * (n_words - 3))
        with case(f"{n_words} words, three of them in the post"):
            look(answer, rng.normal(size=n_words), s)
    with case("a post without words, s = 0"):
        look(answer, rng.normal(size=5), np.zeros(5))
    o, s = np.array([1000.0, -1000.0, 999.0, 0.0]), np.array([0.0, 1.0, 1.0, 0.0])
    with case("o = (1000, -1000, 999, 0)"), no_overflow():
        look(answer, o, s)
    o, s = rng.normal(size=6), np.array([1.0, 0.0, 0.0, 1.0, 1.0, 0.0])

    def loss(o):
        return s.sum() * np.logaddexp.reduce(o) - s @ o

    check_gradient(loss, lambda o: answer.loss_gradient(o, s), o, names=["o"])


def look(answer, o, s):
    with unchanged(o=o, s=s):
        found = answer.loss_gradient(o, s)
    # Without codes, the outputs are the biases.
    none = np.zeros((1, 1))
    wanted = reference.output_gradients(np.zeros((len(o), 1)), o, none, s[None])[1][0]
    p = np.exp(o - np.logaddexp.reduce(o))
    n = s.sum()
    mistaken = {
        f"factor: p stands there once, but n = {n:g} words of the post push: log Z is in J n times": p - s,
        "sign: it is minus the derivative, s - n p": s - n * p,
        "some rows: do is zero for words that the post has not; but their outputs are in Z too": s * (n * p - 1),
        "some rows: do is zero for absent words; but their outputs are in Z too": s * (p - 1),
        "chain rule: this is the derivative of p, p (1 - p); J has log Z, whose derivative is p": p * (1 - p),
        "missing term: the part of the sum of s_j o_j is not there": n * p,
        "factor: s is there n times; only log Z is": n * (p - s),
        "chain rule: log p is not p; the derivative of log Z by o is p": n * np.log(np.maximum(p, 1e-300)) - s,
        "factor: n is the number of the post's words, the sum of s, not of all words": len(s) * p - s,
        "chain rule: this is the derivative by p, -s/p; o is what moves, and it moves every p": -s
        / np.maximum(p, 1e-300),
        "missing term: the part of n log Z is not there": -s,
    }
    same(found, wanted, "do", mistaken=mistaken if n > 1 else {}, atol=1e-12)
