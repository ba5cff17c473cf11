"""instahash-train: posts in, a model file out."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from instahash.cli.common import Parser, add_model_dir, at_least, hashtag_line, run, set_blas_threads
from instahash.cli.photos import add_labelling
from instahash.cli.posts import Counts, add_reading, is_folder, reading, with_labels
from instahash.names import ANNOTATORS, MODES

EXAMPLES = 4  # posts whose recommendations are shown

EXAMPLE = """example:
  instahash-train                                       train on the embedded sample
  instahash-train --data posts.jsonl.gz --model-dir photos --threads 2
  instahash-train --data instagram-anna-2026-01-31.zip  train on an account's own export, photos and captions
  instahash-train --data posts.jsonl.gz --set softmax.epochs=20 --set word2vec.dim=50
  instahash-train --mode paper --settings               list the settings of a mode
"""


def parser() -> ArgumentParser:
    command = Parser("instahash-train", "Train the models on posts, and save them in one file.", EXAMPLE)
    add = command.add_argument
    add("--data", default="sample", metavar="POSTS|FOLDER|ZIP|sample",
        help="posts to learn from: a file, or a folder or zip file with photos, such as Instagram's export "
        "(default: sample)")  # fmt: skip
    add_model_dir(command, "where the model goes")
    modes = "; ".join(f"{mode} {what}" for mode, what in MODES.items())
    add("--mode", choices=MODES, default="best", help=f"{modes} (default: %(default)s)")
    add("--max-hashtags", metavar="N", help="keep the N most used hashtags; the same as --set data.max_hashtags=N")
    add("--min-score", metavar="X", help="reject labels with a lower score; the same as --set data.min_score=X")
    add("--seed", type=at_least(0), default=0, metavar="S", help="the same seed gives the same model (default: 0)")
    add("--threads", type=at_least(1), default=1, metavar="N",
        help="more is faster; word2vec's sampling trainer then differs a little at each run (default: 1)")  # fmt: skip
    add("--resume", action="store_true",
        help="go on with an interrupted training of the same data and settings; a finished model stays")  # fmt: skip
    add("--quiet", action="store_true", help="print nothing but errors")
    add("--set", action="append", default=[], metavar="section.name=value", help="any setting; may be repeated")
    add("--settings", action="store_true", help="list every setting of the mode with its value, and train nothing")
    add_reading(command)
    add("--photos", metavar="DIR|ZIP", help="where the photos of the posts are (default: those in --data)")
    add(
        "--labels", metavar="FILE|DIR", help="labels paid for already: answers of Google, Amazon, Microsoft or Clarifai"
    )
    add("--annotator", choices=(*ANNOTATORS, "none"), default="offline",
        help="what labels photos; none: train on hashtags alone (default: %(default)s)")  # fmt: skip
    add_labelling(command)
    command.set_defaults(command="train")
    return command


def work(args: Namespace) -> None:
    set_blas_threads(args.threads)
    from instahash.pipeline import InstaHash, settings_of
    from instahash.storage import CHECKPOINT, has_model, make_directory

    settings = settings_of(args.mode, _assignments(args), seed=args.seed, n_threads=args.threads)
    if args.settings:
        _list(settings)
        return

    def report(line: str) -> None:
        if not args.quiet:
            print(line, flush=True)

    checkpoint = Path(args.model_dir, CHECKPOINT)
    if args.resume and not checkpoint.exists() and has_model(args.model_dir):
        report(f"The model in '{args.model_dir}' is finished, and left as it is; to train anew, leave out --resume.")
        return
    make_directory(args.model_dir)
    model = InstaHash(settings)
    counts = Counts(EXAMPLES)
    how = {"resume": args.resume, "options": _options(args), "progress": not args.quiet, "report": report}
    model.fit(_corpus(args, counts, report), checkpoint=checkpoint, **how)
    model.save(args.model_dir)
    checkpoint.unlink(missing_ok=True)
    report(f"Model saved in '{args.model_dir}'.")
    if not args.quiet:
        _show_some(model, counts.examples, settings.data.min_score)


def _corpus(args: Namespace, counts: Counts, report: Callable[[str], None]) -> Any:
    """The posts, labelled where they have photos; what they have is reported."""
    from tqdm import tqdm

    from instahash.data import Corpus
    from instahash.data.sample import SAMPLES

    posts: Iterable[Any] = reading(args, args.data)
    if args.labels or args.photos or (args.data not in SAMPLES and is_folder(args.data)):
        posts = with_labels(args, list(posts), counts)
    hidden = True if args.quiet else None
    corpus = Corpus.from_posts(tqdm(counts.counted(posts), "Reading posts", disable=hidden, unit=" posts"))
    if args.data not in SAMPLES:
        report(str(counts))
    return corpus


def _assignments(args: Namespace) -> list[str]:
    """What --max-hashtags, --min-score and --set change."""
    named = {"data.max_hashtags": args.max_hashtags, "data.min_score": args.min_score}
    return [f"{name}={value}" for name, value in named.items() if value is not None] + args.set


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

    options = ["--data", args.data if args.data in SAMPLES else os.path.abspath(args.data)]
    for name in ("photos", "labels"):
        if path := getattr(args, name):
            options += [f"--{name}", os.path.abspath(path)]
    default = parser().get_default
    for name in ("mode", "max_hashtags", "min_score", "seed", "threads", "format", "columns", "annotator", "cache"):
        if getattr(args, name) != default(name):
            options += [f"--{name.replace('_', '-')}", str(getattr(args, name))]
    return options + [word for setting in args.set for word in ("--set", setting)]


def _show_some(model: Any, posts: Iterable[Any], min_score: float) -> None:
    """Recommendations for some posts."""
    for post in posts:
        if labels := [label for label in post.labels if label.score >= min_score]:
            print(f"\n  labels       {', '.join(label.description for label in labels)}")
            answer = model.recommend(labels, 10, user=post.user, features=post.features)
            print(f"  author       {hashtag_line(tag.lstrip('#') for tag in post.hashtags)}")
            print(f"  instahash    {hashtag_line(answer.hashtags)}")


def main(argv: Sequence[str] | None = None) -> int:
    return run(parser(), work, argv, "; what is trained so far is kept, go on with the same command and --resume")
