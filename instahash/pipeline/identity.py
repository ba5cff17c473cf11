"""What names a training: its data, its settings, and the versions that a result may depend on."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib import metadata
from typing import Any

import numpy as np

from instahash import __version__
from instahash.data import Dataset
from instahash.parameters import to_json


def fingerprint(settings: Any, dataset: Dataset) -> str:
    """Names data and settings: two trainings with the same one give the same model, to the bit on as many threads."""
    content = to_json(settings)
    content.pop("n_threads")
    digest = hashlib.sha256(json.dumps([settings.mode, content], sort_keys=True).encode())
    digest.update("\n".join(dataset.vocabulary.words).encode("utf-8", "surrogatepass"))
    digest.update(dataset.description.data.tobytes())
    if dataset.times is not None:
        digest.update(dataset.times.tobytes())
    if dataset.photo_features is not None:
        digest.update(dataset.photo_features.tobytes())
    digest.update(repr(dataset.keys).encode("utf-8", "surrogatepass"))
    for matrix in (dataset.hashtags, dataset.description, dataset.echoes.known):
        digest.update(matrix.indptr.astype(np.int64).tobytes())
        digest.update(matrix.indices.astype(np.int64).tobytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Of Python, instahash and the packages that a result may depend on."""
    packages = {name: metadata.version(name) for name in ("numpy", "scipy", "numba")}
    return {"python": platform.python_version(), "instahash": __version__} | packages
