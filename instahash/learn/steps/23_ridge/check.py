"""The decoder beside that of `instahash.autorec.reference`."""

import numpy as np

from instahash.autorec import reference
from instahash.learn.compare import Wrong, case, same, unchanged


def check(answer):
    sizes = (6, 2, 4, 0.1), (9, 3, 3, 0.5), (40, 5, 2, 0.01)
    rng, cases = np.random.default_rng(23), {}
    for m, n_hidden, n_words, reg in sizes:
        H, S = 0.5 + rng.normal(size=(m, n_hidden)), 1 + rng.normal(size=(m, n_words))
        cases[f"{m} posts, {n_hidden} hidden units, {n_words} words and reg = {reg}"] = H, S, reg
    # With numbers as round as those of the text different mistakes look alike, so they are named with others.
    first = next(iter(cases))
    with case(first):
        name_mistake(answer, *cases[first])
    cases = {"the example of the text": (np.array([[0.0], [2.0]]), np.array([[1.0], [9.0]]), 3.0)} | cases
    for text, (H, S, reg) in cases.items():
        with case(text):
            same(called(answer, H, S, reg), reference.ridge_decoder(H, S, reg), ("U", "b"))


def called(answer, H, S, reg):
    with unchanged(H=H, S=S):
        return answer.ridge(H, S, reg)


def name_mistake(answer, H, S, reg):
    found, U = called(answer, H, S, reg), reference.ridge_decoder(H, S, reg)[0]
    (m, n), h, s = H.shape, H.mean(0), S.mean(0)
    G, Y = H - h, S - s
    other_U = {
        "missing term: the means are not taken off; use H - h and S - s": solve(H, S, m, reg),
        "missing term: the mean is taken off S only; use H - h as well": solve(H, Y, m, reg),
        "sign: the mean is added to H; take it off": solve(H + h, Y, m, reg),
        "reduction: one mean of all numbers is taken off; each unit and each word has its own": solve(
            H - H.mean(), S - S.mean(), m, reg
        ),
        "factor: reg is added to every entry; reg I has it on the diagonal only": solve(G, Y, m, reg, np.ones((n, n))),
        f"factor: G'G is not divided by m = {m}, but reg is for the mean over the posts": solve(G, Y, 1, reg),
        "missing term: reg I is not there": solve(G, Y, m, 0.0),
        "too much: the pull is on b as well here; only U has one": solve(np.column_stack([H, np.ones(m)]), S, m, reg)[
            :, :-1
        ],
        "factor: U' is 1/m of what it should be; G'G and G'Y are both divided by m": U / m,
        "factor: G'Y is not divided by m": U * m,
        "transposed: the equations are for U', so turn what they give": U.T,
    }
    other_b = {
        "missing term: b is the mean of S here; the outputs' share of U h has to be taken off": s,
        "sign: b is s + U h here": s + U @ h,
        "missing term: b is only -U h here": -U @ h,
    }
    if isinstance(found, (tuple, list)) and len(found) == 2:
        one, others = (found[1], other_b) if equals(found[0], U) else (found[0], other_U)
        for sentence, other in others.items():
            if equals(one, other):
                raise Wrong(sentence)


def equals(found, other):
    try:
        same(found, other, "it")
    except Wrong:
        return False
    return True


def solve(H, S, m, reg, pull=None):
    pull = np.eye(H.shape[1]) if pull is None else pull
    return np.linalg.solve(H.T @ H / m + reg * pull, H.T @ S / m).T
