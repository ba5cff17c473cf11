"""A ridge regression from the features of a photo to hashtags: what the labeller's network saw, and no label has."""

from __future__ import annotations

import numpy as np

from instahash.experts.candidates import Candidates
from instahash.experts.domain import Domain
from instahash.experts.examples import Examples, Source
from instahash.experts.moments import Linear, Moments
from instahash.experts.protocol import Expert
from instahash.forms import Form, fit
from instahash.recommend import Queries
from instahash.sparse import with_data
from instahash.trainer import Trainer

LEAST_OUTPUT = 1e-2  # whose logarithm is taken

FORMS = {
    "W": Form("float32", ("features", "hashtags")),
    "b": Form("float32", ("hashtags",)),
    "reg": Form("float64", (), 0),
}


class PhotoExpert(Expert):
    """Reads the photo alone. The targets of a post are those of the linear expert.

    It learns the hashtags that are scored for every post. For the others, of many, its output would hardly ever be
    above LEAST_OUTPUT, which it says of them.

    moments : Moments, sums over all posts with a photo.  model : Linear, from these.
    """

    name = "photo"
    starts = {"neither": 1.0, "short": 0.6, "description": 0.6, "chosen": 0.5, "both": 0.4}
    counts = reads_photo = True

    moments: Moments
    model: Linear

    def fit(self, examples: Source, trainer: Trainer) -> None:
        self.moments = examples.sum(moments_of, what="Moments of photos")
        self.model = self.moments.solve()
        trainer.detail(f"photo: weight of L2 by generalised cross-validation {self.model.reg:g} posts.")

    def partial_fit(self, examples: Examples) -> None:
        self.moments.grow(examples.domain.n_head)
        self.moments.decay(examples.decay)
        self.moments += moments_of(examples)
        self.model = self.moments.solve()

    def score(self, queries: Queries, domain: Domain, candidates: Candidates) -> np.ndarray:
        assert queries.photo_features is not None  # or it would not be asked
        photos, (W, b) = domain.photos(queries.photo_features), self.model[:2]
        outputs = candidates.joined(photos @ W + b, lambda tail: np.full(tail.nnz, LEAST_OUTPUT, np.float32))
        return np.log(np.maximum(outputs, LEAST_OUTPUT))

    def to_arrays(self) -> dict[str, np.ndarray]:
        return self.moments.to_arrays() | {"W": self.model.W, "b": self.model.b, "reg": np.array(self.model.reg)}

    def load(self, arrays: dict[str, np.ndarray], losses: list[float], domain: Domain) -> None:
        sizes = {"features": len(domain.photo_mean), "hashtags": domain.n_head}
        fit(arrays, FORMS, **sizes)
        self.moments = Moments.from_arrays(arrays, **sizes)
        self.model = Linear(arrays["W"], arrays["b"], float(arrays["reg"]))


def moments_of(examples: Examples) -> Moments:
    """Of the posts with a photo."""
    n, n_head = np.diff(examples.hashtags.indptr), examples.domain.n_head
    moments = Moments.zeros(len(examples.domain.photo_mean), n_head)
    targets = with_data(examples.hashtags, np.repeat(1 / np.sqrt(np.maximum(n, 1)), n).astype(np.float32))
    if n_head < targets.shape[1]:
        targets = targets[:, :n_head]
    for rows, photos in examples.photos():
        moments.add(photos, targets[rows], examples.weights[rows])
    return moments
