"""The fraction of posts with a word that use the hashtag, the mean over the words."""

from __future__ import annotations

import numpy as np

from instahash.dense import product
from instahash.experts.candidates import Candidates
from instahash.experts.domain import Domain
from instahash.experts.protocol import Expert
from instahash.recommend import Queries
from instahash.sparse import CSR, keep, row_of_entries, row_sizes, with_data

LEAST_FRACTION = 1e-3  # whose logarithm is taken
DENSE = 2**23  # fractions that are held as an array, which is read faster, where every hashtag is scored


class CooccurrenceExpert(Expert):
    """Counts of what goes with what. Where posts decay it says nothing, since its counts do not decay."""

    name = "cooccurrence"
    starts = {"short": 0.6, "description": 0.6}
    foreign = {"short": 0.0, "description": 0.0}
    beside_photo = 0.5
    # The counts of the last time, what is made of them, and those of it of hashtags that are not scored for every post.
    made: tuple[CSR, CSR | np.ndarray, CSR] | None = None

    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        if domain.settings.stream.half_life:
            return candidates.of_one(np.log(LEAST_FRACTION))
        words, (fractions, _) = _parts(queries.description), self._fractions(domain)
        if isinstance(fractions, np.ndarray):
            every = product(words.indptr, words.indices, words.data, fractions)
            head = every[:, : candidates.n_head]
            means = candidates.joined(head, lambda tail: every[row_of_entries(tail), tail.indices])
        else:
            means = candidates.product(words, fractions)
        np.maximum(means, np.float32(LEAST_FRACTION), out=means)
        return np.log(means, out=means)

    def proposes(self, queries: Queries, domain: Domain) -> CSR | None:
        rare = self._fractions(domain)[1]
        return _parts(queries.description) @ rare if rare.nnz else None

    def _fractions(self, domain: Domain) -> tuple[CSR | np.ndarray, CSR]:
        """P(t | w), (n_words, n_hashtags), made anew where the counts are others than the last time, and its part of
        the hashtags that are not scored for every post.
        """
        counts, n_hashtags = domain.cooccurrence.from_words, len(domain.hashtags)
        small = n_hashtags <= domain.n_head and counts.shape[0] * n_hashtags <= DENSE
        if self.made is None or self.made[0] is not counts or isinstance(self.made[1], np.ndarray) != small:
            posts = np.repeat(domain.cooccurrence.word_posts, np.diff(counts.indptr))
            fractions = domain.by_output(with_data(counts, counts.data / (posts + 1)))
            rare = keep(fractions, fractions.indices >= domain.n_head)
            self.made = counts, fractions.toarray() if small else fractions, rare
        return self.made[1:]


def _parts(words: CSR) -> CSR:
    """The words with 1 over how many there are in their row in their places."""
    sizes = row_sizes(words)
    return with_data(words, (1 / np.maximum(sizes, 1).astype(np.float32)).repeat(sizes))
