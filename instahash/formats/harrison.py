"""HARRISON's folder (Park, Li and Kim, BMVC 2016): photos, their hashtags and an index of hashtags in three files.

Line k of data_list.txt is a photo and line k of tag_list.txt its hashtags, separated by blanks; vocab_index.txt has a
hashtag and its number a line. There are no labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from instahash.data.posts import Post
from instahash.errors import DataError

PHOTOS, TAGS, INDEX = "data_list.txt", "tag_list.txt", "vocab_index.txt"


def is_harrison(folder: Path) -> bool:
    return any((folder / name).exists() for name in (PHOTOS, TAGS, INDEX))


def read_harrison(folder: str | Path) -> Iterator[Post]:
    """The posts of the folder. Raises DataError where a file is missing or the files do not belong together."""
    folder = Path(folder)
    photos, tags, index = (_lines(folder / name) for name in (PHOTOS, TAGS, INDEX))
    if len(photos) != len(tags):
        raise DataError(
            f"'{folder / PHOTOS}' has {len(photos):,} lines and '{TAGS}' {len(tags):,}; line k of both must be post k, "
            "copy the files again"
        )
    known = {line.split()[0] for line in index if line.strip()}
    for number, (photo, line) in enumerate(zip(photos, tags), 1):
        hashtags = line.split()
        for hashtag in hashtags:
            if hashtag not in known:
                raise DataError(
                    f"'{folder / TAGS}' line {number}: '{hashtag}' is not in '{INDEX}'; copy the files again"
                )
        yield Post(photo.strip(), tuple(hashtags))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        wanted = ", ".join((PHOTOS, TAGS, INDEX))
        raise DataError(f"'{path}' is missing; a HARRISON folder has {wanted}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"'{path}' is not UTF-8 text ({error.reason} at byte {error.start})") from None
    except OSError as error:
        raise DataError(f"cannot read '{path}': {error.strerror}") from None
