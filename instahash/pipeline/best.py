"""Mode "best": lists of hashtags from the experts' probabilities. `docs/quality.md` measures what each expert adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from instahash.data import Dataset, Vocabulary
from instahash.experts import (
    EXPERTS,
    BestSettings,
    CommonExpert,
    CooccurrenceExpert,
    Expert,
    Losses,
    NetworkQuery,
    Opinions,
    Panel,
    Sections,
    SoftmaxExpert,
    Word2VecExpert,
)
from instahash.recommend import Options, Queries, Recommendation, diversify, echoes, novelty_shift
from instahash.topk import top_k
from instahash.trainer import Trainer
from instahash.word2vec import WordVectors

# Hashtags among which a diverse list is chosen, the words of each list in a trace, and hashtags of an answer.
CANDIDATES, TRACED, TOP = 100, 20, 10


class Best:
    """The experts, and the lists that are made of what they say.

    settings : BestSettings.  experts : classes of experts, one of word2vec and one of co-occurrence among them.
    panel : Panel of them.  Other attributes and methods as in :class:`~instahash.pipeline.mode.Mode`.
    """

    def __init__(self, settings: BestSettings, experts: Sequence[type[Expert]] = EXPERTS):
        self.settings, self.panel = settings, Panel(settings, experts)

    @property
    def default_score(self) -> float:
        return self.panel.domain.score_mean

    def fit(self, dataset: Dataset, trainer: Trainer) -> None:
        self.panel.fit(dataset, trainer)
        self._take_up()

    def partial_fit(self, dataset: Dataset) -> None:
        self.panel.partial_fit(dataset)
        self._take_up()

    def load(self, sections: Sections, history: Losses, vocabulary: Vocabulary) -> None:
        self.panel.load(sections, history, vocabulary)
        self._take_up()

    def to_arrays(self) -> Sections:
        return self.panel.to_arrays()

    def header(self) -> tuple[dict[str, Any], Losses]:
        sizes = {"dim": self.settings.word2vec.dim, "n_hidden": self.settings.softmax.n_hidden}
        return sizes, {f"{name}_loss": e.history.loss for name, e in self.panel.experts.items() if e.history}

    def _take_up(self) -> None:
        (word2vec,), (cooccurrence,) = self._experts(Word2VecExpert), self._experts(CooccurrenceExpert)
        self.vectors = WordVectors(self.panel.domain.vocabulary.words, word2vec.model.word_vectors())
        self.cooccurrence = cooccurrence.model

    def _experts(self, kind: type[Any]) -> list[Any]:
        return [expert for expert in self.panel.experts.values() if isinstance(expert, kind)]

    # Queries

    def recommend(self, queries: Queries, options: Options) -> list[Recommendation]:
        """A Recommendation for each post, of exactly `top` hashtags where so many may be recommended."""
        settings, domain = self.settings.list, self.panel.domain
        novelty = settings.novelty if options.novelty is None else options.novelty
        diversity = settings.diversity if options.diversity is None else options.diversity
        top = TOP if options.top is None else options.top
        log_p, used = self.panel.score(queries)
        ranked = log_p + self.shift(queries, novelty) if novelty else log_p
        for post, excluded in enumerate(queries.excluded(options.banned)):
            outputs = domain.outputs_of_words[excluded]
            ranked[post, outputs[outputs >= 0]] = -np.inf
        ids, scores = top_k(ranked, min(len(domain.hashtags), max(top, CANDIDATES if diversity else 0)))
        if diversity:
            ids = diversify(scores, ids, self.vectors.unit[domain.hashtags], top, diversity)
        words, answers = queries.words(), []
        traces = self._traces(queries) if options.trace else None
        for post in range(len(ids)):
            best = ids[post, :top][ids[post, :top] >= 0]
            known = words.indptr[post] < words.indptr[post + 1]
            if not known and queries.keys is not None:
                known = any(map(self.knows, queries.keys[post]))
            hashtags = domain.vocabulary.spelled(domain.hashtags[best])
            source, trace = "experts" if known else "most_used", traces[post] if traces else None
            answers.append(Recommendation(hashtags, used[post, best].tolist(), "probability", source, trace))
        return answers

    def _traces(self, queries: Queries) -> list[dict[str, list[str]]]:
        """For each post its known words, the words nearest to them, and what each network ranks first."""
        domain, text = self.panel.domain, self.panel.domain.vocabulary.words_array
        similar, _ = self.vectors.most_similar_to_sets(queries.words(), TRACED, exclude=False)
        indptr = queries.description.indptr
        traces = [
            {"description": text[queries.description.indices[a:b]].tolist(), "word2vec": text[near[near >= 0]].tolist()}
            for near, a, b in zip(similar, indptr, indptr[1:])
        ]
        understood = self.panel.understood(queries)
        for expert in self._experts(SoftmaxExpert):
            rows = np.flatnonzero(np.diff(expert.reads(understood).indptr))
            scores = expert.score(understood.rows(rows), domain)
            ids, _ = top_k(scores, min(scores.shape[1], TRACED))
            for post, first in zip(rows, ids):
                traces[post][expert.name] = text[domain.hashtags[first]].tolist()
        return traces

    def single_scores(self, queries: Queries) -> dict[str, np.ndarray]:
        """Word2vec's cosines, and each network's outputs that reads something; -inf for words that are no hashtags."""
        domain, understood = self.panel.domain, self.panel.understood(queries)
        scores = {"word2vec": self.vectors.similarities(queries.words())}
        for expert in self._experts(SoftmaxExpert):
            if expert.reads(understood).nnz:
                every = np.full((queries.description.shape[0], len(domain.vocabulary)), -np.inf, np.float32)
                every[:, domain.hashtags] = expert.score(understood, domain)
                scores[expert.name] = every
        return scores

    def knows(self, key: str) -> bool:
        return any(expert.knows(key) for expert in self._experts(CommonExpert))

    # How an answer came about

    def opinions(self, queries: Queries) -> Opinions:
        """What the experts say about one post."""
        return self.panel.opinions(queries)

    def shift(self, queries: Queries, novelty: float | None = None) -> np.ndarray:
        """What novelty adds to log-probabilities before hashtags are ranked, (m, n_hashtags) float32."""
        novelty = self.settings.list.novelty if novelty is None else novelty
        echo = echoes(queries.description, self.vectors.unit, self.panel.domain.hashtags)
        return novelty_shift(self.panel.domain.log_frequency, echo, novelty)

    def networks(self, queries: Queries) -> list[NetworkQuery]:
        understood, domain = self.panel.understood(queries), self.panel.domain
        return [query for e in self._experts(SoftmaxExpert) if (query := e.query(understood, domain))]
