"""Labels out of the JSON that image services answer, for photos whose labels are paid for already.

Each service is a module here with `TITLE`, `matches` (whether a JSON value is one of its answers) and `labels`, and a
place in SERVICES. :func:`answers_in` takes apart what people keep: one answer or many, by themselves or beside a name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Protocol

from instahash.data import Label
from instahash.errors import DataError
from instahash.formats.answers import azure, clarifai, google, rekognition
from instahash.formats.answers.common import at

# Keys that hold the photo's name where people keep it beside an answer, the best first, and keys that hold the answer.
NAMES = ("image", "photo", "file", "filename", "file_name", "path", "id", "url", "uri")
HOLDERS = ("answer", "data", "output", "response", "result")
# Where services themselves say which photo it was, and the lists in which they answer for several.
OWN_NAMES = (
    ("context", "uri"),
    ("responses", 0, "context", "uri"),
    ("outputs", 0, "input", "data", "image", "url"),
    ("outputs", 0, "input", "id"),
)
BATCHES = ("responses", "outputs")


class Service(Protocol):
    TITLE: str

    def matches(self, value: Any) -> bool:
        """Whether a JSON value is an answer of this service, be it for several photos or an error."""

    def labels(self, value: Any, left_out: Counter[str] | None = None) -> tuple[Label, ...]:
        """The labels of an answer for one photo, each name once with its highest score, 0 where there is none.

        left_out : counts the labels that cannot be used, by reason.

        Raises DataError, which says why, where the answer is an error or is for several photos.
        """


SERVICES: tuple[Service, ...] = (google, rekognition, azure, clarifai)


def image_name(value: Any) -> str | None:
    """The name, path or address of the photo, where an answer says it or people wrote it beside."""
    return _text([_beside(value), *(at(value, *path) for path in OWN_NAMES)])


def answers_in(
    value: Any, name: str | None, left_out: Counter[str] | None = None
) -> Iterator[tuple[str | None, tuple[Label, ...] | str]]:
    """(photo, its labels or the reason why it has none) for each answer in a JSON value.

    value : an answer, a service's answer for several photos, an object with an answer and the photo's name, a list of
    these, or an object {photo: answer}.  name : the photo where the value is one answer that does not say it.
    left_out : counts the labels that cannot be used, by reason.

    The photo is None where there are several answers and this one does not say it.
    """
    items = value if isinstance(value, list) else [value]
    for item in items:
        for photo, answer in _named(item, name if len(items) == 1 else None):
            yield photo, _result(answer, left_out)


def _named(item: Any, name: str | None) -> Iterator[tuple[str | None, Any]]:
    """The answers in an object, each for one photo, with the photo's name."""
    inside = {}
    if isinstance(item, dict) and not _service_of(item):
        inside = {key: part for key, part in item.items() if _service_of(part)}
    if not inside:
        yield from _apart(item, image_name(item) or name)
    elif (photo := _beside(item)) or (len(inside) == 1 and inside.keys() <= set(HOLDERS)):
        for part in inside.values():
            yield from _apart(part, photo or image_name(part) or name)
    else:
        for key, part in item.items():
            yield from _apart(part, key)


def _apart(answer: Any, name: str | None) -> Iterator[tuple[str | None, Any]]:
    """An answer, or each answer of a batch, with its photo's name."""
    for key in BATCHES:
        batch = at(answer, key)
        if isinstance(batch, list) and len(batch) > 1:
            for part in batch:
                yield image_name({key: [part]}), {key: [part]}
            return
    yield name, answer


def _result(answer: Any, left_out: Counter[str] | None) -> tuple[Label, ...] | str:
    service = _service_of(answer)
    if service is None:
        known = ", ".join(service.TITLE for service in SERVICES)
        return () if answer == {} else f"this is no answer of a service that is known ({known})"
    try:
        return service.labels(answer, left_out)
    except DataError as error:
        return str(error)


def _service_of(value: Any) -> Service | None:
    return next((service for service in SERVICES if service.matches(value)), None)


def _beside(value: Any) -> str | None:
    return _text(at(value, key) for key in NAMES)


def _text(values: Any) -> str | None:
    """The first that is a text or a whole number, as text."""
    for value in values:
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return None
