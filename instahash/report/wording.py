"""Names, numbers and words from the data, as the page writes them. Markup is finished HTML; all else is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup

from instahash.errors import cut
from instahash.evaluation import TABLES
from instahash.names import capital

TITLES = {name: capital(title.replace("'", "’")) for name, title in TABLES.items()}
# What must not stand in an HTML file, in any spelling: control characters, halves of surrogate pairs, noncharacters.
FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef]|[\ufffe\uffff]")


def displayable(text: str) -> str:
    """The text with each character that no HTML may have replaced by its number."""
    return FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def word(text: str, sign: str = "") -> Markup:
    """A word from the data, whose direction of writing is its own."""
    return Markup("<bdi>{}</bdi>").format(sign + cut(text))


def identity(text: str) -> Markup:
    """The id of a post, which may be a path: a narrow page breaks it behind a slash."""
    return Markup("<bdi>{}</bdi>").format(Markup("/<wbr>").join(cut(text).split("/")))


def words(texts: Sequence[str], hits: Iterable[str] = (), sign: str = "", most: int = 20) -> Markup:
    """A list of words in their order; those in `hits` have a tick before them and are bold."""
    right, hit = set(hits), Markup('<strong class="hit">✓\u00a0{}</strong>')
    listed: list[str] = [hit.format(word(text, sign)) if text in right else word(text, sign) for text in texts[:most]]
    if len(texts) > most:
        listed.append(f"and {len(texts) - most:,} more")
    return Markup(", ").join(listed) or Markup('<span class="none">none</span>')


def decimals(values: Iterable[float], least: int) -> int:
    """So many decimals, at least `least`, that none of the values is shown as zero but one that six would."""
    smallest = min((abs(value) for value in values if round(value, 6)), default=1)
    return next(digits for digits in range(least, 7) if round(smallest, digits))


def number(value: float, form: str = ".4f") -> str:
    return f"{value:{form}}".replace("-", "−").replace("%", "\u202f%")


def percent(fraction: float) -> str:
    return number(fraction, ".1%")


def plain(value: object) -> str:
    """A text as it is, anything else as people write it."""
    if isinstance(value, (str, bool)):
        return value if isinstance(value, str) else str(value).lower()
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}" if isinstance(value, float) else str(value)


def best_in_bold(rows: Sequence[Sequence[float]], forms: Sequence[str], lowest: Sequence[int] = ()) -> list[list[str]]:
    """Rows of numbers as texts, in a form a column; the best of a column is bold, unless all of it are the same.

    The best is the largest, or the smallest of a column in `lowest`.
    """
    written = [list(map(number, row, forms)) for row in rows]
    for i, column in enumerate(zip(*rows)):
        best = min(column) if i in lowest else max(column)
        for row, value in zip(written, column):
            if value == best and min(column) < max(column):
                row[i] = Markup("<strong>{}</strong>").format(row[i])
    return written
