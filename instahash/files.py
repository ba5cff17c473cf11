"""Files, compressed or not: read with one kind of error, written whole or not at all."""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import os
import secrets
import stat
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, Any, cast

from instahash.archive import MOST_UNPACKED as MOST_STREAMED
from instahash.archive import Member
from instahash.errors import DataError, InstahashError
from instahash.locks import lock

# Suffixes, and what the content of such a file begins with.
_BEGINNINGS = {".gz": b"\x1f\x8b\x08", ".xz": b"\xfd7zXZ\0", ".bz2": b"BZh", ".zst": b"\x28\xb5\x2f\xfd"}
COMPRESSED = tuple(_BEGINNINGS)
MODEL_FILE = "model.npz"
# Seconds after which a half-written file of a process that was killed is removed by a later writer.
STALE = 3600
# Names of a folder that are looked through for each file written there, and files to write before it is listed again.
NAMES, _UNLISTED = 100, dict[Path, int]()
# What is compressed may unpack to this many bytes, or to this many times its size; texts and photos have a tenth of it.
# What is read post by post may have MOST_STREAMED: posts that are alike are compressed by hundreds, and few are held.
MOST_UNPACKED, MOST_TIMES = 2**25, 100


@contextmanager
def reading(path: str | Path | Member, streamed: bool = False) -> Iterator[IO[bytes]]:
    """A binary file, or one in a zip file, decompressed.

    Its content says how: a download may have been decompressed on its way and have kept its name, or the reverse.
    streamed : whether what is read is looked at piece by piece, and little of it is held.
    Raises DataError, which names the file, where it cannot be read or is not soundly compressed, and as soon as it
    unpacks to more than MOST_UNPACKED bytes, or MOST_STREAMED, and MOST_TIMES its size.
    """
    path = Path(path) if isinstance(path, str) else path
    try:
        with path.open("rb") as raw, _decompressed(raw) as file:
            most = _most(path, raw, MOST_STREAMED if streamed else MOST_UNPACKED)
            yield cast(IO[bytes], file if most is None or file is raw else _bounded(file, path, most))
    except EOFError:
        raise DataError(f"'{path}' is cut off: it ends before its compressed content does; copy it again") from None
    except (gzip.BadGzipFile, zlib.error, lzma.LZMAError) as error:
        raise DataError(f"'{path}' is not a sound compressed file ({error}); copy it again") from None
    except OSError as error:
        raise DataError(f"cannot read '{path}': {error.strerror or error}") from None
    except MemoryError:
        raise DataError(f"'{path}' takes more memory than there is; split it, or write it as JSON Lines") from None
    except Exception as error:
        if type(error).__name__ != "ZstdError":  # whose package may not be there
            raise
        raise DataError(f"'{path}' is not a sound compressed file ({error}); copy it again") from None


def _most(path: Path | Member, raw: IO[bytes], least: int) -> int | None:
    """How many bytes a compressed file may unpack to; None for a pipe, whose size nobody knows."""
    size = path.size if isinstance(path, Member) else os.fstat(raw.fileno()).st_size
    return max(least, MOST_TIMES * size) if size else None


def _bounded(file: IO[bytes], path: Path | Member, most: int) -> io.BufferedReader:
    """A file that cannot be read beyond so many bytes."""
    return io.BufferedReader(_Bounded(file, path, most), 2**17)


class _Bounded(io.RawIOBase):
    def __init__(self, file: IO[bytes], path: Path | Member, most: int) -> None:
        self._file, self._path, self._most, self._n = file, path, most, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._file.read(len(buffer))
        self._n += len(content)
        if self._n > self._most:
            advice = "unpack it, and give what was in it, where you trust it"
            raise DataError(f"'{self._path}' unpacks to more than {self._most >> 20:,} MB, unlike texts; {advice}")
        buffer[: len(content)] = content
        return len(content)


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
    A file that is replaced passes its permissions on. Where `path` is a link, the file that it leads to is replaced and
    the link stays; in a folder where everybody may write, another user's link is refused, and so is what is no file.

    error, advice : the kind of error where the file cannot be written, and what its line tells the user to try.
    """
    path = Path(path)
    try:
        target, old = _replaced(path)
        _remove_stale(target)
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.new")
        try:
            with open(beside, "xb") as raw:
                lock(raw.fileno())  # others see that its writer lives, whatever their clocks say
                if old:
                    _allow_as(raw.fileno(), old)
                with _compressed(raw, path.suffix.lower()) as file:
                    yield file
                raw.flush()
                os.fsync(raw.fileno())
            os.replace(beside, target)
        finally:
            with suppress(OSError):
                os.unlink(beside)
        sync_folder(target.parent)
    except OSError as fault:
        raise error(f"cannot write '{path}': {fault.strerror or fault}; {advice}") from None


def model_folder(path: str | Path) -> Path:
    """The directory of a model, which its file names too."""
    path = Path(path)
    return path.parent if path.name == MODEL_FILE and path.is_file() else path


def check_regular(path: Path) -> os.stat_result:
    """What the system knows of a regular file.

    Raises OSError for anything else: a device or a pipe may have no end, or let its reader wait for ever.
    """
    if not stat.S_ISREG((status := path.stat()).st_mode):
        raise OSError(errno.EINVAL, "it is a folder" if stat.S_ISDIR(status.st_mode) else "it is no regular file")
    return status


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


def check_writable(path: str | Path, *otherwise: Any) -> None:
    """Raise the error of :func:`writing` before the work whose result is to be written; `path` stays as it is.

    otherwise : arguments of :func:`writing`, the kind of error and its advice.
    """
    with suppress(_Enough), writing(path, *otherwise):
        raise _Enough


class _Enough(Exception):
    """A file could be written, and is not wanted."""


def _compressed(raw: IO[bytes], suffix: str) -> Any:
    """`raw` itself, or a file that compresses into it; the same content always gives the same bytes."""
    if suffix == ".gz":
        return gzip.GzipFile("", "wb", fileobj=raw, mtime=0)
    if suffix == ".bz2":
        return bz2.BZ2File(raw, "wb")
    if suffix == ".zst":
        return _zstd().ZstdFile(raw, "wb")
    return lzma.LZMAFile(raw, "wb") if suffix == ".xz" else nullcontext(raw)


def _replaced(path: Path) -> tuple[Path, os.stat_result | None]:
    """The file that is to be replaced, at the end of links, and what the system knows of it; None of a new one.

    Raises OSError for what is no file, and for the links that Linux does not follow in a folder such as /tmp.
    """
    if path.is_symlink():
        folder, owner = path.parent.stat(), path.lstat().st_uid
        if folder.st_mode & stat.S_ISVTX and hasattr(os, "geteuid") and owner not in (os.geteuid(), folder.st_uid):
            raise PermissionError(errno.EPERM, "it is a link of another user")
        path = Path(os.path.realpath(path))
    try:
        return path, check_regular(path)
    except FileNotFoundError:
        return path, None
    except ValueError as error:  # a name that no file can have
        raise OSError(errno.EINVAL, str(error)) from None


def _allow_as(number: int, old: os.stat_result) -> None:
    """Give an open file the owner and the permissions of another, as far as this user may."""
    if hasattr(os, "fchown"):
        for owner in (old.st_uid, -1):  # the group alone may still be given
            with suppress(OSError):
                os.fchown(number, owner, old.st_gid)
                break
    if hasattr(os, "fchmod"):
        with suppress(OSError):
            os.fchmod(number, old.st_mode & 0o777)


def _remove_stale(path: Path) -> None:
    """Remove what writers left that were killed. Where a file system has no locks, the age alone must do.

    A folder of n names is listed again after n / NAMES more files, so that many files cost no more than few.
    """
    folder = path.parent
    if n := _UNLISTED.get(folder, 0):
        _UNLISTED[folder] = n - 1
        return
    with suppress(OSError):  # a folder that may not be listed
        names = os.listdir(folder)
        _UNLISTED[folder] = len(names) // NAMES
        for name in names:
            if name.startswith(f".{path.name}.") and name.endswith(".new"):
                _remove_if_stale(path.with_name(name))


def _remove_if_stale(left: Path) -> None:
    with suppress(OSError):
        if abs(time.time() - left.lstat().st_mtime) > STALE and not _is_locked(left):
            os.unlink(left)


def _is_locked(path: Path) -> bool:
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        return not lock(number)
    finally:
        os.close(number)


def sync_folder(folder: Path) -> None:
    """Make what was named or renamed in a folder last through a loss of power, where the system can."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
