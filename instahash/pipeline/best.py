"""Mode "best": experts trained as they are asked, fused into one probability.

    autorec      description -> hashtags, AutoRec with a softmax, words dropped from its input
    linear       the same question to a ridge regression
    completion   hashtags -> the hashtags that go with them, AutoRec trained to complete what was hidden
    word2vec     the skip-gram model's own log P(t | words), but for a constant: the mean input vector times C
    common       what people with the asker's features, and lately everybody, used more than usual
    personal     what the asker used more than they
    popularity   log of the share of all uses

Which of them answer depends on what is known; `docs/quality.md` measures what each adds.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from instahash.autorec import AutoRec
from instahash.data import keep, ones, renumber, train_test_split
from instahash.errors import DataError
from instahash.recommend import Fusion, Preferences, Questions, Recommendation, Ridge, diversify, echoes, novelty_shift
from instahash.topk import top_k
from instahash.word2vec import Word2Vec

# By what is known of a post: the experts that answer, and their weights before any post was held out to learn them.
CONTEXTS = {
    "neither": {"popularity": 1.0, "common": 1.0, "personal": 1.0},
    "description": {"autorec": 0.7, "linear": 0.3, "word2vec": 0.4, "common": 1.0, "personal": 1.0},
    "chosen": {"completion": 0.9, "word2vec": 0.2, "common": 1.0, "personal": 1.0},
    "both": {
        "autorec": 0.4,
        "linear": 0.2,
        "completion": 0.6,
        "word2vec": 0.4,
        "common": 0.7,
        "personal": 0.7,
        "popularity": -0.4,
    },
}
# A context's number is the sum of what is known in it.
DESCRIBED, CHOSEN = 1, 2
KNOWN = {
    "neither": "nothing is",
    "description": "a description is",
    "chosen": "chosen hashtags are",
    "both": "a description and chosen hashtags are",
}
# Posts held out to learn the weights, at most, and how many scores each expert gives to all of them.
HELD_OUT, HELD_OUT_SCORES = 2500, 2**24
# A word's presence is this number in the input; its label's score, standardised, has the standard deviation SPREAD.
PRESENCE, SPREAD = 0.7, 0.5
# What scores are taken to deviate at least: where all were alike, another one means little.
LEAST_DEVIATION = 0.05
# The least output of the linear model whose logarithm is taken.
FLOOR = 1e-2
# Hashtags among which a diverse list is chosen, and the words that an answer names of each single model.
CANDIDATES, SHOWN = 100, 20
TOP = 10
EVERYBODY = ""


class Best:
    """The experts, and how they are fused.

    settings : Settings.  vocabulary : Vocabulary.  n_posts : not looked at.
    """

    def __init__(self, settings, vocabulary, n_posts):
        self.settings, self.vocabulary = settings, vocabulary

    # Training

    def fit(self, dataset, trainer, report):
        settings, n_posts = self.settings, len(dataset.ids)
        n_hashtags = int(self.vocabulary.is_hashtag.sum())
        share = min(settings.recommend.held_out, 0.5, HELD_OUT / n_posts, HELD_OUT_SCORES / n_hashtags / n_posts)
        train, held_out = train_test_split(n_posts, share, settings.seed)
        self.hashtags = np.flatnonzero(self.vocabulary.is_hashtag).astype(np.int32)
        scores = dataset.description.data
        self.usual = (float(scores.mean()), max(float(scores.std()), LEAST_DEVIATION)) if len(scores) else (1.0, 1.0)
        self.preferences = Preferences(half_life=settings.recommend.half_life or None)
        now = _latest(dataset)

        shared = {"seed": settings.seed, "n_threads": settings.n_threads}
        self.word2vec = Word2Vec(**vars(settings.word2vec), **shared)
        self.autorec = AutoRec(**settings.autorec.of_model(), **shared)
        self.completion = AutoRec(**settings.completion.of_model(), **shared)
        dataset, apart = dataset.take(train), dataset.take(held_out)
        plan = self.word2vec.plan(dataset.bags)
        report(f"Word2Vec: {plan.trainer} trainer, {plan.why}; at most {plan.memory / 1e6:,.0f} MB.")
        trainer.run(self.word2vec, "word2vec", plan.epochs, dataset.bags)
        weights = self._weights(dataset, now)
        described, given, targets = self._examples(dataset, weights)
        self.linear = self._fit_linear(described, targets, weights, report)
        trainer.run(self.autorec, "autorec", self.autorec.epochs, described, 0.0, targets=targets)
        trainer.run(self.completion, "completion", self.completion.epochs, given, 0.0, targets=targets)
        self.preferences.fit(
            self._keys(dataset.keys), self._outputs(dataset.hashtags), self._log_share(), dataset.times
        )
        report(f"Word2Vec: loss a pair {self.word2vec.history[-1]:.4f} in the last epoch.")
        for name, model in (("AutoRec", self.autorec), ("Completion", self.completion)):
            report(f"{name}: cross-entropy a hashtag {model.history[-1]:.4f} in the last epoch.")
        self._fuse(apart, now, report)
        self._remember(apart)

    def partial_fit(self, dataset):
        """Learn from new posts as well; `dataset` is in the numbers of the grown vocabulary.

        The linear model is then that of the new posts and of the up to 20,000 that AutoRec remembers.
        """
        self.vocabulary = dataset.vocabulary
        new = np.flatnonzero(dataset.vocabulary.is_hashtag)
        self.hashtags = np.concatenate([self.hashtags, np.setdiff1d(new, self.hashtags).astype(np.int32)])
        before = self.preferences.now
        now = max(before, _latest(dataset))
        faded = self.preferences.weights(before, now) if np.isfinite(before) else 1.0
        described, given, targets = self._examples(dataset, self._weights(dataset, now))
        self.word2vec.partial_fit(dataset.bags)
        for model, inputs in ((self.autorec, described), (self.completion, given)):
            model.fade(faded)
            model.epochs = self.settings.recommend.live_epochs
            model.partial_fit(inputs, targets=targets)
        inputs, targets = self.autorec.remembered()
        n = np.diff(targets.indptr)
        weights = targets.data[np.minimum(targets.indptr[:-1], targets.nnz - 1)] * np.sqrt(n)  # those of `_examples`
        self.linear = self._fit_linear(inputs, targets, weights)
        self.preferences.grow(len(self.hashtags))
        self._remember(dataset)

    def _fit_linear(self, inputs, targets, weights, report=lambda line: None):
        """The ridge regression, None where its dense matrices would not fit: the other experts do without."""
        try:
            return Ridge(self.settings.recommend.reg).fit(inputs, targets, weights)
        except DataError as error:
            report(f"Left out: {error}.")

    def _weights(self, dataset, now):
        """(n_posts,) float32, what posts count by their age: half after each half-life, 1 at an unknown time."""
        times = np.full(len(dataset.ids), np.nan) if dataset.times is None else dataset.times
        return self.preferences.weights(times, now).astype(np.float32)

    def _examples(self, dataset, post_weights):
        """Inputs of the two AutoRecs and their common targets, CSR.

        A post's n targets weigh 1 / sqrt(n) each, half way between a mean over hashtags and a mean over posts, times
        the post's own weight.
        """
        given = self._outputs(dataset.hashtags)
        n = np.diff(given.indptr)
        weights = np.repeat(post_weights / np.sqrt(np.maximum(n, 1)), n).astype(np.float32)
        targets = sparse.csr_array((weights, given.indices, given.indptr), shape=given.shape)
        return self._inputs(dataset.description), given, targets

    def _inputs(self, description):
        """AutoRec's input, CSR (n_posts, 2 n_words): column 2j is the presence of word j, 2j + 1 its score."""
        indices = np.repeat(2 * description.indices, 2)
        indices[1::2] += 1
        mean, deviation = self.usual
        data = np.full(len(indices), PRESENCE, np.float32)
        data[1::2] = SPREAD * ((description.data - mean) / deviation).clip(-3, 3)
        shape = description.shape[0], 2 * len(self.vocabulary)
        return sparse.csr_array((data, indices, 2 * description.indptr), shape=shape)

    def _outputs(self, hashtags):
        """Hashtags in the numbers of the outputs, CSR (n_posts, n_hashtags) float32 of ones; other words are dropped."""
        return ones(renumber(hashtags, self.hashtags))

    def _place(self):
        """(n_words,) the output of each word, -1 for none."""
        place = np.full(len(self.vocabulary), -1, np.int32)
        place[self.hashtags] = np.arange(len(self.hashtags))
        return place

    def _remember(self, dataset):
        """Count what people like, and what everybody used lately."""
        self.preferences.add(self._keys(dataset.keys), self._outputs(dataset.hashtags), dataset.times)

    def _keys(self, keys):
        """The names of preferences that matter to posts: their own, and everybody's where these fade."""
        return [(EVERYBODY, *own) for own in keys] if self.settings.recommend.half_life else keys

    def _fuse(self, apart, now, report):
        """Learn each context's weights from posts held apart; chosen hashtags are a random half of a post's."""
        self.fusions = {name: Fusion(starts, list(starts.values())) for name, starts in CONTEXTS.items()}
        given = np.random.default_rng([self.settings.seed, 1]).random(apart.hashtags.nnz) < 0.5
        weights = self._weights(apart, now)
        for context, (name, fusion) in enumerate(self.fusions.items()):
            chosen = given & bool(context & CHOSEN)
            seen = keep(apart.description, np.full(apart.description.nnz, bool(context & DESCRIBED)))
            rest = self._outputs(keep(apart.hashtags, ~chosen))
            questions = Questions(seen, keep(apart.hashtags, chosen), apart.keys)
            rows = np.flatnonzero(self._contexts(questions) == context)
            if len(rows):
                part = questions.part(rows)
                fusion.fit(self.experts(name, part, part.words()), rest[rows], weights[rows])
                learnt = ", ".join(f"{member} {w:.2f}" for member, w in zip(fusion.members, fusion.weights))
                report(f"Weights where {KNOWN[name]} known: {learnt}.")

    # Questions

    def _contexts(self, questions):
        """(m,) int, which of CONTEXTS each post is in."""
        described, chosen = (np.diff(matrix.indptr) > 0 for matrix in (questions.description, questions.chosen))
        return DESCRIBED * described + CHOSEN * chosen

    def experts(self, context, questions, words):
        """The log-scores of the experts of a context, a dict of name -> (m, n_hashtags) float32."""
        m, n = questions.description.shape[0], len(self.hashtags)
        scores = {}
        if "autorec" in CONTEXTS[context]:
            inputs = self._inputs(questions.description)
            scores["autorec"] = self.autorec.predict(inputs)
            linear = self.linear.score(inputs) if self.linear else np.zeros((m, n), np.float32)
            scores["linear"] = np.log(np.maximum(linear, FLOOR))
        if "completion" in CONTEXTS[context]:
            scores["completion"] = self.completion.predict(self._outputs(questions.chosen))
        if "word2vec" in CONTEXTS[context]:
            sizes = np.maximum(np.diff(words.indptr), 1).astype(np.float32)[:, None]
            scores["word2vec"] = (words @ self.word2vec.W / sizes) @ self.word2vec.C[self.hashtags].T
        log_share = self._log_share()
        scores["popularity"] = np.broadcast_to(log_share, (m, n))
        keys = self._keys(questions.keys or [()] * m)
        general = [tuple(key for key in own if not key.startswith("user:")) for own in keys]
        scores["common"] = self.preferences.shift_matrix(general, log_share)
        scores["personal"] = self.preferences.shift_matrix(keys, log_share) - scores["common"]
        return scores

    def _log_share(self):
        """(n_hashtags,) float32, log of each hashtag's share of all uses."""
        counts = self.vocabulary.hashtag_counts[self.hashtags].astype(np.float32)
        return np.log(counts / counts.sum())

    def _ask(self, questions, words):
        """Log-probabilities of the next hashtag, probabilities of its use at all, and what AutoRec alone says.

        All (m, n_hashtags) float32.  words : questions.words().
        """
        log_p = np.empty((questions.description.shape[0], len(self.hashtags)), np.float32)
        used, alone, contexts = np.empty_like(log_p), np.empty_like(log_p), self._contexts(questions)
        for i, (name, members) in enumerate(CONTEXTS.items()):
            rows = np.flatnonzero(contexts == i)
            if len(rows):
                whole = len(rows) == len(contexts)
                scores = self.experts(name, *(questions, words) if whole else (questions.part(rows), words[rows]))
                log_p[rows] = self.fusions[name].log_probabilities(scores)
                used[rows] = self.fusions[name].probabilities(log_p[rows])
                alone[rows] = scores[next(iter(members))]
        return log_p, used, alone

    def answers(self, questions, wishes):
        """A Recommendation for each post, of exactly `top` hashtags where so many may be recommended."""
        settings, text, words = self.settings.recommend, self.vocabulary.words_array, questions.words()
        novelty = settings.novelty if wishes.novelty is None else wishes.novelty
        diversity = settings.diversity if wishes.diversity is None else wishes.diversity
        log_p, used, alone = self._ask(questions, words)
        unit = self.word2vec.unit_vectors()
        ranked = log_p
        if novelty:
            echo = echoes(questions.description, unit, self.hashtags)
            ranked = log_p + novelty_shift(self._log_share(), echo, novelty)
        place = self._place()
        for post, barred in enumerate(questions.barred(wishes.banned)):
            if len(barred):
                places = place[barred]
                ranked[post, places[places >= 0]] = -np.inf
        top = TOP if wishes.top is None else wishes.top
        ids, scores = top_k(ranked, min(len(self.hashtags), max(top, CANDIDATES if diversity else 0)))
        if diversity:
            ids = diversify(scores, ids, unit[self.hashtags], top, diversity)
        similar, _ = self.word2vec.most_similar(words, SHOWN, exclude=False)
        autorec, _ = top_k(alone, min(len(self.hashtags), SHOWN))
        answers = []
        for post in range(len(ids)):
            best = ids[post, :top][ids[post, :top] >= 0]
            known = questions.description.indices[slice(*questions.description.indptr[post : post + 2])]
            known_keys = questions.keys is not None and any(map(self.knows, questions.keys[post]))
            nothing = words.indptr[post] == words.indptr[post + 1] and not known_keys
            hashtags = self.vocabulary.spelled(self.hashtags[best])
            answers.append(
                Recommendation(
                    hashtags=hashtags,
                    scores=used[post, best].tolist(),
                    word2vec=text[similar[post][similar[post] >= 0]].tolist(),
                    autorec=[] if nothing else text[self.hashtags[autorec[post]]].tolist(),
                    defaulted=bool(nothing),
                    description=text[known].tolist(),
                    combined=hashtags,
                    fallback="most_used" if nothing else None,
                )
            )
        return answers

    def scores(self, questions):
        """What each model alone gives every word, a dict of name -> (m, n_words); -inf for words that are no hashtags."""
        words = questions.words()
        autorec = np.full((questions.description.shape[0], len(self.vocabulary)), -np.inf, np.float32)
        autorec[:, self.hashtags] = self._ask(questions, words)[2]
        return {"word2vec": self.word2vec.similarities(words), "autorec": autorec}

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
        fusion = {f"weights_{name}": fusion.to_array() for name, fusion in self.fusions.items()}
        fusion |= {"hashtags": self.hashtags, "usual": np.array(self.usual)}
        fusion |= self.linear.to_arrays() if self.linear else {}
        return {
            "word2vec.npz": self.word2vec.to_arrays(),
            "autorec.npz": self.autorec.to_arrays(),
            "completion.npz": self.completion.to_arrays(),
            "fusion.npz": fusion,
            "preferences.npz": self.preferences.to_arrays(),
        }

    @classmethod
    def load(cls, settings, vocabulary, n_posts, history, files):
        """The trained mode from what :meth:`header` and :meth:`files` gave."""
        mode, seed = cls(settings, vocabulary, n_posts), {"seed": settings.seed}
        mode.word2vec = Word2Vec.from_arrays(
            **files["word2vec.npz"], history=history["word2vec_loss"], settings={**vars(settings.word2vec), **seed}
        )
        mode.autorec, mode.completion = (
            AutoRec.from_arrays(
                **files[f"{name}.npz"],
                history=history[f"{name}_loss"],
                settings={**getattr(settings, name).of_model(), **seed},
            )
            for name in ("autorec", "completion")
        )
        fusion = files["fusion.npz"]
        mode.hashtags, mode.usual = fusion["hashtags"], tuple(fusion["usual"].tolist())
        mode.linear = Ridge.from_arrays(fusion) if "W" in fusion else None
        mode.fusions = {
            name: Fusion(members, fusion[f"weights_{name}"][:-2], fusion[f"weights_{name}"][-2:])
            for name, members in CONTEXTS.items()
        }
        mode.preferences = Preferences.from_arrays(files["preferences.npz"])
        if (len(mode.word2vec.W), len(mode.autorec.U)) != (len(vocabulary), len(mode.hashtags)):
            raise ValueError(f"{len(vocabulary)} words and other numbers of vectors")
        return mode


def _latest(dataset):
    """The latest known time of its posts, -inf where none is."""
    return -np.inf if dataset.times is None else np.nanmax(dataset.times, initial=-np.inf)
