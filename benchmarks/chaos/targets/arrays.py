"""Arrays, matrices and numbers that callers give to models, baselines, measures and figures, in forms of all kinds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

from chaos.array_cases import BY_NAME, Case, tried, variants
from chaos.target import Target
from instahash.errors import DataError


def argument(rng: Random, case: Case, others: Sequence[Case]) -> Case:
    """One of its arguments is given in another form."""
    call = BY_NAME[case.call]
    name = rng.choice(list(call.roles))
    variant = rng.choice(list(variants(call, name)))
    return Case(case.call, {**case.forms, name: variant}, rng.getrandbits(32))


def all_arguments(rng: Random, case: Case, others: Sequence[Case]) -> Case:
    """Each of its arguments is."""
    for _ in range(2 * len(BY_NAME[case.call].roles)):
        case = argument(rng, case, others)
    return case


def call(case: Case, folder: Path) -> None:
    if line := tried(case):
        raise DataError(line)


TARGETS = [
    Target(
        name="arrays",
        inputs=lambda folder: [Case(name, {}) for name in BY_NAME],
        mutations={"an argument": argument, "all arguments": all_arguments},
        call=call,
        share=3.0,
    )
]
