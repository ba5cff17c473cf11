"""Files in a zip file, and folders and zip files alike: what lies below them."""

from __future__ import annotations

import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, cast

from instahash.errors import DataError

# Suffixes of image files.
IMAGES = tuple(".jpg .jpeg .jpe .png .webp .gif .bmp .tif .tiff .heic .heif .avif .mpo".split())
MOST_MEMBERS = 2_000_000


@dataclass(frozen=True)
class Member:
    """A file in a zip file, with what of a Path reading it takes."""

    archive: Path
    name: str

    def __str__(self) -> str:
        return f"{self.archive}/{self.name}"

    @property
    def suffix(self) -> str:
        return os.path.splitext(self.name)[1]

    @property
    def size(self) -> int:
        """Bytes that it takes in the zip file."""
        return _opened(self.archive).getinfo(self.name).compress_size

    @contextmanager
    def open(self, mode: str = "rb") -> Iterator[IO[bytes]]:
        """The content, decompressed. Raises DataError where it is damaged, encrypted or packed in an unknown way."""
        advice = "unpack the zip file, and give the folder"
        try:
            # Buffered, since a member by itself reads small pieces slowly.
            with _opened(self.archive).open(self.name) as file, io.BufferedReader(cast(Any, file), 2**16) as buffered:
                yield buffered
        except (RuntimeError, NotImplementedError) as error:
            raise DataError(f"cannot read '{self}': {error}; {advice}") from None
        except (zipfile.BadZipFile, KeyError, EOFError, zlib.error, lzma.LZMAError) as error:
            raise DataError(f"'{self}' is damaged ({error}); copy the zip file again") from None


def is_image(name: str) -> bool:
    """Whether a file has the suffix of an image."""
    return name.lower().endswith(IMAGES)


def is_folder(path: Path) -> bool:
    """Whether files lie below it: a folder or a zip file."""
    return os.path.isdir(path) or is_zip(path)


def is_zip(path: Path) -> bool:
    """Whether it is a zip file, by its name, or by its content where its name has no suffix."""
    suffix = path.suffix.lower()
    if suffix == ".zip":
        return not os.path.isdir(path)  # some programs unpack a zip file into a folder of its name
    return suffix == "" and os.path.isfile(path) and zipfile.is_zipfile(path)


def files_below(path: Path) -> list[Path | Member]:
    """The files of a folder or zip file and of its folders, sorted by name.

    What is hidden is left out, what macOS adds to zip files, and folders that are links. Where a folder has zip files
    and nothing else, as an export in several parts has, these are the files in them.
    Raises DataError where a zip file is damaged or cannot be read.
    """
    if not is_zip(path):
        found = [Path(folder, name) for folder, names in _walk(path) for name in names]
        are_zips = all(file.suffix.lower() == ".zip" for file in found)
        return [member for file in found for member in files_below(file)] if are_zips else list(found)
    # Folders end in a slash, and damaged lists of files have names without a letter.
    names = sorted(name for name in _opened(path).namelist() if name and not name.endswith("/"))
    if len(names) > MOST_MEMBERS:
        raise DataError(f"'{path}' has {len(names):,} files; at most {MOST_MEMBERS:,} are read, split it")
    return [Member(path, name) for name in names if not _is_hidden(name)]


def _walk(path: Path) -> Iterator[tuple[str, list[str]]]:
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        yield folder, sorted(name for name in names if not _is_hidden(name))


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        status = path.stat()
        return _zip_file(path, status.st_mtime_ns, status.st_size)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise DataError(f"'{path}' is not a sound zip file ({error}); copy it again") from None
    except OSError as error:
        raise DataError(f"cannot read '{path}': {error.strerror or error}") from None


@lru_cache(maxsize=2)
def _zip_file(path: Path, changed: int, size: int) -> zipfile.ZipFile:
    """Open, since its list of files is read each time it is opened; several threads may read from it."""
    return zipfile.ZipFile(path)
