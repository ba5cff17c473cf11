"""How a network comes to its outputs for one photo: what each word given adds, and what single hidden units add.

x : input above the background.  z = V x + mu : input of the hidden units.  h = g(z).  o = U h + b + background.
D : (n_given, n_hidden), what each word given adds to z.  centre : (n_hidden,), the mean of U's rows for a softmax,
which the same number added to all outputs does not change; else 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from instahash.explore.words import Words, highest, number
from instahash.names import capital, heading, name_of
from instahash.softmax import SoftmaxNetwork

# How many are listed: words of a ranking, first hashtags, units, words of a unit.
RANKED, N_HASHTAGS, UNITS, OF_A_UNIT = 20, 10, 6, 6
# Words whose parts in the outputs are listed one by one; those of the others are added up.
PARTS = 5


def centres(network: Any) -> tuple[np.ndarray, float]:
    """What is subtracted from each row of U, and from b."""
    if isinstance(network, SoftmaxNetwork):
        return network.U.mean(axis=0), float(network.b.mean())
    return np.zeros(network.U.shape[1], network.U.dtype), 0.0


class NetworkSteps:
    """query : what a network is given for one photo, an item of the mode's list.  centres : see :func:`centres`."""

    def __init__(self, query: Any, words: Words, centres: tuple[np.ndarray, float]):
        self.words, self.network, self.x = words, query.network, query.inputs
        self.name, self.baseline = query.name, query.baseline
        self.inputs, self.outputs = query.input_words, query.output_words
        self.activation, (self.centre, self.b_mean) = self.network.settings.hidden, centres
        self.softmax = isinstance(self.network, SoftmaxNetwork)
        self.background = 0.0 if self.softmax else self.network.background
        self.bounded = not self.softmax and len(self.network.span) > 0
        self.h, self.o = self.network.encode(self.x)[0], self.network.predict(self.x)[0]
        self.given, self.place = np.unique(self.inputs[self.x.indices], return_inverse=True)
        self.D = np.zeros((len(self.given), len(self.h)))
        np.add.at(self.D, self.place, self.network.unit_inputs(self.x))
        hashtags = np.flatnonzero(words.vocabulary.is_hashtag[self.outputs])
        self.first = hashtags[highest(self.o[hashtags], N_HASHTAGS)[0]]

    def steps(self) -> dict[str, Any]:
        """All of it, a dict that JSON can hold."""
        places, values = highest(self.o, RANKED)
        return {
            "name": self.name,
            "title": heading(self.name),
            "meaning": capital(name_of(self.name).meaning),
            "activation": self.activation,
            "background": number(self.background),
            "n_hidden": len(self.h),
            "active": int(np.count_nonzero(self.h)),
            "input": [
                self.words.at(id, ratings=[number(rating) for rating in self.x.data[self.place == i]])
                for i, id in enumerate(self.given)
            ],
            "sums": self._sums(),
            "units": self._units(),
            "ranking": self.words.valued(self.outputs[places], values, "output"),
        }

    def _sums(self) -> dict[str, Any]:
        """The first outputs as sums of what each word adds through all units and what the biases add.

        h_k is a factor times z_k, and z_k a sum over words and mu. Where units are linear while they are active the
        factor is g', and the parts are exact; for others it is h_k / z_k, so that a word gets the proportion of the
        activation that it has in z_k. Bounded outputs are split before they are bounded.
        """
        network, z = self.network, self.D.sum(axis=0) + self.network.mu
        exact = self.activation in ("relu", "identity")
        if exact:
            factors = np.ones(len(z)) if self.activation == "identity" else self.h > 0
        else:
            factors = np.divide(self.h, z, out=np.zeros(len(z)), where=z != 0)
        rows = (network.U[self.first] - self.centre) * factors
        constant = -self.b_mean if self.bounded else self.background - self.b_mean
        biases = rows @ network.mu + network.b[self.first] + constant
        parts = self.D @ rows.T  # (n_given, n_first)
        order = np.argsort(-np.abs(parts).sum(axis=1), kind="stable")
        listed, others = order[:PARTS], order[PARTS:]
        rest, totals = parts[others].sum(axis=0), parts.sum(axis=0) + biases
        return {
            "exact": exact,
            "centred": self.softmax,
            "bounded": self.bounded,
            "words": [self.words.at(self.given[i]) for i in listed],
            "others": len(others),
            "hashtags": [
                self.words.at(
                    self.outputs[j],
                    total=number(totals[r]),
                    parts=[number(parts[i, r]) for i in listed],
                    others=number(rest[r]),
                    biases=number(biases[r]),
                )
                for r, j in enumerate(self.first)
            ],
        }

    def _units(self) -> list[dict[str, Any]]:
        """The units that add most to the first hashtags together, up or down; that sum is a unit's strength."""
        pushes = (self.network.U[self.first] - self.centre) * self.h
        strength = pushes.sum(axis=0)
        units = highest(np.abs(strength), UNITS)[0].tolist()
        return [self._unit(k, strength[k], pushes[:, k]) for k in units if strength[k]]

    def _unit(self, k: int, strength: float, pushes: np.ndarray) -> dict[str, Any]:
        """What drives a unit, here and in general, and what it adds to outputs: h_k U_jk, above the centre.

        Drivers in general are the words that would move it furthest to the side it is on.
        """
        network, side = self.network, -1 if self.h[k] < 0 else 1
        given = np.argsort(-np.abs(self.D[:, k]), kind="stable")
        first = np.argsort(-np.abs(pushes), kind="stable")[:OF_A_UNIT]
        weights = side * network.V[k] * (self.baseline - self.background)
        drivers, drives = _positive(np.bincount(self.inputs, weights, len(self.words.vocabulary)))
        everywhere = self.h[k] * (network.U[:, k] - self.centre[k])
        (up, rises), (down, falls) = _positive(everywhere), _positive(-everywhere)
        valued, outputs = self.words.valued, self.outputs
        return {
            "unit": k,
            "activation": number(self.h[k]),
            "strength": number(strength),
            "bias": number(network.mu[k]),
            "given": valued(self.given[given], self.D[given, k], "drive"),
            "drivers": valued(drivers, side * drives, "drive"),
            "first": valued(outputs[self.first[first]], pushes[first], "push"),
            "up": valued(outputs[up], rises, "push"),
            "down": valued(outputs[down], -falls, "push"),
        }


def _positive(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(places, values) of the highest numbers, without those that are not above 0."""
    places, found = highest(values, OF_A_UNIT)
    return places[found > 0], found[found > 0]
