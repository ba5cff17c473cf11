"""The network from chosen hashtags to those that go with them: it learns to find hashtags that were hidden from it."""

from __future__ import annotations

import numpy as np

from instahash.experts.domain import Domain
from instahash.experts.examples import Examples, Lessons
from instahash.experts.softmax import SoftmaxExpert
from instahash.recommend import Queries
from instahash.softmax import SoftmaxSettings
from instahash.sparse import CSR

COMPLETION_DEFAULTS = SoftmaxSettings(
    n_hidden=300, batch_size=512, learning_rate=7.5e-3, corruption=0.5, masked=True, dropout=0.2
)


class CompletionExpert(SoftmaxExpert):
    """Reads the chosen hashtags and not the description."""

    name = "completion"
    starts = {"chosen": 0.9, "both": 0.6}
    foreign = {}

    def reads(self, queries: Queries) -> CSR:
        return queries.chosen

    def proposes(self, queries: Queries, domain: Domain) -> CSR | None:
        if not queries.chosen.nnz:
            return None
        # Those chosen too: where descriptions are unknown, a label may be one of them, and be recommended.
        chosen = queries.chosen.astype(np.float32)
        return domain.by_output((domain.cooccurrence.companions(queries.chosen) + chosen).tocsr())

    @property
    def _lessons(self) -> Lessons:
        return hidden_hashtags

    def _sizes(self, domain: Domain) -> tuple[int, int]:
        return len(domain.hashtags), len(domain.hashtags)

    def _inputs(self, queries: Queries, domain: Domain) -> CSR:
        return domain.outputs(queries.chosen)

    def _meaning(self, inputs: CSR, domain: Domain) -> tuple[np.ndarray, np.ndarray]:
        return domain.hashtags, np.ones(len(domain.hashtags))


def hidden_hashtags(examples: Examples) -> tuple[CSR, CSR]:
    """All hashtags, of which the network hides some, and all of them as targets."""
    return examples.hashtags, examples.targets
