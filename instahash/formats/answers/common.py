"""What the answers of all services need: a way into them, their errors, and labels out of names and scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from instahash.data import Label
from instahash.errors import DataError, one_line

# Services count in float32, and may end a little outside of their range.
SLACK = 1e-6


def at(value: Any, *path: str | int) -> Any:
    """What stands at a path of keys in a JSON value, None where it does not go on; 0 is the only item of a list."""
    for key in path:
        if isinstance(value, dict):
            value = value.get(key)
        else:
            value = value[0] if key == 0 and isinstance(value, list) and len(value) == 1 else None
    return value


def some(items: Any, *keys: str) -> bool:
    """Whether a JSON value is a list, and an item of it an object with these keys."""
    return isinstance(items, list) and any(isinstance(item, dict) and item.keys() >= set(keys) for item in items)


def refuse_error(error: Any) -> None:
    """Raise a DataError with the reason where an answer holds an error."""
    if said := at(error, "message") or at(error, "Message") or at(error, "code") or at(error, "Code"):
        raise DataError(f"the service refused the photo: {one_line(said):.200}")


def pairs(items: Any, one: str, other: str) -> Iterator[tuple[Any, Any]]:
    """What stands under two keys in each item of a JSON list, None where it is missing."""
    for item in items if isinstance(items, list) else ():
        yield at(item, one), at(item, other)


def labels_from(
    found: Iterable[tuple[Any, Any]], left_out: Counter[str] | None = None, full: float = 1.0
) -> tuple[Label, ...]:
    """Labels of pairs (name, score), each name once with its highest score, in the order of the answer.

    left_out : counts the pairs that are no labels, by reason.  full : the highest score, which becomes 1.
    """
    labels: dict[str, Label] = {}
    for said, number in found:
        name = one_line(said) if isinstance(said, str) else ""
        score = _score(number, full)
        if not name or score is None:
            if left_out is not None:
                left_out[f"its score is no number in [0, {full:g}]" if name else "it has no name"] += 1
            continue
        known = labels.setdefault(name.casefold(), Label(name, score))
        labels[name.casefold()] = Label(known.description, max(known.score, score))
    return tuple(labels.values())


def _score(number: Any, full: float) -> float | None:
    """A score in [0, 1], 0 where there is none; None for what is no score."""
    if number is None:
        return 0.0
    if isinstance(number, bool) or not isinstance(number, (int, float, str)):
        return None
    try:
        score = float(number) / full
    except (ValueError, OverflowError):
        return None
    return min(1.0, max(0.0, score)) if -SLACK <= score <= 1 + SLACK else None
