"""Co-occurrence: the hashtags that authors used where the same words or hashtags were given."""

from __future__ import annotations

import numpy as np

from instahash.arrays import as_array
from instahash.baselines.checks import check_fitted, counts_of_pairs, posts_to_learn_from, query_of
from instahash.baselines.pairs import HASHTAG_PAIRS, WORD_PAIRS, bounded, pair_counts
from instahash.errors import DataError
from instahash.forms import COUNT, Form, fit
from instahash.sparse import (
    CSR,
    check_csr,
    column_counts,
    csr_from_arrays,
    csr_to_arrays,
    ones,
    with_data,
    without_diagonal,
)
from instahash.training import unchanged_on_error

FORMS = {name: Form("float32", ("words",), 0, COUNT) for name in ("word_posts", "hashtag_posts")}


class Cooccurrence:
    """Scores a hashtag t by the mean of P(t | w) over the given words w: description and chosen hashtags.

    P(t | w) = n(w, t) / (n(w) + 1), where n(w) training posts have w in their description and n(w, t) of them use t.
    The 1 is one more post without hashtags, so that a word seen once is not taken for certain. For a chosen hashtag,
    n(w) are the posts that use it, and P(w | w) = 0.

    Where there are too many pairs to keep, see `baselines/pairs.py`, each word keeps the most frequent of its own.

    from_words, from_hashtags : CSR (n_words, n_words) float32, n(w, t) of words of descriptions and of hashtags.
    word_posts, hashtag_posts : (n_words,) float32, n(w) of both.
    """

    def fit(self, description: CSR, hashtags: CSR) -> Cooccurrence:
        description, hashtags = posts_to_learn_from(description, hashtags)
        with unchanged_on_error(self):
            D, H = ones(description), ones(hashtags)
            self.word_posts, self.hashtag_posts = (column_counts(matrix).astype(np.float32) for matrix in (D, H))
            self.from_words = pair_counts(D, H, WORD_PAIRS, lambda counts, first: counts)
            self.from_hashtags = pair_counts(H, H, HASHTAG_PAIRS, without_diagonal)
        return self

    def fit_counts(self, words: CSR, hashtags: CSR, word_posts: np.ndarray, hashtag_posts: np.ndarray) -> Cooccurrence:
        """From n(w, t) of words and of hashtags, (n_words, n_words), and n(w) of both, (n_words,).

        Raises DataError for others.
        """
        posts = {"word_posts": word_posts, "hashtag_posts": hashtag_posts}
        for name, counts in posts.items():
            posts[name] = as_array(counts, name, ("n_words",), np.float32)
            if (posts[name] < 0).any() or len(posts[name]) != len(posts["word_posts"]):
                raise DataError(f"{name} must be counts of at least 0, one for each of the same words")
        n = len(posts["word_posts"])
        words, hashtags = counts_of_pairs(words, "words", n), counts_of_pairs(hashtags, "hashtags", n)
        with unchanged_on_error(self):
            self.from_words = bounded(words.astype(np.float32), WORD_PAIRS)
            self.from_hashtags = bounded(without_diagonal(hashtags).astype(np.float32), HASHTAG_PAIRS)
            self.word_posts, self.hashtag_posts = posts["word_posts"], posts["hashtag_posts"]
        return self

    def add(self, description: CSR, hashtags: CSR) -> Cooccurrence:
        """Count more posts; their columns are the old words in their places and new ones after them.

        A pair that was left out before is counted from zero again, so its fraction is too low by at most what it was.
        """
        check_fitted(self, "word_posts")
        new = Cooccurrence().fit(description, hashtags)
        n_words, n_old = len(new.word_posts), len(self.word_posts)
        if n_words < n_old:
            raise DataError(f"the new posts have {n_words} columns, the counts {n_old}; keep the old ones first")

        def total(old: CSR, more: CSR) -> CSR:
            old = old.copy()
            old.resize(n_words, n_words)
            return (old + more).tocsr()

        with unchanged_on_error(self):
            counts = (self.word_posts, new.word_posts), (self.hashtag_posts, new.hashtag_posts)
            self.word_posts, self.hashtag_posts = (np.pad(a, (0, n_words - len(a))) + b for a, b in counts)
            self.from_words = bounded(total(self.from_words, new.from_words), WORD_PAIRS)
            self.from_hashtags = bounded(total(self.from_hashtags, new.from_hashtags), HASHTAG_PAIRS)
        return self

    def score(self, description: CSR, chosen: CSR | None = None) -> np.ndarray:
        """(n_posts, n_words) float32 in [0, 1]; zero where no given word was seen in training."""
        check_fitted(self, "word_posts")
        n_words = len(self.word_posts)
        description, chosen = query_of(description, chosen, n_words, n_words)
        given = [(_divided(description, self.word_posts), self.from_words)]
        if chosen is not None and chosen.nnz:
            given.append((_divided(chosen, self.hashtag_posts), self.from_hashtags))
        return mean_score(given).toarray()

    def companions(self, chosen: CSR) -> CSR:
        """What :meth:`score` gives for chosen hashtags alone, CSR (n_posts, n_words): time and memory are those of its
        entries.

        A row's entries are not sorted.
        """
        check_fitted(self, "word_posts")
        chosen = check_csr(chosen, "chosen hashtags", len(self.hashtag_posts))
        return mean_score([(_divided(chosen, self.hashtag_posts), self.from_hashtags)])

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The counts as plain arrays."""
        matrices = csr_to_arrays(self.from_words, "from_words") | csr_to_arrays(self.from_hashtags, "from_hashtags")
        return matrices | {"word_posts": self.word_posts, "hashtag_posts": self.hashtag_posts}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], n_words: int | None = None) -> Cooccurrence:
        """The baseline whose :meth:`to_arrays` these are.

        Raises KeyError where an array is missing, ValueError where they are not of the same words, `n_words` if given.
        """
        n = fit(arrays, FORMS, **({} if n_words is None else {"words": n_words}))["words"]
        baseline = cls()
        baseline.word_posts, baseline.hashtag_posts = arrays["word_posts"], arrays["hashtag_posts"]
        baseline.from_words, baseline.from_hashtags = (
            csr_from_arrays(arrays, name, (n, n), "float32", 0) for name in ("from_words", "from_hashtags")
        )
        return baseline


def mean_score(given: list[tuple[CSR, CSR]]) -> CSR:
    """The mean over all words of a post of the scores that each gives, CSR (n_posts, n_words) float32.

    given : pairs of words, CSR (n_posts, n_words) of factors, and their scores, CSR (n_words, n_words), a row a word.
    """
    first, *others = (words @ scores for words, scores in given)
    total = sum(others, first)
    n = np.maximum(sum(np.diff(words.indptr) for words, _ in given), 1).astype(np.float32)
    return with_data(total, total.data / np.repeat(n, np.diff(total.indptr)))


def _divided(words: CSR, posts: np.ndarray) -> CSR:
    """The words with 1 / (n(w) + 1) in their places."""
    return with_data(words, 1 / (posts[words.indices] + 1))
