"""Shards: two processes of one thread against one, memory of each process, and a run whose workers are killed.

python benchmarks/bench_shards.py --shards 16 --posts 20000 --json result.json
python benchmarks/bench_shards.py --shards 100 --posts 100000 --apart --train best --clusters two_workers
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from itertools import islice
from pathlib import Path

from common import arguments, parse, report, timed

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--shards", type=int, default=16)
parser.add_argument("--posts", type=int, default=20_000, help="in each shard")
parser.add_argument(
    "--apart", action="store_true", help="each shard is a corpus of its own: for more than memory holds"
)
parser.add_argument("--train", choices=("paper", "best"), help="train a mode, in place of the three parts")
parser.add_argument("--set", action="append", default=[], metavar="section.name=value", help="settings of that mode")
parser.add_argument("--clusters", nargs="+", default=["one_process", "one_worker", "two_workers"], metavar="NAME")
parser.add_argument(
    "--kill", type=int, default=0, metavar="N", help="kill N workers at random moments, in one more run"
)
parser.add_argument("--folder", help="where the shards are or are made (default: one that goes afterwards)")
parser.add_argument("--run", help="one cluster; what this script calls itself with")
args = parse(parser)

from instahash.formats import write_posts
from instahash.pipeline import settings_of
from instahash.shards import Shards, encoding_of, fit_best, fit_paper
from instahash.shards.counts import count_pairs, grams, ridge_columns

CLUSTERS = {"one_process": "", "one_worker": "local:1", "two_workers": "local:2"}


def make(folder):
    """Shards of posts in the shape of InstaPIC-1.1M."""
    from synthetic import synthetic_posts

    folder.mkdir(parents=True, exist_ok=True)
    posts = iter(()) if args.apart else synthetic_posts(args.shards * args.posts, args.seed)
    for i in range(args.shards):
        own = synthetic_posts(args.posts, args.seed + i) if args.apart else islice(posts, args.posts)
        path = folder / f"{i:05}.jsonl.gz"
        if not path.exists():
            write_posts(path, (post._replace(id=f"{i}/{post.id}") for post in own))


def warm(shard):
    """What is imported and compiled once a process is no part of the work."""
    import instahash.shards.spectrum  # noqa: F401

    time.sleep(0.05)
    return 0


def spent(shard):
    """This process, its peak memory so far in MB, and its seconds on a core."""
    return os.getpid(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, time.process_time()


def of_processes(shards, cluster):
    """The same by process: those of the workers, or of this one."""
    found = shards.map(spent) if cluster else [spent(None)]
    return {pid: (mb, seconds) for pid, mb, seconds in found}


def run(pattern, cluster):
    """Seconds of each part with one cluster, or of a training, and memory of each process."""
    figures = {}
    figures["seconds_start"], shards = timed(lambda: Shards(pattern, cluster))
    with shards:
        shards.sum(warm)
        before = of_processes(shards, cluster)
        if args.kill:
            killer = threading.Thread(target=kill_now_and_then, daemon=True)
            killer.start()
        figures |= trained(shards) if args.train else parts(shards)
        after = of_processes(shards, cluster)
        cores = [seconds - before.get(pid, (0, 0))[1] for pid, (_, seconds) in after.items()]
        # What all takes where each process has a core to itself: the machine may be shared.
        figures["core_seconds_of_busiest"], figures["core_seconds"] = max(cores), sum(cores)
        figures["posts_a_second"] = figures["posts"] / figures["seconds"]
        if args.kill:
            figures["killed"] = len(KILLED)
        figures["mb_of_processes"] = sorted(mb for mb, _ in after.values())
        figures["mb_of_this_process"], figures["load"] = spent(None)[1], os.getloadavg()[0]
    return figures


def parts(shards):
    """Reading, counting pairs and Gram sums."""
    figures = {}
    figures["seconds_reading"], read = timed(lambda: encoding_of(shards, settings_of("paper").data))
    encoding, summary, _ = read
    figures["seconds_counting"], counts = timed(lambda: shards.sum(count_pairs, encoding))
    columns = ridge_columns(counts)
    figures["seconds_gram_sums"], sums = timed(lambda: shards.sum(grams, encoding, columns))
    figures["seconds"] = sum(figures[f"seconds_{part}"] for part in ("reading", "counting", "gram_sums"))
    figures["sum_of_counts"], figures["sum_of_gram"] = int(counts.words.sum()), float(sums.XX.sum())
    return figures | {"posts": summary.posts_read, "words": summary.words, "pairs": counts.words.nnz}


def trained(shards):
    """The training of a mode, and one number that says which model it is."""
    fit = {"paper": fit_paper, "best": fit_best}[args.train]
    seconds, model = timed(lambda: fit(shards, settings_of(args.train, args.set), report=print_error))
    arrays = [array for section in model.mode.to_arrays().values() for array in section.values()]
    total = sum(float(abs(array).sum(dtype=float)) for array in arrays if array.dtype.kind == "f" and array.ndim == 2)
    sizes = {"posts": model.summary["posts_read"], "words": model.summary["words"]}
    return {"seconds": seconds, "sum_of_weights": total} | sizes


KILLED = []


def kill_now_and_then():
    """Kill a worker, one of this process's grandchildren that Dask made, at random moments."""
    import psutil

    rng = random.Random(args.seed)
    while len(KILLED) < args.kill:
        time.sleep(rng.uniform(1, 8))
        alive = [c for c in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(c.cmdline())]
        if alive:
            KILLED.append(rng.choice(alive).pid)
            os.kill(KILLED[-1], signal.SIGKILL)


def print_error(line):
    print(line, file=sys.stderr)


def call(pattern, cluster, kill=0):
    """:func:`run` in a process of its own."""
    command = [sys.executable, __file__, "--run", f"{pattern} {cluster}", "--seed", str(args.seed), "--kill", str(kill)]
    command += ["--train", args.train] * bool(args.train) + [word for own in args.set for word in ("--set", own)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main():
    if args.run:
        print(json.dumps(run(*args.run.split(" "))))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(args.folder or temporary)
        made, _ = timed(lambda: make(folder))
        pattern, runs = f"{folder}/*.jsonl.gz", {}
        for _ in range(args.repeat):
            for name in args.clusters:
                runs.setdefault(name, []).append(call(pattern, CLUSTERS[name]))
        best = {name: min(own, key=lambda figures: figures["seconds"]) for name, own in runs.items()}
        figures = {
            "seconds_of_making_shards": made,
            "mb_on_disk": sum(p.stat().st_size for p in folder.iterdir()) / 1e6,
        }
        figures |= best
        for name in {"one_process", "one_worker"} & best.keys() if "two_workers" in best else ():
            timings = [part for part in best[name] if "seconds" in part and part != "seconds_start"]
            figures[f"two_workers_against_{name}"] = {
                part: best[name][part] / best["two_workers"][part] for part in timings
            }
        if args.kill:
            figures["killed_workers"] = killed = call(pattern, "local:2", args.kill)
            figures["same_result"] = {
                part: killed[part] == best["two_workers"][part]
                for part in ("sum_of_counts", "sum_of_gram", "sum_of_weights")
                if part in killed
            }
    args.folder = None
    report(args, figures, [json.dumps(figures, indent=1)])


if __name__ == "__main__":
    main()
