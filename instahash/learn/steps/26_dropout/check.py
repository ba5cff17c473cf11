"""What is kept and what goes back, entry by entry."""

import numpy as np

from instahash.learn.compare import Wrong, case, same, unchanged


def check(answer):
    draws_nothing(answer)
    h, dkept = np.array([0.2, -0.4, 0.1, 0.3]), np.array([1.0, 2.0, 3.0, 4.0])
    with case("the example of the text"):
        look(answer, h, dkept, np.array([0.9, 0.1, 0.5, 0.3]), 0.2)
    rng = np.random.default_rng(26)
    for p in (0.7, 0.3, 0.0):
        h, dkept, draws = rng.normal(size=(5, 6)), rng.normal(size=(5, 6)), rng.random((5, 6))
        draws[0, 0] = p
        with case(f"codes of shape (5, 6), p = {p}, and a first draw that is exactly p"):
            look(answer, h, dkept, draws, p)


def draws_nothing(answer):
    """With 1,000 codes, two draws of one's own do not come out the same by chance."""
    once, again = (answer.dropout(*np.full((3, 1000), 0.5), 0.5) for _ in range(2))
    if isinstance(once, (tuple, list)) and any(not np.array_equal(*both) for both in zip(once, again)):
        raise Wrong("state: what comes back differs from call to call; `draws` says who is dropped, draw no others")


def look(answer, h, dkept, draws, p):
    with unchanged(h=h, dkept=dkept, draws=draws):
        found = answer.dropout(h, dkept, draws, p)
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise Wrong("two arrays are wanted, kept and dh")
    k = np.array([0.0 if draw < p else 1 / (1 - p) for draw in draws.ravel()]).reshape(h.shape)
    same(found[0], k * h, "kept", mistaken=mistaken(k, h, p, "kept") if p else {})
    others = {
        "chain rule: this is kept once more; dh is made of dkept": k * h,
        "chain rule: h is in dh; what stands beside h in kept = k h is k alone": k * h * dkept,
        "chain rule: dh is k alone; dkept is missing": k,
    }
    same(found[1], k * dkept, "dh", mistaken=others | (mistaken(k, dkept, p, "dh") if p else {}))


def mistaken(k, value, p, name):
    stays, turned = np.where(k > 0, 1.0, 0.0), np.where(k > 0, 0.0, 1.0)
    return {
        f"factor: {name} is not divided by 1 - p = {1 - p:g}, so it is too small on average": stays * value,
        f"factor: {name} is divided by p; the share that stays is 1 - p": stays * value / p,
        f"factor: {name} is multiplied by 1 - p; what is left has to grow": stays * value * (1 - p),
        f"the other way round: {name} is 0 where a unit stays; a draw below p drops it": turned * value / (1 - p),
        f"the other way round: {name} is 0 where a unit stays, and not divided by 1 - p": turned * value,
        f"missing term: {name} has no k: the units that are dropped are still in it": value,
        f"missing term: {name} is divided by 1 - p everywhere; the dropped ones are 0": value / (1 - p),
        f"factor: k is in {name} twice": k * k * value,
    }
