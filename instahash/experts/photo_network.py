"""The network from a photo's features and its description to hashtags."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy import linalg, sparse

from instahash.costs import Cost
from instahash.experts.domain import Domain
from instahash.experts.examples import Examples, Lessons, Source
from instahash.experts.protocol import NetworkQuery
from instahash.experts.softmax import SoftmaxExpert
from instahash.forms import Form, fit
from instahash.recommend import Queries
from instahash.softmax import SoftmaxSettings
from instahash.sparse import CSR, keep, row_of_entries
from instahash.trainer import Trainer

PHOTO_NETWORK_DEFAULTS = SoftmaxSettings(corruption=0.1, dropout=0.2)
# Principal components of the features that are its inputs: more cost time and add nothing.
COMPONENTS = 128
# How long a description is as an input beside a photo, in parts of what it is alone: more is learnt by heart.
WORDS = 0.5
# Fraction of the posts whose description is hidden, so that it need not be there.
HIDDEN = 0.25


class PhotoNetworkExpert(SoftmaxExpert):
    """Reads the photo, and the description where there is one.

    basis : (n_features, n_components) float32, the first principal components of the standardised features.
    """

    name = "photo_network"
    starts = {"neither": 0.3, "short": 0.3, "description": 0.3, "chosen": 0.2, "both": 0.2}
    beside_photo, reads_photo = 1.0, True

    basis: np.ndarray

    def cost(self, examples: Source) -> Cost:
        domain = examples.domain
        return self._cost(examples.of_photos(), COMPONENTS + 2 * len(domain.described), len(domain.hashtags))

    def fit(self, examples: Source, trainer: Trainer) -> None:
        self.basis = principal_components(examples)
        super().fit(examples.of_photos(), trainer)

    def partial_fit(self, examples: Examples) -> None:
        if len(examples.with_photo):
            super().partial_fit(examples.of_photos())
        else:
            self.network.decay(examples.decay)
            n_inputs = self.basis.shape[1] + 2 * len(examples.domain.described)
            self.network.grow(n_inputs, len(examples.domain.hashtags))

    def reads(self, queries: Queries) -> None:
        """Nothing that could be shown as words."""

    def query(self, queries: Queries, domain: Domain) -> NetworkQuery | None:
        return None

    def to_arrays(self) -> dict[str, np.ndarray]:
        return super().to_arrays() | {"basis": self.basis}

    def load(self, arrays: dict[str, np.ndarray], losses: list[float], domain: Domain) -> None:
        fit(arrays, {"basis": Form("float32", ("features", "components"))}, features=len(domain.photo_mean))
        self.basis = arrays["basis"]
        super().load(arrays, losses, domain)

    @property
    def _lessons(self) -> Lessons:
        return partial(photos_and_words, basis=self.basis)

    def _sizes(self, domain: Domain) -> tuple[int, int]:
        return self.basis.shape[1] + 2 * len(domain.described), len(domain.hashtags)

    def _inputs(self, queries: Queries, domain: Domain) -> CSR:
        return joined(queries.photo_features, queries.description, domain, self.basis)


def photos_and_words(examples: Examples, basis: np.ndarray) -> tuple[CSR, CSR]:
    """Inputs, some of them without the words, and targets."""
    dataset, domain = examples.dataset, examples.domain
    shown = np.random.default_rng([domain.settings.seed, 2]).random(len(dataset.ids)) >= HIDDEN
    description = keep(dataset.description, shown[row_of_entries(dataset.description)])
    features = dataset.photo_features
    if features is None:  # of no post
        features = np.empty((0, len(basis)), np.float16)
    return joined(features, description, domain, basis), examples.targets


def joined(photo_features: np.ndarray | None, description: CSR, domain: Domain, basis: np.ndarray) -> CSR:
    """Components, whose number stays, and behind them the words, CSR float32."""
    assert photo_features is not None  # or it would not be asked
    components = sparse.csr_array(domain.photos(photo_features) @ basis)
    return sparse.hstack([components, domain.inputs(description) * np.float32(WORDS)], format="csr")


def principal_components(examples: Source) -> np.ndarray:
    """(n_features, n_components) float32, scaled so that a photo is on average as long an input as a description."""
    n_features = len(examples.domain.photo_mean)
    n, A = examples.sum(squares_of, what="Squares of photos")
    most = min(COMPONENTS, n_features, n)
    e, V = linalg.eigh(A / n, subset_by_index=(n_features - most, n_features - 1))
    length = examples.domain.settings.inputs.length or 1.0
    return np.ascontiguousarray(V[:, ::-1] * (length / np.sqrt(max(e.sum(), 1e-12))), np.float32)


def squares_of(examples: Examples) -> tuple[int, np.ndarray]:
    """How many photos there are, and the sum of x x' of their standardised features x, float64."""
    n_features = len(examples.domain.photo_mean)
    A = np.zeros((n_features, n_features))
    for _, photos in examples.photos():
        A += photos.T @ photos
    return len(examples.with_photo), A
