"""What a training will cost, before it begins, and which trainer is the cheaper one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from instahash.costs import Cost
from instahash.replay import ReplayBuffer
from instahash.sparse import CSR
from instahash.word2vec.exact import block_height
from instahash.word2vec.sampling import CHUNK
from instahash.word2vec.settings import Word2VecSettings

# The exact trainer is not chosen where it might need more bytes.
EXACT_BYTES = 2e9
# Bytes a count of the exact trainer takes at its peak: value, index, logarithm, and the transposed copy of those.
COUNT_BYTES = 28
# Large matrix products, the exact trainer's, do about twice the operations a second of a bag's small ones.
SMALL_PRODUCT = 2.0
# Operations a second, as measured, those of small products counted SMALL_PRODUCT times.
RATE = 7e10


class Plan(NamedTuple):
    """What a training will be.

    epochs : passes (sampling) or sweeps (exact).  memory : bytes that training needs at most besides the bags.
    cost : the same by the settings that it grows with, and the time.
    """

    trainer: str
    epochs: int
    memory: int
    why: str
    cost: Cost


def make_plan(settings: Word2VecSettings, bags: CSR, n_threads: int, replay: ReplayBuffer) -> Plan:
    """The Plan of training on `bags`, (n_posts, n_words), and on the earlier posts that `replay` is a sample of."""
    sizes = np.diff(bags.indptr)
    stands_for = np.ones(len(sizes))
    if replay.matrices:
        earlier = np.diff(replay.matrices[0].indptr)
        sizes = np.append(sizes, earlier)
        stands_for = np.append(stands_for, np.full(len(earlier), replay.seen / len(earlier)))
    return plan_of(settings, sizes, stands_for, bags.shape[1], n_threads)


def plan_of(
    settings: Word2VecSettings, sizes: np.ndarray, stands_for: np.ndarray, n_words: int, n_threads: int
) -> Plan:
    """The Plan of training on bags of so many words, each of which stands for so many posts.

    Operations: a sweep of the exact trainer has six matrix products of n_words^2 dim multiply-adds; a bag of n words
    has three of n (n + n_shared) dim.
    """
    sizes = sizes.astype(np.float64)
    n_bags, longest, nnz = len(sizes), float(sizes.max(initial=0)), float(sizes.sum())
    pairs = float((stands_for * sizes * (sizes - 1)).sum())
    scores = float((stands_for * sizes * (sizes + settings.n_shared)).sum())
    operations = {
        "exact": 12.0 * settings.sweeps * n_words**2 * settings.dim,
        "sampling": SMALL_PRODUCT * 6.0 * settings.epochs * scores * settings.dim,
    }
    vectors, counts = 8.0 * n_words * settings.dim, COUNT_BYTES * min(n_words**2, pairs)
    negatives = 40 * min(CHUNK, n_bags) * settings.n_shared
    workspaces = 12 * n_threads * longest * (longest + settings.n_shared) + (14 * nnz if settings.sample else 0)
    own = {
        "exact": {
            "dim": 3 * vectors + 16.0 * settings.dim**2,
            "": counts + 16 * n_words * block_height(n_words) + 24 * nnz,
        },
        "sampling": {"dim": vectors, "n_shared": negatives + workspaces, "": 40 * n_words + 48 * n_bags},
    }
    memory = {trainer: sum(parts.values()) for trainer, parts in own.items()}
    if settings.trainer != "auto":
        trainer, why = settings.trainer, "as the settings say"
    elif memory["exact"] > EXACT_BYTES:
        trainer, why = "sampling", f"the exact trainer might need {memory['exact'] / 1e9:,.1f} GB"
    else:
        trainer = min(operations, key=lambda name: operations[name])
        sweeps = f"{settings.sweeps} exact sweeps over {n_words:,} x {n_words:,} words"
        visits = f"{settings.epochs} sampled epochs over {pairs:,.0f} pairs"
        why = f"about {operations['exact']:.1e} operations for {sweeps}, {operations['sampling']:.1e} for {visits}"
    cost = Cost(own[trainer], operations[trainer] / RATE)
    return Plan(trainer, settings.sweeps if trainer == "exact" else settings.epochs, int(memory[trainer]), why, cost)
