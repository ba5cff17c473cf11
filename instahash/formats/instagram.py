"""Instagram's own export, "Download your information" as JSON, as a folder or its zip file.

Posts stand in posts_1.json, posts_2.json, ... as {"media": [{"uri", "creation_timestamp", "title"}], "title",
"creation_timestamp"}: the caption of a post with one photo is the photo's title. Until 2020 they stood in media.json as
{"photos": [{"caption", "taken_at", "path"}]}, and the photos of one post are entries of their own there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from instahash.data import Post
from instahash.errors import DataError
from instahash.formats.fields import post_from_parts
from instahash.formats.items import container, items
from instahash.formats.source import Format, Item, LeftOut, Source

FILE = re.compile(r"(posts|archived_posts)(_\d+)?\.json|media\.json", re.I)
PAGE = re.compile(r"(posts|archived_posts)(_\d+)?\.html", re.I)
NOT_POSTS = {
    "ig_stories": "a story",
    "ig_profile_picture": "a profile photo",
    "ig_reels_media": "a reel",
    "ig_igtv_media": "a video",
}


def _matches(source: Source) -> bool:
    if source.is_folder:
        return any(PAGE.fullmatch(file.name) for file in source.files) or bool(_files(source))
    if container(source) not in ("list", "object"):
        return False
    return any(isinstance(item, Item) and _posts(item.value) for _, item in zip(range(5), items(source)))


def _files(source: Source) -> list[Source]:
    return [file for file in source.files if FILE.fullmatch(file.name) and _matches(file)]


def _read(source: Source) -> Iterator[Post | LeftOut]:
    if not source.is_folder:
        yield from _file(source)
        return
    files = _files(source)
    if not files:
        raise DataError(
            f"'{source.path}' is an export of Instagram as web pages (HTML), whose captions are not read; "
            "ask Instagram for the export again, with the format JSON"
        )
    for file in files:
        yield from _file(file)


def _file(source: Source) -> Iterator[Post | LeftOut]:
    for number, item in enumerate(items(source), 1):
        if isinstance(item, LeftOut):
            yield item
            continue
        found = _posts(item.value)
        if not found:
            yield LeftOut(item.place, "is no post of an export", "odd")
        for entry in found:
            if isinstance(entry, str):
                yield LeftOut(item.place, entry, "other")
            else:
                yield from post_from_parts(entry, item.place, str(number))


def _posts(value: Any) -> list[dict[str, Any] | str]:
    """The parts of the posts in one value of a file, or why they are none."""
    if not isinstance(value, dict):
        return []
    for name, what in NOT_POSTS.items():
        if isinstance(value.get(name), list):
            return [what] * len(value[name])
    if isinstance(value.get("ig_archived_post_media"), list):
        return [post for entry in value["ig_archived_post_media"] for post in _posts(entry)]
    if isinstance(value.get("media"), list) and "label_values" not in value:
        media = [photo for photo in value["media"] if isinstance(photo, dict)]
        titles = [value.get("title"), *(photo.get("title") for photo in media)]
        times = [value.get("creation_timestamp"), *(photo.get("creation_timestamp") for photo in media)]
        return [_parts([photo.get("uri") for photo in media], titles, times)] if media or any(titles) else []
    if isinstance(value.get("label_values"), list):
        return [_labelled(value)]
    return _older(value)


def _parts(uris: list[Any], captions: list[Any], times: list[Any]) -> dict[str, Any]:
    photos = [uri for uri in uris if isinstance(uri, str)]
    caption = next((text for text in captions if isinstance(text, str) and text.strip()), None)
    time = next((time for time in times if time), None)
    parts = {"id": photos[0] if photos else None, "caption": caption, "created_at": time, "photos": photos}
    return {part: value for part, value in parts.items() if value is not None} | {"caption": caption or ""}


def _labelled(value: dict[str, Any]) -> dict[str, Any]:
    """The newest form, a list of labels and values whose names are in the user's language."""
    uris, captions = [], []
    waiting: list[Any] = [value["label_values"]]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, list):
            waiting += reversed(entry)
        elif isinstance(entry, dict):
            uris += [entry["uri"]] if isinstance(entry.get("uri"), str) else []
            captions += [entry["value"]] if isinstance(entry.get("value"), str) else []
            waiting += [part for part in entry.values() if isinstance(part, (dict, list))]
    # Other texts are names, addresses and settings.
    captions.sort(key=lambda text: ("#" in text, len(text)), reverse=True)
    return _parts(uris, captions, [value.get("timestamp"), value.get("creation_timestamp")])


def _older(value: dict[str, Any]) -> list[dict[str, Any] | str]:
    """The posts of media.json: entries that share caption and time are the photos of one post."""
    groups: dict[tuple[Any, Any], list[Any]] = {}
    lists = [entries for entries in (value.get("photos"), value.get("videos")) if isinstance(entries, list)]
    for entry in chain.from_iterable(lists):
        if isinstance(entry, dict) and "path" in entry:
            groups.setdefault((str(entry.get("caption")), str(entry.get("taken_at"))), []).append(entry)
    posts: list[dict[str, Any] | str] = [
        _parts([entry["path"] for entry in group], [group[0].get("caption")], [group[0].get("taken_at")])
        for group in groups.values()
    ]
    for name, what in (("stories", "a story"), ("profile", "a profile photo"), ("direct", "a message's photo")):
        posts += [what] * len(value[name]) if groups and isinstance(value.get(name), list) else []
    return posts


INSTAGRAM = Format("instagram", "Instagram's export", _matches, _read)
