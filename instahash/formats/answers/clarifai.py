"""Clarifai's predictions.

{"outputs": [{"data": {"concepts": [{"name", "value"}]}, "input": {"id", "data": {"image": {"url"}}}, "status"}]}.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from instahash.data import Label
from instahash.errors import DataError
from instahash.formats.answers.common import at, labels_from, pairs

TITLE = "Clarifai"
OK = 10000  # the code of a status


def matches(value: Any) -> bool:
    return isinstance(at(value, "outputs"), list)


def labels(value: Any, left_out: Counter[str] | None = None) -> tuple[Label, ...]:
    outputs = at(value, "outputs")
    if isinstance(outputs, list) and len(outputs) > 1:
        raise DataError(f"the answer is for {len(outputs):,} photos")
    concepts = at(outputs, 0, "data", "concepts")
    for status in (at(outputs, 0, "status"), at(value, "status")):
        if not concepts and at(status, "code") not in (None, OK):
            raise DataError(f"the service refused the photo: {at(status, 'description')!s:.200}")
    return labels_from(pairs(concepts, "name", "value"), left_out)
