"""Many clients of an explorer whose model is replaced meanwhile, slow and silent ones, and too few descriptors.

    python benchmarks/chaos/serve.py --json result.json
    python benchmarks/chaos/serve.py --clients 20 --seconds 5 --requests 1000 --slow-seconds 3

replaced     clients ask every route while the model is saved anew, and now and then a broken file: every answer is one
             of the old model or of the new one
many         requests for some time, after which the process has the memory that it had after the first tenth of them
slow         200 silent connections, slow photos and answers that nobody reads: how long an honest client waits
descriptors  the same with 64 descriptors

Each server is terminated with a request under way, which it answers, and exits with 0. Exit 1 where anything was
not so.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from common import parse, report, timed

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--clients", type=int, default=100, metavar="N", help="that ask at the same time")
parser.add_argument("--seconds", type=float, default=60.0, help="for which they do while the model is replaced")
parser.add_argument("--every", type=float, default=3.0, metavar="SECONDS", help="from one model to the next")
parser.add_argument(
    "--requests", type=int, default=20_000, metavar="N", help="at most, after which memory is looked at"
)
parser.add_argument("--request-seconds", type=float, default=400.0, metavar="SECONDS", help="for these, at most")
parser.add_argument("--slow-seconds", type=float, default=15.0, help="with slow clients, each time")
parser.add_argument("--idle", type=int, default=200, metavar="N", help="silent connections")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--json", metavar="FILE", help="write the counts here too")
args = parse(parser)

import httpx
import numpy as np

from chaos import clients
from chaos.served import Replacing, Served
from instahash import InstaHash
from instahash.data.small import small_posts
from instahash.explore.photos import Labeller
from instahash.formats import write_posts
from instahash.parameters import assign
from instahash.pipeline import settings_of

QUICK = ["word2vec.dim=12"] + [
    f"{network}.{setting}" for network in ("softmax", "completion") for setting in ("n_hidden=24", "epochs=4")
]
# What the memory may grow by, what an honest client may wait, in seconds, and by when silent connections are ended.
GROWTH, MOST_WAITED, SILENT_SECONDS = 1.05, 5.0, 13.0


def spread(name: str, milliseconds: list[float]) -> dict[str, float]:
    median, most = np.percentile(milliseconds, [50, 99])
    return {f"milliseconds_{name}": float(median), f"milliseconds_{name}_99": float(most)}


def replaced(served: Served, models: list[InstaHash], every: list, faults: list[str]) -> dict:
    """The model is replaced while clients ask; in the end the first one is there again."""
    replacing, expected = Replacing(models, served.model_dir, args.every), {question: set() for question in every}
    for _ in models:
        for question, answer in clients.answers(served.address, every).items():
            expected[question].add(answer)
        served.wait_for("now use", replacing.write_next)

    async def work() -> list[clients.Client]:
        those = [clients.Client(served.address, every, expected, args.seed + i) for i in range(args.clients)]
        end = time.monotonic() + args.seconds
        await asyncio.gather(*(client.until(end) for client in those))
        return those

    replacing.start()
    those = asyncio.run(work())
    replacing.ended.set()
    replacing.join()
    # However many were taken up meanwhile, the last ones are.
    served.wait_for("cannot be used", replacing.write_broken)
    served.wait_for("now use", replacing.write_next)
    for client in those:
        faults += client.faults[:3]
    told = Counter("now use" in line for line in served.written() if "new model in" in line)
    took = [milliseconds for client in those for milliseconds in client.milliseconds]
    return {
        "answers_that_differ": sum(len(answers) > 1 for answers in expected.values()),
        "models_written": replacing.written,
        "models_taken_up": told[True],
        "broken_written": replacing.broken,
        "broken_refused": told[False],
        "requests": len(took),
        "requests_failed": sum(len(client.faults) for client in those),
        **spread("request", took),
    }


def many(served: Served, every: list, faults: list[str]) -> dict:
    """Requests, and the memory of the process after each tenth of them."""

    async def ask(client: clients.Client, end: float) -> None:
        for _ in range(args.requests // 100):
            if time.monotonic() < end:
                await client.ask_one()

    async def work() -> tuple[int, list[float]]:
        expected = {question: {answer} for question, answer in clients.answers(served.address, every).items()}
        those = [clients.Client(served.address, every, expected, args.seed + i) for i in range(10)]
        sizes, began = [], time.monotonic()
        for tenth in range(1, 11):
            end = began + tenth * args.request_seconds / 10
            await asyncio.gather(*(ask(client, end) for client in those))
            sizes.append(served.megabytes())
        for client in those:
            faults.extend(client.faults[:3])
            await client.http.aclose()
        return sum(len(client.milliseconds) for client in those), sizes

    n_requests, sizes = asyncio.run(work())
    if sizes[-1] > GROWTH * sizes[0]:
        faults.append(f"the memory grew from {sizes[0]:.0f} to {sizes[-1]:.0f} MB")
    return {"requests": n_requests, "megabytes": sizes, "growth": sizes[-1] / sizes[0] - 1}


def slow(served: Served, has_photos: bool, faults: list[str]) -> dict:
    """Silent and slow clients, and how long an honest one waits before and meanwhile."""
    figures: dict = {}
    n_before = len(served.written())
    with contextlib.ExitStack() as stack:
        honest(served, min(2.0, args.slow_seconds), has_photos, faults)
        figures |= honest(served, min(3.0, args.slow_seconds), has_photos, faults, "alone")
        began = time.monotonic()
        silent = [stack.enter_context(clients.connected(served.port)) for _ in range(args.idle)]
        others = [stack.enter_context(make(served.port)) for make in (clients.slow_upload, clients.unread) * 8]
        figures |= honest(served, args.slow_seconds, has_photos, faults, "among_slow")
        figures["ended"] = sum(map(clients.is_ended, silent))
        figures["slow_ended"] = sum(map(clients.is_ended, others))
        if figures["ended"] < args.idle and time.monotonic() - began > SILENT_SECONDS:
            faults.append(f"only {figures['ended']} of {args.idle} silent connections were ended")
    lines = served.written()[n_before:]
    if len(lines) > 20:
        faults.append(f"the server wrote {len(lines)} lines, the first: {lines[0]}")
    return figures | {"lines_written": len(lines)}


def honest(served: Served, seconds: float, has_photos: bool, faults: list[str], name: str = "") -> dict:
    """How long a client waits that asks, sends a photo and connects anew, again and again."""
    took: dict[str, list[float]] = {"query": [], "photo": []}
    content, end = clients.photo("navy") if has_photos else b"", time.monotonic() + seconds
    while time.monotonic() < end or not took["query"]:
        for kind in took:
            if kind == "photo" and not has_photos:
                continue
            began = time.perf_counter()
            try:
                options = {"timeout": 30, "verify": False}
                if kind == "photo":
                    headers = {"content-type": "image/png"}
                    answer = httpx.post(served.address + "/api/photo", content=content, headers=headers, **options)
                else:
                    answer = httpx.post(served.address + "/api/explain", json={"labels": ["dog"]}, **options)
                if answer.status_code != 200:
                    faults.append(f"an honest {kind}: status {answer.status_code}, {answer.text[:200]}")
            except httpx.HTTPError as error:
                faults.append(f"an honest {kind}: {error!r}")
            took[kind].append(1000 * (time.perf_counter() - began))
    if name and max(map(max, filter(None, took.values()))) > 1000 * MOST_WAITED:
        faults.append(f"an honest client waited more than {MOST_WAITED} seconds {name.replace('_', ' ')}")
    return {key: value for kind in took if took[kind] for key, value in spread(f"{kind}_{name}", took[kind]).items()}


def main() -> int:
    faults: list[str] = []
    found: dict[str, dict] = {}
    with tempfile.TemporaryDirectory(prefix="instahash-chaos-") as base:
        folder = Path(base)
        posts = list(small_posts(400))
        write_posts(folder / "posts.jsonl", posts[:20])
        models = [InstaHash(assign(settings_of("best"), [*QUICK, f"seed={i}"])).fit(posts[i:]) for i in range(2)]
        models[0].save(folder / "model")
        has_photos = Labeller().state()["available"]
        every = clients.questions(has_photos)
        with Served(folder, faults) as served:
            for name, work in {
                "replaced": lambda: replaced(served, models, every, faults),
                "many": lambda: many(served, every, faults),
                "slow": lambda: slow(served, has_photos, faults),
            }.items():
                found[name] = told(name, work, faults)
        with Served(folder, faults, 64) as served:
            found["descriptors"] = told("descriptors", lambda: slow(served, has_photos, faults), faults)
    figures = {f"{name}_{key}": value for name, own in found.items() for key, value in own.items()}
    report(args, figures | {"n_faults": len(faults), "faults": faults[:20]})
    return 1 if faults else 0


def told(name: str, work: Callable[[], dict], faults: list[str]) -> dict:
    """What a round found, with a line when it has ended."""
    seconds, found = timed(work)
    print(f"{name}: {seconds:.0f} s, faults so far: {len(faults)}", file=sys.stderr)
    return found | {"seconds": seconds}


if __name__ == "__main__":
    sys.exit(main())
