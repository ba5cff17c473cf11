"""The experts together: each learns by itself, their weights are learnt on held-out posts, their scores become one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from instahash.baselines import Cooccurrence
from instahash.data import Dataset, Vocabulary, train_test_split
from instahash.errors import SettingsError
from instahash.experts.domain import Domain, Examples, train_word2vec
from instahash.experts.protocol import CONTEXTS, Expert
from instahash.experts.settings import BestSettings
from instahash.recommend import Fusion, Queries, age_weights
from instahash.sparse import CSR, keep, row_of_entries, union
from instahash.trainer import Trainer
from instahash.word2vec import Word2Vec

# A description of at most so many words is short: each says more, and some experts make more of it than others.
FEW = 3
# Posts held out to learn the weights, at most, and how many scores each expert gives to all of them.
HELD_OUT, HELD_OUT_SCORES = 2500, 2**24
# Behind a context where the features of the photo are there too, and behind the words for it.
PHOTO, AND_PHOTO = "+photo", ", and the photo itself"
# What the weight of an expert that needs labels starts with there, in parts of its own: labels repeat the photo.
BESIDE_PHOTO = 0.3

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
    """

    context: str
    hashtags: np.ndarray
    scores: dict[str, np.ndarray]
    weights: dict[str, float]
    log_p: np.ndarray
    probabilities: np.ndarray

    @property
    def known(self) -> str:
        """What is known of the post, in words."""
        return _words(self.context)


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
        weights = [
            e.starts[start] * (BESIDE_PHOTO if photo and not e.reads_photo and _needs_labels(e) else 1)
            for e in members.values()
        ]
        return Fusion(members, weights, signed)

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
        half = rng.random(dataset.hashtags.nnz) < 0.5
        some = _some(dataset.hashtags, np.diff(dataset.hashtags.indptr), rng)
        short = _some(dataset.description, FEW, rng)
        for context, fusion in self.fusions.items():
            start = context.removesuffix(PHOTO)
            words = short if start == "short" else np.full(len(short), start in ("description", "both"))
            if start in ("chosen", "both"):
                fusion.fit(*self._lesson(context, examples, words, half))
                fusion.calibrate(*self._lesson(context, examples, words, some))
            else:
                lesson = self._lesson(context, examples, words, np.zeros(len(half), bool))
                fusion.fit(*lesson).calibrate(*lesson)
            learnt = ", ".join(f"{member} {w:.2f}" for member, w in zip(fusion.members, fusion.weights))
            trainer.report(f"Weights where {_words(context)}: {learnt}.")

    def _lesson(
        self, context: str, examples: Examples, words: np.ndarray, chosen: np.ndarray
    ) -> tuple[dict[str, np.ndarray], CSR, np.ndarray, np.ndarray]:
        """What a Fusion learns from the posts that are in a context when these words and hashtags are known."""
        dataset = examples.dataset
        photo_features = dataset.photo_features if context.endswith(PHOTO) else None
        known = keep(dataset.description, words), keep(dataset.hashtags, chosen)
        queries = Queries(*known, dataset.keys, photo_features)
        rows = np.flatnonzero(contexts_of(queries) == context)
        part, rest = queries.rows(rows), self.domain.outputs(keep(dataset.hashtags, ~chosen))
        return self._scores(context, part), rest[rows], self._named(part.chosen), examples.weights[rows]

    # Queries

    def score(self, queries: Queries) -> tuple[np.ndarray, np.ndarray]:
        """Log-probabilities of the next hashtag, and probabilities of its use at all, (m, n_hashtags) float32."""
        shape = queries.description.shape[0], len(self.domain.hashtags)
        log_p, used = np.empty(shape, np.float32), np.empty(shape, np.float32)
        understood = self.understood(queries)
        contexts = contexts_of(understood)
        for context, fusion in self.fusions.items():
            rows = np.flatnonzero(contexts == context)
            if len(rows):
                part = understood.rows(rows)
                given = part if understood is queries else queries.rows(rows)
                log_p[rows] = self._fused(context, self._scores(context, part), given, part)
                used[rows] = fusion.probabilities(log_p[rows], np.diff(part.chosen.indptr))
        return log_p, used

    def opinions(self, queries: Queries) -> Opinions:
        """The Opinions about one post."""
        understood = self.understood(queries)
        context = str(contexts_of(understood)[0])
        scores, fusion = self._scores(context, understood), self.fusions[context]
        log_p = self._fused(context, scores, queries, understood)
        return Opinions(
            context=context,
            hashtags=self.domain.hashtags,
            scores={name: scores[name][0] for name in fusion.members},
            weights=dict(zip(fusion.members, fusion.weights.tolist())),
            log_p=log_p[0],
            probabilities=fusion.probabilities(log_p, np.diff(understood.chosen.indptr))[0],
        )

    def understood(self, queries: Queries) -> Queries:
        """The queries as the experts can take them: a label that never was one in training is a hashtag chosen."""
        known = self.domain.labelled[queries.description.indices]
        if known.all():
            return queries
        description = keep(queries.description, known)
        return queries._replace(
            description=description, chosen=union(queries.chosen, keep(queries.description, ~known))
        )

    def _scores(self, context: str, queries: Queries) -> dict[str, np.ndarray]:
        members = self.fusions[context].members
        return {name: self.experts[name].score(queries, self.domain) for name in members}

    def _named(self, hashtags: CSR) -> np.ndarray:
        """Hashtags CSR (m, n_words) as outputs, (m, n_hashtags) bool."""
        return self.domain.outputs(hashtags).toarray() > 0

    def _fused(self, context: str, scores: dict[str, np.ndarray], queries: Queries, understood: Queries) -> np.ndarray:
        """Log-probabilities of the next hashtag, (m, n_hashtags) float32.

        A hashtag that was given as a label is as probable as the most probable of the others.
        """
        named = self._named(understood.chosen)
        log_p = self.fusions[context].log_probabilities(scores, named)
        if understood is queries:
            return log_p
        chosen = self._named(queries.chosen)
        others = np.where(named, -np.inf, log_p).max(axis=1, keepdims=True)
        return np.where(named & ~chosen & (others > -np.inf), others, log_p)

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
    alone = np.where(n_words == 0, "neither", np.where(n_words <= FEW, "short", "description"))
    contexts = np.where(n_chosen == 0, alone, np.where(n_words == 0, "chosen", "both"))
    return np.where(queries.with_photo(), np.char.add(contexts, PHOTO), contexts)


def _needs_labels(expert: Expert) -> bool:
    return "description" in expert.starts and "neither" not in expert.starts


def _words(context: str) -> str:
    """What is known in a context."""
    return CONTEXTS[context.removesuffix(PHOTO)] + (AND_PHOTO if context.endswith(PHOTO) else "")


def _some(matrix: CSR, most: Any, rng: np.random.Generator) -> np.ndarray:
    """Which entries are among one to `most` of their row's, at random: (nnz,) bool; most : int, or (n_rows,) int."""
    rows = row_of_entries(matrix)
    rank = np.empty(len(rows), int)
    rank[np.lexsort((rng.random(len(rows)), rows))] = np.arange(len(rows)) - matrix.indptr[rows]
    return rank < rng.integers(1, np.broadcast_to(np.maximum(most, 1), matrix.shape[0]) + 1)[rows]
