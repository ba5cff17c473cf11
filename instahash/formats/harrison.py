"""HARRISON's folder (Park, Li and Kim, BMVC 2016): photos, their hashtags and an index of hashtags in three files.

Line k of data_list.txt is a photo and line k of tag_list.txt its hashtags, separated by blanks; vocab_index.txt has a
hashtag and its number a line. There are no labels.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from instahash.data import Post
from instahash.errors import DataError
from instahash.files import reading
from instahash.formats.source import Format, Source

FILES = PHOTOS, TAGS, INDEX = "data_list.txt", "tag_list.txt", "vocab_index.txt"


def _matches(source: Source) -> bool:
    return any(os.path.exists(source.path / name) for name in FILES)


def _read(source: Source) -> Iterator[Post]:
    photos, tags, index = (_lines(source.path / name) for name in FILES)
    if len(photos) != len(tags):
        counts = f"'{source.path / PHOTOS}' has {len(photos):,} lines and '{TAGS}' {len(tags):,}"
        raise DataError(f"{counts}; line k of both must be post k, copy the files again")
    known = {line.split()[0] for line in index if line.strip()}
    for number, (photo, line) in enumerate(zip(photos, tags), 1):
        hashtags = tuple(line.split())
        if unknown := [hashtag for hashtag in hashtags if hashtag not in known]:
            place = f"'{source.path / TAGS}' line {number}"
            raise DataError(f"{place}: '{unknown[0]}' is not in '{INDEX}'; copy the files again")
        yield Post(photo.strip(), hashtags)


def _lines(path: Path) -> list[str]:
    if not os.path.exists(path):
        raise DataError(f"'{path}' is missing; a HARRISON folder has {', '.join(FILES)}")
    with reading(path) as file:
        content = file.read()
    try:
        return content.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"'{path}' is not UTF-8 text ({error.reason} at byte {error.start})") from None


HARRISON = Format("HARRISON's folder", _matches, _read)
