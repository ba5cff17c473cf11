"""AutoRec in closed form: its start from the spectrum and its decoder, both of sums over posts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from instahash.autorec import AutoRec
from instahash.autorec.decoder import DecoderSums, decoder_from, decoder_sums
from instahash.autorec.problem import Problem, inputs_and_targets
from instahash.autorec.spectral import Sums, start_from
from instahash.network.layers import Parameters, codes
from instahash.pipeline.paper import Paper
from instahash.shards.reading import Encoding
from instahash.shards.shard import Arrays, Shard
from instahash.shards.shards import Shards
from instahash.sparse import csr_from_arrays, csr_to_arrays
from instahash.threads import Threads
from instahash.training import History

BACKGROUND = -1.0


@dataclass(frozen=True, eq=False)
class Ratings:
    """What AutoRec is given of a shard, and what it is to reproduce.

    paper : a Paper that has its vocabulary and vectors.
    """

    encoding: Encoding
    paper: Paper

    @cached_property
    def key(self) -> str:
        """Names what it makes of a shard."""
        text = f"{self.encoding.key} {self.paper.settings.ratings} {self.paper.settings.autorec.dtype}"
        return hashlib.blake2b(self.paper.vectors.unit.tobytes() + text.encode(), digest_size=16).hexdigest()

    def problem(self, shard: Shard, threads: Threads) -> Problem:
        """The ratings of a shard less the background, kept on disk."""
        arrays = shard.kept(f"ratings {self.key}", lambda: self._rated(shard))
        X = csr_from_arrays(arrays, "X")
        S = csr_from_arrays(arrays, "S") if "S_indptr" in arrays else X
        return Problem(X, S, self.paper.settings.autorec, np.empty(0), threads)

    def _rated(self, shard: Shard) -> Arrays:
        posts = self.encoding.posts(shard)
        if not posts.bags.shape[0]:  # no post of it has a hashtag that is kept
            nothing = sparse.csr_array(posts.bags.shape, dtype=self.paper.settings.autorec.dtype)
            settings = self.paper.settings.ratings
            return csr_to_arrays(nothing, "X") | (
                {} if settings.input == settings.target else csr_to_arrays(nothing, "S")
            )
        given = self.paper.ratings(posts.bags, posts.hashtags, posts.description)
        X, S = inputs_and_targets(*given, BACKGROUND, self.paper.settings.autorec.dtype)
        return csr_to_arrays(X, "X") | ({} if S is X else csr_to_arrays(S, "S"))


def moments(shard: Shard, ratings: Ratings) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    """How many posts a shard has, and the x, s and squares of their Sums."""
    sums = _sums(shard, ratings)
    return sums.n, sums.x, sums.s, sums.squares


def gram(shard: Shard, ratings: Ratings, right: str) -> np.ndarray:
    """X'X or X'S of a shard."""
    return _sums(shard, ratings).gram(right)


def product(shard: Shard, ratings: Ratings, left: str, right: str, Q: np.ndarray) -> np.ndarray:
    """left' (right Q) of a shard, float64."""
    return _sums(shard, ratings).product(left, right, Q).astype(np.float64)


def decode(shard: Shard, ratings: Ratings, theta: Parameters) -> DecoderSums:
    """The DecoderSums of a shard, float64."""
    with Threads(1) as threads:
        problem = ratings.problem(shard, threads)
        blocks = ((codes(theta, part.X, part.settings.hidden, threads), part.S) for part in problem.blocks())
        sums = decoder_sums(theta, blocks, threads)
    return sums._replace(SH=sums.SH.astype(np.float64))


def _sums(shard: Shard, ratings: Ratings) -> Sums:
    threads = Threads(1)
    problem = ratings.problem(shard, threads)
    return Sums(problem.X, problem.S, threads)


class ShardSums:
    """The :class:`~instahash.autorec.spectral.Sums` of the posts of all shards, each a pass over them."""

    def __init__(self, shards: Shards, ratings: Ratings):
        self.shards, self.ratings, settings = shards, ratings, ratings.paper.settings
        self.n, self.x, self.s, self.squares = shards.sum(moments, ratings, what="Rating posts")
        self.dtype = np.dtype(settings.autorec.dtype)
        self.autoencoder = settings.ratings.input == settings.ratings.target

    def gram(self, right: str) -> np.ndarray:
        return self.shards.sum(gram, self.ratings, right, what="Covariances")

    def product(self, left: str, right: str, Q: np.ndarray) -> np.ndarray:
        total = self.shards.sum(product, self.ratings, left, right, Q, what="Spectrum")
        return total.astype(Q.dtype)


def fit_autorec(shards: Shards, ratings: Ratings, seed: int, n_threads: int) -> tuple[AutoRec, float]:
    """AutoRec as AutoRec(init="spectral", decoder="ridge", epochs=0) fits it to all posts, and its RMSE."""
    settings = ratings.paper.settings.autorec
    model, rng = AutoRec(settings, seed=seed, n_threads=n_threads), np.random.default_rng([seed, 0])
    sums = ShardSums(shards, ratings)
    theta = start_from(sums, settings.n_hidden, settings.hidden, settings.corruption, rng)
    decoded = shards.sum(decode, ratings, theta, what="Decoder")
    with Threads(n_threads, blas=False) as threads:
        square = decoder_from(theta, decoded, settings.reg, threads)
    model.begin(theta, BACKGROUND, np.empty(0), History())
    return model, float(np.sqrt(max(square, 0.0) / (sums.n * len(sums.s))))
