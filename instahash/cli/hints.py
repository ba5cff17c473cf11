"""What somebody may have meant whose command line does not fit: a name that is near, a file without its option."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

from instahash.archive import is_image, is_video
from instahash.errors import meant

# What a word without an option may be.
PHOTOS, FOLDERS, POSTS, LABELS = "photos", "folders", "posts", "labels"
# What commands call these, each its own.
SOURCES = ("--data", "--posts", "--image")


def hint(message: str, came: Sequence[str], options: Iterable[str], takes: Mapping[str, str]) -> str:
    """A question such as "did you mean --image photo.jpg?", "" where nothing suggests itself.

    message : the parser's complaint.  came : the words of the command line.  options : those that it knows.
    takes : the option that takes PHOTOS, FOLDERS, POSTS and LABELS, where there is one.
    """
    if choice := re.search(r"invalid choice: '(.*?)' \(choose from (.*?)\)", message):
        return meant(choice[1], re.findall(r"[\w-]+", choice[2]))
    if "unrecognized arguments" not in message and "required" not in message:
        return ""
    known = [*options]
    strange = [word for word in came if word.startswith("--") and not _is_known(word.partition("=")[0], known)]
    unread = re.search(r"unrecognized arguments: (.*)", message)
    if strange:
        name, _, value = strange[0].partition("=")
        alone = [value] if value else [*came[came.index(strange[0]) + 1 :]]
        if name not in SOURCES or not alone or alone[0].startswith("-"):
            return meant(name, known)
    else:
        alone = unread[1].split() if unread else _before_options(came)
    if not alone:
        return ""
    labels = _given(came, takes[LABELS]) if LABELS in takes and unread else None
    if labels is not None and _kind(alone[0]) not in (PHOTOS, FOLDERS):
        parts = ", ".join(part.strip(",") for part in [labels, *alone])
        return f'did you mean {takes[LABELS]} "{parts}", in quotes and with commas?'
    kind = _kind(alone[0])
    if option := takes.get(kind):
        return f"did you mean {option} {shlex.quote(alone[0])}?"
    return for_photo(alone[0]) if kind == PHOTOS else ""


def for_photo(photo: str) -> str:
    """What to do with a photo where none is taken."""
    ask = f"instahash-recommend --image {shlex.quote(photo)}"
    return f"for the hashtags of a photo: {ask}, or the page of instahash-explore"


def _is_known(word: str, options: Sequence[str]) -> bool:
    return any(option.startswith(word) for option in options)


def _given(came: Sequence[str], option: str) -> str | None:
    """The value of an option, None where it is not there: behind it, or behind a sign of equality."""
    for word, following in zip(came, [*came[1:], ""]):
        if word == option or word.startswith(f"{option}="):
            return word.partition("=")[2] or following
    return None


def _before_options(came: Sequence[str]) -> list[str]:
    first = next((i for i, word in enumerate(came) if word.startswith("-")), len(came))
    return [*came[:first]]


def _kind(word: str) -> str:
    if is_image(word) or is_video(word):  # of which it is then said that it is one
        return PHOTOS
    if "," in word or not os.path.exists(word) and not os.path.splitext(word)[1] and not word.startswith("sample"):
        return LABELS
    return FOLDERS if os.path.isdir(word) else POSTS
