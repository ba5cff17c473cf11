"""Files in a zip file, and folders and zip files alike: what lies below them."""

from __future__ import annotations

import io
import lzma
import os
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, cast

from instahash.errors import DataError, DataWarning, plural

# Suffixes of image files.
IMAGES = tuple(".jpg .jpeg .jpe .png .webp .gif .bmp .tif .tiff .heic .heif .avif .mpo".split())
# Suffixes of videos.
VIDEOS = tuple(".mp4 .m4v .mov .qt .avi .mkv .webm .3gp .3g2 .mpg .mpeg .wmv .flv .ogv .mts .m2ts".split())
MOST_MEMBERS = 2_000_000
# A zip file may unpack to this many bytes, or to this many times its size.
MOST_UNPACKED, MOST_TIMES = 2**28, 100


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
        except (zipfile.BadZipFile, KeyError, EOFError, zlib.error, lzma.LZMAError, struct.error) as error:
            raise DataError(f"'{self}' is damaged ({error}); copy the zip file again") from None


def is_image(name: str) -> bool:
    """Whether a file has the suffix of an image."""
    return name.lower().endswith(IMAGES)


def is_video(name: str) -> bool:
    """Whether a file has the suffix of a video."""
    return name.lower().endswith(VIDEOS)


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

    What is hidden is left out, what macOS adds to zip files, and folders that are links; so are links to files outside
    of the folder, pipes and devices, of which a DataWarning says how many. Where a folder has zip files and nothing
    else, as an export in several parts has, these are the files in them.
    Raises DataError where a zip file is damaged or cannot be read, or unpacks to too much.
    """
    if not is_zip(path):
        found = _files_of_folder(path)
        are_zips = all(file.suffix.lower() == ".zip" for file in found)
        return [member for file in found for member in files_below(file)] if are_zips else list(found)
    # Folders end in a slash, and damaged lists of files have names without a letter.
    names = sorted(name for name in _opened(path).namelist() if name and not name.endswith("/"))
    if len(names) > MOST_MEMBERS:
        raise DataError(f"'{path}' has {len(names):,} files; at most {MOST_MEMBERS:,} are read, split it")
    return [Member(path, name) for name in names if not _is_hidden(name)]


def _files_of_folder(path: Path) -> list[Path]:
    found, odd, inside = list[Path](), list[Path](), os.path.join(os.path.realpath(path), "")
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in sorted(name for name in names if not _is_hidden(name)):
            file = os.path.join(folder, name)
            is_ours = not os.path.islink(file) or os.path.realpath(file).startswith(inside)
            (found if is_ours and os.path.isfile(file) else odd).append(Path(file))
    if odd:
        what = f"{plural(len(odd), 'file')} in '{path}' left out, as a link to elsewhere, a pipe or a device"
        warnings.warn(f"{what}; the first: '{odd[0]}'", DataWarning, stacklevel=3)
    return found


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        status = path.stat()
        return _zip_file(path, status.st_mtime_ns, status.st_size)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, struct.error, OverflowError) as error:
        raise DataError(f"'{path}' is not a sound zip file ({error}); copy it again") from None
    except OSError as error:
        raise DataError(f"cannot read '{path}': {error.strerror or error}") from None


@lru_cache(maxsize=2)
def _zip_file(path: Path, changed: int, size: int) -> zipfile.ZipFile:
    """Open, since its list of files is read each time it is opened; several threads may read from it."""
    archive = zipfile.ZipFile(path)
    if (unpacked := sum(member.file_size for member in archive.infolist())) > max(MOST_UNPACKED, MOST_TIMES * size):
        archive.close()
        raise DataError(f"'{path}' unpacks to {unpacked >> 20:,} MB, unlike photos and texts; unpack what you trust")
    return archive
