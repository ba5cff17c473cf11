"""instahash-train: posts in, a model file out."""

from __future__ import annotations

import os
import shlex
import signal
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from instahash.cli.common import (
    MODEL_DIR,
    Parser,
    SomeFailed,
    add_model_dir,
    add_verbose,
    at_least,
    hashtag_line,
    named,
    note,
    run,
    say,
    set_blas_threads,
    told,
)
from instahash.cli.corpus import Read, add_corpus, are_shards, fit_shards, read_corpus
from instahash.cli.hints import FOLDERS, POSTS
from instahash.errors import plural, printable
from instahash.names import MODES

EXAMPLE = """example:
  instahash-train                                        train on the embedded sample
  instahash-train --data posts.jsonl.gz --model-dir photos --threads 2
  instahash-train --data instagram-anna.zip --features   train on an account's own export: photos and captions
  instahash-train --data posts.jsonl.gz --set softmax.epochs=20 --set word2vec.dim=50
  instahash-train --data 'shards/*.jsonl.gz' --cluster tcp://scheduler:8786
  instahash-train --mode paper --settings                list the settings of a mode
"""


def parser() -> ArgumentParser:
    command = Parser("instahash-train", "Train the models on posts, and save them in one file.", EXAMPLE)
    add = command.add_argument
    add("--data", type=named, default="sample", metavar="POSTS|FOLDER|ZIP|sample",
        help="posts to learn from: a file, or a folder or zip file with photos, such as Instagram's export; or shards, "
        "as 'shards/*.jsonl.gz' or a URL (default: sample)")  # fmt: skip
    add("--cluster", metavar="ADDRESS|local:N",
        help="work on shards at a Dask scheduler, as tcp://scheduler:8786, or in N processes here")  # fmt: skip
    add_model_dir(command, "where the model goes")
    modes = "; ".join(f"{mode} {what}" for mode, what in MODES.items())
    add("--mode", choices=MODES, default="best", help=f"{modes} (default: %(default)s)")
    add("--max-hashtags", metavar="N", help="keep the N most used hashtags; the same as --set data.max_hashtags=N")
    add("--min-count", metavar="N",
        help="leave out hashtags in fewer than N posts; the same as --set data.min_count=N")  # fmt: skip
    add("--min-score", metavar="X", help="reject labels with a lower score; the same as --set data.min_score=X")
    add("--seed", type=at_least(0), default=0, metavar="S", help="the same seed gives the same model (default: 0)")
    add("--threads", type=at_least(1), default=1, metavar="N",
        help="more is faster; word2vec's sampling trainer then differs a little at each run (default: 1)")  # fmt: skip
    add("--resume", action="store_true",
        help="go on with an interrupted training of the same data and settings; a finished model stays")  # fmt: skip
    add("--quiet", action="store_true",
        help="print no tables and no progress, only what is left out or paid, and errors")  # fmt: skip
    add_verbose(command)
    add("--set", action="append", default=[], metavar="section.name=value", help="any setting; may be repeated")
    add("--settings", action="store_true", help="list every setting of the mode with its value, and train nothing")
    add_corpus(command)
    command.takes = {POSTS: "--data", FOLDERS: "--data"}
    command.set_defaults(command="train")
    return command


def work(args: Namespace) -> None:
    set_blas_threads(args.threads)
    from instahash.checkpoint import CHECKPOINT, sole_training
    from instahash.pipeline import settings_of

    settings = settings_of(args.mode, _assignments(args), seed=args.seed, n_threads=args.threads)
    if args.settings:
        _list(settings)
        return

    report = told(args, (lambda line: None) if args.quiet else say)

    checkpoint, read = Path(args.model_dir, CHECKPOINT), Read(settings.data.min_score)
    with _ended_as_interrupted(), sole_training(checkpoint):
        model = _trained(args, settings, checkpoint, read, report)
    if read.examples:
        report("\nWhat it says of posts that it learnt from:")
    for post in read.examples:
        labels = read.believed(post)
        of_photo = {"features": post.features, "photo_features": post.photo_features}
        answer = model.recommend(labels, 10, user=post.user, **of_photo)
        report(f"\n  labels       {', '.join(printable(label.description) for label in labels)}")
        report(f"  author       {hashtag_line(tag.lstrip('#') for tag in post.hashtags)}")
        report(f"  instahash    {hashtag_line(answer.hashtags)}")
    if read.failed:
        raise SomeFailed


def _trained(args: Namespace, settings: Any, checkpoint: Path, read: Read, report: Callable[[str], object]) -> Any:
    """The model, trained and saved; None, with nothing read, where a finished one is to stay."""
    from instahash.data.sample import SAMPLES
    from instahash.pipeline import InstaHash
    from instahash.storage import has_model, make_directory

    if args.resume and not checkpoint.exists() and has_model(args.model_dir):
        _check_settings(args.model_dir, settings)
        report(f"The model in '{args.model_dir}' is finished, and left as it is; to train anew, leave out --resume.")
        return None
    make_directory(args.model_dir)
    if checkpoint.exists() and not args.resume:
        begun = f"an interrupted training in '{args.model_dir}' is begun anew"
        note(args.command, f"{begun}; with --resume, the same command would have gone on with it")
    model = InstaHash(settings)
    resume, options = args.resume, _options(args)

    def corpus() -> Any:
        found = read_corpus(args, read)
        if args.data not in SAMPLES:
            report(str(read))
        _say_replaced(args.model_dir, found.digest, report)
        return found

    with _said_what_is_kept(checkpoint, args.resume):
        if args.cluster or are_shards(args.data) and not (args.photos or args.labels or args.features):
            model = fit_shards(args, settings, report=report, checkpoint=checkpoint, resume=resume, options=options)
            _say_replaced(args.model_dir, lambda: model.trained_on[0], report)
        else:  # the corpus has no name here, and is in no list of arguments, so that training can let go of it
            progress = not args.quiet
            model.fit(corpus(), checkpoint=checkpoint, resume=resume, options=options, progress=progress, report=report)
        model.save(args.model_dir)
    checkpoint.unlink(missing_ok=True)
    report(f"Model saved in '{args.model_dir}'.")
    report(_next(args, model))
    return model


def _say_replaced(directory: str, digest: Callable[[], str], report: Callable[[str], object]) -> None:
    """Name the model that is going to be replaced, where there is one of other posts than those of this digest."""
    from instahash.errors import ModelError
    from instahash.forms import MISFITS
    from instahash.storage import read_header

    with suppress(ModelError, *MISFITS):  # a file that is no model of ours is replaced without a word
        header = read_header(directory)
        sizes = f"{plural(int(header['summary']['posts']), 'post')}, mode '{printable(header['mode'])}'"
        if header["trained_on"] != [digest()]:
            old = f"The model in '{directory}', of {sizes}, has learnt from other posts"
            report(f"{old}, and is replaced by this training; another --model-dir keeps it.")


def _next(args: Namespace, model: Any) -> str:
    """What to do with a model: one that knows no labels completes hashtags."""
    where = "" if args.model_dir == MODEL_DIR else f" --model-dir {shlex.quote(args.model_dir)}"
    if model.reads_photos or model.summary["description_words_per_post_mean"]:
        ask = '--image photo.jpg, or --labels "sky, boat, sea"'
    else:
        ask = f"--chosen {shlex.quote(hashtag_line(model.vocabulary.spelled(model.vocabulary.hashtag_ids[:1])))}"
    return f"Next: instahash-recommend{where} {ask}; or a page in your browser, instahash-explore{where}."


def _check_settings(directory: str, settings: Any) -> None:
    """Raise ModelError for a finished model that is another one than is to be trained."""
    from instahash.errors import ModelError
    from instahash.parameters import to_json
    from instahash.storage import read_header

    header, wanted = read_header(directory), to_json(settings)
    wanted.pop("n_threads")
    if (header.get("mode"), header.get("settings")) != (settings.mode, wanted):
        advice = "train without --resume to replace it, or choose another --model-dir"
        raise ModelError(f"the model in '{directory}' is finished, and has other settings than these; {advice}")


@contextmanager
def _ended_as_interrupted() -> Iterator[None]:
    """A polite kill does what Ctrl-C does: what is trained is kept, and no lock is left."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


@contextmanager
def _said_what_is_kept(checkpoint: Path, resume: bool) -> Iterator[None]:
    """An interruption says that what is trained is kept, where it is: a checkpoint may be that of another training."""

    def version() -> int:
        return checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0

    before = 0 if resume else version()
    try:
        yield
    except KeyboardInterrupt as interrupt:
        if interrupt.args or version() in (0, before):
            raise
        kept = "; what is trained so far is kept, go on with the same command and --resume"
        raise KeyboardInterrupt(kept) from None


def _assignments(args: Namespace) -> list[str]:
    """What --max-hashtags, --min-count, --min-score and --set change."""
    named = {name: getattr(args, name) for name in ("max_hashtags", "min_count", "min_score")}
    return [f"data.{name}={value}" for name, value in named.items() if value is not None] + args.set


def _list(settings: Any) -> None:
    """Every setting, its value and what it is."""
    from instahash.parameters import listed

    rows = [(path, str(value), help) for path, value, help in listed(settings)]
    widths = [max(len(row[i]) for row in rows) for i in range(2)]
    for path, value, help in rows:
        print(f"{path:<{widths[0]}}  {value:<{widths[1]}}  {help}")


def _options(args: Namespace) -> list[str]:
    """The options that make this training what it is, for another folder as well."""
    from instahash.data.sample import SAMPLES

    as_it_is = args.data in SAMPLES or "://" in args.data
    options = ["--data", args.data if as_it_is else os.path.abspath(args.data)]
    default = parser().get_default
    paths, flags = ("photos", "labels", "cache"), ("strict", "objects", "features")
    values = "mode cluster max_hashtags min_count min_score seed threads format columns annotator max_cost rate".split()
    for name in (*values, *paths, *flags):
        value = getattr(args, name)
        if value != default(name):
            text = os.path.abspath(value) if name in paths else str(value)
            options += [f"--{name.replace('_', '-')}"] + ([] if name in flags else [text])
    return options + [word for setting in args.set for word in ("--set", setting)]


def main(argv: Sequence[str] | None = None) -> int:
    return run(parser(), work, argv)
