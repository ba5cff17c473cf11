"""The class: checks its input, runs the epochs, answers questions about the vectors. Word ids in, arrays out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from instahash.errors import DataError, DivergenceError, SettingsError
from instahash.word2vec import kernels, sampling

# Bags between two looks at the clock: progress is shown and Ctrl-C is heard after each chunk.
CHUNK = 4096


class Word2Vec:
    """Skip-gram with negative sampling on unordered bags (Mikolov et al. 2013, equation 4).

    Every ordered pair of words of a bag is trained on with the weight it has in all permutations of `permutation`
    words of that bag, which are never listed. Departures from word2vec.c: the window is the whole bag; a bag's pairs
    are one step and share `n_shared` negatives, weighted so that the expected gradient is that of `n_negative` a pair;
    a negative that happens to be the context is kept, as equation 4 has it; rows have Adagrad step sizes (Duchi et
    al. 2011) under a rate that falls linearly to zero, so that bags of a hundred words cannot overshoot.

    Parameters
    ----------
    dim : int, length of a vector.
    n_negative : int, negatives a pair (k).
    n_shared : int, negatives drawn a bag.
    permutation : int >= 2, words a permutation (r).
    epochs : int, passes over all bags.
    learning_rate : float, the first step size of a coordinate.
    ns_exponent : float, exponent of the noise distribution.
    seed : int >= 0.
    n_threads : int. One thread gives bit-identical vectors for a seed. Several write to the shared rows without
        locks ("Hogwild"): faster, almost as good, and different at each run.

    Attributes
    ----------
    W, C : (n_words, dim) float32, input and output vectors.
    history : list of float, mean loss a pair (float64) of each epoch, taken before each bag's step.
    """

    def __init__(
        self,
        dim=100,
        n_negative=5,
        n_shared=20,
        permutation=3,
        epochs=15,
        learning_rate=0.3,
        ns_exponent=0.75,
        seed=0,
        n_threads=1,
    ):
        for name, value, least in (
            ("dim", dim, 1),
            ("n_negative", n_negative, 1),
            ("n_shared", n_shared, 1),
            ("permutation", permutation, 2),
            ("epochs", epochs, 1),
            ("seed", seed, 0),
            ("n_threads", n_threads, 1),
        ):
            if value < least:
                raise SettingsError(f"word2vec: {name} is {value}; it must be at least {least}")
        if not learning_rate > 0:
            raise SettingsError(f"word2vec: learning_rate is {learning_rate}; it must be above 0, try 0.3")
        self.dim, self.n_negative, self.n_shared = dim, n_negative, n_shared
        self.permutation, self.epochs, self.learning_rate = permutation, epochs, learning_rate
        self.ns_exponent, self.seed, self.n_threads = ns_exponent, seed, n_threads
        self.history: list[float] = []
        self._unit = None  # kept from the first question on, so that one question does not scale every vector

    def fit(self, bags, *, state=None, on_epoch=None, on_progress=None):
        """Train on `bags`, a CSR matrix (n_posts, n_words) whose stored entries are the words of each post.

        state : what :meth:`state` returned after some epoch; training goes on from there, on the same bags.
        on_epoch : called as on_epoch(self) after each epoch.
        on_progress : called with the number of bags done since its last call.

        Raises DataError where no bag has two words, DivergenceError where the vectors stop being finite.
        """
        sizes = np.diff(bags.indptr)
        if not (sizes >= 2).any():
            raise DataError(
                f"word2vec learns from words that share a post, and none of the {bags.shape[0]} posts has two words; "
                "give posts with labels or with more hashtags"
            )
        weights = sampling.permutation_weights(sizes, self.permutation)
        weighted_pairs = float((weights * sizes * (sizes - 1.0)).sum())
        counts = np.bincount(bags.indices, minlength=bags.shape[1])
        cumulative = np.cumsum(sampling.noise_distribution(counts, self.ns_exponent))
        self._begin(state, bags.shape[1])

        self._unit = None
        n_chunks = -(-bags.shape[0] // CHUNK)
        with ThreadPoolExecutor(self.n_threads) as pool:
            for epoch in range(len(self.history) + 1, self.epochs + 1):
                rng = sampling.generator(self.seed, epoch)
                order, loss = rng.permutation(bags.shape[0]), 0.0
                for chunk in range(n_chunks):
                    done = ((epoch - 1) * n_chunks + chunk) / (self.epochs * n_chunks)
                    part = order[chunk * CHUNK : (chunk + 1) * CHUNK]
                    negatives = sampling.draw_negatives(rng, cumulative, (len(part), self.n_shared))
                    loss += self._train(pool, bags, part, weights, negatives, self.learning_rate * (1.0 - done))
                    if on_progress:
                        on_progress(len(part))
                self._check(loss, epoch)
                self.history.append(loss / weighted_pairs)
                if on_epoch:
                    on_epoch(self)
        return self

    def state(self):
        """All that training needs to go on: a dict of arrays."""
        return {"W": self.W, "C": self.C, "W2": self._W2, "C2": self._C2, "history": np.array(self.history)}

    @classmethod
    def from_arrays(cls, W, C, history=()):
        """A trained model from its vectors, (n_words, dim) each."""
        model = cls(dim=W.shape[1])
        model.W, model.C, model.history = W, C, list(history)
        return model

    def _begin(self, state, n_words):
        if state is None:
            self.W, self.C = sampling.initial_vectors(sampling.generator(self.seed, 0), n_words, self.dim)
            self._W2, self._C2, self.history = np.zeros(n_words), np.zeros(n_words), []
            return
        if state["W"].shape != (n_words, self.dim):
            raise DataError(f"the saved vectors are {state['W'].shape}, this training needs {(n_words, self.dim)}")
        self.W, self.C = np.array(state["W"]), np.array(state["C"])
        self._W2, self._C2 = np.array(state["W2"]), np.array(state["C2"])
        self.history = [float(loss) for loss in state["history"]]

    def _train(self, pool, bags, order, weights, negatives, learning_rate):
        def run(rows):
            return kernels.train_bags(
                self.W, self.C, self._W2, self._C2, bags.indptr, bags.indices,
                order[rows], weights, negatives[rows], self.n_negative, learning_rate,
            )  # fmt: skip

        cuts = np.linspace(0, len(order), self.n_threads + 1).astype(int)
        return sum(pool.map(run, [slice(a, b) for a, b in zip(cuts, cuts[1:])]))

    def _check(self, loss, epoch):
        for name, arrays in (("W", (self.W, self._W2)), ("C", (self.C, self._C2))):
            if not (np.isfinite(loss) and all(np.isfinite(array).all() for array in arrays)):
                raise DivergenceError(
                    f"word2vec diverged in epoch {epoch}: {name} or its gradient is no longer finite at learning rate "
                    f"{self.learning_rate:g}; try a smaller one, such as --set word2vec.learning_rate=0.3"
                )

    def unit_vectors(self):
        """Input vectors scaled to length 1, (n_words, dim) float32; a zero vector stays zero."""
        if self._unit is None:
            length = np.linalg.norm(self.W, axis=1, keepdims=True)
            self._unit = self.W / np.where(length > 0, length, 1)
        return self._unit

    def similarities(self, sets):
        """Cosine of every word with the mean of the unit vectors of each set of words.

        sets : CSR (n_sets, n_words), stored entries are members.
        Returns (n_sets, n_words) float32; zero throughout for an empty set.
        """
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
            ids[start : start + block], cosines[start : start + block] = kernels.top_k(scores, top)
        return ids, cosines


def _members(sets):
    """The same CSR with every stored value one."""
    return type(sets)((np.ones(sets.nnz, np.float32), sets.indices, sets.indptr), shape=sets.shape)
