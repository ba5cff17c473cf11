"""The loss beside the plain one, and how much memory it took."""

import tracemalloc

import numpy as np
from scipy import sparse

from instahash.learn.compare import Wrong, case, same, unchanged


def check(answer):
    rng, cases = np.random.default_rng(22), {}
    for m, n_hidden, n_words in ((3, 2, 7), (6, 4, 5), (1, 3, 4)):
        S = np.where(rng.random((m, n_words)) < 0.4, rng.uniform(0.5, 2, (m, n_words)), 0)
        cases[f"{m} posts, {n_hidden} hidden units and {n_words} words"] = *network(rng, m, n_hidden, n_words), S
    cases["two posts without words, S = 0"] = *network(rng, 2, 3, 4), np.zeros((2, 4))
    # With numbers as round as those of the text different mistakes look alike, so they are named with others.
    first = next(iter(cases))
    with case(first):
        name_mistake(answer, *cases[first])
    example = np.array([[1.0], [2.0]]), np.array([[1.0], [3.0]]), np.array([1.0, 0.0]), np.diag([2.0, 5.0])
    cases = {"the example of the text": example} | cases
    for text, (H, U, b, S) in cases.items():
        with case(text):
            same(called(answer, H, U, b, S), ((H @ U.T + b - S) ** 2).sum() / 2 / len(H), "J")
    with case("400 posts and 10,000 words"):
        H, U, b = network(rng, 400, 3, 10_000)
        no_outputs(answer, H, U, b, sparse.csr_array((400, 10_000)))


def network(rng, m, n_hidden, n_words):
    """H, U and b."""
    return rng.normal(size=(m, n_hidden)), rng.normal(size=(n_words, n_hidden)), rng.normal(size=n_words)


def called(answer, H, U, b, S):
    S = sparse.csr_array(S)
    with unchanged(H=H, U=U, b=b, S=S):
        return answer.loss(H, U, b, S)


def name_mistake(answer, H, U, b, S):
    found, m, O, gram = called(answer, H, U, b, S), len(H), H @ U.T + b, U.T @ U
    right, product, cross, bias = ((O - S) ** 2).sum(), (O * S).sum(), (H @ U.T @ b).sum(), b @ b
    codes = (H @ gram * H).sum()
    mistaken = {
        "missing term: 2 (sum of all H (U'b)) is not there": right - 2 * cross,
        "factor: the sum of all H (U'b) is there once; (x + y)^2 has 2 x y, so it counts twice": right - cross,
        "missing term: b.b is there once; each of the m posts has it": right - (m - 1) * bias,
        "missing term: m b.b is not there": right - m * bias,
        "missing term: the sum of all S b is not in <O, S>": right + 2 * (S @ b).sum(),
        "missing term: the sum of all H * (S U) is not in <O, S>": right + 2 * (H * (S @ U)).sum(),
        "missing term: <O, S> is not there": right + 2 * product,
        "factor: <O, S> is taken off once; (x - y)^2 has 2 x y": right + product,
        "sign: <O, S> is added; (x - y)^2 has - 2 x y": right + 4 * product,
        "missing term: |S|^2 is not there": right - (S**2).sum(),
        "missing term: the sum of all H (U'U) has H only once; U'U stands between H and H": right
        - codes
        + (H @ gram).sum(),
        "reduction: the sum of all H (U'U) H' has products of different posts too": right
        - codes
        + (H @ gram @ H.T).sum(),
    }
    mistaken = {sentence: total / 2 / m for sentence, total in mistaken.items()}
    mistaken["brackets: / 2 * m divides by 2 and then multiplies by m; J is over (2m)"] = right / 2 * m
    for divisor in (1, 2, m):
        mistaken[f"factor: it is |O - S|^2 / {divisor}, but J is over (2m) = {2 * m}"] = right / divisor
    for sentence, J in mistaken.items():
        try:
            same(found, J, "J")
        except Wrong:
            continue
        raise Wrong(sentence)


def no_outputs(answer, H, U, b, S):
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
            f"{outputs / 1e6:.0f} MB; H U' and S.toarray() are such arrays; mind the brackets in H (U'U)"
        )
