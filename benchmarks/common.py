"""What the benchmarks share: their arguments, the machine they ran on, and data split for measuring quality."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import sys
import time
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
# Those whose versions are written beside the figures, where they are installed.
PACKAGES = (
    *("instahash", "numpy", "scipy", "numba", "gensim", "torch", "jax", "autograd", "efficientnet-lite-pytorch"),
    *(
        "google-cloud-vision",
        "grpcio",
        "pillow",
        "pyarrow",
        "distributed",
        "omikuji",
        "fastapi",
        "starlette",
        "uvicorn",
    ),
)


def arguments(description, peers):
    """The parser every benchmark starts from."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", default="sample", help="posts, as instahash-train takes them")
    parser.add_argument("--threads", type=int, default=1, help="threads for this code and the peer alike")
    parser.add_argument("--against", choices=peers, help="measure this peer in turn, in the same run")
    parser.add_argument("--json", metavar="FILE", help="write the figures here too")
    parser.add_argument("--repeat", type=int, default=3, help="timed repetitions; medians are reported")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def parse(parser):
    """Parse, and fix the BLAS threads before NumPy is imported."""
    args = parser.parse_args()
    for variable in THREAD_VARIABLES:
        os.environ[variable] = str(args.threads or 1)
    return args


def split(args, test_fraction=0.1):
    """(training Dataset, test Dataset in its vocabulary)."""
    from instahash.data import Corpus, encode, fit_dataset, train_test_split
    from instahash.formats import read_posts

    corpus = Corpus.from_posts(read_posts(args.data))
    train, test = train_test_split(len(corpus), test_fraction, args.seed)
    data = fit_dataset(corpus.take(train))
    return data, encode(corpus.take(test), data.vocabulary)


def fashion(data, seed):
    """(old bags, new bags in random order, words of the old ones) for a fashion of 100 hashtags that comes late.

    They are drawn from all but the 20 commonest. Posts that have one are new, all others old, so old posts know neither
    those hashtags nor words that only occur with them. Columns: old words first.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    chosen = rng.choice(data.vocabulary.hashtag_ids[20:], 100, replace=False)
    is_new = data.bags[:, chosen].sum(axis=1) > 0
    old = np.flatnonzero(~is_new)
    known = np.bincount(data.bags[old].indices, minlength=len(data.vocabulary)) > 0
    bags = data.bags[:, np.argsort(~known, kind="stable")]
    bags.sort_indices()
    return bags[old], bags[rng.permutation(np.flatnonzero(is_new))], int(known.sum())


def ids_of_rows(matrix):
    """The columns of the stored entries of each row of a CSR matrix, a list of arrays."""
    return [matrix.indices[a:b] for a, b in zip(matrix.indptr, matrix.indptr[1:])]


def narrowed(matrix, n_columns):
    """The first columns of a CSR matrix whose others are empty."""
    from scipy import sparse

    return sparse.csr_array((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], n_columns))


def timed(work):
    """(seconds, result) of work()."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def in_turn(repeat, **works):
    """Median seconds of each work, run one after the other `repeat` times so that a drift of the machine hits all."""
    seconds = {name: [] for name in works}
    for _ in range(repeat):
        for name, work in works.items():
            time.sleep(0.5)  # a peer's threads may go on spinning for a while after their work
            seconds[name].append(timed(work)[0])
    return {name: statistics.median(values) for name, values in seconds.items()}


def report(args, figures, table=None):
    """Print the figures, or a table's lines, and write them with machine and versions where --json asks for it."""
    for name, value in figures.items() if table is None else ():
        print(f"{name:<42} {value:,.4f}" if isinstance(value, float) else f"{name:<42} {value}")
    for line in table or ():
        print(line)
    if not args.json:
        return
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    result = {
        "benchmark": Path(sys.argv[0]).stem,
        "arguments": {key: value for key, value in vars(args).items() if key != "json"},
        "machine": {"processor": processor(), "cores": os.cpu_count(), "system": platform.platform()},
        "versions": versions,
        "figures": rounded(figures),
    }
    for name in (
        "data",
        "images",
        "plot",
        "photos",
        "labels",
        "model_dir",
        "train",
        "baselines",
    ):  # no path of a machine
        if isinstance(result["arguments"].get(name), str):
            result["arguments"][name] = Path(result["arguments"][name]).name
    Path(args.json).write_text(json.dumps(result, indent=2) + "\n")


def rounded(value):
    """Figures to five places, in dicts and lists of them too."""
    if isinstance(value, dict):
        return {name: rounded(own) for name, own in value.items()}
    if isinstance(value, list):
        return [rounded(own) for own in value]
    return round(value, 5) if isinstance(value, float) else value


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
