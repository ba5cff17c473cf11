"""Mutations of JSON: a value somewhere within it is of another type, size or depth, missing, or there twice."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
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


def changed(rng: Random, value: Any) -> Any:
    """The value with one that lies within it changed; those of big lists are not chosen more often than others."""
    value = copy.deepcopy(value)
    found = places(value) if isinstance(value, (dict, list)) else []
    if not found or rng.random() < 0.02:
        return odd_value(rng, value)
    containers = {id(container): container for container, _ in found}
    container, key = rng.choice(found)
    if rng.random() < 0.5:
        container = rng.choice(list(containers.values()))
        key = rng.choice([own for other, own in found if other is container])
    case = rng.random()
    if case < 0.12:
        del container[key]
    elif case < 0.2 and isinstance(container, dict):
        container[rng.choice([*TEXTS, key + " ", key.upper()])] = container.pop(key)
    elif case < 0.28:
        nested: Any = container[key]
        for _ in range(rng.choice([1, 3, 500])):
            nested = rng.choice([[nested], {"a": nested}])
        container[key] = nested
    elif case < 0.36:
        other, its = rng.choice(found)
        container[key] = copy.deepcopy(other[its]) if its in other or isinstance(other, list) else None
    else:
        container[key] = odd_value(rng, container[key])
    return value


def written(rng: Random, value: Any) -> bytes:
    """As text, with NaN and lone surrogates as Python has them."""
    text = json.dumps(value, ensure_ascii=rng.random() < 0.5)
    return text.encode("utf-8", "surrogatepass")


def value(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """A value within a document is another one."""
    try:
        return written(rng, changed(rng, json.loads(content)))
    except (ValueError, RecursionError):
        return content


def value_in_line(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """A value within one of the documents of JSON Lines is another one."""
    lines = content.split(b"\n")
    at = rng.randrange(len(lines))
    lines[at] = value(rng, lines[at], others)
    return b"\n".join(lines)


JSON: dict[str, Mutation] = {"JSON value": value}
JSON_LINES: dict[str, Mutation] = {"JSON value": value_in_line}
