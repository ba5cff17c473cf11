"""The fraction of posts with a word that use the hashtag, the mean over the words."""

from __future__ import annotations

import numpy as np

from instahash.dense import product
from instahash.experts.candidates import Candidates
from instahash.experts.domain import Domain
from instahash.experts.protocol import Expert
from instahash.recommend import Queries
from instahash.sparse import CSR, row_of_entries, row_sizes, with_data

LEAST_FRACTION = 1e-3  # whose logarithm is taken
DENSE = 2**23  # fractions that are held as an array, which is read faster, where every hashtag is scored


class CooccurrenceExpert(Expert):
    """Counts of what goes with what. Where posts decay it says nothing, since its counts do not decay."""

    name = "cooccurrence"
    starts = {"short": 0.6, "description": 0.6}
    foreign = {"short": 0.0, "description": 0.0}
    beside_photo = 0.5
    made: tuple[CSR, CSR | np.ndarray] | None = None

    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        if domain.settings.stream.half_life:
            return candidates.of_one(np.log(LEAST_FRACTION))
        fractions = self._mean(queries, domain)
        if isinstance(fractions, np.ndarray):
            every = np.log(np.maximum(fractions, np.float32(LEAST_FRACTION), out=fractions), out=fractions)
            return candidates.joined(
                every[:, : candidates.n_head], lambda tail: every[row_of_entries(tail), tail.indices]
            )
        scores = np.log(np.maximum(fractions.data, np.float32(LEAST_FRACTION)))
        return candidates.of_entries(with_data(fractions, scores), np.log(LEAST_FRACTION))

    def proposes(self, queries: Queries, domain: Domain) -> CSR | None:
        mean = self._mean(queries, domain)
        return None if isinstance(mean, np.ndarray) else mean

    def _mean(self, queries: Queries, domain: Domain) -> CSR | np.ndarray:
        """The mean fraction of each post's words, (m, n_hashtags), sparse where the hashtags are many."""
        words, fractions = queries.description, self._fractions(domain)
        sizes = row_sizes(words)
        parts = (1 / np.maximum(sizes, 1).astype(np.float32)).repeat(sizes)
        if isinstance(fractions, np.ndarray):
            return product(words.indptr, words.indices, parts, fractions)
        return with_data(words, parts) @ fractions

    def _fractions(self, domain: Domain) -> CSR | np.ndarray:
        """P(t | w), (n_words, n_hashtags), made anew where the counts are others than the last time."""
        counts, n_hashtags = domain.cooccurrence.from_words, len(domain.hashtags)
        small = n_hashtags <= domain.n_head and counts.shape[0] * n_hashtags <= DENSE
        if self.made is None or self.made[0] is not counts or isinstance(self.made[1], np.ndarray) != small:
            posts = np.repeat(domain.cooccurrence.word_posts, np.diff(counts.indptr))
            fractions = domain.by_output(with_data(counts, counts.data / (posts + 1)))
            self.made = counts, fractions.toarray() if small else fractions
        return self.made[1]
