"""instahash-train: posts in, a model directory out."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import islice
from pathlib import Path

from instahash.cli.common import Parser, at_least, hashtag_line, run, set_blas_threads

EXAMPLE = """example:
  instahash-train                                       train on the embedded sample
  instahash-train --data posts.jsonl.gz --model-dir photos --threads 2
  instahash-train --data posts.jsonl.gz --set autorec.epochs=20 --set word2vec.dim=50
"""


def parser():
    command = Parser(
        prog="instahash-train",
        description="Train word2vec and AutoRec on posts, and save both as a model directory.",
        epilog=EXAMPLE,
    )
    add = command.add_argument
    add("--data", default="sample", metavar="POSTS|HARRISON_DIR|sample", help="posts to learn from (default: sample)")
    add("--model-dir", default="instahash-model", metavar="DIR", help="where the model goes (default: %(default)s)")
    add("--mode", default="best", choices=["best", "paper"],
        help="best ranks better; paper is the published recipe (default: %(default)s)")  # fmt: skip
    add("--max-hashtags", type=at_least(1), metavar="N", help="keep the N most used hashtags (default: 1000)")
    add("--min-score", type=float, metavar="X", help="reject labels with a lower score (default: 0.5)")
    add("--seed", type=at_least(0), default=0, metavar="S", help="the same seed gives the same model (default: 0)")
    add("--threads", type=at_least(1), default=1, metavar="N",
        help="more than one is faster; word2vec's sampling trainer then differs a little at each run (default: 1)")  # fmt: skip
    add("--resume", action="store_true",
        help="go on with an interrupted training of the same data and settings; a finished model is left as it is")  # fmt: skip
    add("--quiet", action="store_true", help="print nothing but errors")
    add("--set", action="append", default=[], metavar="section.name=value", help="any setting; may be repeated")
    return command


def work(args):
    set_blas_threads(args.threads)
    from instahash.formats import read_posts
    from instahash.pipeline import InstaHash
    from instahash.settings import Settings
    from instahash.storage import CHECKPOINT, has_model, make_directory

    settings = Settings.of(args.mode, seed=args.seed, n_threads=args.threads)
    changes = {"max_hashtags": args.max_hashtags, "min_score": args.min_score}
    changes = {name: value for name, value in changes.items() if value is not None}
    settings = replace(settings, data=replace(settings.data, **changes)).changed(args.set)

    def report(line):
        if not args.quiet:
            print(line, flush=True)

    checkpoint = Path(args.model_dir, CHECKPOINT)
    if args.resume and not checkpoint.exists() and has_model(args.model_dir):
        report(f"The model in '{args.model_dir}' is finished, and left as it is; to train anew, leave out --resume.")
        return
    make_directory(args.model_dir)
    model = InstaHash(settings)
    model.fit(
        args.data,
        checkpoint=checkpoint,
        resume=args.resume,
        options=_options(args),
        progress=not args.quiet,
        report=report,
    )
    model.save(args.model_dir)
    checkpoint.unlink(missing_ok=True)
    report(f"Model saved in '{args.model_dir}'.")
    if not args.quiet:
        _show_some(model, islice(read_posts(args.data), 1000), settings.data.min_score)


def _options(args):
    """The options that make this training what it is, for another folder as well."""
    from instahash.data.sample import SAMPLES

    options, usual = ["--data", args.data if args.data in SAMPLES else os.path.abspath(args.data)], parser().get_default
    for name in ("mode", "max_hashtags", "min_score", "seed", "threads"):
        if getattr(args, name) != usual(name):
            options += [f"--{name.replace('_', '-')}", str(getattr(args, name))]
    return options + [word for setting in args.set for word in ("--set", setting)]


def _show_some(model, posts, min_score, most=4):
    """Recommendations for the first posts that have labels."""
    for post in posts:
        labels = [label for label in post.labels if label.score >= min_score]
        if labels and most:
            print(f"\n  labels       {', '.join(label.description for label in labels)}")
            answer = model.recommend(labels, 10, user=post.user, features=post.features)
            print(f"  author       {hashtag_line(tag.lstrip('#') for tag in post.hashtags)}")
            print(f"  instahash    {hashtag_line(answer.hashtags)}")
            most -= 1


def main(argv=None):
    return run(parser(), work, argv, "; what is trained so far is kept, go on with the same command and --resume")
