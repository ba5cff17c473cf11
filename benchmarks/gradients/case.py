"""A loss with its right gradient, and wrong ones that people write for it."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np


class Wrong(NamedTuple):
    """A wrong gradient.

    kinds : the kinds that are true of it, as docs/testing.md has them, or "other" where none is: those of every wrong
        parameter, or a dict of the wrong parameters' names to theirs.
    why : the mistake in words.
    """

    gradient: Callable[..., Any]
    kinds: dict[str, tuple[str, ...]] | tuple[str, ...]
    why: str


@dataclass
class Problem:
    """A loss f(d, *params) of float64 or float32 arrays, in which d has its data as attributes.

    make : from a random generator to the data and the parameters, two dicts of float64 arrays, integers and numbers.
    sizes : names of data whose length may be a forgotten factor, which a user would hand to the check.
    Losses are plain formulas of np, without assignments to entries, so that jax.numpy can read them too.
    """

    name: str
    make: Callable[[np.random.Generator], tuple[dict[str, Any], dict[str, Any]]]
    sizes: tuple[str, ...] = ()
    f: Callable[..., Any] | None = None
    gradient: Callable[..., Any] | None = None
    wrongs: list[Wrong] = field(default_factory=list)

    def loss(self, function):
        self.f = function
        return function

    def right(self, function):
        self.gradient = function
        return function

    def wrong(self, kinds, why):
        """Add a wrong gradient. kinds : a text, with | between those that are true; or a dict of them."""
        split = {n: tuple(k.split("|")) for n, k in kinds.items()} if isinstance(kinds, dict) else kinds.split("|")

        def add(function):
            self.wrongs.append(Wrong(function, split if isinstance(split, dict) else tuple(split), why))
            return function

        return add

    def at(self, dtype):
        """(d, params) in that dtype, drawn from the problem's name: the same at each call."""
        data, params = self.make(np.random.default_rng(zlib.crc32(self.name.encode())))
        d = SimpleNamespace(**{name: _cast(value, dtype) for name, value in data.items()})
        return d, {name: np.array(value, dtype) for name, value in params.items()}


def _cast(value, dtype):
    return value.astype(dtype) if isinstance(value, np.ndarray) and value.dtype == np.float64 else value


def sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


def log_sum_exp(z, axis=-1):
    top = z.max(axis=axis, keepdims=True)
    return np.log(np.exp(z - top).sum(axis=axis, keepdims=True)) + top


def softmax(z, axis=-1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def one_hot(ids, n, like):
    return (ids[:, None] == np.arange(n)).astype(like.dtype)
