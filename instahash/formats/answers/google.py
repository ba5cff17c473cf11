"""Google Cloud Vision: what its REST interface and its client answer, and the files of its asynchronous batches.

{"responses": [{"labelAnnotations": [{"description", "score"}], "localizedObjectAnnotations": [{"name", "score"}],
"context": {"uri"}, "error"?}]}, or one of the responses by itself. The client writes keys like label_annotations.
Objects are labels too, as they are for our own annotator. Numbers that are 0 are left out.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from instahash.data import Label
from instahash.errors import DataError
from instahash.formats.answers.common import at, labels_from, pairs, refuse_error

TITLE = "Google Cloud Vision"
LABELS = ("labelAnnotations", "label_annotations")
OBJECTS = ("localizedObjectAnnotations", "localized_object_annotations")


def matches(value: Any) -> bool:
    lists = any(isinstance(at(value, key), list) for key in (*LABELS, *OBJECTS, "responses"))
    return lists or isinstance(at(value, "error"), dict)


def labels(value: Any, left_out: Counter[str] | None = None) -> tuple[Label, ...]:
    responses = at(value, "responses")
    if isinstance(responses, list) and len(responses) > 1:
        raise DataError(f"the answer is for {len(responses):,} photos")
    answer = value if responses is None else at(responses, 0)
    refuse_error(at(answer, "error"))
    found = [pair for key in LABELS for pair in pairs(at(answer, key), "description", "score")]
    found += [pair for key in OBJECTS for pair in pairs(at(answer, key), "name", "score")]
    return labels_from(found, left_out)
