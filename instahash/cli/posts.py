"""What the commands that read posts share: how they are read, and which photos belong to them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import Any

from instahash.cli.common import note

LISTED = 5  # reasons why something was left out, each of which has a line


def add_reading(command: ArgumentParser) -> None:
    """The arguments that say how files of posts are read."""
    add = command.add_argument
    add("--format", default="auto", metavar="NAME",
        help="the format of the posts (default: what content and names show; a wrong name lists all)")  # fmt: skip
    add("--columns", default="", metavar="PART=NAME,...",
        help="where columns or keys have no usual names: hashtags=Tags,caption=Text; parts are id, hashtags, caption, "
        "labels, user, created_at")  # fmt: skip
    add("--strict", action="store_true", help="take no odd item: end at the first that cannot be read")


def reading(args: Namespace, path: str, read: Any = None) -> Iterator[Any]:
    """The posts of a file or folder; what was left out is said at the end, and counted in `read`, a Reading."""
    from instahash.formats import Reading, read_posts

    read = Reading() if read is None else read
    yield from read_posts(path, reading=read, **how_to_read(args))
    say_left_out(args, read)


def how_to_read(args: Namespace) -> dict[str, Any]:
    """The arguments of :func:`instahash.read_posts` that --format, --columns and --strict are."""
    return {"format": args.format, "columns": _columns(args.columns), "strict": args.strict}


def say_left_out(args: Namespace, read: Any) -> None:
    """A line for each reason why something was left out, the most frequent first."""
    lines = read.lines()
    for line in lines[:LISTED]:
        note(args.command, line)
    if len(lines) > LISTED:
        note(args.command, f"and {len(lines) - LISTED} more kinds of what was left out")


def _columns(text: str) -> dict[str, str]:
    from instahash.errors import DataError
    from instahash.formats.fields import NAMES

    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    columns = {part.strip(): name.strip() for part, _, name in pairs}
    wrong = [part for part, name in columns.items() if part not in NAMES or not name]
    if wrong:
        raise DataError(f"--columns names '{wrong[0]}'; write PART=NAME, where PART is one of {', '.join(NAMES)}")
    return columns


def photos_of(args: Namespace, posts: Sequence[Any], photos: Sequence[Any], what: str = "") -> list[list[int]]:
    """For each post the numbers of its photos; how many match is said, after `what`.

    photos : all that has an `id`, a path or a name.

    Raises DataError where none matches.
    """
    from instahash.errors import DataError
    from instahash.formats.joining import match, summary

    names = [list(dict.fromkeys([post.id, *post.photos])) for post in posts]
    paths = [photo.id for photo in photos]
    matches = match(names, paths)
    try:
        note(args.command, what + summary(names, paths, matches))
    except DataError as error:
        raise DataError(f"{what}{error}") from None
    return matches.photos
