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
from typing import cast

import numpy as np

from instahash.data import Label
from instahash.database import Database, Execute
from instahash.errors import AnnotatorError
from instahash.files import cache_folder

FORMAT, APPLICATION = 1, 0x1A57A6  # user_version and application_id of the file
_OWNERS: set[str] = set()  # of this process; an ended one that had the same number may have left claims
CLAIM_SECONDS = 600.0  # after which a claim ends in any case
SCHEMA = (
    "CREATE TABLE labels (image TEXT, settings TEXT, labels TEXT NOT NULL, "
    "PRIMARY KEY (image, settings)) WITHOUT ROWID",
    "CREATE TABLE claims (image TEXT, settings TEXT, owner TEXT NOT NULL, pid INTEGER NOT NULL, "
    "until REAL NOT NULL, PRIMARY KEY (image, settings)) WITHOUT ROWID",
)
# Made where it is not there, as in files that are older than it.
FEATURES = (
    "CREATE TABLE IF NOT EXISTS features (image TEXT, settings TEXT, features BLOB NOT NULL, "
    "PRIMARY KEY (image, settings))"
)


def default_cache() -> Path:
    """Where labels are kept unless another file is named: in the system's folder for a user's caches."""
    folder = cache_folder()
    if folder is None:
        raise AnnotatorError("there is no home folder for a cache of labels; name a file (--cache)")
    return folder / "labels.sqlite"


class Cache(Database):
    """Labels and features of images by the SHA-256 of their bytes and by the annotator's settings, in a SQLite file.

    path : the file, made with its folder where it is not there.
    settings : an annotator's `key`: all that changes its answers.

    Threads and processes of one machine may share it. An annotation claims an image before it labels it, and others
    wait for these labels; the claim of a process that is gone does not count. A context manager. Raises AnnotatorError
    where the file cannot be read or written, or is something else.
    """

    def __init__(self, path: str | Path, settings: str):
        def failure(error: Exception) -> AnnotatorError:
            return AnnotatorError(f"cannot use the cache '{path}': {error}; give another file (--cache)")

        self._settings, self._owner = settings, uuid.uuid4().hex
        _OWNERS.add(self._owner)
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise failure(error) from None
        super().__init__(path, failure, APPLICATION, FORMAT, SCHEMA)
        try:
            with self.statements() as execute:
                execute("PRAGMA synchronous=NORMAL")
                execute(FEATURES)
                execute("DELETE FROM claims WHERE until<?", (time.time(),))  # a file that is read-only fails here
                # Readers then do not wait for writers. It fails while another process writes, which has done this.
                with suppress(sqlite3.OperationalError):
                    execute("PRAGMA journal_mode=WAL")
        except AnnotatorError:
            self.close()
            raise

    def get(self, images: Sequence[str]) -> dict[str, tuple[Label, ...]]:
        """The labels of those images, given as digests, that have some."""
        with self.statements() as execute:
            return self._known(execute, images)

    def claim(self, images: Sequence[str]) -> list[str]:
        """Those images that have no labels and no other claim; they are the caller's until `release`."""
        with self.transaction() as execute:
            known = self._known(execute, images)
            mine = [image for image in images if image not in known and not self._is_claimed(execute, image)]
            own = self._owner, os.getpid(), time.time() + CLAIM_SECONDS
            for image in mine:
                execute("REPLACE INTO claims VALUES (?, ?, ?, ?, ?)", (image, self._settings, *own))
            return mine

    def put(self, image: str, labels: Iterable[Label]) -> None:
        """Keep an image's labels."""
        text = json.dumps([list(label) for label in labels], ensure_ascii=False)
        with self.statements() as execute:
            execute("REPLACE INTO labels VALUES (?, ?, ?)", (image, self._settings, text))

    def get_features(self, image: str, settings: str) -> np.ndarray | None:
        """The features of an image by the network that `settings` names, (n_features,) float16; None for none yet."""
        with self.statements() as execute:
            row = execute("SELECT features FROM features WHERE image=? AND settings=?", (image, settings)).fetchone()
            features = np.frombuffer(row["features"], "<f2") if row else None
            if features is not None and not (len(features) and np.isfinite(features).all()):
                raise ValueError("features that are not finite")
            return features

    def put_features(self, image: str, settings: str, features: np.ndarray) -> None:
        """Keep an image's features, as float16."""
        with self.statements() as execute:
            execute("REPLACE INTO features VALUES (?, ?, ?)", (image, settings, features.astype("<f2").tobytes()))

    def release(self, images: Iterable[str]) -> None:
        """Give claims up, with or without labels. What was kept until then outlasts a loss of power."""
        with self.statements() as execute:
            execute(
                "PRAGMA synchronous=FULL"
            )  # once a batch, and not once a label: to sync the file takes milliseconds
        with self.transaction() as execute:
            for image in images:
                claim = (image, self._settings, self._owner)
                execute("DELETE FROM claims WHERE image=? AND settings=? AND owner=?", claim)
        with self.statements() as execute:
            execute("PRAGMA synchronous=NORMAL")

    def _known(self, execute: Execute, images: Sequence[str]) -> dict[str, tuple[Label, ...]]:
        found = {}
        for image in images:
            row = execute("SELECT labels FROM labels WHERE image=? AND settings=?", (image, self._settings)).fetchone()
            if row:
                found[image] = tuple(_label(*label) for label in json.loads(row["labels"]))
        return found

    def _is_claimed(self, execute: Execute, image: str) -> bool:
        # One that lasts longer than any is no claim of ours, and would be waited for without end.
        query = "SELECT owner, pid FROM claims WHERE image=? AND settings=? AND until>? AND until<=?"
        now = time.time()
        claim = execute(query, (image, self._settings, now, now + CLAIM_SECONDS)).fetchone()
        return claim is not None and _is_alive(*claim)


def _label(description: object, score: object) -> Label:
    """Raises ValueError for what is no label."""
    is_number = isinstance(score, (int, float)) and not isinstance(score, bool) and 0 <= score <= 1
    if not (isinstance(description, str) and is_number):
        raise ValueError("labels that are none")
    return Label(description, float(cast(float, score)))


def digest(content: bytes) -> str:
    """An image's name in the cache."""
    return hashlib.sha256(content).hexdigest()


def _is_alive(owner: str, pid: int) -> bool:
    """Whether the cache, or the process, that made a claim is still there."""
    if pid == os.getpid():
        return owner in _OWNERS
    if os.name == "nt":  # where this signal would end it; a claim then lasts until it expires
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is another user's
        pass
    return True
