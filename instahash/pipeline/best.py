"""Mode "best": the experts' answers fused into one probability.

Which experts answer depends on what is known of a post; `docs/quality.md` measures what each adds.
"""

from __future__ import annotations

import numpy as np

from instahash.data import keep, train_test_split, union
from instahash.pipeline.experts import Experts, latest
from instahash.pipeline.inside import Asked, Opinions
from instahash.recommend import Fusion, Questions, Recommendation, diversify, echoes, novelty_shift
from instahash.topk import top_k

# A description of at most so many words is short: each says more, and some experts make more of it than others.
FEW = 3
_FROM_WORDS = {
    "autorec": 0.7,
    "linear": 0.2,
    "word2vec": 0.3,
    "cooccurrence": 0.3,
    "common": 1.0,
    "personal": 1.0,
    "popularity": -0.2,
}
# By what is known of a post: the experts that answer, and their weights before any post was held out to learn them.
CONTEXTS = {
    "neither": {"popularity": 1.0, "common": 1.0, "personal": 1.0},
    "short": _FROM_WORDS,
    "description": _FROM_WORDS,
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
NEITHER, SHORT, DESCRIBED, CHOSEN, BOTH = range(len(CONTEXTS))
KNOWN = {
    "neither": "nothing is",
    "short": f"one to {FEW} words of a description are",
    "description": "a description is",
    "chosen": "chosen hashtags are",
    "both": "a description and chosen hashtags are",
}
# Posts held out to learn the weights, at most, and how many scores each expert gives to all of them.
HELD_OUT, HELD_OUT_SCORES = 2500, 2**24
# Hashtags among which a diverse list is chosen, and the words that an answer names of each single model.
CANDIDATES, SHOWN = 100, 20
TOP = 10


class Best:
    """The experts, and how they are fused.

    settings : Settings.  vocabulary : Vocabulary.  n_posts : not looked at.
    """

    def __init__(self, settings, vocabulary, n_posts):
        self.settings, self.experts = settings, Experts(settings, vocabulary)

    @property
    def word2vec(self):
        return self.experts.word2vec

    @property
    def autorec(self):
        return self.experts.autorec

    @property
    def usual(self):
        return self.experts.usual

    def knows(self, key):
        """Whether earlier posts under this key shift what is recommended."""
        return self.experts.knows(key)

    # Training

    def fit(self, dataset, trainer, report):
        n_posts, n_hashtags = len(dataset.ids), int(dataset.vocabulary.is_hashtag.sum())
        share = self.settings.recommend.held_out
        share = min(share, 0.5, HELD_OUT / n_posts, HELD_OUT_SCORES / n_hashtags / n_posts)
        train, held_out = train_test_split(n_posts, share, self.settings.seed)
        self.experts.fit(dataset, train, trainer, report)
        apart = dataset.take(held_out)
        self._fuse(apart, latest(dataset), report)
        self.experts.remember(apart)

    def partial_fit(self, dataset):
        """Learn from new posts as well; `dataset` is in the numbers of the grown vocabulary."""
        self.experts.partial_fit(dataset)

    def _fuse(self, apart, now, report):
        """Learn each context's weights, and how it is calibrated, from posts held apart.

        Short are one to FEW of a post's words, at random. Chosen is a random half of its hashtags; for the calibration
        one to all of them, as while they are chosen one by one.
        """
        self.fusions = {name: Fusion(starts, list(starts.values())) for name, starts in CONTEXTS.items()}
        rng = np.random.default_rng([self.settings.seed, 1])
        half = rng.random(apart.hashtags.nnz) < 0.5
        some = _some(apart.hashtags, np.diff(apart.hashtags.indptr), rng)
        short = _some(apart.description, FEW, rng)
        weights = self.experts.weights(apart, now)
        for context, (name, fusion) in enumerate(self.fusions.items()):
            words = short if context == SHORT else np.full(len(short), context in (DESCRIBED, BOTH))
            if context in (CHOSEN, BOTH):
                fusion.fit(*self._lesson(context, apart, words, half, weights))
                fusion.calibrate(*self._lesson(context, apart, words, some, weights))
            else:
                lesson = self._lesson(context, apart, words, np.zeros(len(half), bool), weights)
                fusion.fit(*lesson).calibrate(*lesson)
            learnt = ", ".join(f"{member} {w:.2f}" for member, w in zip(fusion.members, fusion.weights))
            report(f"Weights where {KNOWN[name]} known: {learnt}.")

    def _lesson(self, context, apart, words, chosen, weights):
        """What a Fusion learns from the posts that are in a context when these words and hashtags are known."""
        questions = Questions(keep(apart.description, words), keep(apart.hashtags, chosen), apart.keys)
        rest = self.experts.outputs(keep(apart.hashtags, ~chosen))
        rows = np.flatnonzero(self._contexts(questions) == context)
        part = questions.part(rows)
        scores = self.experts.scores(list(CONTEXTS.values())[context], part, part.words())
        return scores, rest[rows], self._named(part.chosen), weights[rows]

    # Questions

    def _contexts(self, questions):
        """(m,) int, which of CONTEXTS each post is in."""
        n_words, n_chosen = (np.diff(matrix.indptr) for matrix in (questions.description, questions.chosen))
        alone = np.where(n_words == 0, NEITHER, np.where(n_words <= FEW, SHORT, DESCRIBED))
        return np.where(n_chosen == 0, alone, np.where(n_words == 0, CHOSEN, BOTH))

    def _understood(self, questions):
        """The questions as the experts can take them: a label that never was one in training is a hashtag chosen."""
        known = self.experts.labelled[questions.description.indices]
        if known.all():
            return questions
        return questions._replace(
            description=keep(questions.description, known),
            chosen=union(questions.chosen, keep(questions.description, ~known)),
        )

    def _named(self, hashtags):
        """Hashtags CSR (m, n_words) in the numbers of the outputs, (m, n_hashtags) bool."""
        return self.experts.outputs(hashtags).toarray() > 0

    def _fused(self, context, scores, questions, understood):
        """Log-probabilities of the next hashtag, (m, n_hashtags) float32.

        A hashtag that was given as a label is as probable as the most probable of the others.
        """
        named = self._named(understood.chosen)
        log_p = self.fusions[context].log_probabilities(scores, named)
        if understood is questions:
            return log_p
        chosen = self._named(questions.chosen)
        others = np.where(named, -np.inf, log_p).max(axis=1, keepdims=True)
        return np.where(named & ~chosen & (others > -np.inf), others, log_p)

    def _ask(self, questions):
        """Log-probabilities of the next hashtag, probabilities of its use at all, and what AutoRec alone says.

        All (m, n_hashtags) float32.
        """
        log_p = np.empty((questions.description.shape[0], len(self.experts.hashtags)), np.float32)
        used, alone = np.empty_like(log_p), np.empty_like(log_p)
        understood = self._understood(questions)
        contexts = self._contexts(understood)
        for i, (name, members) in enumerate(CONTEXTS.items()):
            rows = np.flatnonzero(contexts == i)
            if len(rows):
                whole = len(rows) == len(contexts)  # as for a single post, which is not copied
                asked, part = (q if whole else q.part(rows) for q in (questions, understood))
                scores = self.experts.scores(CONTEXTS[name], part, part.words())
                log_p[rows] = self._fused(name, scores, asked, part)
                used[rows] = self.fusions[name].probabilities(log_p[rows], np.diff(part.chosen.indptr))
                alone[rows] = scores[next(iter(members))]
        return log_p, used, alone

    def _shift(self, questions, novelty):
        """What novelty adds to log-probabilities, (m, n_hashtags) float32."""
        echo = echoes(questions.description, self.experts.word2vec.unit_vectors(), self.experts.hashtags)
        return novelty_shift(self.experts.log_share(), echo, novelty)

    def answers(self, questions, wishes):
        """A Recommendation for each post, of exactly `top` hashtags where so many may be recommended."""
        settings, text, words = self.settings.recommend, self.experts.vocabulary.words_array, questions.words()
        novelty = settings.novelty if wishes.novelty is None else wishes.novelty
        diversity = settings.diversity if wishes.diversity is None else wishes.diversity
        log_p, used, alone = self._ask(questions)
        unit = self.experts.word2vec.unit_vectors()
        ranked = log_p + self._shift(questions, novelty) if novelty else log_p
        place = self.experts.place()
        for post, barred in enumerate(questions.barred(wishes.banned)):
            if len(barred):
                places = place[barred]
                ranked[post, places[places >= 0]] = -np.inf
        top = TOP if wishes.top is None else wishes.top
        ids, scores = top_k(ranked, min(len(self.experts.hashtags), max(top, CANDIDATES if diversity else 0)))
        if diversity:
            ids = diversify(scores, ids, unit[self.experts.hashtags], top, diversity)
        similar, _ = self.experts.word2vec.most_similar(words, SHOWN, exclude=False)
        autorec, _ = top_k(alone, min(len(self.experts.hashtags), SHOWN))
        answers = []
        for post in range(len(ids)):
            best = ids[post, :top][ids[post, :top] >= 0]
            known = questions.description.indices[slice(*questions.description.indptr[post : post + 2])]
            known_keys = questions.keys is not None and any(map(self.knows, questions.keys[post]))
            nothing = words.indptr[post] == words.indptr[post + 1] and not known_keys
            hashtags = self.experts.vocabulary.spelled(self.experts.hashtags[best])
            answers.append(
                Recommendation(
                    hashtags=hashtags,
                    scores=used[post, best].tolist(),
                    source="most_used" if nothing else "experts",
                    trace={
                        "description": text[known].tolist(),
                        "word2vec": text[similar[post][similar[post] >= 0]].tolist(),
                        "softmax": [] if nothing else text[self.experts.hashtags[autorec[post]]].tolist(),
                    },
                )
            )
        return answers

    def scores(self, questions):
        """What each model alone gives every word, a dict of name -> (m, n_words); -inf for words that are no hashtags."""
        autorec = np.full((questions.description.shape[0], len(self.experts.vocabulary)), -np.inf, np.float32)
        autorec[:, self.experts.hashtags] = self._ask(questions)[2]
        return {"word2vec": self.experts.word2vec.similarities(questions.words()), "autorec": autorec}

    # How an answer came about

    def opinions(self, questions, novelty=None):
        """The Opinions about one post; novelty as in :meth:`answers`."""
        understood = self._understood(questions)
        context = list(CONTEXTS)[self._contexts(understood)[0]]
        scores = self.experts.scores(CONTEXTS[context], understood, understood.words())
        fusion = self.fusions[context]
        log_p = self._fused(context, scores, questions, understood)
        return Opinions(
            context=context,
            hashtags=self.experts.hashtags,
            scores={name: scores[name][0] for name in fusion.members},
            weights=dict(zip(fusion.members, fusion.weights.tolist())),
            log_p=log_p[0],
            probabilities=fusion.probabilities(log_p, np.diff(understood.chosen.indptr))[0],
            shift=self._shift(questions, self.settings.recommend.novelty if novelty is None else novelty)[0],
        )

    def asked(self, questions):
        """The networks that answer about one post, a list of Asked: none, one, or both."""
        experts, networks = self.experts, []
        questions = self._understood(questions)
        if questions.description.nnz:
            ratings = experts.inputs(questions.description)
            inputs = np.repeat(np.arange(len(experts.vocabulary)), 2)
            usual = np.where(np.arange(len(inputs)) % 2, 0, ratings.data[0])  # the presence of any word
            networks.append(Asked("softmax", experts.autorec, ratings, inputs, usual, experts.hashtags))
        if questions.chosen.nnz:
            ratings, usual = experts.outputs(questions.chosen), np.ones(len(experts.hashtags))
            networks.append(Asked("completion", experts.completion, ratings, experts.hashtags, usual, experts.hashtags))
        return networks

    # What is kept

    def header(self):
        """Sizes and histories for model.json."""
        return self.experts.header()

    def files(self):
        """A dict of file name -> arrays."""
        return self.experts.files() | {"fusion.npz": {name: fusion.to_array() for name, fusion in self.fusions.items()}}

    @classmethod
    def load(cls, settings, vocabulary, n_posts, history, files):
        """The trained mode from what :meth:`header` and :meth:`files` gave."""
        mode = cls(settings, vocabulary, n_posts)
        mode.experts = Experts.load(settings, vocabulary, n_posts, history, files)
        weights = files["fusion.npz"]
        mode.fusions = {
            name: Fusion(members, weights[name][:-3], weights[name][-3:]) for name, members in CONTEXTS.items()
        }
        return mode


def _some(matrix, most, rng):
    """Which entries are among one to `most` of their row's, at random: (nnz,) bool; most : int, or (n_rows,) int."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    place = np.empty(len(rows), int)
    place[np.lexsort((rng.random(len(rows)), rows))] = np.arange(len(rows)) - matrix.indptr[rows]
    return place < rng.integers(1, np.broadcast_to(np.maximum(most, 1), matrix.shape[0]) + 1)[rows]
