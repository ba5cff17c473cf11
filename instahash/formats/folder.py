"""A folder or zip file of posts: files in any of the formats, and captions as text files beside photos."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from instahash.archive import IMAGES
from instahash.data import Post, hashtags_in
from instahash.errors import DataError
from instahash.files import COMPRESSED
from instahash.formats.fields import clean, mended
from instahash.formats.files import FILE_FORMATS
from instahash.formats.items import first
from instahash.formats.posts import POSTS, has_hashtags
from instahash.formats.source import Format, LeftOut, Source

DATA = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")


def _data(source: Source) -> list[Source]:
    return [file for file in source.files if file.suffix in DATA]


def _captions(source: Source) -> list[tuple[str, Source]]:
    """Text files that are named as photos are or begin, where there is no file of data of that name."""
    photos = {_stem(file) for file in source.files if file.suffix in IMAGES}
    photos |= {re.sub(r"_\d+$", "", stem) for stem in photos}
    data = {_stem(file) for file in _data(source)}
    texts = [(_stem(file), file) for file in source.files if file.suffix == ".txt"]
    return [(stem, file) for stem, file in texts if stem in photos and stem not in data]


def _stem(file: Source) -> str:
    path = PurePosixPath(str(file.path))
    while path.suffix.lower() in (*COMPRESSED, *DATA, *IMAGES, ".txt"):
        path = path.with_suffix("")
    return str(path)


def _read(source: Source) -> Iterator[Post | LeftOut]:
    posts: dict[str, Post] = {}  # the photos of one post may have files of their own
    for file in _data(source):
        file = file.at(file.path)  # what is found out about it is not kept
        try:
            found = next((format for format in FILE_FORMATS if format.matches(file)), None)
            if found is None or (found is POSTS and not has_hashtags(first(file), file.columns)):
                yield LeftOut(f"'{file.path}'", "a file without posts", "other")
                continue
            for post in found.read(file):
                if isinstance(post, LeftOut):
                    yield post
                elif same := posts.get(post.id):
                    posts[post.id] = same._replace(photos=(*same.photos, *post.photos))
                else:
                    posts[post.id] = post
        except DataError as error:
            yield LeftOut(f"'{file.path}'", str(error))
    yield from posts.values()
    for stem, file in _captions(source):
        hashtags = hashtags_in(mended(clean(file.text())))
        yield Post(PurePosixPath(stem).name, tuple(hashtags), photos=(stem,))


FOLDER = Format(
    "folder", "a folder or zip file of posts", lambda source: bool(_data(source) or _captions(source)), _read
)
