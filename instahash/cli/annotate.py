"""instahash-annotate: photos in, posts with labels out."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from instahash.cli.common import Parser, label_line, named, run, set_blas_threads
from instahash.cli.inputs import check_out, identities
from instahash.cli.photos import add_annotator, add_features, labelled, photos_in
from instahash.cli.posts import add_reading, photos_of, reading
from instahash.errors import printable

EXAMPLE = """example:
  instahash-annotate photo.jpg
  instahash-annotate photos/ --out posts.jsonl.gz
  instahash-annotate photos/ --posts hashtags.jsonl --out posts.jsonl.gz --annotator google --max-cost 5
  instahash-annotate photos/ --posts hashtags.jsonl --out posts.jsonl.gz --features
"""


def parser() -> ArgumentParser:
    command = Parser(
        "instahash-annotate",
        "Label photos: with Google Cloud Vision where its credentials are found, else offline.",
        EXAMPLE,
    )
    add = command.add_argument
    add("images", type=named, nargs="+", metavar="IMAGE_OR_DIR",
        help="image files, and folders and zip files of them, searched to the bottom")  # fmt: skip
    add("--out", type=named, metavar="POSTS",
        help="write posts here, as the other commands read them (default: print the labels)")  # fmt: skip
    add("--posts", metavar="POSTS",
        help="with --out: photos get hashtags, user and time of the post that their names belong to")  # fmt: skip
    add_features(command)
    add_reading(command)
    add_annotator(command)
    command.set_defaults(command="annotate")
    return command


def work(args: Namespace) -> None:
    set_blas_threads(1)
    from instahash.annotate import default_cache
    from instahash.errors import DataError
    from instahash.formats import Source, write_posts

    if args.posts and not args.out:
        raise DataError("--posts gives hashtags to the posts that --out writes; name a file with --out")
    if args.features and not args.out:
        raise DataError("--features are kept beside the posts that --out writes; name a file with --out")
    if args.out and Source(Path(args.out)).suffix in (".csv", ".tsv", ".parquet"):
        raise DataError(f"--out '{args.out}' would be JSON Lines; name it as that, {Source(Path(args.out)).stem}.jsonl")
    photos = photos_in(args.images)
    if args.out:
        inputs = [photo.source for photo in photos] + [args.posts, args.cache or default_cache()]
        check_out("--out", args.out, identities(filter(None, inputs)))
    post_of = _posts(args, photos) if args.posts else {}
    with labelled(
        "annotate", args, photos, quiet=not args.out and sys.stdout.isatty(), features=args.features
    ) as annotations:
        if args.out:
            write_posts(args.out, (_post(annotation, post_of) for annotation in annotations))
        else:
            for annotation in annotations:
                print(f"{printable(annotation.id)}\t{label_line(annotation.labels)}", flush=True)


def _posts(args: Namespace, photos: Sequence[Any]) -> dict[str, Any]:
    """The post of each photo that has one, by the photo's id."""
    from instahash.formats.photo_features import features_path

    posts = list(reading(args, args.posts))
    tables = {getattr(post.photo_features, "filename", None) for post in posts}  # of rows that are mapped
    check_out("--out", features_path(Path(args.out)), identities(filter(None, tables)))
    own = photos_of(args, posts, photos)
    return {photos[i].id: post for post, numbers in zip(posts, own) for i in numbers}


def _post(annotation: Any, post_of: dict[str, Any]) -> Any:
    """The post of a photo, under its path, with its labels; features that it has stay where none are new."""
    post = post_of.get(annotation.id)
    labelled = annotation.post()
    if post is None:
        return labelled
    features = post.photo_features if labelled.photo_features is None else labelled.photo_features
    return post._replace(id=labelled.id, labels=labelled.labels, photos=(), photo_features=features)


def main(argv: Sequence[str] | None = None) -> int:
    return run(parser(), work, argv)
