"""A call of `array_calls.py` with arguments in forms of `array_forms.py`, and what is wrong with what came of it."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from random import Random
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from chaos.array_calls import CALLS, Call
from chaos.array_forms import EITHER, REFUSED, SAME, VARIANTS, Variant
from chaos.target import Wrong, fault_of_line
from instahash.errors import InstahashError

BY_NAME: dict[str, Call] = {call.name: call for call in CALLS}


class Case(NamedTuple):
    """
    call : a name in BY_NAME.  forms : argument -> variant, of those that are not as they should be.  seed : of draws.
    """

    call: str
    forms: Mapping[str, str]
    seed: int = 0


def variants(call: Call, argument: str) -> Mapping[str, Variant]:
    """The forms that an argument may be given in."""
    role = call.roles[argument]
    found = VARIANTS[role.rstrip("*")]
    if role.endswith("*"):
        return found | {"a column less": (EITHER, found["a column less"][1])}
    return found


def cases(only: Collection[str] = ()) -> Iterator[Case]:
    """All that there are with one argument in another form, in one of these variants where some are named."""
    for call in CALLS:
        for argument in call.roles:
            for variant in variants(call, argument):
                if not only or variant in only:
                    yield Case(call.name, {argument: variant})


def tried(case: Case) -> str:
    """Make a call. Returns the line with which it is refused, "" where it is not. Raises Wrong where that is no answer.

    NumPy's warnings are raised too. The call may end the process.
    """
    call, rng = BY_NAME[case.call], Random(case.seed)
    arguments, given, outcomes = call.arguments(), call.arguments(), []
    for argument, variant in case.forms.items():
        outcome, make = variants(call, argument)[variant]
        given[argument] = make(rng, arguments[argument])
        outcomes.append(outcome)
    before, line, result = _frozen(given), "", None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            result = call.call(**given)
        except InstahashError as error:
            line = str(error)
    if fault := line and fault_of_line(line):
        raise Wrong(f"{fault}: {line[:400]!r}")
    if _frozen(given) != before:
        raise Wrong("the input was changed")
    if REFUSED in outcomes and not line:
        raise Wrong(f"not refused, the result is {result!r:.200}")
    if all(outcome == SAME for outcome in outcomes):
        if line:
            raise Wrong(f"refused: {line}")
        if not same(result, call.call(**arguments)):
            raise Wrong(f"the result is {result!r:.200}")
    if not line and not call.nan and not all_finite(result):
        raise Wrong(f"the result has numbers that are not finite: {result!r:.200}")
    return line


def _frozen(value: Any) -> Any:
    """All of a value, to be compared."""
    if isinstance(value, Mapping):
        return {name: _frozen(part) for name, part in value.items()}
    if sparse.issparse(value):
        return [_frozen(getattr(value, part, None)) for part in ("data", "indices", "indptr")]
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tolist() if value.dtype.kind == "O" else value.tobytes()
    return repr(value)


def _parts(result: Any) -> list[Any]:
    """The parts of a result that has some, else []."""
    if isinstance(result, Mapping):
        return [part for name in sorted(result, key=str) for part in (name, result[name])]
    if is_dataclass(result) and not isinstance(result, type):
        return [getattr(result, part.name) for part in fields(result)]
    return list(result) if isinstance(result, (list, tuple)) else []


def same(a: Any, b: Any) -> bool:
    """Whether two results are equal but for rounding."""
    if sparse.issparse(a) and sparse.issparse(b):
        return a.shape == b.shape and same(a.toarray(), b.toarray())
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.dtype.kind in "fiub":
        return a.shape == b.shape and np.allclose(a, b, 1e-4, 1e-5, equal_nan=True)
    if isinstance(a, float) and isinstance(b, float):
        return bool(np.isclose(a, b, 1e-4, 1e-5, equal_nan=True))
    if _parts(a) or _parts(b):
        return len(_parts(a)) == len(_parts(b)) and all(map(same, _parts(a), _parts(b)))
    return repr(a) == repr(b)


def all_finite(result: Any) -> bool:
    """Whether no number of it is NaN, or infinite; -inf stands for no score."""
    if sparse.issparse(result):
        return all_finite(result.data)
    if isinstance(result, (np.ndarray, float)):
        numbers = np.asarray(result)
        return numbers.dtype.kind != "f" or not (np.isnan(numbers) | (numbers == np.inf)).any()
    return all(map(all_finite, _parts(result)))
