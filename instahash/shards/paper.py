"""Mode "paper" from shards: word2vec exact and AutoRec in closed form, so that sums over posts are enough."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from instahash.autorec import AutoRec
from instahash.baselines import Cooccurrence
from instahash.data import Summary, Vocabulary
from instahash.errors import DataError, SettingsError
from instahash.network.layers import Parameters
from instahash.parameters import to_json
from instahash.pipeline import InstaHash, PaperSettings
from instahash.pipeline.paper import TRIAL, Paper
from instahash.shards.counts import fit_cooccurrence, weighted_pairs
from instahash.shards.reading import Encoding, Posts, encoding_of
from instahash.shards.shard import Arrays, Shard
from instahash.shards.shards import Shards
from instahash.shards.spectrum import BACKGROUND, Ratings, fit_autorec
from instahash.storage import Checkpoint
from instahash.trainer import Trainer
from instahash.training import History
from instahash.word2vec import Word2Vec, WordVectors

Report = Callable[[str], object]
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
    options, report, and errors, as in :meth:`instahash.InstaHash.fit`; DataError names a shard that cannot be read.
    """
    settings = from_shards(settings or PaperSettings())
    report(
        f"From {len(shards.names):,} shards: word2vec is exact, AutoRec in closed form (init=spectral, decoder=ridge)."
    )
    passes = Passes(Checkpoint(checkpoint, _fingerprint(shards, settings), options) if checkpoint else None, resume)
    training = _Training(shards, settings, passes, report)
    read = passes.once("read", training.read)
    sizes, figures = read["summary"][:4].astype(int), read["summary"][4:]
    summary, digest = Summary(*sizes.tolist(), *figures.tolist()), read["digest"].tobytes().decode()
    report(str(summary))
    paper = training.paper
    paper.vocabulary = Vocabulary.from_arrays(read)
    paper.n_posts = summary.posts
    if len(paper.vocabulary) > MOST_WORDS:
        found = f"{len(paper.vocabulary):,} words are more than the {MOST_WORDS:,} of word2vec's exact trainer"
        raise DataError(f"{found}; keep fewer, as with --max-hashtags 1000")
    training.encoding = Encoding(paper.vocabulary, settings.data.min_score)
    counts = passes.once("cooccurrence", training.cooccurrence)
    paper.cooccurrence = Cooccurrence.from_arrays(counts, len(paper.vocabulary))
    learnt = passes.once("word2vec", training.word2vec)
    losses = learnt["history"].tolist()
    paper.word2vec = Word2Vec.from_arrays(learnt, settings.word2vec, history=losses, seed=settings.seed)
    paper.vectors = WordVectors(paper.vocabulary.words, paper.word2vec.word_vectors())
    report(f"word2vec: loss a pair {losses[-1]:.4f} in the last sweep.")
    learnt = passes.once("autorec", training.autorec)
    paper.autorec = AutoRec(settings.autorec, seed=settings.seed, n_threads=settings.n_threads)
    paper.autorec.begin(Parameters.from_arrays(learnt), BACKGROUND, np.empty(0), History())
    report(f"autorec: RMSE over all entries {float(learnt['rmse']):.4f} without an epoch.")
    return InstaHash(settings).take_up(paper, paper.vocabulary, summary._asdict(), [digest])


class Passes:
    """What passes over the shards gave, as arrays, kept so that a training that ended can go on."""

    def __init__(self, checkpoint: Checkpoint | None, resume: bool):
        self.checkpoint = checkpoint
        self.done = checkpoint.load() if checkpoint and resume else {}

    def once(self, name: str, work: Callable[[], Arrays]) -> Arrays:
        """What `work` gives, or what it gave before."""
        if name not in self.done:
            self.done[name] = work()
            if self.checkpoint:
                self.checkpoint.save(self.done)
        return self.done[name]


class _Training:
    """The passes, each from what those before it gave."""

    encoding: Encoding

    def __init__(self, shards: Shards, settings: PaperSettings, passes: Passes, report: Report):
        self.shards, self.settings, self.report = shards, settings, report
        self.paper = Paper(settings)

    def read(self) -> Arrays:
        encoding, summary, found = encoding_of(self.shards, self.settings.data)
        for line in found.reading.lines():
            self.report(line)
        digest = np.frombuffer(f"{found.digest % 2**128:032x}".encode(), np.uint8)
        return encoding.vocabulary.to_arrays() | {"summary": np.array(summary, np.float64), "digest": digest}

    def cooccurrence(self) -> Arrays:
        return fit_cooccurrence(self.shards, self.encoding).to_arrays()

    def word2vec(self) -> Arrays:
        settings, counts = self.settings, self.paper.vocabulary.counts
        N = self.shards.sum(weighted_pairs, self.encoding, settings.word2vec, what="Weighing pairs").astype(np.float32)
        N.sort_indices()
        self.paper.word2vec.fit_counts(N, counts)
        if settings.word2vec.vectors == "auto":
            parts = self.shards.map(sample, self.encoding, TRIAL / max(self.paper.n_posts, 1), what="Sampling posts")
            hashtags, description, bags = (sparse.vstack(own, format="csr") for own in zip(*parts))
            self.paper.choose_vectors(bags, hashtags, description, Trainer(report=self.report))
        return self.paper.word2vec.to_arrays() | {"history": np.array(self.paper.word2vec.history.loss)}

    def autorec(self) -> Arrays:
        rated = Paper(self.settings)  # which goes to the workers, and has no more than they need
        rated.vocabulary, rated.vectors = self.paper.vocabulary, self.paper.vectors
        ratings = Ratings(self.encoding, rated)
        model, rmse = fit_autorec(self.shards, ratings, self.settings.seed, self.settings.n_threads)
        return model.parameters.to_arrays() | {"rmse": np.array(rmse)}


def sample(shard: Shard, encoding: Encoding, fraction: float) -> tuple[Any, ...]:
    """The hashtags, descriptions and bags of about this fraction of the posts, the same wherever they are."""
    posts = encoding.posts(shard)
    rows = np.flatnonzero(posts.draws < fraction)
    return tuple(getattr(posts, name)[rows] for name in Posts._fields[:3])


def _fingerprint(shards: Shards, settings: PaperSettings) -> str:
    """Names settings and shards: a checkpoint of others is not taken up."""
    content = to_json(settings)
    content.pop("n_threads")
    text = json.dumps([content, [[name, shards.sizes[name]] for name in shards.names]], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
