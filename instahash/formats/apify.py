"""Items of Apify's Instagram scrapers, as JSON, JSON Lines or CSV.

A post is {"id", "shortCode", "caption", "hashtags", "ownerUsername", "timestamp", "displayUrl", "images", "childPosts":
[photo, ...]}. A profile holds posts as "latestPosts", a hashtag as "topPosts" and "latestPosts". What the scraper did
not get is {"error", "errorDescription"}.
"""

from __future__ import annotations

from typing import Any

from instahash.formats.fields import usual
from instahash.formats.items import Parts, item_format
from instahash.formats.node import each, named, url_names
from instahash.formats.source import Source

# An item has two of these, or one that no other tool has.
MARKS = ("inputUrl", "shortCode", "ownerUsername", "childPosts", "error")
OWN_MARKS = ("latestPosts", "topPosts", "commentUrl", "errorDescription")
HELD = ("topPosts", "latestPosts", "posts")


def _parts(item: dict[str, Any], source: Source) -> Parts | list[Parts]:
    if item.get("error") and not item.get("caption"):
        return "an error of the tool instead of a post"
    if "commentUrl" in item:
        return "a comment"
    if lists := [name for name in HELD if name in item]:
        user = {"ownerUsername": item.get("username")}
        held = [post if post.get("ownerUsername") else post | user for name in lists for post in each(item[name])]
        # One may be both a top post and a latest one.
        posts = {str(post.get("shortCode") or post.get("id") or number): post for number, post in enumerate(held)}
        return [_post(post, source) for post in posts.values()] or "a profile or hashtag without posts"
    return "a profile" if "biography" in item else _post(item, source)


def _post(item: dict[str, Any], source: Source) -> dict[str, Any]:
    photos = [item, *each(item.get("childPosts"))]
    names = [name for photo in photos for name in named(photo.get("shortCode"), photo.get("id"))]
    urls = [*each(item.get("images"), str), *(photo.get("displayUrl") for photo in photos)]
    return usual(item, source.columns) | {"photos": list(dict.fromkeys([*names, *url_names(*urls)]))}


def _is_item(item: dict[str, Any]) -> bool:
    return sum(mark in item for mark in MARKS) > 1 or any(mark in item for mark in OWN_MARKS)


APIFY = item_format("apify", "Apify's items", _is_item, _parts)
