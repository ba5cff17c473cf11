"""Posts from any source, by its name, and JSON Lines files of posts."""

from __future__ import annotations

import gzip
import json
import lzma
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from instahash.data.posts import Post, post_from_json
from instahash.data.sample import SAMPLES, sample_posts
from instahash.errors import DataError
from instahash.formats.harrison import is_harrison, read_harrison
from instahash.formats.instagram import posts_in, read_instaloader_folder


def read_posts(source: str | Path) -> Iterator[Post]:
    """The posts of `source`, one after the other.

    source : "sample" for the embedded sample, "sample-held-out" for others of its kind; HARRISON's folder; a folder
        of Instaloader's .json or .json.xz files; a file of JSON Lines (.jsonl or any other name), which is streamed; a
        .json file as in :mod:`instahash.formats.instagram`. Files may be compressed (.gz, .xz).

    Raises DataError, naming file and line, where there is no post or one cannot be read.
    """
    if source in SAMPLES:
        return sample_posts(**SAMPLES[source])
    path = Path(source)
    if not path.exists():
        raise DataError(
            f"there is no file or folder '{path}'; give a file of posts, a HARRISON folder, 'sample' or "
            "'sample-held-out'"
        )
    return _at_least_one(_posts_of(path), path)


def write_posts(path: str | Path, posts: Iterable[Post]) -> int:
    """Write posts as JSON Lines, compressed where the name ends in .gz, whole or not at all; returns how many.

    Raises DataError where the file cannot be written.
    """
    path, n_posts = Path(path), 0
    new = path.with_name(f".{path.name}.new")
    try:
        with (gzip.open if path.suffix == ".gz" else open)(new, "wt", encoding="utf-8") as file:
            for post in posts:
                value = {"id": post.id, "hashtags": post.hashtags, "labels": [label._asdict() for label in post.labels]}
                value |= {key: text for key in ("user", "created_at") if (text := getattr(post, key)) is not None}
                if post.features:
                    value["user_features"] = post.features
                file.write(json.dumps(value, ensure_ascii=False) + "\n")
                n_posts += 1
        os.replace(new, path)
    except OSError as error:
        raise DataError(f"cannot write '{path}': {error.strerror}; choose another file") from None
    finally:
        new.unlink(missing_ok=True)
    return n_posts


def _posts_of(path: Path) -> Iterator[Post]:
    if path.is_dir():
        if is_harrison(path):
            return read_harrison(path)
        return read_instaloader_folder(path, load_json)
    name = path.name.removesuffix(".gz").removesuffix(".xz")
    return _json_posts(path) if name.endswith(".json") else _json_lines(path)


def _at_least_one(posts: Iterator[Post], path: Path) -> Iterator[Post]:
    empty = True
    for post in posts:
        empty = False
        yield post
    if empty:
        raise DataError(f"there is no post in '{path}'; give a file with one JSON post a line")


def _json_lines(path: Path) -> Iterator[Post]:
    number = 0
    with _reading(path) as file:
        for number, line in enumerate(file, 1):
            if line.isspace():
                continue
            try:
                yield post_from_json(json.loads(line))
            except (ValueError, RecursionError):
                raise DataError(f"'{path}' line {number} is not JSON; every line must be one JSON post") from None
            except DataError as error:
                raise DataError(f"'{path}' line {number}: {error}") from None


def _json_posts(path: Path) -> Iterator[Post]:
    """A .json file is one JSON value; one that holds a post a line all the same is read as JSON Lines."""
    try:
        value = load_json(path)
    except DataError:
        if not _starts_with_a_json_line(path):
            raise
        yield from _json_lines(path)
        return
    try:
        yield from posts_in(value)
    except DataError as error:
        raise DataError(f"'{path}': {error}") from None


def _starts_with_a_json_line(path: Path) -> bool:
    with _reading(path) as file:
        first = next((line for line in file if not line.isspace()), b"")
    try:
        return isinstance(json.loads(first), dict)
    except ValueError:
        return False


def load_json(path: Path):
    """The value in a JSON file, plain or compressed. Raises DataError naming the file."""
    with _reading(path) as file:
        content = file.read()
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DataError(f"'{path}' is not JSON ({error})") from None


@contextmanager
def _reading(path: Path):
    """A binary file, decompressed by its name; faults of reading become a DataError that names it."""
    opener = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    try:
        with opener(path, "rb") as file:
            yield file
    except EOFError:
        raise DataError(f"'{path}' is cut off: it ends before its compressed content does; copy it again") from None
    except (gzip.BadGzipFile, zlib.error, lzma.LZMAError) as error:
        raise DataError(f"'{path}' is not a sound compressed file ({error}); copy it again") from None
    except OSError as error:
        raise DataError(f"cannot read '{path}': {error.strerror or error}") from None
