"""InstaHash: a system that learns and is kept, whatever the mode."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from instahash.baselines import BASELINES, Popularity, create
from instahash.data import Corpus, Dataset, Post, Vocabulary, encode, fit_dataset, grow
from instahash.errors import DataError, ModelError, SettingsError
from instahash.experts import BestSettings
from instahash.formats import read_posts
from instahash.parameters import from_json, to_json
from instahash.pipeline.identity import fingerprint, versions
from instahash.pipeline.mode import MODES, Mode
from instahash.pipeline.paper import PaperSettings
from instahash.pipeline.recommender import Recommender
from instahash.storage import Checkpoint, read_model, write_model
from instahash.trainer import Trainer

Posts = str | Path | Iterable[Post] | Corpus


class InstaHash(Recommender):
    """The whole system: a vocabulary, the models, and how they are combined.

    settings : BestSettings (default) or PaperSettings.

    Attributes, after :meth:`fit` or :meth:`load`
    ---------------------------------------------
    vocabulary : Vocabulary, of n_words words.
    mode : Best or Paper, which holds the models.
    baselines : name -> simple method, fitted on the same posts, for comparison.
    summary : dict, sizes of the training posts.  trained_on : list of str, the digests of what was learnt from.
    """

    def __init__(self, settings: BestSettings | PaperSettings | None = None):
        self.settings = BestSettings() if settings is None else settings
        if not isinstance(self.settings, (BestSettings, PaperSettings)):
            raise SettingsError(f"settings are {settings!r:.60}; give BestSettings(...) or PaperSettings(...)")

    # Training

    def fit(
        self,
        posts: Posts,
        *,
        checkpoint: str | Path | None = None,
        resume: bool = False,
        options: Iterable[str] = (),
        progress: bool = False,
        report: Callable[[str], object] = lambda line: None,
    ) -> InstaHash:
        """Train the models. One that fails or is interrupted leaves what was learnt before as it was.

        posts : "sample" or a path, as :func:`instahash.read_posts` takes them, posts, or a Corpus.
        checkpoint : a file to keep the state of training in, between epochs.  resume : go on from it.
        options : kept in it, those of the command with which `instahash-train` would go on.
        progress : show progress bars where standard error is a terminal.  report : called with lines of text.

        Raises DataError for posts that cannot be used, ModelError for a checkpoint of another training,
        DivergenceError where a model stops being finite.
        """
        settings, data, corpus = self.settings, self.settings.data, self._read(posts, progress)
        dataset = fit_dataset(corpus, data.max_hashtags, data.min_score, data.min_count)
        digest = corpus.digest()
        del posts, corpus  # of a million posts it has some hundred megabytes, and training needs none of it
        summary: Any = dataset.summary
        report(str(summary))
        _check_bags(dataset)
        if not dataset.description.nnz:
            report("No post has a label of min_score or more: this learns from hashtags alone, and knows no photos.")
        saved = Checkpoint(checkpoint, fingerprint(settings, dataset), options) if checkpoint else None
        states = saved.load() if saved and resume else {}
        if resume:
            anew = "There is no checkpoint to go on from; starting anew."
            report(f"Going on from '{checkpoint}'." if states else anew)
        mode = MODES[settings.mode][0](settings)
        mode.fit(dataset, Trainer(saved, states, progress, report))
        return self.take_up(mode, dataset.vocabulary, summary._asdict(), [digest])

    def partial_fit(self, posts: Posts) -> InstaHash:
        """Learn from new posts as well, with words and hashtags never seen before; mode "best" only.

        Every hashtag that is in `data.min_count` of the new posts may be recommended from then on. With
        `stream.half_life` newer posts count more than older ones. Raises DataError where no post has a hashtag that is
        kept, SettingsError in mode "paper".
        """
        vocabulary, corpus, data = self.vocabulary, self._read(posts, False), self.settings.data
        dataset = encode(corpus, grow(vocabulary, corpus, data.min_score, data.min_count), data.min_score)
        rows = np.flatnonzero(np.diff(dataset.hashtags.indptr))
        if not len(rows):
            kept = "" if data.min_count == 1 else f" that is known, or in data.min_count, {data.min_count:,}, of them"
            raise DataError(f"none of the {len(corpus):,} new posts has a hashtag{kept}, so there is nothing to learn")
        dataset = dataset.take(rows)
        dataset = dataset._replace(photo_features=self._photo_features(dataset.photo_features))
        _check_bags(dataset)
        mode = deepcopy(self.mode)  # nothing is lost where this fails
        mode.partial_fit(dataset)
        more = {"posts": len(rows), "posts_read": len(corpus)}
        summary = self.summary | {name: self.summary[name] + n for name, n in more.items()}
        return self.take_up(mode, dataset.vocabulary, summary, [*self.trained_on, corpus.digest()])

    def fit_baselines(self, posts: Posts, report: Callable[[str], object] = lambda line: None) -> InstaHash:
        """Fit all baselines, most of which a model file does not hold; on the posts of the training.

        One whose words by words would not fit into memory is left out, and `report` is called with a line that says so.
        """
        vocabulary, corpus = self.vocabulary, self._read(posts, False)
        dataset = encode(corpus, vocabulary, self.settings.data.min_score)
        rows = np.flatnonzero(np.diff(dataset.hashtags.indptr))
        if not len(rows):
            raise DataError("no post for the baselines has a hashtag that the model knows; give its training posts")
        posts = dataset.description[rows], dataset.hashtags[rows]
        shared = {"seed": self.settings.seed, "n_threads": self.settings.n_threads}
        fitted = dict(self.baselines)
        for name in [name for name in BASELINES if name not in fitted]:
            try:
                fitted[name] = create(name, **shared).fit(*posts)
            except DataError as error:
                report(f"Left out: {error}.")
        self.baselines = fitted
        return self

    def take_up(self, mode: Mode, vocabulary: Vocabulary, summary: dict[str, Any], trained_on: list[str]) -> InstaHash:
        """Be what was learnt. Baselines of :meth:`fit_baselines` are of other posts by now."""
        popularity = Popularity.from_counts(vocabulary.hashtag_counts)
        self.baselines = {"popularity": popularity, "cooccurrence": mode.cooccurrence}
        self.mode, self.vocabulary, self.summary, self.trained_on = mode, vocabulary, summary, trained_on
        return self

    def _read(self, posts: Posts, progress: bool) -> Corpus:
        if isinstance(posts, Corpus):
            return posts
        posts = read_posts(posts) if isinstance(posts, (str, Path)) else posts
        return Corpus.from_posts(tqdm(posts, "Reading posts", disable=None if progress else True, unit=" posts"))

    # What is kept

    def save(self, directory: str | Path) -> None:
        """Write the model file in this directory, whole or not at all. Raises ModelError where it cannot be written."""
        settings = to_json(self.settings)
        settings.pop("n_threads")  # how it was computed, not what it is
        sizes, history = self.mode.header()
        header = {
            "mode": self.settings.mode,
            "settings": settings,
            "sizes": {"n_words": len(self.vocabulary), "n_hashtags": len(self.vocabulary.hashtag_ids)} | sizes,
            "summary": self.summary,
            "trained_on": self.trained_on,
            "history": history,
            "versions": versions(),
        }
        write_model(directory, header, {"vocabulary": self.vocabulary.to_arrays(), **self.mode.to_arrays()})

    @classmethod
    def load(cls, directory: str | Path) -> InstaHash:
        """The model in a directory. Raises ModelError where it is missing, damaged or of another format."""
        header, sections = read_model(directory)
        try:
            make_mode, make_settings = MODES[header["mode"]]
            model = cls(from_json(make_settings(), header["settings"]))
            vocabulary = Vocabulary.from_arrays(sections["vocabulary"])
            mode = make_mode(model.settings)
            mode.load(sections, header["history"], vocabulary)
            return model.take_up(mode, vocabulary, header["summary"], header["trained_on"])
        except (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError) as error:
            why = f"is not one this version can use ({error!r}); train it anew"
            raise ModelError(f"the model in '{directory}' {why}") from None


def _check_bags(dataset: Dataset) -> None:
    """Before anything is trained or written: nothing goes with a word that is alone."""
    if np.diff(dataset.bags.indptr).max(initial=0) < 2:
        which = f"none of the {len(dataset.ids):,} posts has two words"
        raise DataError(f"{which}; give posts with labels or with more hashtags")
