"""InstaHash: a system that learns and is kept, whatever the mode."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import wraps
from operator import attrgetter
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from tqdm import tqdm

from instahash.baselines import BASELINES, create
from instahash.checkpoint import Checkpoint, sole_training
from instahash.data import Corpus, Dataset, Post, Vocabulary, encode, fit_dataset, grow
from instahash.errors import DataError, ModelError, SettingsError, UntrainedError, cut, one_line, plural
from instahash.experts import BestSettings
from instahash.formats import posts_of, read_posts
from instahash.forms import MISFITS
from instahash.pipeline.doubts import Labelled
from instahash.pipeline.identity import fingerprint, versions
from instahash.pipeline.kept import copied_mode, digest, header_of, known_baselines, loaded, sections_of
from instahash.pipeline.mode import MODES, Mode
from instahash.pipeline.outcome import about, outcome
from instahash.pipeline.paper import PaperSettings
from instahash.pipeline.recommender import Recommender
from instahash.storage import read_model, write_model
from instahash.trainer import Detail, Trainer

Posts = str | Path | Iterable[Post | dict[str, Any]] | Corpus
P = ParamSpec("P")
T = TypeVar("T")


def _asked(query: Callable[Concatenate[Recommender, P], T]) -> Callable[Concatenate[InstaHash, P], T]:
    """A query of what has been learnt when it is asked, whatever is learnt meanwhile."""

    @wraps(query)
    def answered(self: InstaHash, /, *args: P.args, **options: P.kwargs) -> T:
        return query(self.learnt, *args, **options)

    return answered


class InstaHash:
    """The whole system: a vocabulary, the models, and how they are combined.

    settings : BestSettings (default) or PaperSettings, those of the next :meth:`fit`.

    Attributes, after :meth:`fit` or :meth:`load`
    ---------------------------------------------
    learnt : Recommender, all of the following, which a training replaces at once when it has ended well. So a training
        that fails changes nothing, and other threads get the old answers or the new ones. Of two trainings at the same
        time the one that ends last stays.
    vocabulary : Vocabulary, of n_words words.
    mode : Best or Paper, which holds the models.
    baselines : name -> simple method, fitted on the same posts, for comparison.
    summary : dict, sizes of the training posts.  trained_on : list of str, the digests of what was learnt from.

    A copy by `copy.deepcopy` or pickle answers the same, and learns by itself.
    """

    learnt: Recommender
    vocabulary, mode, baselines, summary, trained_on = (
        property(attrgetter(f"learnt.{name}")) for name in ("vocabulary", "mode", "baselines", "summary", "trained_on")
    )
    reads_photos = property(attrgetter("learnt.reads_photos"), doc=Recommender.reads_photos.__doc__)

    recommend = _asked(Recommender.recommend)
    recommend_posts = _asked(Recommender.recommend_posts)
    recommend_matrix = _asked(Recommender.recommend_matrix)
    queries = _asked(Recommender.queries)
    rankings = _asked(Recommender.rankings)
    word_vectors = _asked(Recommender.word_vectors)
    knows_user = _asked(Recommender.knows_user)

    def __init__(self, settings: BestSettings | PaperSettings | None = None):
        self.settings = BestSettings() if settings is None else settings
        if not isinstance(self.settings, (BestSettings, PaperSettings)):
            raise SettingsError(f"settings are {settings!r:.60}; give BestSettings(...) or PaperSettings(...)")

    def __repr__(self) -> str:
        mode = f"<InstaHash, mode {self.settings.mode!r}"
        if "learnt" not in self.__dict__:
            return f"{mode}, not trained: call fit, or InstaHash.load>"
        sizes = [plural(self.summary["posts"], "post"), plural(len(self.vocabulary.hashtag_ids), "hashtag")]
        return f"{mode}, trained on {' with '.join(sizes)}>"

    def __getattr__(self, name: str) -> Any:  # called for what is not there
        if isinstance(getattr(type(self), name, None), property) or name == "learnt":
            raise UntrainedError
        raise AttributeError(f"'InstaHash' object has no attribute '{name}'", name=name, obj=self)

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

        posts : "sample" or a path, as :func:`instahash.read_posts` takes them; Posts, or dicts with the keys of a line
            of a posts file; or a Corpus.
        checkpoint : a file to keep the state of training in, between epochs.  resume : go on from it.
        options : kept in it, those of the command with which `instahash-train` would go on.
        progress : show progress bars where standard error is a terminal.
        report : called with lines of text; the last two say what was learnt and how good it is, and one before them
            where few labels were sure enough. A line that is a :class:`~instahash.trainer.Detail` is for who asks for
            details.

        Raises DataError for posts that cannot be used, ModelError for a checkpoint of another training, or one that
        another process or thread is writing, DivergenceError where a model stops being finite.
        """
        with sole_training(checkpoint):
            settings, data, corpus = self.settings, self.settings.data, self._read(posts, progress)
            dataset = fit_dataset(corpus, data.max_hashtags, data.min_score, data.min_count)
            digest = corpus.digest()
            doubt = Labelled.of(corpus.hashtags, corpus.labels, data.min_score).doubted(data.min_score)
            del posts, corpus  # of a million posts it has some hundred megabytes, and training needs none of it
            summary: Any = dataset.summary
            report(Detail(summary))
            _check_bags(dataset)
            saved = Checkpoint(checkpoint, fingerprint(settings, dataset), options) if checkpoint else None
            states = saved.load() if saved and resume else {}
            if resume:
                anew = "There is no checkpoint to go on from; starting anew."
                report(f"Going on from '{checkpoint}'." if states else anew)
            mode = MODES[settings.mode][0](settings)
            trainer, known = Trainer(saved, states, progress, report), about(dataset)
            mode.fit(dataset, trainer)
            for line in outcome(summary, trainer.first_five, *known, doubt):
                report(line)
            return self.take_up(mode, dataset.vocabulary, summary._asdict(), [digest])

    def partial_fit(self, posts: Posts) -> InstaHash:
        """Learn from new posts as well, with words and hashtags never seen before; mode "best" only.

        Every hashtag that is in `data.min_count` of the new posts may be recommended from then on. With
        `stream.half_life` newer posts count more than older ones. Raises DataError where no post has a hashtag that is
        kept, SettingsError in mode "paper".
        """
        learnt = self.learnt
        vocabulary, corpus, data = learnt.vocabulary, self._read(posts, False), learnt.settings.data
        dataset = encode(corpus, grow(vocabulary, corpus, data.min_score, data.min_count), data.min_score)
        rows = np.flatnonzero(np.diff(dataset.hashtags.indptr))
        if not len(rows):
            kept = "" if data.min_count == 1 else f" that is known, or in data.min_count, {data.min_count:,}, of them"
            raise DataError(f"none of the {len(corpus):,} new posts has a hashtag{kept}, so there is nothing to learn")
        dataset = dataset.take(rows)
        dataset = dataset._replace(photo_features=learnt.known_photos(dataset.photo_features))
        _check_bags(dataset)
        mode = copied_mode(learnt)
        mode.partial_fit(dataset)
        more = {"posts": len(rows), "posts_read": len(corpus)}
        summary = learnt.summary | {name: learnt.summary[name] + n for name, n in more.items()}
        return self.take_up(mode, dataset.vocabulary, summary, [*learnt.trained_on, corpus.digest()])

    def fit_baselines(self, posts: Posts, report: Callable[[str], object] = lambda line: None) -> InstaHash:
        """Fit all baselines, most of which a model file does not hold; on the posts of the training.

        One whose words by words would not fit into memory is left out, and `report` is called with a line that says so.
        """
        learnt, corpus = self.learnt, self._read(posts, False)
        settings = learnt.settings
        dataset = encode(corpus, learnt.vocabulary, settings.data.min_score)
        rows = np.flatnonzero(np.diff(dataset.hashtags.indptr))
        if not len(rows):
            raise DataError("no post for the baselines has a hashtag that the model knows; give its training posts")
        posts = dataset.description[rows], dataset.hashtags[rows]
        shared = {"seed": settings.seed, "n_threads": settings.n_threads}
        fitted = dict(learnt.baselines)
        for name in [name for name in BASELINES if name not in fitted]:
            try:
                fitted[name] = create(name, **shared).fit(*posts)
            except DataError as error:
                report(f"Left out: {error}.")
        self.learnt = replace(learnt, baselines=fitted)
        return self

    def take_up(self, mode: Mode, vocabulary: Vocabulary, summary: dict[str, Any], trained_on: list[str]) -> InstaHash:
        """Be what was learnt. Baselines of :meth:`fit_baselines` are of other posts by now."""
        baselines = known_baselines(mode, vocabulary)
        self.learnt = Recommender(mode, vocabulary, baselines, summary, trained_on, versions())
        return self

    def _read(self, posts: Posts, progress: bool) -> Corpus:
        if isinstance(posts, Corpus):
            return posts
        posts = read_posts(posts) if isinstance(posts, (str, Path)) else posts_of(posts)
        return Corpus.from_posts(tqdm(posts, "Reading posts", disable=None if progress else True, unit=" posts"))

    # What is kept

    def save(self, directory: str | Path) -> None:
        """Write the model file in this directory, whole or not at all. Raises ModelError where it cannot be written."""
        learnt = self.learnt
        write_model(directory, header_of(learnt), sections_of(learnt))

    @classmethod
    def load(cls, directory: str | Path) -> InstaHash:
        """The model in a directory. Raises ModelError where it is missing, damaged or of another format."""
        try:
            learnt = loaded(*read_model(directory))
        except (*MISFITS, DataError) as error:
            why = f"is not one this version can use ({cut(one_line(repr(error)))}); train it anew"
            raise ModelError(f"the model in '{directory}' {why}") from None
        model = cls(learnt.settings)
        model.learnt = learnt
        return model

    def digest(self) -> str:
        """Names what was learnt: the SHA-256 of all that the model file holds, as 64 hexadecimal digits."""
        return digest(self.learnt)


def _check_bags(dataset: Dataset) -> None:
    """Before anything is trained or written: nothing goes with a word that is alone."""
    if np.diff(dataset.bags.indptr).max(initial=0) < 2:
        which = f"none of the {len(dataset.ids):,} posts has two words"
        raise DataError(f"{which}; give posts with labels or with more hashtags")
