"""Posts that people give in Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from numbers import Real
from typing import Any

from instahash.data import Post
from instahash.data.given import rows_of
from instahash.errors import DataError, cut, shown
from instahash.formats.fields import post_from_parts, usual
from instahash.formats.source import LeftOut

WANTED = "posts are Post objects, or dicts such as {'id': '1.jpg', 'hashtags': ['sea'], 'labels': ['boat']}"


def is_post(value: Any) -> bool:
    """Whether it is a post, or a dict of one: its labels or hashtags are no score, as a label with that text has."""
    if isinstance(value, Mapping):
        own = value.get("labels", value.get("hashtags"))
        return own is not None and not isinstance(own, Real)
    return isinstance(value, Post)


def posts_of(posts: Any) -> Iterator[Post]:
    """The posts, one after the other, as Posts.

    posts : one or several Posts, or dicts with the names of a line of a posts file; or a table with such columns, of
        pandas or Polars. Features of photos are their own.
    Raises DataError for anything else, and for a dict a part of which is odd.
    """
    posts = rows_of(posts)
    if isinstance(posts, (Post, Mapping)):
        posts = [posts]
    try:
        several = iter(posts)
    except TypeError:
        raise DataError(f"posts are {shown(posts)}; {WANTED}") from None
    return (post if isinstance(post, Post) else _read(post, number) for number, post in enumerate(several))


def _read(value: Any, number: int) -> Post:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise DataError(f"post {number} is {shown(value)}; {WANTED}")
    parts = {name: part for name, part in usual(value).items() if part is not None}
    if not parts.keys() & {"hashtags", "caption", "labels", "id"}:
        raise DataError(f"post {number} is {shown(dict(value))}, without hashtags or labels; {WANTED}")
    *odd, post = post_from_parts(parts | {"made_up": value.get("made_up") is True}, f"post {number}", str(number))
    if odd:
        raise DataError(cut(str(odd[0]), 250))
    assert not isinstance(post, LeftOut)
    return post._replace(photo_features=value.get("photo_features"))
