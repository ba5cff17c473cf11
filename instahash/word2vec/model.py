"""The class: checks its input, runs the epochs, answers questions about the vectors. Word ids in, arrays out."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from instahash.errors import DataError, DivergenceError, ModelError, SettingsError, UntrainedError
from instahash.threads import Threads
from instahash.topk import top_k
from instahash.training import History
from instahash.word2vec import exact, kernels, sampling
from instahash.word2vec.plan import CHUNK, make_plan

# The sampling kernel holds the scores of a bag's words with each other.
LONGEST = 10_000
# Posts that the sampling trainer keeps, drawn from all it has seen, to go on practising with in partial_fit.
REMEMBERED = 20_000
# Bytes a count of the exact trainer takes at its peak: value, index, logarithm, and the transposed copy of those.
COUNT_BYTES = 28
# The exact trainer's large matrix products reach about twice the operations a second of a bag's small ones.
SMALL_PRODUCT = 2.0


class Word2Vec:
    """Skip-gram with negative sampling on unordered bags (Mikolov et al. 2013, equation 4).

    Every ordered pair of words of a bag is trained on with the weight it has in all permutations of `permutation`
    words of that bag, which are never listed. Two trainers minimise the same expected loss:

    exact : counts how often words share a bag and minimises the expected loss of all pairs of words itself, from a
        start given by the spectrum (`exact.py`). Deterministic; the cost grows with n_words^2, not with posts.
    sampling : visits bag by bag with drawn negatives (`kernels.train_bags`). The cost grows with posts, not n_words^2.

    Departures from word2vec.c: the window is the whole bag; a bag's pairs are one step and share `n_shared` negatives,
    weighted so that the expected gradient is that of `n_negative` a pair; a negative that happens to be the context is
    kept, as equation 4 has it; rows have Adagrad step sizes (Duchi et al. 2011), so that bags of a hundred words
    cannot overshoot.

    Parameters
    ----------
    dim : int, length of a vector.
    n_negative : int, negatives a pair (k).
    n_shared : int, negatives drawn a bag (sampling).
    permutation : int >= 2, words a permutation (r).
    trainer : "exact", "sampling" or "auto", the one with the lower estimated cost (:meth:`plan`).
    epochs : int, passes over all bags (sampling).
    sweeps : int, Newton steps for all vectors (exact).
    learning_rate : float, the first step size of a coordinate (sampling).
    schedule : "linear", the learning rate falls to zero, or "constant" (sampling).
    ns_exponent : float, exponent of the noise distribution.
    sample : float, subsampling threshold of frequent words, word2vec.c's `sample`; 0 keeps every occurrence.
    min_count : int, words in fewer bags are left out and keep zero vectors.
    vectors : what stands for a word in every question. "input", the rows of W; "sum", those of W + C, which score words
        that occur together as well as words that occur alike; "auto", "sum" until :meth:`choose_vectors` measures.
    seed : int >= 0.
    n_threads : int. One thread gives bit-identical vectors for a seed, and the exact trainer does with any number. With
        several, the sampling trainer's threads write to the shared rows without locks ("Hogwild"): faster, almost as
        good, and different at each run.

    Attributes
    ----------
    W, C : (n_words, dim) float32, input and output vectors.
    history : History; its loss is the mean a pair (float64): of the vectors after each sweep (exact), or taken before
        each bag's step (sampling).
    """

    def __init__(
        self,
        dim=100,
        n_negative=5,
        n_shared=10,
        permutation=3,
        trainer="auto",
        epochs=15,
        sweeps=3,
        learning_rate=0.5,
        schedule="linear",
        ns_exponent=0.75,
        sample=0.0,
        min_count=1,
        vectors="auto",
        seed=0,
        n_threads=1,
    ):
        for name, value, least in (
            ("dim", dim, 1),
            ("n_negative", n_negative, 1),
            ("n_shared", n_shared, 1),
            ("permutation", permutation, 2),
            ("epochs", epochs, 1),
            ("sweeps", sweeps, 1),
            ("sample", sample, 0),
            ("min_count", min_count, 1),
            ("seed", seed, 0),
            ("n_threads", n_threads, 1),
        ):
            if not value >= least:
                raise SettingsError(f"word2vec: {name} is {value}; it must be at least {least}")
        if not learning_rate > 0:
            raise SettingsError(f"word2vec: learning_rate is {learning_rate}; it must be above 0, try 0.5")
        for name, value, allowed in (
            ("trainer", trainer, ("auto", "exact", "sampling")),
            ("schedule", schedule, ("linear", "constant")),
            ("vectors", vectors, ("auto", "input", "sum")),
        ):
            if value not in allowed:
                raise SettingsError(f"word2vec: {name} is '{value}'; it must be one of {', '.join(allowed)}")
        self.dim, self.n_negative, self.n_shared, self.permutation = dim, n_negative, n_shared, permutation
        self.trainer, self.epochs, self.sweeps = trainer, epochs, sweeps
        self.learning_rate, self.schedule = learning_rate, schedule
        self.ns_exponent, self.sample, self.min_count = ns_exponent, sample, min_count
        self.vectors, self.seed, self.n_threads = vectors, seed, n_threads
        self._forget(0)

    # Training

    def plan(self, bags):
        """Which trainer :meth:`fit` takes for `bags`, why, and the memory it needs: a Plan. Trains nothing."""
        return make_plan(self, bags)

    def fit(self, bags, *, state=None, on_epoch=None, on_progress=None):
        """Train on `bags`, a CSR matrix (n_posts, n_words) whose stored entries are the words of each post.

        state : what :meth:`state` returned after some epoch; training goes on from there, on the same bags.
        on_epoch : called as on_epoch(self) after each epoch or sweep, when no thread works; a true answer ends training.
        on_progress : called with the number of bags done since its last call.

        Raises DataError where no bag has two words, DivergenceError where the vectors stop being finite.
        """
        self._forget(bags.shape[1])
        bags = self._counted(bags)
        self.trained_by = self.plan(bags).trainer
        if state is not None:
            if state["W"].shape != (bags.shape[1], self.dim):
                raise DataError(
                    f"the saved vectors are {state['W'].shape}, this training needs {(bags.shape[1], self.dim)}"
                )
            self.restore(state)
            self.history = History([float(loss) for loss in state["history"]])
        return self._run(bags, 0, on_epoch, on_progress)

    def partial_fit(self, bags, *, on_epoch=None, on_progress=None):
        """Learn from new posts as well. `bags` has the old words' columns in their places, and new words' after them.

        What was learnt is not trained away. The exact trainer adds the new counts to those it has and improves all
        vectors on both. The sampling trainer visits the new bags and up to 20,000 of the old ones, which it remembers,
        in turn; the sums of squared gradients that Adagrad has for each row make the steps of well-known words small
        and those of new words large. Either way an old word's vector moves from where it is.

        Other arguments, and errors, as in :meth:`fit`; ModelError where the model was saved without what this needs.
        """
        n_old, n_new = len(self.W), bags.shape[1]
        if n_new < n_old:
            raise DataError(f"the new posts have {n_new} word columns, the model has {n_old}; keep the old ones first")
        if n_old and self._W2 is None and self._N is None:
            raise ModelError("this model was saved without what partial_fit needs; train it anew on old and new posts")
        W, C = self.W, self.C
        more = n_new - n_old
        self._counts = np.append(self._counts, np.zeros(more, np.int64))
        if not n_old:
            self._forget(n_new)
        elif self._N is not None:
            self._N = sparse.csr_array(
                (self._N.data, self._N.indices, np.append(self._N.indptr, [self._N.indptr[-1]] * more)), (n_new, n_new)
            )
            new = np.zeros((more, self.dim), np.float32)
            self.W, self.C = np.concatenate([W, new]), np.concatenate([C, new])
        else:
            rng = sampling.generator(self.seed, len(self.history))
            new_W, new_C = sampling.initial_vectors(rng, more, self.dim)
            self.W, self.C = np.concatenate([W, new_W]), np.concatenate([C, new_C])
            self._W2, self._C2 = (np.append(sums, np.zeros(more)) for sums in (self._W2, self._C2))
        bags = self._counted(bags)
        self.trained_by = self.trained_by or self.plan(bags).trainer
        return self._run(bags, len(self.history), on_epoch, on_progress)

    def _forget(self, n_words):
        """An untrained model of `n_words` words."""
        self.W = self.C = np.zeros((n_words, self.dim), np.float32)
        self._counts = np.zeros(n_words, np.int64)
        self._W2 = self._C2 = self._N = self._unit = None
        self._remembered, self._seen = sparse.csr_array((0, n_words), dtype=np.int8), 0
        self.history, self.trained_by, self._begun = History(), "", False

    def _counted(self, bags):
        """`bags` without words of fewer than `min_count` posts, after their words have been counted."""
        sizes = np.diff(bags.indptr)
        if sizes.max(initial=0) > LONGEST:
            raise DataError(f"a post has {sizes.max():,} words; word2vec takes up to {LONGEST:,}, leave such posts out")
        self._counts = self._counts + np.bincount(bags.indices, minlength=bags.shape[1])
        if self.min_count > 1:
            bags = sampling.keep_entries(bags, self._counts[bags.indices] >= self.min_count)
        if not (np.diff(bags.indptr) >= 2).any():
            raise DataError(
                f"word2vec learns from words that share a post, and none of the {bags.shape[0]} posts has two words; "
                "give posts with labels or with more hashtags"
            )
        return bags

    def _run(self, bags, first, on_epoch, on_progress):
        """The epoch loop of both trainers; epochs are numbered from `first` + 1."""
        self._unit = None
        epochs = self._exact_sweeps if self.trained_by == "exact" else self._sampled_epochs
        for loss in epochs(bags, first, on_progress or (lambda done: None)):
            self._check(loss)
            self.history.loss.append(loss)
            if on_epoch and on_epoch(self):
                break
        return self

    def _exact_sweeps(self, bags, first, on_progress):
        weights = sampling.permutation_weights(np.diff(bags.indptr), self.permutation)
        N = exact.cooccurrence(bags, weights)
        self._N = N if self._N is None else exact.sum_of_counts(self._N, N)
        N, P, keep = self._N, self._noise(), sampling.keep_probabilities(self._counts, self.sample)
        if self.sample:
            N = exact.thinned(N, keep)
        a, b = exact.expected_negatives(N, P, self.n_negative)
        pairs = float(N.sum(dtype=np.float64))
        if not self._begun:
            self.W, self.C = exact.spectral_start(N, a, b, self.dim, sampling.generator(self.seed, 0))
            self._begun = True
        with Threads(self.n_threads) as threads:
            while len(self.history) < first + self.sweeps:
                loss = exact.sweep(self.W, self.C, N, a, b, threads)
                on_progress(bags.shape[0])
                yield loss / pairs

    def _sampled_epochs(self, bags, first, on_progress):
        bags = self._with_remembered(bags)
        noise, keep = self._noise(), sampling.keep_probabilities(self._counts, self.sample)
        if not self._begun:
            self.W, self.C = sampling.initial_vectors(sampling.generator(self.seed, 0), len(self.W), self.dim)
            self.W[noise == 0] = 0.0
            self._W2, self._C2, self._begun = np.zeros(len(self.W)), np.zeros(len(self.W)), True
        weights = sampling.permutation_weights(np.diff(bags.indptr), self.permutation)
        cumulative = np.cumsum(noise)
        n_bags, n_chunks = bags.shape[0], -(-bags.shape[0] // CHUNK)
        with Threads(self.n_threads) as threads:
            for epoch in range(len(self.history) + 1, first + self.epochs + 1):
                rng = sampling.generator(self.seed, epoch)
                thin = bags
                if self.sample:
                    thin = sampling.keep_entries(bags, rng.random(bags.nnz) < keep[bags.indices])
                order, losses = rng.permutation(n_bags), []
                for chunk in range(n_chunks):
                    done = ((epoch - first - 1) * n_chunks + chunk) / (self.epochs * n_chunks)
                    rate = self.learning_rate * (1.0 - done if self.schedule == "linear" else 1.0)
                    part = order[chunk * CHUNK : (chunk + 1) * CHUNK]
                    negatives = sampling.draw_negatives(rng, cumulative, len(part), self.n_shared)
                    losses += threads.rows(
                        len(part),
                        lambda t: kernels.train_bags(
                            self.W, self.C, self._W2, self._C2, thin.indptr, thin.indices,
                            part[t], weights, negatives[t], self.n_negative, rate, kernels.EXACT,
                        ),
                    )  # fmt: skip
                    on_progress(len(part))
                sizes = np.diff(thin.indptr).astype(np.float64)
                yield sum(losses) / max(float((weights * sizes * (sizes - 1)).sum()), 1e-300)

    def _with_remembered(self, bags):
        """`bags` with the remembered ones below; then remember REMEMBERED of all posts so far, each equally likely."""
        old = self._remembered
        old = sparse.csr_array((old.data, old.indices, old.indptr), shape=(old.shape[0], bags.shape[1]))
        rng = sampling.generator(self.seed, 2**31 + self._seen)
        n_new, size = bags.shape[0], min(REMEMBERED, self._seen + bags.shape[0])
        from_new = rng.hypergeometric(n_new, self._seen, size) if self._seen else size
        rows = [rng.permutation(part.shape[0])[:k] for part, k in ((bags, from_new), (old, size - from_new))]
        self._remembered = sparse.vstack([bags[np.sort(rows[0])], old[np.sort(rows[1])]], format="csr")
        self._seen += n_new
        return sparse.vstack([bags, old], format="csr") if old.shape[0] else bags

    def _noise(self):
        counts = np.where(self._counts >= self.min_count, self._counts, 0)
        return sampling.noise_distribution(counts, self.ns_exponent)

    def _check(self, loss):
        for name, arrays in (("W", (self.W, self._W2)), ("C", (self.C, self._C2))):
            finite = all(array is None or np.isfinite(array).all() for array in arrays)
            if not (np.isfinite(loss) and finite):
                raise DivergenceError(
                    f"word2vec diverged in epoch {len(self.history) + 1}: {name} or its gradient is no longer finite at "
                    f"learning rate {self.learning_rate:g}; try a smaller one, such as --set word2vec.learning_rate=0.5"
                )

    # What is kept

    def state(self):
        """All that training needs to go on from this epoch, on the same bags: a dict of arrays."""
        sums = {} if self._W2 is None else {"W2": self._W2, "C2": self._C2}
        return {"W": self.W, "C": self.C, **sums, "history": np.array(self.history.loss)}

    def restore(self, state):
        """Take the vectors of an earlier :meth:`state` of this model; the history stays."""
        self.W, self.C, self._begun, self._unit = np.array(state["W"]), np.array(state["C"]), True, None
        if "W2" in state:
            self._W2, self._C2 = np.array(state["W2"]), np.array(state["C2"])

    def to_arrays(self):
        """Everything to be saved, a dict of arrays: the vectors, and what :meth:`partial_fit` needs."""
        arrays = {"W": self.W, "C": self.C, "counts": self._counts, "sum_vectors": np.array(self.vectors != "input")}
        if self._N is not None:
            half = sparse.triu(self._N, format="csr")  # N is symmetric
            return arrays | {"N_data": half.data, "N_indices": half.indices, "N_indptr": half.indptr}
        if self._W2 is None:
            return arrays
        posts = {"posts_indices": self._remembered.indices, "posts_indptr": self._remembered.indptr}
        return arrays | {"W2": self._W2, "C2": self._C2, "seen": np.array(self._seen)} | posts

    @classmethod
    def from_arrays(cls, W, C, *, history=(), settings=None, **kept):
        """A trained model from what :meth:`to_arrays` gave; W and C (n_words, dim) alone will do for questions.

        settings : dict of the parameters that training had, for :meth:`partial_fit`.
        """
        vectors = "sum" if kept.get("sum_vectors", False) else "input"
        model = cls(**{**(settings or {}), "dim": W.shape[1], "vectors": vectors})
        model.W, model.C, model.history, model._begun = W, C, History(list(history)), True
        model._counts = kept.get("counts", np.zeros(len(W), np.int64))
        model._W2, model._C2 = kept.get("W2"), kept.get("C2")
        model._seen, indptr = int(kept.get("seen", 0)), kept.get("posts_indptr", np.zeros(1, np.int32))
        indices = kept.get("posts_indices", np.zeros(0, np.int32))
        model._remembered = sparse.csr_array(
            (np.ones(len(indices), np.int8), indices, indptr), shape=(len(indptr) - 1, len(W))
        )
        if "N_data" in kept:
            half = sparse.csr_array((kept["N_data"], kept["N_indices"], kept["N_indptr"]), (len(W), len(W)))
            model._N = exact.sum_of_counts(half, half.T.tocsr())
        model.trained_by = "exact" if model._N is not None else "sampling"
        return model

    # Questions

    def word_vectors(self):
        """What stands for each word, (n_words, dim) float32: W, or W + C (see `vectors`)."""
        return self.W if self.vectors == "input" else self.W + self.C

    def unit_vectors(self):
        """:meth:`word_vectors` scaled to length 1; a zero vector stays zero."""
        if self._unit is None:
            vectors = self.word_vectors()
            length = np.linalg.norm(vectors, axis=1, keepdims=True)
            self._unit = vectors / np.where(length > 0, length, 1)
        return self._unit

    def choose_vectors(self, given, wanted, restrict_to=None, top=10):
        """Take input vectors or sums, whichever find more of the `wanted` words of posts not trained on.

        given, wanted : CSR (n_posts, n_words), what is asked with and what should be found.
        restrict_to : word ids that may be found; default all.
        Returns {"sum": recall, "input": recall}: the mean share of a post's wanted words among its `top` most similar.
        """
        rows = np.flatnonzero((np.diff(given.indptr) > 0) & (np.diff(wanted.indptr) > 0))
        recalls = {}
        for self.vectors in ("sum", "input"):
            self._unit = None
            ids, _ = self.most_similar(given[rows], top, restrict_to, exclude=False)
            recalls[self.vectors] = _recall(ids, wanted[rows])
        self.vectors, self._unit = max(recalls, key=recalls.get), None
        return recalls

    def similarities(self, sets):
        """Cosine of every word with the mean of the unit vectors of each set of words.

        sets : CSR (n_sets, n_words), stored entries are members.
        Returns (n_sets, n_words) float32; zero throughout for an empty set.
        """
        if not len(self.W):
            raise UntrainedError
        unit = self.unit_vectors()
        mean = _members(sets) @ unit
        length = np.linalg.norm(mean, axis=1, keepdims=True)
        return (mean / np.where(length > 0, length, 1)) @ unit.T

    def most_similar(self, sets, top=20, restrict_to=None, exclude=True, block=2048):
        """The `top` words most similar to each set.

        sets : CSR (n_sets, n_words).  restrict_to : word ids that may be returned; default all.
        exclude : leave out the words of the set itself.
        block : sets at a time; (block, n_words) scores are held in memory.

        Returns (ids (n_sets, top) int32, cosines (n_sets, top) float32), most similar first, ties by id; where there
        are fewer, and for an empty set, ids are -1 and cosines -inf.
        """
        n_sets = sets.shape[0]
        ids = np.full((n_sets, top), -1, np.int32)
        cosines = np.full((n_sets, top), -np.inf, np.float32)
        barred = np.ones(sets.shape[1], bool)
        barred[slice(None) if restrict_to is None else restrict_to] = False
        for start in range(0, n_sets, block):
            part = sets[start : start + block]
            sizes = np.diff(part.indptr)
            scores = self.similarities(part)
            if exclude:
                scores[np.repeat(np.arange(len(sizes)), sizes), part.indices] = -np.inf
            scores[:, barred] = -np.inf
            scores[sizes == 0] = -np.inf
            ids[start : start + block], cosines[start : start + block] = top_k(scores, top)
        return ids, cosines


def _members(sets):
    """The same CSR with every stored value one."""
    return type(sets)((np.ones(sets.nnz, np.float32), sets.indices, sets.indptr), shape=sets.shape)


def _recall(ids, wanted):
    """Mean share of each row's stored entries of `wanted` among the row's ids; 0 without rows."""
    found = np.zeros(wanted.shape, bool)
    rows = np.broadcast_to(np.arange(len(ids))[:, None], ids.shape)
    found[rows[ids >= 0], ids[ids >= 0]] = True
    entry_row = np.repeat(np.arange(len(ids)), np.diff(wanted.indptr))
    hits = np.bincount(entry_row, weights=found[entry_row, wanted.indices], minlength=len(ids))
    return float((hits / np.diff(wanted.indptr)).mean()) if len(ids) else 0.0
