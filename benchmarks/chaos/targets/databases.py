"""Caches of labels and files of judgements: their bytes, and sound databases with strange rows and tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import numpy as np

from chaos.mutations import BYTES, INTEGERS, TEXTS, Mutation
from chaos.target import Target, Wrong, contents, fault_of_line, on_file
from instahash.annotate import Cache
from instahash.data import Label
from instahash.explore.judgements import Judgements, format_report, sides

AB = ("photos best 1a2b3c4d", "popularity of photos best 1a2b3c4d")
SQL = (
    *("DROP TABLE {table}", "CREATE VIEW v AS SELECT 1", "DELETE FROM {table}", "PRAGMA user_version={number}"),
    *(
        "CREATE TRIGGER g AFTER INSERT ON {table} BEGIN SELECT abs(-9223372036854775808); END",
        "PRAGMA encoding='UTF-16'",
    ),
    *(
        "ALTER TABLE {table} RENAME TO other",
        "PRAGMA application_id={number}",
        "CREATE TABLE more AS SELECT * FROM {table}",
    ),
    *("PRAGMA page_size=512", "CREATE INDEX odd ON {table} (rowid)", "ALTER TABLE {table} ADD COLUMN more DEFAULT 5"),
)


def cache(folder: Path) -> list[bytes]:
    with Cache(folder / "a", "settings") as made:
        made.put("image", [Label("dog", 0.5), Label("café", 1.0)])
        made.put_features("image", "settings", np.linspace(-1, 1, 8, dtype=np.float16))
        made.claim(["other"])
    return [contents(folder / "a")]


def use_cache(path: Path) -> None:
    with Cache(path, "settings") as opened:
        for labels in opened.get(["image", "other", "none"]).values():
            if not all(isinstance(label.description, str) and 0 <= label.score <= 1 for label in labels):
                raise Wrong(f"the labels {labels!r:.200}")
        mine = opened.claim(["other", "none"])
        features = opened.get_features("image", "settings")
        if features is not None and not np.isfinite(features).all():
            raise Wrong("features that are not finite")
        opened.put("none", [Label("dog", 0.5)])
        opened.release(mine)


def judgements(folder: Path) -> list[bytes]:
    with Judgements(folder / "a") as made:
        for session in ("anna", "ben"):
            for place in range(4):
                made.show(
                    session, session, f"post {place}", place, AB, (["a", "b"], ["b", "a"] if place else ["a", "b"])
                )
        for pair in made.pairs("anna", AB)[1:]:
            made.choose("anna", pair["pair"], "left", "Anna")
    return [contents(folder / "a")]


def use_judgements(path: Path) -> None:
    with Judgements(path) as opened:
        for line in format_report(opened.report()).split("\n"):
            if line and (fault := fault_of_line(line)) and "characters" not in fault:
                raise Wrong(f"{fault}: {line[:200]!r}")
        for pair in opened.pairs("anna", AB):
            sides(pair)
        opened.show("zoe", "Zoe", "post 1", 1, AB, (["a"], ["b"]))


def statement(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """What a stranger's program does to a database."""
    return _changed(content, lambda database, table: database.execute(
        rng.choice(SQL).format(table=table, number=rng.choice(INTEGERS[:12]))), rng)  # fmt: skip


def cell(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """A value of another type, size or meaning."""
    text = rng.choice(TEXTS).encode("utf-8", "replace").decode()
    value = rng.choice(
        [text, text.encode(), None, rng.choice(INTEGERS) % 2**63, float("inf"), rng.randbytes(9), "[" * 9999]
    )

    def change(database: sqlite3.Connection, table: str) -> None:
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        database.execute(f'UPDATE OR IGNORE {table} SET "{rng.choice(columns)}"=?', (value,))

    return _changed(content, change, rng)


def _changed(content: bytes, change: Callable[[sqlite3.Connection, str], object], rng: Random) -> bytes:
    """The database after a change that SQLite takes, else as it was."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    try:
        database.deserialize(content)
        database.execute("PRAGMA journal_mode=DELETE")
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")]
        change(database, rng.choice(tables))
        return database.serialize()
    except (sqlite3.Error, IndexError, OverflowError, ValueError, AttributeError):  # as before Python 3.11
        return content
    finally:
        database.close()


TABLE: dict[str, Mutation] = BYTES | {"statement": statement, "cell": cell}
TARGETS = [
    Target("databases-cache", cache, TABLE, on_file("a.sqlite", use_cache)),
    Target("databases-judgements", judgements, TABLE, on_file("a.sqlite", use_judgements)),
]
