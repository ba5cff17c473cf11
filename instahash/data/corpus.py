"""Posts as integers: what is left of a file of posts once its words are numbered."""

from __future__ import annotations

import hashlib
import json
import time
import warnings
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy import sparse

from instahash.data.hashtags import is_hashtag
from instahash.data.posts import Post
from instahash.data.spellings import forms_of, spellings_of
from instahash.data.times import DAY, seconds_of
from instahash.data.words import joined, words
from instahash.errors import DataError, DataWarning, plural, shown
from instahash.sparse import CSR


@dataclass(eq=False)
class Corpus:
    """Posts with numbered words, in arrays that hold a million posts in some hundred megabytes.

    words : in order of first sight; column j of both matrices is words[j].
    hashtags : CSR (n_posts, n_words) int8, an entry 1 for each hashtag word, each once.
    labels : CSR (n_posts, n_words) float32, for each label word the highest score of the labels that contain it. A
        stored 0 is a label with score 0.
    echoes : CSR of the same shape and type, each label as one word, "golden retriever" as goldenretriever, with its
        score.
    features : what each post's user has in common with others; None where no post has any.
    times : (n_posts,) float64 seconds since the epoch, NaN for unknown and for times that are yet to come, as a wrong
        clock gives them; None where no post has one.
    photo_features : (n_posts, n_features) float16, those of each post's photo, a row of NaN for none; None where no
        post has any.
    spellings : word -> how most people write it as a hashtag, where that is not the word itself.
    made_up : whether all of the posts are.
    """

    ids: list[str]
    users: list[str | None]
    words: list[str]
    hashtags: CSR
    labels: CSR
    echoes: CSR
    features: list[tuple[str, ...]] | None = None
    times: np.ndarray | None = None
    spellings: dict[str, str] = field(default_factory=dict)
    photo_features: np.ndarray | None = None
    made_up: bool = False

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Any) -> Corpus:
        """The posts with these row numbers; the word table stays whole."""
        parts = ("ids", "users", "hashtags", "labels", "echoes", "features", "times", "photo_features")
        return replace(self, **{part: take(getattr(self, part), rows) for part in parts})

    def keys(self) -> list[tuple[str, ...]]:
        """For each post the names under which preferences are kept: the features of its user, then the user."""
        features = self.features or [()] * len(self)
        # Each once, and none that would be taken for a user or, without any text, for everybody.
        features = [tuple(f for f in dict.fromkeys(own) if f and not f.startswith("user:")) for own in features]
        return [own + (() if user is None else (f"user:{user}",)) for user, own in zip(self.users, features)]

    def digest(self) -> str:
        """Names these posts: the same for the same ids with the same hashtags, whatever their order and labels."""
        total = 0
        for i, post in enumerate(self.ids):
            own = sorted(self.words[j] for j in self.hashtags.indices[slice(*self.hashtags.indptr[i : i + 2])])
            content = json.dumps([post, own]).encode()
            total += int.from_bytes(hashlib.blake2b(content, digest_size=16).digest(), "big")
        return f"{total % 2**128:032x}"

    @classmethod
    def from_posts(cls, posts: Iterable[Post]) -> Corpus:
        """Number the words of posts in one pass; the posts themselves are not kept.

        Raises DataError where one is no Post, where the features of a photo are no row of numbers, or those of two
        photos not as many, as of different networks.
        """
        numbers = _Numbers()
        written: Counter[str] = Counter()  # hashtags as people write them
        ids: list[str] = []
        users: list[str | None] = []
        features: list[tuple[str, ...]] = []
        photo_features: list[np.ndarray | None] = []
        times = array("d")
        hashtags, hashtag_ends = array("i"), array("q", [0])
        wholes, labels, echoes = _Wholes(numbers.index), _Scores(), _Scores()
        made_up = 0

        if not isinstance(posts, Iterable):
            raise DataError(f"posts are {shown(posts)}; give Post objects")
        for post in posts:
            if not isinstance(post, Post):
                raise DataError(f"posts hold {shown(post)}; give Post objects")
            ids.append(post.id)
            made_up += post.made_up
            users.append(post.user)
            features.append(post.features)
            photo_features.append(post.photo_features)
            times.append(seconds_of(post.created_at))
            written.update(post.hashtags)
            hashtags.extend(sorted({word for hashtag in post.hashtags for word in numbers[hashtag]}))
            hashtag_ends.append(len(hashtags))
            parts = ((word, score) for text, score in post.labels for word in numbers[text])
            labels.add(parts)
            echoes.add((wholes[text], score) for text, score in post.labels)
        index = numbers.index
        moments = np.array(times, np.float64)
        moments[moments > time.time() + DAY] = np.nan
        return cls(
            ids,
            users,
            list(index),
            _csr(np.ones(len(hashtags), np.int8), hashtags, hashtag_ends, len(index)),
            labels.csr(len(index)),
            echoes.csr(len(index)),
            features if any(features) else None,
            None if np.isnan(moments).all() else moments,
            spellings_of(forms_of(written)),
            stacked(photo_features),
            0 < made_up == len(ids),
        )


class _Numbers(dict[str, tuple[int, ...]]):
    """Hashtag or description as written -> the ids of its words, which are numbered as they are first seen."""

    def __init__(self) -> None:
        self.index: dict[str, int] = {}

    def __missing__(self, text: str) -> tuple[int, ...]:
        index = self.index
        found = self[text] = tuple([index.setdefault(word, len(index)) for word in words(text)])
        return found


class _Wholes(dict[str, int]):
    """Description as written -> the id of all of it as one word, -1 where that could be no hashtag."""

    def __init__(self, index: dict[str, int]) -> None:
        self.index = index

    def __missing__(self, text: str) -> int:
        word = joined(text)
        found = self[text] = self.index.setdefault(word, len(self.index)) if is_hashtag(word) else -1
        return found


class _Scores:
    """The rows of a CSR matrix as they come: words of a post, each with its highest score."""

    def __init__(self) -> None:
        self.words, self.scores, self.ends = array("i"), array("f"), array("q", [0])

    def add(self, pairs: Iterable[tuple[int, float]]) -> None:
        """The next row; a word of -1 is none."""
        best: dict[int, float] = {}
        for word, score in pairs:
            if score > best.get(word, -1.0):
                best[word] = score
        best.pop(-1, None)
        own = sorted(best)
        self.words.extend(own)
        self.scores.extend([best[word] for word in own])
        self.ends.append(len(self.words))

    def csr(self, n_words: int) -> CSR:
        return _csr(np.array(self.scores, np.float32), self.words, self.ends, n_words)


def take(values: Any, rows: Any) -> Any:
    """The entries of a list, an array or a matrix at these row numbers; None of None."""
    rows = np.asarray(rows)
    return None if values is None else [values[i] for i in rows] if isinstance(values, list) else values[rows]


def array_of(photo_features: Any) -> np.ndarray:
    """What was given as features of photos, as an array. Raises DataError for lists of different lengths."""
    try:
        return np.asarray(photo_features)
    except ValueError:
        raise DataError("photo_features are lists of different lengths; give as many for each photo") from None


def row_of(photo_features: Any) -> np.ndarray:
    """Features of one photo, (n_features,) float16, infinite where they are above 65,504.

    Raises DataError where they are no row of numbers.
    """
    row = array_of(photo_features)
    if row.ndim != 1 or row.dtype.kind not in "fiu" or not len(row):
        found = f"photo_features of a post are {row.dtype} of the shape {row.shape}"
        raise DataError(f"{found}; give a row of numbers, (n_features,), as OfflineAnnotator.features does")
    with np.errstate(over="ignore"):
        return row.astype(np.float16, copy=False)


def stacked(rows: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """Features of photos as one array, (len(rows), n_features) float16, a row of NaN for None; None where all are.

    Such as are not all finite as float16 are left out, and a DataWarning says how many. Raises DataError where they are
    no rows of numbers, or not equally many.
    """
    rows = [None if row is None else row_of(row) for row in rows]
    sizes = {len(row) for row in rows if row is not None}
    if len(sizes) > 1:
        found = f"photos have {min(sizes)} features and {max(sizes)}"
        raise DataError(f"{found}; give posts whose photos one network has seen, as instahash-annotate --features does")
    if not sizes:
        return None
    array = np.full((len(rows), sizes.pop()), np.nan, np.float16)
    odd = 0
    for into, row in zip(array, rows):
        if row is not None and np.isfinite(row).all():
            into[:] = row
        elif row is not None:
            odd += not np.isnan(row).all()  # which is a photo that is not there
    if odd:
        line = f"{plural(odd, 'photo')} left out, with features that are not finite or above 65,504; compute them anew"
        warnings.warn(line, DataWarning, stacklevel=3)
    return array


def _csr(data: np.ndarray, indices: array[int], ends: array[int], n_words: int) -> CSR:
    # One width for both: SciPy would widen the indices of a matrix to that of its indptr.
    width = np.int32 if ends[-1] < 2**31 else np.int64
    return sparse.csr_array((data, np.array(indices, width), np.array(ends, width)), shape=(len(ends) - 1, n_words))
