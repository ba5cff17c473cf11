"""Rows of CSV, TSV and Parquet files, as objects with the names of their columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from instahash.errors import DataError
from instahash.formats.fields import known
from instahash.formats.source import Source

PARQUET = b"PAR1"
DELIMITERS = ",;\t|"
MOST_CELL = 2**24  # characters


def delimiter(source: Source) -> str:
    """What stands between the columns: what the first line has most of, outside quotes."""
    head = "".join(source.start.partition("\n")[0].split('"')[::2])
    return max(DELIMITERS, key=head.count)


def is_table(source: Source) -> bool:
    """Whether the first line names columns, one of them at least under a usual name or one that the user gave."""
    cells = next(csv.reader([source.start.partition("\n")[0].rstrip("\r")], delimiter=delimiter(source)), [])
    return bool(known(tuple(cells))) or any(name in cells for name in source.columns.values())


def rows(source: Source) -> Iterator[dict[str, Any]]:
    """The rows of a CSV or TSV file; empty cells are left out. "hashtags/0", "hashtags/1" are one list.

    A file without UTF-8 is read as Windows-1252, which Excel writes.
    Raises DataError where a row is not as CSV is.
    """
    csv.field_size_limit(MOST_CELL)
    try:
        with source.opened() as text:
            lines = csv.reader((line.replace("\0", "") for line in text), delimiter=delimiter(source))
            header = [name.strip() for name in next(lines)]
            for cells in lines:
                if any(cells):
                    yield _nested({name: cell for name, cell in zip(header, cells) if cell != ""})
    except csv.Error as error:
        raise DataError(f"'{source.path}' line {lines.line_num} is not as CSV is ({error})") from None


def _nested(row: dict[str, Any]) -> dict[str, Any]:
    """A row in which what Apify and others write as a/0, a/1 and a/b is a list and an object again."""
    for name in [name for name in row if "/" in name]:
        parent, _, child = name.partition("/")
        if child.isdigit():
            row.setdefault(parent, []).append(row.pop(name))
        elif isinstance(row.setdefault(parent, {}), dict):
            row[parent][child] = row.pop(name)
    return row


def parquet_rows(source: Source) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet file, read in batches. Raises DataError where it is damaged or pyarrow is not there."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        advice = 'install it with: python3 -m pip install "instahash[formats]"'
        raise DataError(f"a Parquet file needs the package pyarrow; {advice}") from None
    from instahash.files import reading

    with reading(source.path) as file:
        seekable: Any = file if file.seekable() and source.head == b"" else io.BytesIO(file.read())
        try:
            for batch in parquet.ParquetFile(seekable).iter_batches(4096):
                for row in batch.to_pylist():
                    yield {name: value for name, value in row.items() if value is not None}
        except (pyarrow.ArrowException, OSError) as error:
            reason = str(error).partition("\n")[0]
            raise DataError(f"'{source.path}' is not a sound Parquet file ({reason}); write it again") from None
