"""What a student's function returned beside what was wanted, in the words of instahash.testing.

same : numbers, arrays, sparse arrays, several of them, or lists: what is wrong, and the kind of mistake. What checks
need besides is here as well: Wrong, case, no_overflow and unchanged, of wrong.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from scipy import sparse

from instahash.learn.wrong import Wrong, case, equal, no_overflow, unchanged
from instahash.testing.cases import Case
from instahash.testing.mistakes import diagnose

__all__ = ["Wrong", "case", "no_overflow", "same", "unchanged"]

# Numbers that are this small beside the largest one wanted are rounding errors.
ROUNDING = 1e-9
# How a gradient's mistakes are told where there is no derivative but a value.
_WORDS = {
    r"the derivatives?": "what is wanted",
    r" everywhere, as if the loss .*": " everywhere",
    r": no gradient arrives": "",
    r" \* 1 is": " is",
    r": a factor of the chain rule for": ": is one wrong for",
}


def same(
    found: Any,
    wanted: Any,
    name: str | tuple[str, ...],
    *,
    rtol: float = 1e-6,
    atol: float = 0.0,
    mistaken: Mapping[str, Any] | None = None,
    sizes: Mapping[str, float] | None = None,
) -> None:
    """Raise Wrong where `found` is not what is wanted, with the worst number and the kind of mistake.

    wanted : a number, an array, a sparse array; a tuple of these, if `name` is a tuple of their names; or a list, set
        or dict of anything else, which `found` must hold too, in the same order if it is a list.
    rtol, atol : a number f may differ from w by rtol max(|f|, |w|) + atol, and by a billionth of the largest one
        wanted; whole numbers by nothing.
    mistaken : sentences, each with what a mistake of this step would have returned, in the form of `wanted`; a sentence
        is the message where this was found. It begins with the kind, as in "missing term: the penalty is not there".
    sizes : numbers that may be a forgotten factor, by what they are: {"the number of negatives": 5}.
    """
    for sentence, other in (mistaken or {}).items():
        if _near(found, other, rtol) and not _near(found, wanted, rtol):
            raise Wrong(sentence)
    if isinstance(name, str) and not _is_numeric(wanted):
        _same_items(found, wanted, name)
        return
    names = (name,) if isinstance(name, str) else name
    if not isinstance(name, str):
        _must_be_several(found, names)
    cases: list[Case] = []
    for n, f, w in zip(names, *(((found,), (wanted,)) if isinstance(name, str) else (found, wanted))):
        cases.append(_numbers(f, w, n, rtol, atol, cases, sizes or {}))
    for of_name in cases:
        if of_name.wrong.any():
            raise Wrong(_told(of_name))


def _numbers(
    found: Any, wanted: Any, name: str, rtol: float, atol: float, others: list[Case], sizes: Mapping[str, float]
) -> Case:
    """Both as numbers of one shape; raises Wrong where `found` is not of that kind."""
    found, wanted, whole = _array(found, wanted, name)
    if bad := np.argwhere(~np.isfinite(found) & np.isfinite(wanted)).tolist():
        at = tuple(bad[0])
        raise Wrong(f"overflow: {_entry(name, at)} is {found[at]}, but {wanted[at]:.6g} is wanted: overflow, or 0 / 0?")
    infinite = ~np.isfinite(wanted)
    if bad := np.argwhere(infinite & (found != wanted)).tolist():
        at = tuple(bad[0])
        raise Wrong(f"{_entry(name, at)} is {found[at]:.6g}, but {wanted[at]} is wanted")
    found, expected = np.where(infinite, 0.0, found), np.where(infinite, np.nan, wanted)
    rtol, floor = (0.0, 0.0) if whole else (rtol, atol + ROUNDING * np.abs(expected[~infinite]).max(initial=0))
    size = np.maximum(np.abs(found), np.abs(expected))
    wrong = np.abs(found - expected) > rtol * size + floor
    nothing = np.zeros(found.shape)
    return Case(name, nothing, found, expected, nothing + floor, wrong, rtol, others, sizes)


def _array(found: Any, wanted: Any, name: str) -> tuple[np.ndarray, np.ndarray, bool]:
    """Both as float64 arrays of one shape, and whether whole numbers are wanted."""
    _must_be_there(found, name)
    if sparse.issparse(wanted) != sparse.issparse(found):
        kinds = ("a sparse array", "an array of NumPy")
        is_sparse = sparse.issparse(found)
        raise Wrong(f"{name} is {kinds[not is_sparse]}, but {kinds[is_sparse]} is wanted")
    found, wanted = (x.toarray() if sparse.issparse(x) else x for x in (found, wanted))
    try:
        array = np.asarray(found)
    except ValueError:  # lists of different lengths
        array = np.array(None)
    if array.dtype.kind not in "fiub":
        kind = "an array of real numbers" if np.ndim(wanted) else "one real number"
        raise Wrong(f"{name} must be {kind}, not {_what(found)}")
    wanted = np.asarray(wanted)
    if array.shape != wanted.shape:
        raise Wrong(_shapes(name, array.shape, wanted.shape))
    return array.astype(np.float64), wanted.astype(np.float64), wanted.dtype.kind in "iub"


def _shapes(name: str, found: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    text = f"shape: {name} has shape {found}, but {wanted} is wanted"
    if found == wanted[::-1]:
        return text + ": it is transposed"
    if not found:
        return text + ": it is one number; was too much summed?"
    if [n for n in found if n != 1] == [n for n in wanted if n != 1]:
        return (
            text
            + ": the numbers are as many, but an axis of length 1 is "
            + ("too much" if len(found) > len(wanted) else "missing" if len(found) < len(wanted) else "elsewhere")
        )
    if len(found) > len(wanted):
        return text + ": is a sum missing, or over the wrong axis?"
    return text


def _told(wrong: Case) -> str:
    """What is wrong, in the form of instahash.testing: the worst number, how many, the kind."""
    at = np.unravel_index(int(np.argmax(np.where(wrong.wrong, np.abs(wrong.missing), -1.0))), wrong.found.shape)
    said, wanted = float(wrong.found[at]), float(wrong.expected[at])
    digits = next((d for d in range(4, 17) if f"{said:.{d}g}" != f"{wanted:.{d}g}"), 17)
    place = tuple(int(i) for i in at)
    lines = [f"{_entry(wrong.name, place)} is {said:.{digits}g}, but {wanted:.{digits}g} is wanted"]
    if wrong.found.size > 1:
        where = f", {wrong.place.text}" if wrong.place.text else ""
        n = int(wrong.wrong.sum())
        lines.append(f"{n} of {wrong.checked.sum()} numbers {'is' if n == 1 else 'are'} wrong{where}")
    kind, text = diagnose(wrong)
    if kind and (kind != "zero" or wrong.found.size > 1):
        for word, replacement in _WORDS.items():
            text = re.sub(word, replacement, text)
        lines.append(f"{'factor' if kind == 'chain rule' else kind}: {text}")
    return "\n".join(lines)


def _same_items(found: Any, wanted: Any, name: str) -> None:
    """A list, set or dict of anything, or a text."""
    _must_be_there(found, name)
    if isinstance(wanted, (str, bool)):
        if found != wanted:
            raise Wrong(f"{name} is {_what(found)}, but {wanted!r} is wanted")
        return
    if isinstance(found, (str, bytes)) or not isinstance(found, Iterable):
        raise Wrong(f"{name} must be a {type(wanted).__name__}, not {_what(found)}")
    if isinstance(wanted, dict):
        if not isinstance(found, dict):
            raise Wrong(f"{name} must be a dict, not {_what(found)}")
        _same_items(set(found), set(wanted), f"the set of keys of {name}")
        for key, value in wanted.items():
            same(found[key], value, f"{name}[{key!r}]")
        return
    here, there = (x.tolist() if isinstance(x, np.ndarray) else list(x) for x in (found, wanted))
    if here == there:
        return
    lacks, more = (Counter(map(repr, a)) - Counter(map(repr, b)) for a, b in ((there, here), (here, there)))
    both = {"lacks": lacks, "should not hold": more}
    told = [f"{verb} {', '.join(list(items)[:5])}" for verb, items in both.items() if items]
    if told:
        raise Wrong(f"{name} {' and '.join(told)}")
    if not isinstance(wanted, (set, frozenset)):
        i = next(i for i, (a, b) in enumerate(zip(here, there)) if a != b)
        raise Wrong(f"order: {name} holds the right ones in another order: [{i}] is {here[i]!r}, not {there[i]!r}")


def _must_be_there(found: Any, name: str) -> None:
    if found is None or found is ...:
        what = "None" if found is None else "..."
        raise Wrong(f"{name} is {what}: is a return missing, or a line still to be written?")


def _must_be_several(found: Any, names: tuple[str, ...]) -> None:
    _must_be_there(found, " and ".join(names))
    if not isinstance(found, (tuple, list)) or len(found) != len(names):
        came = f"{len(found)} things" if isinstance(found, (tuple, list)) else _what(found)
        raise Wrong(f"{len(names)} things must be returned, {', '.join(names)}, not {came}")


def _near(found: Any, other: Any, rtol: float) -> bool:
    if isinstance(other, tuple) and not _is_numeric(other):
        is_tuple = isinstance(found, (tuple, list)) and len(found) == len(other)
        return is_tuple and all(_near(f, o, rtol) for f, o in zip(found, other))
    if not _is_numeric(other):
        return equal(found, other)
    try:
        same(found, other, "it", rtol=rtol)
    except Wrong:
        return False
    return True


def _is_numeric(wanted: Any) -> bool:
    if isinstance(wanted, np.ndarray):
        return wanted.dtype.kind in "fiub"
    return sparse.issparse(wanted) or isinstance(wanted, (int, float, np.number)) and not isinstance(wanted, bool)


def _entry(name: str, at: tuple[int, ...]) -> str:
    return f"{name}{list(at) if at else ''}"


def _what(value: Any) -> str:
    """A value for a message, if it is short, else its type."""
    text = repr(value)
    return text if len(text) <= 40 and "\n" not in text else f"a {type(value).__name__}"
