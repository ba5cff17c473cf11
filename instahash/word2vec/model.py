"""The class: checks what it is given, runs a trainer's epochs, keeps what was learnt. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

import numpy as np
from scipy import sparse

from instahash.arrays import as_counts, check_memory
from instahash.errors import DataError, DivergenceError, ModelError, UntrainedError
from instahash.forms import SUM, WEIGHT, Form, fit, in_range, losses
from instahash.parameters import settled, whole
from instahash.replay import ReplayBuffer
from instahash.sparse import CSR, as_csr, check_csr, row_of_entries
from instahash.threads import Threads
from instahash.training import Arrays, History, Hook, put_back, unchanged_on_error
from instahash.word2vec import exact, sampling
from instahash.word2vec.learnt import Learnt
from instahash.word2vec.plan import Plan, make_plan
from instahash.word2vec.settings import Word2VecSettings

# Products of larger counts are infinite in float32.
MOST_COUNT = 1e15


class Word2Vec:
    """Skip-gram with negative sampling on unordered bags (Mikolov et al. 2013, equation 4).

    Every ordered pair of words of a bag is trained on with the weight it has in all permutations of `permutation`
    words of that bag, which are never listed. Two trainers minimise the same expected loss: `exact.py` from counts of
    pairs, deterministic, at a cost that grows with n_words^2; `sampling.py` bag by bag with drawn negatives, at a cost
    that grows with posts.

    Departures from word2vec.c: the window is the whole bag; a bag's pairs are one step and share `n_shared` negatives,
    weighted so that the expected gradient is that of `n_negative` a pair; a negative that happens to be the context is
    kept, as equation 4 has it; rows have Adagrad step sizes (Duchi et al. 2011), so that bags of a hundred words
    cannot overshoot.

    settings, **changes : Word2VecSettings, and fields of it by name, as in Word2Vec(dim=50).
    seed : int >= 0.
    n_threads : int >= 1. One thread gives bit-identical vectors for a seed, and the exact trainer does with any number.
        With several, the sampling trainer's threads write to the shared rows without locks ("Hogwild"): faster, almost
        as good, and different at each run.

    Attributes: W, C, (n_words, dim) float32, input and output vectors; learnt, a Learnt, all arrays; trained_by,
    "exact" or "sampling", "" before training; history, whose loss is the mean a pair (float64): of the vectors after
    each sweep (exact), or taken before each bag's step (sampling).
    """

    W, C, trained_by = (property(attrgetter(f"learnt.{name}")) for name in ("W", "C", "trainer"))

    def __init__(
        self, settings: Word2VecSettings | None = None, *, seed: int = 0, n_threads: int = 1, **changes: Any
    ) -> None:
        self.settings = settled(Word2VecSettings, settings, changes, "word2vec")
        self.seed, self.n_threads = whole(seed, "word2vec: seed", 0), whole(n_threads, "word2vec: n_threads", 1)
        self.learnt, self.history = Learnt.nothing(self.settings.dim), History()

    @property
    def vectors(self) -> str:
        """What stands for a word: "input", "sum" or "auto", which is "sum"; may be set, see :func:`choose_vectors`."""
        return self.settings.vectors

    @vectors.setter
    def vectors(self, kind: str) -> None:
        self.settings = replace(self.settings, vectors=kind)

    def word_vectors(self) -> np.ndarray:
        """What stands for each word, (n_words, dim) float32: W, or W + C. Raises UntrainedError before training."""
        if not self.trained_by:
            raise UntrainedError
        return self.W if self.vectors == "input" else self.W + self.C

    def plan(self, bags: CSR) -> Plan:
        """Which trainer :meth:`fit` takes for `bags`, why, and the memory it needs. Trains nothing."""
        return make_plan(self.settings, as_csr(bags, "word2vec: bags", np.int8), self.n_threads, ReplayBuffer())

    def fit(
        self,
        bags: CSR,
        *,
        counts: np.ndarray | None = None,
        state: Arrays | None = None,
        on_epoch: Hook = None,
        on_progress: Hook = None,
    ) -> Word2Vec:
        """Train on `bags`, (n_posts, n_words), whose stored entries, of any value, are the words of each post.

        counts : (n_words,) int64, posts of each word, where these bags are a part of the posts; default those of bags,
            and never fewer.
        state : what :meth:`state` returned after some epoch; training goes on from there, on the same bags.
        on_epoch : called as on_epoch(self) after each epoch or sweep, when no thread works; a true result ends it.
        on_progress : called with the number of bags done since its last call.

        Raises DataError where no bag has two words, DivergenceError where the vectors stop being finite. Where training
        fails or is interrupted, the model stays as it was before.
        """
        with unchanged_on_error(self):
            self.learnt, self.history = Learnt.nothing(self.settings.dim), History()
            self._learn(bags, state, on_epoch, on_progress, counts)
        return self

    def fit_counts(self, N: CSR, counts: np.ndarray, *, state: Arrays | None = None, on_epoch: Hook = None) -> Word2Vec:
        """Train by the exact trainer on counts of pairs alone, as posts that are not here have been summed up.

        N : (n_words, n_words) CSR float32, the sum of :func:`instahash.word2vec.exact.cooccurrence` over all posts, or
            the upper half of it.
        counts : (n_words,) int64, posts of each word.  state, on_epoch, and errors, as in :meth:`fit`.
        """
        counts = as_counts(counts, "word2vec: counts")
        n_words = len(counts)
        upper = sparse.triu(check_csr(N, "word2vec: N", n_words), format="csr")
        if N.shape[0] != n_words:
            raise DataError(f"word2vec: N has {N.shape[0]} rows for {n_words} counts; give a row and a column a word")
        upper = as_csr(upper, "word2vec: N", np.float32)
        if not (upper.data > 0).any():
            raise DataError("word2vec learns from words that share a post, and N counts none; give posts with labels")
        if upper.data.min() < 0 or upper.data.max() > MOST_COUNT:
            raise DataError(f"word2vec: N must be counts from 0 to {MOST_COUNT:g}; scale the weights of the posts")
        if (counts[upper.indices] == 0).any() or (counts[row_of_entries(upper)] == 0).any():
            raise DataError("word2vec: N has pairs of a word whose count is 0; give the counts of all posts")
        with unchanged_on_error(self):
            W, C = np.zeros((2, n_words, self.settings.dim), np.float32)
            self.learnt, self.history = Learnt(W, C, counts, "exact", upper), History()
            self._train(sparse.csr_array((0, n_words), dtype=np.int8), state, on_epoch, None)
        return self

    def partial_fit(self, bags: CSR, *, on_epoch: Hook = None, on_progress: Hook = None) -> Word2Vec:
        """Learn from new posts as well. `bags` has the old words' columns in their places, and new words' after them.

        Vectors of old words move from where they are. The exact trainer adds the new counts to those it has and
        improves all vectors on both. The sampling trainer visits the new bags and the replay buffer; Adagrad's sums of
        squared gradients make the steps of well-known words small and those of new words large. Where the exact trainer
        has become the dearer one for all posts so far, the sampling trainer goes on in its place, here and later.

        Other arguments, and errors, as in :meth:`fit`; ModelError where the model was saved without what this needs.
        """
        if self.trained_by and not self.learnt.replay.seen:
            raise ModelError("this model was saved without what partial_fit needs; train it anew on old and new posts")
        with unchanged_on_error(self):
            self.history = self.history.extended(0)
            self._learn(bags, None, on_epoch, on_progress)
        return self

    def state(self) -> Arrays:
        """All that training needs to go on from this epoch, on the same bags: the model's own arrays, not copies."""
        return self.learnt.vectors() | {"history": np.array(self.history.loss)}

    def restore(self, state: Arrays) -> None:
        """Put back the vectors of an earlier :meth:`state` of this model; the history stays.

        Raises DataError where they are of other shapes, or of the other trainer.
        """
        put_back(self.learnt.vectors(), state)

    def to_arrays(self) -> Arrays:
        """What is to be saved, a dict of arrays: the vectors, and what :meth:`partial_fit` needs."""
        return self.learnt.to_arrays() | {"sum_vectors": np.array(self.vectors != "input")}

    @classmethod
    def from_arrays(
        cls, arrays: Arrays, settings: Word2VecSettings | None = None, history: Sequence[float] = (), seed: int = 0
    ) -> Word2Vec:
        """A trained model from what :meth:`to_arrays` gave; W and C (n_words, dim) alone will do without partial_fit.

        Raises KeyError where W or C is missing, ValueError where arrays do not fit each other.
        """
        learnt = Learnt.from_arrays(arrays)
        model = cls(settings, seed=seed, dim=learnt.W.shape[1])
        if "sum_vectors" in arrays:
            fit(arrays, {"sum_vectors": Form("bool")})
            model.vectors = "sum" if arrays["sum_vectors"] else "input"
        model.learnt, model.history = learnt, History(losses(history))
        return model

    def _learn(
        self, bags: CSR, state: Arrays | None, on_epoch: Hook, on_progress: Hook, counts: np.ndarray | None = None
    ) -> None:
        """Train on `bags` as well as on what was learnt before, from epoch `history.first` on."""
        settings, history, name = self.settings, self.history, self.trained_by
        bags = as_csr(bags, "word2vec: bags", np.int8)
        check_memory(8 * bags.shape[1] * (settings.dim + 2), f"word2vec: vectors of {bags.shape[1]:,} words")
        counts = None if counts is None else as_counts(counts, "word2vec: counts", bags.shape[1])
        bags, counts = self.learnt.counted(bags, settings.min_count, counts)
        if name != "sampling":
            name = make_plan(settings, bags, self.n_threads, self.learnt.replay).trainer
        trainer: Any = exact if name == "exact" else sampling
        rng = np.random.default_rng([self.seed, history.first]) if state is None else None
        self.learnt = trainer.grown(self.learnt, bags, counts, settings, rng)
        self._train(bags, state, on_epoch, on_progress)
        self.learnt.replay = self.learnt.replay.including((bags,), self.seed)

    def _train(self, bags: CSR, state: Arrays | None, on_epoch: Hook, on_progress: Hook) -> None:
        """Change what was learnt, in place, until the last epoch of this training."""
        settings, history, is_exact = self.settings, self.history, self.trained_by == "exact"
        trainer: Any = exact if is_exact else sampling
        if state is not None:
            self.restore(state)
            history.go_on(state)
        history.last = history.first + (settings.sweeps if is_exact else settings.epochs)
        # Overflow is looked for once an epoch, where its cause can be named.
        with Threads(self.n_threads) as threads, np.errstate(over="ignore", invalid="ignore"):
            how = settings, history, self.seed, threads, on_progress or (lambda done: None)
            for loss in trainer.epochs(self.learnt, bags, *how):
                self._check(loss)
                history.loss.append(loss)
                if on_epoch and on_epoch(self):
                    break

    def _check(self, loss: float) -> None:
        broken = [name for name, array in self.learnt.vectors().items() if not in_range(array, -SUM, SUM)]
        broken += [name for name in "WC" if not in_range(vars(self.learnt)[name], -WEIGHT, WEIGHT)]
        if broken or not np.isfinite(loss):
            raise DivergenceError(
                f"word2vec diverged in epoch {len(self.history) + 1}: {', '.join(broken) or 'the loss'} is no longer "
                f"finite at learning rate {self.settings.learning_rate:g}; try a smaller one, such as --set "
                "word2vec.learning_rate=0.5"
            )
