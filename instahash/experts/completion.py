"""The network from chosen hashtags to those that go with them: it learns to find hashtags that were hidden from it."""

from __future__ import annotations

import numpy as np

from instahash.experts.domain import Domain, Examples
from instahash.experts.settings import BestSettings
from instahash.experts.softmax import NetworkQuery, SoftmaxExpert
from instahash.recommend import Queries
from instahash.softmax import SoftmaxSettings
from instahash.sparse import CSR


class CompletionExpert(SoftmaxExpert):
    """Reads the chosen hashtags and not the description."""

    name = "completion"
    starts = {"chosen": 0.9, "both": 0.6}

    def reads(self, queries: Queries) -> CSR:
        return queries.chosen

    def query(self, queries: Queries, domain: Domain) -> NetworkQuery | None:
        if not self.reads(queries).nnz:
            return None
        inputs, hashtags = self._read(queries, domain), domain.hashtags
        return NetworkQuery(self.name, self.network, inputs, hashtags, np.ones(len(hashtags)), hashtags)

    def _section(self, settings: BestSettings) -> SoftmaxSettings:
        return settings.completion

    def _learnt_from(self, examples: Examples) -> CSR:
        return examples.hashtags

    def _read(self, queries: Queries, domain: Domain) -> CSR:
        return domain.outputs(queries.chosen)
