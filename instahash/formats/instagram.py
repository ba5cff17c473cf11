"""Instagram's names for the parts of a post, as download tools keep them in JSON."""

from __future__ import annotations

from typing import Any

from instahash.data import Post, hashtags_in, post_from_json, time_text
from instahash.errors import DataError


def is_post(item: dict[str, Any]) -> bool:
    """Whether a JSON object has a part that only posts have."""
    return any(key in item for key in ("shortcode", "caption", "edge_media_to_caption", "hashtags", "tags"))


def post_from_item(item: Any, place: str) -> Post:
    """The post of a JSON object with Instagram's names, or with our own.

    Raises DataError, which begins with `place`, where it is malformed.
    """
    try:
        return _post(item)
    except DataError as error:
        raise DataError(f"{place}: {error}") from None


def _post(item: Any) -> Post:
    if not isinstance(item, dict):
        return post_from_json(item)
    node = item["node"] if isinstance(item.get("node"), dict) else item
    owner = node["owner"] if isinstance(node.get("owner"), dict) else {}
    moments = (node.get(key) for key in ("created_at", "taken_at_timestamp", "taken_at"))
    moment = next((moment for moment in moments if moment is not None), None)
    parts = {
        "id": node.get("id") or node.get("shortcode") or node.get("code"),
        "hashtags": _hashtags(node),
        "labels": node.get("labels") or [],
        "user": node.get("user") or owner.get("username") or owner.get("id"),
        "created_at": time_text(moment) if isinstance(moment, (int, float)) else moment,
        "user_features": node.get("user_features"),
    }
    return post_from_json({key: part for key, part in parts.items() if part is not None})


def _hashtags(node: dict[str, Any]) -> Any:
    for key in ("hashtags", "tags"):
        if node.get(key):
            return node[key].replace("#", " ").split() if isinstance(node[key], str) else node[key]
    return hashtags_in(_caption(node))


def _caption(node: dict[str, Any]) -> str:
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
