"""Skip-gram on corpora of InstaPIC-1.1M's shape: seconds an epoch and memory against the number of posts.

    python benchmarks/bench_word2vec_scale.py --threads 2 --json result.json --plot result.svg

Every size is measured in a process of its own on a synthetic corpus with all its hashtags kept (435,651 at the full
1.1 million posts): reading and preprocessing, then epochs of the sampling trainer, of which the median counts. Peak
memory is that of the whole process, the corpus included. `seconds_a_million_posts` is constant where time is linear in
posts.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import arguments, parse, peak_mb, report

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--posts", default="10000,30000,100000,300000,1000000,1100000", help="sizes, separated by commas")
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--plot", metavar="FILE", help="draw time and memory against posts (needs matplotlib)")
args = parse(parser)

import numpy as np

from instahash.data import fit_dataset
from instahash.word2vec import Word2Vec
from synthetic import synthetic_corpus


def measure(n_posts):
    began = time.perf_counter()
    data = fit_dataset(synthetic_corpus(n_posts, args.seed), max_hashtags=10**9)
    bags, n_words = data.bags, len(data.vocabulary)
    preparing = time.perf_counter() - began
    del data
    sizes = np.diff(bags.indptr).astype(np.int64)
    pairs = int((sizes * (sizes - 1)).sum())
    model = Word2Vec(trainer="sampling", epochs=args.epochs, n_threads=args.threads, seed=args.seed)
    Word2Vec(trainer="sampling", epochs=1).fit(bags[:50])
    ends = [time.perf_counter()]
    model.fit(bags, on_epoch=lambda model: ends.append(time.perf_counter()))
    epoch = float(np.median(np.diff(ends)))
    return {
        "posts": n_posts,
        "words": n_words,
        "pairs": pairs,
        "trainer_planned": Word2Vec().plan(bags).trainer,
        "seconds_preparing": preparing,
        "seconds_an_epoch": epoch,
        "seconds_a_million_posts": epoch / n_posts * 1e6,
        "million_pairs_per_second": pairs / epoch / 1e6,
        "loss": model.history.loss,
        "estimated_training_mb": model.plan(bags).memory / 1e6,
        "peak_rss_mb": peak_mb(),
    }


def draw(rows, path):
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    posts = np.array([row["posts"] for row in rows])
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    left.loglog(posts, [row["seconds_an_epoch"] for row in rows], "o-", label="measured")
    slope = rows[0]["seconds_an_epoch"] / posts[0]
    left.loglog(posts, slope * posts, "--", color="gray", label="linear in posts")
    left.set(xlabel="posts", ylabel="seconds an epoch")
    left.legend()
    right.semilogx(posts, [row["peak_rss_mb"] / 1000 for row in rows], "o-")
    right.set(xlabel="posts", ylabel="peak memory of the process, GB", ylim=(0, None))
    figure.savefig(path, metadata={"Date": None})


sizes = [int(size) for size in args.posts.split(",")]
if len(sizes) == 1:
    report(args, measure(sizes[0]))
    sys.exit()
rows = []
with tempfile.TemporaryDirectory() as folder:
    for size in sizes:
        file = Path(folder, f"{size}.json")
        options = ["--threads", args.threads, "--seed", args.seed, "--epochs", args.epochs, "--json", file]
        command = [sys.executable, __file__, "--posts", size, *options]
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
        rows.append(json.loads(file.read_text())["figures"])
        print(" ".join(f"{key}={value}" for key, value in rows[-1].items() if key != "loss"), flush=True)
if args.plot:
    draw(rows, args.plot)
report(args, {"sizes": rows})
