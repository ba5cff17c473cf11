"""Models that visit posts one after the other, from shards: averaged local epochs (McMahan et al. 2017).

In each round a chain of shards is visited one after the other, the posts of each in random order, and what comes out
of all chains is averaged, each by its posts. There are as many chains as workers. So one worker trains as on one
machine, but that posts are mixed within shards alone; several train another model than one does, and a worse one the
more of them there are. docs/scale.md says by how much.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from instahash.errors import DataError, DivergenceError
from instahash.shards.shard import Arrays, Shard
from instahash.shards.shards import Shards
from instahash.sparse import CSR

# What makes matrices of the posts of a shard, as a model's `fit` takes them; no row where nothing is to be learnt.
MatricesOf = Callable[[Shard], tuple[CSR, ...]]
OnRound = Callable[[Any], object]


def train(
    shards: Shards,
    model: Any,
    lessons: MatricesOf,
    n_posts: Sequence[int],
    rounds: int,
    *,
    what: str,
    n_chains: int,
    on_round: OnRound = lambda model: None,
    **options: Any,
) -> None:
    """Train a SoftmaxNetwork or a Word2Vec that has begun until its history has so many rounds.

    lessons : picklable.  n_posts : of each shard, its weight.  what : said beside the bar.
    on_round : called with the model after each round.  options : of the model's `fit`.
    """
    if not sum(n_posts):
        raise DataError(f"{what}: no post is left to learn from; give more of them")
    longest = -(-len(shards.names) // n_chains)
    # The learning rate falls from shard to shard.
    settings = replace(model.settings, epochs=rounds * longest)
    for done in range(len(model.history), rounds):
        state = {name: array for name, array in model.state().items() if name != "history"}
        how = type(model), settings, model.seed, model.n_threads
        start: tuple[Any, ...] = (done * longest, 0.0, 0, *state.values())
        bar = f"{what}, round {done + 1} of {rounds}"
        try:
            _, loss, _, *arrays = shards.average(
                visit, start, n_posts, lessons, how, [*state], options, n_chains=n_chains, what=bar
            )
        except DivergenceError:
            advice = (
                f"try a lower learning rate, such as --set {what}.learning_rate={model.settings.learning_rate / 10:g}"
            )
            raise DivergenceError(f"{bar}: diverged; {advice}, or fewer workers") from None
        model.restore(dict(zip(state, arrays)))
        model.history.loss.append(float(loss))
        on_round(model)


def visit(
    shard: Shard,
    state: tuple[Any, ...],
    lessons: MatricesOf,
    how: tuple[Any, ...],
    names: Sequence[str],
    options: dict[str, Any],
) -> tuple[Any, ...]:
    """What a model makes of a shard.

    state : how many shards its chain has visited, the mean loss and the posts of this round, and the arrays of `names`.
    how : the model's class, settings, seed and threads.
    """
    visited, loss, n, *arrays = state
    (kind, settings, seed, n_threads), matrices = how, lessons(shard)
    here = matrices[0].shape[0]
    if not matrices[-1].data.any():  # no post, or none that counts any more
        return (visited + 1, *state[1:])
    found: Arrays = {}

    def taken(model: Any) -> bool:
        """Keep the moments, which a trained model forgets, and end the training."""
        found.update(model.state())
        return True

    model = kind(settings, seed=seed, n_threads=n_threads)
    before = dict(zip(names, arrays)) | {"history": np.zeros(visited)}
    model.fit(*matrices, state=before, on_epoch=taken, **options)
    loss = (n * loss + here * model.history[-1]) / (n + here)
    return (visited + 1, loss, n + here, *(found[name] for name in names))
