"""InstaPIC-1.1M (Park, Kim and Kim, CVPR 2017): {user: {post: {"caption": text or words, "tags": hashtags}}}."""

from __future__ import annotations

from collections.abc import Iterator

from instahash.data import Post
from instahash.errors import DataError
from instahash.formats.instagram import post_from_item
from instahash.formats.source import Format, Source


def _matches(source: Source) -> bool:
    return isinstance(source.value, dict) and all(isinstance(posts, dict) for posts in source.value.values())


def _read(source: Source) -> Iterator[Post]:
    for user, posts in source.value.items():
        for key, item in posts.items():
            place = f"'{source.path}': post '{key}' of user '{user}'"
            if not isinstance(item, dict):
                raise DataError(f"{place}: it must be an object with a 'caption' or 'tags'")
            yield post_from_item({"id": f"{user}_@_{key}", "user": user, **item}, place)


INSTAPIC = Format("posts by user as in InstaPIC-1.1M", _matches, _read)
