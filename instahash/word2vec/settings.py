"""The parameters of the skip-gram: each with its default, its range and what it is."""

from __future__ import annotations

from dataclasses import dataclass

from instahash.errors import SettingsError
from instahash.parameters import check, parameter

TRAINERS = ("auto", "exact", "sampling")
# Below, nothing would be left of any corpus.
LEAST_SAMPLE = 1e-9


@dataclass(frozen=True)
class Word2VecSettings:
    """What a training is told; "(exact)" and "(sampling)" name the trainer that alone reads a parameter."""

    dim: int = parameter(100, "length of a vector", least=1, most=10**6)
    n_negative: int = parameter(5, "negatives a pair (k)", least=1, most=1000)
    n_shared: int = parameter(10, "negatives drawn a bag, shared by its pairs (sampling)", least=1, most=10_000)
    permutation: int = parameter(3, "words a permutation (r)", least=2, most=10)
    trainer: str = parameter("auto", "exact, sampling, or auto: the one of lower estimated cost", choices=TRAINERS)
    epochs: int = parameter(15, "passes over all bags (sampling)", least=1, most=10_000)
    sweeps: int = parameter(3, "Newton steps for all vectors (exact)", least=1, most=10_000)
    learning_rate: float = parameter(0.5, "first step size of a coordinate (sampling)", above=0, most=1e30)
    schedule: str = parameter(
        "linear", "linear: the learning rate falls to zero; or constant (sampling)", choices=("linear", "constant")
    )
    ns_exponent: float = parameter(0.75, "exponent of the noise distribution", least=-2, most=2)
    sample: float = parameter(
        0.0, "subsampling threshold of frequent words, as in word2vec.c; 0 keeps all", least=0, most=1
    )
    min_count: int = parameter(1, "words in fewer bags are left out and keep zero vectors", least=1, most=10**9)
    vectors: str = parameter(
        "auto",
        "input (rows of W), sum (of W + C), or auto: sum; in mode paper the better on held-out posts",
        choices=("auto", "input", "sum"),
    )

    def __post_init__(self) -> None:
        check(self, "word2vec")
        if 0 < self.sample < LEAST_SAMPLE:
            raise SettingsError(f"word2vec: sample is {self.sample:g}; it must be 0 or at least {LEAST_SAMPLE:g}")
