"""The softmax network's negatives, all outputs or those of the batch: quality, seconds an epoch and memory.

    python benchmarks/bench_softmax.py --data posts.jsonl.gz --threads 2 --against torch --json result.json

Three parts, each measurement in a process of its own. Quality: the networks of mode "best", each alone, trained on nine
tenths of --data with either kind of negatives, at equal epochs, and with those of the batch for the core seconds that
all take; nDCG@10 on the rest, whose hashtags are found from the description, or half of them from the other half.
Speed: an epoch of the description network on the synthetic corpus of --posts with its commonest hashtags, EXTRAPOLATED
from --batches batches, here and, with --against torch, in PyTorch: the same batches, negatives, correction and units,
rows as sparse embeddings with SparseAdam, and dense with Adam; PyTorch's batches are prepared beforehand. Size: whole
epochs of both networks on all hashtags of --posts, with the memory of the whole process.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import arguments, parse, peak_mb, report, split

PARTS = ("quality", "speed", "size")
parser = arguments(__doc__.split("\n")[0], ["torch"])
parser.set_defaults(threads=2)
parser.add_argument("--parts", default=",".join(PARTS), help="of the three, separated by commas")
parser.add_argument("--posts", type=int, default=1_100_000, help="posts of the synthetic corpus")
parser.add_argument("--outputs", default="1000,3000,10000,30000,100000,435651", help="hashtags, separated by commas")
parser.add_argument("--n-hidden", type=int, default=224)
parser.add_argument("--batches", type=int, default=100, help="batches that an epoch is extrapolated from")
parser.add_argument("--epochs", type=int, default=1, help="whole epochs at the full size")
parser.add_argument("--one", metavar="NAME", help="measure this one alone, in this process")
args = parse(parser)

import numpy as np

from instahash import BestSettings
from instahash.data import fit_dataset
from instahash.evaluation import ranking_measures
from instahash.experts import Examples
from instahash.experts.domain import Domain
from instahash.softmax import SoftmaxNetwork, affordable_units
from instahash.softmax.sampled import inclusion
from instahash.sparse import column_counts, keep, ranks_in_rows, row_of_entries, used_columns
from synthetic import synthetic_corpus

SETTINGS = BestSettings(seed=args.seed, n_threads=args.threads)
NETWORKS = ("softmax", "completion")
WARM, SECONDS = 5, 30  # batches before the clock starts, and when it stops at the latest


class Enough(Exception):
    """Ends a training of which enough was seen."""


def network(name, n_outputs, **changes):
    own = getattr(SETTINGS, name)
    changes = {"n_hidden": affordable_units(own.n_hidden, n_outputs)} | changes
    return SoftmaxNetwork(own, seed=args.seed, n_threads=args.threads, **changes)


def matrices(name, examples):
    """(inputs, targets) of the network of that name."""
    return (examples.inputs if name == "softmax" else examples.hashtags), examples.targets


def examples_of(dataset, domain=None):
    return Examples(dataset, domain or Domain.of(dataset, SETTINGS))


def synthetic(n_outputs):
    """The synthetic corpus with its commonest hashtags and the words of descriptions, as the networks read it."""
    dataset = fit_dataset(synthetic_corpus(args.posts, args.seed), max_hashtags=n_outputs)
    return examples_of(dataset)


def clocks():
    """Seconds of the wall, and of all cores in this process: the second says more where other processes are at work."""
    return time.perf_counter(), time.process_time()


# Quality


def ndcg(model, inputs, truth, given=None):
    """nDCG@10 of what a network ranks first but for what is given."""
    found = np.full((inputs.shape[0], 10), -1)
    for start in range(0, len(found), 256):
        rows = slice(start, start + 256)
        scores = model.predict(inputs[rows])
        if given is not None:
            scores[row_of_entries(given[rows]), given[rows].indices] = -np.inf
        found[rows] = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    return ranking_measures(found, truth)["ndcg@10"]


def tasks(name, test):
    """(inputs, hashtags to find, hashtags given) for a network alone."""
    truth = test.hashtags
    n = np.diff(truth.indptr)
    if name == "softmax":
        rows = np.flatnonzero((n > 0) & (np.diff(test.inputs.indptr) > 0))
        return test.inputs[rows], truth[rows], None
    rank = ranks_in_rows(truth, np.random.default_rng(args.seed).random(truth.nnz))
    given = rank < np.repeat(n // 2, n)
    rows = np.flatnonzero(n > 1)
    given, hidden = keep(truth, given)[rows], keep(truth, ~given)[rows]
    return given, hidden, given


def quality(name):
    dataset, test = split(args)
    examples = examples_of(dataset)
    X, S = matrices(name, examples)
    asked = tasks(name, examples_of(test, examples.domain))
    figures = {"posts": len(dataset.ids), "outputs": S.shape[1], "posts asked": asked[0].shape[0]}
    network(name, S.shape[1], epochs=1).fit(X[:600], S[:600])  # compiles
    epochs = network(name, S.shape[1]).n_epochs(X.shape[0])
    seconds = {}
    for negatives in ("all", "batch"):
        model = network(name, S.shape[1], negatives=negatives, epochs=epochs)
        began = clocks()
        model.fit(X, S)
        wall, seconds[negatives] = np.subtract(clocks(), began).tolist()
        figures |= {f"seconds {negatives}": wall, f"core seconds {negatives}": seconds[negatives]}
        figures[f"ndcg@10 {negatives}"] = ndcg(model, *asked)
    figures["outputs of a batch"] = model.plan(S).outputs
    more = max(1, round(epochs * seconds["all"] / seconds["batch"]))
    model = network(name, S.shape[1], negatives="batch", epochs=more).fit(X, S)
    return figures | {"epochs": epochs, "epochs in equal time": more, "ndcg@10 batch, equal time": ndcg(model, *asked)}


# Speed


def enough(ends):
    return len(ends) > WARM + args.batches or len(ends) > WARM + 2 and ends[-1][0] - ends[WARM][0] > SECONDS


def extrapolated(name, ends, n_batches):
    """An epoch of so many batches, from the clocks at the end of each of some."""
    wall, cores = (np.array(ends[-1]) - ends[WARM]) * n_batches / (len(ends) - WARM - 1)
    return {f"seconds {name}": float(wall), f"core seconds {name}": float(cores)}


def epoch_of(negatives, X, S):
    model, ends = network("softmax", S.shape[1], negatives=negatives, n_hidden=args.n_hidden, epochs=1), []

    def progress(done):
        ends.append(clocks())
        if enough(ends):
            raise Enough

    try:
        model.fit(X, S, on_progress=progress)
    except Enough:
        pass
    return extrapolated(negatives, ends, X.shape[0] / model.settings.batch_size)


def prepared(X, S):
    """Batches as PyTorch takes them: inputs of which some are dropped, J, log pi, and targets in J."""
    import torch

    own, rng, counts = SETTINGS.softmax, np.random.default_rng(args.seed), column_counts(S)
    order = rng.permutation(S.shape[0])
    for start in range(0, (WARM + args.batches + 1) * own.batch_size, own.batch_size):
        rows = order[start : start + own.batch_size]
        x = keep(X[rows], rng.random(X[rows].nnz) >= own.corruption)
        J, s = used_columns(S[rows])
        log_pi = np.log(inclusion(counts[J], S.shape[0] - 1, len(rows) - 1)).astype(np.float32)
        arrays = x.indices.astype(np.int64), x.indptr[:-1].astype(np.int64), x.data, J.astype(np.int64), log_pi
        yield [torch.from_numpy(a) for a in (*arrays, row_of_entries(s), s.indices.astype(np.int64), s.data)]


def epoch_of_torch(way, X, S):
    import torch

    torch.set_num_threads(args.threads)
    own, sparse = SETTINGS.softmax, way == "sparse"
    V = torch.nn.EmbeddingBag(X.shape[1], args.n_hidden, mode="sum", sparse=sparse)
    U, b = (torch.nn.Embedding(S.shape[1], n, sparse=sparse) for n in (args.n_hidden, 1))
    mu = torch.nn.Parameter(torch.zeros(args.n_hidden))
    parts = [V.weight, U.weight, b.weight]
    optimisers = [
        (torch.optim.SparseAdam if sparse else torch.optim.Adam)(parts, lr=own.learning_rate),
        torch.optim.Adam([mu]),
    ]

    def step(indices, starts, data, J, log_pi, row, column, weight):
        for optimiser in optimisers:
            optimiser.zero_grad()
        H = torch.nn.functional.dropout(torch.relu(V(indices, starts, per_sample_weights=data) + mu), own.dropout)
        O = H @ U(J).T + (b(J).squeeze(1) - log_pi)
        O = O.index_put((row, column), log_pi[column], accumulate=True)
        loss = -(weight * torch.log_softmax(O, 1)[row, column]).sum() / len(starts)
        loss.backward()
        for optimiser in optimisers:
            optimiser.step()

    ends = []
    for batch in [*prepared(X, S)]:
        step(*batch)
        ends.append(clocks())
        if enough(ends):
            break
    return extrapolated(f"torch {way}", ends, S.shape[0] / own.batch_size)


def speed(n_outputs):
    X, S = matrices("softmax", synthetic(n_outputs))
    figures = {"outputs of a batch": network("softmax", n_outputs, negatives="batch").plan(S).outputs}
    for negatives in ("batch", "all"):
        figures |= epoch_of(negatives, X, S)
    for way in ("sparse", "dense") if args.against else ():
        figures |= epoch_of_torch(way, X, S)
    return figures


# Size


def size(name):
    examples = synthetic(10**9)
    X, S = matrices(name, examples)
    del examples
    ends, n_outputs = [clocks()], S.shape[1]
    before = peak_mb()
    model = network(name, n_outputs, epochs=args.epochs)
    model.fit(X, S, on_epoch=lambda model: ends.append(clocks()))
    return {
        "outputs": n_outputs,
        "n_hidden": model.settings.n_hidden,
        "negatives": ", ".join(model.plan(S)[::2]),
        "seconds an epoch": float(np.median(np.diff(ends, axis=0)[:, 0])),
        "core seconds an epoch": float(np.median(np.diff(ends, axis=0)[:, 1])),
        "loss": model.history.loss,
        "peak_rss_mb before": before,
        "peak_rss_mb": peak_mb(),
    }


WAYS = {"quality": quality, "speed": speed, "size": size}


def in_process(*name):
    """The figures of one measurement, made in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "figures.json")
        options = {"one": ":".join(map(str, name)), "json": file}
        options |= {
            key: getattr(args, key) for key in ("data", "threads", "seed", "posts", "n_hidden", "batches", "epochs")
        }
        flags = [str(part) for key, value in options.items() for part in (f"--{key.replace('_', '-')}", value)]
        flags += ["--against", args.against] if args.against else []
        subprocess.run([sys.executable, __file__, *flags], check=True, stdout=subprocess.DEVNULL)
        figures = json.loads(file.read_text())["figures"]
    print(*name, " ".join(f"{key}={value}" for key, value in figures.items()), flush=True)
    return figures


if args.one:
    way, *rest = args.one.split(":")
    report(args, WAYS[way](*(int(part) if part.isdigit() else part for part in rest)))
    sys.exit()
figures, parts = {}, args.parts.split(",")
if "quality" in parts:
    for name in NETWORKS:
        figures |= {f"quality {name} {key}": value for key, value in in_process("quality", name).items()}
rows = []
for n_outputs in args.outputs.split(",") if "speed" in parts else ():
    rows.append({"outputs": int(n_outputs), **in_process("speed", n_outputs)})
if rows:
    figures["speed by outputs"] = rows
if "size" in parts:
    for name in NETWORKS:
        figures |= {f"size {name} {key}": value for key, value in in_process("size", name).items()}
report(args, figures)
