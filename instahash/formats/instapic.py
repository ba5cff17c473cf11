"""InstaPIC-1.1M (Park, Kim and Kim, CVPR 2017): {user: {post: {"caption": text or words, "tags": hashtags}}}."""

from __future__ import annotations

from collections.abc import Iterator

from instahash.data import Post
from instahash.formats.fields import post_from_parts, usual
from instahash.formats.items import whole
from instahash.formats.source import Format, LeftOut, Source


def _matches(source: Source) -> bool:
    users = list(whole(source).values())[:20]
    posts = [post for user in users if isinstance(user, dict) for post in list(user.values())[:20]]
    return any(isinstance(post, dict) and {"caption", "tags"} & post.keys() for post in posts)


def _read(source: Source) -> Iterator[Post | LeftOut]:
    for user, posts in whole(source).items():
        if not isinstance(posts, dict):
            yield LeftOut(f"'{source.path}': user '{user}'", "must be an object of posts")
            continue
        for key, item in posts.items():
            place = f"'{source.path}': post '{key}' of user '{user}'"
            if isinstance(item, dict):
                yield from post_from_parts({"id": f"{user}_@_{key}", "user": user, **usual(item)}, place, key)
            else:
                yield LeftOut(place, "must be an object with a 'caption' or 'tags'")


INSTAPIC = Format("instapic", "posts by user as in InstaPIC-1.1M", _matches, _read)
