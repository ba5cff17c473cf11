"""The text of a student's file, whatever editor saved it."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

from instahash.errors import DataError

LARGEST = 1_000_000  # bytes


def read_source(path: Path) -> str:
    """The text of a Python file, with "\\n" at the ends of lines.

    UTF-8 with or without a byte order mark, or what a coding line names. Raises DataError where it is not there or is
    no text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise DataError(f"'{path.name}' is not there; instahash-learn reset {path.stem} puts it back") from None
    except OSError as error:
        raise DataError(f"cannot read '{path.name}': {error.strerror or error}") from None
    if len(data) > LARGEST:
        raise DataError(f"'{path.name}' has more than {LARGEST:,} bytes; is it the right file?")
    if b"\0" in data:
        raise DataError(f"'{path.name}' is not a text in UTF-8, but in UTF-16 perhaps; save it as UTF-8")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return io.TextIOWrapper(io.BytesIO(data), encoding).read()
    except (SyntaxError, UnicodeDecodeError):
        raise DataError(f"'{path.name}' is not a text in UTF-8; save it as UTF-8") from None
