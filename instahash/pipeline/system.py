"""InstaHash: the whole system, whatever the mode."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator
from copy import deepcopy
from importlib import metadata
from pathlib import Path

import numpy as np
from scipy import sparse
from tqdm import tqdm

from instahash import __version__
from instahash.data import Corpus, Dataset, Post, Vocabulary, encode, fit_dataset, grow, words
from instahash.errors import DataError, ModelError, UntrainedError
from instahash.formats import read_posts
from instahash.pipeline.best import Best
from instahash.pipeline.paper import Paper
from instahash.pipeline.trainer import Trainer
from instahash.recommend import (
    EASE,
    Cooccurrence,
    ItemCosine,
    Network,
    Popularity,
    Questions,
    Recommendation,
    Ridge,
    Wishes,
    top_ranked,
)
from instahash.settings import Settings
from instahash.storage import Checkpoint, read_model, write_model
from instahash.word2vec import WordVectors

# Posts answered at a time, and how many outputs are then held in memory.
BLOCK, OUTPUTS = 1024, 2**23
MODES = {"paper": Paper, "best": Best}
LEARNT = {"mode", "word2vec", "autorec", "vocabulary", "baselines", "summary", "trained_on"}


class InstaHash:
    """The whole system: a vocabulary, the models, and how they are combined.

    Attributes, after :meth:`fit` or :meth:`load`
    ---------------------------------------------
    settings : Settings.
    vocabulary : Vocabulary, of n_words words.
    mode : Paper or Best, which holds the models.  word2vec, autorec : the two that both have.
    baselines : dict of name -> simple method, fitted on the same posts, for comparison.
    summary : dict, what the training posts were.  trained_on : list of str, the digests of what was learnt from, see
        Corpus; empty for a model of an older version.
    """

    def __init__(self, settings: Settings | None = None):
        self.settings = settings or Settings.of("best")

    def __getattr__(self, name):  # which is asked for what is not there
        if name in LEARNT:
            raise UntrainedError
        raise AttributeError(f"'InstaHash' object has no attribute '{name}'", name=name, obj=self)

    @property
    def word2vec(self):
        return self.mode.word2vec

    @property
    def autorec(self):
        return self.mode.autorec

    def fit(
        self,
        posts: str | Path | Iterable[Post] | Corpus,
        *,
        checkpoint: str | Path | None = None,
        resume: bool = False,
        options: Iterable[str] = (),
        progress: bool = False,
        report=lambda line: None,
    ) -> InstaHash:
        """Train the models.

        posts : "sample" or a path, as :func:`instahash.formats.read_posts` takes them, posts, or a Corpus.
        checkpoint : a file to keep the state of training in, between epochs.  resume : go on from it.
        options : kept in it, those of the command with which `instahash-train` would go on.
        progress : show progress bars where standard error is a terminal.  report : called with lines of text.

        Raises DataError for posts that cannot be used, ModelError for a checkpoint of another training,
        DivergenceError where a model stops being finite.
        """
        corpus = self._read(posts, progress)
        dataset = fit_dataset(corpus, *self._kept())
        self.trained_on = [corpus.digest()]
        del corpus  # of a million posts it has some hundred megabytes, and training needs none of it
        self.vocabulary, self.summary = dataset.vocabulary, dataset.summary.as_dict()
        report(str(dataset.summary))
        self._compare_with(Cooccurrence().fit(dataset.description, dataset.hashtags))
        if not dataset.description.nnz:
            report(
                "No post has a label that is believed; is the key 'labels' filled, with scores of min_score or more?"
            )
        saved = Checkpoint(checkpoint, _fingerprint(self.settings, dataset), options) if checkpoint else None
        states = saved.load() if saved and resume else {}
        if resume:
            report(
                f"Going on from '{checkpoint}'." if states else "There is no checkpoint to go on from; starting anew."
            )
        self.mode = MODES[self.settings.mode](self.settings, self.vocabulary, self.summary["posts"])
        self.mode.fit(dataset, Trainer(saved, states, progress, report), report)
        return self

    def partial_fit(self, posts: str | Path | Iterable[Post] | Corpus) -> InstaHash:
        """Learn from new posts as well, with words and hashtags never seen before; mode "best" only.

        Every hashtag of the new posts may be recommended from then on. With `recommend.half_life` newer posts count
        more than older ones. Raises DataError where no post has a hashtag, SettingsError in mode "paper".
        """
        vocabulary, corpus = self.vocabulary, self._read(posts, False)
        dataset = encode(corpus, grow(vocabulary, corpus, self.settings.data.min_score), self._kept()[1])
        rows = np.flatnonzero(np.diff(dataset.hashtags.indptr))
        if not len(rows):
            raise DataError(f"none of the {len(corpus):,} new posts has a hashtag, so there is nothing to learn")
        dataset = dataset.take(rows)
        if np.diff(dataset.bags.indptr).max() < 2:
            raise DataError("none of the new posts has two words; give posts with labels or with more hashtags")
        grown = deepcopy(self.mode)  # so that nothing is lost where this fails or is interrupted
        grown.partial_fit(dataset)
        self.mode, self.vocabulary = grown, dataset.vocabulary
        sizes = {"posts": len(rows), "posts_read": len(corpus)}
        self.summary |= {name: self.summary[name] + more for name, more in sizes.items()}
        self.trained_on = [*self.trained_on, corpus.digest()]
        self._compare_with(self.baselines["cooccurrence"].add(dataset.description, dataset.hashtags))
        return self

    def fit_baselines(self, posts: str | Path | Iterable[Post] | Corpus) -> InstaHash:
        """Fit the simple methods that a model directory does not hold, to compare with; on the posts of the training.

        Raises DataError for a vocabulary whose words by words would not fit into memory.
        """
        vocabulary, corpus = self.vocabulary, self._read(posts, False)
        dataset = encode(corpus, vocabulary, self._kept()[1])
        rows = np.flatnonzero(np.diff(dataset.hashtags.indptr))
        if not len(rows):
            raise DataError(
                "none of the posts for the baselines has a hashtag that the model knows; give its training posts"
            )
        network = Network(seed=self.settings.seed, n_threads=self.settings.n_threads)
        for name, baseline in {
            "item_cosine": ItemCosine(),
            "ease": EASE(),
            "ridge": Ridge(),
            "network": network,
        }.items():
            self.baselines[name] = baseline.fit(dataset.description[rows], dataset.hashtags[rows])
        return self

    def _compare_with(self, cooccurrence):
        """The baselines that every model has; those of :meth:`fit_baselines` are of other posts by now."""
        self.baselines = {
            "popularity": Popularity.from_counts(self.vocabulary.hashtag_counts),
            "cooccurrence": cooccurrence,
        }

    def _kept(self):
        return self.settings.data.max_hashtags, self.settings.data.min_score

    def _read(self, posts, progress) -> Corpus:
        if isinstance(posts, Corpus):
            return posts
        posts = read_posts(posts) if isinstance(posts, (str, Path)) else posts
        return Corpus.from_posts(tqdm(posts, "Reading posts", disable=None if progress else True, unit=" posts"))

    def recommend(
        self,
        labels: Iterable[str | tuple[str, float]],
        top: int | None = None,
        *,
        chosen: Iterable[str] = (),
        user: str | None = None,
        features: Iterable[str] = (),
        novelty: float | None = None,
        diversity: float | None = None,
        banned: Iterable[str] = (),
    ) -> Recommendation:
        """Hashtags for a photo with these labels.

        labels : texts of one or more words, or pairs of a text and its score; give only labels worth believing.
        top : so many hashtags; by default ten in mode "best", in mode "paper" all that its combination has.
        chosen : hashtags that the author has picked already: what follows goes with them, and repeats none.
        user, features : whose earlier posts matter; nobody's where these are not known.
        novelty, diversity : in [0, 1], see `recommend/diversity.py`; by default what the settings say.
        banned : hashtags never to recommend.
        Where nothing is known the most used hashtags are returned, and `fallback` says so.
        """
        questions = self.questions(labels, chosen, user, features)
        return self.mode.answers(questions, self._wishes(top, novelty, diversity, banned))[0]

    def questions(
        self,
        labels: Iterable[str | tuple[str, float]],
        chosen: Iterable[str] = (),
        user: str | None = None,
        features: Iterable[str] = (),
    ) -> Questions:
        """What :meth:`recommend` asks the mode about one photo; arguments as there, words that are not known left out."""
        usual, _ = self.mode.usual
        scores: dict[int, float] = {}
        for label in _listed(labels, "labels"):
            text, score = (label, usual) if isinstance(label, str) else label
            if not 0 <= score <= 1:
                raise DataError(f"the score of label '{text}' is {score}; it must lie in [0, 1]")
            for word in self.vocabulary.lookup(words(text))[0].tolist():
                scores[word] = max(score, scores.get(word, score))
        picked = np.unique(self._ids(_listed(chosen, "chosen")))
        keys = tuple(_listed(features, "features")) + (() if user is None else (f"user:{user}",))
        ids = np.array(sorted(scores), np.int32)
        return Questions(
            self._row(ids, np.array([scores[i] for i in ids.tolist()], np.float32)),
            self._row(picked, np.ones(len(picked), np.int8)),
            [keys],
        )

    def knows_user(self, user: str) -> bool:
        """Whether earlier posts of this user shift what is recommended."""
        return self.mode.knows(f"user:{user}")

    def _wishes(self, top, novelty=None, diversity=None, banned=()):
        if not (top is None or isinstance(top, (int, np.integer)) and top >= 0):
            raise DataError(f"top is {top!r}; it must be a whole number of at least 0, or None")
        return Wishes(top, novelty, diversity, self._ids(_listed(banned, "banned")))

    def _ids(self, texts):
        return self.vocabulary.lookup([word for text in texts for word in words(text)])[0]

    def _row(self, ids, values):
        return sparse.csr_array((values, ids, np.array([0, len(ids)])), shape=(1, len(self.vocabulary)))

    def recommend_posts(self, posts: Iterable[Post], top: int | None = None, **wishes) -> Iterator:
        """(id, Recommendation) of each post, in order; posts are read a block at a time.

        wishes : novelty, diversity and banned, as in :meth:`recommend`; users and features are those of the posts.
        """
        for block in _blocks(posts, BLOCK):
            dataset = encode(Corpus.from_posts(block), self.vocabulary, self.settings.data.min_score)
            answers = self.recommend_matrix(dataset.description, top, keys=dataset.keys, **wishes)
            yield from zip(dataset.ids, answers)

    def recommend_matrix(
        self, description: sparse.csr_array, top: int | None = None, chosen=None, *, keys=None, banned=(), **wishes
    ) -> list[Recommendation]:
        """A Recommendation for each row of `description`, CSR (n_posts, n_words) of label scores.

        chosen : CSR of the same shape, or None.  keys : list of tuples of str, see `data.Dataset`, or None.
        """
        questions, wishes = Questions.of(description, chosen, keys), self._wishes(top, banned=banned, **wishes)
        answers: list[Recommendation] = []
        block = max(1, min(BLOCK, OUTPUTS // len(self.vocabulary)))
        for start in range(0, description.shape[0], block):
            rows = np.arange(start, min(start + block, description.shape[0]))
            answers += self.mode.answers(questions.part(rows), wishes)
        return answers

    def word_vectors(self) -> WordVectors:
        """The words and their vectors, to be asked by name or written to a word2vec file."""
        return WordVectors(self.vocabulary.words, self.word2vec.word_vectors())

    def rankings(self, description: sparse.csr_array, top: int, chosen=None) -> dict[str, np.ndarray]:
        """The hashtags that each single system ranks first: word2vec, autorec and the baselines.

        Returns a dict of name -> int32 ids (n_posts, min(top, hashtags)), best first; chosen hashtags are not among
        them, and -1 stands where none is left.
        """
        questions = Questions.of(description, chosen)
        scores = self.mode.scores(questions)
        scores |= {name: baseline.score(description, questions.chosen) for name, baseline in self.baselines.items()}
        at = np.repeat(np.arange(description.shape[0]), np.diff(questions.chosen.indptr)), questions.chosen.indices
        rankings = {}
        for name, score in scores.items():
            if len(at[0]):
                score = score.copy()
                score[at] = -np.inf
            ids = top_ranked(score, top, self.vocabulary.hashtag_ids)
            left = np.take_along_axis(score, ids, axis=1) > -np.inf
            rankings[name] = np.where(left, ids, -1)
        return rankings

    def save(self, directory: str | Path) -> None:
        """Write the model directory, whole or not at all. Raises ModelError where it cannot be written."""
        settings = self.settings.to_json()
        settings.pop("n_threads")  # how it was computed, not what it is
        sizes, history = self.mode.header()
        n_hashtags = int(self.vocabulary.is_hashtag.sum())
        header = {
            "mode": self.settings.mode,
            "settings": settings,
            "sizes": {"n_words": len(self.vocabulary), "n_hashtags": n_hashtags} | sizes,
            "summary": self.summary,
            "trained_on": self.trained_on,
            "history": history,
            "versions": versions(),
        }
        files = {
            "vocabulary.json": self.vocabulary.to_json(),
            "baselines.npz": self.baselines["cooccurrence"].to_arrays(),
        }
        write_model(directory, header, files | self.mode.files())

    @classmethod
    def load(cls, directory: str | Path) -> InstaHash:
        """The model in a directory. Raises ModelError where it is missing, incomplete, changed or of a newer format."""
        header, files = read_model(directory)
        try:
            model = cls(Settings.from_json(header["settings"]))
            model.summary = header["summary"]
            model.trained_on = header.get("trained_on", [])
            model.vocabulary = Vocabulary.from_json(files["vocabulary.json"])
            model._compare_with(Cooccurrence.from_arrays(files["baselines.npz"]))
            model.mode = MODES[model.settings.mode].load(
                model.settings, model.vocabulary, model.summary["posts"], header["history"], files
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"the model in '{directory}' is not one this version can use ({error!r}); train it anew"
            ) from None
        return model


def _listed(texts, name):
    """DataError for one text where a list is wanted: its letters would be taken for words."""
    if isinstance(texts, str):
        raise DataError(f"{name} is the text '{texts}'; it must be a list, such as {[texts]}")
    return texts


def _blocks(items, size):
    block = []
    for item in items:
        block.append(item)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block


def _fingerprint(settings: Settings, dataset: Dataset) -> str:
    """Names data and settings: two trainings with the same one give the same model, to the bit on as many threads."""
    content = settings.to_json()
    content.pop("n_threads")
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode())
    digest.update("\n".join(dataset.vocabulary.words).encode())
    digest.update(dataset.description.data.tobytes())
    if dataset.times is not None:
        digest.update(dataset.times.tobytes())
    digest.update(repr(dataset.keys).encode("utf-8", "surrogatepass"))
    for matrix in (dataset.hashtags, dataset.description):
        digest.update(matrix.indptr.astype(np.int64).tobytes())
        digest.update(matrix.indices.astype(np.int64).tobytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Of Python, instahash and the packages that a result may depend on."""
    packages = {name: metadata.version(name) for name in ("numpy", "scipy", "numba")}
    return {"python": platform.python_version(), "instahash": __version__} | packages
