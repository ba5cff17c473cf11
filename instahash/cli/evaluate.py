"""instahash-evaluate: a model and posts in, the paper's tables and ranking measures out."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from instahash.cli.common import Parser, add_model_dir, at_least, named, note, run
from instahash.cli.corpus import Read, add_corpus, read_corpus
from instahash.cli.hints import FOLDERS, POSTS
from instahash.cli.verdict import verdict
from instahash.errors import printable
from instahash.names import PROTOCOLS

EXAMPLE = """example:
  instahash-evaluate --data sample-held-out --baselines sample --report report.html     for a model of the sample
  instahash-evaluate --model-dir my-model --data held-out.jsonl.gz --json result.json --report report.html
  instahash-evaluate --model-dir my-model --data held-out.jsonl.gz --protocol completion --baselines posts.jsonl.gz
"""

SEEN = "the model was trained on these very posts, so these figures are too good; evaluate on posts kept apart"


def parser() -> ArgumentParser:
    command = Parser(
        "instahash-evaluate", "Compare a model's recommendations with the hashtags that authors used.", EXAMPLE
    )
    add = command.add_argument
    add_model_dir(command)
    add("--data", type=named, required=True, metavar="POSTS",
        help="posts that the model was not trained on; sample-held-out for a model of the sample")  # fmt: skip
    add("--baselines", metavar="POSTS",
        help="posts of the training: compare with all baselines, fitted on them")  # fmt: skip
    given = "; ".join(f"{name}, {what}" for name, what in PROTOCOLS.items())
    add("--protocol", choices=PROTOCOLS, default="description",
        help=f"what is given of posts, to find the rest of their hashtags: {given} (default: %(default)s)")  # fmt: skip
    add("--seed", type=at_least(0), default=0, metavar="S", help="which halves and resamples are drawn (default: 0)")
    add("--json", metavar="FILE", help="also write the result as JSON")
    add("--report", metavar="FILE.html",
        help="also write a page with tables, figures, examples and failures; it opens without a network")  # fmt: skip
    add_corpus(command)
    command.takes = {POSTS: "--data", FOLDERS: "--data"}
    command.set_defaults(command="evaluate", threads=1, quiet=False)
    return command


def work(args: Namespace) -> None:
    from instahash.evaluation import evaluate, format_example, format_tables, left_out
    from instahash.files import check_writable, write_text
    from instahash.pipeline import InstaHash

    for path in filter(None, (args.json, args.report)):
        check_writable(path)
    if args.report:
        from instahash.errors import DataError
        from instahash.report import page

        if not args.report.lower().endswith((".html", ".htm")):
            raise DataError(f"--report '{args.report}' would be a page in HTML; name it as that, as report.html")
    seconds = Seconds()
    model = InstaHash.load(args.model_dir)
    seconds.of("loading the model")
    if args.baselines:
        model.fit_baselines(_corpus(args, args.baselines, model), lambda line: note("evaluate", line))
        seconds.of("fitting the baselines")
    corpus = _corpus(args, args.data, model)
    seconds.of("reading the posts")
    if seen := corpus.digest() in model.trained_on:
        note("evaluate", f"warning: {SEEN}")
    result = evaluate(model, corpus, args.protocol, seed=args.seed, progress=True, details=bool(args.report))
    seconds.of("evaluating")
    value = result.to_json()
    if few := left_out(value):
        note("evaluate", f"warning: {few}")
    if args.json:
        write_text(args.json, json.dumps(value, indent=2) + "\n")
    if args.report:
        write_text(args.report, page(result, _about(args, model, len(corpus), seconds, SEEN if seen else "")))
    print(format_tables(value))
    for example in result.examples:
        print("\n" + format_example(example | {"id": printable(example["id"])}))
    print("\n" + "\n".join(verdict(value, seen)))


def _corpus(args: Namespace, path: str, model: Any) -> Any:
    return read_corpus(Namespace(**vars(args) | {"data": path}), Read(model.settings.data.min_score))


class Seconds(dict[str, float]):
    """Step -> how long it took: what went by since the step before."""

    def __init__(self) -> None:
        self.last = time.perf_counter()

    def of(self, step: str) -> None:
        now = time.perf_counter()
        self[step], self.last = now - self.last, now


def _about(args: Namespace, model: Any, posts_read: int, seconds: Seconds, warning: str) -> Any:
    """What the report says of the evaluation besides its result."""
    from instahash.parameters import to_json
    from instahash.pipeline import header_of, sections_of, settings_of, versions
    from instahash.report import About

    # Of the model as it was loaded: another may be in the directory by now.
    sections = sections_of(model.learnt).items()
    return About(
        data=args.data,
        model=args.model_dir,
        baselines=args.baselines or "",
        header=header_of(model.learnt),
        defaults=to_json(settings_of(model.settings.mode)),
        seconds=seconds,
        arrays={section: sum(array.nbytes for array in arrays.values()) for section, arrays in sections},
        versions=versions(),
        posts_read=posts_read,
        warning=warning,
        seed=args.seed,
        date=datetime.now().strftime("%Y-%m-%d %H:%M"),
    )


def main(argv: Sequence[str] | None = None) -> int:
    return run(parser(), work, argv)
