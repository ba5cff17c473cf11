"""AutoRec on corpora of InstaPIC-1.1M's shape: seconds an epoch and memory against vocabulary and posts.

    python benchmarks/bench_autorec_scale.py --threads 2 --against torch --json result.json --plot result.svg

Every size is measured in a process of its own on a synthetic corpus, whose commonest --words words are kept (438,651
are all of the full 1.1 million posts, 435,651 of them hashtags). Expansion is off: a rating is +1 for the words of a
post and -1 for all others. Every word is trained on exactly. Three figures: an epoch of Adam on U, V and biases; an
epoch with the decoder solved in closed form; the start from the spectrum. Peak memory is that of the whole process, the
corpus included. With --against torch the same network is trained on a few dense batches of 128 posts, in yet another
process, and its epoch is EXTRAPOLATED from their median.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import arguments, parse, peak_mb, report, timed

parser = arguments(__doc__.split("\n")[0], ["torch"])
parser.set_defaults(threads=2)
parser.add_argument("--posts", default="10000,30000,100000,300000,1100000", help="sizes, separated by commas")
parser.add_argument("--words", default="1000,3000,10000,30000,100000,438651", help="at the largest number of posts")
parser.add_argument("--n-hidden", type=int, default=200)
parser.add_argument("--batch-size", type=int, default=16384)
parser.add_argument("--one", choices=["gradient", "ridge", "spectral", "torch"], help="measure this at one size")
parser.add_argument("--plot", metavar="FILE", help="draw time and memory (needs matplotlib)")
args = parse(parser)

import numpy as np

from instahash.autorec import AutoRec, rating_matrix
from instahash.data import fit_dataset
from synthetic import synthetic_corpus

OPTIONS = {
    "gradient": {"init": "random", "epochs": 2, "learning_rate": 0.003},
    "ridge": {"init": "random", "decoder": "ridge", "epochs": 2, "learning_rate": 0.003},
    "spectral": {"init": "spectral", "epochs": 0},
}


def corpus(n_posts, n_words):
    bags = fit_dataset(synthetic_corpus(n_posts, args.seed), max_hashtags=10**9).bags
    if n_words < bags.shape[1]:
        common = np.argsort(-np.bincount(bags.indices), kind="stable")[:n_words]
        bags = bags[:, np.sort(common)]
    return rating_matrix(bags)


def measure(way, n_posts, n_words):
    ratings = corpus(n_posts, n_words)
    shared = {"n_hidden": args.n_hidden, "batch_size": args.batch_size, "n_threads": args.threads, "seed": args.seed}
    AutoRec(**{**shared, "n_hidden": 4, "batch_size": 64, **OPTIONS[way]}).fit(ratings[:200, :50].tocsr())
    model = AutoRec(**shared, **OPTIONS[way])
    ends = [time.perf_counter()]
    model.fit(ratings, on_epoch=lambda model: ends.append(time.perf_counter()))
    seconds = ends[-1] - ends[-2] if len(ends) > 1 else time.perf_counter() - ends[0]
    rmse = model.history[-1] if len(model.history) else model.rmse(ratings)
    stored = ratings.nnz / (ratings.shape[0] * ratings.shape[1])
    return {
        "posts": n_posts,
        "words": ratings.shape[1],
        f"seconds_{way}": seconds,
        f"rmse_{way}": rmse,
        "rmse_of_always_absent": 2 * stored**0.5,
        f"peak_rss_mb_{way}": peak_mb(),
    }


def measure_torch(n_posts, n_words):
    import torch

    torch.set_num_threads(args.threads)
    encoder, decoder = torch.nn.Linear(n_words, args.n_hidden), torch.nn.Linear(args.n_hidden, n_words)
    optimiser = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()])
    R, seconds = torch.full((128, n_words), -1.0), []

    def batch():
        optimiser.zero_grad()
        (0.5 * ((decoder(torch.sigmoid(encoder(R))) - R) ** 2).sum() / 128).backward()
        optimiser.step()

    for _ in range(4):
        seconds.append(timed(batch)[0])
    return {"words": n_words, "seconds_torch_extrapolated": float(np.median(seconds[1:])) * n_posts / 128}


def draw(by_words, by_posts, path):
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(11, 3.2), layout="constrained")
    for axis, rows, size in ((axes[0], by_words, "words"), (axes[1], by_posts, "posts")):
        x = [row[size] for row in rows]
        for way, label in (("gradient", "every parameter by Adam"), ("ridge", "decoder in closed form")):
            axis.loglog(x, [row[f"seconds_{way}"] for row in rows], "o-", label=label)
        if "seconds_torch_extrapolated" in rows[0]:
            dense = [row["seconds_torch_extrapolated"] for row in rows]
            axis.loglog(x, dense, "s--", color="gray", label="PyTorch, dense (extrapolated)")
        axis.set(xlabel=size, ylabel="seconds an epoch")
    axes[0].legend(fontsize=8)
    x = [row["words"] for row in by_words]
    axes[2].semilogx(x, [row["peak_rss_mb_gradient"] / 1000 for row in by_words], "o-")
    axes[2].set(xlabel="words", ylabel="peak memory of the process, GB", ylim=(0, None))
    figure.savefig(path, metadata={"Date": None})


posts, words = ([int(size) for size in text.split(",")] for text in (args.posts, args.words))
if args.one:
    report(args, measure_torch(posts[0], words[0]) if args.one == "torch" else measure(args.one, posts[0], words[0]))
    sys.exit()


def in_processes(n_posts, n_words):
    row = {}
    with tempfile.TemporaryDirectory() as folder:
        for way in [*OPTIONS, *(["torch"] if args.against else [])]:
            file = Path(folder, f"{way}.json")
            options = {"one": way, "posts": n_posts, "words": row.get("words", n_words), "json": file}
            options |= {name: getattr(args, name) for name in ("threads", "seed", "n_hidden", "batch_size")}
            flags = [str(part) for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
            subprocess.run([sys.executable, __file__, *flags], check=True, stdout=subprocess.DEVNULL)
            row |= json.loads(file.read_text())["figures"]
    print(" ".join(f"{key}={value}" for key, value in row.items()), flush=True)
    return row


by_words = [in_processes(max(posts), n_words) for n_words in words]
by_posts = [by_words[-1] if n_posts == max(posts) else in_processes(n_posts, max(words)) for n_posts in posts]
if args.plot:
    draw(by_words, by_posts, args.plot)
largest = by_words[-1]
report(args, {**largest, "by_words": by_words, "by_posts": by_posts})
