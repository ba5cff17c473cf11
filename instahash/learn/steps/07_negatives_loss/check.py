"""The loss of drawn words beside a sum word by word."""

import numpy as np

from instahash.learn.compare import Wrong, case, no_overflow, same, unchanged
from instahash.word2vec.reference import log_sigmoid


def check(answer):
    C, drawn = np.array([[1.0, 0.0], [0.0, -1.0], [1.0, -1.0]]), np.array([1, 2, 2])
    # With the numbers of the text different mistakes look alike, so they are named with others.
    with case("w = (1, 2), C and drawn of the text"):
        name_mistake(answer, np.array([1.0, 2.0]), C, drawn)
    with case("the example of the text"):
        look(answer, np.full(2, np.log(3)), C, drawn)
    rng = np.random.default_rng(7)
    for n_words, dim, n in ((5, 3, 4), (1, 2, 6), (6, 6, 6), (4, 2, 0)):
        with case(f"{n_words} words, vectors of {dim} numbers, {n} words drawn"):
            look(answer, rng.normal(size=dim), rng.normal(size=(n_words, dim)), rng.integers(n_words, size=n))
    with case("scores of 1000 and -1000"), no_overflow():
        look(answer, np.array([1000.0]), np.array([[1.0], [-1.0]]), np.array([0, 1, 1]))


def look(answer, w, C, drawn):
    with unchanged(w=w, C=C, drawn=drawn):
        found = answer.negatives_loss(w, C, drawn)
    same(found, losses(w, C, drawn).sum(), "the loss")


def name_mistake(answer, w, C, drawn):
    with unchanged(w=w, C=C, drawn=drawn):
        found = answer.negatives_loss(w, C, drawn)
    right = losses(w, C, drawn).sum()
    mistaken = {
        "sign: it is minus the loss; a loss is never below 0": -right,
        "sign: it is the sum of -log s(x), which is small where scores are high": losses(-w, C, drawn).sum(),
        "a word that was drawn twice should count twice": losses(w, C, np.unique(drawn)).sum(),
        "it is the loss of all rows of C; only those of the drawn words count": losses(w, C, range(len(C))).sum(),
        "the scores are added up, and then a loss is made; add up the losses": -log_sigmoid(-(C[drawn] @ w).sum()),
        "factor: it is the mean of the losses, not their sum": losses(w, C, drawn).mean(),
        "it is the loss of the first word only: is the return inside of a loop?": losses(w, C, drawn)[0],
        "it is the loss of the last word only; are they added up?": losses(w, C, drawn)[-1],
    }
    for sentence, loss in mistaken.items():
        try:
            same(found, loss, "the loss")
        except Wrong:
            continue
        raise Wrong(sentence)


def losses(w, C, words):
    return np.array([-log_sigmoid(-(C[word] @ w)) for word in words])
