"""Probabilities beside those that are computed word by word."""

import numpy as np

from instahash.learn.compare import Wrong, case, same, unchanged


def check(answer):
    with case("counts = (1, 16, 81)"):
        look(answer, np.array([1, 16, 81]))
    with case("counts = (3, 0, 0, 250), two words that do not occur"):
        look(answer, np.array([3, 0, 0, 250]))
    with case("counts = (7.5, 0.5), posts that have weights"):
        look(answer, np.array([7.5, 0.5]))
    with case("the counts of 200 words"):
        look(answer, np.random.default_rng(9).integers(1, 100_000, size=200))


def look(answer, counts):
    with unchanged(counts=counts):
        found = answer.noise(counts)
    power, of_all = np.array([float(count) ** 0.75 for count in counts]), counts / counts.sum()
    right = power / power.sum()
    mistaken = {
        "missing term: the power 3/4 is not there": of_all,
        "sum: they do not add up to 1; take the powers first, and then divide by their sum": of_all**0.75,
        "sum: they do not add up to 1; are they divided by the sum of the counts?": power / counts.sum(),
        "sum: they do not add up to 1; they are still to be divided by their sum": power,
        "sum: they do not add up to 1; divide by the sum, not by the largest": power / power.max(),
        "sum: they do not add up to 1; divide by the sum, not by how many there are": power / len(power),
        "all words have the same probability: is your power 0? In Python 3 // 4 is 0": 0 * power + 1 / len(power),
        "brackets: in Python counts ** 3 / 4 is (counts ** 3) / 4": counts**3 / (counts**3).sum(),
        "power: it is 4/3, so frequent words come even more often": counts ** (4 / 3) / (counts ** (4 / 3)).sum(),
    }
    try:
        same(found, right, "P", mistaken=mistaken)
    except Wrong as error:
        # Probabilities that add up to 1 are no sign of a wrong axis, which is what their right sum would be taken for.
        if "their sum is right" in str(error):
            raise Wrong("they add up to 1, as they should, but P is not in proportion to count^(3/4)") from None
        raise
