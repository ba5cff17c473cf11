"""A SQLite file that is shared: transactions count all together or not at all, whatever fails."""

import contextlib
import signal
import sqlite3

import pytest

from instahash.database import Database
from instahash.errors import DataError

SCHEMA = ("CREATE TABLE a (x INTEGER PRIMARY KEY)", "CREATE TABLE b (x REFERENCES a DEFERRABLE INITIALLY DEFERRED)")


@pytest.fixture
def database(tmp_path):
    opened = Database(tmp_path / "file", lambda error: DataError(f"cannot use it: {error}"), 7, 1, SCHEMA)
    yield opened
    opened.close()


def test_a_file_of_which_nothing_could_be_written_is_not_left(tmp_path):
    for name, left in (("new", False), ("old", True)):
        if left:
            (tmp_path / name).touch()
        with pytest.raises(DataError, match="syntax error"):
            Database(tmp_path / name, lambda error: DataError(str(error)), 7, 1, ["CREATE NOTHING"])
        assert (tmp_path / name).exists() == left


def test_a_file_with_other_tables_is_refused(database, tmp_path):
    with database.statements() as execute:
        execute("ALTER TABLE a RENAME x TO y")
    with pytest.raises(DataError, match="its tables are not those of such a file"):
        Database(tmp_path / "file", lambda error: DataError(f"cannot use it: {error}"), 7, 1, SCHEMA)


def rows(database):
    with database.statements() as execute:
        return [row["x"] for row in execute("SELECT x FROM a")]


@pytest.mark.parametrize("error, raised", [(ValueError("no"), DataError), (KeyboardInterrupt(), KeyboardInterrupt)])
def test_a_transaction_that_fails_changes_nothing(database, error, raised):
    with pytest.raises(raised):
        with database.transaction() as execute:
            execute("INSERT INTO a VALUES (1)")
            raise error
    with database.transaction() as execute:
        execute("INSERT INTO a VALUES (2)")
    assert rows(database) == [2]


def test_a_failed_commit_leaves_no_transaction_open(database):
    with database.statements() as execute:
        execute("PRAGMA foreign_keys=ON")
    with pytest.raises(DataError, match="FOREIGN KEY"):
        with database.transaction() as execute:
            execute("INSERT INTO a VALUES (1)")
            execute("INSERT INTO b VALUES (3)")  # which only COMMIT complains of
    with database.transaction() as execute:
        execute("INSERT INTO a VALUES (2)")
    assert rows(database) == [2]


def test_what_sqlite_has_rolled_back_is_told_as_it_was(database):
    with pytest.raises(DataError, match="UNIQUE"):
        with database.transaction() as execute:
            execute("INSERT INTO a VALUES (1)")
            execute("INSERT OR ROLLBACK INTO a VALUES (1)")
    assert rows(database) == []


def test_another_process_waits_and_sees_all_or_nothing(database, tmp_path):
    with sqlite3.connect(tmp_path / "file", timeout=0) as other:
        with database.transaction() as execute:
            execute("INSERT INTO a VALUES (1)")
            assert other.execute("SELECT * FROM a").fetchall() == []
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("INSERT INTO a VALUES (2)")
        assert other.execute("SELECT * FROM a").fetchall() == [(1,)]
    other.close()


@pytest.mark.parametrize("application, version, told", [(8, 1, "something else"), (7, 0, "newer version")])
def test_another_kind_of_file_is_refused(database, tmp_path, application, version, told):
    content = (tmp_path / "file").read_bytes()
    with pytest.raises(DataError, match=told):
        Database(tmp_path / "file", lambda error: DataError(str(error)), application, version, SCHEMA)
    assert (tmp_path / "file").read_bytes() == content


def interrupted_as_it_begins(interrupting, k):
    """A Ctrl-C as the k-th block is begun: its lock is taken by then, and its end is not yet seen to."""

    def profile(frame, event, _):
        nonlocal k
        if event == "return" and (frame.f_code.co_filename, frame.f_code.co_name) == (contextlib.__file__, "__enter__"):
            k -= 1
            if k == -1:
                raise KeyboardInterrupt

    return interrupting.profiled(profile)


@pytest.fixture
def no_waiting():
    """Raises TimeoutError, again and again, in a thread that waits for what it holds itself."""

    def late(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 5, 1)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def insert(database, x):
    with database.transaction() as execute:
        execute("INSERT INTO a VALUES (?)", (x,))


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer to end what would wait for ever")
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("k", range(3))
def test_a_block_that_is_interrupted_as_it_begins_can_be_tidied_up_after(no_waiting, database, interrupting, k):
    with pytest.raises(KeyboardInterrupt):
        try:
            with interrupted_as_it_begins(interrupting, k + 1):  # the 0th is its own
                insert(database, 1)
        finally:
            insert(database, 2)
    assert rows(database) == [2]
    with pytest.raises(KeyboardInterrupt):
        with contextlib.closing(database), interrupted_as_it_begins(interrupting, k + 1):
            insert(database, 3)
