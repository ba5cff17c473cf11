"""instahash-evaluate: a model and posts in, the paper's tables and ranking measures out."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path

from instahash.cli.common import Parser, at_least, note, run, shown

EXAMPLE = """example:
  instahash-evaluate --data sample-held-out --baselines sample --report report.html     for a model of the sample
  instahash-evaluate --model-dir my-model --data held-out.jsonl.gz --json result.json --report report.html
  instahash-evaluate --model-dir my-model --data held-out.jsonl.gz --protocol completion --baselines posts.jsonl.gz
"""

SEEN = "the model was trained on these very posts, so these figures are too good; evaluate on posts kept apart"


def parser():
    command = Parser(
        prog="instahash-evaluate",
        description="Compare a model's recommendations with the hashtags that authors used.",
        epilog=EXAMPLE,
    )
    add = command.add_argument
    add("--model-dir", default="instahash-model", metavar="DIR",
        help="a directory written by instahash-train (default: %(default)s)")  # fmt: skip
    add("--data", required=True, metavar="POSTS",
        help="posts that the model was not trained on; sample-held-out for a model of the sample")  # fmt: skip
    add("--baselines", metavar="POSTS",
        help="posts of the training: compare with item cosine, EASE, ridge and a network too, fitted on them")  # fmt: skip
    add(
        "--protocol",
        choices=("description", "completion"),
        default="description",
        help="what is asked about a post: its hashtags, given its labels, or half of its hashtags, given the other "
        "half and no label (default: description)",
    )
    add("--seed", type=at_least(0), default=0, metavar="S", help="which halves and resamples are drawn (default: 0)")
    add("--json", metavar="FILE", help="also write the result as JSON")
    add("--report", metavar="FILE.html",
        help="also write a page with tables, figures, examples and failures; it opens without a network")  # fmt: skip
    return command


def work(args):
    from tqdm import tqdm

    from instahash.data import Corpus, read_posts
    from instahash.evaluation import evaluate, format_example, format_tables
    from instahash.pipeline import InstaHash
    from instahash.storage import must_be_writable, write_text

    for path in filter(None, (args.json, args.report)):
        must_be_writable(path)
    if args.report:
        from instahash.report import page
    seconds = Seconds()
    model = InstaHash.load(args.model_dir)
    seconds.of("loading the model")
    if args.baselines:
        model.fit_baselines(args.baselines)
        seconds.of("fitting the baselines")
    posts = tqdm(read_posts(args.data), "Reading posts", unit=" posts", disable=None)
    corpus = Corpus.from_posts(posts)
    seconds.of("reading the posts")
    if seen := corpus.digest() in model.trained_on:
        note("evaluate", f"warning: {SEEN}")
    result = evaluate(model, corpus, args.protocol, seed=args.seed, progress=True, details=bool(args.report))
    seconds.of("evaluating")
    if args.json:
        write_text(args.json, json.dumps(result.to_json(), indent=2) + "\n")
    if args.report:
        write_text(args.report, page(result, _about(args, model, len(corpus), seconds, SEEN if seen else "")))
    print(format_tables(result.to_json()))
    for example in result.examples:
        print("\n" + format_example(example | {"id": shown(example["id"])}))


class Seconds(dict):
    """Step -> how long it took: what went by since the step before."""

    def __init__(self):
        self.last = time.perf_counter()

    def of(self, step):
        now = time.perf_counter()
        self[step], self.last = now - self.last, now


def _about(args, model, posts_read, seconds, warning):
    """What the report says of the evaluation besides its result."""
    from instahash.pipeline.system import versions
    from instahash.report import About
    from instahash.settings import Settings

    directory = Path(args.model_dir)
    header = json.loads((directory / "model.json").read_text(encoding="utf-8"))
    names = ["model.json", *(name for name in header["checksums"] if name != "model.json")]
    defaults = Settings.of(model.settings.mode).to_json()
    return About(
        data=args.data,
        model=args.model_dir,
        baselines=args.baselines or "",
        header=header,
        defaults=defaults,
        seconds=seconds,
        files={name: (directory / name).stat().st_size for name in names if (directory / name).exists()},
        versions=versions(),
        posts_read=posts_read,
        warning=warning,
        seed=args.seed,
        date=datetime.now().strftime("%Y-%m-%d %H:%M"),
    )


def main(argv=None):
    return run(parser(), work, argv)
