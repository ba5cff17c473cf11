"""Labels that are paid for already: the JSON that image services answered, as posts without hashtags.

One answer a file or many, as JSON Lines, a list, or an object with an answer for each photo; see `answers`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from instahash.data import Post
from instahash.formats.answers import answers_in
from instahash.formats.items import container, first, items
from instahash.formats.source import Format, LeftOut, Source


def _matches(source: Source) -> bool:
    if container(source) not in ("lines", "list", "object"):
        return False
    return any(not isinstance(labels, str) and labels for _, labels in answers_in(first(source), None))


def _read(source: Source) -> Iterator[Post | LeftOut]:
    """The name of a file is that of its photo where it has one answer."""
    alone = source.stem if container(source) == "object" else None
    number = 0
    for item in items(source):
        if isinstance(item, LeftOut):
            yield item
            continue
        odd = Counter[str]()
        for photo, labels in answers_in(item.value, alone, odd):
            number += 1
            if isinstance(labels, str):
                yield LeftOut(item.place, labels)
            else:
                name = _name(photo or str(number))
                yield Post(PurePosixPath(name).name if photo == alone else name, labels=labels, photos=(name,))
        yield from (LeftOut(item.place, f"a label is left out: {reason}", "part") for reason in odd)


def _name(photo: str) -> str:
    """The path of an address; other names as they are."""
    return unquote(urlsplit(photo).path).lstrip("/") if photo.startswith(("http://", "https://")) else photo


ANSWERED = Format("labels", "answers of image services", _matches, _read)
