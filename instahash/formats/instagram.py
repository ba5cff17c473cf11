"""Instagram's own export, "Download your information" as JSON, as a folder or its zip file.

posts_1.json    [{"media": [{"uri", "creation_timestamp", "title"}, ...], "title", "creation_timestamp"}, ...] or one
                such object: the caption is the title, or that of the one photo. Large exports go on in posts_2.json.
archived_posts.json    {"ig_archived_post_media": [the same, ...]}
newest form     [{"media": [{"uri", ...}], "label_values": [{"label", "value"}, ...], "timestamp"}, ...]
media.json      until 2020 {"photos": [{"caption", "taken_at", "path"}, ...]}, where each photo of a post is an entry

A uri or path begins at the export's folder. Texts are UTF-8 bytes written as Latin-1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from instahash.data import Post
from instahash.errors import DataError
from instahash.formats.fields import post_from_parts
from instahash.formats.items import Parts, container, items
from instahash.formats.node import each
from instahash.formats.source import DATA, Format, Item, LeftOut, Source

FILE = re.compile(r"(posts|archived_posts)(_\d+)?\.json|media\.json", re.I)
PAGE = re.compile(r"(posts|archived_posts)(_\d+)?\.html", re.I)
NO_POSTS = {
    "ig_stories": "a story",
    "ig_profile_picture": "a profile photo",
    "ig_reels_media": "a reel",
    "ig_igtv_media": "a video",
    "ig_other_media": "a photo of no post",
}
NO_POSTS_2019 = {"stories": "a story", "profile": "a profile photo", "direct": "a photo of a message"}
ARCHIVED = "ig_archived_post_media"
ODD = "must be a post as Instagram's exports have it"


def _matches(source: Source) -> bool:
    if source.is_folder:
        return bool(_files(source)) or _has_pages(source)
    if PAGE.fullmatch(source.name):
        return True
    return container(source) in ("list", "object") and _is_export(source)


def _has_pages(source: Source) -> bool:
    """Whether it is an export as web pages; a folder with files of data may have pages of any kind."""
    has_data = any(file.suffix in DATA for file in source.files)
    return not has_data and any(PAGE.fullmatch(file.name) for file in source.files)


def _is_export(source: Source) -> bool:
    try:
        return any(isinstance(item, Item) and _posts(item.value) for _, item in zip(range(5), items(source)))
    except DataError:  # which is raised again where the file is read
        return bool(FILE.fullmatch(source.name))


def _files(source: Source) -> list[Source]:
    return [file for file in source.files if FILE.fullmatch(file.name) and _matches(file.at(file.path))]


def _read(source: Source) -> Iterator[Post | LeftOut]:
    files = _files(source) if source.is_folder else [] if PAGE.fullmatch(source.name) else [source]
    if not files:
        raise DataError(
            f"'{source.path}' is an export of Instagram as web pages (HTML), whose captions are not read; "
            "ask Instagram for the export again, with the format JSON"
        )
    for file in files:
        try:
            yield from _read_file(file.at(file.path))
        except DataError as error:
            if not source.is_folder:
                raise
            yield LeftOut(f"'{file.path}'", str(error).removeprefix(f"'{file.path}' "), "file")


def _read_file(source: Source) -> Iterator[Post | LeftOut]:
    for number, item in enumerate(items(source), 1):
        if isinstance(item, LeftOut):
            yield item
            continue
        for parts in _posts(item.value) or [ODD]:
            if isinstance(parts, str):
                yield LeftOut(item.place, parts, "odd" if parts == ODD else "other")
            else:
                yield from post_from_parts(parts, item.place, f"{source.name} {number}")


def _posts(value: Any) -> list[Parts]:
    """The parts of the posts in one value of a file, or why they are none; nothing where it is no value of exports."""
    if not isinstance(value, dict):
        return []
    for name, what in NO_POSTS.items():
        if isinstance(value.get(name), list):
            return [what] * len(value[name])
    if isinstance(value.get(ARCHIVED), list):
        return [post for entry in value[ARCHIVED] for post in _posts(entry) or [ODD]]
    if isinstance(value.get("label_values"), list):
        return [_labelled(value)]
    if isinstance(value.get("media"), list):
        photos = list(each(value["media"]))
        titles, times = ([part.get(name) for part in (value, *photos)] for name in ("title", "creation_timestamp"))
        return [_parts([photo.get("uri") for photo in photos], titles, times)]
    return _posts_2019(value)


def _parts(uris: list[Any], captions: list[Any], times: list[Any]) -> Parts:
    """The first caption and the first time hold."""
    photos = [uri for uri in uris if isinstance(uri, str)]
    caption = next((text for text in captions if isinstance(text, str) and text.strip()), "")
    if not photos and not caption:
        return "a post without a photo and a caption"
    time = next((time for time in times if time), None)
    return {"id": photos[0] if photos else None, "caption": caption, "created_at": time, "photos": photos}


def _labelled(value: dict[str, Any]) -> Parts:
    """The newest form, whose labels are in the user's language: the caption is the longest text with a hashtag."""
    uris, texts = [], []
    waiting: list[Any] = [value["label_values"], value.get("media")]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, list):
            waiting += reversed(entry)
        elif isinstance(entry, dict):
            uris.append(entry.get("uri"))
            texts += [text for name in ("title", "value") if isinstance(text := entry.get(name), str)]
            waiting += [part for part in entry.values() if isinstance(part, (dict, list))]
    texts = [text for text in texts if not text.startswith("http")]
    texts.sort(key=lambda text: ("#" in text, len(text)), reverse=True)
    return _parts(uris, texts, [value.get("timestamp"), value.get("creation_timestamp")])


def _posts_2019(value: dict[str, Any]) -> list[Parts]:
    """The posts of media.json: entries that share caption and time are the photos of one post."""
    groups: dict[tuple[str, str], list[Any]] = {}
    for entry in (*each(value.get("photos")), *each(value.get("videos"))):
        if "path" in entry:
            groups.setdefault((str(entry.get("caption")), str(entry.get("taken_at"))), []).append(entry)
    posts = [
        _parts([entry["path"] for entry in group], [group[0].get("caption")], [group[0].get("taken_at")])
        for group in groups.values()
    ]
    others = [what for name, what in NO_POSTS_2019.items() if groups for _ in each(value.get(name))]
    return [*posts, *others]


INSTAGRAM = Format("instagram", "Instagram's export", _matches, _read)
