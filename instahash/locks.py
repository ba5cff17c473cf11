"""Locks on files. The system lets go of them where a process ends, however it ends, so that none is left behind."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

# What is held here, and by which process and thread of it: a forked process inherits the list, but holds nothing.
_HELD: dict[str, tuple[int, int]] = {}
# What the system says of a file that another holds; Windows says EACCES.
_TAKEN = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
# Windows locks bytes, and lets nobody read them: this one is behind all that is written.
_FAR = 2**30
# A file is opened so often where it was removed meanwhile; or where its file system never says that two are the same.
TRIES = 100
# Of what has the name of a lock a link is not followed, and a pipe not waited for.
_CAREFULLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)

if sys.platform == "win32":
    import msvcrt

    def _lock(number: int) -> None:
        place = os.lseek(number, 0, os.SEEK_CUR)
        os.lseek(number, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(number, place, os.SEEK_SET)

else:
    import fcntl

    def _lock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


def lock(number: int) -> bool:
    """Lock an open file until it is closed; False where another has it, True also where its file system has no locks.

    number : of the open file.  Never waits.
    """
    try:
        _lock(number)
    except OSError as error:
        return error.errno not in _TAKEN
    return True


@contextmanager
def alone(path: Path, taken: Callable[[str], Exception]) -> Iterator[None]:
    """Keep others out of such a block for the same path: other processes, and other threads of this one.

    path : a file for the lock, which is made and, after the block, removed. Where it cannot be made, or its file system
        has no locks, the block runs without one.
    taken : called where another holds the lock, with the number of its process ("" where it is not known); gives the
        exception to raise.

    A block within one of the same thread is let in.
    """
    name, me = os.path.join(os.path.realpath(path.parent), path.name), (os.getpid(), threading.get_ident())
    if _HELD.get(name) == me:
        yield
        return
    file = _held(name, taken)
    try:
        _HELD[name] = me
        yield
    finally:
        _HELD.pop(name, None)
        if file:
            with suppress(OSError):  # before it is let go of: who has opened it meanwhile sees that it is gone
                os.unlink(name)
            file.close()


def _held(name: str, taken: Callable[[str], Exception]) -> FileIO | None:
    """A locked file of this name; None where there can be none, or none is found to keep its name."""
    for _ in range(TRIES):
        if not (file := _opened(name)):
            break
        if not lock(file.fileno()):
            with file:
                raise taken(_owner(file))
        if _is_still(name, file.fileno()):
            with suppress(OSError):  # of a file that is another user's
                file.truncate(0)
                file.write(str(os.getpid()).encode())
            return file
        file.close()
    return None


def _opened(name: str) -> FileIO | None:
    """The file, made where it is not there; a link is not followed to what it would have written to."""
    for mode, flags in (
        ("r+", os.O_RDWR | os.O_CREAT),
        ("r", os.O_RDONLY),
    ):  # another user's can be locked all the same
        with suppress(OSError):
            return FileIO(os.open(name, flags | _CAREFULLY, 0o666), mode)
    return None


def _is_still(name: str, number: int) -> bool:
    """Whether the open file has this name: who held it before may have removed it since it was opened."""
    try:
        return os.path.samestat(os.stat(name), os.fstat(number))
    except OSError:
        return False


def _owner(file: FileIO) -> str:
    with suppress(OSError):
        text = file.read(20).decode("ascii", "replace")
        return text if text.isdecimal() and text.isascii() else ""
    return ""
