"""InstaHash: the whole system, whatever the mode."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from instahash.baselines import BASELINES, Baseline, Popularity, create, top_ranked
from instahash.data import Corpus, Dataset, Post, Vocabulary, encode, fit_dataset, grow
from instahash.errors import DataError, ModelError, SettingsError, UntrainedError
from instahash.experts import BestSettings
from instahash.formats import read_posts
from instahash.parameters import assign, from_json, listed, to_json, whole
from instahash.pipeline.best import Best
from instahash.pipeline.identity import fingerprint, versions
from instahash.pipeline.mode import Mode
from instahash.pipeline.paper import Paper, PaperSettings
from instahash.recommend import Options, Queries, Recommendation, ids_of
from instahash.sparse import CSR, as_csr, row_of_entries
from instahash.storage import Checkpoint, read_model, write_model
from instahash.trainer import Trainer
from instahash.word2vec import WordVectors

# Posts answered at a time, and how many outputs are then held in memory.
BLOCK, OUTPUTS = 1024, 2**23
MODES: dict[str, tuple[type[Any], type[Any]]] = {"best": (Best, BestSettings), "paper": (Paper, PaperSettings)}
LEARNT = ("mode", "vocabulary", "baselines", "summary", "trained_on")

Posts = str | Path | Iterable[Post] | Corpus


def settings_of(mode: str, assignments: Iterable[str] = (), **given: Any) -> Any:
    """The settings of a mode, "best" or "paper": its defaults, what is `given`, and each "section.name=value".

    Raises SettingsError for another mode, for what is unknown or misshapen, and for a setting that only the other mode
    has.
    """
    if mode not in MODES:
        raise SettingsError(f"mode is '{mode}'; it must be one of {', '.join(MODES)}")
    names = {each: {path for path, _, _ in listed(kind())} for each, (_, kind) in MODES.items()}
    assignments = list(assignments)
    for path in (assignment.partition("=")[0].strip() for assignment in assignments):
        others = [each for each in MODES if path in names[each] - names[mode]]
        if others:
            raise SettingsError(f"'{path}' is a setting of mode '{others[0]}', and does nothing in mode '{mode}'")
    return assign(MODES[mode][1](**given), assignments)


class InstaHash:
    """The whole system: a vocabulary, the models, and how they are combined.

    settings : BestSettings (default) or PaperSettings.

    Attributes, after :meth:`fit` or :meth:`load`
    ---------------------------------------------
    vocabulary : Vocabulary, of n_words words.
    mode : Best or Paper, which holds the models.
    baselines : name -> simple method, fitted on the same posts, for comparison.
    summary : dict, sizes of the training posts.  trained_on : list of str, the digests of what was learnt from.
    """

    mode: Mode
    vocabulary: Vocabulary
    baselines: dict[str, Baseline]
    summary: dict[str, Any]
    trained_on: list[str]

    def __init__(self, settings: BestSettings | PaperSettings | None = None):
        self.settings = BestSettings() if settings is None else settings
        if not isinstance(self.settings, (BestSettings, PaperSettings)):
            raise SettingsError(f"settings are {settings!r:.60}; give BestSettings(...) or PaperSettings(...)")

    def __getattr__(self, name: str) -> Any:  # called for what is not there
        if name in LEARNT:
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

        posts : "sample" or a path, as :func:`instahash.read_posts` takes them, posts, or a Corpus.
        checkpoint : a file to keep the state of training in, between epochs.  resume : go on from it.
        options : kept in it, those of the command with which `instahash-train` would go on.
        progress : show progress bars where standard error is a terminal.  report : called with lines of text.

        Raises DataError for posts that cannot be used, ModelError for a checkpoint of another training,
        DivergenceError where a model stops being finite.
        """
        settings, corpus = self.settings, self._read(posts, progress)
        dataset, digest = fit_dataset(corpus, settings.data.max_hashtags, settings.data.min_score), corpus.digest()
        del corpus  # of a million posts it has some hundred megabytes, and training needs none of it
        summary: Any = dataset.summary
        report(str(summary))
        _check_bags(dataset)
        if not dataset.description.nnz:
            report("No post has a label that is believed; is 'labels' filled, with scores of min_score or more?")
        saved = Checkpoint(checkpoint, fingerprint(settings, dataset), options) if checkpoint else None
        states = saved.load() if saved and resume else {}
        if resume:
            anew = "There is no checkpoint to go on from; starting anew."
            report(f"Going on from '{checkpoint}'." if states else anew)
        mode = MODES[settings.mode][0](settings)
        mode.fit(dataset, Trainer(saved, states, progress, report))
        return self._take_up(mode, dataset.vocabulary, summary._asdict(), [digest])

    def partial_fit(self, posts: Posts) -> InstaHash:
        """Learn from new posts as well, with words and hashtags never seen before; mode "best" only.

        Every hashtag of the new posts may be recommended from then on. With `stream.half_life` newer posts count more
        than older ones. Raises DataError where no post has a hashtag, SettingsError in mode "paper".
        """
        vocabulary, corpus, settings = self.vocabulary, self._read(posts, False), self.settings
        dataset = encode(corpus, grow(vocabulary, corpus, settings.data.min_score), settings.data.min_score)
        rows = np.flatnonzero(np.diff(dataset.hashtags.indptr))
        if not len(rows):
            raise DataError(f"none of the {len(corpus):,} new posts has a hashtag, so there is nothing to learn")
        dataset = dataset.take(rows)
        _check_bags(dataset)
        mode = deepcopy(self.mode)  # nothing is lost where this fails
        mode.partial_fit(dataset)
        more = {"posts": len(rows), "posts_read": len(corpus)}
        summary = self.summary | {name: self.summary[name] + n for name, n in more.items()}
        return self._take_up(mode, dataset.vocabulary, summary, [*self.trained_on, corpus.digest()])

    def fit_baselines(self, posts: Posts) -> InstaHash:
        """Fit all baselines, most of which a model file does not hold; on the posts of the training.

        Raises DataError for a vocabulary whose words by words would not fit into memory.
        """
        vocabulary, corpus = self.vocabulary, self._read(posts, False)
        dataset = encode(corpus, vocabulary, self.settings.data.min_score)
        rows = np.flatnonzero(np.diff(dataset.hashtags.indptr))
        if not len(rows):
            raise DataError("no post for the baselines has a hashtag that the model knows; give its training posts")
        posts = dataset.description[rows], dataset.hashtags[rows]
        shared = {"seed": self.settings.seed, "n_threads": self.settings.n_threads}
        missing = [name for name in BASELINES if name not in self.baselines]
        self.baselines = self.baselines | {name: create(name, **shared).fit(*posts) for name in missing}
        return self

    def _take_up(self, mode: Mode, vocabulary: Vocabulary, summary: dict[str, Any], trained_on: list[str]) -> InstaHash:
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

    # Queries

    def recommend(
        self,
        labels: Iterable[Any],
        top: int | None = None,
        *,
        chosen: Iterable[str] = (),
        user: str | None = None,
        features: Iterable[str] = (),
        novelty: float | None = None,
        diversity: float | None = None,
        banned: Iterable[str] = (),
        trace: bool = False,
    ) -> Recommendation:
        """Hashtags for a photo with these labels.

        labels : texts of one or more words, or pairs of a text and its score; give only labels worth believing.
        top : so many hashtags; by default ten in mode "best", in mode "paper" all that its combination has.
        chosen : hashtags that the author has picked already: what follows goes with them, and repeats none.
        user, features : whose earlier posts matter; nobody's where these are not known.
        novelty, diversity : in [0, 1], see `recommend/diversity.py`; by default what the settings say.
        banned : hashtags never to recommend.
        trace : keep the lists on the way to the answer.
        Where nothing is known the most used hashtags are returned, and `source` says so.
        """
        queries = self.queries(labels, chosen, user, features)
        options = self._options(top, banned, novelty=novelty, diversity=diversity, trace=trace)
        return self.mode.recommend(queries, options)[0]

    def queries(
        self, labels: Iterable[Any], chosen: Iterable[str] = (), user: str | None = None, features: Iterable[str] = ()
    ) -> Queries:
        """What is known of one photo; arguments as in :meth:`recommend`, unknown words are left out."""
        return Queries.of_photo(self.vocabulary, labels, self.mode.default_score, chosen, user, features)

    def knows_user(self, user: str) -> bool:
        """Whether earlier posts of this user shift what is recommended."""
        return self.mode.knows(f"user:{user}")

    def _options(self, top: int | None, banned: Iterable[str] = (), **others: Any) -> Options:
        top = None if top is None else whole(top, "top", 0, DataError)
        return Options(top, banned=ids_of(self.vocabulary, banned, "banned"), **others)

    def recommend_posts(
        self, posts: Iterable[Post], top: int | None = None, **options: Any
    ) -> Iterator[tuple[str, Recommendation]]:
        """(id, Recommendation) of each post, in order; posts are read a block at a time.

        options : novelty, diversity, banned and trace, as in :meth:`recommend`; users and features are the posts' own.
        """
        posts = iter(posts)
        while block := list(islice(posts, BLOCK)):
            dataset = encode(Corpus.from_posts(block), self.vocabulary, self.settings.data.min_score)
            answers = self.recommend_matrix(dataset.description, top, keys=dataset.keys, **options)
            yield from zip(dataset.ids, answers)

    def recommend_matrix(
        self,
        description: CSR,
        top: int | None = None,
        chosen: CSR | None = None,
        *,
        keys: Sequence[tuple[str, ...]] | None = None,
        **options: Any,
    ) -> list[Recommendation]:
        """A Recommendation for each row of `description`, CSR (n_posts, n_words) of label scores.

        chosen : CSR of the same shape, or None.  keys : tuples of str, see `data.Dataset`, or None.
        options : as in :meth:`recommend_posts`.
        """
        queries, parsed = self._queries(description, chosen, keys), self._options(top, **options)
        answers: list[Recommendation] = []
        block = max(1, min(BLOCK, OUTPUTS // len(self.vocabulary)))
        n_posts = queries.description.shape[0]
        for start in range(0, n_posts, block):
            rows = np.arange(start, min(start + block, n_posts))
            answers += self.mode.recommend(queries.rows(rows), parsed)
        return answers

    def _queries(self, description: CSR, chosen: CSR | None, keys: Sequence[tuple[str, ...]] | None = None) -> Queries:
        """The queries of these matrices; DataError where they are no CSR matrices of the vocabulary's words."""
        description = as_csr(description, "descriptions", np.float32, len(self.vocabulary))
        if chosen is not None:
            chosen = as_csr(chosen, "chosen hashtags", np.int8, len(self.vocabulary))
        return Queries.of(description, chosen, keys)

    def word_vectors(self) -> WordVectors:
        """The words and their vectors, to be queried by name or written to a word2vec file."""
        return self.mode.vectors

    def rankings(self, description: CSR, top: int, chosen: CSR | None = None) -> dict[str, np.ndarray]:
        """The hashtags that each single model and each baseline ranks first.

        Returns name -> int32 ids (n_posts, min(top, hashtags)), best first; chosen hashtags are not among them, and -1
        stands where none is left.
        """
        queries = self._queries(description, chosen)
        scores = self.mode.single_scores(queries)
        given = queries.description, queries.chosen
        scores |= {name: baseline.score(*given) for name, baseline in self.baselines.items()}
        at = row_of_entries(queries.chosen), queries.chosen.indices
        rankings = {}
        for name, score in scores.items():
            if len(at[0]):
                score = score.copy()
                score[at] = -np.inf
            ids = top_ranked(score, top, self.vocabulary.hashtag_ids)
            left = np.take_along_axis(score, ids, axis=1) > -np.inf
            rankings[name] = np.where(left, ids, -1)
        return rankings

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
            return model._take_up(mode, vocabulary, header["summary"], header["trained_on"])
        except (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError) as error:
            why = f"is not one this version can use ({error!r}); train it anew"
            raise ModelError(f"the model in '{directory}' {why}") from None


def _check_bags(dataset: Dataset) -> None:
    """Before anything is trained or written: nothing goes with a word that is alone."""
    if np.diff(dataset.bags.indptr).max(initial=0) < 2:
        which = f"none of the {len(dataset.ids):,} posts has two words"
        raise DataError(f"{which}; give posts with labels or with more hashtags")
