"""HARRISON's folder (Park, Li and Kim, BMVC 2016): photos, their hashtags and an index of hashtags in three files.

Line k of data_list.txt is a photo and line k of tag_list.txt its hashtags, separated by blanks; vocab_index.txt has a
hashtag and its number a line. There are no labels.
"""

from __future__ import annotations

from collections.abc import Iterator

from instahash.data import Post
from instahash.data.posts import unchecked_post
from instahash.errors import DataError
from instahash.formats.source import Format, LeftOut, Source

FILES = PHOTOS, TAGS, INDEX = "data_list.txt", "tag_list.txt", "vocab_index.txt"


def _found(source: Source) -> dict[str, Source]:
    return {file.name: file for file in source.files if file.name in FILES}


def _read(source: Source) -> Iterator[Post | LeftOut]:
    found = _found(source)
    if missing := [name for name in FILES if name not in found]:
        raise DataError(f"'{source.path}/{missing[0]}' is missing; a HARRISON folder has {', '.join(FILES)}")
    photos, tags, index = (found[name].text().splitlines() for name in FILES)
    if len(photos) != len(tags):
        counts = f"'{found[PHOTOS].path}' has {len(photos):,} lines and '{TAGS}' {len(tags):,}"
        raise DataError(f"{counts}; line k of both must be post k, copy the files again")
    known = {line.split()[0] for line in index if line.strip()}
    for number, (photo, line) in enumerate(zip(photos, tags), 1):
        hashtags = tuple(line.split())
        if unknown := [hashtag for hashtag in hashtags if hashtag not in known]:
            yield LeftOut(f"'{found[TAGS].path}' line {number}", f"must have hashtags of '{INDEX}', not '{unknown[0]}'")
        else:
            yield unchecked_post(name := photo.strip(), hashtags, photos=(name,))


HARRISON = Format("harrison", "HARRISON's folder", lambda source: len(_found(source)) > 1, _read)
