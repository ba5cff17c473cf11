"""Softmax networks from shards, by averaged local epochs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from instahash.network.layers import random_start
from instahash.shards.rounds import MatricesOf, OnRound, train
from instahash.shards.shard import Shard
from instahash.shards.shards import Shards
from instahash.softmax import SoftmaxNetwork
from instahash.softmax.gradients import best_constants
from instahash.softmax.model import FIRST_SPREAD
from instahash.sparse import column_counts, column_sums
from instahash.training import Arrays, History

# Chains with which the learning rate grows: many more times as long steps would diverge.
MOST_CHAINS = 8


def fit_network(
    shards: Shards,
    network: SoftmaxNetwork,
    lessons: MatricesOf,
    *,
    state: Arrays | None = None,
    what: str = "Network",
    n_chains: int | None = None,
    on_round: OnRound = lambda model: None,
) -> SoftmaxNetwork:
    """Train a network on all shards, as many rounds as it would have epochs on one machine; returns it.

    lessons : a picklable function of a Shard that gives its inputs, CSR (n_posts, n_inputs), and targets, CSR (n_posts,
        n_outputs), as :meth:`instahash.SoftmaxNetwork.fit` takes them.
    state : what the network's `state` gave after some round; training goes on from there.
    what, n_chains, on_round : of :func:`.rounds.train`; default one chain a worker. Of k chains each makes 1/k of the
        steps, and the learning rate is k times that of one machine (Goyal et al. 2017, the linear scaling rule),
        MOST_CHAINS times at most.

    The network's history has the mean loss of each round. It holds no posts for `partial_fit`.
    """
    settings, measured = network.settings, [*shards.map(measure, lessons, what="Measuring posts")]
    sizes = [n for n, *_ in measured]
    inputs, targets, counts = (np.sum(sums, axis=0) for sums in zip(*(own for _, *own in measured)))
    # One post of which the sum of squares is the mean of all, and one with the targets of all.
    mean = np.sqrt(inputs / max(sum(sizes), 1))
    X, S = (sparse.csr_array(row[None].astype(settings.dtype)) for row in (mean, targets))
    frequency = counts, sum(sizes)
    rounds, rng = network.n_epochs(sum(sizes)), np.random.default_rng([network.seed, 0])
    history = History(last=rounds)
    network.begin(random_start(X, best_constants(S), settings.n_hidden, rng, FIRST_SPREAD), history)
    if state is not None:
        network.restore(state)
        history.go_on(state)
    n_chains = min(n_chains or shards.n_workers(), len(shards.names))
    network.settings = replace(settings, learning_rate=min(n_chains, MOST_CHAINS) * settings.learning_rate)
    train(shards, network, lessons, sizes, rounds, what=what, n_chains=n_chains, on_round=on_round, frequency=frequency)
    network.settings = settings
    network.begin(network.parameters, history)  # without the moments, which only the training needed
    return network


def measure(shard: Shard, lessons: MatricesOf) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    """Posts; sums of the columns, of the inputs' squares and of the targets; how many posts store each target."""
    X, S = lessons(shard)
    return X.shape[0], column_sums(X, np.square(X.data, dtype=np.float64)), column_sums(S), column_counts(S)
