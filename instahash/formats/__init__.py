"""Files of posts: one file a format. A new format is one file that defines a Format, and its place in FORMATS.

source.py        Source, what a format is given; Format, what it is; LeftOut, what it says of what it does not read
items.py         the items of JSON Lines, JSON lists and objects, and of tables
table.py         rows of CSV, TSV and Parquet
fields.py        the parts of a post under the names that people's files have; values.py, in the shapes that they have
node.py          a post as Instagram's pages have it
files.py         the formats of single files
posts.py         posts under usual names, read and written; beside it a file for each tool
folder.py        folders and zip files of such files
photo_features.py  features of photos, in a file beside the posts
joining.py       which photos belong to which posts
given.py         posts that people give in Python
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from instahash.archive import IMAGES
from instahash.data import Post
from instahash.data.sample import SAMPLES
from instahash.errors import DataError, DataWarning, SettingsError, cut, line, plural, shown
from instahash.formats.fields import NAMES
from instahash.formats.files import FILE_FORMATS
from instahash.formats.folder import FOLDER
from instahash.formats.given import is_post, posts_of
from instahash.formats.harrison import HARRISON
from instahash.formats.items import check_columns
from instahash.formats.posts import write_posts
from instahash.formats.source import Format, LeftOut, Source

__all__ = ["FORMATS", "Format", "LeftOut", "Reading", "Source", "is_post", "posts_of", "read_posts", "write_posts"]

# The first that matches reads a source.
FORMATS: tuple[Format, ...] = (HARRISON, *FILE_FORMATS, FOLDER)
LOST = ("odd", "file")  # kinds of what should have been a post or have held some
MANY_ODD = 10_000  # after so many, more odd items than posts end the reading
MOST_ODD = 0.1  # of the items; where more are, and not only one, the file is not what it was taken for


@dataclass
class Reading:
    """What was read of a source, counted while its posts are asked for.

    reasons : (kind, reason without the value found) -> how often, of what was left out.
    firsts : the same -> the first of these.
    """

    format: str = ""
    posts: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    firsts: dict[tuple[str, str], LeftOut] = field(default_factory=dict)

    def count(self, left_out: LeftOut) -> None:
        key = left_out.kind, left_out.reason.partition(", not ")[0]
        self.reasons[key] += 1
        self.firsts.setdefault(key, left_out)

    def __add__(self, other: Reading) -> Reading:
        """Both together."""
        reasons, firsts = self.reasons + other.reasons, other.firsts | self.firsts
        return Reading(self.format or other.format, self.posts + other.posts, reasons, firsts)

    @property
    def odd(self) -> int:
        """How many items should have been posts and could not be read."""
        return sum(number for (kind, _), number in self.reasons.items() if kind == "odd")

    def table(self, with_hashtags: int, with_labels: int, with_photo: int | None = None) -> str:
        """How many posts were read, have each of these and were left out, as a table for people."""
        rows = {"posts read": self.posts, "with photo": with_photo}
        rows |= {"with hashtags": with_hashtags, "with labels": with_labels}
        left_out = {"no hashtag": self.posts - with_hashtags, "unreadable": self.odd}
        rows |= {f"left out, {why}": number or None for why, number in left_out.items()}
        return "\n".join(f"{name:<21} {number:>9,}" for name, number in rows.items() if number is not None)

    def lines(self) -> list[str]:
        """One line for each reason why something was left out, the most frequent first."""
        said = {"odd": "left out", "file": "left out", "other": "no post", "part": "read without a part"}
        return [
            line(f"{said[key[0]]}: {self.firsts[key]}" + (f" (and {number - 1:,} more)" if number > 1 else ""))
            for key, number in self.reasons.most_common()
        ]


def read_posts(
    source: str | Path,
    format: str = "auto",
    *,
    columns: Mapping[str, str] | None = {},
    strict: bool = False,
    reading: Reading | None = None,
) -> Iterator[Post]:
    """The posts of `source`, one after the other.

    source : "sample" for the embedded sample, "sample-held-out" for others of its kind, "sample-small" for posts of a
        few topics; or a file, a folder or a zip file in one of FORMATS. Files may be compressed (.gz, .xz, .bz2, .zst).
    format : a name of FORMATS; "auto" for the one that content and name show.
    columns : part of a post ("id", "hashtags", "caption", "labels", "user", "created_at") -> the name of its column or
        key, where it has no usual one.
    strict : whether one odd item is an error.
    reading : counts what is read and left out; without it, a DataWarning at the end says what was left out.

    An odd item is left out and does not lose the rest. Raises DataError, which names the file and the place in it,
    where there is no post or more than a tenth of the items are odd, SettingsError for another
    format, columns of other parts, and where any of these is of another kind.
    """
    if not isinstance(source, (str, os.PathLike)):
        raise DataError(f"the source of posts is {shown(source)}; it must be a path, or 'sample'")
    if source in SAMPLES:
        return SAMPLES[str(source)]()
    path = Path(source)
    if not os.path.exists(path):  # which, unlike a Path, raises nothing for what it may not see
        wanted = ", ".join(f"'{name}'" for name in SAMPLES)
        raise DataError(f"there is no file or folder '{path}'; give a file or folder of posts, or one of {wanted}")
    found = Source(path, _columns(columns))
    check_columns(found)
    if type(strict).__name__ not in ("bool", "bool_"):
        raise SettingsError(f"strict is {shown(strict)}; it must be True or False")
    return _posts(_found(found, format), found, strict, reading)


def _columns(given: Any) -> Mapping[str, str]:
    """What was given for `columns`, where it is that."""
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(text, str) for pair in given.items() for text in pair):
        raise SettingsError(f"columns are {shown(given)}; give a dict such as {{'hashtags': 'Tags'}}")
    for part in given:
        if part not in NAMES:
            raise SettingsError(f"columns has the part '{cut(part)}'; parts are {', '.join(NAMES)}")
    return given


def _found(source: Source, name: Any) -> Format:
    if not isinstance(name, str):
        raise SettingsError(f"format is {shown(name)}; it must be auto or one of {_names()}")
    if name != "auto":
        for format in FORMATS:
            if format.name == name:
                return format
        raise SettingsError(f"format is '{name}'; it must be auto or one of {_names()}")
    found = next((format for format in FORMATS if format.matches(source)), None)
    if found is None:
        if source.is_folder and not source.files:
            raise DataError(f"there is no file in '{source.path}'; give a file or folder of posts")
        if source.suffix in IMAGES:
            raise DataError(f"'{source.path}' is a photo, and no file of posts; instahash-annotate labels photos")
        raise DataError(f"'{source.path}' is in none of the formats {_names()}; {_advice(source)}")
    return found


def _names() -> str:
    return ", ".join(format.name for format in FORMATS)


def _advice(source: Source) -> str:
    if source.is_folder:
        inner = any(file.suffix == ".zip" for file in source.files)
        return "unpack the zip files in it" if inner else "instahash-annotate makes posts of photos"
    if source.head.startswith(b"PK"):
        return "save a spreadsheet as CSV in UTF-8, and unpack other files of this kind"
    return 'give posts, one a line, as {"id": "1.jpg", "caption": "Morning! #beach"}, or a table of such columns'


def _posts(found: Format, source: Source, strict: bool, reading: Reading | None) -> Iterator[Post]:
    counts = Reading() if reading is None else reading
    counts.format = found.title
    try:
        for post in found.read(source):
            if isinstance(post, Post):
                counts.posts += 1
                yield post
                continue
            counts.count(post)
            if strict and post.kind in LOST:
                raise DataError(str(post))
            if counts.odd >= MANY_ODD and counts.odd > counts.posts:
                break
    except RecursionError:
        raise DataError(f"'{source.path}' is nested too deep to be read") from None
    for file in source.files:
        if file.suffix == ".zip":
            counts.count(LeftOut(f"'{file.path}'", "a zip file beside other files; unpack it", "file"))
    firsts = [counts.firsts[key] for key, _ in counts.reasons.most_common() if key[0] in LOST]
    if counts.odd > max(1, MOST_ODD * (counts.posts + counts.odd)):
        whole = f"{plural(counts.odd, 'item')} of {counts.posts + counts.odd:,} in '{source.path}' cannot be read"
        raise DataError(f"{whole} as {found.title}; the first: {firsts[0]}")
    if not counts.posts:
        raise DataError(f"there is no post in '{source.path}'" + (f": {firsts[0]}" if firsts else ""))
    if reading is None and counts.reasons:
        warnings.warn("; ".join(counts.lines()[:3]), DataWarning, stacklevel=3)
