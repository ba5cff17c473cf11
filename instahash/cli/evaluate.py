"""instahash-evaluate: a model and posts in, the paper's tables and ranking measures out."""

from __future__ import annotations

import json

from instahash.cli.common import Parser, at_least, run

EXAMPLE = """example:
  instahash-evaluate --model-dir instahash-model --data held-out.jsonl.gz --json result.json
  instahash-evaluate --model-dir instahash-model --data held-out.jsonl.gz --protocol completion --baselines train.jsonl.gz
"""


def parser():
    command = Parser(
        prog="instahash-evaluate",
        description="Compare a model's recommendations with the hashtags that authors used.",
        epilog=EXAMPLE,
    )
    add = command.add_argument
    add("--model-dir", default="instahash-model", metavar="DIR",
        help="a directory written by instahash-train (default: %(default)s)")  # fmt: skip
    add("--data", required=True, metavar="POSTS", help="posts that the model was not trained on")
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
    return command


def work(args):
    from tqdm import tqdm

    from instahash.data import Corpus, read_posts
    from instahash.evaluation import evaluate, format_example, format_tables
    from instahash.pipeline import InstaHash
    from instahash.storage import write_text

    model = InstaHash.load(args.model_dir)
    if args.baselines:
        model.fit_baselines(args.baselines)
    posts = tqdm(read_posts(args.data), "Reading posts", unit=" posts", disable=None)
    result = evaluate(model, Corpus.from_posts(posts), args.protocol, seed=args.seed, progress=True)
    if args.json:
        write_text(args.json, json.dumps(result.to_json(), indent=2) + "\n")
    print(format_tables(result.to_json()))
    for example in result.examples:
        print("\n" + format_example(example))


def main(argv=None):
    return run(parser(), work, argv)
