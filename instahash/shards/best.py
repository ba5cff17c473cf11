"""Mode "best" from shards: experts that count learn from sums over posts, networks by averaged local epochs.

Held out to learn the experts' weights are posts whose ids have the lowest hashes. They alone are gathered, beside the
samples of posts that are kept to learn on from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from scipy import sparse

from instahash.baselines import Cooccurrence
from instahash.checkpoint import trains
from instahash.data import Dataset, Vocabulary, together
from instahash.errors import DataError, plural
from instahash.experts import BestSettings, Domain, Examples
from instahash.experts.examples import Lessons, chance_of
from instahash.experts.panel import held_out_fraction
from instahash.experts.statistics import Statistics
from instahash.forms import Form, fit
from instahash.pipeline import InstaHash
from instahash.pipeline.best import Best
from instahash.pipeline.outcome import outcome
from instahash.replay import SIZE, ReplayBuffer
from instahash.shards.company import company
from instahash.shards.counts import Counts, pairs_of
from instahash.shards.networks import fit_network
from instahash.shards.passes import Passes, Report, read
from instahash.shards.reading import Encoding
from instahash.shards.shard import Arrays, Shard
from instahash.shards.shards import Shards
from instahash.shards.word_vectors import fit_exact, fit_rounds, frequent, plan, word2vec_from
from instahash.softmax import SoftmaxNetwork
from instahash.sparse import CSR, column_counts
from instahash.trainer import Trainer
from instahash.word2vec import Word2Vec

T = TypeVar("T")


@trains
def fit_best(
    shards: Shards,
    settings: BestSettings | None = None,
    *,
    checkpoint: str | Path | None = None,
    resume: bool = False,
    options: Iterable[str] = (),
    report: Report = lambda line: None,
) -> InstaHash:
    """Mode "best" of the posts of all shards.

    What counts comes out as on one machine, to rounding, but that other posts are held out. Networks, and word2vec
    where words are too many for its exact trainer, are trained by averaged local epochs, see :mod:`.rounds`.

    checkpoint : a file for what passes over the shards and rounds of the networks gave, with which another cluster goes
        on where `resume` is true.
    options, report, and errors, as in :meth:`instahash.InstaHash.fit`; DataError names a shard that cannot be read,
        DataWarning what was left out.
    """
    settings = settings or BestSettings()
    passes = Passes(shards, settings, checkpoint, resume, options)
    n_chains = passes.once("chains", lambda: {"n": np.array(shards.n_workers())}, _chains)
    report(f"From {len(shards.names):,} shards; networks visit them in {plural(n_chains, 'chain')}.")
    encoding, summary, digest = read(shards, settings, passes, report)
    known, doubt = company(shards, encoding, summary.posts)
    statistics = shards.sum(statistics_of, encoding, what="Measuring posts")
    domain = Domain.begun(encoding.vocabulary, statistics, settings)
    part = Part(encoding, domain, held_out_fraction(domain, summary.posts))
    held_out = together([*shards.map(held_out_of, part, what="Posts held out")])
    held_out = held_out._replace(vocabulary=encoding.vocabulary)
    if len(held_out.ids) == summary.posts:
        raise DataError(f"all {summary.posts:,} posts are held out to learn weights from; give more posts")
    source, mode, trainer = Parts(shards, part, summary.posts, passes, n_chains), Best(settings), Trainer(report=report)
    domain = replace(domain, cooccurrence=source.cooccurrence(), word2vec=source.word2vec(trainer))
    mode.panel.begin(domain)
    mode.panel.learn(source, Examples(held_out, domain), trainer, mode.recommend)
    for line in outcome(summary, trainer.first_five, *known, doubt):
        report(line)
    return InstaHash(settings).take_up(mode, encoding.vocabulary, summary._asdict(), [digest])


def _chains(arrays: Arrays) -> int:
    fit(arrays, {"n": Form("int64", (), 1, 10**6)})
    return int(arrays["n"])


@dataclass(frozen=True, eq=False)
class Part:
    """What is learnt from of a shard; it goes to the workers.

    domain : Domain, whose models have not learnt.  held_out : the fraction of the posts that is not learnt from.
    photos : only posts with a photo are.
    """

    encoding: Encoding
    domain: Domain
    held_out: float
    photos: bool = False

    def examples(self, shard: Shard, fraction: float = 1.0) -> Examples:
        """The posts of a shard that are learnt from, or about a fraction of them, the same wherever they are."""
        draws, first = self.encoding.posts(shard).draws, self.held_out
        rows = np.flatnonzero((draws >= first) & (draws < first + fraction * (1 - first)))
        examples = Examples(self.encoding.dataset(shard).take(rows), self.domain)
        return examples.of_photos() if self.photos else examples


@dataclass(frozen=True, eq=False)
class Parts:
    """The posts of all shards but those held out, a :class:`~instahash.experts.Source`."""

    shards: Shards
    part: Part
    n_posts: int
    passes: Passes
    n_chains: int

    @property
    def domain(self) -> Domain:
        return self.part.domain

    @property
    def n_learnt(self) -> int:
        return self._counted[0]

    @property
    def uses(self) -> np.ndarray:
        return self._counted[1]

    @cached_property
    def _counted(self) -> tuple[int, np.ndarray]:
        return self.sum(count_uses, what="Counting uses")

    def sum(self, function: Callable[..., T], *args: Any, what: str = "") -> T:
        return self.shards.sum(of_part, self.part, function, args, what=what)

    def map(self, function: Callable[..., T], *args: Any, what: str = "") -> list[T]:
        return [*self.shards.map(of_part, self.part, function, args, what=what)]

    def of_photos(self) -> Parts:
        return replace(self, part=replace(self.part, photos=True), n_posts=0)

    def train(self, model: SoftmaxNetwork, name: str, lessons: Lessons, trainer: Trainer, chance: float) -> None:
        of_shard = partial(of_part, part=self.part, function=lessons)
        fit_network(self.shards, model, of_shard, **self._rounds(name))
        self.passes.keep(name, model.state())  # a trained model has forgotten what only its training needed
        model.replay = self.replayed(lessons)
        trainer.warn(model, name, chance, "loss")

    def cooccurrence(self) -> Cooccurrence:
        """The counts of all that is learnt from."""

        def work() -> Arrays:
            return Cooccurrence().fit_counts(*self.sum(count_pairs, what="Counting pairs")).to_arrays()

        made = partial(Cooccurrence.from_arrays, n_words=len(self.domain.vocabulary))
        return self.passes.once("cooccurrence", work, made)

    def word2vec(self, trainer: Trainer) -> Word2Vec:
        """Word2vec, trained by the trainer that is the cheaper one; says how and how well."""
        settings = self.domain.settings
        model = Word2Vec(settings.word2vec, seed=settings.seed, n_threads=settings.n_threads)
        counts, name = self.sum(count_words, what="Counting words"), "word2vec"
        own = partial(bags_of, counts=counts, min_count=model.settings.min_count)
        bags = partial(of_part, part=self.part, function=own)
        planned = plan(self.shards, bags, model.settings, len(counts))
        trainer.detail(f"{name}: {planned.trainer} trainer, {planned.why}.")
        if planned.trainer == "exact":

            def work() -> Arrays:
                fit_exact(self.shards, model, bags, counts)
                return model.to_arrays() | {"history": np.array(model.history.loss)}

            model = self.passes.once(name, work, partial(word2vec_from, model=model, n_words=len(counts)))
        else:
            fit_rounds(self.shards, model, bags, counts, **self._rounds(name))
        model.learnt.replay = self.replayed(own)
        trainer.warn(model, name, 10 * chance_of(model), "loss")
        trainer.detail(f"{name}: loss a pair {model.history[-1]:.4f} in the last epoch.")
        return model

    def replayed(self, lessons: Callable[[Examples], Any]) -> ReplayBuffer:
        fraction = min(1.0, SIZE / max(self.n_learnt, 1))
        found = self.shards.map(of_part, self.part, lessons, (), fraction, what="Posts to learn on from")
        matrices = tuple(sparse.vstack(own, format="csr") for own in zip(*found))
        return replace(ReplayBuffer().including(matrices, self.domain.settings.seed), seen=self.n_learnt)

    def _rounds(self, name: str) -> dict[str, Any]:
        """From which state the rounds of a model go on, and how."""

        def on_round(model: Any) -> None:
            self.passes.keep(name, {key: array.copy() for key, array in model.state().items()})

        return {"state": self.passes.done.get(name), "on_round": on_round, "n_chains": self.n_chains, "what": name}


# What is done with a shard


def statistics_of(shard: Shard, encoding: Encoding) -> Statistics:
    """Of all of its posts."""
    return Statistics.of(encoding.dataset(shard), encoding.min_score)


def held_out_of(shard: Shard, part: Part) -> Dataset:
    """The posts of a shard that are not learnt from, without the vocabulary, which who asks has."""
    rows = np.flatnonzero(part.encoding.posts(shard).draws < part.held_out)
    return part.encoding.dataset(shard).take(rows)._replace(vocabulary=Vocabulary([], [], []))


def of_part(
    shard: Shard, part: Part, function: Callable[..., T], args: tuple[Any, ...] = (), fraction: float = 1.0
) -> T:
    """What a function makes of the posts that are learnt from, or of about a fraction of them."""
    return function(part.examples(shard, fraction), *args)


# What is made of posts


def count_pairs(examples: Examples) -> Counts:
    """The Counts of co-occurrence."""
    return pairs_of(examples.dataset.description, examples.dataset.hashtags)


def count_uses(examples: Examples) -> tuple[int, np.ndarray]:
    """How many posts there are, and how many of them use each hashtag."""
    return examples.n_learnt, examples.uses


def count_words(examples: Examples) -> np.ndarray:
    """(n_words,) int64, how many posts have each word."""
    return column_counts(examples.dataset.bags)


def bags_of(examples: Examples, counts: np.ndarray, min_count: int) -> tuple[CSR]:
    """The words of each post that word2vec learns."""
    return (frequent(examples.dataset.bags, counts, min_count),)
