"""A SQLite file that threads and processes share."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

LONGEST = 2**24  # bytes of a text or blob in such a file
Execute: TypeAlias = Callable[..., sqlite3.Cursor]
D = TypeVar("D", bound="Database")
Failure: TypeAlias = Callable[[Exception], Exception]


class Database:
    """One connection to a file, which is made where it is not there; its threads take turns, its processes wait.

    A context manager, and the base of what keeps its tables in such a file.

    path : the file; its folder must be there.
    failure : called with what SQLite, the system or the content (ValueError, TypeError) complain of; gives the
        exception to raise in its place.
    application, version : SQLite's application_id and user_version of such files. Another application's file, one of
        a newer version, and one with triggers or views, which is a stranger's, are refused, as a ValueError, and left
        as they are.
    schema : the statements that make the tables of a new file.
    """

    def __init__(self, path: str | Path, failure: Failure, application: int, version: int, schema: Iterable[str]):
        # A Ctrl-C as a block begins may leave the lock with this thread, which must still be able to tidy up and close.
        self._failure, self._lock = failure, threading.RLock()
        is_new = not os.path.exists(path)
        with self._faults():
            # Autocommit: transactions are opened where they are needed.
            self._connection = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA trusted_schema=OFF")
            if hasattr(self._connection, "setlimit"):  # from Python 3.11 on
                self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
        try:
            with self.transaction() as execute:
                _prepare(execute, application, version, schema)
        except BaseException:
            self.close()
            if is_new:  # the disk is full, say
                _remove_empty(Path(path))
            raise

    def __enter__(self: D) -> D:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def statements(self) -> Iterator[Execute]:
        """Gives `execute`, for statements that stand alone."""
        with self._lock, self._faults():
            yield self._connection.execute

    @contextmanager
    def transaction(self) -> Iterator[Execute]:
        """Gives `execute`, for statements that count all together or not at all."""
        with self.statements() as execute:
            try:
                self._connection.rollback()  # one whose beginning was interrupted; mostly there is none
                execute("BEGIN IMMEDIATE")
                yield execute
                execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # where it is closed; and it does nothing where SQLite has rolled back
                    self._connection.rollback()
                raise

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise self._failure(error) from None


def _remove_empty(path: Path) -> None:
    with suppress(OSError):
        if not path.stat().st_size:
            path.unlink()


def _prepare(execute: Execute, application: int, version: int, schema: Iterable[str]) -> None:
    """Make the tables of a new file. Raises ValueError for a file of something else."""

    def first(statement: str) -> Any:
        return execute(statement).fetchone()

    found, is_new = first("PRAGMA application_id")[0], first("SELECT * FROM sqlite_master") is None
    if found != application and (found or not is_new):
        raise ValueError("it is a database of something else")
    if first("PRAGMA user_version")[0] > version:
        raise ValueError("it is of a newer version")
    if execute("SELECT * FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchone():
        raise ValueError("it has triggers or views, as no such file has")
    if not is_new and not _columns(execute) >= _columns_of(schema):
        raise ValueError("its tables are not those of such a file")
    if is_new:
        for statement in (*schema, f"PRAGMA application_id={application}", f"PRAGMA user_version={version}"):
            execute(statement)


def _columns_of(schema: Iterable[str]) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:")) as made:
        for statement in schema:
            made.execute(statement)
        return _columns(made.execute)


def _columns(execute: Execute) -> set[tuple[str, str]]:
    """(table, column) of all that there are."""
    return {(*row,) for row in execute("SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c")}
