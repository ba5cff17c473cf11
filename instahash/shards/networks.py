"""Softmax networks by averaged local epochs (McMahan et al. 2017, "FederatedAveraging").

In each round every shard trains for an epoch on its own posts, from the same parameters and optimiser; what comes out
is averaged, each shard by its posts. This is no sum over posts: it is another training than that of one machine, and a
worse one the more shards there are. docs/scale.md says by how much.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse

from instahash.network.layers import random_start
from instahash.parameters import settled
from instahash.shards.shard import Arrays, Shard
from instahash.shards.shards import Shards
from instahash.softmax import SoftmaxNetwork, SoftmaxSettings
from instahash.softmax.gradients import best_constants
from instahash.softmax.model import FIRST_SPREAD
from instahash.sparse import CSR, column_sums
from instahash.training import History

Examples = Callable[[Shard], tuple[CSR, CSR]]


def fit_network(
    shards: Shards, examples: Examples, settings: SoftmaxSettings | None = None, *, seed: int = 0, **changes: Any
) -> SoftmaxNetwork:
    """A network trained on the examples of all shards; as many rounds as one machine would have epochs.

    examples : a function of a Shard that gives its inputs, CSR (n_posts, n_inputs), and targets, CSR (n_posts,
        n_outputs), as :meth:`instahash.SoftmaxNetwork.fit` takes them.  settings, changes : of the network.

    The network's history has the mean loss of the local epochs. It holds no posts for `partial_fit`.
    """
    settings = settled(SoftmaxSettings, settings, changes, "softmax")
    n, inputs, targets = shards.sum(_measure, examples, what="Measuring posts")
    rounds = SoftmaxNetwork(settings).n_epochs(n)
    network = SoftmaxNetwork(settings, epochs=rounds, seed=seed)
    # One post of which the sum of squares is the mean of all, and one with the targets of all.
    X, S = (sparse.csr_array(row[None].astype(settings.dtype)) for row in (np.sqrt(inputs / n), targets))
    rng = np.random.default_rng([seed, 0])
    network.begin(random_start(X, best_constants(S), settings.n_hidden, rng, FIRST_SPREAD), History(last=rounds))
    for number in range(rounds):
        what = f"Round {number + 1} of {rounds}"
        weight, loss, *sums = shards.sum(_local_epoch, examples, network.settings, seed, network.state(), what=what)
        names = (name for name in network.state() if name != "history")
        network.restore({name: total / weight for name, total in zip(names, sums)})
        network.history.loss.append(float(loss / weight))
    return network


def _measure(shard: Shard, examples: Examples) -> tuple[int, np.ndarray, np.ndarray]:
    """Posts, and the sums of the columns: of the inputs' squares, and of the targets."""
    X, S = examples(shard)
    return X.shape[0], column_sums(X, np.square(X.data, dtype=np.float64)), column_sums(S)


def _local_epoch(
    shard: Shard, examples: Examples, settings: SoftmaxSettings, seed: int, state: Arrays
) -> tuple[Any, ...]:
    """The number of posts; loss and state after an epoch from `state`, each times that number, in float64."""
    X, S = examples(shard)
    own = int.from_bytes(hashlib.blake2b(f"{seed} {shard.name}".encode(), digest_size=4).digest(), "big")
    n, found = X.shape[0], dict(state)
    if not n:
        return 0, 0.0, *(0 * np.asarray(array, np.float64) for name, array in found.items() if name != "history")

    def taken(model: SoftmaxNetwork) -> bool:
        """Keep the moments, which a trained model forgets, and end the training."""
        found.update(model.state())
        return True

    network = SoftmaxNetwork(settings, seed=own).fit(X, S, state=state, on_epoch=taken)
    arrays = [array for name, array in found.items() if name != "history"]
    return n, n * network.history[-1], *(n * np.asarray(array, np.float64) for array in arrays)
