"""Items of Apify's Instagram scrapers, as JSON, JSON Lines or CSV.

A post is {"id", "shortCode", "caption", "hashtags", "ownerUsername", "timestamp", "displayUrl", "images", "childPosts":
[photo, ...]}. A profile holds posts as "latestPosts", a hashtag as "topPosts" and "latestPosts". What the scraper did
not get is {"error", "errorDescription"}.
"""

from __future__ import annotations

from typing import Any

from instahash.formats.fields import usual
from instahash.formats.items import item_format
from instahash.formats.node import each, named, url_names
from instahash.formats.source import Source

MARKS = ("inputUrl", "shortCode", "ownerUsername", "childPosts", "latestPosts", "topPosts", "errorDescription")
HELD = ("topPosts", "latestPosts")


def _parts(item: dict[str, Any], source: Source) -> dict[str, Any] | str | list[dict[str, Any] | str]:
    if item.get("error") and not item.get("caption"):
        return "an error of the tool instead of a post"
    if "commentUrl" in item:
        return "a comment"
    if not any(name in item for name in HELD):
        return "a profile" if "biography" in item else _post(item, source)
    held = [post for name in HELD for post in each(item.get(name))]
    user = item.get("username")
    posts = {str(post.get("shortCode") or post.get("id") or i): post for i, post in enumerate(held)}
    return [_post(post if post.get("ownerUsername") else {**post, "ownerUsername": user}, source)
            for post in posts.values()] or "a profile or hashtag without posts"  # fmt: skip


def _post(item: dict[str, Any], source: Source) -> dict[str, Any]:
    photos = [item, *each(item.get("childPosts"))]
    names = [name for photo in photos for name in named(photo.get("shortCode"), photo.get("id"))]
    urls = [*each(item.get("images"), str), *(photo.get("displayUrl") for photo in photos)]
    return usual(item, source.columns) | {"photos": list(dict.fromkeys([*names, *url_names(*urls)]))}


def _is_item(item: dict[str, Any]) -> bool:
    return (
        sum(mark in item for mark in MARKS) > 1
        or "commentUrl" in item
        or any(isinstance(item.get(name), list) for name in HELD)
        or {"error", "errorDescription"} <= item.keys()
    )


APIFY = item_format("apify", "Apify's items", _is_item, _parts)
