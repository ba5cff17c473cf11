"""Mode "paper" from shards: word2vec exact and AutoRec in closed form, so that sums over posts are enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from instahash.autorec import AutoRec
from instahash.baselines import Cooccurrence
from instahash.checkpoint import trains
from instahash.errors import DataError, SettingsError
from instahash.forms import COUNT, Form, fit
from instahash.network.layers import FORMS, Parameters
from instahash.pipeline import InstaHash, PaperSettings
from instahash.pipeline.outcome import outcome
from instahash.pipeline.paper import TRIAL, TRIED, Paper
from instahash.shards.company import company
from instahash.shards.counts import fit_cooccurrence
from instahash.shards.passes import Passes, Report, read
from instahash.shards.reading import Encoding, Posts
from instahash.shards.shard import Arrays, Shard
from instahash.shards.shards import Shards
from instahash.shards.spectrum import BACKGROUND, Ratings, fit_autorec
from instahash.shards.word_vectors import fit_exact, frequent, word2vec_from
from instahash.sparse import CSR
from instahash.trainer import Detail, FirstFive, Trainer
from instahash.training import History
from instahash.word2vec import Word2Vec, WordVectors

# Words by words are counted, and swept over: beyond, a sweep takes hours.
MOST_WORDS = 50_000


def from_shards(settings: PaperSettings) -> PaperSettings:
    """The settings that a training from shards has: word2vec's exact trainer, AutoRec from its spectrum.

    Raises SettingsError for what is no sum over posts.
    """
    if settings.word2vec.trainer == "sampling":
        raise SettingsError("word2vec.trainer is 'sampling', which visits posts; from shards it must be exact")
    if settings.autorec.corruption:
        raise SettingsError("autorec.corruption draws what is dropped post by post; from shards it must be 0")
    autorec = replace(settings.autorec, init="spectral", decoder="ridge", epochs=0)
    return replace(settings, word2vec=replace(settings.word2vec, trainer="exact"), autorec=autorec)


@trains
def fit_paper(
    shards: Shards,
    settings: PaperSettings | None = None,
    *,
    checkpoint: str | Path | None = None,
    resume: bool = False,
    options: Iterable[str] = (),
    report: Report = lambda line: None,
) -> InstaHash:
    """Mode "paper" of the posts of all shards: to rounding what one machine makes of them, with these settings.

    settings : as :func:`from_shards` gives them, into which others are changed.
    checkpoint : a file for what passes over the shards gave, with which another cluster goes on where `resume` is true.
    options, report, and errors, as in :meth:`instahash.InstaHash.fit`; DataError names a shard that cannot be read,
        DataWarning what was left out.
    """
    settings = from_shards(settings or PaperSettings())
    report(
        f"From {len(shards.names):,} shards: word2vec is exact, AutoRec in closed form (init=spectral, decoder=ridge)."
    )
    passes = Passes(shards, settings, checkpoint, resume, options)
    encoding, summary, digest = read(shards, settings, passes, report)
    n_words = len(encoding.vocabulary)
    if n_words > MOST_WORDS:
        found = f"{n_words:,} words are more than the {MOST_WORDS:,} of word2vec's exact trainer"
        raise DataError(f"{found}; keep fewer, as with --max-hashtags 1000")
    training = _Training(shards, settings, encoding, summary.posts, report)
    paper = training.paper
    counts = partial(Cooccurrence.from_arrays, n_words=n_words)
    paper.cooccurrence = passes.once("cooccurrence", training.cooccurrence, counts)
    vectors = partial(_word2vec_from, model=paper.word2vec, n_words=n_words)
    paper.word2vec, first_five = passes.once("word2vec", training.word2vec, vectors)
    paper.vectors = WordVectors(paper.vocabulary.words, paper.word2vec.word_vectors())
    report(Detail(f"word2vec: loss a pair {paper.word2vec.history[-1]:.4f} in the last sweep."))
    theta, rmse = passes.once("autorec", training.autorec, partial(_autorec_from, n_words=n_words))
    paper.autorec = AutoRec(settings.autorec, seed=settings.seed, n_threads=settings.n_threads)
    paper.autorec.begin(theta, BACKGROUND, np.empty(0), History())
    report(Detail(f"autorec: RMSE over all entries {rmse:.4f} without an epoch."))
    known, doubt = company(shards, encoding, summary.posts)
    for line in outcome(summary, first_five, *known, doubt):
        report(line)
    return InstaHash(settings).take_up(paper, paper.vocabulary, summary._asdict(), [digest])


def _word2vec_from(arrays: Arrays, model: Word2Vec, n_words: int) -> tuple[Word2Vec, FirstFive | None]:
    """The model, and what its trial has measured, None where there was no trial."""
    fit(arrays, {"first_five": Form("float64", (3,), 0, COUNT)})
    posts, own, popular = arrays["first_five"].tolist()
    return word2vec_from(arrays, model, n_words), FirstFive(int(posts), own, popular, TRIED) if posts else None


def _autorec_from(arrays: Arrays, n_words: int) -> tuple[Parameters, float]:
    """The parameters, and the RMSE over all entries."""
    fit(arrays, FORMS | {"rmse": Form("float64", (), 0)}, inputs=n_words, outputs=n_words)
    return Parameters.from_arrays(arrays), float(arrays["rmse"])


class _Training:
    """The passes, each from what those before it gave."""

    def __init__(self, shards: Shards, settings: PaperSettings, encoding: Encoding, n_posts: int, report: Report):
        self.shards, self.settings, self.encoding, self.trainer = shards, settings, encoding, Trainer(report=report)
        self.paper = Paper(settings)
        self.paper.vocabulary, self.paper.n_posts = encoding.vocabulary, n_posts

    def cooccurrence(self) -> Arrays:
        return fit_cooccurrence(self.shards, self.encoding).to_arrays()

    def word2vec(self) -> Arrays:
        bags = partial(bags_of, encoding=self.encoding, min_count=self.settings.word2vec.min_count)
        fit_exact(self.shards, self.paper.word2vec, bags, self.paper.vocabulary.counts)
        if self.settings.word2vec.vectors == "auto":
            parts = self.shards.map(sample, self.encoding, TRIAL / max(self.paper.n_posts, 1), what="Sampling posts")
            hashtags, description, bags = (sparse.vstack(own, format="csr") for own in zip(*parts))
            self.paper.choose_vectors(bags, hashtags, description, self.trainer)
        measured = (self.trainer.first_five or (0, 0, 0))[:3]
        word2vec, own = self.paper.word2vec, {"first_five": np.array(measured, np.float64)}
        return word2vec.to_arrays() | own | {"history": np.array(word2vec.history.loss)}

    def autorec(self) -> Arrays:
        rated = Paper(self.settings)  # which goes to the workers, and has no more than they need
        rated.vocabulary, rated.vectors = self.paper.vocabulary, self.paper.vectors
        ratings = Ratings(self.encoding, rated)
        model, rmse = fit_autorec(self.shards, ratings, self.settings.seed, self.settings.n_threads)
        return model.parameters.to_arrays() | {"rmse": np.array(rmse)}


def bags_of(shard: Shard, encoding: Encoding, min_count: int) -> tuple[CSR]:
    """The words of each post that word2vec learns."""
    return (frequent(encoding.posts(shard).bags, encoding.vocabulary.counts, min_count),)


def sample(shard: Shard, encoding: Encoding, fraction: float) -> tuple[Any, ...]:
    """The hashtags, descriptions and bags of about this fraction of the posts, the same wherever they are."""
    posts = encoding.posts(shard)
    rows = np.flatnonzero(posts.draws < fraction)
    return tuple(getattr(posts, name)[rows] for name in Posts._fields[:3])
