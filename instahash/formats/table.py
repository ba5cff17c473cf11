"""Rows of CSV, TSV and Parquet files, as objects with the names of their columns."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from instahash.errors import DataError, plural
from instahash.files import reading
from instahash.formats.fields import known
from instahash.formats.source import LEAST_SOUND, MOST_BLANK, MOST_ITEM, Item, LeftOut, Source
from instahash.formats.values import MISSING

PARQUET = b"PAR1"
DELIMITERS = ",;\t|"
SEPARATOR = "sep="  # a line before the header by which Excel is told the delimiter
BATCH, MOST_BATCH = 2**12, 2**28  # rows, and bytes of their texts


def is_table(source: Source) -> bool:
    """Whether the first line names columns, one of them at least under a usual name or one that the user gave."""
    delimiter, _, line = _header(source)
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return bool(known(tuple(cells))) or any(name in cells for name in source.columns.values())


def _header(source: Source) -> tuple[str, bool, str]:
    """What stands between the columns, whether a line says so, and the line that names the columns."""
    first, _, others = source.start.replace("\r", "\n").replace("\0", "").partition("\n")
    if first.lower().startswith(SEPARATOR) and len(first) == len(SEPARATOR) + 1 and first[-1] not in '" ':
        return first[-1], True, others.lstrip().partition("\n")[0]
    unquoted = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=unquoted.count), False, first


def rows(source: Source) -> Iterator[Item | LeftOut]:
    """The rows of a CSV or TSV file. Columns of one name, and those named "hashtags/0", "hashtags/1", are one list.

    Raises DataError where a row is not as CSV is.
    """
    csv.field_size_limit(MOST_ITEM)
    delimiter, is_said, _ = _header(source)
    where, is_at_end, size, n_blank = f"'{source.path}' row ", False, 0, 0
    with source.opened() as text:

        def sound() -> Iterator[str]:
            nonlocal is_at_end, size
            for line in iter(partial(text.readline, MOST_ITEM + 1), ""):
                size += len(line)
                if size > MOST_ITEM:
                    raise csv.Error(f"a row has more than {MOST_ITEM >> 20} MB")
                # A mark of UTF-8 stands wherever files were joined.
                yield line.replace("\0", "").replace("\ufeff", "")
            is_at_end = True

        lines = csv.reader(sound(), delimiter=delimiter, skipinitialspace=True)
        try:
            if is_said:
                next(lines)
            header = next((cells for cells in lines if any(cells)), [])
            names = _names(header)
            is_nested = any("/" in name for name in names)
            source.check_columns(names, {*header, *(name.partition("/")[0] for name in names)})
            start = lines.line_num
            for number, cells in enumerate(lines, 1):
                if is_at_end and lines.line_num - start > 1:  # a sound row is complete before that
                    yield _unclosed(f"{where}{number}", lines.line_num - start - 1, lines.line_num)
                    break
                start, size = lines.line_num, 0
                if not any(cells) or cells == header:
                    n_blank += 1
                    if n_blank > MOST_BLANK:
                        raise csv.Error(f"there are {MOST_BLANK:,} empty rows")
                    continue
                if len(cells) > len(names) and any(cells[len(names) :]):
                    yield LeftOut(f"{where}{number}", "has more cells than there are columns", "part")
                row = dict(zip(names, [None if cell in MISSING else cell for cell in cells]))
                yield Item(f"{where}{number}", _nested(row) if is_nested else row)
        except csv.Error as error:
            raise DataError(f"'{source.path}' line {lines.line_num} is not as CSV is ({error})") from None


def _unclosed(place: str, n_lost: int, n_lines: int) -> LeftOut:
    """Of a row that goes on to the end of the file."""
    what = f"has a quote that is not closed; {plural(n_lost, 'line')} behind it cannot be read"
    if n_lost > (1 - LEAST_SOUND) * n_lines:
        raise DataError(f"{place} {what}")
    return LeftOut(place, what)


def _names(header: list[str]) -> list[str]:
    names = [name.strip() for name in header]
    count, seen = Counter(names), Counter[str]()
    for i, name in enumerate(names):
        if name and count[name] > 1:
            names[i] = f"{name}/{seen[name]}"
            seen[name] += 1
    return names


def _nested(row: dict[str, Any]) -> dict[str, Any]:
    """A row in which what Apify and others write as a/0, a/1 and a/b is a list and an object again."""
    nested: dict[str, Any] = {}
    for name, cell in row.items():
        parent, _, child = name.partition("/")
        if not child:
            nested.setdefault(name, cell)
        elif child.isdigit():
            inner = nested.setdefault(parent, [])
            if isinstance(inner, list) and cell is not None:
                inner.append(cell)
        elif isinstance(inner := nested.setdefault(parent, {}), dict):
            inner[child] = cell
    return nested


def parquet_rows(source: Source) -> Iterator[Item | LeftOut]:
    """The rows of a Parquet file, read in batches. Raises DataError where it is damaged or pyarrow is not there."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        advice = 'install it with: python3 -m pip install "instahash[formats]"'
        raise DataError(f"a Parquet file needs the package pyarrow; {advice}") from None
    where, number = f"'{source.path}' row ", 0
    with reading(source.path) as file:
        is_plain = isinstance(getattr(file, "raw", None), io.FileIO)
        try:
            whole = file if is_plain else io.BytesIO(source.content())
            schema, columns = parquet.read_schema(whole), parquet.read_metadata(whole).schema
            texts = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
            opened = parquet.ParquetFile(whole, read_dictionary=texts)  # what is there once stays once
            names = opened.schema_arrow.names
            source.check_columns(names)
            for batch in opened.iter_batches(BATCH):
                _check_unpacked(batch.columns, source)
                table = pyarrow.Table.from_batches([batch]).cast(schema)
                for cells in zip(*map(_cells, table.columns)):
                    number += 1
                    yield Item(f"{where}{number}", dict(zip(names, cells)))
        except (pyarrow.ArrowException, OSError, ValueError, OverflowError, NotImplementedError, KeyError) as error:
            reason = str(error).partition("\n")[0]
            raise DataError(f"'{source.path}' is not a sound Parquet file ({reason}); write it again") from None


def _check_unpacked(columns: list[Any], source: Source) -> None:
    """DataError where a batch, in which a text may stand once for thousands of rows, would take too much memory."""
    from pyarrow import compute, types

    size = 0
    for column in columns:
        while types.is_list(column.type) or types.is_large_list(column.type):
            column = column.flatten()
        if types.is_dictionary(column.type):
            each = compute.binary_length(column.dictionary)
            size += compute.sum(compute.take(each, column.indices), min_count=0).as_py()
    if size > MOST_BATCH:
        raise DataError(f"'{source.path}' unpacks to {size >> 20:,} MB in {BATCH:,} rows; keep shorter texts")


def _cells(column: Any) -> list[Any]:
    """Times as seconds, since Python's have neither nanoseconds nor each year and zone."""
    from pyarrow import types

    if types.is_timestamp(column.type) or types.is_date(column.type):
        milliseconds = column.cast("timestamp[ms]", safe=False).cast("int64").to_pylist()
        return [None if time is None else time / 1000 for time in milliseconds]
    return column.to_pylist()
