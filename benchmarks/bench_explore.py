"""The explorer: from a key to an answer, in the server and in a browser, and many clients at once.

    python benchmarks/bench_explore.py --data posts.jsonl.gz --model-dir model --json result.json

Without --model-dir a model is trained first. The server is the command itself, in a process of its own; the queries are
what somebody types, letter by letter. Without a Chromium its figures are left out.
"""

import asyncio
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import arguments, parse, report

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--model-dir", help="a trained model; default: train one on --data")
parser.add_argument("--mode", choices=("best", "paper"), default="best", help="of the model that is trained")
parser.add_argument("--clients", type=int, default=100, help="that send queries at the same time")
parser.add_argument("--seconds", type=float, default=60.0, help="for which they go on")
parser.add_argument("--posts-typed", type=int, default=20, help="posts whose labels are typed, for the first figures")
args = parse(parser)

import httpx
import numpy as np

from instahash import InstaHash, read_posts
from instahash.pipeline import settings_of

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))


@contextlib.contextmanager
def served(model_dir):
    """The address of a running instahash-explore."""
    command = [sys.executable, str(ROOT / "bin" / "instahash-explore"), "--port", "0", "--model-dir", str(model_dir)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split()[1]
    finally:
        process.terminate()
        process.wait()


def texts(n_posts):
    """What stands in the field after each key, for the labels of so many posts."""
    rng, posts = random.Random(args.seed), [post for post in read_posts(args.data) if len(post.labels) >= 3][:5000]
    for post in rng.sample(posts, min(n_posts, len(posts))):
        whole = ", ".join(label.description for label in post.labels[:5])
        yield [whole[:end] for end in range(1, len(whole) + 1)]


def spread(name, milliseconds):
    """Median, 95 and 99 of 100."""
    values = np.percentile(milliseconds, [50, 95, 99])
    return {f"milliseconds_{name}{part}": float(value) for part, value in zip(("", "_95", "_99"), values)}


def one_by_one(address):
    """A query for each key, one after the other, over one connection: in all, and what the models took of it."""
    whole, inside = [], []
    with httpx.Client(base_url=address) as client:
        for text in [text for typed in texts(args.posts_typed) for text in typed]:
            began = time.perf_counter()
            answer = client.post("/api/explain", json={"labels": text.split(",")})
            whole.append(1000 * (time.perf_counter() - began))
            inside.append(float(answer.headers["server-timing"].partition("dur=")[2]))
            assert answer.status_code == 200
    return spread("request", whole[20:]) | spread("models", inside[20:])


def in_a_browser(address):
    """From a real key to the painted hashtags, by the browser's own clock."""
    from browser import Browser, program

    if program() is None:
        return {}
    shown = []
    with Browser() as browser:
        page = browser.page(address + "/")
        page.wait("document.body.dataset.ready")
        page.click("#labels")
        for typed in texts(max(1, args.posts_typed // 5)):
            for text in typed:
                page.press(text[-1])
                page.wait("document.body.dataset.asked === document.body.dataset.shown")
                shown.append(page.js("Number(document.querySelector('#timing').dataset.milliseconds)"))
                time.sleep(0.05)
            page.js("document.querySelector('#labels').select()")
            page.press("Backspace")
        errors = len(page.errors)
    return spread("key_to_painted_answer", shown[10:]) | {"keys_typed": len(shown) - 10, "errors_in_console": errors}


async def at_once(address):
    """Many clients, each with its own connection, one query after the other."""
    queries = [text.split(",") for typed in texts(50) for text in typed]
    until = time.perf_counter() + args.seconds
    took, errors, statuses = [], [], {}

    async def client(number):
        rng = random.Random(number)
        async with httpx.AsyncClient(base_url=address, timeout=60) as connection:
            while time.perf_counter() < until:
                began = time.perf_counter()
                try:
                    answer = await connection.post("/api/explain", json={"labels": rng.choice(queries)})
                    statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
                    if len(answer.json()["hashtags"]) == 0 and model.settings.mode == "best":
                        errors.append("no hashtag")
                except (httpx.HTTPError, ValueError, KeyError) as error:
                    errors.append(repr(error))
                took.append(1000 * (time.perf_counter() - began))

    await asyncio.gather(*map(client, range(args.clients)))
    failed = len(errors) + sum(count for status, count in statuses.items() if status != 200)
    return spread("request_of_many", took) | {
        "clients": args.clients,
        "requests": len(took),
        "requests_per_second": len(took) / args.seconds,
        "requests_failed": failed,
    }


with tempfile.TemporaryDirectory() as folder:
    model_dir = args.model_dir
    if not model_dir:
        model_dir = Path(folder, "model")
        InstaHash(settings_of(args.mode, n_threads=args.threads)).fit(args.data).save(model_dir)
    model = InstaHash.load(model_dir)
    figures = {"mode": model.settings.mode, "words": len(model.vocabulary)}
    figures["hashtags"] = len(model.vocabulary.hashtag_ids)
    with served(model_dir) as address:
        figures |= one_by_one(address)
        figures |= in_a_browser(address)
        figures |= asyncio.run(at_once(address))
        figures |= {f"after_{name}": value for name, value in one_by_one(address).items() if name.endswith("request")}
    figures["load_average"] = round(os.getloadavg()[0], 2)
report(args, figures)
