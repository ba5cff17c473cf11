"""The paper's preprocessing: which hashtags, labels and posts are kept, and a summary of the result; a split of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from instahash.data.corpus import Corpus, take
from instahash.data.echoes import Echoes
from instahash.data.vocabulary import Vocabulary, ranked
from instahash.errors import DataError
from instahash.parameters import check, fraction, parameter, whole
from instahash.sparse import (
    CSR,
    column_counts,
    keep,
    ranks_in_rows,
    renumber,
    row_max,
    row_of_entries,
    row_sizes,
    union,
)


@dataclass(frozen=True)
class DataSettings:
    """The parameters of the preprocessing."""

    max_hashtags: int = parameter(
        1000, "how many of the most used hashtags are kept, the hashtag vocabulary", least=1, most=10**9
    )
    min_count: int = parameter(1, "hashtags in fewer posts than this are not kept", least=1, most=10**9)
    min_score: float = parameter(0.5, "labels with a lower score are left out", least=0, most=1)

    def __post_init__(self) -> None:
        check(self, "data")


class Summary(NamedTuple):
    """Sizes of a training set, and means and medians; str() is a table for people."""

    posts_read: int
    posts: int
    words: int
    hashtags: int
    hashtags_per_post_mean: float
    hashtags_per_post_median: float
    description_words_per_post_mean: float
    description_words_per_post_median: float
    posts_per_hashtag_mean: float
    posts_per_hashtag_median: float

    def __str__(self) -> str:
        pairs = zip(self[4::2], self[5::2])
        hashtags, description, posts = (f"{mean:>9.1f} mean, {median:g} median" for mean, median in pairs)
        return (
            f"posts used            {self.posts:>9,} of {self.posts_read:,}, those with a hashtag that is kept\n"
            f"words                 {self.words:>9,}, {self.hashtags:,} of them hashtags that may be recommended\n"
            f"hashtags a post       {hashtags}\n"
            f"description words     {description}\n"
            f"posts a hashtag       {posts}"
        )


class Dataset(NamedTuple):
    """Posts in the numbers of a vocabulary; matrices are CSR (n_posts, n_words) with sorted indices.

    hashtags : int8 ones.  description : float32, the stored entries are the words, their values the labels' scores.
    bags : int8 ones, hashtags and description together, each word once.
    echoes : Echoes, each label as one hashtag, with those that `description` leaves out.
    keys : list of tuples of str, the names under which a post's preferences are kept.
    times : (n_posts,) float64 seconds since the epoch, NaN for unknown; or None.
    summary : None where the vocabulary was there already.
    photo_features : (n_posts, n_features) float16, a row of NaN for a post without; or None.
    """

    ids: list[str]
    vocabulary: Vocabulary
    hashtags: CSR
    description: CSR
    bags: CSR
    echoes: Echoes
    keys: list[tuple[str, ...]]
    times: np.ndarray | None
    summary: Summary | None
    photo_features: np.ndarray | None = None

    def take(self, rows: Any) -> Dataset:
        """The posts with these row numbers."""
        parts = ("ids", "hashtags", "description", "bags", "keys", "times", "photo_features")
        own = {part: take(getattr(self, part), rows) for part in parts}
        return self._replace(**own, echoes=self.echoes.take(np.asarray(rows)))


def together(parts: Sequence[Dataset]) -> Dataset:
    """The posts of all parts, which are in the numbers of one vocabulary, one after the other."""
    first, times, photos = parts[0], [part.times for part in parts], [part.photo_features for part in parts]
    names = ("hashtags", "description", "bags")
    own = {name: sparse.vstack([getattr(part, name) for part in parts], format="csr") for name in names}
    own |= {name: [entry for part in parts for entry in getattr(part, name)] for name in ("ids", "keys")}
    sizes, echoes = [len(part.ids) for part in parts], Echoes.together([part.echoes for part in parts])
    return first._replace(**own, echoes=echoes, times=_stacked(times, sizes), photo_features=_stacked(photos, sizes))


def _stacked(arrays: Sequence[np.ndarray | None], sizes: Sequence[int]) -> np.ndarray | None:
    """The arrays one after the other, of `sizes` rows, NaN for None; None where all are."""
    some = next((array for array in arrays if array is not None), None)
    if some is None:
        return None
    rows = (np.full((n, *some.shape[1:]), np.nan, some.dtype) if a is None else a for a, n in zip(arrays, sizes))
    return np.concatenate([*rows])


def fit_dataset(
    corpus: Corpus,
    max_hashtags: int = DataSettings.max_hashtags,
    min_score: float = DataSettings.min_score,
    min_count: int = DataSettings.min_count,
) -> Dataset:
    """Keep the `max_hashtags` hashtags in most posts (ties by spelling), of those in at least `min_count`, the posts
    that have one, and the labels with score >= `min_score`; the vocabulary is what then occurs.

    Raises DataError where nothing is left.
    """
    kept = np.zeros(len(corpus.words), bool)
    kept[ranked(_often(corpus.hashtags, min_count), corpus.words)[:max_hashtags]] = True
    rows, hashtags, description, bags = usable(corpus.hashtags, corpus.labels, kept, min_score)
    check_some(len(rows), corpus.hashtags.nnz, len(corpus), min_count)
    counts = column_counts(bags)
    order = ranked(counts, corpus.words)
    words = [corpus.words[i] for i in order]
    vocabulary = Vocabulary(words, counts[order], column_counts(hashtags)[order], corpus.spellings)
    hashtags, description, bags = (renumber(matrix, order) for matrix in (hashtags, description, bags))
    of_hashtags = vocabulary.hashtag_counts[vocabulary.is_hashtag]
    sizes = (np.diff(hashtags.indptr), np.diff(description.indptr), of_hashtags)
    figures = (float(figure(values)) for values in sizes for figure in (np.mean, np.median))
    summary = Summary(len(corpus), len(rows), len(vocabulary), len(of_hashtags), *figures)
    parts = corpus.ids, corpus.keys(), corpus.times, corpus.photo_features
    ids, keys, times, photo_features = (take(values, rows) for values in parts)
    echoes = Echoes.of(corpus.echoes[rows], corpus.words, vocabulary.index, corpus.made_up)
    return Dataset(ids, vocabulary, hashtags, description, bags, echoes, keys, times, summary, photo_features)


def usable(hashtags: CSR, labels: CSR, kept: np.ndarray, min_score: float) -> tuple[np.ndarray, CSR, CSR, CSR]:
    """The rows of the posts with a hashtag that is `kept`, (n_words,) bool; their hashtags, descriptions and bags."""
    hashtags = keep(hashtags, kept[hashtags.indices])
    rows = np.flatnonzero(np.diff(hashtags.indptr))
    hashtags, description = hashtags[rows], above(labels[rows], min_score)
    return rows, hashtags, description, union(hashtags, description)


def check_some(n_kept: int, n_hashtags: int, n_posts: int, min_count: int) -> None:
    """DataError where none is left of so many hashtags of so many posts."""
    if n_kept:
        return
    if n_hashtags:
        raise DataError(f"no hashtag is in {min_count:,} of {n_posts:,} posts; give a lower data.min_count")
    found = f"no post of {n_posts:,} has a hashtag, so there is nothing to learn"
    raise DataError(f"{found}; give posts whose 'hashtags' are filled")


def encode(
    corpus: Corpus, vocabulary: Vocabulary, min_score: float = DataSettings.min_score, guess: bool = False
) -> Dataset:
    """Posts in the numbers of a vocabulary that is there already. Unknown words are dropped, and hashtags outside the
    hashtag vocabulary; no post is, so row i is post i.

    guess : where no label is sure enough the description has guesses, see :func:`believed`.
    """
    order, may_be_hashtag = places(corpus.words, vocabulary)
    hashtags = renumber(keep(corpus.hashtags, may_be_hashtag[corpus.hashtags.indices]), order)
    labels = renumber(corpus.labels, order)
    echoes = Echoes.of(corpus.echoes, corpus.words, vocabulary.index, corpus.made_up)
    description = believed(labels, echoes, min_score)[0] if guess else above(labels, min_score)
    bags = union(hashtags, description)
    own = description, bags, echoes, corpus.keys(), corpus.times, None, corpus.photo_features
    return Dataset(corpus.ids, vocabulary, hashtags, *own)


def places(words: Sequence[str], vocabulary: Vocabulary) -> tuple[np.ndarray, np.ndarray]:
    """Where the vocabulary's words are among `words`, (n_words,) int64, -1 for nowhere; and which of `words` may be
    recommended, (len(words),) bool.
    """
    ids = np.array([vocabulary.index.get(word, -1) for word in words], np.int64)
    known = np.flatnonzero(ids >= 0)
    order = np.full(len(vocabulary), -1, np.int64)
    order[ids[known]] = known
    may_be_hashtag = np.zeros(len(words), bool)
    may_be_hashtag[known] = vocabulary.is_hashtag[ids[known]]
    return order, may_be_hashtag


def grow(
    vocabulary: Vocabulary,
    corpus: Corpus,
    min_score: float = DataSettings.min_score,
    min_count: int = DataSettings.min_count,
) -> Vocabulary:
    """The vocabulary with what new posts add: old words keep their ids, new ones follow, most used first.

    Every hashtag that is in at least `min_count` of the new posts may be recommended from then on: earlier uses of one
    that was not kept are not known. Counts are those of old and new posts together. Hashtags stay spelled as they were.
    """
    known = {vocabulary.words[i] for i in vocabulary.hashtag_ids}
    kept = (_often(corpus.hashtags, min_count) > 0) | np.array([word in known for word in corpus.words], bool)
    hashtags = keep(corpus.hashtags, kept[corpus.hashtags.indices])
    counts = column_counts(union(hashtags, above(corpus.labels, min_score)))
    used = ranked(counts, corpus.words)
    words = list(dict.fromkeys([*vocabulary.words, *(corpus.words[i] for i in used)]))
    place = {word: i for i, word in enumerate(words)}
    totals = np.zeros((2, len(words)), np.int64)
    totals[:, : len(vocabulary)] = vocabulary.counts, vocabulary.hashtag_counts
    totals[:, [place[corpus.words[i]] for i in used]] += counts[used], column_counts(hashtags)[used]
    spellings = {word: form for word, form in corpus.spellings.items() if word not in known}
    return Vocabulary(words, totals[0], totals[1], vocabulary.spellings | spellings)


def _often(hashtags: CSR, min_count: int) -> np.ndarray:
    """(n_words,) int64, the posts with each hashtag, 0 where they are fewer than `min_count`."""
    counts = column_counts(hashtags)
    return np.where(counts < min_count, 0, counts)


def train_test_split(n_posts: int, test_fraction: float = 0.1, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two disjoint, sorted int64 arrays of row numbers that together cover range(n_posts).

    test_fraction : in [0, 1]; round(test_fraction * n_posts) rows are test rows.
    """
    n_posts, seed = whole(n_posts, "n_posts", 0, DataError, 10**9), whole(seed, "seed", 0, DataError)
    test_fraction = fraction(test_fraction, "test_fraction", DataError)
    order = np.random.default_rng(seed).permutation(n_posts)
    n_test = round(test_fraction * n_posts)
    return np.sort(order[n_test:]), np.sort(order[:n_test])


def above(labels: CSR, min_score: float) -> CSR:
    """The labels that are believed: those with score >= `min_score`."""
    return keep(labels, labels.data >= np.float32(min_score))


# Of labels that are all below min_score, those with at least this score are guesses, and so many of them at most.
GUESS, GUESSES = 0.2, 3


def believed(labels: CSR, echoes: Echoes, min_score: float) -> tuple[CSR, np.ndarray]:
    """The words of labels that are believed, and for which posts these are guesses, (m,) bool.

    labels : CSR (m, n_words) float32, the words' scores.  echoes : the same labels, unknown ones among them.

    Believed are labels with score >= `min_score`. Where a post has none, these are its GUESSES best words with a score
    of at least GUESS, which are said to be guesses; of equals the first.
    """
    sure = above(labels, min_score)
    if row_sizes(sure).all():
        return sure, np.zeros(sure.shape[0], bool)
    highest = np.maximum(echoes.highest(), row_max(labels))
    lacking = highest < np.float32(min_score)
    best = ranks_in_rows(labels, labels.indices, -labels.data) < GUESSES
    guesses = lacking[row_of_entries(labels)] & best & (labels.data >= np.float32(GUESS))
    kept = keep(labels, guesses | (labels.data >= np.float32(min_score)))
    return kept, guessed(highest, min_score)


def guessed(highest: np.ndarray, min_score: float) -> np.ndarray:
    """(m,) bool, whether what is believed of posts are guesses; highest : (m,) float32, the scores of surest labels."""
    return (highest < np.float32(min_score)) & (highest >= np.float32(GUESS))
