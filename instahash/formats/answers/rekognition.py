"""Amazon Rekognition's DetectLabels.

{"Labels": [{"Name", "Confidence": 0 to 100, "Parents": [{"Name"}]}], "LabelModelVersion"}. Parents are labels too, with
the highest score of their children where they have none of their own.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from instahash.data import Label
from instahash.formats.answers.common import at, labels_from, pairs, refuse_error, some

TITLE = "Amazon Rekognition"
FULL = 100.0


def matches(value: Any) -> bool:
    labels = at(value, "Labels")
    return some(labels, "Name") or labels == [] or isinstance(at(value, "Error"), dict)


def labels(value: Any, left_out: Counter[str] | None = None) -> tuple[Label, ...]:
    refuse_error(at(value, "Error"))
    items = at(value, "Labels")
    own = labels_from(pairs(items, "Name", "Confidence"), left_out, FULL)
    names = {label.description.casefold() for label in own}
    scores_and_parents = pairs(items, "Confidence", "Parents")
    above = ((name, score) for score, parents in scores_and_parents for name, _ in pairs(parents, "Name", "Confidence"))
    inherited = labels_from(above, full=FULL)
    return own + tuple(label for label in inherited if label.description.casefold() not in names)
