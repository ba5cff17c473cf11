"""instahash-annotate: photos in, posts with labels out."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

from instahash.cli.common import (
    ANNOTATORS,
    Parser,
    SomeFailed,
    amount,
    at_least,
    label_line,
    note,
    run,
    set_blas_threads,
)

EXAMPLE = """example:
  instahash-annotate photo.jpg
  instahash-annotate photos/ --out posts.jsonl.gz
  instahash-annotate photos/ --posts hashtags.jsonl --out posts.jsonl.gz --annotator google --max-cost 5
"""
SHOWN_FAILURES = 20


def parser():
    command = Parser(
        prog="instahash-annotate",
        description="Label photos: with Google Cloud Vision where its credentials are found, else offline.",
        epilog=EXAMPLE,
    )
    add = command.add_argument
    add("images", nargs="+", metavar="IMAGE_OR_DIR", help="image files, and folders of them, searched to the bottom")
    add("--out", metavar="POSTS",
        help="write posts here, as instahash-train and instahash-recommend read them (default: print the labels)")  # fmt: skip
    add("--posts", metavar="POSTS",
        help="with --out: a photo gets hashtags, user and time of the post here that has its path or name as id")  # fmt: skip
    add("--annotator", choices=ANNOTATORS, help="(default: google where credentials are found, else offline)")
    add("--cache", metavar="FILE", help="what is labelled already is kept here (default: a file in ~/.cache)")
    add("--objects", action="store_true", help="google: find objects too, for 2.25 USD more a thousand photos")
    add("--max-cost", type=amount, metavar="USD", help="google: send nothing that would cost more (default: no limit)")
    add("--rate", type=at_least(1), default=1800, metavar="N",
        help="google: photos sent a minute at most (default: %(default)s, the service's own limit)")  # fmt: skip
    add("--threads", type=at_least(1), default=1, metavar="N", help="offline: photos labelled at once (default: 1)")
    return command


def work(args):
    set_blas_threads(1)
    # A polite kill is an interruption too: what is under way is waited for and kept.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from tqdm import tqdm

    from instahash.annotate import Cache, annotate, choose_annotator, default_cache, find_photos
    from instahash.data import write_posts

    google = {"objects": args.objects, "max_cost": args.max_cost, "rate": args.rate}
    annotator = choose_annotator(args.annotator, args.threads, **google)
    photos = list(find_photos(args.images))
    posts = _Posts(args.posts)
    note("annotate", f"{len(photos)} photos, labelled by {annotator.name}{_cost(annotator, len(photos))}")
    counts = {"labelled": 0, "cached": 0, "failed": 0}
    # Closed in this order: what is under way still has to get into the cache.
    with Cache(args.cache or default_cache(), annotator.key) as cache:
        with closing(annotate(photos, annotator, cache)) as annotations:
            progress = tqdm(annotations, "Labelling", len(photos), unit=" photos", disable=None)
            labelled = _labelled(progress, counts)
            if args.out:
                write_posts(args.out, map(posts.joined, labelled))
                posts.note()
            else:
                for annotation in labelled:
                    print(f"{annotation.id}\t{label_line(annotation.labels)}", flush=True)
    if counts["failed"] > SHOWN_FAILURES:
        note("annotate", f"and {counts['failed'] - SHOWN_FAILURES} more photos failed")
    spent = f", for {annotator.spent:.2f} USD at list price" if annotator.price else ""
    labelled = f"{counts['labelled']} labelled ({counts['cached']} of them before)"
    note("annotate", f"{labelled}, {counts['failed']} failed{spent}")
    if counts["failed"]:
        raise SomeFailed


def _labelled(annotations, counts):
    """Those with labels; the others are said, and all are counted."""
    from tqdm import tqdm

    from instahash.errors import ImageError

    for annotation in annotations:
        if annotation.error:
            counts["failed"] += 1
            if counts["failed"] <= SHOWN_FAILURES:
                with tqdm.external_write_mode(sys.stderr):
                    note("annotate", annotation.error)
        else:
            counts["labelled"] += 1
            counts["cached"] += annotation.cached
            yield annotation
    if not counts["labelled"]:
        raise ImageError("no photo could be labelled; each line above says why")


def _cost(annotator, n_photos):
    """What it may cost, before anything is sent."""
    if not annotator.price:
        return ""
    most = f": at most {n_photos * annotator.price:.2f} USD at list price, less what is in the cache or free"
    if annotator.most_images is not None and annotator.most_images < n_photos:
        most += f"; --max-cost ends it after {annotator.most_images}"
    return most


class _Posts:
    """Posts that say what is known of photos besides labels; a photo's is that with its path, file name or name as id."""

    def __init__(self, path):
        from instahash.data import read_posts

        self._posts = {post.id: post for post in read_posts(path)} if path else {}
        self._n_photos = Counter()  # of each post

    def joined(self, annotation):
        """The post of a photo, under its path."""
        path = Path(annotation.id)
        for name in (annotation.id, path.name, path.stem):
            if name in self._posts:
                self._n_photos[name] += 1
                return self._posts[name]._replace(id=annotation.id, labels=annotation.labels)
        return annotation.post()

    def note(self):
        """Say which posts have no photo, or more than one."""
        for number, wrong in (("no", lambda n: n == 0), ("more than one", lambda n: n > 1)):
            found = [name for name in self._posts if wrong(self._n_photos[name])]
            if found:
                shown = ", ".join(found[:5]) + (", ..." if len(found) > 5 else "")
                note("annotate", f"{len(found)} of {len(self._posts)} posts have {number} photo: {shown}")


def main(argv=None):
    return run(parser(), work, argv, "; what is labelled so far is kept, go on with the same command")
