"""A folder or zip file of posts: files in any of the formats, and captions as text files beside photos.

anna/2023-01-01_10-00-00_UTC.json.xz     a post, or several, in any format of FILE_FORMATS
anna/2023-02-01_10-00-00_UTC.txt         the caption of 2023-02-01_10-00-00_UTC.jpg or of _UTC_1.jpg, _UTC_2.jpg, where
                                         no file of data has this name; Instaloader's name is a time
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from instahash.archive import IMAGES, is_image
from instahash.data import Post
from instahash.errors import DataError, plural
from instahash.files import COMPRESSED
from instahash.formats.files import FILE_FORMATS
from instahash.formats.items import first, items
from instahash.formats.posts import POSTS, has_hashtags
from instahash.formats.source import DATA, Format, LeftOut, Source
from instahash.formats.values import hashtags_of_caption

UTC = re.compile(r"(\d{4}-\d\d-\d\d)_(\d\d)-(\d\d)-(\d\d)_UTC")


def _data(source: Source) -> list[Source]:
    return [file for file in source.files if file.suffix in DATA]


def _photos(source: Source) -> list[Source]:
    return [file for file in source.files if is_image(file.name)]


def _captions(source: Source) -> list[tuple[str, Source]]:
    """Text files that are named as photos are or begin, where there is no file of data of that name."""
    texts = [(_stem(file), file) for file in source.files if file.suffix == ".txt"]
    if not texts:
        return []
    photos = {_stem(file) for file in _photos(source)}
    photos |= {re.sub(r"_\d+$", "", stem) for stem in photos}
    data = {_stem(file) for file in _data(source)}
    return [(stem, file) for stem, file in texts if stem in photos and stem not in data]


def _stem(file: Source) -> str:
    path = str(file.path)
    while (suffix := PurePosixPath(path).suffix) and suffix.lower() in (*COMPRESSED, *DATA, *IMAGES, ".txt"):
        path = path.removesuffix(suffix)
    return path


def _read(source: Source) -> Iterator[Post | LeftOut]:
    data, captions = _data(source), _captions(source)
    if not data and not captions:
        photos = plural(len(_photos(source)), "photo")
        advice = "write a file of posts that names them (id and hashtags or caption)"
        raise DataError(
            f"'{source.path}' has {photos} and no hashtags; {advice}, or label them with instahash-annotate"
        )
    posts: dict[tuple[object, ...], Post] = {}
    for file in data:
        for post in _read_file(file.at(file.path)):  # so that what is found out about it is not kept
            if isinstance(post, LeftOut):
                yield post
            else:  # the photos of one post may have files of their own
                key = post._replace(photos=(), photo_features=None)
                same = posts.get(key, post._replace(photos=()))
                posts[key] = same._replace(photos=tuple(dict.fromkeys((*same.photos, *post.photos))))
    yield from posts.values()
    for stem, file in captions:
        try:
            yield _captioned(stem, file.text())
        except DataError as error:
            yield _damaged(file, error)


def _read_file(file: Source) -> Iterator[Post | LeftOut]:
    try:
        found = next((format for format in FILE_FORMATS if format.matches(file)), None)
        if found is None or (found is POSTS and not has_hashtags(first(file), file.columns)):
            broken = [] if first(file) else [item for item in items(file) if isinstance(item, LeftOut)]
            yield from broken or [LeftOut(f"'{file.path}'", "a file without posts", "other")]
        else:
            yield from found.read(file)
    except DataError as error:
        yield _damaged(file, error)


def _damaged(file: Source, error: DataError) -> LeftOut:
    return LeftOut(f"'{file.path}'", str(error).removeprefix(f"'{file.path}' "), "file")


def _captioned(stem: str, caption: str) -> Post:
    name = PurePosixPath(stem).name
    time = UTC.fullmatch(name)
    created_at = f"{time[1]}T{time[2]}:{time[3]}:{time[4]}+00:00" if time else None
    return Post(name, hashtags_of_caption(caption), created_at=created_at, photos=(stem,))


FOLDER = Format(
    "folder",
    "a folder or zip file of posts",
    lambda source: bool(_data(source) or _photos(source)),
    _read,
)
