"""Lines cut to a terminal's columns and rows."""

from __future__ import annotations

import re
import textwrap


def wrapped(text: str, columns: int) -> str:
    """The text with long lines broken between words; lines of code and others that begin with a space stay whole.

    columns : 0 breaks nothing.
    """
    lines = [
        broken
        for line in text.split("\n")
        for broken in (
            textwrap.wrap(line, columns, break_long_words=False, break_on_hyphens=False)
            if 0 < columns < len(line) and not line.startswith(" ")
            else [line]
        )
    ]
    return "\n".join(lines)


def joined(text: str) -> str:
    """The text with the lines of a paragraph in one; those that begin with a space stay as they are."""
    return re.sub(r"^(\S.*)((?:\n\S.*)+)", lambda match: match[0].replace("\n", " "), text, flags=re.MULTILINE)


def height(text: str, columns: int) -> int:
    """How many rows the lines of a text take."""
    return sum(max(1, -(-len(line) // columns)) if columns else 1 for line in text.split("\n"))


def cut(text: str, rows: int, columns: int) -> str:
    """As many lines of a text as fit into some rows, but one at least, and how many were left out."""
    lines = text.split("\n")
    if height(text, columns) <= rows:
        return text
    kept = len(lines)
    while kept > 1 and height("\n".join(lines[:kept]), columns) > rows - 1:
        kept -= 1
    left_out = len(lines) - kept
    return "\n".join([*lines[:kept], f"... {left_out} more line{'s' * (left_out > 1)}"][: max(rows, 1)])


def window(lines: list[str], at: int, rows: int) -> list[str]:
    """The lines around one of them, as many as fit into some rows; "..." where others are left out."""
    first = max(0, min(at - rows // 2, len(lines) - rows))
    shown = lines[first : first + rows]
    if rows > 2 and first > 0:
        shown[0] = "..."
    if rows > 2 and first + rows < len(lines):
        shown[-1] = "..."
    return shown
