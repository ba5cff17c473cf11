"""instahash-recommend: labels or photos in, hashtags out."""

from __future__ import annotations

import os
import shlex
import sys
import unicodedata
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from instahash.archive import is_image
from instahash.cli.common import (
    Parser,
    add_any_model,
    any_model,
    at_least,
    fraction,
    label_line,
    named,
    note,
    platform,
    run,
    set_blas_threads,
)
from instahash.cli.hints import FOLDERS, LABELS, PHOTOS, POSTS
from instahash.cli.output import add_output, output, wants_json
from instahash.cli.photos import add_annotator, labelled, photos_in
from instahash.cli.posts import add_reading, how_to_read, reading
from instahash.errors import plural
from instahash.names import DOUBTS
from instahash.platforms import LOOKED_UP, PLATFORMS, hashtags_left

MOST_BANNED = 1_000_000  # bytes
EXAMPLE = """example:
  instahash-recommend --image photo.jpg
  instahash-recommend --labels "sky, boat, sea" --chosen "#summer" --platform instagram
  instahash-recommend --model-dir my-model --image photos/ --out hashtags.csv --write-metadata copies tagged/
  instahash-recommend --model-dir my-model --posts posts.jsonl.gz --json > hashtags.jsonl
"""


def parser() -> ArgumentParser:
    command = Parser(
        "instahash-recommend", "Recommend hashtags for photos, for the labels of one, or for a file of posts.", EXAMPLE
    )
    add = command.add_argument
    add_any_model(command)
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--labels",
        metavar="TEXT",
        help="labels of one photo, with commas between them; each may end in :score, 0 to 1, as in dog:0.9",
    )
    source.add_argument("--image", type=named, nargs="+", action="extend", metavar="FILE",
        help="photos (or folders of them), labelled first")  # fmt: skip
    source.add_argument(
        "--posts", type=named, metavar="FILE", help="posts with labels; their hashtags are not looked at"
    )
    add("--top", type=at_least(1), metavar="N",
        help="at most N hashtags (default: 10 to pick from; in mode paper all that the models agree on)")  # fmt: skip
    add("--chosen", default="", metavar="TEXT", help="hashtags picked already: the others go with them")
    add("--user", metavar="NAME", help="whose earlier hashtags matter, where the training posts name users")
    add(
        "--novelty", type=fraction, metavar="X", help="0 to 1, away from what is popular and from the labels themselves"
    )
    add("--diversity", type=fraction, metavar="X", help="0 to 1, away from hashtags that are much alike")
    limits = ", ".join(f"{name} {limit.hashtags}" for name, limit in PLATFORMS.items())
    add("--platform", type=platform, metavar="NAME[=N]",
        help=f"as many hashtags as it takes, chosen ones included: {limits} ({LOOKED_UP}), or N")  # fmt: skip
    add("--banned", type=named, metavar="FILE", help="a text file of hashtags never to recommend")
    add("--min-score", type=fraction, metavar="X",
        help="labels with a lower score are doubted, of --labels and --image (default: as in training)")  # fmt: skip
    add_output(command)
    add_reading(command)
    add_annotator(command)
    command.takes = {POSTS: "--posts", PHOTOS: "--image", FOLDERS: "--image", LABELS: "--labels"}
    command.set_defaults(command="recommend")
    return command


def work(args: Namespace) -> None:
    if args.image or args.model_dir is None:  # which may train
        set_blas_threads(1)
    from instahash.data import hashtags_from_list, words
    from instahash.errors import DataError

    if args.posts and (args.chosen or args.user):
        raise DataError("--chosen and --user are about one author's photo; give them with --labels or --image")
    _check_given(args)
    chosen = hashtags_from_list(args.chosen)
    n_chosen = len({word for text in chosen for word in words(text)})
    top = hashtags_left(args.platform, args.top, n_chosen) if args.platform else args.top
    if args.labels is not None and not words(args.labels) and not chosen:
        raise _no_word(args)
    model = any_model(args, lambda: _check_annotator(args))
    options = {"top": top, "novelty": args.novelty, "diversity": args.diversity, "banned": _banned(args.banned)}
    options["trace"] = wants_json(args)
    _, strange = model.vocabulary.lookup([word for text in chosen for word in words(text)])
    if strange and model.settings.mode != "paper":  # which says so of all that it was given
        note("recommend", f"not known to the model, so that nothing follows from it: --chosen {', '.join(strange)}")
    if args.user and not model.knows_user(args.user):
        near = next(filter(model.knows_user, _written_otherwise(args.user)), None)
        advice = f"; did you mean {near}?" if near else ""
        note("recommend", f"no post of the training is by user '{args.user}'; it makes no difference{advice}")
    if args.posts:
        _for_posts(args, model, options)
        return
    least = model.settings.data.min_score if args.min_score is None else args.min_score
    answer = _for_images if args.image else _for_labels
    answer(args, model, least, options | {"chosen": chosen, "user": args.user})


def _check_given(args: Namespace) -> None:
    """Raise DataError where there are no photos or posts, before a model is loaded or trained for them."""
    from instahash.errors import DataError
    from instahash.formats import read_posts

    if args.image and all(map(os.path.isdir, args.image)):
        photos_in(args.image)
    if args.posts and is_image(args.posts):
        raise DataError(f"--posts '{args.posts}' is a photo; did you mean --image {shlex.quote(args.posts)}?")
    if args.posts:
        read_posts(args.posts, **how_to_read(args))  # which looks for the format, and reads no post yet


def _written_otherwise(user: str) -> list[str]:
    """Other ways to write a name. A model holds names as hashes alone, so that only guesses can be asked for."""
    bare = user.strip().lstrip("@").strip()
    plain = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    forms = [form for name in (bare, plain) for form in (name, name.casefold(), name.capitalize(), name.upper())]
    return [*dict.fromkeys(at + form for at in ("", "@") for form in forms)]


def _check_annotator(args: Namespace) -> None:
    """Raise AnnotatorError where photos cannot be labelled, DataError where there is none."""
    if args.image:
        from instahash.annotate import choose_annotator
        from instahash.errors import DataError

        choose_annotator(args.annotator)
        if not any(map(os.path.exists, args.image)):
            raise DataError(f"--image '{args.image[0]}' is no file or folder; check the path")


def _for_labels(args: Namespace, model: Any, least: float, options: dict[str, Any]) -> None:
    from instahash.data import labels_from_text, words
    from instahash.errors import DataError

    if os.path.exists(args.labels) and ("/" in args.labels or os.path.splitext(args.labels)[1]):
        raise DataError(f"--labels '{args.labels}' is a file or folder; give posts with --posts, photos with --image")
    read = labels_from_text(args.labels, model.vocabulary.index)
    labels = [label for label in read if words(label if isinstance(label, str) else label[0])]
    if not labels and not options["chosen"]:
        raise _no_word(args)
    sure = [label for label in labels if isinstance(label, str) or label[1] >= least]
    unsure = [f"{label[0]}:{label[1]}" for label in labels if label not in sure]
    answer = model.recommend(labels, min_score=least, **options)
    if unsure and answer.source != "guesses":
        note("recommend", f"doubted, below min_score {least:g}: {', '.join(unsure)}")
    given = [label if isinstance(label, str) else label[0] for label in sure]
    if answer.source == "experts" and (unknown := _unknown(model, given)):
        note("recommend", f"not in the vocabulary, repeated as they are: {', '.join(unknown)}")
    _note_unknown(model, given + options["chosen"], answer, least)
    with output(args) as put:
        put(args.labels, answer.to_json())


def _no_word(args: Namespace) -> Exception:
    from instahash.errors import DataError

    return DataError(f"--labels is '{args.labels}', which has no word; try --labels \"sky, boat, sea\"")


def _unknown(model: Any, labels: Sequence[str]) -> list[str]:
    """The labels of which nothing is known, no word and none that stands in for it, as hashtags."""
    from instahash.data import words
    from instahash.data.kin import kin

    index, parts = model.vocabulary.index, {"".join(own): own for own in map(words, labels)}
    unknown = model.queries(labels).echoes.unknown_words
    return [name for name in unknown if index.keys().isdisjoint(parts[name]) and not kin(name, index.__contains__)]


def _for_images(args: Namespace, model: Any, least: float, options: dict[str, Any]) -> None:
    from instahash.data.preprocess import GUESS

    photos = photos_in(args.image)
    counts = Counter[str]()
    # Where the answers themselves scroll by, they are the progress.
    quiet = len(photos) == 1 or (sys.stdout.isatty() and not args.out)
    with (
        output(args, photos) as put,
        labelled("recommend", args, photos, quiet, features=_reads_photos(model)) as annotations,
    ):
        for annotation in annotations:
            sure = [label for label in annotation.labels if label.score >= least]
            of_photo = annotation.photo_features
            answer = model.recommend(annotation.labels, min_score=least, photo_features=of_photo, **options)
            counts[answer.source] += 1
            if len(photos) == 1:
                unsure = [label for label in annotation.labels if label.score < least]
                note("recommend", label_line(sure) + (f"; below {least:g}: {label_line(unsure)}" if unsure else ""))
                _note_unknown(model, [label.description for label in sure] + options["chosen"], answer, least)
            labels = [label._asdict() for label in annotation.labels]
            put(annotation.id, {"id": annotation.id, "labels": labels, **answer.to_json()})
        if len(photos) > 1:
            _note_doubtful(counts, "photo", least)
            if counts["guesses"] and least > GUESS:
                note("recommend", f"--min-score {GUESS:g} takes the labels that were guessed from as seen")


def _reads_photos(model: Any) -> bool:
    """Whether the photos' features are read: whether the model has learnt from such, and the network is there."""
    from instahash.annotate.offline import packaged_weights
    from instahash.errors import AnnotatorError

    if not model.reads_photos:
        return False
    try:
        packaged_weights()
    except AnnotatorError as error:
        note("recommend", f"the model has learnt from photos themselves and gets only their labels: {error}")
        return False
    return True


def _for_posts(args: Namespace, model: Any, options: dict[str, Any]) -> None:
    from tqdm import tqdm

    counts = Counter[str]()
    answers = model.recommend_posts(reading(args, args.posts), n_threads=args.threads, **options)
    hidden = True if sys.stdout.isatty() and not args.out else None
    with output(args) as put:
        for post_id, answer in tqdm(answers, "Recommending", unit=" posts", disable=hidden):
            counts[answer.source] += 1
            put(post_id, {"id": post_id, **answer.to_json()})
    _note_doubtful(counts, "post", model.settings.data.min_score)


def _note_doubtful(counts: Counter[str], what: str, least: float) -> None:
    """How many answers are about guesses, and how many about nothing."""
    for source, doubt in DOUBTS.items():
        if n := counts[source]:
            note("recommend", f"{plural(n, what)} {doubt.told(least).many}")


def _note_unknown(model: Any, given: Iterable[str], answer: Any, least: float) -> None:
    from instahash.data import words

    if answer.source in DOUBTS:
        note("recommend", DOUBTS[answer.source].told(least).why)
    elif model.settings.mode == "paper":
        _, unknown = model.vocabulary.lookup([word for text in given for word in words(text)])
        if unknown:
            note("recommend", f"unknown words left out: {', '.join(unknown)}")


def _banned(path: str | None) -> Iterable[str]:
    """The hashtags in a file."""
    from instahash.errors import DataError

    if path is None:
        return ()
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BANNED + 1)
        if len(content) > MOST_BANNED:
            raise DataError(f"the banned hashtags in '{path}' are more than {MOST_BANNED:,} bytes; give fewer")
        return content.decode("utf-8-sig").replace(",", " ").split()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise DataError(f"cannot read the banned hashtags in '{path}': {why}; give a text file") from None


def main(argv: Sequence[str] | None = None) -> int:
    return run(parser(), work, argv)
