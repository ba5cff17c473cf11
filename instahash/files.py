"""Files, compressed or not: read with one kind of error, written whole or not at all."""

from __future__ import annotations

import bz2
import glob
import gzip
import lzma
import os
import secrets
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, Any

from instahash.archive import Member
from instahash.errors import DataError, InstahashError

# Suffixes, and what the content of such a file begins with.
_BEGINNINGS = {".gz": b"\x1f\x8b\x08", ".xz": b"\xfd7zXZ\0", ".bz2": b"BZh", ".zst": b"\x28\xb5\x2f\xfd"}
COMPRESSED = tuple(_BEGINNINGS)
# Seconds after which a half-written file of a process that was killed is removed by the next writer.
STALE = 3600


@contextmanager
def reading(path: str | Path | Member) -> Iterator[IO[bytes]]:
    """A binary file, or one in a zip file, decompressed.

    Its content says how: a download may have been decompressed on its way and have kept its name, or the reverse.
    Raises DataError, which names the file, where it cannot be read or is not soundly compressed.
    """
    path = Path(path) if isinstance(path, str) else path
    try:
        with path.open("rb") as raw, _decompressed(raw) as file:
            yield file
    except EOFError:
        raise DataError(f"'{path}' is cut off: it ends before its compressed content does; copy it again") from None
    except (gzip.BadGzipFile, zlib.error, lzma.LZMAError) as error:
        raise DataError(f"'{path}' is not a sound compressed file ({error}); copy it again") from None
    except OSError as error:
        raise DataError(f"cannot read '{path}': {error.strerror or error}") from None
    except Exception as error:
        if type(error).__name__ != "ZstdError":  # whose package may not be there
            raise
        raise DataError(f"'{path}' is not a sound compressed file ({error}); copy it again") from None


def _decompressed(raw: Any) -> Any:
    start = raw.peek(8)
    suffix = next((suffix for suffix, beginning in _BEGINNINGS.items() if start.startswith(beginning)), "")
    if suffix == ".bz2" and start[4:6] not in (b"1A", b"\x17r"):  # a text may begin as bzip2 does
        suffix = ""
    if suffix == ".zst":
        return _zstd().open(raw, "rb")
    opener: Any = {".gz": gzip.open, ".xz": lzma.open, ".bz2": bz2.open}.get(suffix)
    return opener(raw, "rb") if opener else nullcontext(raw)


def _zstd() -> Any:
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        advice = 'install it with: python3 -m pip install "instahash[formats]"'
        raise DataError(f"a file compressed by Zstandard needs the package backports.zstd; {advice}") from None
    return zstd


@contextmanager
def writing(
    path: str | Path, error: type[InstahashError] = DataError, advice: str = "choose another file"
) -> Iterator[IO[bytes]]:
    """A binary file that takes the place of `path` when the block ends, and leaves `path` alone where the block fails.

    The content is written beside `path` under a name of its own, compressed by the suffix of `path` (see COMPRESSED),
    synced to the disk and renamed. At any moment `path` has its old content or its new; of two writers the last wins.

    error, advice : the kind of error where the file cannot be written, and what its line tells the user to try.
    """
    path = Path(path)
    if path.is_dir():
        raise error(f"cannot write '{path}': it is a folder; {advice}")
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        _remove_stale(path)
        with open(beside, "xb") as raw:
            with _compressed(raw, path.suffix.lower()) as file:
                yield file
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(beside, path)
        _sync_folder(path.parent)
    except OSError as fault:
        raise error(f"cannot write '{path}': {fault.strerror or fault}; {advice}") from None
    finally:
        with suppress(OSError):
            beside.unlink()


def cache_folder() -> Path | None:
    """The system's folder for what this user may lose, which need not be there; None for a user without a home."""
    from platformdirs import user_cache_path

    try:
        folder = user_cache_path("instahash", appauthor=False)
    except RuntimeError:  # nobody has no home; older versions of platformdirs give "~/.cache" then
        return None
    return folder if folder.is_absolute() else None


def write_text(path: str | Path, text: str) -> None:
    """Write a text file in UTF-8, as :func:`writing` does."""
    with writing(path) as file:
        file.write(text.encode("utf-8", "surrogatepass"))


def check_writable(path: str | Path) -> None:
    """Raise the DataError of :func:`writing` before the work whose result is to be written; `path` stays as it is."""
    path = Path(path)
    probe = path if path.is_dir() else path.with_name(f".{path.name}.{secrets.token_hex(4)}.probe")
    try:
        write_text(probe, "")
        probe.unlink()
    except DataError as fault:
        raise DataError(str(fault).replace(str(probe), str(path))) from None


def _compressed(raw: IO[bytes], suffix: str) -> Any:
    """`raw` itself, or a file that compresses into it; the same content always gives the same bytes."""
    if suffix == ".gz":
        return gzip.GzipFile("", "wb", fileobj=raw, mtime=0)
    if suffix == ".bz2":
        return bz2.BZ2File(raw, "wb")
    if suffix == ".zst":
        return _zstd().ZstdFile(raw, "wb")
    return lzma.LZMAFile(raw, "wb") if suffix == ".xz" else nullcontext(raw)


def _remove_stale(path: Path) -> None:
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.new"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > STALE:
                left.unlink()


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a loss of power, where the system can."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
