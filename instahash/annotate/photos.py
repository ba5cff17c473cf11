"""Photos by file, folder or content: found lazily, read one at a time, each with faults of its own."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

from instahash.errors import ImageError

SUFFIXES = tuple(".jpg .jpeg .jpe .png .webp .gif .bmp .tif .tiff .heic .heif .avif .mpo".split())
MOST_BYTES = 100_000_000


class Photo(NamedTuple):
    """A photo that has not been read yet; `source` is its file or its content."""

    id: str
    source: Path | bytes

    def read(self) -> bytes:
        """The content of the image file, not yet decoded.

        Raises ImageError, without the photo's name, where there is none, it cannot be read, is empty or above 100 MB.
        """
        content = self.source
        if not isinstance(content, bytes):
            try:
                content = self._file()
            except FileNotFoundError:
                raise ImageError("there is no such file or folder; check the path") from None
            except (OSError, ValueError) as error:  # ValueError: a path with a NUL
                reason = getattr(error, "strerror", None) or error
                raise ImageError(f"it cannot be read: {reason}; check the path and who may read it") from None
        if not content:
            raise ImageError("it is empty (0 bytes); copy it again")
        self._check_size(len(content))
        return content

    def _file(self) -> bytes:
        # Opening a FIFO or a device can wait for ever, so what it is gets asked first.
        status = os.stat(self.source)
        if stat.S_ISDIR(status.st_mode):
            os.scandir(self.source).close()
            raise ImageError("there is no image in this folder; give one with JPEG, PNG or other images")
        if not stat.S_ISREG(status.st_mode):
            raise ImageError("it is not a regular file but a pipe, device or socket; give an image file")
        self._check_size(status.st_size)
        with open(self.source, "rb") as file:
            return file.read()

    def _check_size(self, size: int) -> None:
        if size > MOST_BYTES:
            raise ImageError(f"it has {size / 1e6:,.1f} MB, and {MOST_BYTES / 1e6:.0f} are the most; save it smaller")


Source: TypeAlias = str | Path | bytes | tuple[str, bytes] | Photo


def find_photos(sources: Iterable[Source] | Source) -> Iterator[Photo]:
    """The photos of `sources`, in their order; nothing is read yet.

    sources : files, taken whatever their name; folders, whose image files (by their suffix, in any case) are taken with
        those of their subfolders, sorted by name, without what is hidden and without folders that are links; contents;
        contents with an id.

    The id of a file is its path as given, that of a content without one "photo 1" for the first source, and so on. What
    is not there, a folder without an image or one that may not be listed is a photo whose `read` raises ImageError.
    """
    if isinstance(sources, (str, bytes, os.PathLike)):
        sources = [sources]
    for position, source in enumerate(sources, 1):
        if isinstance(source, (bytes, bytearray)):
            yield Photo(f"photo {position}", bytes(source))
        elif isinstance(source, tuple):
            yield Photo(*source)
        elif os.path.isdir(source):
            yield from _photos_below(os.fspath(source))
        else:
            yield _file(os.fspath(source))


def _file(path: str) -> Photo:
    # A name that is not UTF-8 has surrogates, which could be written nowhere.
    return Photo(path.encode("utf-8", "backslashreplace").decode(), Path(path))


def _photos_below(folder: str) -> Iterator[Photo]:
    found = False
    waiting = [(folder, True)]  # a stack of its own, since folders may be nested deeper than calls
    while waiting:
        path, is_folder = waiting.pop()
        if is_folder:
            try:
                waiting += _entries(path)
                continue
            except OSError:
                pass  # reading it as if it were a photo says why
        found = True
        yield _file(path)
    if not found:
        yield _file(folder)


def _entries(folder: str) -> list[tuple[str, bool]]:
    """(path, is a folder) of the images and folders in `folder`, the last name first."""
    with os.scandir(folder) as entries:
        kept = []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                kept.append((entry.name, True))
            elif entry.name.lower().endswith(SUFFIXES) and not (entry.is_symlink() and os.path.isdir(entry.path)):
                kept.append((entry.name, False))
    kept.sort(reverse=True)
    return [(os.path.join(folder, name), is_folder) for name, is_folder in kept]
