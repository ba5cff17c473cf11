"""Cells of tables that a spreadsheet may open."""

from __future__ import annotations

# A spreadsheet takes a cell that begins with one of these for a formula, says OWASP's page on CSV injection.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def as_cell(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would run it."""
    return f"'{text}" if text.startswith(FORMULA) else text
