"""What formats are given, what a format is, and what it says of what it cannot read."""

from __future__ import annotations

import codecs
import io
import json
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple, TypeVar, cast

from instahash.archive import Member, files_below, is_folder
from instahash.data import Post
from instahash.errors import DataError, cut, line, one_line
from instahash.files import COMPRESSED, reading

Kept = TypeVar("Kept")

# Suffixes of files that may hold posts.
DATA = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")
CHUNK = 2**20  # bytes or characters read at once
HEAD = 2**17  # bytes, by which a format is recognised
MOST_ITEM, MOST_BLANK = 2**22, 2_000_000  # bytes or characters of one post, and lines without one
MOST_LINE = 2**24  # of a post that is a line, and not dense
# Bytes of a file that is not streamed: in all, and where it is compressed, unless they are few times its size.
MOST_TEXT, MOST_UNPACKED, MOST_TIMES = 2**32, 2**24, 50
# Where a large text is full of brackets, what they hold takes many times its size.
LEAST_BETWEEN = 8  # characters, in the mean
# Of a file that is cut off or broken beyond repair, the items before are read where they are this part of it.
LEAST_SOUND = 0.9
# PowerShell writes UTF-16.
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class DenseError(DataError):
    """A JSON value that would take many times the memory that its text does."""


def is_dense(text: str) -> bool:
    """Whether a large text is made of brackets more than of what they hold."""
    return len(text) > MOST_ITEM and LEAST_BETWEEN * (text.count("[") + text.count("{")) > len(text)


class Item(NamedTuple):
    """One value of a file and the place where it stands, for messages: "'posts.json' item 5"."""

    place: str
    value: Any


class LeftOut(NamedTuple):
    """Something that was not read.

    place : where it stands.
    reason : what is wrong with it, or what it is; behind ", not " the value found, which makes no reason of its own.
    kind : "odd" for an item that should have been a post; "file" for a damaged file among others; "other" for what is
        rightly none, as a story or a profile; "part" for a part of a post that is read without it.
    """

    place: str
    reason: str
    kind: str = "odd"

    def __str__(self) -> str:
        return line(one_line(f"{self.place}: {self.reason}"))


@dataclass(frozen=True, eq=False)
class Source:
    """A file, a folder, or a zip file, which is read as the folder that it holds.

    columns : part of a post -> the name under which the user says it stands.
    kept : what functions found out about this source and will be asked again; see :func:`kept`.
    """

    path: Path | Member
    columns: Mapping[str, str] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict, init=False)

    @cached_property
    def is_folder(self) -> bool:
        return isinstance(self.path, Path) and is_folder(self.path)

    @cached_property
    def files(self) -> list[Source]:
        """Of a folder: its files, those of its folders too, sorted by name."""
        if isinstance(self.path, Member) or not self.is_folder:
            return []
        return [self.at(path) for path in files_below(self.path)]

    @cached_property
    def name(self) -> str:
        """The last part of the path, without the suffix of a compression: "posts.json" for "a/posts.json.gz"."""
        name = PurePosixPath(self.path.name)
        return name.stem if name.suffix.lower() in COMPRESSED else name.name

    @cached_property
    def suffix(self) -> str:
        """The suffix of `name` in lower case: ".json" for "POSTS.JSON.gz"."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def stem(self) -> str:
        """The whole path without the suffixes of a compression and of the file: "a/posts" for "a/posts.json.gz"."""
        path = str(self.path)
        return path[: path.rindex(self.name)] + self.name.removesuffix(PurePosixPath(self.name).suffix)

    @cached_property
    def head(self) -> bytes:
        """The first HEAD bytes of a file, decompressed; of a pipe, which can be read only once, and a folder none."""
        if self.is_folder or (isinstance(self.path, Path) and not stat.S_ISREG(self.path.stat().st_mode)):
            return b""
        with reading(self.path) as file:
            return file.read(HEAD)

    @cached_property
    def encoding(self) -> str:
        """The name of the encoding of a text: what a mark says, else UTF-8, else Windows-1252, which Excel writes."""
        for mark, name in MARKS.items():
            if self.head.startswith(mark):
                return name
        if self.head[1:4:2] == b"\0\0" and self.head[:1] != b"\0":
            return "utf-16-le"
        try:
            codecs.getincrementaldecoder("utf-8")().decode(self.head)
        except UnicodeDecodeError:
            return "cp1252"
        return "utf-8"

    @cached_property
    def start(self) -> str:
        """The head as a text without white space before it."""
        return self.head.decode(self.encoding, "replace").lstrip()

    def content(self) -> bytes:
        """All of a file, read anew where it is longer than the head.

        Raises DataError where it is too large, as a few bytes that unpack to gigabytes are.
        """
        if 0 < len(self.head) < HEAD:
            return self.head
        size = self.path.stat().st_size if isinstance(self.path, Path) else self.path.size
        most, content = min(MOST_TEXT, max(MOST_UNPACKED, MOST_TIMES * size)), bytearray()
        with reading(self.path) as file:
            while chunk := file.read(CHUNK):  # more at once would be room for more than there is
                content += chunk
                if len(content) > most:
                    raise DataError(
                        f"'{self.path}' has more than {most >> 20:,} MB; split it, or write it as JSON Lines"
                    )
        return bytes(content)

    def text(self) -> str:
        """The same as a text; bytes that are none become U+FFFD."""
        return self.content().decode(self.encoding, "replace")

    @cached_property
    def value(self) -> Any:
        """The one JSON value of a file, None for a folder. Raises DataError where the content is not JSON."""
        if self.is_folder:
            return None
        text = self.text()
        if is_dense(text):
            raise DenseError(f"'{self.path}' is made of brackets more than of posts; write it as JSON Lines")
        try:
            return json.loads(text)
        except RecursionError:
            raise DataError(f"'{self.path}' is nested too deep to be read") from None
        except ValueError as error:
            raise DataError(f"'{self.path}' is not JSON ({error})") from None

    @contextmanager
    def opened(self) -> Iterator[IO[str]]:
        """A file as text, streamed; bytes that are none become U+FFFD."""
        with (
            reading(self.path, streamed=True) as file,
            io.TextIOWrapper(file, self.encoding, "replace", newline="") as text,
        ):
            yield text

    def check_columns(self, names: Collection[str], others: Collection[str] = ()) -> None:
        """Raise DataError for a column that the user named and that is neither of `names` nor of `others`."""
        if missing := set(self.columns.values()).difference(names, others):
            raise DataError(one_line(f"'{self.path}' has no '{min(missing)}'; it has {cut(', '.join(names), 200)}"))

    def at(self, path: Path | Member) -> Source:
        """Another file, read in the same way."""
        return replace(self, path=path)


def kept(function: Callable[[Source], Kept]) -> Callable[[Source], Kept]:
    """A function of a source that is computed once and kept with it, since formats ask for the same in turn."""

    @wraps(function)
    def of(source: Source) -> Kept:
        if function.__name__ not in source.kept:
            source.kept[function.__name__] = function(source)
        return cast(Kept, source.kept[function.__name__])

    return of


@dataclass(frozen=True)
class Format:
    """One format of posts.

    name : what --format takes.
    title : what it is, for messages.
    matches : whether a source is of this format.
    read : the posts of a source that matches, and what is left out of it. Raises DataError where nothing of it can be
        read.
    """

    name: str
    title: str
    matches: Callable[[Source], bool]
    read: Callable[[Source], Iterator[Post | LeftOut]]
