"""Labels that are paid for already: the JSON that image services answered, as posts.

One answer a file or many, as JSON Lines, a list, or an object with an answer for each photo; see `answers`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from instahash.data import Post
from instahash.formats.answers import answers_in
from instahash.formats.fields import post_from_parts, usual
from instahash.formats.items import container, firsts, items
from instahash.formats.source import Format, Item, LeftOut, Source


def _matches(source: Source) -> bool:
    if container(source) not in ("lines", "list", "object"):
        return False
    answers = (labels for item in firsts(source) for _, labels in answers_in(item, None))
    return any(not isinstance(labels, str) and labels for labels in answers)


def _read(source: Source) -> Iterator[Post | LeftOut]:
    """The name of a file is that of its photo where it has one answer."""
    found: Iterable[Item | LeftOut] = items(source)
    alone = None
    if container(source) == "object":
        found = list(found)
        alone = source.stem if len(found) == 1 else None
    number = 0
    for item in found:
        if isinstance(item, LeftOut):
            yield item
            continue
        odd = Counter[str]()
        for photo, labels in answers_in(item.value, alone, odd):
            number += 1
            if isinstance(labels, str):
                yield LeftOut(item.place, labels, "other")
                continue
            name = _name(photo) if photo else None
            own = {"id": PurePosixPath(name).name if name and photo == alone else name, "photos": name}
            # A number by itself would be the name of a photo.
            for post in post_from_parts(_beside(item.value) | own, item.place, f"answer {number}"):
                yield post._replace(labels=labels) if isinstance(post, Post) else post
        yield from (LeftOut(item.place, f"a label is left out: {reason}", "part") for reason in odd)


def _beside(item: Any) -> dict[str, Any]:
    """What a post says beside an answer; its hashtags and caption are texts, where services have objects."""
    parts = usual(item) if isinstance(item, dict) else {}
    texts = {part: parts[part] for part in ("hashtags", "caption") if _is_text(parts.get(part))}
    return texts | {part: parts[part] for part in ("user", "created_at", "user_features") if part in parts}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and any(isinstance(entry, str) for entry in value))


def _name(photo: str) -> str:
    """The path of an address; other names as they are."""
    return unquote(urlsplit(photo).path).lstrip("/") if photo.startswith(("http://", "https://")) else photo


ANSWERED = Format("labels", "answers of image services", _matches, _read)
