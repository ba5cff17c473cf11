"""The items of a file, whatever holds them: JSON Lines, JSON lists and objects, tables."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any, TypeAlias

from instahash.data import Post
from instahash.errors import DataError
from instahash.files import reading
from instahash.formats import table
from instahash.formats.fields import CONTENT, known, post_from_parts
from instahash.formats.source import (
    CHUNK,
    LEAST_SOUND,
    MOST_BLANK,
    MOST_ITEM,
    MOST_LINE,
    DenseError,
    Format,
    Item,
    LeftOut,
    Source,
    is_dense,
    kept,
)
from instahash.formats.values import shown

DEEPEST = 2**20  # brackets in each other
MOST_LOOKED_AT = 1000  # items, for a column that the user names
LISTS = ("GraphImages", "data", "posts", "items", "results", "responses")  # where a JSON object keeps its items
LINES = (".jsonl", ".ndjson")
# What joining and cutting files leaves between values: commas, marks of UTF-8, zeros.
STRAY = "\ufeff\0, \t\r\n"

BLANK = frozenset(STRAY) | {""}
_between = re.compile(f"[{STRAY}]*").match
_tokens = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*("?)|[\[\]{}]', re.DOTALL).finditer
_decode = json.JSONDecoder().raw_decode

Parts: TypeAlias = dict[str, Any] | str


@kept
def container(source: Source) -> str:
    """What holds the items: "folder", "lines", "list", "object", "table" or "parquet"; "" where it is none of them.

    A list may also be several lists, or objects over several lines, one after the other.
    """
    if source.is_folder:
        return "folder"
    if source.head.startswith(table.PARQUET):
        return "parquet"
    start = source.start
    if source.head.startswith(b"PK\3\4"):  # a spreadsheet
        return ""
    if start.startswith("["):
        return "list"
    if start.startswith("{"):
        return _holder_of_objects(start, source.suffix)
    if start and (table.is_table(source) or source.suffix in (".csv", ".tsv")):
        return "table"
    return "lines" if not start or source.suffix in LINES else ""


def _holder_of_objects(start: str, suffix: str) -> str:
    if any(isinstance(_value(line), dict) for line in start.split("\n", 2)[:2]):
        return "object" if suffix == ".json" and "\n" not in start.rstrip() else "lines"
    try:
        _, end = _decode(start)
    except (ValueError, RecursionError):  # it is broken, or longer than the head
        return "lines" if suffix in LINES else "object"
    return "list" if start[end:].strip(STRAY) else "object"


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@kept
def firsts(source: Source) -> list[dict[str, Any]]:
    """The objects among the first items, by which a format is recognised.

    A pipe has none, which is read as lines without a look at it. Few are kept where they are large.
    """
    found: list[dict[str, Any]] = []
    size = 0
    try:
        for _, item in zip(range(20), items(source) if source.head and container(source) else ()):
            if isinstance(item, Item) and isinstance(item.value, dict):
                found.append(item.value)
                size += len(json.dumps(item.value, default=str))
            if size > MOST_ITEM:
                break
    except (DataError, RecursionError):  # which is said where the file is read
        pass
    return found


def first(source: Source) -> dict[str, Any]:
    """The first of these, empty where there is none."""
    return next(iter(firsts(source)), {})


@kept
def whole(source: Source) -> dict[str, Any]:
    """The one JSON object of a file; empty where it has another content."""
    try:
        value = source.value if container(source) == "object" else None
    except DataError:
        value = None
    return value if isinstance(value, dict) else {}


def items(source: Source) -> Iterator[Item | LeftOut]:
    """The items of a file one after the other; what is broken is left out.

    Raises DataError where nothing can be read, or too much of a JSON list is broken.
    """
    readers = {"lines": _lines, "list": _listed, "object": _within, "parquet": table.parquet_rows}
    return readers.get(container(source), table.rows)(source)


def check_columns(source: Source) -> None:
    """Raise DataError for a column that the user names and none of the first items has."""
    if not source.columns or container(source) not in ("lines", "list", "object"):
        return  # tables have names of their own
    found = (item.value for item in items(source) if isinstance(item, Item) and isinstance(item.value, dict))
    if names := list(dict.fromkeys(name for value in islice(found, MOST_LOOKED_AT) for name in value)):
        source.check_columns(names)


def _lines(source: Source) -> Iterator[Item | LeftOut]:
    """UTF-8 is split into lines as bytes, which is faster."""
    as_bytes = source.encoding.startswith("utf-8")
    opened: Any = reading(source.path, streamed=True) if as_bytes else source.opened()
    with opened as file:
        where, n_blank = f"'{source.path}' line ", 0
        for number, line in enumerate(iter(partial(file.readline, MOST_LINE), b"" if as_bytes else ""), 1):
            try:
                text = line.decode() if isinstance(line, bytes) else line
            except UnicodeDecodeError:
                yield LeftOut(f"{where}{number}", "has bytes that are not UTF-8", "part")
                text = line.decode(errors="replace")
            if text[:1] in BLANK and not text.strip(STRAY):
                n_blank += 1
                if n_blank > MOST_BLANK:
                    raise DataError(f"'{source.path}' has {MOST_BLANK:,} empty lines; leave these out")
                continue
            if is_dense(text):
                yield LeftOut(f"{where}{number}", "is made of brackets more than of a post")
                continue
            try:
                yield Item(f"{where}{number}", json.loads(text))
            except (ValueError, RecursionError):
                yield from _mended(text.strip(STRAY), f"{where}{number}")


def _mended(text: str, place: str) -> Iterator[Item | LeftOut]:
    """What a line holds besides what joining files leaves in it."""
    try:
        if text:
            yield Item(place, json.loads(text))
    except RecursionError:
        yield LeftOut(place, "is nested too deep to be read")
    except ValueError:
        is_long = len(text) > MOST_LINE - len(STRAY)
        what = f"has more than {MOST_LINE >> 20} MB" if is_long else "is not JSON; every line must be one JSON post"
        yield LeftOut(place, what)


def _listed(source: Source) -> Iterator[Item | LeftOut]:
    """The items of a list one at a time, so that only some of its text is in memory."""
    with source.opened() as file:
        text, position, before, number, inside, more = "", 0, 0, 1, False, True
        while True:
            position = _between(text, position).end()  # type: ignore[union-attr]
            place = f"'{source.path}' item {number}"
            if text[position : position + 1] == ("]" if inside else "["):
                inside, position = not inside, position + 1
                continue
            try:
                value, position = _decode(text, position)
                yield Item(place, value)
            except (ValueError, RecursionError) as error:
                if end := _closed(text, position):
                    deep = isinstance(error, RecursionError)
                    yield LeftOut(place, "is nested too deep to be read" if deep else "is not JSON")
                    position = end
                elif more and len(text) - position < MOST_ITEM:
                    chunk = file.read(max(CHUNK, len(text) - position))
                    text, before, position, more = text[position:] + chunk, before + position, 0, bool(chunk)
                    continue
                else:
                    break
            number += 1
        lost = len(text) - position + sum(map(len, iter(partial(file.read, CHUNK), "")))
        if lost > (1 - LEAST_SOUND) * (before + position + lost):
            raise DataError(f"{place} is not JSON, and the file cannot be read from there on ({lost:,} characters)")
        if lost or inside:
            yield LeftOut(place, "is cut off; copy the file again")


def _closed(text: str, position: int) -> int | None:
    """Where a value that is not JSON ends all the same, by its brackets; None where the text ends before."""
    depth = 0
    for token in _tokens(text, position):
        if token[0] in ("[", "{"):
            depth += 1
        elif token[0] in ("]", "}"):
            depth -= 1
        elif not token[1]:
            return None
        if depth > DEEPEST:  # whose end is looked for no further
            return None
        if depth <= 0:
            return token.end()
    return None


def _within(source: Source) -> Iterator[Item | LeftOut]:
    """The items of a list in an object, what pandas writes, posts by their ids, or the object itself."""
    try:
        value = source.value
    except DenseError:
        raise
    except DataError:  # there may be more than one object
        yield from _listed(source)
        return
    place = f"'{source.path}'"
    rows = _rows(value) if isinstance(value, dict) else None
    if rows is None:
        yield Item(place, value)
        return
    for key, row in rows:
        yield Item(f"{place} item {key}", row)


def _rows(value: dict[str, Any]) -> Iterator[tuple[Any, Any]] | None:
    """The items in an object and their numbers or keys, captions by their names too; None where it is one itself."""
    for name in LISTS:
        if isinstance(value.get(name), list):
            entries, columns = value[name], value.get("columns")
            if isinstance(columns, list):  # orient="split"
                entries = [dict(zip(map(str, columns), row)) for row in entries if isinstance(row, list)]
            return enumerate(entries, 1)
    if isinstance(value.get("node"), dict):  # a post of Instagram's pages
        return None
    columns, found = list(value.values()), known(tuple(value))
    if not found and all(isinstance(column, str) for column in columns) and any("#" in column for column in columns):
        return ((key, {"id": key, "caption": caption}) for key, caption in value.items())
    if len(found) > 1 and all(isinstance(column, dict) for column in columns):  # orient="columns"
        return ((row, {name: column.get(row) for name, column in value.items()}) for row in columns[0])
    if not found.keys().isdisjoint(("id", "user")) and all(isinstance(column, list) for column in columns):
        return enumerate((dict(zip(value, cells)) for cells in zip(*columns)), 1)  # orient="list"
    if columns and all(isinstance(row, dict) and not CONTENT.isdisjoint(known(tuple(row))) for row in columns):
        return ((key, {"id": key, **row}) for key, row in value.items())  # orient="index"
    return None


def item_format(
    name: str,
    title: str,
    matches: Callable[[dict[str, Any]], bool],
    parts: Callable[[dict[str, Any], Source], Parts | list[Parts]],
) -> Format:
    """A format whose every item is a post, whatever holds the items.

    matches : whether the first item is of this format.
    parts : the parts of the post that an item is, as :func:`post_from_parts` takes them; a text says why it is none;
        a list is for an item that holds several.
    """

    def read(source: Source) -> Iterator[Post | LeftOut]:
        for number, item in enumerate(items(source), 1):
            if isinstance(item, LeftOut):
                yield item
                continue
            try:
                yield from posts(item, source, f"{source.name} {number}")
            except RecursionError:
                yield LeftOut(item.place, "is nested too deep to be read")

    def posts(item: Item, source: Source, own: str) -> Iterator[Post | LeftOut]:
        place, value = item
        if isinstance(value, str) and "#" in value:  # a caption alone
            item = Item(place, value := {"caption": value})
        if not isinstance(value, dict):
            yield LeftOut(place, f"must be a post as a JSON object, not {shown(value)}")
            return
        found = parts(value, source)
        for post in found if isinstance(found, list) else [found]:
            yield from _post(post, item, own)

    return Format(name, title, lambda source: matches(first(source)), read)


def _post(found: Parts, item: Item, own: str) -> Iterator[Post | LeftOut]:
    if isinstance(found, str):
        yield LeftOut(item.place, found, "other")
        return
    if CONTENT.isdisjoint(found):
        has_id = found.get("id") is not None
        names = ", ".join(item.value)
        yield LeftOut(item.place, f"{_WITHOUT}, not only {names:.200}", "part" if has_id else "odd")
        if not has_id:
            return
    yield from post_from_parts(found, item.place, own)


_WITHOUT = "must have hashtags, a caption or labels under a usual name, or one that --columns gives (hashtags=NAME)"
