"""What a trained system answers, whatever the mode: hashtags for one photo, for posts, for matrices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from instahash.baselines import Baseline, top_ranked
from instahash.data import Corpus, Echoes, Vocabulary, encode, words
from instahash.data.corpus import array_of
from instahash.data.given import hashtags_of, rows_of, text_of
from instahash.data.kin import variants
from instahash.data.preprocess import guessed
from instahash.errors import DataError, shown
from instahash.formats import is_post, posts_of
from instahash.parameters import fraction, truth, whole
from instahash.pipeline.mode import Mode
from instahash.recommend import Options, Queries, Recommendation, ids_of
from instahash.sparse import CSR, as_csr, row_max, row_of_entries
from instahash.threads import Threads
from instahash.word2vec import WordVectors

# Posts read at a time; posts answered at a time, whose scores then stay in the cache, and outputs of them, at most.
POSTS_READ, POSTS_ANSWERED, OUTPUTS = 1024, 256, 2**19
# Posts that one thread has answered before others would have started.
FEW_POSTS = 64


@dataclass(frozen=True, eq=False)
class Recommender:
    """What one training gave, as it is answered from. Nothing of it changes: a system that learns takes another one.

    mode, vocabulary, baselines, summary, trained_on : as of :class:`~instahash.pipeline.system.InstaHash`.
    versions : package -> version, those that it was trained with.
    """

    mode: Mode
    vocabulary: Vocabulary
    baselines: dict[str, Baseline]
    summary: dict[str, Any]
    trained_on: list[str]
    versions: dict[str, str]

    @property
    def settings(self) -> Any:
        """Those of the training."""
        return self.mode.settings

    def recommend(
        self,
        labels: Any,
        top: int | None = None,
        *,
        chosen: Iterable[str] | None = (),
        user: str | None = None,
        features: Iterable[str] | None = (),
        photo_features: np.ndarray | None = None,
        novelty: float | None = None,
        diversity: float | None = None,
        banned: Iterable[str] | None = (),
        trace: bool = False,
        min_score: float | None = None,
    ) -> Recommendation:
        """Hashtags for a photo with these labels.

        labels : texts of one or more words, pairs of a text and its score, Labels, or dicts with a "description" and a
            "score"; or a table of these, of pandas or Polars; a dict of text -> score; a text of several ("sky,
            boat:0.9"); or a Post or a dict of one, whose user, features and photo_features count too where no others
            are given.
        top : so many hashtags; by default ten in mode "best", in mode "paper" all that its combination has.
        chosen : hashtags that the author has picked already: what follows goes with them, and has none of these nor a
            variant of one, as flower is of flowers.
        user, features : whose earlier posts matter; nobody's where these are not known.
        photo_features : (n_features,) float, what the labeller's network sees in the photo, as
            `OfflineAnnotator.features` gives it; a model that was trained without such makes nothing of it.
        novelty, diversity : in [0, 1], see `recommend/diversity.py`; by default what the settings say.
        banned : hashtags never to recommend; a variant of one may be. These and `chosen` may also be one text
            ("#sea #sun"), or None.
        trace : keep the lists on the way to the answer.
        min_score : labels below are believed less, see `recommend/queries.py`; by default that of the training.
        Raises DataError for what is none of this, and SettingsError for another novelty or diversity.
        Where nothing is known the answer is about no photo in particular, and `source` says so: hashtags that fit any,
        in mode "best" at most 14, in mode "paper" the most used.
        """
        chosen = hashtags_of(chosen, "chosen")
        queries = self.queries(labels, chosen, user, features, min_score, photo_features)
        options = self._options(top, banned, chosen, novelty=novelty, diversity=diversity, trace=trace)
        return self.mode.recommend(queries, options)[0]

    def queries(
        self,
        labels: Any,
        chosen: Iterable[str] | None = (),
        user: str | None = None,
        features: Iterable[str] | None = (),
        min_score: float | None = None,
        photo_features: np.ndarray | None = None,
    ) -> Queries:
        """What is known of one photo; arguments as in :meth:`recommend`."""
        labels = rows_of(labels)
        if isinstance(labels, list) and any(map(is_post, labels)):
            raise DataError("labels is a list of posts; recommend takes one post, recommend_posts takes many")
        if is_post(labels):
            (labels,) = posts_of(labels)
            user, features = labels.user if user is None else user, features or labels.features
            photo_features, labels = labels.photo_features if photo_features is None else photo_features, labels.labels
        least = self.settings.data.min_score if min_score is None else min_score
        given = labels, self.mode.default_score, chosen, user, features, least
        of_photo = None if photo_features is None else self.known_photos([photo_features])
        return Queries.of_photo(self.vocabulary, *given, of_photo)

    @property
    def reads_photos(self) -> bool:
        """Whether features of a photo change what is recommended: whether the training posts had such."""
        return bool(self.mode.n_photo_features)

    def knows_user(self, user: str) -> bool:
        """Whether earlier posts of this user shift what is recommended."""
        return self.mode.knows(f"user:{text_of(user, 'user')}")

    def _options(
        self,
        top: int | None,
        banned: Iterable[str] | None = (),
        chosen: Iterable[str] = (),
        novelty: float | None = None,
        diversity: float | None = None,
        trace: bool = False,
    ) -> Options:
        top = None if top is None else whole(top, "top", 0, DataError)
        novelty, diversity = (
            None if value is None else fraction(value, name)
            for name, value in {"novelty": novelty, "diversity": diversity}.items()
        )
        banned = hashtags_of(banned, "banned")
        ids = ids_of(self.vocabulary, banned, "banned")
        picked = _words_of(chosen)
        unwanted = frozenset(_words_of(banned) + picked + [form for word in picked for form in variants(word)])
        if picked:
            alike = self.vocabulary.variants, [self.vocabulary.variant_of(word) for word in picked]
            ids = np.union1d(ids, np.flatnonzero(np.isin(*alike)))
        return Options(top, novelty, diversity, ids, unwanted, truth(trace, "trace", DataError))

    def recommend_posts(
        self, /, posts: Iterable[Any], top: int | None = None, **options: Any
    ) -> Iterator[tuple[str, Recommendation]]:
        """(id, Recommendation) of each post, in order; posts are read a block at a time.

        posts : Posts, or dicts with the keys of a line of a posts file.
        options : novelty, diversity, banned and trace, as in :meth:`recommend`; n_threads, as in
            :meth:`recommend_matrix`. Users and features are the posts' own.
        """
        read = posts_of(posts)
        while block := list(islice(read, POSTS_READ)):
            dataset = encode(Corpus.from_posts(block), self.vocabulary, self.settings.data.min_score, guess=True)
            known: dict[str, Any] = {name: getattr(dataset, name) for name in ("keys", "echoes", "photo_features")}
            answers = self.recommend_matrix(dataset.description, top, **known, **options)
            yield from zip(dataset.ids, answers)

    def recommend_matrix(
        self,
        /,
        description: CSR,
        top: int | None = None,
        chosen: CSR | None = None,
        *,
        keys: Sequence[tuple[str, ...]] | None = None,
        echoes: Echoes | None = None,
        photo_features: np.ndarray | None = None,
        n_threads: int = 1,
        **options: Any,
    ) -> list[Recommendation]:
        """A Recommendation for each row of `description`, CSR (n_posts, n_words) of label scores.

        chosen : CSR of the same shape, or None; no answer has a variant of a chosen hashtag.
        keys : tuples of str, see `data.Dataset`, or None.
        echoes : Echoes of the same posts; None where each word of a description is a label of its own.
        photo_features : (n_posts, n_features) float, rows of NaN for posts without a photo, or None.
        n_threads : int >= 1, posts are shared among so many threads.
        options : as in :meth:`recommend_posts`.
        """
        parsed, n_threads = self._options(top, **options), whole(n_threads, "n_threads", 1, DataError)
        queries = self._queries(description, chosen, keys, echoes, photo_features)
        n_posts = queries.description.shape[0]

        def answered(part: slice) -> list[Recommendation]:
            own = queries.rows(np.arange(part.start, part.stop))
            blocks = self._blocks(own, self.mode.n_outputs) if own.description.shape[0] else ()
            return [answer for block in blocks for answer in self.mode.recommend(block, parsed)]

        with Threads(n_threads if n_posts > FEW_POSTS else 1, blas=n_threads == 1) as threads:
            return [answer for answers in threads.rows(n_posts, answered) for answer in answers]

    def _queries(
        self,
        description: CSR,
        chosen: CSR | None,
        keys: Sequence[tuple[str, ...]] | None = None,
        echoes: Echoes | None = None,
        photo_features: np.ndarray | None = None,
    ) -> Queries:
        """The queries of these matrices; DataError where they are no CSR matrices of the vocabulary's words, or where
        anything else is of other posts.
        """
        description = as_csr(description, "descriptions", np.float32, len(self.vocabulary))
        if chosen is not None:
            chosen = as_csr(chosen, "chosen hashtags", np.int8, len(self.vocabulary))
        photo_features = self.known_photos(photo_features)
        least, n_posts = self.settings.data.min_score, description.shape[0]
        if not (keys is None or isinstance(keys, (list, tuple)) and all(map(_are_keys, keys))):
            raise DataError(f"keys are {shown(keys)}; give a list with a tuple of texts for each post")
        if not (echoes is None or isinstance(echoes, Echoes)):
            raise DataError(f"echoes are {shown(echoes)}; give Echoes of the posts, as data.encode does, or None")
        for name, rows in {"chosen hashtags": chosen, "keys": keys, "photo_features": photo_features}.items():
            n = n_posts if rows is None else rows.shape[0] if hasattr(rows, "shape") else len(rows)
            if n != n_posts:
                raise DataError(f"descriptions have {n_posts} rows, {name} {n}; give a row for each post")
        # A post whose labels are all below is described by guesses.
        highest = row_max(description) if echoes is None else np.maximum(row_max(description), echoes.highest())
        return Queries.of(description, chosen, keys, echoes, guessed(highest, least), photo_features)

    def known_photos(self, given: Any) -> np.ndarray | None:
        """Features of photos, (n_posts, n_features), where the mode has learnt from such.

        Raises DataError for others, and for a row that is neither finite nor all NaN.
        """
        wanted = self.mode.n_photo_features
        if given is None or not wanted:
            return None
        array = array_of(given)
        if array.ndim != 2 or array.shape[1] != wanted or array.dtype.kind != "f":
            found = f"photo_features are {array.dtype} of the shape {array.shape}"
            raise DataError(f"{found}; this model wants (posts, {wanted}), from the network that its training used")
        if (np.isnan(array).all(axis=1) | np.isfinite(array).all(axis=1)).all():
            return array
        raise DataError("photo_features are not all finite; give rows of finite numbers, or of NaN for no photo")

    def word_vectors(self) -> WordVectors:
        """The words and their vectors, to be queried by name or written to a word2vec file."""
        return self.mode.vectors

    def rankings(self, description: CSR, top: int, chosen: CSR | None = None) -> dict[str, np.ndarray]:
        """The hashtags that each single model and each baseline ranks first.

        Returns name -> int32 ids (n_posts, min(top, hashtags)), best first; chosen hashtags are not among them, and -1
        stands where none is left.
        """
        top, given = whole(top, "top", 0, DataError), self._queries(description, chosen)
        blocks = [self._ranked(part, top) for part in self._blocks(given, len(self.vocabulary))]
        return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}

    def _ranked(self, queries: Queries, top: int) -> dict[str, np.ndarray]:
        """The rankings of posts whose scores are held all at once."""
        scores = self.mode.single_scores(queries)
        given = queries.description, queries.chosen
        scores |= {name: baseline.score(*given) for name, baseline in self.baselines.items()}
        at = row_of_entries(queries.chosen), queries.chosen.indices
        rankings = {}
        for name, score in scores.items():
            if len(at[0]):
                score = score.copy()
                score[at] = -np.inf
            rankings[name] = top_ranked(score, top, self.vocabulary.hashtag_ids)
        return rankings

    @staticmethod
    def _blocks(queries: Queries, n_outputs: int) -> Iterator[Queries]:
        """The queries some at a time, of which so many outputs a post fit into memory; at least one block."""
        n_posts, block = queries.description.shape[0], max(1, min(POSTS_ANSWERED, OUTPUTS // n_outputs))
        for start in range(0, max(n_posts, 1), block):
            yield queries.rows(np.arange(start, min(start + block, n_posts)))


def _words_of(texts: Iterable[str]) -> list[str]:
    """The words of hashtags, and each hashtag as one word."""
    return [word for parts in map(words, texts) for word in [*parts, "".join(parts)]]


def _are_keys(own: Any) -> bool:
    return isinstance(own, tuple) and all(isinstance(key, str) for key in own)
