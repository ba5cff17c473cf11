"""Labels on disk, so that no image is sent, or worked on, twice."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from instahash.data import Label
from instahash.database import Database, kind_of
from instahash.errors import AnnotatorError

FORMAT, APPLICATION = 1, 0x1A57A6  # user_version and application_id of the file
_OWNERS: set[str] = set()  # of this process: another that had its number before may have left claims
CLAIM_SECONDS = 600.0  # after which a claim ends in any case
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS labels (image TEXT, settings TEXT, labels TEXT NOT NULL, "
    "PRIMARY KEY (image, settings)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS claims (image TEXT, settings TEXT, owner TEXT NOT NULL, pid INTEGER NOT NULL, "
    "until REAL NOT NULL, PRIMARY KEY (image, settings)) WITHOUT ROWID",
    f"PRAGMA application_id={APPLICATION}",
    f"PRAGMA user_version={FORMAT}",
)


def default_cache() -> Path:
    """Where labels are kept unless another file is named: below XDG_CACHE_HOME, or ~/.cache."""
    try:
        folder = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:  # nobody has no home
        raise AnnotatorError("there is no home folder for a cache of labels; name a file (--cache)") from None
    return Path(folder, "instahash", "labels.sqlite")


class Cache:
    """The labels of images by the SHA-256 of their bytes and by the annotator's settings, in a SQLite file.

    path : the file, made with its folder where it is not there.
    settings : str, an annotator's `key`: all that changes its answers.

    Threads and processes of one machine may share it. Who is about to ask for an image's labels claims it first, and
    others wait for the answer; the claim of a process that is gone does not count. A context manager. Raises
    AnnotatorError where the file cannot be read or written, or is something else.
    """

    def __init__(self, path: str | Path, settings: str):
        self._path, self._settings = Path(path), settings
        self._owner = uuid.uuid4().hex
        _OWNERS.add(self._owner)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._failure(error) from None
        self._database = Database(self._path, self._failure)
        try:
            self._prepare()
        except BaseException:
            self._database.close()
            raise

    def _failure(self, error):
        return AnnotatorError(f"cannot use the cache '{self._path}': {error}; give another file (--cache)")

    def _prepare(self):
        """Tables, unless the file is somebody else's."""
        with self._database.transaction() as execute:
            application, version, is_new = kind_of(execute)
            if version > FORMAT:
                raise ValueError("it is of a newer version")
            if application != APPLICATION and not is_new:
                raise ValueError("it is a database of something else")
            for statement in SCHEMA:
                execute(statement)
        with self._database.statements() as execute:
            execute("PRAGMA synchronous=NORMAL")
            # Readers then do not wait for who writes. It fails while somebody writes, who will have done it.
            with suppress(sqlite3.OperationalError):
                execute("PRAGMA journal_mode=WAL")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._database.close()

    def get(self, images: Sequence[str]) -> dict[str, tuple[Label, ...]]:
        """The labels of those images, given as digests, that have some."""
        with self._database.statements() as execute:
            return self._known(execute, images)

    def claim(self, images: Sequence[str]) -> list[str]:
        """Those images that have no labels and that nobody else is at; they are the caller's until `put` or `release`."""
        with self._database.transaction() as execute:
            execute("DELETE FROM claims WHERE until<?", (time.time(),))
            known, mine = self._known(execute, images), []
            for image in images:
                if image in known:
                    continue
                claim = execute(
                    "SELECT owner, pid FROM claims WHERE image=? AND settings=?", (image, self._settings)
                ).fetchone()
                if claim is None or not _lives(*claim):
                    mine.append(image)
            until = time.time() + CLAIM_SECONDS
            for image in mine:
                execute(
                    "REPLACE INTO claims VALUES (?, ?, ?, ?, ?)",
                    (image, self._settings, self._owner, os.getpid(), until),
                )
            return mine

    def put(self, image: str, labels: Iterable[Label]) -> None:
        """Keep an image's labels."""
        text = json.dumps([list(label) for label in labels], ensure_ascii=False)
        with self._database.statements() as execute:
            execute("REPLACE INTO labels VALUES (?, ?, ?)", (image, self._settings, text))

    def release(self, images: Iterable[str]) -> None:
        """Give claims up, answered or not."""
        with self._database.transaction() as execute:
            for image in images:
                execute(
                    "DELETE FROM claims WHERE image=? AND settings=? AND owner=?", (image, self._settings, self._owner)
                )

    def _known(self, execute, images):
        found = {}
        for image in images:
            row = execute("SELECT labels FROM labels WHERE image=? AND settings=?", (image, self._settings)).fetchone()
            if row:
                found[image] = tuple(Label(*label) for label in json.loads(row["labels"]))
        return found


def digest(content: bytes) -> str:
    """An image's name in the cache."""
    return hashlib.sha256(content).hexdigest()


def _lives(owner, pid):
    """Whether who made a claim is still there."""
    if pid == os.getpid():
        return owner in _OWNERS
    if os.name == "nt":  # where this signal would end it; a claim then lasts until it expires
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is another user's
        return True
    return True
