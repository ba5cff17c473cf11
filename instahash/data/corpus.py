"""Posts as integers: what is left of a file of posts once its words are numbered."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

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
    words : list of str, in order of first sight; column j of both matrices is words[j].
    hashtags : CSR (n_posts, n_words) int8, an entry 1 for each hashtag word, each once.
    labels : CSR (n_posts, n_words) float32, for each label word the highest score of the labels that contain it. A
        stored 0 is a label with score 0.
    """

    def __init__(self, ids, users, words, hashtags, labels):
        self.ids, self.users, self.words, self.hashtags, self.labels = ids, users, words, hashtags, labels

    def __len__(self):
        return len(self.ids)

    def take(self, rows) -> Corpus:
        """The posts with these row numbers; the word table stays whole."""
        rows = np.asarray(rows)
        ids, users = ([values[i] for i in rows] for values in (self.ids, self.users))
        return Corpus(ids, users, self.words, self.hashtags[rows], self.labels[rows])

    @classmethod
    def from_posts(cls, posts: Iterable[Post]) -> Corpus:
        """Number the words of posts in one pass; the posts themselves are not kept."""
        index: dict[str, int] = {}
        seen: dict[str, tuple[int, ...]] = {}  # hashtag or description as written -> ids of its words
        ids: list[str] = []
        users: list[str | None] = []
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
        return cls(
            ids,
            users,
            list(index),
            _csr(ones, hashtags, hashtag_ends, len(index)),
            _csr(np.array(scores, np.float32), labels, label_ends, len(index)),
        )


def _csr(data, indices, ends, n_words):
    # One width for both: SciPy would widen the indices of a matrix to that of its indptr.
    width = np.int32 if ends[-1] < 2**31 else np.int64
    indices, indptr = np.array(indices, width), np.array(ends, width)
    return sparse.csr_array((data, indices, indptr), shape=(len(indptr) - 1, n_words))
