"""The experts together: each learns by itself, their weights are learnt on held-out posts, their scores become one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from instahash.baselines import Cooccurrence
from instahash.data import Dataset, Echoes, Vocabulary, train_test_split
from instahash.data.kin import kin
from instahash.data.preprocess import GUESS
from instahash.dense import log_softmax
from instahash.errors import SettingsError
from instahash.experts.domain import Domain, Examples, train_word2vec
from instahash.experts.protocol import CONTEXTS, Expert
from instahash.experts.settings import BestSettings
from instahash.recommend import Fusion, Queries, age_weights
from instahash.sparse import CSR, keep, row_of_entries, union, with_data
from instahash.trainer import Trainer
from instahash.word2vec import Word2Vec

# A description of at most so many words is short: each says more, and some experts make more of it than others.
FEW = 3
# Posts held out to learn the weights, at most, and how many scores each expert gives to all of them.
HELD_OUT, HELD_OUT_SCORES = 2500, 2**24
# Behind a context where the features of the photo are there too, and behind the words for it.
PHOTO, AND_PHOTO = "+photo", ", and the photo itself"

Sections = dict[str, dict[str, np.ndarray]]
Losses = dict[str, list[float]]


class Opinions(NamedTuple):
    """What the experts say about one post, and their fusion.

    context : "neither", "short", "description", "chosen" or "both", what is known of the post; "+photo" behind it
        where the photo's features are.
    hashtags : (n_hashtags,) ids of the words that all arrays are about.
    scores : expert -> (n_hashtags,) float32, log-scores.  weights : expert -> float.
    log_p : (n_hashtags,) float32, log-probabilities of being the next hashtag: the softmax of the weighted sum.
    probabilities : (n_hashtags,) float32 in [0, 1], of being used at all.
    familiar : in [0, 1], the probability that the labels are such as the training has; the weights are those for this.
    """

    context: str
    hashtags: np.ndarray
    scores: dict[str, np.ndarray]
    weights: dict[str, float]
    log_p: np.ndarray
    probabilities: np.ndarray
    familiar: float

    @property
    def known(self) -> str:
        """What is known of the post, in words."""
        return _words(self.context)


class Beyond(NamedTuple):
    """Hashtags of m posts that only one expert has.

    expert : its name.  hashtags : for each post, each with its log-score.
    matrix : (m, n) float32, the same scores in their order.  filled : of the same shape, False where there are fewer.
    """

    expert: str
    hashtags: list[dict[str, float]]
    matrix: np.ndarray
    filled: np.ndarray

    @classmethod
    def of(cls, expert: str, hashtags: list[dict[str, float]]) -> Beyond:
        sizes = np.array(list(map(len, hashtags)), np.int64)
        matrix = np.full((len(hashtags), sizes.max(initial=0)), -1, np.float32)
        for row, own in zip(matrix, hashtags):
            row[: len(own)] = list(own.values())
        return cls(expert, hashtags, matrix, np.arange(matrix.shape[1]) < sizes[:, None])


class Answers(NamedTuple):
    """What the experts together make of m posts.

    log_p : (m, n_hashtags + n) float32, log-probabilities of being the next hashtag; behind the model's hashtags are
        those of `beyond`, -inf where a post has fewer.
    used : of the same shape, probabilities of being used at all.
    beyond : for each post the hashtags that the model does not have.
    read : (m,) bool, of which posts the experts read a word or the photo.
    """

    log_p: np.ndarray
    used: np.ndarray
    beyond: list[list[str]]
    read: np.ndarray


class Panel:
    """The experts, and how they are fused.

    settings : BestSettings.  experts : classes of experts, in the order in which they are trained; SettingsError where
    two have one name, or none of them answers in one of CONTEXTS.

    Attributes
    ----------
    experts : name -> Expert.  domain : Domain, after training.
    active : those of the experts that learn, without those that read photos where there were none.
    fusions : context -> Fusion of the experts that answer in it; where photos were learnt from, also for the contexts
        with PHOTO behind them, in which the experts that read photos answer too.
    """

    def __init__(self, settings: BestSettings, experts: Sequence[type[Expert]]):
        self.settings = settings
        self.experts: dict[str, Expert] = {}
        for expert in experts:
            if expert.name in self.experts:
                raise SettingsError(f"two experts have the name '{expert.name}'; give each its own")
            self.experts[expert.name] = expert()
        self.fusions: dict[str, Fusion] = {context: self._fusion(context) for context in CONTEXTS}

    def _fusion(self, context: str) -> Fusion:
        """That of the experts which answer in a context, with the weights that they start with."""
        start, photo = context.removesuffix(PHOTO), context.endswith(PHOTO)
        members = {name: e for name, e in self.experts.items() if start in e.starts and photo >= e.reads_photo}
        if not members:
            why = f"no expert answers where {CONTEXTS[start]}"
            raise SettingsError(f"{why}; add one with '{start}' in its `starts`")
        signed = [name for name, expert in members.items() if expert.signed]
        return Fusion(members, [e.starts[start] * (e.beside_photo if photo else 1) for e in members.values()], signed)

    def _begin(self, domain: Domain) -> None:
        """Take up a domain; without photos in it the experts that read these are left out."""
        self.domain, photos = domain, len(domain.photo_mean) > 0
        self.active = {name: expert for name, expert in self.experts.items() if photos >= expert.reads_photo}
        contexts = [*CONTEXTS, *(context + PHOTO for context in CONTEXTS if photos)]
        self.fusions = {context: self._fusion(context) for context in contexts}

    # Training

    def fit(self, dataset: Dataset, trainer: Trainer) -> None:
        """Train the experts on most of these posts, and learn their weights on the rest."""
        settings, n_posts = self.settings, len(dataset.ids)
        self._begin(Domain.of(dataset, settings))
        most = HELD_OUT / n_posts, HELD_OUT_SCORES / len(self.domain.hashtags) / n_posts
        train, held_out = train_test_split(n_posts, min(settings.fusion.held_out, 0.5, *most), settings.seed)
        examples = Examples(dataset.take(train), self.domain, n_posts=n_posts)
        train_word2vec(self.domain.word2vec, examples.dataset.bags, trainer)
        self.domain.cooccurrence.fit(examples.dataset.description, examples.dataset.hashtags)
        for expert in self.active.values():
            expert.fit(examples, trainer)
        examples = Examples(dataset.take(held_out), self.domain)
        self._fuse(examples, trainer)
        self.domain.cooccurrence.add(examples.dataset.description, examples.dataset.hashtags)
        for expert in self.active.values():
            if expert.counts:
                expert.partial_fit(examples)

    def partial_fit(self, dataset: Dataset) -> None:
        """Learn from new posts as well; `dataset` is in the numbers of the grown vocabulary."""
        before, self.domain = self.domain.now, self.domain.grown(dataset)
        decay = 1.0
        if np.isfinite(before):
            decay = float(age_weights(np.array(before), self.domain.now, self.settings.stream.half_life))
        self.domain.word2vec.partial_fit(dataset.bags)
        self.domain.cooccurrence.add(dataset.description, dataset.hashtags)
        for expert in self.active.values():
            expert.partial_fit(Examples(dataset, self.domain, decay))

    def _fuse(self, examples: Examples, trainer: Trainer) -> None:
        """Learn each context's weights, and how it is calibrated, from posts held out.

        Short are one to FEW of a post's words, at random. Chosen is a random half of its hashtags; for the calibration
        one to all of them, as while they are chosen one by one.
        """
        dataset, rng = examples.dataset, np.random.default_rng([self.settings.seed, 1])
        half, none = rng.random(dataset.hashtags.nnz) < 0.5, np.zeros(dataset.hashtags.nnz, bool)
        some = _some(dataset.hashtags, np.diff(dataset.hashtags.indptr), rng)
        short = _some(dataset.description, FEW, rng)
        for context, fusion in self.fusions.items():
            start = context.removesuffix(PHOTO)
            words = short if start == "short" else np.full(len(short), start in ("description", "both"))
            lesson = self._lesson(context, examples, words, half if start in ("chosen", "both") else none)
            fusion.fit(*lesson)
            if start in ("chosen", "both"):
                lesson = self._lesson(context, examples, words, some)
            fusion.calibrate(*lesson)
            learnt = ", ".join(f"{member} {w:.2f}" for member, w in zip(fusion.members, fusion.weights))
            trainer.report(f"Weights where {_words(context)}: {learnt}.")

    def _lesson(
        self, context: str, examples: Examples, words: np.ndarray, chosen: np.ndarray
    ) -> tuple[dict[str, np.ndarray], CSR, np.ndarray, np.ndarray]:
        """What a Fusion learns from the posts that are in a context when these words and hashtags are known."""
        dataset = examples.dataset
        description, echoes = keep(dataset.description, words), dataset.echoes
        if context.removesuffix(PHOTO) not in ("both", "description"):
            echoes = Echoes.of_description(description)
        photos = dataset.photo_features if context.endswith(PHOTO) else None
        queries = Queries.of(description, keep(dataset.hashtags, chosen), dataset.keys, echoes, photo_features=photos)
        queries = self._trusted(queries, np.ones(description.shape[0], np.float32))
        rows = np.flatnonzero(contexts_of(queries) == context)
        part, rest = queries.rows(rows), self.domain.outputs(keep(dataset.hashtags, ~chosen))
        return self._scores(context, part), rest[rows], self._named(part.chosen), examples.weights[rows]

    # Queries

    def score(self, queries: Queries) -> Answers:
        """What is made of each post."""
        n_hashtags, understood = len(self.domain.hashtags), self.understood(queries)
        beyond = self._beyond(understood)
        shape = queries.description.shape[0], n_hashtags + beyond.matrix.shape[1]
        log_p, used = np.full(shape, -np.inf, np.float32), np.zeros(shape, np.float32)
        contexts = contexts_of(understood)
        for context, fusion in self.fusions.items():
            rows = np.flatnonzero(contexts == context)
            if len(rows):
                part = understood.rows(rows)
                given = part if understood is queries else queries.rows(rows)
                own = beyond._replace(matrix=beyond.matrix[rows], filled=beyond.filled[rows])
                log_p[rows] = self._fused(context, self._scores(context, part), given, part, own)
                n_chosen = np.diff(part.chosen.indptr)
                used[rows] = fusion.probabilities(log_p[rows], n_chosen, part.familiar)
        used[:, n_hashtags:] = np.where(beyond.filled, np.exp(beyond.matrix), 0)
        read = (np.diff(understood.weighted_words().indptr) > 0) | understood.with_photo()
        return Answers(log_p, used, [list(own) for own in beyond.hashtags], read)

    def opinions(self, queries: Queries) -> Opinions:
        """The Opinions about one post."""
        understood, n_hashtags = self.understood(queries), len(self.domain.hashtags)
        context, familiar = str(contexts_of(understood)[0]), understood.familiar
        scores, fusion = self._scores(context, understood), self.fusions[context]
        log_p = self._fused(context, scores, queries, understood, self._beyond(understood))[:, :n_hashtags]
        return Opinions(
            context=context,
            hashtags=self.domain.hashtags,
            scores={name: scores[name][0] for name in fusion.members},
            weights=dict(zip(fusion.members, self._weights(context, familiar)[0].tolist())),
            log_p=log_p[0],
            probabilities=fusion.probabilities(log_p, np.diff(understood.chosen.indptr), familiar)[0],
            familiar=float(familiar[0]),
        )

    def understood(self, queries: Queries) -> Queries:
        """The queries as the experts can take them.

        A label that is not known lends its meaning, the words that are nearly the same or broader, to the description.
        Labels below min_score have the score that they are worth. Where no post of the training had labels those that
        are known are hashtags chosen, and the others say nothing.
        """
        queries = self._trusted(queries, self.domain.familiarity.probability(queries.echoes))
        if not self.domain.labelled.any():
            nothing = keep(queries.description, np.zeros(queries.description.nnz, bool))
            chosen = union(queries.chosen, queries.description)
            return queries._replace(description=nothing, chosen=chosen, echoes=Echoes.of_description(nothing))
        description = self._lent(queries)
        known = self.domain.labelled[description.indices]
        return queries._replace(description=description if known.all() else keep(description, known))

    def _trusted(self, queries: Queries, familiar: np.ndarray) -> Queries:
        """So familiar, and with the scores of unsure labels lower where these are worth less than they promise."""
        least, trust = np.float32(self.settings.data.min_score), self.domain.familiarity.trust
        queries = queries._replace(familiar=familiar)
        factors = (1 - familiar * (1 - trust)).astype(np.float32)
        echoes, guessed = queries.echoes, queries.guessed

        def lowered(labels: CSR) -> CSR:
            rows = row_of_entries(labels)
            unsure = (labels.data < least) & ~guessed[rows]
            return with_data(labels, np.where(unsure, labels.data * factors[rows], labels.data))

        return queries._replace(echoes=echoes._replace(known=lowered(echoes.known), unknown=lowered(echoes.unknown)))

    def _lent(self, queries: Queries) -> CSR:
        """The descriptions with the words that stand in for unknown labels."""
        labels, names = queries.echoes.unknown, queries.echoes.unknown_words
        index, labelled = self.domain.vocabulary.index, self.domain.labelled
        least = np.where(queries.guessed, GUESS, self.settings.data.min_score)[row_of_entries(labels)]
        sure = keep(labels, labels.data >= least.astype(np.float32))
        if not sure.nnz:
            return queries.description
        stands_in = [
            [index[word] for word in kin(name, lambda word: labelled[index[word]] if word in index else False)]
            for name in names
        ]
        own = [stands_in[i] for i in sure.indices.tolist()]
        sizes = list(map(len, own))
        rows, values = np.repeat(row_of_entries(sure), sizes), np.repeat(sure.data, sizes)
        ids = np.array([word for found in own for word in found], np.int64)
        if not len(ids):
            return queries.description
        # Of several labels that lend one word the surest; a sum of duplicates would be more than 1.
        order = np.lexsort((-values, ids, rows))
        first = np.unique(rows[order] * len(index) + ids[order], return_index=True)[1]
        rows, ids, values = rows[order][first], ids[order][first], values[order][first]
        lent = sparse.csr_array((values, (rows, ids)), shape=queries.description.shape)
        return queries.description.maximum(lent).tocsr()

    def _beyond(self, queries: Queries) -> Beyond:
        """For each post the hashtags that the model does not have, and the log-score of the expert that has them."""
        for name, expert in self.active.items():
            if (found := expert.beyond(queries, self.domain)) is not None:
                return Beyond.of(name, found)
        return Beyond.of("", [{} for _ in range(queries.description.shape[0])])

    def _weights(self, context: str, familiar: np.ndarray) -> np.ndarray:
        """Each post's weights, (m, n_members): those that were learnt as far as its labels are familiar."""
        fusion, start, photo = self.fusions[context], context.removesuffix(PHOTO), context.endswith(PHOTO)
        learnt, foreign = fusion.weights, fusion.weights.copy()
        for i, expert in enumerate(self.experts[name] for name in fusion.members):
            if start in expert.foreign:
                foreign[i] = expert.foreign[start] * (expert.beside_photo if photo else 1)
        return familiar[:, None] * learnt + (1 - familiar[:, None]) * foreign

    def _scores(self, context: str, queries: Queries) -> dict[str, np.ndarray]:
        members = self.fusions[context].members
        return {name: self.experts[name].score(queries, self.domain) for name in members}

    def _named(self, hashtags: CSR) -> np.ndarray:
        """Hashtags CSR (m, n_words) as outputs, (m, n_hashtags) bool."""
        return self.domain.outputs(hashtags).toarray() > 0

    def _fused(
        self,
        context: str,
        scores: dict[str, np.ndarray],
        queries: Queries,
        understood: Queries,
        beyond: Beyond,
    ) -> np.ndarray:
        """Log-probabilities of the next hashtag, (m, n_hashtags + n) float32, those that the model does not have behind
        the others.

        A hashtag that was given as a label is as probable as the most probable of the others.
        """
        fusion, weights = self.fusions[context], self._weights(context, understood.familiar)
        named, pooled = self._named(understood.chosen), fusion.pooled(scores, weights)
        log_p = log_softmax(pooled, named)[0]
        if understood.chosen is not queries.chosen:
            chosen = self._named(queries.chosen)
            others = np.where(named, -np.inf, log_p).max(axis=1, keepdims=True)
            log_p = np.where(named & ~chosen & (others > -np.inf), others, log_p)
        if not beyond.matrix.size:
            return log_p
        # Where labels are familiar the expert's own probability is the best that is known. Where they are not, the
        # other experts are taken to give a hashtag that they do not know the mean of what they give the others.
        learnt = fusion.inverse(beyond.matrix, np.diff(understood.chosen.indptr))
        foreign = beyond.matrix + (log_p - pooled)[:, :1]
        for name, w in zip(fusion.members, weights.T.astype(np.float32)):
            own = (w[:, None] - 1) * beyond.matrix
            foreign += own if name == beyond.expert else (w * scores[name].mean(axis=1))[:, None]
        part = understood.familiar[:, None]
        more = np.where(beyond.filled, part * learnt + (1 - part) * foreign, -np.inf)
        return np.concatenate([log_p, more], axis=1, dtype=np.float32)

    # What is kept

    def to_arrays(self) -> Sections:
        """All that was learnt, by section."""
        fusions = {f"fusion_{context}": fusion.to_arrays() for context, fusion in self.fusions.items()}
        experts = {f"expert_{name}": expert.to_arrays() for name, expert in self.active.items()}
        word2vec, cooccurrence = self.domain.word2vec.to_arrays(), self.domain.cooccurrence.to_arrays()
        shared = {"domain": self.domain.to_arrays(), "expert_word2vec": word2vec, "expert_cooccurrence": cooccurrence}
        return fusions | experts | shared

    def load(self, sections: Sections, history: Losses, vocabulary: Vocabulary) -> None:
        """Take up what :meth:`to_arrays` gave. Raises KeyError or ValueError where it does not fit."""
        arrays, settings = sections["expert_word2vec"], self.settings
        losses, seed = history.get("word2vec_loss", []), settings.seed
        word2vec = Word2Vec.from_arrays(arrays, settings.word2vec, history=losses, seed=seed)
        cooccurrence = Cooccurrence.from_arrays(sections["expert_cooccurrence"], len(vocabulary))
        self._begin(Domain.from_arrays(sections["domain"], settings, vocabulary, word2vec, cooccurrence))
        for name, expert in self.active.items():
            expert.load(sections.get(f"expert_{name}", {}), history.get(f"{name}_loss", []), self.domain)
        for context, fusion in self.fusions.items():
            fusion.load(sections[f"fusion_{context}"])


def contexts_of(queries: Queries) -> np.ndarray:
    """(m,) str, which of CONTEXTS each post is in, with PHOTO behind it where the photo's features are there."""
    n_words, n_chosen = (np.diff(matrix.indptr) for matrix in (queries.description, queries.chosen))
    n_words = np.where((n_words == 0) & (queries.echoes.highest() >= GUESS), 1, n_words)
    alone = np.where(n_words == 0, "neither", np.where(n_words <= FEW, "short", "description"))
    contexts = np.where(n_chosen == 0, alone, np.where(n_words == 0, "chosen", "both"))
    if queries.photo_features is None:
        return contexts
    return np.where(queries.with_photo(), np.char.add(contexts, PHOTO), contexts)


def _words(context: str) -> str:
    """What is known in a context."""
    return CONTEXTS[context.removesuffix(PHOTO)] + (AND_PHOTO if context.endswith(PHOTO) else "")


def _some(matrix: CSR, most: Any, rng: np.random.Generator) -> np.ndarray:
    """Which entries are among one to `most` of their row's, at random: (nnz,) bool; most : int, or (n_rows,) int."""
    rows = row_of_entries(matrix)
    rank = np.empty(len(rows), int)
    rank[np.lexsort((rng.random(len(rows)), rows))] = np.arange(len(rows)) - matrix.indptr[rows]
    return rank < rng.integers(1, np.broadcast_to(np.maximum(most, 1), matrix.shape[0]) + 1)[rows]
