"""Mutations of JSON: a value somewhere within it is of another type, size or depth, missing, or there twice."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from chaos.mutations import FLOATS, INTEGERS, TEXTS, Mutation


def odd_value(rng: Random, old: Any = None) -> Any:
    """A value of any type; often one near to the old one."""
    if isinstance(old, (int, float)) and not isinstance(old, bool) and rng.random() < 0.3:
        return rng.choice([-old, old + 1, old - 1, old * 10**6, str(old), float(old), [old], old == 1])
    if isinstance(old, str) and rng.random() < 0.3:
        return rng.choice([old + rng.choice(TEXTS), old.upper(), [old], {old: old}, old[: len(old) // 2], old * 100])
    kinds = [INTEGERS, FLOATS, TEXTS, [None, True, False], [[], {}, [[]], {"": None}, [0] * 3000, {"a": {"a": {}}}]]
    return rng.choice(rng.choice(kinds))


def places(value: Any) -> list[tuple[Any, Any]]:
    """(container, key) of each value within, however deep."""
    found, waiting = [], [value]
    while waiting:
        container = waiting.pop()
        keys = list(container) if isinstance(container, dict) else range(len(container))
        for key in keys:
            found.append((container, key))
            if isinstance(container[key], (dict, list)):
                waiting.append(container[key])
    return found


def chosen(rng: Random, value: Any) -> tuple[Any, Any] | None:
    """(container, key) of a value within; those of big lists are not chosen more often than others."""
    found = places(value) if isinstance(value, (dict, list)) else []
    if not found:
        return None
    if rng.random() < 0.5:
        return rng.choice(found)
    containers = list({id(container): container for container, _ in found}.values())
    container = rng.choice(containers)
    return container, rng.choice([key for other, key in found if other is container])


def another(rng: Random, container: Any, key: Any, within: Any) -> None:
    container[key] = odd_value(rng, container[key])


def missing(rng: Random, container: Any, key: Any, within: Any) -> None:
    del container[key]


def renamed(rng: Random, container: Any, key: Any, within: Any) -> None:
    """It has another name; in a list it is there twice."""
    if isinstance(container, dict):
        container[rng.choice([*TEXTS, key + " ", key.upper()])] = container.pop(key)
    else:
        container.insert(key, container[key])


def deeper(rng: Random, container: Any, key: Any, within: Any) -> None:
    for _ in range(rng.choice([1, 3, 500])):
        container[key] = rng.choice([[container[key]], {"a": container[key]}])


def copied(rng: Random, container: Any, key: Any, within: Any) -> None:
    """A copy of another value that is within the same document stands in its place."""
    other, its = rng.choice(places(within))
    container[key] = copy.deepcopy(other[its])


CHANGES = {"another": another, "missing": missing, "renamed": renamed, "deeper": deeper, "copied": copied}


def written(rng: Random, value: Any) -> bytes:
    """As text, with NaN and lone surrogates as Python has them."""
    text = json.dumps(value, ensure_ascii=rng.random() < 0.5)
    return text.encode("utf-8", "surrogatepass")


def of_document(change: Callable[..., None]) -> Mutation:
    """The mutation of a document by a change of a value within it; a document without any becomes an odd value."""

    def mutation(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
        try:
            value = json.loads(content)
            if place := chosen(rng, value):
                change(rng, *place, value)
            else:
                value = odd_value(rng, value)
            return written(rng, value)
        except (ValueError, RecursionError):
            return content

    return mutation


def of_line(mutation: Mutation) -> Mutation:
    """The mutation of one of the documents of JSON Lines."""

    def change(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
        lines = content.split(b"\n")
        at = rng.randrange(len(lines))
        lines[at] = mutation(rng, lines[at], others)
        return b"\n".join(lines)

    return change


JSON: dict[str, Mutation] = {f"JSON {name}": of_document(change) for name, change in CHANGES.items()}
JSON_LINES: dict[str, Mutation] = {name: of_line(mutation) for name, mutation in JSON.items()}
