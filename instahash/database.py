"""A SQLite file that threads and processes share."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path


class Database:
    """One connection to a file, which is made where it is not there; its threads take turns, its processes wait.

    path : the file; its folder must be there.
    failure : called with what SQLite, the system or the content (ValueError, TypeError) complain of; gives the
        exception to raise in its place.
    """

    def __init__(self, path: str | Path, failure: Callable[[Exception], Exception]):
        self._failure, self._lock = failure, threading.Lock()
        with self._faults():
            # Autocommit: transactions are opened where they are needed.
            self._connection = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
            self._connection.row_factory = sqlite3.Row

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def statements(self):
        """Gives `execute`, for statements that stand alone."""
        with self._lock, self._faults():
            yield self._connection.execute

    @contextmanager
    def transaction(self):
        """Gives `execute`, for statements that count all together or not at all."""
        with self.statements() as execute:
            execute("BEGIN IMMEDIATE")
            try:
                yield execute
            except BaseException:
                execute("ROLLBACK")
                raise
            execute("COMMIT")

    @contextmanager
    def _faults(self):
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, TypeError) as error:
            raise self._failure(error) from None


def kind_of(execute) -> tuple[int, int, bool]:
    """(application_id, user_version, whether there is no table yet): what a file says it is."""
    application, version = (execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    return application, version, execute("SELECT * FROM sqlite_master").fetchone() is None
