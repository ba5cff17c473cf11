"""The experts of mode "best", each trained as it is asked.

autorec      description -> hashtags, AutoRec with a softmax, words dropped from its input
linear       the same question to a ridge regression
completion   hashtags -> the hashtags that go with them, AutoRec trained to complete what was hidden
word2vec     the skip-gram model's own log P(t | words), but for a constant: the mean input vector times C
cooccurrence the share of posts with a word that use the hashtag, the mean over the words
common       what people with the asker's features, and lately everybody, used more than usual
personal     what the asker used more than they
popularity   log of the share of all uses
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from instahash.autorec import AutoRec
from instahash.errors import DataError
from instahash.recommend import Cooccurrence, Preferences, Ridge
from instahash.sparse import ones, renumber
from instahash.word2vec import Word2Vec

# A word's presence is this number in the input; its label's score, standardised, has the standard deviation SPREAD.
PRESENCE, SPREAD = 0.7, 0.5
# What scores are taken to deviate at least: where all were alike, another one means little.
LEAST_DEVIATION = 0.05
# The least output of the linear model, and of co-occurrence, whose logarithm is taken.
FLOOR, LEAST_SHARE = 1e-2, 1e-3
EVERYBODY = ""


class Experts:
    """The models, and the log-scores that they give to hashtags.

    settings : Settings.  vocabulary : Vocabulary.

    Attributes besides, after :meth:`fit`
    -------------------------------------
    hashtags : (n_hashtags,) int32, the words that the outputs stand for.
    labelled : (n_words,) bool, words that descriptions had in training: what experts learnt to read.
    usual : (float, float), mean and standard deviation of labels' scores.
    word2vec : Word2Vec.  autorec, completion : AutoRec.  preferences : Preferences.
    cooccurrence : Cooccurrence, None where uses fade: its counts do not.
    linear : Ridge, None where its dense matrices would not fit.
    """

    def __init__(self, settings, vocabulary):
        self.settings, self.vocabulary = settings, vocabulary
        self.labelled, self.cooccurrence = np.zeros(0, bool), None

    # Training

    def fit(self, dataset, rows, trainer, report):
        """Train on these rows; which hashtags there are, and what is usual and now, is taken from all posts."""
        settings = self.settings
        self.hashtags = np.flatnonzero(self.vocabulary.is_hashtag).astype(np.int32)
        self._see_labels(dataset)
        scores, n_posts = dataset.description.data, len(dataset.ids)
        self.usual = (float(scores.mean()), max(float(scores.std()), LEAST_DEVIATION)) if len(scores) else (1.0, 1.0)
        self.preferences = Preferences(half_life=settings.recommend.half_life or None)
        now, dataset = latest(dataset), dataset.take(rows)
        shared = {"seed": settings.seed, "n_threads": settings.n_threads}
        self.word2vec = Word2Vec(**vars(settings.word2vec), **shared)
        self.autorec = AutoRec(**settings.autorec.of_model(n_posts), **shared)
        self.completion = AutoRec(**settings.completion.of_model(n_posts), **shared)
        plan = self.word2vec.plan(dataset.bags)
        report(f"Word2Vec: {plan.trainer} trainer, {plan.why}; at most {plan.memory / 1e6:,.0f} MB.")
        trainer.run(self.word2vec, "word2vec", plan.epochs, dataset.bags)
        weights = self.weights(dataset, now)
        described, given, targets = self.examples(dataset, weights)
        self.linear = self._fit_linear(described, targets, weights, report)
        if not settings.recommend.half_life:
            self.cooccurrence = Cooccurrence().fit(dataset.description, dataset.hashtags)
        trainer.run(self.autorec, "autorec", self.autorec.epochs, described, 0.0, targets=targets)
        trainer.run(self.completion, "completion", self.completion.epochs, given, 0.0, targets=targets)
        self.preferences.fit(self._keys(dataset.keys), self.outputs(dataset.hashtags), self.log_share(), dataset.times)
        report(f"Word2Vec: loss a pair {self.word2vec.history[-1]:.4f} in the last epoch.")
        for name, model in (("AutoRec", self.autorec), ("Completion", self.completion)):
            report(f"{name}: cross-entropy a hashtag {model.history[-1]:.4f} in the last epoch.")

    def partial_fit(self, dataset):
        """Learn from new posts as well; `dataset` is in the numbers of the grown vocabulary.

        The linear model is then that of the new posts and of the up to 20,000 that AutoRec remembers.
        """
        self.vocabulary = dataset.vocabulary
        self._see_labels(dataset)
        new = np.flatnonzero(dataset.vocabulary.is_hashtag)
        self.hashtags = np.concatenate([self.hashtags, np.setdiff1d(new, self.hashtags).astype(np.int32)])
        before = self.preferences.now
        now = max(before, latest(dataset))
        faded = self.preferences.weights(before, now) if np.isfinite(before) else 1.0
        described, given, targets = self.examples(dataset, self.weights(dataset, now))
        self.word2vec.partial_fit(dataset.bags)
        for model, inputs in ((self.autorec, described), (self.completion, given)):
            model.fade(faded)
            model.epochs = self.settings.recommend.live_epochs
            model.partial_fit(inputs, targets=targets)
        inputs, targets = self.autorec.remembered()
        n = np.diff(targets.indptr)
        weights = targets.data[np.minimum(targets.indptr[:-1], targets.nnz - 1)] * np.sqrt(n)  # those of `examples`
        self.linear = self._fit_linear(inputs, targets, weights)
        self.preferences.grow(len(self.hashtags))
        self.remember(dataset)

    def _see_labels(self, dataset):
        labelled = np.bincount(dataset.description.indices, minlength=len(self.vocabulary)) > 0
        labelled[: len(self.labelled)] |= self.labelled
        self.labelled = labelled

    def _fit_linear(self, inputs, targets, weights, report=lambda line: None):
        """The ridge regression, None where its dense matrices would not fit: the other experts do without."""
        try:
            return Ridge(self.settings.recommend.reg).fit(inputs, targets, weights)
        except DataError as error:
            report(f"Left out: {error}.")

    def weights(self, dataset, now):
        """(n_posts,) float32, what posts count by their age: half after each half-life, 1 at an unknown time."""
        times = np.full(len(dataset.ids), np.nan) if dataset.times is None else dataset.times
        return self.preferences.weights(times, now).astype(np.float32)

    def examples(self, dataset, post_weights):
        """Inputs of the two AutoRecs and their common targets, CSR.

        A post's n targets weigh 1 / sqrt(n) each, half way between a mean over hashtags and a mean over posts, times
        the post's own weight.
        """
        given = self.outputs(dataset.hashtags)
        n = np.diff(given.indptr)
        weights = np.repeat(post_weights / np.sqrt(np.maximum(n, 1)), n).astype(np.float32)
        targets = sparse.csr_array((weights, given.indices, given.indptr), shape=given.shape)
        return self.inputs(dataset.description), given, targets

    def inputs(self, description):
        """AutoRec's input, CSR (n_posts, 2 n_words): column 2j is the presence of word j, 2j + 1 its score.

        Each row is brought to the same length, as by Liang et al. (2018): one word alone says as much as ten together.
        """
        indices = np.repeat(2 * description.indices, 2)
        indices[1::2] += 1
        mean, deviation = self.usual
        data = np.full(len(indices), PRESENCE, np.float32)
        data[1::2] = SPREAD * ((description.data - mean) / deviation).clip(-3, 3)
        shape, length = (description.shape[0], 2 * len(self.vocabulary)), self.settings.autorec.length
        n_inputs = 2 * np.diff(description.indptr)
        factors = np.ones(shape[0], np.float32)
        if length:
            squares = np.bincount(np.repeat(np.arange(shape[0]), n_inputs), data**2, shape[0])
            factors[n_inputs > 0] = length / np.sqrt(squares[n_inputs > 0])
        data *= np.repeat(factors, n_inputs)
        return sparse.csr_array((data, indices, 2 * description.indptr), shape=shape)

    def outputs(self, hashtags):
        """Hashtags in the numbers of the outputs, CSR (n_posts, n_hashtags) float32 of ones; other words are dropped."""
        return ones(renumber(hashtags, self.hashtags))

    def place(self):
        """(n_words,) the output of each word, -1 for none."""
        place = np.full(len(self.vocabulary), -1, np.int32)
        place[self.hashtags] = np.arange(len(self.hashtags))
        return place

    def remember(self, dataset):
        """Count what goes with what, what people like, and what everybody used lately."""
        if self.cooccurrence:
            self.cooccurrence.add(dataset.description, dataset.hashtags)
        self.preferences.add(self._keys(dataset.keys), self.outputs(dataset.hashtags), dataset.times)

    def _keys(self, keys):
        """The names of preferences that matter to posts: their own, and everybody's where these fade."""
        return [(EVERYBODY, *own) for own in keys] if self.settings.recommend.half_life else keys

    # Questions

    def scores(self, wanted, questions, words):
        """The log-scores of the experts with the names `wanted`, a dict of name -> (m, n_hashtags) float32.

        words : questions.words().  The experts that cost nothing are always among them.
        """
        m, n = questions.description.shape[0], len(self.hashtags)
        scores = {}
        if "autorec" in wanted:
            inputs = self.inputs(questions.description)
            scores["autorec"] = self.autorec.predict(inputs)
            linear = self.linear.score(inputs) if self.linear else np.zeros((m, n), np.float32)
            scores["linear"] = np.log(np.maximum(linear, FLOOR))
        if "cooccurrence" in wanted:
            shares = np.zeros((m, n), np.float32)
            if self.cooccurrence:
                shares = self.cooccurrence.score(questions.description)[:, self.hashtags]
            scores["cooccurrence"] = np.log(np.maximum(shares, LEAST_SHARE))
        if "completion" in wanted:
            scores["completion"] = self.completion.predict(self.outputs(questions.chosen))
        if "word2vec" in wanted:
            sizes = np.maximum(np.diff(words.indptr), 1).astype(np.float32)[:, None]
            scores["word2vec"] = (words @ self.word2vec.W / sizes) @ self.word2vec.C[self.hashtags].T
        log_share = self.log_share()
        scores["popularity"] = np.broadcast_to(log_share, (m, n))
        keys = self._keys(questions.keys or [()] * m)
        general = [tuple(key for key in own if not key.startswith("user:")) for own in keys]
        scores["common"] = self.preferences.shift_matrix(general, log_share)
        scores["personal"] = self.preferences.shift_matrix(keys, log_share) - scores["common"]
        return scores

    def log_share(self):
        """(n_hashtags,) float32, log of each hashtag's share of all uses."""
        counts = self.vocabulary.hashtag_counts[self.hashtags].astype(np.float32)
        return np.log(counts / counts.sum())

    def knows(self, key):
        """Whether earlier posts under this key shift what is recommended."""
        return key in self.preferences.rows

    # What is kept

    def header(self):
        """Sizes and histories for model.json."""
        models = {"autorec": self.autorec, "completion": self.completion}
        history = {"word2vec_loss": self.word2vec.history.loss}
        history |= {f"{name}_loss": model.history.loss for name, model in models.items()}
        return {"dim": self.word2vec.dim, "n_hidden": self.autorec.n_hidden}, history

    def files(self):
        """A dict of file name -> arrays."""
        return {
            "word2vec.npz": self.word2vec.to_arrays(),
            "autorec.npz": self.autorec.to_arrays(),
            "completion.npz": self.completion.to_arrays(),
            "linear.npz": self.linear.to_arrays() if self.linear else {},
            "preferences.npz": self.preferences.to_arrays(),
            "experts.npz": {"hashtags": self.hashtags, "labelled": self.labelled, "usual": np.array(self.usual)},
        }

    @classmethod
    def load(cls, settings, vocabulary, n_posts, history, files):
        """The trained experts from what :meth:`header` and :meth:`files` gave."""
        experts, seed = cls(settings, vocabulary), {"seed": settings.seed}
        experts.word2vec = Word2Vec.from_arrays(
            **files["word2vec.npz"], history=history["word2vec_loss"], settings={**vars(settings.word2vec), **seed}
        )
        experts.autorec, experts.completion = (
            AutoRec.from_arrays(
                **files[f"{name}.npz"],
                history=history[f"{name}_loss"],
                settings={**getattr(settings, name).of_model(n_posts), **seed},
            )
            for name in ("autorec", "completion")
        )
        experts.linear = Ridge.from_arrays(files["linear.npz"]) if files["linear.npz"] else None
        experts.preferences = Preferences.from_arrays(files["preferences.npz"])
        if not settings.recommend.half_life:
            experts.cooccurrence = Cooccurrence.from_arrays(files["baselines.npz"])
        experts.hashtags, experts.labelled = (files["experts.npz"][name] for name in ("hashtags", "labelled"))
        experts.usual = tuple(files["experts.npz"]["usual"].tolist())
        if (len(experts.word2vec.W), len(experts.autorec.U)) != (len(vocabulary), len(experts.hashtags)):
            raise ValueError(f"{len(vocabulary)} words and other numbers of vectors")
        return experts


def latest(dataset):
    """The latest known time of its posts, -inf where none is."""
    return -np.inf if dataset.times is None else np.nanmax(dataset.times, initial=-np.inf)
