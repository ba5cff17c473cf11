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
from instahash.cli.doubts import say_doubts, unknown_words, with_near
from instahash.cli.hints import FOLDERS, LABELS, PHOTOS, POSTS
from instahash.cli.output import add_output, output, wants_json
from instahash.cli.photos import add_annotator, labelled, photos_in
from instahash.cli.posts import add_reading, how_to_read, reading
from instahash.errors import plural
from instahash.names import DOUBTS
from instahash.platforms import LOOKED_UP, PLATFORMS, hashtags_left, platform_of

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
    add("--labels", metavar="TEXT",
        help='labels of a photo, in quotes and with commas between them: "sky, boat"; each may end in :score, 0 to 1, '
        "as in dog:0.9; with --image, your own beside those of each photo")  # fmt: skip
    add("--image", type=named, nargs="+", action="extend", metavar="FILE",
        help="photos (or folders of them), labelled first")  # fmt: skip
    add("--posts", type=named, metavar="FILE", help="posts with labels; their hashtags are not looked at")
    add("--top", type=at_least(1), metavar="N",
        help="at most N hashtags (default: 10 to pick from; in mode paper all that the models agree on)")  # fmt: skip
    add("--chosen", metavar="TEXT", help="hashtags picked already: the others go with them; by itself too")
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
    command.one_of = ("--labels", "--image", "--posts", "--chosen")
    command.set_defaults(command="recommend")
    return command


def work(args: Namespace) -> None:
    if args.image or args.model_dir is None:  # which may train
        set_blas_threads(1)
    from instahash.data import hashtags_from_list, words
    from instahash.errors import DataError

    if args.posts and (args.image or args.labels is not None):
        raise DataError("--posts is a file of posts with labels of their own; leave out --labels and --image")
    if args.posts and (args.chosen or args.user):
        raise DataError("--chosen and --user are about one author's photo; give them with --labels or --image")
    _check_given(args)
    chosen = hashtags_from_list(args.chosen or "")
    n_chosen = len({word for text in chosen for word in words(text)})
    top = hashtags_left(args.platform, args.top, n_chosen) if args.platform else args.top
    if not (args.posts or args.image or words(args.labels or "") or chosen):
        raise _no_word(args)
    model = any_model(args, lambda: _check_annotator(args))
    options = {"top": top, "novelty": args.novelty, "diversity": args.diversity, "banned": _banned(args.banned)}
    options["trace"] = wants_json(args)
    strange = unknown_words(chosen, model)
    if strange and model.settings.mode != "paper":  # which says so of all that it was given
        what = with_near(strange, model.vocabulary.index)
        note("recommend", f"not known to the model, so that nothing follows from it: --chosen {what}")
    if args.platform and not args.json:
        _say_limit(args.platform, args.top, top)
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
    if args.labels and os.path.exists(args.labels) and ("/" in args.labels or os.path.splitext(args.labels)[1]):
        raise DataError(f"--labels '{args.labels}' is a file or folder; give posts with --posts, photos with --image")
    if args.posts and is_image(args.posts):
        raise DataError(f"--posts '{args.posts}' is a photo; did you mean --image {shlex.quote(args.posts)}?")
    if args.posts:
        read_posts(args.posts, **how_to_read(args))  # which looks for the format, and reads no post yet


def _say_limit(platform: str, wanted: int | None, top: int) -> None:
    """Say why there are fewer hashtags than were wanted, where that is a limit of the table."""
    from instahash.pipeline.best import RECOMMENDED

    name, own = platform_of(platform)[0], "=" in platform
    if own or top >= (RECOMMENDED if wanted is None else wanted):
        return
    limit = PLATFORMS[name]
    since = f"since {limit.since}" if limit.since else f"as of {LOOKED_UP}"
    takes = f"{name} takes {plural(limit.hashtags, 'hashtag')} {since} ({limit.sure})"
    note("recommend", f"{takes}, chosen ones included; --platform {name}=N has another number")


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
    labels = _typed(args, model)
    if not labels and not options["chosen"]:
        raise _no_word(args)
    answer = model.recommend(labels, min_score=least, **options)
    say_doubts(model, labels, labels, options["chosen"], answer, least)
    with output(args) as put:
        put(args.labels or args.chosen, answer.to_json())


def _typed(args: Namespace, model: Any) -> list[tuple[str, float | None]]:
    """The labels of --labels that have a word, and their scores, None for one that is not said."""
    from instahash.data import labels_from_text, words

    read = labels_from_text(args.labels or "", model.vocabulary.index)
    labels = [(label, None) if isinstance(label, str) else label for label in read]
    return [(text, score) for text, score in labels if words(text)]


def _no_word(args: Namespace) -> Exception:
    from instahash.errors import DataError

    if args.labels is None:
        return DataError(f"--chosen is '{args.chosen}', which has no hashtag; try --chosen \"#sea #sun\"")
    return DataError(f"--labels is '{args.labels}', which has no word; try --labels \"sky, boat, sea\"")


def _for_images(args: Namespace, model: Any, least: float, options: dict[str, Any]) -> None:
    from instahash.data.preprocess import GUESS

    photos, typed = photos_in(args.image), _typed(args, model)
    counts = Counter[str]()
    # Where the answers themselves scroll by, they are the progress.
    quiet = len(photos) == 1 or (sys.stdout.isatty() and not args.out)
    with (
        output(args, photos) as put,
        labelled("recommend", args, photos, quiet, features=_reads_photos(model)) as annotations,
    ):
        for annotation in annotations:
            of_photo, given = annotation.photo_features, [*typed, *annotation.labels]
            answer = model.recommend(given, min_score=least, photo_features=of_photo, **options)
            counts[answer.source] += 1
            if len(photos) == 1:
                sure = [label for label in annotation.labels if label.score >= least]
                unsure = [label for label in annotation.labels if label.score < least]
                note("recommend", label_line(sure) + (f"; below {least:g}: {label_line(unsure)}" if unsure else ""))
                say_doubts(model, given, typed, options["chosen"], answer, least)
            labels = [{"description": text, "score": 1.0 if score is None else score} for text, score in given]
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
