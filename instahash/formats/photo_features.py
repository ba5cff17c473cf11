"""Features of photos beside a file of posts: rows of one float16 array in NumPy's format, mapped when they are read.

A post says where its own are, {"file": "posts.jsonl.features.npy", "row": 17, "crc32": 305419896}: lines may be
left out, put in another order or copied to another file of the same folder, and a row that is no longer the photo's is
recognised. Of two files one is replaced first: until the posts are, too, the file that was there before keeps another
name, under which the old posts find it.
"""

from __future__ import annotations

import math
import os
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import numpy as np

from instahash.archive import Member
from instahash.data.corpus import row_of
from instahash.errors import DataError
from instahash.files import check_regular, sync_folder, writing
from instahash.forms import MOST_HEADER, declared

FEATURES = ".features.npy"
AGAIN = "write both files again with instahash-annotate --features"


def features_path(posts: Path) -> Path:
    """The file beside `posts`; with all of its name, since `a.jsonl` and `a.jsonl.gz` are two files of posts."""
    return posts.with_name(posts.name + FEATURES)


def _before(path: Path) -> Path:
    """Where the file is that was there before, while the posts are still the old ones."""
    return path.with_name(path.name.removesuffix(FEATURES) + ".old" + FEATURES)


class Writer:
    """Writes features row by row; the file takes its name in the end, and only where there was a row.

    :meth:`end` is to be called when the posts have taken theirs.
    """

    def __init__(self, path: Path, ends: ExitStack):
        self._path, self._ends = path, ends
        self._file: IO[bytes] | None = None
        self._shape = 0, 0

    def put(self, features: np.ndarray) -> dict[str, Any]:
        """Write a row; returns what the post says of it.

        Raises DataError where it is no row of numbers, not as long as those before, or not finite as float16.
        """
        row = np.ascontiguousarray(row_of(features), "<f2")
        n, size = self._shape
        if not np.isfinite(row).all():
            raise DataError("photo_features that are not finite, or above 65,504; compute them anew, or give None")
        if self._file is None:
            self._file = self._ends.enter_context(self._opened())
            self._write_header(len(row))
        elif len(row) != size:
            raise DataError(f"photo_features of {len(row)} after {size}; give photos that one network has seen")
        self._file.write(row.tobytes())
        self._shape = n + 1, len(row)
        return {"file": self._path.name, "row": n, "crc32": zlib.crc32(row.tobytes())}

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        with writing(self._path) as file:
            yield file
            file.seek(0)
            self._write_header(self._shape[1])
            before = _before(self._path)
            with suppress(OSError):  # a new file, one that is kept already, or a disk on which no file has two names
                os.link(self._path, before)
                sync_folder(before.parent)

    def end(self) -> None:
        """No posts need any more what was there before."""
        if self._file:
            with suppress(OSError):
                os.unlink(_before(self._path))

    def _write_header(self, n_features: int) -> None:
        """Of fixed length, since NumPy leaves room for more rows."""
        assert self._file is not None
        shape = self._shape[0], n_features
        header = {"descr": "<f2", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(self._file, header)


def read_features(source: Path | Member, reference: Any) -> np.ndarray:
    """The row that a post of the file `source` refers to, (n_features,) float16, mapped and read-only.

    Raises DataError where it refers to nothing that is there, or to what is another photo's by now.
    """
    if not isinstance(reference, dict) or not {"file", "row", "crc32"} <= reference.keys():
        raise DataError(f"must have a file, a row and a crc32, not {reference!r:.60}")
    name, row = reference["file"], reference["row"]
    if not isinstance(name, str) or name in ("", "..") or Path(name).name != name:
        raise DataError(f"must name a file beside the posts, not {name!r:.60}")
    if isinstance(source, Member):
        raise DataError(f"are in '{name}', which cannot be mapped in a zip file; unpack that")
    path = source.with_name(name)
    try:
        return _row(path, row, reference["crc32"])
    except DataError:
        if _before(path).exists():
            with suppress(DataError):
                return _row(_before(path), row, reference["crc32"])
        raise


def _row(path: Path, row: Any, crc32: Any) -> np.ndarray:
    name, table = path.name, _mapped(path)
    if type(row) is not int or not 0 <= row < len(table):
        raise DataError(f"are not in '{name}', which has {len(table):,} rows; {AGAIN}, not row {row!r:.20}")
    features = table[row]
    if zlib.crc32(features.tobytes()) != crc32:
        raise DataError(f"in '{name}' are those of another photo, or damaged; {AGAIN}")
    if not np.isfinite(features).all():
        raise DataError(f"in '{name}' are not all finite; {AGAIN}")
    return features


def _mapped(path: Path) -> np.ndarray:
    try:
        if not path.resolve().is_relative_to(path.parent.resolve()):
            raise OSError("it is a link to another folder")
        status = path.stat()
        table = _table(path, status.st_mtime_ns, status.st_ino)
    except FileNotFoundError:
        raise DataError(f"are in '{path.name}', which is not beside the posts; copy it there") from None
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"cannot be read from '{path.name}' ({error}); copy it again") from None
    if table.ndim != 2 or table.dtype != np.float16:
        raise DataError(f"in '{path.name}' are {table.dtype} of the shape {table.shape}; {AGAIN}")
    return table


@lru_cache(maxsize=4)
def _table(path: Path, changed: int, number: int) -> np.ndarray:
    """Mapped once for all of its rows, and anew once another file has taken its place.

    A header is believed where the file is exactly as large as it says: what is mapped is there.
    """
    check_regular(path)
    with path.open("rb") as file:
        found = declared(file.read(MOST_HEADER), path.stat().st_size)
    if not math.prod(found.shape):
        return np.empty(found.shape, found.dtype)
    return np.memmap(path, found.dtype, "r", found.start, found.shape, found.order)
