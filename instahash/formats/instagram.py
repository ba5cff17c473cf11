"""Posts from Instagram's own JSON, as download tools keep it. None of it has labels, unless someone added them.

Instaloader   {"node": {"shortcode", "edge_media_to_caption": {"edges": [{"node": {"text"}}]}, "owner", ...}, ...}
InstaPIC-1.1M {user: {post: {"caption": text or words, "tags": hashtags}}}
plain lists   [{"id" or "shortcode", "caption" or "hashtags" or "tags", "labels"?, ...}]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from instahash.data.posts import Post, post_from_json
from instahash.errors import DataError

# A hashtag ends where the next one begins; \w and marks are what words() may keep.
_HASHTAG = re.compile(r"[#\uff03]([^\s#\uff03.,;:!?()\[\]{}\"'/\\|<>@&*+=~^`$%…“”‘’«»]+)")


def hashtags_in(caption: str) -> list[str]:
    """The hashtags of a caption without their #, in order, each once.

    >>> hashtags_in("Sunday! #beach#sea with #friends, #beach again # ")
    ['beach', 'sea', 'friends']
    """
    return list(dict.fromkeys(tag for tag in _HASHTAG.findall(caption) if re.search(r"\w", tag)))


def posts_in(value: Any) -> Iterator[Post]:
    """The posts in a decoded JSON value of one of the forms above. Raises DataError for any other."""
    if isinstance(value, list):
        for number, item in enumerate(value, 1):
            try:
                yield _post(item)
            except DataError as error:
                raise DataError(f"post {number}: {error}") from None
    elif isinstance(value, dict) and ("node" in value or _is_post(value)):
        yield _post(value)
    elif isinstance(value, dict) and all(isinstance(posts, dict) for posts in value.values()):
        for user, posts in value.items():
            for key, item in posts.items():
                if not isinstance(item, dict):
                    raise DataError(f"post '{key}' of user '{user}' must be an object with a 'caption' or 'tags'")
                yield _post({"id": f"{user}_@_{key}", "user": user, **item})
    else:
        raise DataError("this is not a list of posts, an Instaloader post, or posts by user as in InstaPIC-1.1M")


def read_instaloader_folder(folder: Path, load_json) -> Iterator[Post]:
    """The posts in a folder of Instaloader's .json and .json.xz files, by name; files that are no posts are skipped.

    load_json : called with a path, returns its JSON value.
    """
    paths = sorted([*folder.rglob("*.json"), *folder.rglob("*.json.xz")])
    if not paths:
        raise DataError(
            f"the folder '{folder}' has neither HARRISON's files nor .json files; give a file of posts, "
            "which instahash-annotate makes of photos"
        )
    for path in paths:
        value = load_json(path)
        if isinstance(value, dict) and isinstance(value.get("node"), dict) and _is_post(value["node"]):
            try:
                yield _post(value)
            except DataError as error:
                raise DataError(f"'{path}': {error}") from None


def _is_post(value: dict) -> bool:
    return any(key in value for key in ("shortcode", "caption", "edge_media_to_caption", "hashtags", "tags"))


def _post(value: Any) -> Post:
    """One post of any form: rename what it calls its parts, then check it as every other."""
    if not isinstance(value, dict):
        return post_from_json(value)
    node = value["node"] if isinstance(value.get("node"), dict) else value
    owner = node["owner"] if isinstance(node.get("owner"), dict) else {}
    plain = {
        "id": node.get("id") or node.get("shortcode") or node.get("code"),
        "hashtags": _hashtags(node),
        "labels": node.get("labels") or [],
        "user": node.get("user") or owner.get("username") or owner.get("id"),
        "created_at": _time(node),
        "user_features": node.get("user_features"),
    }
    return post_from_json({key: part for key, part in plain.items() if part is not None})


def _hashtags(node: dict) -> Any:
    for key in ("hashtags", "tags"):
        if node.get(key):
            return node[key].replace("#", " ").split() if isinstance(node[key], str) else node[key]
    return hashtags_in(_caption(node))


def _caption(node: dict) -> str:
    caption = node.get("caption")
    if isinstance(caption, dict):
        caption = caption.get("text")
    if caption is None:
        try:
            caption = node["edge_media_to_caption"]["edges"][0]["node"]["text"]
        except (KeyError, IndexError, TypeError):
            return ""
    if isinstance(caption, list):
        caption = " ".join(map(str, caption))
    if not isinstance(caption, str):
        raise DataError(f"'caption' must be a text or a list of words, not {caption!r:.60}")
    return caption


def _time(node: dict) -> str | None:
    moments = (node.get(key) for key in ("created_at", "taken_at_timestamp", "taken_at"))
    moment = next((moment for moment in moments if moment is not None), None)
    if isinstance(moment, (int, float)):
        return datetime.fromtimestamp(moment, tz=timezone.utc).isoformat()
    return moment
