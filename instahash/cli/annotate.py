"""instahash-annotate: photos in, posts with labels out."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from instahash.cli.common import Parser, label_line, note, printable, run, set_blas_threads
from instahash.cli.inputs import check_out, identities
from instahash.cli.photos import add_annotator, labelled

EXAMPLE = """example:
  instahash-annotate photo.jpg
  instahash-annotate photos/ --out posts.jsonl.gz
  instahash-annotate photos/ --posts hashtags.jsonl --out posts.jsonl.gz --annotator google --max-cost 5
"""


def parser() -> ArgumentParser:
    command = Parser(
        "instahash-annotate",
        "Label photos: with Google Cloud Vision where its credentials are found, else offline.",
        EXAMPLE,
    )
    add = command.add_argument
    add("images", nargs="+", metavar="IMAGE_OR_DIR", help="image files, and folders of them, searched to the bottom")
    add("--out", metavar="POSTS",
        help="write posts here, as the other commands read them (default: print the labels)")  # fmt: skip
    add("--posts", metavar="POSTS",
        help="with --out: photos get hashtags, user and time of the post with their path or name as id")  # fmt: skip
    add_annotator(command)
    return command


def work(args: Namespace) -> None:
    set_blas_threads(1)
    from instahash.annotate import default_cache, find_photos
    from instahash.formats import write_posts

    photos = list(find_photos(args.images))
    if args.out:
        inputs = [photo.source for photo in photos] + [args.posts, args.cache or default_cache()]
        check_out("--out", args.out, identities(filter(None, inputs)))
    posts = _Posts(args.posts)
    with labelled("annotate", args, photos, quiet=not args.out and sys.stdout.isatty()) as annotations:
        if args.out:
            write_posts(args.out, map(posts.joined, annotations))
            posts.note()
        else:
            for annotation in annotations:
                print(f"{printable(annotation.id)}\t{label_line(annotation.labels)}", flush=True)


class _Posts:
    """What is known of photos besides labels: a photo's post has its path, file name or name as id."""

    def __init__(self, path: str | None):
        from instahash.formats import read_posts

        self._posts = {os.path.normpath(post.id): post for post in read_posts(path)} if path else {}
        self._n_photos: Counter[str] = Counter()  # of each post

    def joined(self, annotation: Any) -> Any:
        """The post of a photo, under its path."""
        path = Path(annotation.id)
        for name in (os.path.normpath(annotation.id), path.name, path.stem):
            if name in self._posts:
                self._n_photos[name] += 1
                return self._posts[name]._replace(id=annotation.id, labels=annotation.labels)
        return annotation.post()

    def note(self) -> None:
        """Say which posts have no photo, or more than one."""
        for number, wrong in (("no", lambda n: n == 0), ("more than one", lambda n: n > 1)):
            found = [name for name in self._posts if wrong(self._n_photos[name])]
            if found:
                few = ", ".join(found[:5]) + (", ..." if len(found) > 5 else "")
                note("annotate", f"{len(found)} of {len(self._posts)} posts have {number} photo: {few}")


def main(argv: Sequence[str] | None = None) -> int:
    return run(parser(), work, argv, "; what is labelled so far is kept, go on with the same command")
