"""What the formats are given, and what a format is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from instahash.data import Post
from instahash.errors import DataError
from instahash.files import reading

HEAD = 2**20


@dataclass(frozen=True)
class Source:
    """A file or folder of posts. Its content is read when it is first needed, and decompressed by its suffix."""

    path: Path

    @property
    def suffix(self) -> str:
        """The suffix in lower case, without that of a compression: ".json" for "POSTS.JSON.gz"."""
        path = self.path.with_suffix("") if self.path.suffix.lower() in (".gz", ".xz", ".bz2") else self.path
        return path.suffix.lower()

    @cached_property
    def head(self) -> bytes:
        """The first HEAD bytes of a file."""
        with reading(self.path) as file:
            return file.read(HEAD)

    @cached_property
    def value(self) -> Any:
        """The one JSON value of a file, None for a folder. Raises DataError where the content is not JSON."""
        if self.path.is_dir():
            return None
        with reading(self.path) as file:
            content = file.read()
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise DataError(f"'{self.path}' is not JSON ({error})") from None


@dataclass(frozen=True)
class Format:
    """One format of posts.

    title : what it is, for messages.
    matches : whether a source is of this format.
    read : the posts of a source that matches. Raises DataError that names the place in the source.
    """

    title: str
    matches: Callable[[Source], bool]
    read: Callable[[Source], Iterator[Post]]
