"""From shards to posts in the numbers of a vocabulary, which is the one that a single machine makes of all of them.

Three passes: hashtags are counted; then, of the posts with one that is kept, all words; then, of the words of the
vocabulary, how people write them. The first reads the files, and keeps each shard in numbers of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np
from scipy import sparse

from instahash.data import Corpus, Dataset, DataSettings, Echoes, Post, Summary, Vocabulary
from instahash.data.preprocess import above, check_some, places, usable
from instahash.data.spellings import Forms, forms_of, spellings_of
from instahash.data.vocabulary import ranked
from instahash.formats import LeftOut, Reading
from instahash.shards.shard import Arrays, Shard
from instahash.shards.shards import Shards
from instahash.sparse import CSR, column_counts, csr_from_arrays, csr_to_arrays, renumber
from instahash.texts import draw, texts_from_arrays, texts_to_arrays


class Found(NamedTuple):
    """What the first pass finds.

    hashtags : the posts of each.  with_hashtags, with_labels : the posts with any, of labels with those of `min_score`.
    digest : sum of what :meth:`instahash.Corpus.digest` gives, as a number.
    """

    reading: Reading
    hashtags: Counter[str]
    with_hashtags: int
    with_labels: int
    digest: int


class Sizes(NamedTuple):
    """What the third pass counts: how many posts have so many hashtags, and so many description words."""

    hashtags: Counter[int]
    description: Counter[int]
    forms: Forms


class Posts(NamedTuple):
    """A shard's posts with a hashtag of the vocabulary; matrices as of a :class:`instahash.data.Dataset`.

    draws : (n_posts,) float64 in [0, 1), made of each post's id: the posts below a fraction are a sample.
    rows : (n_posts,) int64, which of the shard's posts they are.
    """

    hashtags: CSR
    description: CSR
    bags: CSR
    draws: np.ndarray
    rows: np.ndarray


@dataclass(frozen=True, eq=False)
class Encoding:
    """How posts become numbers."""

    vocabulary: Vocabulary
    min_score: float

    @cached_property
    def key(self) -> str:
        """Names what it makes of a shard."""
        text = "\n".join([str(self.min_score), *self.vocabulary.words])
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16)
        digest.update(self.vocabulary.is_hashtag.tobytes())
        return digest.hexdigest()

    def posts(self, shard: Shard) -> Posts:
        """The posts of a shard, kept on disk."""
        arrays = shard.kept(f"posts {self.key}", lambda: self._encoded(shard))
        hashtags, description, bags = (csr_from_arrays(arrays, name) for name in Posts._fields[:3])
        return Posts(hashtags, description, bags, arrays["draws"], arrays["rows"])

    def dataset(self, shard: Shard) -> Dataset:
        """The same posts as a Dataset, whose ids are empty."""
        posts, own, vocabulary = self.posts(shard), numbered(shard), self.vocabulary
        rows, words = posts.rows, texts_from_arrays(own, "words")
        labels = csr_from_arrays(own, "echoes")[rows]
        echoes = Echoes.of(labels, words, vocabulary.index, bool(own["made_up"]))
        names, keys = texts_from_arrays(own, "keys"), csr_from_arrays(own, "keys")[rows]
        numbers = keys.data.tolist()
        of_posts = [tuple(names[i] for i in numbers[a:b]) for a, b in zip(keys.indptr, keys.indptr[1:])]
        times, photos = (own[name][rows] if name in own else None for name in ("times", "photo_features"))
        matrices = posts.hashtags, posts.description, posts.bags
        return Dataset([""] * len(rows), vocabulary, *matrices, echoes, of_posts, times, None, photos)

    def _encoded(self, shard: Shard) -> Arrays:
        own = numbered(shard)
        order, may_be_hashtag = places(texts_from_arrays(own, "words"), self.vocabulary)
        hashtags, labels = matrices_of(own)
        rows, *matrices = usable(hashtags, labels, may_be_hashtag, self.min_score)
        arrays = {"draws": own["draws"][rows], "rows": rows}
        for name, matrix in zip(Posts._fields, matrices):
            arrays |= csr_to_arrays(renumber(matrix, order), name)
        return arrays


def encoding_of(shards: Shards, settings: DataSettings) -> tuple[Encoding, Summary, Found]:
    """The Encoding of the vocabulary of all shards' posts, see :func:`instahash.data.fit_dataset`; what was found.

    Raises DataError where no post has a hashtag, or a shard cannot be read.
    """
    found = shards.sum(read, settings.min_score, what="Reading posts")
    words = list(found.hashtags)
    counts = np.array([*found.hashtags.values()], np.int64)
    best = ranked(np.where(counts < settings.min_count, 0, counts), words)[: settings.max_hashtags]
    kept = frozenset(words[i] for i in best)
    check_some(len(kept), len(words), found.reading.posts, settings.min_count)
    uses = shards.sum(count_words, kept, settings.min_score, what="Counting words")
    words, counts = list(uses), np.array([*uses.values()], np.int64)
    order = ranked(counts, words)
    words, counts = [words[i] for i in order], counts[order]
    of_hashtags = [found.hashtags[word] if word in kept else 0 for word in words]
    encoding = Encoding(Vocabulary(words, counts, of_hashtags), settings.min_score)
    sizes = shards.sum(measure, encoding, what="Numbering words")
    vocabulary = Vocabulary(words, counts, of_hashtags, spellings_of(sizes.forms))
    return Encoding(vocabulary, settings.min_score), summary_of(vocabulary, sizes, found.reading.posts), found


# What is done with a shard


def read(shard: Shard, min_score: float) -> Found:
    """The first pass, the only one that reads the file, unless what is kept of it is lost."""
    own = numbered(shard)
    hashtags, labels = matrices_of(own)
    words, counts = texts_from_arrays(own, "words"), column_counts(hashtags)
    of_hashtags, of_labels = (
        int(np.count_nonzero(np.diff(matrix.indptr))) for matrix in (hashtags, above(labels, min_score))
    )
    about = json.loads(own["about"].tobytes())
    left_out = [(LeftOut(*first), key, number) for first, key, number in about["left_out"]]
    reasons, firsts = Counter[tuple[str, str]](), {}
    for first, (kind, reason), number in left_out:
        reasons[kind, reason], firsts[kind, reason] = number, first
    reading = Reading(about["format"], len(own["draws"]), reasons, firsts)
    uses = Counter({words[i]: int(counts[i]) for i in np.flatnonzero(counts)})
    return Found(reading, uses, of_hashtags, of_labels, int(about["digest"], 16))


def count_words(shard: Shard, kept: Set[str], min_score: float) -> Counter[str]:
    """The second pass: in how many bags each word is, of posts with a hashtag that is kept."""
    own = numbered(shard)
    words, hashtags, labels = texts_from_arrays(own, "words"), *matrices_of(own)
    bags = usable(hashtags, labels, np.array([word in kept for word in words], bool), min_score)[-1]
    counts = column_counts(bags)
    return Counter({words[i]: int(counts[i]) for i in np.flatnonzero(counts)})


def measure(shard: Shard, encoding: Encoding) -> Sizes:
    """The third pass."""
    posts, own = encoding.posts(shard), numbered(shard)
    words, forms = (texts_from_arrays(own, name) for name in ("forms_words", "forms"))
    known, uses = encoding.vocabulary.index, own["uses"].tolist()
    hashtags, description = (Counter(np.diff(matrix.indptr).tolist()) for matrix in posts[:2])
    return Sizes(hashtags, description, Counter({(w, f): n for w, f, n in zip(words, forms, uses) if w in known}))


def numbered(shard: Shard) -> Arrays:
    """The posts of a shard in numbers of its own, kept on disk."""

    def make() -> Arrays:
        reading, written = Reading(), Counter[str]()

        def posts() -> Iterator[Post]:
            for post in shard.posts(reading):
                written.update(post.hashtags)
                yield post

        corpus = Corpus.from_posts(posts())
        forms = forms_of(written)
        left_out = [(first, key, reading.reasons[key]) for key, first in reading.firsts.items()]
        about = {"format": reading.format, "left_out": left_out, "digest": corpus.digest()}
        arrays = {
            "about": np.frombuffer(json.dumps(about).encode(), np.uint8),
            "draws": np.array([draw(post) for post in corpus.ids]),
            "uses": np.array([*forms.values()], np.int64),
        }
        keys = corpus.keys()
        names = {name: i for i, name in enumerate(dict.fromkeys(chain.from_iterable(keys)))}
        # Whose order matters: places are columns, and the values say which key it is.
        of_posts = [[names[name] for name in own] for own in keys]
        matrix = rows_of(of_posts)
        arrays |= csr_to_arrays(matrix, "keys") | csr_to_arrays(corpus.echoes, "echoes")
        arrays["made_up"] = np.array(corpus.made_up)
        for name in ("times", "photo_features"):
            if getattr(corpus, name) is not None:
                arrays[name] = getattr(corpus, name)
        texts = {
            "words": corpus.words,
            "keys": [*names],
            "forms_words": [word for word, _ in forms],
            "forms": [form for _, form in forms],
        }
        for name, own in texts.items():
            arrays |= texts_to_arrays(own, name)
        return arrays | csr_to_arrays(corpus.hashtags, "hashtags") | csr_to_arrays(corpus.labels, "labels")

    return shard.kept("numbered", make)


def rows_of(lists: list[list[int]]) -> CSR:
    """CSR whose row i stores the numbers of lists[i] in their order, in columns 0, 1, ..."""
    sizes = [len(own) for own in lists]
    places = [place for own in lists for place in range(len(own))]
    values, ends = [*chain.from_iterable(lists)], np.cumsum([0, *sizes])
    shape = len(lists), max(sizes, default=0)
    return sparse.csr_array((np.array(values, np.int32), np.array(places, np.int32), ends), shape=shape)


def matrices_of(own: Arrays) -> tuple[CSR, CSR]:
    """Hashtags and labels of what :func:`numbered` gives."""
    return csr_from_arrays(own, "hashtags"), csr_from_arrays(own, "labels")


# What is said of all of them


def summary_of(vocabulary: Vocabulary, sizes: Sizes, n_read: int) -> Summary:
    """The same Summary as :func:`instahash.data.fit_dataset` gives."""
    uses = Counter(vocabulary.hashtag_counts[vocabulary.is_hashtag].tolist())
    figures = (figure for counts in (*sizes[:2], uses) for figure in _mean_and_median(counts))
    return Summary(n_read, sizes.hashtags.total(), len(vocabulary), uses.total(), *figures)


def _mean_and_median(counts: Counter[int]) -> tuple[float, float]:
    """Of numbers, each as often as it is counted."""
    values = np.array(sorted(counts))
    ends = np.cumsum([counts[value] for value in values.tolist()])
    n = int(ends[-1])
    middle = values[np.searchsorted(ends, [(n - 1) // 2, n // 2], "right")]
    return sum(value * count for value, count in counts.items()) / n, float(middle.mean())
