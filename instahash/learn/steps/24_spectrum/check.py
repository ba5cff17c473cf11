"""The nearest outputs beside those of the best linear map of `instahash.autorec.reference`."""

import numpy as np

from instahash.autorec import reference
from instahash.learn.compare import case, same, unchanged


def check(answer):
    X = np.array([[0.0, 0.0], [2.0, 2.0], [1.5, 0.5], [0.5, 1.5]])
    for n in (1, 2):
        with case(f"the example of the text with n = {n}"):
            look(answer, X, n)
    rng = np.random.default_rng(24)
    for m, n_words, n in ((9, 4, 2), (30, 6, 3), (30, 6, 1), (4, 7, 2)):
        with case(f"{m} posts, {n_words} words and n = {n}"):
            look(answer, 1 + rng.normal(size=(m, n_words)), n)


def look(answer, X, n):
    with unchanged(X=X):
        found = answer.best_outputs(X, n)
    mean = X.mean(0)
    wanted = mean + (X - mean) @ reference.best_linear_map(X, X, n)

    def layers(G, kept):
        P, d, Q = np.linalg.svd(G, full_matrices=False)
        return P[:, kept] * d[kept] @ Q[kept]

    P, d, Q = np.linalg.svd(X - mean, full_matrices=False)
    turned = P[:, :n] * d[:n] @ Q[:, :n].T + mean if len(Q) == X.shape[1] else mean
    rows, one = X.mean(1, keepdims=True), X.mean()
    without_d = P[:, :n] @ Q[:n] + mean
    mistaken = {
        "missing term: the mean is not put back": wanted - mean,
        "missing term: the mean is not taken off before the decomposition": layers(X, slice(n)),
        "missing term: the mean is put back, but was not taken off before": layers(X, slice(n)) + mean,
        "missing term: the singular values d are not there: each layer is P[i, k] d[k] Q[k, j]": without_d,
        "transposed: the first columns of Q are taken; its layers are rows": turned,
        "shifted: one layer too many is kept; they are numbered from 0": layers(X - mean, slice(n + 1)) + mean,
        "shifted: one layer too few is kept": layers(X - mean, slice(n - 1)) + mean,
        "shifted: the last layers are kept, the smallest; the first are the largest": layers(X - mean, slice(-n, None))
        + mean,
        "shifted: the layers that should be left out are kept": X - wanted + mean,
        "reduction: the mean is that of each post, over axis 1; take it over the posts": layers(X - rows, slice(n))
        + rows,
        "reduction: one mean of all numbers is taken off; each word has its own": layers(X - one, slice(n)) + one,
    }
    if X.shape[1] == 2:  # too many layers, or a wrong axis: both give X
        mistaken = {"O is X itself: are all layers kept, or is the mean that of each post?": X, **mistaken}
    same(found, wanted, "O", mistaken=mistaken)
