"""What judges preferred, in a SQLite file: a row for each pair of lists that was shown, judged or not yet.

A row is written before its pair is shown. So a judge who reloads the page sees the same pair in the same order, and one
who goes back finds what there was.
"""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter
from itertools import combinations
from pathlib import Path

from instahash.database import Database
from instahash.errors import DataError, plural
from instahash.explore.systems import shown_names
from instahash.explore.winrate import win_rates

CHOICES = ("left", "right", "equal")
SAME = "same"  # both lists were one: nobody was asked
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


class Judgements:
    """path : the file, made where it is not there.

    Threads and processes may share it. A context manager. Raises DataError where the file cannot be read or written, or
    is something else.
    """

    def __init__(self, path, make=True):
        self._path = Path(path)
        if not make and not self._path.exists():
            raise DataError(f"there is no file of judgements '{path}'; instahash-explore --posts writes one")
        self._database = Database(
            path,
            lambda error: DataError(f"cannot use the judgements '{path}': {error}; give another file"),
            APPLICATION,
            FORMAT,
            [SCHEMA],
        )

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._database.close()

    def waiting(self, session, systems):
        """The pairs that were shown in this session and are not judged, a list of dicts, in the order of the posts."""
        with self._database.statements() as execute:
            where = "session=? AND system_a=? AND system_b=? AND choice IS NULL ORDER BY place"
            return _pairs(execute, where, (session, *systems))

    def seen(self, session, systems):
        """The posts that this session has had, a set of ids."""
        with self._database.statements() as execute:
            rows = execute("SELECT post FROM pairs WHERE session=? AND system_a=? AND system_b=?", (session, *systems))
            return {row["post"] for row in rows}

    def show(self, session, judge, post, place, systems, lists):
        """Draw which list of a post comes left, and write the pair down; nothing where the session had it already.

        systems, lists : pairs, of A and of B. Where both lists are one the pair is settled.
        """
        a_is_left, same = secrets.randbelow(2), SAME if lists[0] == lists[1] else None
        texts = [json.dumps(hashtags) for hashtags in lists]
        with self._database.transaction() as execute:
            execute(
                "INSERT OR IGNORE INTO pairs (session, judge, post, place, system_a, system_b, a_is_left, hashtags_a, "
                "hashtags_b, shown_at, choice) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (session, judge, post, place, *systems, a_is_left, *texts, time.time(), same),
            )

    def choose(self, session, pair, choice, judge=""):
        """Judge a pair, once. Raises DataError where it is another session's, or was judged otherwise already."""
        with self._database.transaction() as execute:
            row = execute("SELECT choice FROM pairs WHERE pair=? AND session=?", (pair, session)).fetchone()
            if row is None or row["choice"] not in (None, choice):
                raise DataError("this pair is judged already, or was never shown here; reload the page")
            if row["choice"] is None:
                execute(
                    "UPDATE pairs SET choice=?, judged_at=?, judge=? WHERE pair=?", (choice, time.time(), judge, pair)
                )

    def undo(self, session, pair):
        """Take the judgement of a pair back."""
        with self._database.statements() as execute:
            execute("UPDATE pairs SET choice=NULL, judged_at=NULL WHERE pair=? AND session=?", (pair, session))

    def pair(self, session, pair):
        """A pair that was shown in this session, a dict, or None."""
        with self._database.statements() as execute:
            return next(iter(_pairs(execute, "session=? AND pair=?", (session, pair))), None)

    def judged(self, session, systems):
        """The pairs that the session has judged, a list of (pair, post), the last one last; none that were the same."""
        with self._database.statements() as execute:
            where = "session=? AND system_a=? AND system_b=? AND judged_at IS NOT NULL ORDER BY judged_at, pair"
            rows = execute(f"SELECT pair, post FROM pairs WHERE {where}", (session, *systems))
            return [tuple(row) for row in rows]

    def report(self):
        """A dict for each pair of systems that was compared: what was counted, and A's win rates over B."""
        with self._database.statements() as execute:
            rows = execute("SELECT * FROM pairs WHERE choice IS NOT NULL").fetchall()
        compared = {}
        for row in rows:
            compared.setdefault((row["system_a"], row["system_b"]), []).append(row)
        shown = shown_names({name for systems in compared for name in systems})
        return [_counted(shown[a], shown[b], part) for (a, b), part in compared.items()]


def _pairs(execute, where, values):
    pairs = []
    for row in execute(f"SELECT * FROM pairs WHERE {where}", values).fetchall():
        a, b = json.loads(row["hashtags_a"]), json.loads(row["hashtags_b"])
        left, right = (a, b) if row["a_is_left"] else (b, a)
        pairs.append({"pair": row["pair"], "post": row["post"], "left": left, "right": right})
    return pairs


def _counted(a, b, rows):
    """What became of the pairs of two systems."""
    asked = [row for row in rows if row["choice"] != SAME]
    won = Counter(_winner(row) for row in asked)
    by_post = {}
    for row in asked:
        by_post.setdefault(row["post"], []).append(_winner(row))
    twice = [one == other for winners in by_post.values() for one, other in combinations(winners, 2)]
    return {
        "a": a,
        "b": b,
        "wins_a": won["a"],
        "wins_b": won["b"],
        "ties": won["equal"],
        "same": len({row["post"] for row in rows} - set(by_post)),
        "left": sum(row["choice"] == "left" for row in asked),
        "right": sum(row["choice"] == "right" for row in asked),
        "posts": len(by_post),
        "sessions": len({row["session"] for row in asked}),
        "judges": sorted({row["judge"] for row in asked if row["judge"]}),
        "agreed": sum(twice),
        "judged_twice": len(twice),
        **win_rates(won["a"], won["b"], won["equal"]),
    }


def _winner(row):
    """ "a", "b" or "equal"."""
    if row["choice"] == "equal":
        return "equal"
    return "a" if (row["choice"] == "left") == bool(row["a_is_left"]) else "b"


def format_report(report):
    """The report as text, one paragraph a comparison."""
    return "\n\n".join(_paragraph(part) for part in report) or "no judgement yet"


def _paragraph(part):
    lines = [
        f"{part['a']}  against  {part['b']}",
        f"  preferred: {part['wins_a']} the first, {part['wins_b']} the second, {part['ties']} equal; "
        f"{plural(part['posts'], 'post')}, {plural(part['sessions'], 'session')}"
        + (f" ({', '.join(part['judges'])})" * bool(part["judges"])),
    ]
    for name, how in (("without_ties", "ties left out"), ("ties_half", "a tie as half a win")):
        rate = part[name]
        if rate["n"]:
            lines.append(
                f"  the first wins {rate['rate']:.1%} of {rate['n']}, {how} "
                f"(95 %: {rate['low']:.1%} to {rate['high']:.1%})"
            )
    lines.append(
        f"  the left list was preferred {plural(part['left'], 'time')}, the right one {plural(part['right'], 'time')}"
    )
    if part["same"]:
        lines.append(f"  not asked, since both lists were the same: {plural(part['same'], 'post')}")
    if part["judged_twice"]:
        lines.append(
            f"  of {part['judged_twice']} pairs of judgements of one post {part['agreed']} agree; "
            "the intervals take all judgements for independent"
        )
    return "\n".join(lines)
