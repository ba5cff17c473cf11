"""Times of posts, as ISO 8601 texts and as seconds since the epoch. Every version of Python reads the same texts."""

from __future__ import annotations

import math
import re
from datetime import datetime, timezone

from instahash.errors import DataError

DAY = 86_400  # seconds

# A date, or a date and a time with or without a zone: 2024-05-01T12:30:00.5+02:00, 20240501T123000Z, 2024-05-01.
_MOMENT = re.compile(
    r"(\d{4})(-?)(\d\d)\2(\d\d)"
    r"(?:\D([01]\d|2[0-3])(?:(:?)(\d\d)(?:\6(\d\d)(?:[.,](\d+))?)?)?\s?(?:Z|([+-]\d\d):?([0-5]\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)


def seconds_of(text: str | None) -> float:
    """Seconds since the epoch of an ISO 8601 text, UTC where it names no zone; NaN where it is none."""
    found = _MOMENT.fullmatch(text or "")
    if found is None:
        return math.nan
    # As Python 3.10 reads it.
    year, _, month, day, hour, _, minute, second, fraction, *zone = found.groups("00")
    offset = f"{zone[0]}:{zone[1]}" if found[10] else "+00:00"
    try:
        exact = f"{year}-{month}-{day}T{hour}:{minute}:{second}.{fraction[:6].ljust(6, '0')}{offset}"
        return datetime.fromisoformat(exact).timestamp()
    except (ValueError, OverflowError):
        return math.nan


def time_text(seconds: float) -> str:
    """The ISO 8601 text, in UTC, of seconds since the epoch. Raises DataError where they lie beyond the calendar."""
    try:
        return datetime.fromtimestamp(seconds, tz=timezone.utc).isoformat()
    except (ValueError, OverflowError, OSError):
        raise DataError(f"the time {seconds} is no date; a time in numbers is in seconds since 1970") from None
