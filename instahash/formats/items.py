"""The items of a file, whatever holds them: JSON Lines, a JSON list, a JSON object, a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

from instahash.data import Post
from instahash.errors import DataError
from instahash.files import reading
from instahash.formats import table
from instahash.formats.fields import known, post_from_parts
from instahash.formats.source import Format, LeftOut, Source

MOST_LINE = 2**26  # bytes
# A file cut off, or broken near its end, keeps the items before; one that is broken earlier is not read.
LEAST_SOUND = 0.9
LISTS = ("GraphImages", "data", "posts", "items", "results")  # where a JSON object keeps its items
WHITE = " \t\r\n"

_decode = json.JSONDecoder().raw_decode


class Item(NamedTuple):
    """One value of a file and the place where it stands, for messages."""

    place: str
    value: Any


@lru_cache(maxsize=1)
def container(source: Source) -> str:
    """What holds the items: "folder", "lines", "list", "object", "table" or "parquet"; "" where it is none of them."""
    if source.is_folder:
        return "folder"
    start = source.start
    if source.head.startswith(table.PARQUET):
        return "parquet"
    if start.startswith("["):
        return "list"
    if source.suffix in (".jsonl", ".ndjson") or not start:
        return "lines"
    if start.startswith("{"):
        first, _, others = start.partition("\n")
        is_first = isinstance(_value(first), dict)
        return "lines" if is_first and (others.strip() or source.suffix != ".json") else "object"
    if table.is_table(source):
        return "table"
    return "" if source.suffix in (".json", ".csv", ".tsv", ".parquet") else "lines"


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@lru_cache(maxsize=1)
def first(source: Source) -> dict[str, Any]:
    """The first item that is an object, by which a format is recognised; empty where there is none at the start."""
    kind = container(source)
    if kind == "list":  # without reading all of it, where its first item is short
        with suppress(ValueError, RecursionError):
            value, _ = _decode(source.start, _after(source.start, 1))
            return value if isinstance(value, dict) else {}
    found = items(source) if kind not in ("", "folder") else iter(())
    for _, item in zip(range(20), found):
        if isinstance(item, Item) and isinstance(item.value, dict):
            return item.value
    return {}


def items(source: Source) -> Iterator[Item | LeftOut]:
    """The items of a file one after the other; what is broken is left out.

    Raises DataError where nothing can be read, or a JSON list is broken before its last tenth.
    """
    kind = container(source)
    if kind == "lines":
        return _lines(source)
    if kind == "list":
        return _listed(source)
    if kind == "object":
        return _within(source)
    rows = table.parquet_rows(source) if kind == "parquet" else table.rows(source)
    return (Item(f"'{source.path}' row {number}", row) for number, row in enumerate(rows, 1))


def _lines(source: Source) -> Iterator[Item | LeftOut]:
    for number, line in enumerate(_texts(source), 1):
        if not line or line.isspace():
            continue
        try:
            yield Item(f"'{source.path}' line {number}", json.loads(line))
        except (ValueError, RecursionError):
            what = "is not JSON; every line must be one JSON post"
            if len(line) >= MOST_LINE:
                what = f"has more than {MOST_LINE >> 20} MB"
            yield LeftOut(f"'{source.path}' line {number}", what)


def _texts(source: Source) -> Iterator[str]:
    """Lines without their ends. UTF-8 is split as bytes, which is faster."""
    if source.encoding.startswith("utf-16"):
        with source.opened() as text:
            yield from iter(lambda: text.readline(MOST_LINE), "")
        return
    with reading(source.path) as file:
        line = file.readline(MOST_LINE).removeprefix(b"\xef\xbb\xbf")
        while line:
            try:
                yield line.decode()
            except UnicodeDecodeError:
                yield line.decode(errors="replace")
            line = file.readline(MOST_LINE)


def _listed(source: Source) -> Iterator[Item | LeftOut]:
    """The items of a JSON list, decoded one at a time, so that only its text is in memory."""
    text = source.text()
    position, number = _after(text, text.index("[") + 1), 0
    while text[position : position + 1] != "]":
        number += 1
        place = f"'{source.path}' item {number}"
        try:
            value, position = _decode(text, position)
        except RecursionError:
            raise DataError(f"{place} is nested too deep to be read")
        except ValueError:
            break
        yield Item(place, value)
        position = _after(text, position)
        if text[position : position + 1] == ",":
            position = _after(text, position + 1)
        elif text[position : position + 1] != "]":
            break
    else:
        return
    if position < LEAST_SOUND * len(text):
        line = text.count("\n", 0, position) + 1
        raise DataError(f"'{source.path}' is not JSON: item {number} is broken (line {line})")
    yield LeftOut(f"'{source.path}' item {number}", "is cut off; copy the file again")


def _within(source: Source) -> Iterator[Item | LeftOut]:
    """The items of a list in an object, the columns of pandas as rows, or the object itself."""
    value, place = source.value, f"'{source.path}'"
    for name in LISTS:
        if isinstance(value, dict) and isinstance(value.get(name), list):
            yield from (Item(f"{place} item {number}", item) for number, item in enumerate(value[name], 1))
            return
    columns = list(value.values()) if isinstance(value, dict) else []
    if len(known(tuple(value))) > 1 and all(isinstance(column, dict) for column in columns):
        for row in columns[0]:
            cells = {name: column.get(row) for name, column in value.items()}
            yield Item(f"{place} row {row}", {name: cell for name, cell in cells.items() if cell is not None})
        return
    yield Item(place, value)


def _after(text: str, position: int) -> int:
    """The first position from `position` on that is not white space."""
    while text[position : position + 1] in WHITE and position < len(text):
        position += 1
    return position


def item_format(
    name: str,
    title: str,
    matches: Callable[[dict[str, Any]], bool],
    parts: Callable[[dict[str, Any], Source], dict[str, Any] | str],
) -> Format:
    """A format whose every item is a post, whatever holds the items.

    matches : whether the first item is of this format.
    parts : the parts of the post that an item is, as :func:`post_from_parts` takes them; a text says why it is none.
    """

    def read(source: Source) -> Iterator[Post | LeftOut]:
        for number, item in enumerate(items(source), 1):
            if isinstance(item, LeftOut):
                yield item
            elif not isinstance(item.value, dict):
                yield LeftOut(item.place, f"must be a post as a JSON object, not {item.value!r:.60}")
            else:
                found = parts(item.value, source)
                if isinstance(found, str):
                    yield LeftOut(item.place, found, "other")
                else:
                    yield from post_from_parts(found, item.place, str(number))

    return Format(name, title, lambda source: matches(first(source)), read)
