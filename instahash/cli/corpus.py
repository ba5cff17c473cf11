"""What is learnt from or evaluated on: posts, the labels of their photos, and a table of what there is."""

from __future__ import annotations

import glob
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from instahash.archive import files_below, is_folder, is_image, is_video
from instahash.cli.common import SomeFailed, note
from instahash.cli.hints import for_photo
from instahash.cli.photos import add_features, add_labelling, labelled
from instahash.cli.posts import add_reading, how_to_read, photos_of, reading, say_left_out
from instahash.errors import AnnotatorError, DataError, ImageError, plural
from instahash.names import ANNOTATORS

EXAMPLES = 4  # posts whose recommendations are shown
WITHOUT = "; or leave photos out, with --annotator none"


class Read:
    """What was read, counted; as a text a short table for people.

    items : a Reading.  with_hashtags, with_labels, with_photo : how many posts do; the last may be None.
    examples : the first posts with labels to believe, of `min_score` or more.
    failed : whether a photo could not be labelled.
    """

    def __init__(self, min_score: float) -> None:
        from instahash.formats import Reading

        self.items, self.with_hashtags, self.with_labels = Reading(), 0, 0
        self.with_photo: int | None = None
        self.examples: list[Any] = []
        self.failed = False
        self._min_score = min_score

    def believed(self, post: Any) -> list[Any]:
        return [label for label in post.labels if label.score >= self._min_score]

    def counted(self, posts: Iterable[Any]) -> Iterator[Any]:
        for post in posts:
            labels = self.believed(post)
            self.with_hashtags += bool(post.hashtags)
            self.with_labels += bool(labels)
            if labels and post.hashtags and len(self.examples) < EXAMPLES:
                self.examples.append(post)
            yield post

    def __str__(self) -> str:
        return self.items.table(self.with_hashtags, self.with_labels, self.with_photo)


def add_corpus(command: ArgumentParser) -> None:
    """The arguments that say what posts are read, and how their photos get labels."""
    add_reading(command)
    add = command.add_argument
    add("--photos", metavar="DIR|ZIP", help="where the photos of the posts are (default: those in --data)")
    add("--labels", metavar="FILE|DIR",
        help="labels paid for already: answers of Google, Amazon, Microsoft or Clarifai")  # fmt: skip
    add("--annotator", choices=(*ANNOTATORS, "none"), default="offline",
        help="what labels photos; none leaves them out (default: %(default)s)")  # fmt: skip
    add_features(command)
    add_labelling(command)


def read_corpus(args: Namespace, read: Read) -> Any:
    """The posts of --data, with labels of --labels and of photos where they have none of their own; so with features.

    Raises DataError where there is none, or none that labels or photos belong to; AnnotatorError, ImageError where
    photos cannot be labelled.
    """
    from tqdm import tqdm

    from instahash.data import Corpus

    _check_posts(Path(args.data))
    found = _of_shards(args, read.items) if are_shards(args.data) else reading(args, args.data, read.items)
    posts: Iterable[Any] = found
    if args.labels or args.photos or is_folder(Path(args.data)):
        posts = _with_photos(args, _with_answers(args, list(posts)), read)
    hidden = True if args.quiet else None
    corpus = Corpus.from_posts(tqdm(read.counted(posts), "Reading posts", disable=hidden, unit=" posts"))
    if args.features:
        _say_features(args, corpus)
    return corpus


def are_shards(data: str) -> bool:
    """Whether it is a URL, or a pattern of several files."""
    return "://" in data or glob.has_magic(data) and not os.path.exists(data)


def _of_shards(args: Namespace, items: Any) -> Iterator[Any]:
    """The posts of all shards one after the other."""
    from instahash.shards import Shard, find

    for name in sorted(find(args.data)):
        yield from Shard(name, Path(), how_to_read(args)).posts(items)
    say_left_out(args, items)


def fit_shards(args: Namespace, settings: Any, **kept: Any) -> Any:
    """A model of the shards of --data, where they are.  kept : arguments of :func:`instahash.shards.fit_best`."""
    from instahash.data.sample import SAMPLES
    from instahash.shards import Shards, fit_best, fit_paper

    if args.data in SAMPLES:
        raise DataError("--cluster works on shards of posts; name them, as in --data 'shards/*.jsonl.gz'")
    if args.photos or args.labels or args.features or is_folder(Path(args.data)):
        raise DataError("shards are files of posts that have labels; annotate photos before, with instahash-annotate")
    with Shards(args.data, args.cluster or "", progress=not args.quiet, **how_to_read(args)) as shards:
        fit = fit_paper if args.mode == "paper" else fit_best
        return fit(shards, settings, **kept)


def _say_features(args: Namespace, corpus: Any) -> None:
    """Say why --features makes no difference, where it makes none."""
    import numpy as np

    from instahash.experts.statistics import LEAST_PHOTOS

    n = 0
    if corpus.photo_features is not None:
        n = int(np.sum(~np.isnan(corpus.photo_features[:, 0]) & (np.diff(corpus.hashtags.indptr) > 0)))
    if args.annotator == "none":
        note(args.command, "--features looks at no photo with --annotator none")
    elif not n:
        note(args.command, "--features: no post with hashtags has a photo that was seen; name them with --photos")
    elif n < LEAST_PHOTOS and args.command == "train":
        note(args.command, f"--features: of {plural(n, 'photo')} nothing is learnt; give {LEAST_PHOTOS} or more")


def _check_posts(path: Path) -> None:
    """Raise DataError where there is nothing but photos."""
    if is_image(str(path)) and os.path.isfile(path):
        raise DataError(f"'{path}' is a photo, and no post to learn hashtags from; {for_photo(str(path))}")
    below = files_below(path) if is_folder(path) and os.path.exists(path) else []
    files = [file for file in below if not is_video(str(file))]
    if files and all(is_image(str(file)) for file in files):
        advice = "put captions or hashtags there too; instahash-annotate labels photos alone"
        raise DataError(f"'{path}' has {plural(len(files), 'photo')} and no post to learn hashtags from; {advice}")


def _with_answers(args: Namespace, posts: Sequence[Any]) -> Sequence[Any]:
    """The posts with the labels of --labels."""
    if not args.labels:
        return posts
    as_found = Namespace(**vars(args) | {"format": "auto", "columns": ""})  # which say how --data is read
    try:
        answers = [post for post in reading(as_found, args.labels) if post.labels]
    except DataError as error:
        raise DataError(f"--labels: {error}") from None
    if not answers:
        raise DataError(f"there is no label in --labels '{args.labels}'; give answers of a service, or labelled posts")
    own = photos_of(args, posts, answers, "--labels: ")
    return [_merged(post, [answers[i] for i in numbers]) for post, numbers in zip(posts, own)]


def _with_photos(args: Namespace, posts: Sequence[Any], read: Read) -> Sequence[Any]:
    """The posts with the labels, and features, of their photos. What is not learnt from or has them is not paid for."""
    wanting = {i for i, post in enumerate(posts) if post.hashtags and not post.labels}
    lacking = {i for i, post in enumerate(posts) if args.features and post.hashtags and post.photo_features is None}
    photos = _photos(args) if (wanting or lacking or args.photos) and args.annotator != "none" else []
    if not photos:
        return posts
    try:
        own = photos_of(args, posts, photos)
        read.with_photo = sum(map(bool, own))
        if not (wanting or lacking):
            has = "labels and features" if args.features else "labels; --features learns from the photos too"
            note(args.command, f"no photo is looked at: every post with hashtags has {has}")
        seen = _seen(args, _of(photos, own, wanting), read)
        # Labels that are there already are not asked for again, so that only the offline network looks at these.
        rest = _of(photos, own, lacking - wanting)
        seen |= _seen(Namespace(**vars(args) | {"annotator": "offline"}), rest, read)
    except (AnnotatorError, DataError) as error:
        raise type(error)(f"{error}{WITHOUT}") from None
    except ImageError as error:
        if not any(post.labels for post in posts):
            raise ImageError(f"{error}{WITHOUT}") from None
        seen, read.failed = {}, True
    several = [[seen[photos[j].id] for j in numbers if photos[j].id in seen] for numbers in own]
    return [_merged(post, posts_of_photos) for post, posts_of_photos in zip(posts, several)]


def _of(photos: Sequence[Any], own: Sequence[Sequence[int]], rows: Iterable[int]) -> list[Any]:
    """The photos of these posts, each once."""
    return [photos[j] for j in sorted({j for i in rows for j in own[i]})]


def _photos(args: Namespace) -> list[Any]:
    """The photos of --photos, or those that lie with the posts."""
    from instahash.annotate import find_photos

    place = args.photos or args.data
    photos = [photo for photo in find_photos(place) if is_image(photo.id)] if is_folder(Path(place)) else []
    if args.photos and not photos:
        raise DataError(f"there is no photo in --photos '{place}'; give a folder or zip file of photos")
    return photos


def _seen(args: Namespace, photos: Sequence[Any], read: Read) -> dict[str, Any]:
    """A post of each photo that has labels, by its id."""
    from threadpoolctl import threadpool_limits

    seen: dict[str, Any] = {}
    if not photos:
        return seen
    try:
        with (
            threadpool_limits(1, user_api="blas"),
            labelled(args.command, args, photos, args.quiet, args.features) as annotations,
        ):
            for annotation in annotations:
                seen[annotation.id] = annotation.post()
    except SomeFailed:
        read.failed = True
    return seen


def _merged(post: Any, several: Sequence[Any]) -> Any:
    """A post with the labels of all its photos, each with its highest score, and their mean features; what it has of
    its own it keeps.

    several : a post of each photo.
    """
    best: dict[str, Any] = {}
    for label in (label for photo in several for label in photo.labels):
        if label.description not in best or label.score > best[label.description].score:
            best[label.description] = label
    features = [photo.photo_features for photo in several if photo.photo_features is not None]
    if features and post.photo_features is None:
        post = post._replace(photo_features=sum(row.astype("float32") for row in features) / len(features))
    return post if post.labels else post._replace(labels=tuple(best.values()))
