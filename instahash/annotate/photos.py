"""Photos by file, folder or content: found lazily, read one at a time, each with faults of its own."""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeAlias

from instahash.archive import Member, files_below, is_image, is_video, is_zip
from instahash.decoding.limits import LIVE_PHOTO, VIDEO, VIDEOS
from instahash.errors import DataError, DataWarning, ImageError, plural

LARGEST_FILE = 100_000_000  # bytes


class Photo(NamedTuple):
    """A photo that has not been read yet; `source` is its file, in a zip file or not, or its content."""

    id: str
    source: Path | Member | bytes

    def read(self) -> bytes:
        """The content of the image file, not yet decoded.

        Raises ImageError, without the photo's name, where there is none, it cannot be read, is empty or above 100 MB,
        or has the name of a video.
        """
        try:
            content = self.source if isinstance(self.source, bytes) else _content(self.source)
        except FileNotFoundError:
            raise ImageError("there is no such file or folder; check the path") from None
        except (OSError, ValueError) as error:  # ValueError: a path with a NUL
            reason = getattr(error, "strerror", None) or error
            raise ImageError(f"it cannot be read: {reason}; check the path and who may read it") from None
        if not content:
            raise ImageError("it is empty (0 bytes); copy it again")
        _check_size(len(content))
        return content


def _content(path: Path | Member) -> bytes:
    if isinstance(path, Member):
        _check_name(path.name)
        try:
            with path.open() as file:
                return file.read(LARGEST_FILE + 1)
        except DataError as error:
            raise ImageError(str(error)) from None
    # Opening a FIFO or a device can wait for ever, so its kind is checked first.
    status = os.stat(path)
    if stat.S_ISDIR(status.st_mode):
        os.scandir(path).close()
        raise ImageError("there is no image in this folder; give one with JPEG, PNG or other images")
    if not stat.S_ISREG(status.st_mode):
        raise ImageError("it is not a regular file but a pipe, device or socket; give an image file")
    _check_name(path.name)
    _check_size(status.st_size)
    with open(path, "rb") as file:
        return file.read()


def _check_name(name: str) -> None:
    if is_video(name):
        raise ImageError(LIVE_PHOTO if name.lower().endswith((".mov", ".qt")) else VIDEO)


def _check_size(size: int) -> None:
    if size > LARGEST_FILE:
        raise ImageError(f"it has {size / 1e6:,.1f} MB, and {LARGEST_FILE / 1e6:.0f} are the most; save it smaller")


Source: TypeAlias = str | Path | bytes | tuple[str, bytes] | Photo


def find_photos(sources: Iterable[Source] | str | Path | bytes) -> Iterator[Photo]:
    """The photos of `sources`, in their order; nothing is read yet.

    sources : files, whatever their name; folders, for their image files (by suffix, in any case) and those of their
        subfolders, sorted by name, without what is hidden and without folders that are links; zip files, as folders;
        contents; contents with an id.

    A DataWarning counts the videos that are left out of a folder or zip file. The id of a file is its path as given,
    that of a content without one "photo 1" for the first source, and so on. What is not there, a video, a folder
    without an image or one that may not be listed is a photo whose `read` raises ImageError.
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
        elif is_zip(Path(source)):
            yield from _members(Path(source))
        else:
            yield _file(os.fspath(source))


def _file(path: str) -> Photo:
    return Photo(_writable(path), Path(path))


def _writable(path: str) -> str:
    """A name that is not UTF-8 has surrogates, which could be written nowhere."""
    return path.encode("utf-8", "backslashreplace").decode()


def _photos_below(folder: str) -> Iterator[Photo]:
    found, videos = False, list[str]()
    waiting = [(folder, True)]  # a stack of its own, since folders may be nested deeper than calls
    while waiting:
        path, is_folder = waiting.pop()
        if is_folder:
            with suppress(OSError):  # reading it as if it were a photo says why
                waiting += _entries(path, videos)
                continue
        found = True
        yield _file(path)
    if found:
        _say_videos(len(videos), folder)
    else:
        yield from _members(Path(folder))


def _members(path: Path) -> Iterator[Photo]:
    """The photos in a zip file, or in those of a folder that has only these; without one, what is no photo."""
    files = files_below(path)
    members = [member for member in files if is_image(str(member))]
    _say_videos(sum(is_video(str(file)) for file in files), str(path))
    return (Photo(_writable(str(member)), member) for member in members or [path])


def _say_videos(n: int, place: str) -> None:
    if n:
        warnings.warn(f"{plural(n, 'video')} in '{place}' left out: {VIDEOS}", DataWarning, stacklevel=3)


def _entries(folder: str, videos: list[str]) -> list[tuple[str, bool]]:
    """(path, is a folder) of the images and folders in `folder`, the last name first; `videos` gets those there are."""
    kept = []
    with os.scandir(folder) as entries:
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            is_photo = is_image(entry.name) and not (entry.is_symlink() and os.path.isdir(entry.path))
            if entry.name.startswith("."):
                continue
            if is_video(entry.name) and not is_folder:
                videos.append(entry.path)
            elif is_folder or is_photo:
                kept.append((entry.path, is_folder))
    return sorted(kept, reverse=True)
