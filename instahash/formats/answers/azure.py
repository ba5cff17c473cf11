"""Azure Computer Vision 3 and Image Analysis 4.

Version 3: {"tags": [{"name", "confidence"}], "objects": [{"object", "confidence"}], "requestId", ...}.
Version 4: {"tagsResult": {"values": [{"name", "confidence"}]}, "objectsResult": {"values": [{"tags": [...]}]}, ...}.
Objects are labels too. The words of version 3's descriptions have no scores and are left.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import Any

from instahash.data import Label
from instahash.formats.answers.common import at, labels_from, pairs, refuse_error, some

TITLE = "Azure Computer Vision"


def matches(value: Any) -> bool:
    in_lists = some(at(value, "tags"), "name", "confidence") or some(at(value, "objects"), "object", "confidence")
    nothing = at(value, "tags") == [] and bool(at(value, "requestId") or at(value, "request_id"))
    return in_lists or nothing or any(isinstance(at(value, key), dict) for key in ("tagsResult", "objectsResult"))


def labels(value: Any, left_out: Counter[str] | None = None) -> tuple[Label, ...]:
    refuse_error(at(value, "error"))
    boxes = at(value, "objectsResult", "values")
    found = chain(
        pairs(at(value, "tags"), "name", "confidence"),
        pairs(at(value, "objects"), "object", "confidence"),
        pairs(at(value, "tagsResult", "values"), "name", "confidence"),
        *(pairs(at(box, "tags"), "name", "confidence") for box in (boxes if isinstance(boxes, list) else ())),
    )
    return labels_from(found, left_out)
