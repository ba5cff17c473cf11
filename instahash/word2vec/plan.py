"""What a training will cost, before it begins, and which trainer is the cheaper one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from instahash.word2vec import exact

# Bags the sampling trainer takes between two looks around: progress is shown and Ctrl-C is heard after each chunk.
CHUNK = 16_384
# The exact trainer is not chosen where it might need more bytes.
EXACT_BYTES = 2e9
# Bytes a count of the exact trainer takes at its peak: value, index, logarithm, and the transposed copy of those.
COUNT_BYTES = 28
# Large matrix products, the exact trainer's, do about twice the operations a second of a bag's small ones.
SMALL_PRODUCT = 2.0


class Plan(NamedTuple):
    """What a training will be.

    trainer : "exact" or "sampling".  epochs : passes (sampling) or sweeps (exact).
    memory : int, bytes that training needs at most besides the bags.  why : one line for people.
    """

    trainer: str
    epochs: int
    memory: int
    why: str


def make_plan(model, bags):
    """The Plan of training `model`, a Word2Vec, on `bags`, CSR (n_posts, n_words).

    Operations: a sweep of the exact trainer has six matrix products of n_words^2 dim multiply-adds; a bag of n words has
    three of n (n + n_shared) dim.
    """
    n_words, n_bags, sizes = bags.shape[1], bags.shape[0], np.diff(bags.indptr).astype(np.float64)
    pairs, longest = float((sizes * (sizes - 1)).sum()), float(sizes.max(initial=0))
    scores = float((sizes * (sizes + model.n_shared)).sum())
    operations = {
        "exact": 12.0 * model.sweeps * n_words**2 * model.dim,
        "sampling": SMALL_PRODUCT * 6.0 * model.epochs * scores * model.dim,
    }
    vectors = 8.0 * n_words * model.dim
    memory = {
        "exact": 3 * vectors
        + COUNT_BYTES * min(n_words**2, pairs)
        + 16 * n_words * exact.block_height(n_words)
        + 24 * bags.nnz,
        "sampling": vectors
        + 40 * n_words
        + 48 * n_bags
        + 40 * min(CHUNK, n_bags) * model.n_shared
        + 12 * model.n_threads * longest * (longest + model.n_shared)
        + (14 * bags.nnz if model.sample else 0),
    }
    if model.trainer != "auto":
        trainer, why = model.trainer, "as asked for"
    elif memory["exact"] > EXACT_BYTES:
        trainer, why = "sampling", f"the exact trainer might need {memory['exact'] / 1e9:,.1f} GB"
    else:
        trainer = min(operations, key=operations.get)
        why = (
            f"about {operations['exact']:.1e} operations for {model.sweeps} exact sweeps over {n_words:,} x {n_words:,} "
            f"words, {operations['sampling']:.1e} for {model.epochs} sampled epochs over {pairs:,.0f} pairs"
        )
    return Plan(trainer, model.sweeps if trainer == "exact" else model.epochs, int(memory[trainer]), why)
