"""instahash-recommend: labels in, hashtags out."""

from __future__ import annotations

import json
import sys

from instahash.cli.common import Parser, at_least, hashtag_line, run

EXAMPLE = """example:
  instahash-recommend --model-dir instahash-model --labels "sky, boat, sea"
  instahash-recommend --model-dir instahash-model --posts posts.jsonl.gz --json > hashtags.jsonl
"""


def parser():
    command = Parser(
        prog="instahash-recommend",
        description="Recommend hashtags for the labels of a photo, or for a file of posts.",
        epilog=EXAMPLE,
    )
    add = command.add_argument
    add("--model-dir", required=True, metavar="DIR", help="a directory written by instahash-train")
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument("--labels", metavar="TEXT", help="labels of one photo, separated by commas")
    source.add_argument("--posts", metavar="FILE", help="posts with labels; their hashtags are not looked at")
    add("--top", type=at_least(1), metavar="N", help="at most N hashtags (default: all that the models agree on)")
    add("--json", action="store_true", help="print JSON; for --posts one object a line with its id")
    return command


def work(args):
    from tqdm import tqdm

    from instahash.data import read_posts, words
    from instahash.errors import DataError
    from instahash.pipeline import InstaHash

    model = InstaHash.load(args.model_dir)
    if args.labels is not None:
        labels = [label for label in args.labels.split(",") if words(label)]
        if not labels:
            raise DataError(f"--labels is '{args.labels}', which has no word; try --labels \"sky, boat, sea\"")
        answer = model.recommend(labels, args.top)
        _, unknown = model.vocabulary.lookup([word for label in labels for word in words(label)])
        if answer.fallback:
            _note(f"no label is known ({', '.join(unknown)}); these are the most used hashtags")
        elif unknown:
            _note(f"unknown words left out: {', '.join(unknown)}")
        print(json.dumps(answer.to_json(), ensure_ascii=False) if args.json else hashtag_line(answer.hashtags))
        return
    unknown_posts = 0
    answers = model.recommend_posts(read_posts(args.posts), args.top)
    # Where the answers themselves scroll by, they are the progress.
    hidden = True if sys.stdout.isatty() else None
    for post_id, answer in tqdm(answers, "Recommending", unit=" posts", disable=hidden):
        unknown_posts += answer.fallback is not None
        if args.json:
            print(json.dumps({"id": post_id, **answer.to_json()}, ensure_ascii=False))
        else:
            print(f"{post_id}\t{hashtag_line(answer.hashtags)}")
    if unknown_posts:
        _note(f"{unknown_posts} posts without a known label got the most used hashtags")


def _note(text):
    print(f"instahash-recommend: {text}", file=sys.stderr)


def main(argv=None):
    return run(parser(), work, argv)
