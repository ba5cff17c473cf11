"""What somebody may have meant whose command line does not fit: a name that is near, a file without its option."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

from instahash.archive import is_image
from instahash.errors import meant

# What a word without an option may be.
PHOTOS, POSTS, LABELS = "photos", "posts", "labels"


def hint(message: str, came: Sequence[str], options: Iterable[str], takes: Mapping[str, str]) -> str:
    """A question such as "did you mean --image photo.jpg?", "" where nothing suggests itself.

    message : the parser's complaint.  came : the words of the command line.  options : those that it knows.
    takes : the option that takes PHOTOS, POSTS and LABELS, where there is one.
    """
    if choice := re.search(r"invalid choice: '(.*?)' \(choose from (.*?)\)", message):
        return meant(choice[1], re.findall(r"[\w-]+", choice[2]))
    if "unrecognized arguments" not in message and "required" not in message:
        return ""
    known = [*options]
    strange = [word for word in came if word.startswith("--") and not _is_known(word.partition("=")[0], known)]
    if strange:
        return meant(strange[0].partition("=")[0], known)
    unread = re.search(r"unrecognized arguments: (.*)", message)
    alone = unread[1].split() if unread else _before_options(came)
    if not alone:
        return ""
    if came and takes.get(LABELS) in came and unread and not _kind(alone[0]) == PHOTOS:
        start = [*came].index(takes[LABELS]) + 1
        return f'did you mean {takes[LABELS]} "{", ".join([*came[start : start + 1], *alone])}", with commas?'
    option = takes.get(_kind(alone[0]))
    return f"did you mean {option} {shlex.quote(alone[0])}?" if option else ""


def _is_known(word: str, options: Sequence[str]) -> bool:
    return any(option.startswith(word) for option in options)


def _before_options(came: Sequence[str]) -> list[str]:
    first = next((i for i, word in enumerate(came) if word.startswith("-")), len(came))
    return [*came[:first]]


def _kind(word: str) -> str:
    if is_image(word):
        return PHOTOS
    if "," in word or not os.path.exists(word) and not os.path.splitext(word)[1] and not word.startswith("sample"):
        return LABELS
    return PHOTOS if os.path.isdir(word) else POSTS
