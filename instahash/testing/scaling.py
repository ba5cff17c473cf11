"""At which sizes is a gradient wrong? A mistake of a loop or a stride is right at one step and wrong from two on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import product
from math import prod
from typing import Any

import numpy as np

from instahash.testing.errors import GradientError, is_unexplained, marks_of
from instahash.testing.gradients import check_gradient
from instahash.testing.options import must_be_dict, must_be_seed, shown

__tracebackhide__ = True

Sizes = dict[str, int]


def check_sizes(
    make: Callable[..., Any], sizes: Mapping[str, Iterable[int]], *, seed: int = 0, **options: Any
) -> dict[str, tuple[int, ...]]:
    """Check a gradient at all combinations of some sizes, and say at which it is wrong.

    make : called as make(rng, T=2, stride=1) with a random generator of its own and a number for each size, returns
        (loss, gradient, *params), as :func:`check_gradient` takes them. It may return None for sizes that do not go
        together.
    sizes : the numbers to try for each size, as in {"T": [1, 2, 3], "stride": [1, 2]}.
    seed : of the generators.  options : as those of :func:`check_gradient`.

    Returns the numbers that were tried.

    Raises GradientError as :func:`check_gradient` does. What it shows is of the smallest sizes at which the same kind
    of mistake is found, at the same places, as at the largest that fail and for which there is an explanation; a line
    before says which sizes these are, and where the gradient is wrong and where it is right. TypeError where sizes are
    no dict of whole numbers; ValueError where there are none.
    """
    must_be_seed(seed)
    must_be_dict(sizes, "sizes", '{"T": [1, 2, 3]}')
    tried = {name: tuple(sorted(set(numbers))) for name, numbers in sizes.items()}
    if not tried or not all(tried.values()):
        raise ValueError('sizes must have a number for each, as {"T": [1, 2, 3]}')
    for name, numbers in tried.items():
        if not all(isinstance(n, (int, np.integer)) for n in numbers):
            raise TypeError(f"sizes of {name} are {shown(numbers)}; they must be whole numbers")
    wrong: list[tuple[Sizes, GradientError]] = []
    right: list[Sizes] = []
    combinations = [dict(zip(tried, numbers)) for numbers in product(*tried.values())]
    for at in sorted(combinations, key=lambda at: prod(at.values())):
        made = make(np.random.default_rng(seed), **at)
        if made is None:
            continue
        try:
            check_gradient(*made, **options)
            right.append(at)
        except GradientError as error:
            wrong.append((at, error))
    if not wrong and not right:
        raise ValueError("make returned None at all sizes; it must return (loss, gradient, parameters) at some")
    if wrong:
        errors = [error for _, error in wrong]
        told = next((error for error in reversed(errors) if not is_unexplained(error)), errors[-1])
        at, smallest = next(both for both in wrong if marks_of(both[1]) == marks_of(told))
        text = f"at {_listed(at)}: {smallest}\n{_where([sizes for sizes, _ in wrong], right, tried)}"
        raise type(smallest)(text, smallest.kinds, smallest.places)
    return tried


def _listed(at: Sizes) -> str:
    return ", ".join(f"{name} = {n}" for name, n in at.items())


def _where(wrong: list[Sizes], right: list[Sizes], tried: Mapping[str, tuple[int, ...]]) -> str:
    """The plainest that is true of all sizes that are wrong, and of none that are right."""
    if not right:
        return "it is wrong at all sizes that were tried"
    ends = {}
    for name in tried:
        least, most = (end(at[name] for at in wrong) for end in (min, max))
        if least > tried[name][0]:
            ends[name] = f"{name} >= {least}", (lambda at, name=name, least=least: at[name] >= least)
        elif most < tried[name][-1]:
            ends[name] = f"{name} <= {most}", (lambda at, name=name, most=most: at[name] <= most)
    if ends and not any(all(holds(at) for _, holds in ends.values()) for at in right):
        return f"it is wrong where {' and '.join(text for text, _ in ends.values())}, and right elsewhere"
    for name in tried:
        bad = {at[name] for at in wrong}
        if not bad & {at[name] for at in right}:
            return f"it is wrong where {name} is {', '.join(map(str, sorted(bad)))}, and right elsewhere"
    return (
        f"it is wrong at {len(wrong)} of {len(wrong) + len(right)} combinations of sizes, right at {_listed(right[-1])}"
    )
