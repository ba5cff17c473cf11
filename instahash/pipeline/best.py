"""Mode "best": lists of hashtags from the experts' probabilities. `docs/quality.md` measures what each expert adds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from instahash.baselines import Cooccurrence
from instahash.data import Dataset, Vocabulary
from instahash.data.general import GENERAL_HASHTAGS as GENERAL
from instahash.data.kin import one_of_variants
from instahash.experts import EXPERTS, Answers, BestSettings, Expert, Losses, NetworkQuery, Opinions, Panel, Sections
from instahash.recommend import Options, Queries, Recommendation, diversify, echoes, keep_best, novelty_shift, reachable
from instahash.topk import top_k
from instahash.trainer import Trainer
from instahash.word2vec import WordVectors

# Hashtags among which a diverse list is chosen, the words of each list in a trace, and hashtags of an answer.
CANDIDATES, TRACED, RECOMMENDED = 100, 20, 10


class Best:
    """The experts, and the lists that are made of what they say.

    settings : BestSettings.  experts : classes of experts.
    panel : Panel of them.  Other attributes and methods as in :class:`~instahash.pipeline.mode.Mode`.
    """

    def __init__(self, settings: BestSettings, experts: Sequence[type[Expert]] = EXPERTS):
        self.settings, self.panel = settings, Panel(settings, experts)

    @property
    def default_score(self) -> float:
        return self.panel.domain.score_mean

    @property
    def n_outputs(self) -> int:
        return self.panel.domain.n_head

    @property
    def n_photo_features(self) -> int:
        return len(self.panel.domain.photo_mean)

    @property
    def vectors(self) -> WordVectors:
        return self.panel.domain.vectors

    @property
    def cooccurrence(self) -> Cooccurrence:
        return self.panel.domain.cooccurrence

    def fit(self, dataset: Dataset, trainer: Trainer) -> None:
        self.panel.fit(dataset, trainer, self.recommend)

    def partial_fit(self, dataset: Dataset) -> None:
        self.panel.partial_fit(dataset)

    def load(self, sections: Sections, history: Losses, vocabulary: Vocabulary) -> None:
        self.panel.load(sections, history, vocabulary)

    def to_arrays(self) -> Sections:
        return self.panel.to_arrays()

    def header(self) -> tuple[dict[str, Any], Losses]:
        sizes = {"dim": self.settings.word2vec.dim, "n_hidden": self.settings.softmax.n_hidden}
        losses = {f"{name}_loss": e.history.loss for name, e in self.panel.active.items() if e.history}
        return sizes, losses | {"word2vec_loss": self.panel.domain.word2vec.history.loss}

    # Queries

    def recommend(self, queries: Queries, options: Options) -> list[Recommendation]:
        """A Recommendation for each post, of exactly `top` hashtags where so many may be recommended; where nothing is
        known of it, of at most as many as GENERAL has.
        """
        settings, domain = self.settings.list, self.panel.domain
        diversity = settings.diversity if options.diversity is None else options.diversity
        top = RECOMMENDED if options.top is None else options.top
        answers = self.panel.score(queries)
        ranked = self._ranked(queries, options, answers)
        columns, scores = top_k(ranked, min(ranked.shape[1], top))
        if diversity:
            ranked = reachable(ranked, scores.min(axis=1, initial=np.inf), diversity)
            columns, scores = top_k(ranked, min(ranked.shape[1], max(top, CANDIDATES)))
        words = domain.words_at(columns, answers.candidates)
        if diversity:
            places, rows = diversify(scores, words, self.vectors.unit, top, diversity), np.arange(len(columns))[:, None]
            columns, words = (np.where(places < 0, -1, array[rows, places]) for array in (columns, words))
        texts, used = domain.vocabulary.spelled_array[words].tolist(), answers.used(columns).tolist()
        found = (columns >= 0).sum(axis=1).tolist()
        n_known, read, likely = answers.candidates.n_columns, answers.read.tolist(), queries.likely().tolist()
        familiar, guessed = (answers.familiar >= 0.5).tolist(), queries.guessed.tolist()
        traces, made = self._traces(queries) if options.trace else None, []
        for post, own in enumerate(answers.beyond.hashtags):
            trace, source = traces[post] if traces else None, "guesses" if guessed[post] else "experts"
            kind = "probability" if familiar[post] else "estimate"
            if not (read[post] and likely[post] or self._knows_author(queries, post)):
                echoed = own if likely[post] else {}
                made.append(self._general(echoed, top, options.banned_words, kind, source, trace))
                continue
            n, hashtags = found[post], texts[post]
            if own:
                names = list(own)
                hashtags = [
                    names[i - n_known] if i >= n_known else text for i, text in zip(columns[post].tolist(), hashtags)
                ]
            made.append(Recommendation(hashtags[:n], used[post][:n], kind, source, trace))
        return made

    def _ranked(self, queries: Queries, options: Options, answers: Answers) -> np.ndarray:
        """What hashtags are ranked by, of the shape of `log_p`: log-probabilities with what novelty adds, -inf for
        those that may not be recommended, for all but the best of a word's variants, and for those of a chosen one. One
        that the model does not have repeats a label, and is not popular.
        """
        candidates, domain, chosen = answers.candidates, self.panel.domain, queries.chosen
        novelty = self.settings.list.novelty if options.novelty is None else options.novelty
        ranked, n_known = answers.log_p.copy(), candidates.n_columns
        known = ranked[:, :n_known]
        if novelty:
            known += self.shift(queries, domain.hashtags_of(candidates), novelty)
        if len(options.banned):
            known[candidates.of_all(np.isin(domain.hashtags, options.banned)) > 0] = -np.inf
        for post, own in enumerate(answers.beyond.hashtags):
            ranked[post, [n_known + i for i, word in enumerate(own) if word in options.banned_words]] = -np.inf
        vocabulary = domain.vocabulary
        taken = vocabulary.variants[chosen.indices], chosen.indptr
        keep_best(ranked, self._variants(answers), len(vocabulary), *taken)
        return ranked

    def _variants(self, answers: Answers) -> np.ndarray:
        """The word that each hashtag is a variant of, of the shape of `log_p`, -1 for one of which none is known."""
        vocabulary, n_known = self.panel.domain.vocabulary, answers.candidates.n_columns
        groups = np.full(answers.log_p.shape, -1, np.int32)
        words = self.panel.domain.hashtags_of(answers.candidates)
        groups[:, :n_known] = np.where(words < 0, -1, vocabulary.variants[words])
        for post, own in enumerate(answers.beyond.hashtags):
            groups[post, n_known : n_known + len(own)] = [vocabulary.variant_of(word) for word in own]
        return groups

    def _knows_author(self, queries: Queries, post: int) -> bool:
        return queries.keys is not None and any(map(self.knows, queries.keys[post]))

    def _general(
        self,
        echoes: dict[str, float],
        top: int,
        banned: frozenset[str],
        kind: str,
        source: str,
        trace: dict[str, list[str]] | None,
    ) -> Recommendation:
        """Hashtags where the model knows nothing of a post: those that repeat its labels, with their log-probabilities,
        and behind them such as fit any photo, those of the training first, most used first.
        """
        vocabulary, echoed = self.panel.domain.vocabulary, {word: math.exp(score) for word, score in echoes.items()}
        n_uses = max(int(vocabulary.hashtag_counts.sum()), 1)
        known = [word for word in GENERAL if word in vocabulary.index]
        counts = {word: int(vocabulary.hashtag_counts[vocabulary.index[word]]) for word in known}
        general = {word: counts.get(word, 0) / n_uses for word in GENERAL if word not in echoed}
        words = [*sorted(echoed, key=lambda word: -echoed[word]), *sorted(general, key=lambda word: -general[word])]
        kept = one_of_variants(word for word in words if word not in banned)[:top]
        hashtags = [vocabulary.spellings.get(word, word) for word in kept]
        scores = [(echoed | general)[word] for word in kept]
        if echoed:
            return Recommendation(hashtags, scores, kind, source, trace)
        return Recommendation(hashtags, scores, "frequency", "general", trace)

    def _traces(self, queries: Queries) -> list[dict[str, list[str]]]:
        """For each post its known words, the words nearest to them, and what each network ranks first."""
        text = self.panel.domain.vocabulary.words_array
        similar, _ = self.vectors.most_similar_to_sets(queries.words(), TRACED, exclude=False)
        indptr = queries.description.indptr
        traces = [
            {"description": text[queries.description.indices[a:b]].tolist(), "word2vec": text[near[near >= 0]].tolist()}
            for near, a, b in zip(similar, indptr, indptr[1:])
        ]
        understood = self.panel.understood(queries)
        for expert, rows in self._networks(understood):
            for post, first in zip(rows, self._first(expert, understood.rows(rows), TRACED)):
                traces[post][expert.name] = text[first[first >= 0]].tolist()
        return traces

    def _first(self, expert: Expert, queries: Queries, top: int) -> np.ndarray:
        """The ids (m, top) of the candidates that an expert ranks first, -1 for none."""
        domain, candidates = self.panel.domain, self.panel.candidates(queries)
        scores = expert.score(queries, domain, candidates)
        if candidates.width:
            scores[~candidates.filled] = -np.inf
        columns, _ = top_k(scores, min(scores.shape[1], top))
        hashtags = domain.hashtags_of(candidates)
        return np.where(columns < 0, -1, np.take_along_axis(hashtags, np.maximum(columns, 0), 1))

    def single_scores(self, queries: Queries) -> dict[str, np.ndarray]:
        """Word2vec's cosines, and the outputs of each network that reads something, -inf for what is no candidate."""
        domain, understood = self.panel.domain, self.panel.understood(queries)
        scores, candidates = {"word2vec": self.vectors.similarities(queries.words())}, self.panel.candidates(understood)
        words = domain.hashtags_of(candidates)
        rows, columns = np.nonzero(words >= 0)
        for expert, _ in self._networks(understood):
            every = np.full((queries.description.shape[0], len(domain.vocabulary)), -np.inf, np.float32)
            every[rows, words[rows, columns]] = expert.score(understood, domain, candidates)[rows, columns]
            scores[expert.name] = every
        return scores

    def _networks(self, understood: Queries) -> list[tuple[Expert, np.ndarray]]:
        """Each network that reads something of the posts, and the rows of those posts."""
        read = [(expert, expert.reads(understood)) for expert in self.panel.active.values()]
        return [
            (expert, np.flatnonzero(np.diff(words.indptr))) for expert, words in read if words is not None and words.nnz
        ]

    def knows(self, key: str) -> bool:
        return any(expert.knows(key, self.panel.domain) for expert in self.panel.active.values())

    # How an answer came about

    def opinions(self, queries: Queries) -> Opinions:
        """What the experts say about one post."""
        return self.panel.opinions(queries)

    def shift(self, queries: Queries, hashtags: np.ndarray, novelty: float | None = None) -> np.ndarray:
        """What novelty adds to log-probabilities before hashtags are ranked, (m, n) float32.

        hashtags : (m, n) ids of words, -1 for none.
        """
        novelty = self.settings.list.novelty if novelty is None else novelty
        domain, n_head = self.panel.domain, self.panel.domain.n_head
        echo = np.zeros(hashtags.shape, np.float32)
        echo[:, :n_head] = echoes(queries.description, self.vectors.unit, domain.hashtags[:n_head])
        for post, ids in enumerate(hashtags[:, n_head:]):
            echo[post, n_head:] = echoes(queries.description[[post]], self.vectors.unit, ids)[0]
        return novelty_shift(domain.log_frequency[domain.outputs_of_words[hashtags]], echo, novelty)

    def networks(self, queries: Queries) -> list[NetworkQuery]:
        understood, domain = self.panel.understood(queries), self.panel.domain
        return [query for e in self.panel.active.values() if (query := e.query(understood, domain))]
