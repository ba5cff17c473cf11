"""The decoder beside that of `instahash.autorec.reference`."""

import numpy as np

from instahash.autorec import reference
from instahash.learn.compare import Wrong, case, same, unchanged


def check(answer):
    with case("the example of the text"):
        look(answer, np.array([[0.0], [2.0]]), np.array([[1.0], [9.0]]), 3.0)
    rng = np.random.default_rng(23)
    for m, n_hidden, n_words, reg in ((6, 2, 4, 0.1), (9, 3, 3, 0.5), (40, 5, 2, 0.01)):
        with case(f"{m} posts, {n_hidden} hidden units, {n_words} words and reg = {reg}"):
            H = 0.5 + rng.normal(size=(m, n_hidden))
            look(answer, H, 1 + rng.normal(size=(m, n_words)), reg)


def look(answer, H, S, reg):
    with unchanged(H=H, S=S):
        found = answer.ridge(H, S, reg)
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise Wrong("two arrays are wanted, U and b")
    wanted, m = reference.ridge_decoder(H, S, reg), len(H)
    h, s = H.mean(0), S.mean(0)
    plain = solve(H, S, m, reg)
    with_ones = solve(np.column_stack([H, np.ones(m)]), S, m, reg)
    codes_only = solve(H - h, S, m, reg)
    mistaken = {
        "missing term: the means are not taken off; use H - h and S - s": plain,
        "missing term: the mean is taken off S only; use H - h as well": solve(H, S - s, m, reg),
        "reduction: one mean of all numbers is taken off; each unit and each word has its own": solve(
            H - H.mean(), S - S.mean(), m, reg
        ),
        "factor: reg is added to every entry; reg I has it on the diagonal only": solve(H - h, S - s, m, reg, np.ones),
        f"factor: G'G is not divided by m = {m}, but reg is for the mean over the posts": solve(H - h, S - s, 1, reg),
        "missing term: reg I is not there": solve(H - h, S - s, m, 0.0),
        "too much: the pull is on b as well here; only U has one": with_ones[:, :-1],
        "factor: U' is 1/m of what it should be; G'G and G'Y are both divided by m": wanted[0] / m,
        "factor: only one of G'G and G'Y is divided by m": np.linalg.solve(
            (H - h).T @ (H - h) / m + reg * np.eye(len(h)), (H - h).T @ (S - s)
        ).T,
        "transposed: the equations are for U', so turn what they give": wanted[0].T,
    }
    same(found[0], wanted[0], "U", mistaken={} if np.allclose(codes_only, plain) else mistaken)
    U = wanted[0]
    same(
        found[1],
        wanted[1],
        "b",
        mistaken={
            "missing term: b is the mean of S here; the outputs' share of U h has to be taken off": s,
            "sign: b is s + U h here": s + U @ h,
            "missing term: b is only -U h here": -U @ h,
        },
    )


def solve(H, S, m, reg, pull=None):
    n = H.shape[1]
    return np.linalg.solve(H.T @ H / m + reg * (np.eye(n) if pull is None else pull((n, n))), H.T @ S / m).T
