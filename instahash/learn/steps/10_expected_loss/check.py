"""The expected loss of a pair beside the reference's."""

import numpy as np

from instahash.learn.compare import case, no_overflow, same, unchanged
from instahash.word2vec import reference
from instahash.word2vec.reference import log_sigmoid


def check(answer):
    C = np.array([[1.0, 0.0], [0.0, -1.0], [1.0, -1.0]])
    with case("the example of the text"):
        look(answer, np.full(2, np.log(3)), C, 0, np.array([1 / 2, 1 / 4, 1 / 4]), 2)
    rng = np.random.default_rng(10)
    for n_words, dim, k in ((5, 3, 5), (1, 2, 1), (4, 4, 3), (30, 2, 15)):
        with case(f"{n_words} words, vectors of {dim} numbers, k = {k}"):
            w, C, P = rng.normal(size=dim), rng.normal(size=(n_words, dim)), rng.dirichlet(np.ones(n_words))
            look(answer, w, C, int(rng.integers(n_words)), P, k)
    for j in (0, 1):
        with case(f"scores of 1000 and -1000, j = {j}"), no_overflow():
            look(answer, np.array([1000.0]), np.array([[1.0], [-1.0]]), j, np.array([0.25, 0.75]), 3)


def look(answer, w, C, j, P, k):
    with unchanged(w=w, C=C, P=P):
        found = answer.expected_loss(w, C, j, P, k)
    pair, each = -log_sigmoid(C[j] @ w), -log_sigmoid(-(C @ w))
    negatives, others = P @ each, np.arange(len(C)) != j
    mistaken = {
        "missing term: the negatives are not there": pair,
        "missing term: the pair is not there": k * negatives,
        "sign: the pair has -log s(-x), the loss of words that were not seen together": each[j] + k * negatives,
        "all words are in the part of the pair; it is of word j alone": -log_sigmoid(C @ w).sum() + k * negatives,
        "the scores are averaged, and then a loss is made; average the losses": pair - k * log_sigmoid(-(P @ (C @ w))),
        "mean: P times the losses should be added up; yours is their mean": pair + k * (P * each).mean(),
        "missing term: word j is not among the negatives; it may be drawn as well": pair + k * (P * each)[others].sum(),
        "sign: the pair lowers the loss; is there a minus sign too many, or too few?": k * negatives - pair,
        "sign: the negatives lower the loss; are there too many minus signs?": pair - k * negatives,
        "sign: the negatives have -log s(x), the loss of words that were seen": pair - k * P @ log_sigmoid(C @ w),
        "factor: k is not there": pair + negatives,
        "factor: k multiplies the pair too; it belongs to the negatives alone": k * (pair + negatives),
        "factor: P is not there; each word counts as often as it is drawn": pair + k * each.sum(),
        "factor: each word has the weight 1 / n_words; P says how often it is drawn": pair + k * each.mean(),
    }
    right, _, _ = reference.expected_loss(w[None], C, [(0, j)], P, k)
    same(found, right, "the loss", mistaken=mistaken)
