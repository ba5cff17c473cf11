"""The loss beside the plain one, and how much memory it took."""

import tracemalloc

import numpy as np
from scipy import sparse

from instahash.learn.compare import Wrong, case, same, unchanged


def check(answer):
    H, U, b = np.array([[1.0], [2.0]]), np.array([[1.0], [3.0]]), np.array([1.0, 0.0])
    with case("the example of the text"):
        look(answer, (H, U, b), sparse.csr_array(np.array([[2.0, 0.0], [0.0, 5.0]])))
    rng = np.random.default_rng(22)
    for m, n_hidden, n_words in ((3, 2, 7), (6, 4, 5), (1, 3, 4)):
        S = np.where(rng.random((m, n_words)) < 0.4, rng.uniform(0.5, 2, (m, n_words)), 0)
        with case(f"{m} posts, {n_hidden} hidden units and {n_words} words"):
            look(answer, codes_and_decoder(rng, m, n_hidden, n_words), sparse.csr_array(S))
    with case("two posts without words, S = 0"):
        look(answer, codes_and_decoder(rng, 2, 3, 4), sparse.csr_array((2, 4)))
    with case("400 posts and 10,000 words"):
        no_outputs(answer, codes_and_decoder(rng, 400, 3, 10_000), sparse.csr_array((400, 10_000)))


def codes_and_decoder(rng, m, n_hidden, n_words):
    return rng.normal(size=(m, n_hidden)), rng.normal(size=(n_words, n_hidden)), rng.normal(size=n_words)


def look(answer, parts, S):
    H, U, b = parts
    with unchanged(H=H, U=U, b=b, S=S):
        found = answer.loss(H, U, b, S)
    m, dense = len(H), S.toarray()
    O = H @ U.T + b
    right, products = ((O - dense) ** 2).sum(), (O * dense).sum()
    mixed_posts = (H @ (U.T @ U) @ H.T).sum()
    codes, mixed, bias = ((H @ U.T) ** 2).sum(), (H @ U.T @ b).sum(), b @ b
    mistaken = {
        "missing term: 2 (sum of all H (U'b)) is not there": right - 2 * mixed,
        "factor: the sum of all H (U'b) is there once; (x + y)^2 has 2 x y, so it counts twice": right - mixed,
        "missing term: b.b is there once; each of the m posts has it": right - (m - 1) * bias,
        "missing term: m b.b is not there": right - m * bias,
        "missing term: the sum of all S b is not in <O, S>": right + 2 * (dense @ b).sum(),
        "factor: <O, S> is taken off once; (x - y)^2 has 2 x y": right + products,
        "sign: <O, S> is added; (x - y)^2 has - 2 x y": right + 4 * products,
        "missing term: |S|^2 is not there": right - (dense**2).sum(),
        "missing term: U'U stands between H and H; the sum of all H (U'U) has H only once": right
        - codes
        + (H @ (U.T @ U)).sum(),
    }
    mistaken["reduction: the sum of all H (U'U) H' has products of different posts too"] = right - codes + mixed_posts
    mistaken = {sentence: total / 2 / m for sentence, total in mistaken.items()}
    for divisor in (1, 2, m, m * m):
        mistaken[f"factor: it is |O - S|^2 / {divisor}, but J is over 2m = {2 * m}"] = right / divisor
    same(found, right / 2 / m, "J", mistaken={} if m == 1 else mistaken)


def no_outputs(answer, parts, S):
    H, U, b = parts
    tracemalloc.start()
    try:
        answer.loss(H, U, b, S)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    outputs = 8 * len(H) * len(U)
    if most > outputs / 4:
        raise Wrong(
            f"posts x words: your lines took {most / 1e6:.0f} MB, and an array of posts and words has "
            f"{outputs / 1e6:.0f} MB; H U' and S.toarray() are such arrays: take the sums of the text"
        )
