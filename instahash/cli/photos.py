"""What the commands that label photos share: arguments, the cost before, progress, failures, the sum after."""

from __future__ import annotations

import os
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from typing import Any

from instahash.cli.common import SomeFailed, add_annotator_name, amount, at_least, note
from instahash.errors import plural

# Failures of which each has a line.
LISTED_FAILURES = 20
# A photo takes the offline annotator so many on one core, by its size.
SECONDS = 0.015, 0.06


def add_annotator(command: ArgumentParser) -> None:
    """The arguments that say who labels photos, and how."""
    add_annotator_name(command)
    add_labelling(command)
    command.add_argument(
        "--threads",
        type=at_least(1),
        default=1,
        metavar="N",
        help="photos labelled offline, or posts answered, at once (default: 1)",
    )


def add_labelling(command: ArgumentParser) -> None:
    """The arguments that say how photos are labelled."""
    add = command.add_argument
    add("--cache", metavar="FILE", help="labels of photos are kept here (default: a file in ~/.cache/instahash)")
    add("--objects", action="store_true", help="google: find objects too, for 2.25 USD more a thousand photos")
    add("--max-cost", type=amount, metavar="USD", help="google: send nothing that would cost more (default: no limit)")
    add("--rate", type=at_least(1), default=1800, metavar="N",
        help="google: photos sent a minute at most (default: %(default)s, the service's own limit)")  # fmt: skip


def add_features(command: ArgumentParser) -> None:
    """The argument that asks for what the network sees in a photo besides its labels."""
    what = "keep what the offline network sees in each photo, 1,280 numbers: a model learns from the photo itself"
    command.add_argument("--features", action="store_true", help=what)


def photos_in(places: Sequence[str]) -> list[Any]:
    """The photos of files and folders. Raises DataError where there are only folders, without a photo."""
    from instahash.annotate import find_photos
    from instahash.errors import DataError

    photos = list(find_photos(places))
    if all(os.path.isdir(str(photo.source)) and os.access(str(photo.source), os.R_OK) for photo in photos):
        raise DataError(f"there is no photo in '{places[0]}'; give a photo, or a folder or zip file of photos")
    return photos


@contextmanager
def labelled(
    command: str, args: Namespace, photos: Sequence[Any], quiet: bool = False, features: bool = False
) -> Iterator[Iterator[Any]]:
    """An iterator over the annotations that have labels, and features where they are wanted; the others are said and
    counted.

    Afterwards raises SomeFailed where there were any, ImageError where no photo has labels.
    """
    from tqdm import tqdm

    from instahash.annotate import OfflineAnnotator, annotate, choose_annotator

    google = {"objects": args.objects, "max_cost": args.max_cost, "rate": args.rate}
    annotator = choose_annotator(args.annotator, args.threads, **google)
    featurer = None
    if features:
        featurer = annotator if isinstance(annotator, OfflineAnnotator) else OfflineAnnotator()
    note(command, f"{plural(len(photos), 'photo')}, labelled by {annotator.name}{_cost(annotator, len(photos))}")
    if not annotator.price and (args.objects or args.max_cost is not None):
        note(command, "--objects and --max-cost make no difference offline")
    counts = {"labelled": 0, "cached": 0, "failed": 0}
    # Closed in this order: what is under way still has to get into the cache.
    with _stopped_gently(), _cache(command, args, annotator) as cache:
        generator: Any = annotate(photos, annotator, cache, featurer)
        with closing(generator) as annotations:
            progress = tqdm(annotations, "Labelling", len(photos), unit=" photos", disable=True if quiet else None)
            yield _with_labels(command, progress, counts)
    if len(photos) > 1 or annotator.price:
        failed = f", {counts['failed']} failed" if counts["failed"] else ""
        spent = f", for {_usd(annotator.spent)} at list price" if annotator.price else ""
        note(command, f"{counts['labelled']} labelled ({counts['cached']} of them before){failed}{spent}")
    if counts["failed"]:
        raise SomeFailed


def _cache(command: str, args: Namespace, annotator: Any) -> AbstractContextManager[Any]:
    """The cache of labels; none where nobody named one, the default cannot be used, and labels cost nothing."""
    from instahash.annotate import Cache, default_cache
    from instahash.errors import AnnotatorError

    try:
        return Cache(args.cache or default_cache(), annotator.key)
    except AnnotatorError as error:
        if args.cache or annotator.price:
            raise
        note(command, f"labels are not kept: {error}")
        return nullcontext()


def _with_labels(command: str, annotations: Iterable[Any], counts: dict[str, int]) -> Iterator[Any]:
    from tqdm import tqdm

    from instahash.errors import ImageError

    for annotation in annotations:
        if annotation.error:
            counts["failed"] += 1
            if counts["failed"] <= LISTED_FAILURES:
                with tqdm.external_write_mode(sys.stderr):
                    note(command, annotation.error)
        else:
            counts["labelled"] += 1
            counts["cached"] += annotation.cached
            yield annotation
    if counts["failed"] > LISTED_FAILURES:
        note(command, f"and {counts['failed'] - LISTED_FAILURES} more failed")
    if not counts["labelled"]:
        raise ImageError("no photo could be labelled; each line above says why")


def _cost(annotator: Any, n_photos: int) -> str:
    """What it may cost, before anything is sent, or how long it may take."""
    if not annotator.price:
        least, most = (round(n_photos * seconds / 60 / annotator.n_workers) for seconds in SECONDS)
        return f": about {max(least, 1)} to {plural(most, 'minute')}, less for what is in the cache" if most > 1 else ""
    most = f": at most {_usd(n_photos * annotator.price)} at list price, less what is in the cache or free"
    if annotator.most_images is not None and annotator.most_images < n_photos:
        most += f"; --max-cost ends it after {annotator.most_images}"
    return most


def _usd(amount: float) -> str:
    return f"{amount:.2f} USD" if amount >= 1 else f"{amount:.4f} USD"


@contextmanager
def _stopped_gently() -> Iterator[None]:
    """An interruption, a polite kill or a closed terminal stops sending; what is under way is waited for and kept.

    A second one would lose that, so it is left unheard.
    """
    signals = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def stop(*_: object) -> None:
        for number in signals:
            signal.signal(number, signal.SIG_IGN)
        os.write(2, b"\nstopping; what is under way is waited for, half a minute at most\n")
        raise KeyboardInterrupt("; what is labelled so far is kept, go on with the same command")

    before = {number: signal.signal(number, stop) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
