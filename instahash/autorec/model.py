"""The class: checks its input, trains, predicts, recommends. CSR in, arrays out."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from instahash.autorec import kernels
from instahash.autorec.checks import check_settings, word_ids
from instahash.autorec.epochs import codes, mean_square, run, solve_decoder
from instahash.autorec.memory import Memory
from instahash.autorec.optimize import make_optimizer
from instahash.autorec.spectral import spectral_start
from instahash.autorec.units import activate, bounded
from instahash.errors import DataError, ModelError, UntrainedError
from instahash.threads import Threads
from instahash.topk import top_k
from instahash.training import History

# What the first weights of a softmax network are of those of a squared one.
SMALL = 0.1
# Posts whose codes one thread has before others would have started.
FEW = 64
# Outputs that are held at a time where many posts are asked about.
OUTPUTS = 2**24


class AutoRec:
    """Autoencoder with one hidden layer: squared error on the ratings of all words or of the rated ones, or the cross-
    entropy of a softmax over all words; L2.

    Sedhain et al. 2015, equations 1 and 2. Though the loss sums over all words, a rating vector is a constant, the
    background, plus a few entries, and the output is linear, so that loss and gradient follow exactly from U'U, H'H and
    the stored entries (`decoder.py`; sigmoid outputs are worked through in slices of words): no array of posts x words
    is ever made, and training knows the vocabulary's size only through U and V.

    Departures from the paper: V acts on what a rating has above the background, so that an unrated word says nothing to
    a unit whatever the background; and codes are g(z) - g(0). Both only move constants into mu and b, the functions
    that the network can be are the same, but training is far better conditioned: a unit's mean no longer reaches every
    output.

    Inputs and targets may have columns of their own, n_inputs and n_outputs: a network from what is seen to what is
    wanted. Where only ratings are given both are n_words.

    Parameters
    ----------
    n_hidden : int.
    epochs : int, passes over all posts; 0 where the start is all that is wanted (init="spectral" or decoder="ridge").
    batch_size : int, posts a step.
    learning_rate : float, the first step size.
    reg : float >= 0, weight of L2 on V and U, beside a loss that is a mean over posts.
    init : "spectral", the best linear autoencoder in closed form (`spectral.py`), where unrated words are enforced;
        "random"; or "auto", the first of these that can be.
    decoder : "gradient", U and b follow the gradient as V and mu do; "ridge", they are solved for in closed form after
        each epoch, in which V and mu followed the gradient.
    optimizer : "adam", "momentum", "sgd" (batch by batch) or "lbfgs" (all posts at once, ten iterations an epoch).
    schedule : "linear", "cosine", both falling to zero, or "constant": the step size over the epochs.
    hidden : "sigmoid", "tanh", "relu" or "identity".
    output : "identity", or "sigmoid", which is spread over the range of the ratings.
    objective : "enforced", unrated words have the background as their rating; "observed", only stored ratings count;
        "multinomial", outputs are unnormalised log-probabilities, and a post's loss is the cross-entropy -sum_j s_j log
        p_j of its targets s >= 0 (Liang et al. 2018, equation 2). It holds an array (batch_size, n_outputs).
    absent_weight : float > 0, weight of an unrated word's error where they are enforced; 1 for a stored rating.
    corruption : float in [0, 1), probability with which an input is dropped at each visit; the rest are divided by one
        minus it (denoising, Vincent et al. 2008).
    masked : bool, for objective="multinomial" with targets in the places of the inputs: only what was dropped of the
        input is a target, and the rest is not divided, so that a network learns to complete what it is given.
    dropout : float in [0, 1), the probability for hidden units (Srivastava et al. 2014), the rest divided likewise.
    dtype : "float32" or "float64", of all that is trained.
    seed : int >= 0.
    n_threads : int, threads of training in all: BLAS gets one meanwhile. The same number gives the same bits;
        another number sums in another order, and differs in the last digits.

    Attributes
    ----------
    V (n_hidden, n_inputs), mu (n_hidden,), U (n_outputs, n_hidden), b (n_outputs,) : of `dtype`, see the room's legend.
    history : History; its loss is the RMSE of each epoch over the entries that count, with their weights, or the cross-
        entropy for each unit of target (float64).
        Each batch is measured before its step; with decoder="ridge" and "lbfgs" it is the RMSE of the epoch's result.
    """

    def __init__(
        self,
        n_hidden=500,
        epochs=20,
        batch_size=512,
        learning_rate=1e-3,
        reg=0.0,
        init="auto",
        decoder="gradient",
        optimizer="adam",
        schedule="linear",
        hidden="sigmoid",
        output="identity",
        objective="enforced",
        absent_weight=1.0,
        corruption=0.0,
        masked=False,
        dropout=0.0,
        dtype="float32",
        seed=0,
        n_threads=1,
    ):
        self.n_hidden, self.epochs, self.batch_size = n_hidden, epochs, batch_size
        self.learning_rate, self.reg, self.decoder = learning_rate, reg, decoder
        self.init = init if init != "auto" else "spectral" if objective == "enforced" else "random"
        self.optimizer, self.schedule, self.hidden, self.output = optimizer, schedule, hidden, output
        self.objective, self.absent_weight = objective, absent_weight
        self.corruption, self.masked, self.dropout = corruption, masked, dropout
        self.dtype, self.seed, self.n_threads = np.dtype(dtype), seed, n_threads
        self._weight = float(absent_weight) if objective == "enforced" else 0.0
        check_settings(self)
        self._forget(0, 0, 0.0)

    # Training

    def fit(self, ratings, background=-1.0, *, targets=None, state=None, on_epoch=None, on_progress=None):
        """Train to give `targets` for `ratings`.

        ratings : CSR (n_posts, n_inputs) float, what the network sees; entries not stored have the rating `background`.
        targets : CSR (n_posts, n_outputs) over the same background; default the ratings themselves.
        state : what :meth:`state` returned after some epoch; training goes on from there, on the same ratings and with
            the same settings, `epochs` among them, by which the learning rate falls.
        on_epoch : called as on_epoch(self) after each epoch; a true answer ends training.
        on_progress : called with the number of posts done since its last call.

        Raises DataError for matrices without posts, of different lengths, or with ratings that are not finite;
        DivergenceError where the parameters stop being finite.
        """
        X, S = self._checked(ratings, background, targets)
        if S.nnz == 0:
            raise DataError("autorec was given no rating; it needs at least one stored entry to learn from")
        self._forget(X.shape[1], S.shape[1], background)
        with Threads(self.n_threads, blas=False) as threads:
            if self.output == "sigmoid":
                self.span = np.array([min(S.data.min(), 0.0), max(S.data.max(), 0.0)], self.dtype)
                if self.span[0] == self.span[1]:
                    raise DataError("autorec was given no rating but the background's; set output=identity")
            if state is not None:
                self.restore(state)
                self.history = History([float(loss) for loss in state["history"]])
            else:
                self._start(X, S, threads)
            run(self, X, S, 0, threads, on_epoch, on_progress)
        self._memory.add(X, S, self.seed)
        return self

    def partial_fit(self, ratings, *, targets=None, on_epoch=None, on_progress=None):
        """Learn from new posts as well. Columns: the old ones in their places, and new ones after them.

        The new posts are trained on for `epochs` epochs together with up to 20,000 of the old ones, which the model
        remembers, so that what was learnt is not trained away. A new word enters with the mean encoder weights of the
        words it shares posts with; where the objective has a closed form for the decoder, training starts from it. With
        init="spectral" a new start from the spectrum of these posts is made too, and the better of both is taken.

        Other arguments, and errors, as in :meth:`fit`; ModelError where the model was saved without what this needs.
        """
        self._must_be_trained()
        X, S = self._checked(ratings, self.background, targets)
        for n_new, n_old in ((X.shape[1], len(self._Vt)), (S.shape[1], len(self.U))):
            if n_new < n_old:
                raise DataError(f"the new posts have {n_new} columns, the model has {n_old}; keep the old ones first")
        if self._memory.X is None:
            raise ModelError("this model holds no posts to practise with; call fit first, or train anew on all posts")
        if len(self.span) and S.nnz and (S.data.min() < self.span[0] or S.data.max() > self.span[1]):
            low, high = self.span + self.background
            raise DataError(f"new ratings go beyond the outputs' range, {low:g} to {high:g}; train anew on all posts")
        all_X, all_S = self._memory.after(X, S)
        with Threads(self.n_threads, blas=False) as threads:
            self._grow(all_X, all_S)
            rng = np.random.default_rng([self.seed, self._memory.seen])
            if self._weight == 1 and self.output == "identity":
                solve_decoder(self, all_X, all_S, rng, threads)
            if self.init == "spectral":
                learnt, loss = (self._Vt, self.mu, self.U, self.b), mean_square(self, all_X, all_S, 0.0, threads)
                self._start(all_X, all_S, threads)
                if mean_square(self, all_X, all_S, 0.0, threads) > loss:
                    self._Vt, self.mu, self.U, self.b = learnt
            run(self, all_X, all_S, len(self.history), threads, on_epoch, on_progress)
        self._memory.add(X, S, self.seed)
        return self

    def _checked(self, ratings, background, targets):
        """Inputs and targets less the background, CSR of `dtype`; one object where they are one."""
        if ratings.shape[0] == 0:
            raise DataError("autorec was given no posts; it needs at least one rating vector to learn from")
        if targets is not None and ratings.shape[0] != targets.shape[0]:
            raise DataError(
                f"autorec was given ratings {ratings.shape} and targets {targets.shape}; their posts must agree"
            )
        X = self._above(ratings, background)
        S = X if targets is None or targets is ratings else self._above(targets, background)
        if not (np.isfinite(X.data).all() and np.isfinite(S.data).all()):
            raise DataError("autorec was given a rating that is not a finite number; leave such entries out")
        if self.objective == "multinomial" and (background != 0 or (S.data < 0).any()):
            raise DataError("autorec: objective=multinomial needs targets of at least 0 over a background of 0")
        if self.masked and not (np.array_equal(X.indptr, S.indptr) and np.array_equal(X.indices, S.indices)):
            raise DataError(
                "autorec: masked=True needs targets in the places of the inputs; give the same words to both"
            )
        return X, S

    def _fits(self, ratings):
        """DataError where a question is not about the words of this model, UntrainedError where it has none."""
        self._must_be_trained()
        if ratings.shape[1] != len(self._Vt):
            raise DataError(f"autorec was given {ratings.shape[1]} word columns; the model has {len(self._Vt)} words")

    def _must_be_trained(self):
        if not len(self._Vt):
            raise UntrainedError

    def _asked(self, ratings, background):
        """Inputs of a question, less the background that it has or that of the training."""
        self._fits(ratings)
        return self._above(ratings, self.background if background is None else background)

    def _above(self, ratings, background):
        """Ratings less the background, CSR of `dtype`, every entry stored once."""
        ratings = sparse.csr_array(ratings)
        if not ratings.has_canonical_format:
            ratings = ratings.copy()
            ratings.sum_duplicates()
        data = ratings.data.astype(self.dtype) - self.dtype.type(background)
        return sparse.csr_array((data, ratings.indices, ratings.indptr), shape=ratings.shape)

    def _forget(self, n_inputs, n_outputs, background):
        self._Vt, self.U = (np.zeros((n, self.n_hidden), self.dtype) for n in (n_inputs, n_outputs))
        self.mu, self.b = np.zeros(self.n_hidden, self.dtype), np.zeros(n_outputs, self.dtype)
        self.background, self.span = float(background), np.empty(0, self.dtype)
        self.history, self._optimizer, self._memory = History(), None, Memory()

    def _start(self, X, S, threads):
        rng = np.random.default_rng([self.seed, 0])
        if self.init == "spectral":
            start = spectral_start(X, S, self.n_hidden, self.hidden, self.corruption, rng, threads)
            self._Vt, self.mu, self.U, self.b = start
            if len(self.span):  # outputs then start at the mean rating
                self.U[:] = 0
        else:
            # A unit's input then varies by about one over the posts, the range in which a sigmoid bends.
            scale = 1 / np.sqrt(max(np.sum(np.square(X.data, dtype=np.float64)) / X.shape[0], 1.0))
            if self.objective == "multinomial":  # units that begin small and alike overfit far less
                scale *= SMALL
            self._Vt[:] = rng.standard_normal(self._Vt.shape, np.float32)
            self._Vt *= self.dtype.type(scale)
        if self.init == "random" or len(self.span):
            self.b[:] = self._best_constants(S)
        if self.decoder == "ridge":
            solve_decoder(self, X, S, rng, threads)

    def _best_constants(self, S):
        """The b of each word for which outputs without codes have the least loss."""
        total = np.bincount(S.indices, weights=S.data, minlength=S.shape[1])
        if self.objective == "multinomial":
            return np.log((total + 1) / (total.sum() + len(total)))
        stored = np.bincount(S.indices, minlength=S.shape[1])
        mean = total / np.maximum(stored + self._weight * (S.shape[0] - stored), 1e-300)
        if not len(self.span):
            return mean
        share = ((mean - self.span[0]) / (self.span[1] - self.span[0])).clip(1e-3, 1 - 1e-3)
        return np.log(share / (1 - share))

    def _grow(self, X, S):
        """Make room for new words, which are the last columns of X and S."""
        n_old, more = len(self._Vt), S.shape[1] - len(self.U)
        company = abs(X.T.tocsr()[n_old:]) @ abs(X[:, :n_old])  # how much each new word has to do with each old one
        total = company.sum(axis=1)
        new = (company @ self._Vt) / np.where(total > 0, total, 1)[:, None]
        self._Vt = np.concatenate([self._Vt, new.astype(self.dtype)])
        self.U = np.concatenate([self.U, np.zeros((more, self.n_hidden), self.dtype)])
        self.b = np.concatenate([self.b, self._best_constants(S)[len(self.b) :].astype(self.dtype)])
        self._optimizer = None

    def _parameters(self):
        """What the optimiser changes."""
        encoder = {"V": self._Vt, "mu": self.mu}
        return encoder if self.decoder == "ridge" else encoder | {"U": self.U, "b": self.b}

    # What is kept

    def remembered(self):
        """(inputs, targets), CSR less the background, of the up to 20,000 posts kept for :meth:`partial_fit`."""
        return self._memory.X, self._memory.S

    def fade(self, factor):
        """Let the posts seen so far weigh `factor` of what they did when :meth:`partial_fit` practises with them.

        For objective="multinomial", in which a post's targets are also its weight.
        """
        self._must_be_trained()
        memory = self._memory
        if memory.S is memory.X:
            memory.S = memory.X.copy()
        memory.S.data *= self.dtype.type(factor)

    @property
    def V(self):
        """The encoder, (n_hidden, n_words); a view of the array that holds a word's weights side by side."""
        return self._Vt.T

    def state(self):
        """All that training needs to go on, a dict of arrays. They are the model's own: copy what must stay."""
        arrays = {"Vt": self._Vt, "mu": self.mu, "U": self.U, "b": self.b, "history": np.array(self.history.loss)}
        return arrays | (self._optimizer.state() if self._optimizer else {})

    def restore(self, state):
        """Take the parameters of an earlier :meth:`state` of this model; the history stays."""
        shape = getattr(state.get("U"), "shape", None)
        if shape != self.U.shape or "Vt" not in state:
            raise DataError(f"the saved state has a decoder of shape {shape}, this training needs {self.U.shape}")
        for array, name in ((self._Vt, "Vt"), (self.mu, "mu"), (self.U, "U"), (self.b, "b")):
            array[:] = state[name]
        self._optimizer = make_optimizer(self.optimizer, self._parameters())
        if self._optimizer:
            try:
                self._optimizer.restore(state)
            except KeyError as missing:
                raise DataError(f"the saved state lacks {missing}: it is of another optimizer or decoder") from None

    def to_arrays(self):
        """Everything to be saved, a dict of arrays: the parameters, and what :meth:`partial_fit` needs."""
        arrays = {"V": self.V, "mu": self.mu, "U": self.U, "b": self.b, "span": self.span}
        return arrays | {"background": np.array(self.background)} | self._memory.to_arrays()

    @classmethod
    def from_arrays(cls, V, mu, U, b, *, history=(), settings=None, **kept):
        """A trained model from what :meth:`to_arrays` gave, or from V, mu, U and b of the published form.

        The published form is U g(V r + mu) + b with g the sigmoid itself; U g(0) is then moved into b.
        settings : dict of the parameters that training had.
        """
        model = cls(**{**(settings or {}), "n_hidden": len(mu), "dtype": U.dtype})
        model._Vt, model.mu, model.U, model.b = (np.array(array, order="C") for array in (V.T, mu, U, b))
        model.history = History(list(history))
        if "background" not in kept:
            model.b = b + U.sum(axis=1) / 2
            return model
        model.background, model.span = float(kept["background"]), np.array(kept["span"])
        model._memory = Memory.from_arrays(kept, V.shape[1], len(U))
        return model

    # Questions

    def encode(self, ratings, background=None):
        """Codes g(V (r - background) + mu), (n_posts, n_hidden), of a CSR matrix of ratings.

        background : rating of the entries not stored; default that of the training, so that a word that is not given
            says nothing and a given one says what it said there.
        """
        with Threads(self.n_threads if ratings.shape[0] > FEW else 1) as threads:
            return codes(self, self._asked(ratings, background), threads)

    def drives(self, ratings, background=None):
        """What each stored rating adds to the input of each unit, (ratings.nnz, n_hidden), in the order of the entries.

        A post's rows and mu add up to what :meth:`encode` takes the hidden activation of; arguments as there.
        """
        X = self._asked(ratings, background)
        return X.data[:, None] * self._Vt[X.indices]

    def predict(self, ratings, background=None):
        """Outputs, (n_posts, n_outputs), arguments as in :meth:`encode`; for objective="multinomial" log-probabilities
        but for a constant a post. Give few posts at a time: the array is dense."""
        Z = self.encode(ratings, background) @ self.U.T
        Z += self.b
        if len(self.span):
            bounded(Z, self.span)
        Z += self.dtype.type(self.background)
        return Z

    def predict_at(self, ratings, places, background=None):
        """Outputs at the stored entries of `places`, CSR (n_posts, n_outputs), in their order: (places.nnz,)."""
        self._fits(ratings)
        places = sparse.csr_array(places)
        if places.shape != (ratings.shape[0], len(self.U)):
            raise DataError(
                f"autorec was asked at places {places.shape}; for these ratings it needs {ratings.shape[0]} posts of "
                f"{len(self.U)} words"
            )
        out = np.empty(places.nnz, self.dtype)
        with Threads(self.n_threads) as threads:
            H = codes(self, self._asked(ratings, background), threads)

            def give(part):
                rows = places.indptr[part.start : part.stop + 1]
                kernels.outputs_at(rows, places.indices, H[part], self.U, self.b, out)

            threads.entries(places.indptr, give)
        if len(self.span):
            bounded(out, self.span)
        return out + self.dtype.type(self.background)

    def rmse(self, ratings, background=None, targets=None):
        """RMSE (float64) of what the network gives for `ratings`, over the entries that count, with their weights."""
        if self.objective == "multinomial":
            raise DataError("autorec: objective=multinomial has no RMSE; its loss stands in the history")
        background = self.background if background is None else background
        self._fits(ratings)
        X, S = self._checked(ratings, background, targets)
        with Threads(self.n_threads, blas=False) as threads:
            # Outputs are above one background, targets above the other.
            return float(np.sqrt(mean_square(self, X, S, self.background - background, threads)))

    def recommend(self, words, top=10, *, exclude_seen=True, restrict_to=None, banned=(), background=None):
        """The words with the highest outputs.

        words : ids of the words of one post, each rated 1, or a CSR matrix of ratings (n_posts, n_words).
        exclude_seen : leave out the words that were given.
        restrict_to : ids that may be returned; default all.  banned : ids that may not.
        background : as in :meth:`encode`.

        Returns (ids int32, scores), highest first, ties by id. For one post both have min(top, words allowed) entries;
        for a matrix both are (n_posts, min(top, words allowed to any)), and where `exclude_seen` leaves a post fewer,
        the rest are -1 and -inf. Raises DataError for ids that are no words, and for `exclude_seen` where inputs and
        outputs have columns of their own.
        """
        self._must_be_trained()
        n_words = len(self.U)
        if exclude_seen and len(self._Vt) != n_words:
            raise DataError(
                f"autorec: {len(self._Vt)} inputs are not the {n_words} outputs; seen ones cannot be left out, set "
                "exclude_seen=False"
            )
        if not (isinstance(top, (int, np.integer)) and top >= 0):
            raise DataError(f"autorec: top is {top!r}; it must be a whole number of at least 0")
        allowed = np.zeros(n_words, bool)
        allowed[slice(None) if restrict_to is None else word_ids(restrict_to, n_words, "restrict_to")] = True
        allowed[word_ids(banned, n_words, "banned")] = False
        if sparse.issparse(words):
            return self._recommend_many(sparse.csr_array(words), top, exclude_seen, allowed, background)
        return self._recommend_one(
            np.unique(word_ids(words, len(self._Vt), "words")), top, exclude_seen, allowed, background
        )

    def _recommend_one(self, given, top, exclude_seen, allowed, background):
        if exclude_seen:
            allowed[given] = False
        columns = np.flatnonzero(allowed)
        background = self.background if background is None else background
        h = self.mu + self.dtype.type(1 - background) * self._Vt[given].sum(axis=0)
        activate(self.hidden, h[None])
        outputs = np.empty(len(columns), self.dtype)
        kernels.outputs_at(np.array([0, len(columns)]), columns, h[None], self.U, self.b, outputs)
        places, scores = top_k(outputs[None], min(top, len(columns)))
        return columns[places[0]].astype(np.int32), self._ratings(scores[0])

    def _recommend_many(self, words, top, exclude_seen, allowed, background):
        columns, place = np.flatnonzero(allowed), np.cumsum(allowed) - 1
        U, b = (self.U, self.b) if allowed.all() else (self.U[columns], self.b[columns])
        shape = words.shape[0], min(top, len(columns))
        ids, scores = np.empty(shape, np.int32), np.empty(shape, self.dtype)
        block = max(1, OUTPUTS // max(1, len(columns)))
        with Threads(self.n_threads, blas=False) as threads:
            for start in range(0, shape[0], block):
                part = words[start : start + block]
                H = codes(self, self._asked(part, background), threads)

                def answer(rows, part=part, H=H, start=start):
                    outputs = H[rows] @ U.T
                    outputs += b
                    if exclude_seen:
                        given = part[rows]
                        post = np.repeat(np.arange(given.shape[0]), np.diff(given.indptr))
                        seen = allowed[given.indices]
                        outputs[post[seen], place[given.indices[seen]]] = -np.inf
                    into = slice(start + rows.start, start + rows.stop)
                    ids[into], scores[into] = top_k(outputs, shape[1])

                threads.rows(len(H), answer)
        found = ids >= 0
        ids[found] = columns[ids[found]]
        return ids, self._ratings(scores)

    def _ratings(self, scores):
        """Outputs as ratings: through the output units and over the background. Their order does not change."""
        if len(self.span):
            finite = np.isfinite(scores)
            scores[finite] = bounded(scores[finite], self.span)
        return scores + self.dtype.type(self.background)
