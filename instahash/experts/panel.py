"""The experts together: each learns by itself, their weights are learnt on held-out posts, their scores become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from instahash.baselines import Cooccurrence
from instahash.costs import check_costs
from instahash.data import Dataset, Vocabulary, train_test_split
from instahash.dense import log_probabilities
from instahash.errors import SettingsError
from instahash.experts.candidates import Candidates
from instahash.experts.domain import Domain
from instahash.experts.examples import Examples, Source, train_word2vec
from instahash.experts.first_five import Recommend, first_five
from instahash.experts.fusing import Fusing
from instahash.experts.opinions import Answers, Beyond, Opinions
from instahash.experts.people import add_posts, preferences_of
from instahash.experts.protocol import CONTEXTS, PHOTO, Expert
from instahash.experts.settings import BestSettings
from instahash.experts.understanding import contexts_of, understood
from instahash.recommend import Fusion, Preferences, Queries, age_weights
from instahash.recommend.fusion import Told
from instahash.sparse import CSR, row_sizes, rows_at
from instahash.threads import Threads
from instahash.trainer import Trainer
from instahash.word2vec import Word2Vec

# Posts held out to learn the weights, at most, and how many scores each expert gives to all of them.
HELD_OUT, HELD_OUT_SCORES = 2500, 2**22
# Contexts whose weights are learnt at the same time, at most: each has the scores of all posts held out twice.
CONTEXTS_AT_A_TIME = 2

Sections = dict[str, dict[str, np.ndarray]]
Losses = dict[str, list[float]]


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

    def begin(self, domain: Domain) -> None:
        """Take up a domain; without photos in it the experts that read these are left out."""
        self.domain, photos = domain, len(domain.photo_mean) > 0
        self.active = {name: expert for name, expert in self.experts.items() if photos >= expert.reads_photo}
        contexts = [*CONTEXTS, *(context + PHOTO for context in CONTEXTS if photos)]
        self.fusions = {context: self._fusion(context) for context in contexts}
        self._foreign = {context: self._foreign_weights(context) for context in contexts}

    # Training

    def fit(self, dataset: Dataset, trainer: Trainer, recommend: Recommend) -> None:
        """Train the experts on most of these posts, and learn their weights on the rest; others as of :meth:`learn`."""
        n_posts = len(dataset.ids)
        self.begin(Domain.of(dataset, self.settings))
        train, held_out = train_test_split(n_posts, held_out_fraction(self.domain, n_posts), self.settings.seed)
        examples = Examples(dataset.take(train), self.domain, n_posts=n_posts)
        self._check_costs(examples, trainer)
        train_word2vec(self.domain.word2vec, examples.dataset.bags, trainer)
        self.domain.cooccurrence.fit(examples.dataset.description, examples.dataset.hashtags)
        self.learn(examples, Examples(dataset.take(held_out), self.domain), trainer, recommend)

    def _check_costs(self, examples: Examples, trainer: Trainer) -> None:
        """Of all models that these posts are to train, before one of them is."""
        costs = {name: cost for name, expert in self.active.items() if (cost := expert.cost(examples))}
        costs["word2vec"] = self.domain.word2vec.plan(examples.dataset.bags).cost
        check_costs(costs, self.settings, trainer.report)

    def learn(self, examples: Source, held_out: Examples, trainer: Trainer, recommend: Recommend) -> None:
        """Train the experts on posts, and learn their weights on others. The domain's word2vec and co-occurrence have
        learnt already.

        recommend : gives the lists that are made of what the experts say, of which the first five are measured.
        """
        self.domain = replace(self.domain, preferences=preferences_of(examples))
        for expert in self.active.values():
            expert.fit(examples, trainer)
        self._fuse(held_out, examples.uses > 0, trainer)
        # Before experts that count learn these posts too.
        trainer.first_five = first_five(recommend, held_out, examples.uses)
        self.domain.cooccurrence.add(held_out.dataset.description, held_out.dataset.hashtags)
        add_posts(self.domain.preferences, held_out)
        for expert in self.active.values():
            if expert.counts:
                expert.partial_fit(held_out)

    def partial_fit(self, dataset: Dataset) -> None:
        """Learn from new posts as well; `dataset` is in the numbers of the grown vocabulary."""
        before, self.domain = self.domain.now, self.domain.grown(dataset)
        decay = 1.0
        if np.isfinite(before):
            decay = float(age_weights(np.array(before), self.domain.now, self.settings.stream.half_life))
        self.domain.word2vec.partial_fit(dataset.bags)
        self.domain.cooccurrence.add(dataset.description, dataset.hashtags)
        examples = Examples(dataset, self.domain, decay)
        add_posts(self.domain.preferences, examples)
        for expert in self.active.values():
            expert.partial_fit(examples)

    def _fuse(self, examples: Examples, learnt: np.ndarray, trainer: Trainer) -> None:
        """Learn each context's weights from posts held out, as :class:`.fusing.Fusing` says."""
        fusing = Fusing(self, examples, learnt)
        with Threads(min(self.settings.n_threads, CONTEXTS_AT_A_TIME), blas=False) as threads:
            for line in threads.each(self.fusions, fusing.learn):
                trainer.detail(line)

    # Queries

    def score(self, queries: Queries) -> Answers:
        """What is made of each post."""
        understood = self.understood(queries)
        candidates, beyond = self.candidates(understood), self._beyond(understood)
        n, n_posts = candidates.n_columns, queries.description.shape[0]
        log_p = np.full((n_posts, n + beyond.matrix.shape[1]), -np.inf, np.float32)
        calibrations = np.zeros((n_posts, 2), np.float32)
        contexts = contexts_of(understood)
        for context in dict.fromkeys(contexts.tolist()):
            rows = np.flatnonzero(contexts == context)
            part, own, more = understood.rows(rows), candidates.rows(rows), beyond.rows(rows)
            chosen = part.chosen if understood.chosen is queries.chosen else rows_at(queries.chosen, rows)
            told, scores = self._told(context, part), self.scores(context, part, own)
            known, log_p[rows, n:] = self._fused(context, told, scores, chosen, part, own, more)
            log_p[rows, : own.n_columns] = known
            calibrations[rows] = self.fusions[context].calibrations(row_sizes(part.chosen), part.familiar, told)
        read = (understood.n_words() > 0) | understood.with_photo()
        return Answers(candidates, beyond, log_p, calibrations, read, understood.familiar)

    def candidates(self, understood: Queries) -> Candidates:
        """The hashtags that are scored for each post, see :mod:`.candidates`."""
        sizes = understood.description.shape[0], len(self.domain.hashtags), self.domain.n_head
        found = (expert.proposes(understood, self.domain) for expert in self.active.values())
        return Candidates.of(*sizes, (proposal for proposal in found if proposal is not None))

    def opinions(self, queries: Queries) -> Opinions:
        """The Opinions about one post."""
        understood = self.understood(queries)
        candidates, beyond = self.candidates(understood), self._beyond(understood)
        context, familiar = str(contexts_of(understood)[0]), understood.familiar
        scores, fusion = self.scores(context, understood, candidates), self.fusions[context]
        told = self._told(context, understood)
        log_p, _ = self._fused(context, told, scores, queries.chosen, understood, candidates, beyond)
        return Opinions(
            context=context,
            hashtags=self.domain.hashtags_of(candidates)[0],
            scores={name: scores[name][0] for name in fusion.members},
            weights=dict(zip(fusion.members, self._weights(context, told, familiar)[0].tolist())),
            log_p=log_p[0],
            probabilities=fusion.probabilities(log_p, row_sizes(understood.chosen), familiar, told)[0],
            familiar=float(familiar[0]),
        )

    def understood(self, queries: Queries) -> Queries:
        """The queries as the experts can take them, see :func:`~instahash.experts.understanding.understood`."""
        return understood(queries, self.domain)

    def _beyond(self, queries: Queries) -> Beyond:
        """For each post the hashtags that the model does not have, and the log-score of the expert that has them."""
        for name, expert in self.active.items():
            if (found := expert.beyond(queries, self.domain)) is not None:
                return Beyond.of(name, found)
        return Beyond.of("", [{} for _ in range(queries.description.shape[0])])

    def _weights(self, context: str, told: Told, familiar: np.ndarray) -> np.ndarray:
        """Each post's weights, (m, n_members): those that were learnt as far as its labels are familiar."""
        foreign, part = self._foreign[context], familiar[:, None]
        learnt = self.fusions[context].weights_of(told, len(part))
        return part * learnt + (1 - part) * np.where(np.isnan(foreign), learnt, foreign)

    def _foreign_weights(self, context: str) -> np.ndarray:
        """(n_members,) weights where no label is familiar, NaN for those that stay as they were learnt."""
        start, photo = context.removesuffix(PHOTO), context.endswith(PHOTO)
        experts = [self.experts[name] for name in self.fusions[context].members]
        return np.array([e.foreign.get(start, np.nan) * (e.beside_photo if photo else 1) for e in experts])

    def scores(self, context: str, queries: Queries, candidates: Candidates) -> dict[str, np.ndarray]:
        """Each answering expert's scores, (m, n_columns) float32."""
        members = self.fusions[context].members
        return {name: self.experts[name].score(queries, self.domain, candidates) for name in members}

    def readers(self, context: str) -> list[str]:
        """The experts that answer in a context and read keys, those of general keys first."""
        return [name for name in self.fusions[context].members if self.experts[name].reads_keys]

    def _told(self, context: str, queries: Queries) -> Told:
        """How far experts know the keys of posts in a context, where this corrects what is learnt."""
        if queries.keys is None or not any(queries.keys):
            return {}
        corrected = self.fusions[context].corrections
        return {name: self.experts[name].told(queries.keys, self.domain) for name in corrected}

    def named(self, hashtags: CSR, candidates: Candidates) -> np.ndarray:
        """Where the candidates are among these hashtags, CSR (m, n_words): (m, n_columns) bool."""
        return candidates.of_entries(self.domain.outputs(hashtags)) > 0

    def _fused(
        self,
        context: str,
        told: Told,
        scores: dict[str, np.ndarray],
        chosen: CSR,
        understood: Queries,
        candidates: Candidates,
        beyond: Beyond,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Log-probabilities of the next hashtag, (m, n_columns) float32, and those of `beyond`, (m, n); -inf in columns
        that are not filled.

        A hashtag that was given as a label, and not `chosen`, is as probable as the most probable of the others.
        """
        fusion, weights = self.fusions[context], self._weights(context, told, understood.familiar)
        pooled = fusion.pooled(scores, weights)
        if candidates.width:
            pooled[~candidates.filled] = -np.inf
        named = self.named(understood.chosen, candidates) if understood.chosen.nnz else None
        log_p = log_probabilities(pooled, named)
        if named is not None and understood.chosen is not chosen:
            others = np.where(named, -np.inf, log_p).max(axis=1, keepdims=True)
            labelled = named & ~self.named(chosen, candidates)
            log_p = np.where(labelled & (others > -np.inf), others, log_p)
        if not beyond.matrix.size:
            return log_p, beyond.matrix
        # Where labels are familiar the expert's own probability is the best that is known. Where they are not, the
        # other experts are taken to give a hashtag that they do not know the mean of what they give the others.
        learnt = fusion.inverse(beyond.matrix, row_sizes(understood.chosen), told)
        foreign = beyond.matrix + log_p[:, :1] - pooled[:, :1] + _means(pooled, candidates)
        if beyond.expert in fusion.members:
            w = weights[:, [fusion.members.index(beyond.expert)]].astype(np.float32)
            foreign += (w - 1) * beyond.matrix - w * _means(scores[beyond.expert], candidates)
        part = understood.familiar[:, None]
        more = np.where(beyond.filled, part * learnt + (1 - part) * foreign, -np.inf)
        return log_p, more

    # What is kept

    def to_arrays(self) -> Sections:
        """All that was learnt, by section."""
        fusions = {
            _section(context, of): fusion.to_arrays(of)
            for context, fusion in self.fusions.items()
            for of in ("", *fusion.corrections)
        }
        experts = {f"expert_{name}": expert.to_arrays() for name, expert in self.active.items()}
        word2vec, cooccurrence = self.domain.word2vec.to_arrays(), self.domain.cooccurrence.to_arrays()
        shared = {"domain": self.domain.to_arrays(), "expert_word2vec": word2vec, "expert_cooccurrence": cooccurrence}
        return fusions | experts | shared | {"expert_personal": self.domain.preferences.to_arrays()}

    def load(self, sections: Sections, history: Losses, vocabulary: Vocabulary) -> None:
        """Take up what :meth:`to_arrays` gave. Raises KeyError or ValueError where it does not fit."""
        arrays, settings = sections["expert_word2vec"], self.settings
        losses, seed = history.get("word2vec_loss", []), settings.seed
        word2vec = Word2Vec.from_arrays(arrays, settings.word2vec, history=losses, seed=seed)
        cooccurrence = Cooccurrence.from_arrays(sections["expert_cooccurrence"], len(vocabulary))
        n_hashtags = int(vocabulary.is_hashtag.sum())
        models = word2vec, cooccurrence, Preferences.from_arrays(sections["expert_personal"], n_hashtags)
        self.begin(Domain.from_arrays(sections["domain"], settings, vocabulary, *models))
        for name, expert in self.active.items():
            expert.load(sections.get(f"expert_{name}", {}), history.get(f"{name}_loss", []), self.domain)
        for context, fusion in self.fusions.items():
            fusion.load(sections[_section(context)])
            for name in self.readers(context):
                if _section(context, name) in sections:
                    fusion.load(sections[_section(context, name)], name)


def held_out_fraction(domain: Domain, n_posts: int) -> float:
    """Which fraction of so many posts is held out to learn the weights of experts."""
    most = HELD_OUT / n_posts, HELD_OUT_SCORES / domain.n_head / n_posts
    return min(domain.settings.fusion.held_out, 0.5, *most)


def _section(context: str, of: str = "") -> str:
    """Where a context's weights are kept, or the correction of an expert."""
    return f"fusion_{context}" + (f"_{of}" if of else "")


def _means(scores: np.ndarray, candidates: Candidates) -> np.ndarray:
    """(m, 1), the mean of each post's scores of what is scored for every post."""
    return scores[:, : candidates.n_head].mean(axis=1, keepdims=True)
