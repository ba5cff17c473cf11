"""The paper's preprocessing: which hashtags, labels and posts are kept, and a summary of what came of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse

from instahash.data.corpus import Corpus
from instahash.data.vocabulary import Vocabulary
from instahash.errors import DataError
from instahash.sparse import keep, renumber, union


class Summary(NamedTuple):
    """Sizes of a training set, and what is usual in it; str() is a table for people."""

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

    def as_dict(self) -> dict:
        return self._asdict()

    def __str__(self):
        return (
            f"posts                 {self.posts:>9,} kept of {self.posts_read:,}\n"
            f"words                 {self.words:>9,}, {self.hashtags:,} of them hashtags that may be recommended\n"
            f"hashtags a post       {self.hashtags_per_post_mean:>9.1f} mean, "
            f"{self.hashtags_per_post_median:g} median\n"
            f"description words     {self.description_words_per_post_mean:>9.1f} mean, "
            f"{self.description_words_per_post_median:g} median\n"
            f"posts a hashtag       {self.posts_per_hashtag_mean:>9.1f} mean, {self.posts_per_hashtag_median:g} median"
        )


class Dataset(NamedTuple):
    """Posts in the numbers of a vocabulary; matrices are CSR (n_posts, n_words) with sorted indices.

    hashtags : int8 ones.  description : float32, the stored entries are the words, their values the labels' scores.
    bags : int8 ones, hashtags and description together, each word once.
    keys : list of tuples of str, the names under which a post's preferences are kept.
    times : (n_posts,) float64 seconds since the epoch, NaN for unknown; or None.
    summary : None for posts encoded for a question.
    """

    ids: list[str]
    vocabulary: Vocabulary
    hashtags: sparse.csr_array
    description: sparse.csr_array
    bags: sparse.csr_array
    keys: list[tuple[str, ...]]
    times: np.ndarray | None
    summary: Summary | None

    def take(self, rows) -> Dataset:
        """The posts with these row numbers."""
        rows = np.asarray(rows)
        matrices = (matrix[rows] for matrix in (self.hashtags, self.description, self.bags))
        ids, keys = ([values[i] for i in rows] for values in (self.ids, self.keys))
        return Dataset(
            ids, self.vocabulary, *matrices, keys, None if self.times is None else self.times[rows], self.summary
        )


def fit_dataset(corpus: Corpus, max_hashtags: int = 1000, min_score: float = 0.5) -> Dataset:
    """Keep the `max_hashtags` hashtags in most posts (ties by spelling), the posts that have one, and the labels with
    score >= `min_score`; the vocabulary is what then occurs.

    Raises DataError where nothing is left.
    """
    counts = np.bincount(corpus.hashtags.indices, minlength=len(corpus.words))
    used = sorted(np.flatnonzero(counts).tolist(), key=lambda i: (-counts[i], corpus.words[i]))
    kept = np.zeros(len(corpus.words), bool)
    kept[used[:max_hashtags]] = True
    hashtags = keep(corpus.hashtags, kept[corpus.hashtags.indices])
    rows = np.flatnonzero(np.diff(hashtags.indptr))
    if not len(rows):
        raise DataError(
            f"no post of {len(corpus):,} has a hashtag, so there is nothing to learn; give posts whose "
            "'hashtags' are filled"
        )
    hashtags = hashtags[rows]
    labels = corpus.labels[rows]
    description = keep(labels, labels.data >= np.float32(min_score))
    bags = union(hashtags, description)
    bag_counts = np.bincount(bags.indices, minlength=len(corpus.words))
    hashtag_counts = np.bincount(hashtags.indices, minlength=len(corpus.words))
    order = sorted(np.flatnonzero(bag_counts).tolist(), key=lambda i: (-bag_counts[i], corpus.words[i]))
    vocabulary = Vocabulary(
        [corpus.words[i] for i in order], bag_counts[order], hashtag_counts[order], corpus.spellings
    )
    ids, keys = ([values[i] for i in rows] for values in (corpus.ids, corpus.keys()))
    times = None if corpus.times is None else corpus.times[rows]
    matrices = [renumber(matrix, order) for matrix in (hashtags, description, bags)]
    return Dataset(ids, vocabulary, *matrices, keys, times, _summary(len(corpus), vocabulary, *matrices[:2]))


def encode(corpus: Corpus, vocabulary: Vocabulary, min_score: float = 0.5) -> Dataset:
    """Posts in the numbers of a vocabulary that is there already. Unknown words are dropped, and hashtags outside the
    hashtag vocabulary; no post is, so row i is post i.
    """
    order = np.full(len(vocabulary), -1, np.int64)
    known = [(vocabulary.index[word], i) for i, word in enumerate(corpus.words) if word in vocabulary.index]
    for new, old in known:
        order[new] = old
    may_be_hashtag = np.zeros(len(corpus.words), bool)
    may_be_hashtag[[old for new, old in known if vocabulary.is_hashtag[new]]] = True
    hashtags = keep(corpus.hashtags, may_be_hashtag[corpus.hashtags.indices])
    description = keep(corpus.labels, corpus.labels.data >= np.float32(min_score))
    hashtags, description = renumber(hashtags, order), renumber(description, order)
    bags = union(hashtags, description)
    return Dataset(corpus.ids, vocabulary, hashtags, description, bags, corpus.keys(), corpus.times, None)


def grow(vocabulary: Vocabulary, corpus: Corpus, min_score: float = 0.5) -> Vocabulary:
    """The vocabulary with what new posts add: old words keep their ids, new ones follow, most used first.

    Every hashtag of the new posts may be recommended from then on; counts are those of old and new posts together.
    Hashtags stay spelled as they were.
    """
    description = keep(corpus.labels, corpus.labels.data >= np.float32(min_score))
    counts = np.bincount(union(corpus.hashtags, description).indices, minlength=len(corpus.words))
    hashtag_counts = np.bincount(corpus.hashtags.indices, minlength=len(corpus.words))
    new = [i for i in np.flatnonzero(counts).tolist() if corpus.words[i] not in vocabulary.index]
    new.sort(key=lambda i: (-counts[i], corpus.words[i]))
    all_words = vocabulary.words + [corpus.words[i] for i in new]
    totals = [np.append(old, np.zeros(len(new), np.int64)) for old in (vocabulary.counts, vocabulary.hashtag_counts)]
    place = {word: i for i, word in enumerate(all_words)}
    for i in np.flatnonzero(counts).tolist():
        totals[0][place[corpus.words[i]]] += counts[i]
        totals[1][place[corpus.words[i]]] += hashtag_counts[i]
    known = {word for word, is_hashtag in zip(vocabulary.words, vocabulary.is_hashtag) if is_hashtag}
    spellings = {word: form for word, form in corpus.spellings.items() if word not in known}
    return Vocabulary(all_words, *totals, vocabulary.spellings | spellings)


def _summary(posts_read, vocabulary, hashtags, description):
    per_post, words_per_post = np.diff(hashtags.indptr), np.diff(description.indptr)
    per_hashtag = vocabulary.hashtag_counts[vocabulary.is_hashtag]
    return Summary(
        posts_read,
        hashtags.shape[0],
        len(vocabulary),
        len(per_hashtag),
        *(float(f(values)) for values in (per_post, words_per_post, per_hashtag) for f in (np.mean, np.median)),
    )
