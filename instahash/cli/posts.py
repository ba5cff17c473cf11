"""What the commands that read posts share: how they are read, and how they get the labels of their photos."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from instahash.cli.common import SomeFailed, note
from instahash.cli.photos import labelled

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


def reading(args: Namespace, path: str) -> Iterator[Any]:
    """The posts of a file or folder; what was left out is said at the end, under the name of the command."""
    from instahash.formats import Reading, read_posts

    read = Reading()
    yield from read_posts(path, args.format, columns=_columns(args.columns), strict=args.strict, reading=read)
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


def names_of(post: Any) -> list[str]:
    """The names by which photos of a post may be known."""
    return [post.id, *post.photos]


def photos_of(args: Namespace, posts: Sequence[Any], photos: Sequence[Any]) -> list[list[int]]:
    """For each post the numbers of its photos; how many match is said. Raises DataError where none does."""
    from instahash.formats.joining import match, summary

    names, paths = [names_of(post) for post in posts], [photo.id for photo in photos]
    matches = match(names, paths)
    note(args.command, summary(names, paths, matches))
    return matches.photos


def with_labels(args: Namespace, posts: list[Any], counts: Counts) -> list[Any]:
    """Posts with the labels that were paid for already (--labels) and those of their photos."""
    if args.labels:
        known = [post for post in reading(args, args.labels) if post.labels]
        own = photos_of(args, posts, known)
        posts = [_labelled(post, [known[i].labels for i in numbers]) for post, numbers in zip(posts, own)]
    photos = [] if args.annotator == "none" else _photos(args)
    if not photos:
        return posts
    own = photos_of(args, posts, photos)
    counts.n["with a photo"] = sum(map(bool, own))
    wanted = sorted({i for post, numbers in zip(posts, own) if not post.labels for i in numbers})
    labels: dict[str, Any] = {}
    if wanted:
        with suppress(SomeFailed), labelled(args.command, args, [photos[i] for i in wanted]) as annotations:
            labels = {annotation.id: annotation.labels for annotation in annotations}
    found = [[labels[photos[i].id] for i in numbers if photos[i].id in labels] for numbers in own]
    return [_labelled(post, several) for post, several in zip(posts, found)]


class Counts:
    """What posts have, counted as they go by; as a text a short table for people.

    examples : the first `n_examples` posts that have labels.
    """

    def __init__(self, n_examples: int) -> None:
        self.n = Counter({"posts read": 0})
        self.examples: list[Any] = []
        self._n_examples = n_examples

    def counted(self, posts: Iterable[Any]) -> Iterator[Any]:
        for post in posts:
            has = {"with hashtags": post.hashtags, "with labels": post.labels}
            has["with both"] = post.hashtags and post.labels
            self.n.update({"posts read": 1} | {name: bool(part) for name, part in has.items()})
            if post.labels and len(self.examples) < self._n_examples:
                self.examples.append(post)
            yield post

    def __str__(self) -> str:
        return "\n".join(f"{name:<21} {number:>9,}" for name, number in self.n.items())


def is_folder(path: str) -> bool:
    """Whether it is a folder or a zip file."""
    from instahash.archive import is_zip

    return os.path.isdir(path) or is_zip(Path(path))


def _photos(args: Namespace) -> list[Any]:
    """The photos of --photos, or those that lie with the posts."""
    from instahash.annotate import find_photos
    from instahash.archive import IMAGES, files_below
    from instahash.errors import DataError

    place = Path(args.photos or args.data)
    if is_folder(str(place)):
        photos = [path for path in files_below(place) if str(path).lower().endswith(IMAGES)]
        if photos:
            return list(find_photos(place))
    if args.photos:
        raise DataError(f"there is no photo in --photos '{place}'; give a folder or zip file of photos")
    return []


def _labelled(post: Any, several: Iterable[Any]) -> Any:
    """A post with the labels of all its photos, each label with its highest score; one that has labels keeps them."""
    best: dict[str, Any] = {}
    for label in (label for labels in several for label in labels):
        if label.description not in best or label.score > best[label.description].score:
            best[label.description] = label
    return post if post.labels else post._replace(labels=tuple(best.values()))
