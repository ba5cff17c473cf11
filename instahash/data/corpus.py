"""Posts as integers: what is left of a file of posts once its words are numbered."""

from __future__ import annotations

import hashlib
import json
import math
import time
from array import array
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timezone

import numpy as np
from scipy import sparse

from instahash.data.posts import Post
from instahash.data.words import words


class Corpus:
    """Posts with numbered words, in arrays that hold a million posts in some hundred megabytes.

    Attributes
    ----------
    ids : list of str.
    users : list of str or None.
    features : list of tuples of str, what each post's user shares with others; None where no post has any.
    times : (n_posts,) float64 seconds since the epoch, NaN for unknown and for times that are yet to come, as a wrong
        clock gives them; None where no post has one.
    spellings : dict of word -> how most people write it as a hashtag, where that is not the word itself.
    words : list of str, in order of first sight; column j of both matrices is words[j].
    hashtags : CSR (n_posts, n_words) int8, an entry 1 for each hashtag word, each once.
    labels : CSR (n_posts, n_words) float32, for each label word the highest score of the labels that contain it. A
        stored 0 is a label with score 0.
    """

    def __init__(self, ids, users, words, hashtags, labels, features=None, times=None, spellings=None):
        self.ids, self.users, self.words, self.hashtags, self.labels = ids, users, words, hashtags, labels
        self.features, self.times, self.spellings = features, times, spellings or {}

    def __len__(self):
        return len(self.ids)

    def take(self, rows) -> Corpus:
        """The posts with these row numbers; the word table stays whole."""
        rows = np.asarray(rows)
        ids, users = ([values[i] for i in rows] for values in (self.ids, self.users))
        features = None if self.features is None else [self.features[i] for i in rows]
        times = None if self.times is None else self.times[rows]
        return Corpus(
            ids, users, self.words, self.hashtags[rows], self.labels[rows], features, times, dict(self.spellings)
        )

    def keys(self):
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
        """Number the words of posts in one pass; the posts themselves are not kept."""
        index: dict[str, int] = {}
        seen: dict[str, tuple[int, ...]] = {}  # hashtag or description as written -> ids of its words
        ids: list[str] = []
        users: list[str | None] = []
        features: list[tuple[str, ...]] = []
        times = array("d")
        written: Counter[str] = Counter()  # hashtags as people write them
        hashtags, hashtag_ends = array("i"), array("q", [0])
        labels, scores, label_ends = array("i"), array("f"), array("q", [0])

        def numbers(text):
            found = seen.get(text)
            if found is None:
                found = seen[text] = tuple(index.setdefault(word, len(index)) for word in words(text))
            return found

        for post in posts:
            ids.append(post.id)
            users.append(post.user)
            features.append(post.features)
            times.append(_seconds(post.created_at))
            written.update(post.hashtags)
            hashtags.extend(sorted({word for hashtag in post.hashtags for word in numbers(hashtag)}))
            hashtag_ends.append(len(hashtags))
            best: dict[int, float] = {}
            for description, score in post.labels:
                for word in numbers(description):
                    if score > best.get(word, -1.0):
                        best[word] = score
            for word in sorted(best):
                labels.append(word)
                scores.append(best[word])
            label_ends.append(len(labels))
        ones = np.ones(len(hashtags), np.int8)
        seconds = np.array(times, np.float64)
        seconds[seconds > time.time() + 86_400] = np.nan
        return cls(
            ids,
            users,
            list(index),
            _csr(ones, hashtags, hashtag_ends, len(index)),
            _csr(np.array(scores, np.float32), labels, label_ends, len(index)),
            features if any(features) else None,
            None if np.isnan(seconds).all() else seconds,
            _spellings(written, seen, list(index)),
        )


def _seconds(created_at):
    """Seconds since the epoch of an ISO 8601 text, UTC where it names no zone; NaN where it is none."""
    if created_at is None:
        return math.nan
    try:
        moment = datetime.fromisoformat(created_at.replace("Z", "+00:00"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, OverflowError):
        return math.nan


def _spellings(written, numbers, all_words):
    """The most used way to write each word as a hashtag, ties by spelling, where it is not the word itself."""
    best: dict[int, dict[str, int]] = {}
    for text, count in written.items():
        form = text.strip().lstrip("#＃")
        # One hashtag, not several in one text, and such that nobody's "T-shirt" becomes a hashtag that ends at its T.
        if len(numbers[text]) == 1 and f"_{form}".isidentifier():
            uses = best.setdefault(numbers[text][0], {})
            uses[form] = uses.get(form, 0) + count
    chosen = {all_words[word]: min(uses, key=lambda form: (-uses[form], form)) for word, uses in best.items()}
    return {word: form for word, form in chosen.items() if form != word}


def _csr(data, indices, ends, n_words):
    # One width for both: SciPy would widen the indices of a matrix to that of its indptr.
    width = np.int32 if ends[-1] < 2**31 else np.int64
    indices, indptr = np.array(indices, width), np.array(ends, width)
    return sparse.csr_array((data, indices, indptr), shape=(len(indptr) - 1, n_words))
