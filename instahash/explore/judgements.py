"""What judges preferred, in a SQLite file: a row for each pair of lists that was shown, judged or not yet.

A row is written before its pair is shown. So a judge who reloads the page sees the same pair in the same order, and one
who goes back finds the earlier pair unchanged.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from instahash.database import Database
from instahash.errors import DataError, cut, line, one_line, plural
from instahash.explore.systems import display_names
from instahash.explore.winrate import win_rates

Choice = Literal["left", "right", "equal"]
SAME = "same"  # both lists were one: no judge was asked
APPLICATION, FORMAT = 0x496E4A75, 1  # PRAGMA application_id ("InJu") and user_version
SCHEMA = """
CREATE TABLE pairs (
    pair INTEGER PRIMARY KEY,
    session TEXT NOT NULL,
    judge TEXT NOT NULL,            -- the name that a judge gave, or ''
    post TEXT NOT NULL,
    place INTEGER NOT NULL,         -- of the post in its file
    system_a TEXT NOT NULL,
    system_b TEXT NOT NULL,
    a_is_left INTEGER NOT NULL,
    hashtags_a TEXT NOT NULL,       -- JSON lists
    hashtags_b TEXT NOT NULL,
    shown_at REAL NOT NULL,         -- seconds since the epoch
    choice TEXT CHECK (choice IN ('left', 'right', 'equal', 'same')),
    judged_at REAL,
    UNIQUE (session, post, system_a, system_b)
);
"""


# Of a row what a report counts: as texts, whatever a stranger's file has there.
JUDGED = "choice, a_is_left, " + ", ".join(
    f"CAST(ifnull({name}, '') AS TEXT) AS {name}" for name in ("session", "judge", "post", "system_a", "system_b")
)


class Judgements(Database):
    """path : the file, made where it is not there.

    Threads and processes may share it. A context manager. Raises DataError where the file cannot be read or written, or
    is something else.
    """

    def __init__(self, path: str | Path, make: bool = True):
        self.path = Path(path)
        if not make and not self.path.exists():
            raise DataError(f"there is no file of judgements '{path}'; instahash-explore --posts writes one")

        def failure(error: Exception) -> DataError:
            return DataError(f"cannot use the judgements '{path}': {error}; give another file")

        super().__init__(path, failure, APPLICATION, FORMAT, [SCHEMA])

    def pairs(self, session: str, systems: Sequence[str]) -> list[sqlite3.Row]:
        """All pairs of these two systems that a session was shown, in the order of the posts."""
        where = "session=? AND system_a=? AND system_b=? ORDER BY place, pair"
        with self.statements() as execute:
            found: list[sqlite3.Row] = execute(f"SELECT * FROM pairs WHERE {where}", (session, *systems)).fetchall()
            return found

    def show(
        self, session: str, judge: str, post: str, place: int, systems: Sequence[str], lists: Sequence[list[str]]
    ) -> None:
        """Draw which list of a post stands left, and write the pair; nothing where the session had it already.

        systems, lists : those of A and of B. Where both lists are the same the pair is settled.
        """
        a_is_left, same = secrets.randbelow(2), SAME if lists[0] == lists[1] else None
        texts = [json.dumps(hashtags) for hashtags in lists]
        with self.transaction() as execute:
            execute(
                "INSERT OR IGNORE INTO pairs (session, judge, post, place, system_a, system_b, a_is_left, hashtags_a, "
                "hashtags_b, shown_at, choice) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (session, cut(one_line(judge)), post, place, *systems, a_is_left, *texts, time.time(), same),
            )

    def choose(self, session: str, pair: int, choice: str, judge: str = "") -> None:
        """Judge a pair, once. Raises DataError where it is another session's, or was judged otherwise already."""
        with self.transaction() as execute:
            row = execute("SELECT choice FROM pairs WHERE pair=? AND session=?", (pair, session)).fetchone()
            if row is None or row["choice"] not in (None, choice):
                raise DataError("this pair is judged already, or was never shown here; reload the page")
            if row["choice"] is None:
                change = "UPDATE pairs SET choice=?, judged_at=?, judge=? WHERE pair=?"
                execute(change, (choice, time.time(), cut(one_line(judge)), pair))

    def undo(self, session: str, pair: int) -> None:
        """Take the judgement of a pair back."""
        with self.statements() as execute:
            execute("UPDATE pairs SET choice=NULL, judged_at=NULL WHERE pair=? AND session=?", (pair, session))

    def report(self) -> list[dict[str, Any]]:
        """For each pair of systems that was compared: the counts, A's win rates over B, and notes on both."""
        with self.statements() as execute:
            rows = execute(f"SELECT {JUDGED} FROM pairs WHERE choice IN ('left', 'right', 'equal', 'same')").fetchall()
        compared: dict[tuple[str, str], list[sqlite3.Row]] = {}
        for row in rows:
            compared.setdefault((row["system_a"], row["system_b"]), []).append(row)
        names = display_names({name for systems in compared for name in systems})
        shown = {name: line(text) for name, text in names.items()}
        return [_comparison(part) | {"a": shown[a], "b": shown[b]} for (a, b), part in compared.items()]


def sides(row: sqlite3.Row) -> dict[str, list[str]]:
    """The lists of a pair as they stand on the page: "left" and "right". Raises DataError where they are none."""
    try:
        a, b = json.loads(row["hashtags_a"]), json.loads(row["hashtags_b"])
        if not all(isinstance(found, list) and all(isinstance(text, str) for text in found) for found in (a, b)):
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise DataError("a pair of the file of judgements is damaged; give another file") from None
    return {"left": a, "right": b} if row["a_is_left"] else {"left": b, "right": a}


def _comparison(rows: list[sqlite3.Row]) -> dict[str, Any]:
    judged = [row for row in rows if row["choice"] != SAME]
    by_post: dict[str, list[str]] = {}
    for row in judged:
        by_post.setdefault(row["post"], []).append(_winner(row))
    won = Counter(winner for winners in by_post.values() for winner in winners)
    twice = [one == other for winners in by_post.values() for one, other in combinations(winners, 2)]
    part = {
        "wins_a": won["a"],
        "wins_b": won["b"],
        "ties": won["equal"],
        "same": len({row["post"] for row in rows} - set(by_post)),
        "left": sum(row["choice"] == "left" for row in judged),
        "right": sum(row["choice"] == "right" for row in judged),
        "posts": len(by_post),
        "sessions": len({row["session"] for row in judged}),
        "judges": sorted({cut(one_line(row["judge"])) for row in judged} - {""}),
        "agreed": sum(twice),
        "judged_twice": len(twice),
        **win_rates(won["a"], won["b"], won["equal"]),
    }
    return part | {"notes": _notes(part)}


def _winner(row: sqlite3.Row) -> str:
    """ "a", "b" or "equal"."""
    if row["choice"] == "equal":
        return "equal"
    return "a" if (row["choice"] == "left") == bool(row["a_is_left"]) else "b"


def _notes(part: dict[str, Any]) -> list[str]:
    """What is worth knowing beside the counts, in sentences."""
    judges = f" ({', '.join(part['judges'])})" if part["judges"] else ""
    notes = [
        f"{plural(part['posts'], 'post')}, {plural(part['sessions'], 'session')}{judges}. The left list was preferred "
        f"{plural(part['left'], 'time')}, the right one {plural(part['right'], 'time')}."
    ]
    if part["same"]:
        notes.append(f"Not asked, since both lists were the same: {plural(part['same'], 'post')}.")
    if part["judged_twice"]:
        notes.append(
            f"Of {part['judged_twice']} pairs of judgements of one post {part['agreed']} agree; the intervals take all "
            "judgements for independent."
        )
    return notes


def format_report(report: list[dict[str, Any]]) -> str:
    """The report as text, one paragraph a comparison."""
    none = "no judgement yet; start instahash-explore with --posts, and judge some at /judge"
    return "\n\n".join(_paragraph(part) for part in report) or none


def _paragraph(part: dict[str, Any]) -> str:
    lines = [
        f"{part['a']}  against  {part['b']}",
        f"preferred: {part['wins_a']} the first, {part['wins_b']} the second, {part['ties']} equal",
    ]
    for name, how in (("without_ties", "ties left out"), ("ties_half", "a tie as half a win")):
        rate = part[name]
        if rate["n"]:
            interval = f"95 %: {rate['low']:.1%} to {rate['high']:.1%}"
            lines.append(f"the first wins {rate['rate']:.1%} of {rate['n']}, {how} ({interval})")
    return "\n  ".join(lines + part["notes"])
