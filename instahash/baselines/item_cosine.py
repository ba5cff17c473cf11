"""Item cosine: the hashtags used in the same posts as the given words, relative to how often both are used."""

from __future__ import annotations

import numpy as np

from instahash.baselines.checks import check_fitted, posts_to_learn_from, query_of
from instahash.baselines.cooccurrence import mean_score
from instahash.baselines.pairs import HASHTAG_PAIRS, WORD_PAIRS, pair_counts
from instahash.sparse import CSR, column_counts, ones, row_of_entries, with_data, without_diagonal
from instahash.training import unchanged_on_error


class ItemCosine:
    """Scores a hashtag t by the mean cosine of t with the given words: description and chosen hashtags.

    A word is the vector of the posts it is in, so that the cosine of i and j is n(i, j) / sqrt(n(i) n(j)) (Sarwar,
    Karypis, Konstan and Riedl 2001, section 3.1.1). A hashtag's cosine with itself is taken as 0.

    Where there are too many pairs to keep, see `baselines/pairs.py`, each word keeps those of its largest cosines.

    from_words, from_hashtags : CSR (n_words, n_words) float32 in [0, 1], the cosines of words of descriptions and of
    hashtags (rows) with hashtags (columns).
    """

    def fit(self, description: CSR, hashtags: CSR) -> ItemCosine:
        description, hashtags = posts_to_learn_from(description, hashtags)
        D, H = ones(description), ones(hashtags)
        n, m = (column_counts(matrix).astype(np.float64) for matrix in (D, H))

        def of_hashtags(counts: CSR, first: int) -> CSR:
            return _cosines(without_diagonal(counts, first), m[first:], m)

        with unchanged_on_error(self):
            self.from_words = pair_counts(D, H, WORD_PAIRS, lambda counts, first: _cosines(counts, n[first:], m))
            self.from_hashtags = pair_counts(H, H, HASHTAG_PAIRS, of_hashtags)
        return self

    def score(self, description: CSR, chosen: CSR | None = None) -> np.ndarray:
        """(n_posts, n_words) float32 in [0, 1]; zero where no given word was seen in training."""
        check_fitted(self, "from_words")
        description, chosen = query_of(description, chosen, *self.from_words.shape)
        given = [(ones(description), self.from_words)]
        return mean_score(given if chosen is None else [*given, (ones(chosen), self.from_hashtags)]).toarray()


def _cosines(counts: CSR, n: np.ndarray, m: np.ndarray) -> CSR:
    """Of the counts of two words together, and those n (n_rows,) and m (n_columns,) of each alone; float32."""
    # The root of the product never rounds to less than the smaller count, so no cosine is above 1.
    roots = np.sqrt(n[row_of_entries(counts)] * m[counts.indices])
    return with_data(counts, (counts.data / roots).astype(np.float32))
