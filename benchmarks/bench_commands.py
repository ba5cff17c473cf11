"""Whole commands as processes: time, peak memory, and what is left after the first run has compiled everything.

The model of --data is also loaded, by a process that has imported everything.

python benchmarks/bench_commands.py --data posts.jsonl.gz --threads 2 --json result.json
"""

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from common import arguments, parse, report, timed

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--train-options", default="", help="more for instahash-train on --data, such as '--mode paper'")
args = parse(parser)

from instahash import InstaHash
from instahash.storage import read_header

ROOT = Path(__file__).resolve().parent.parent
TRAIN = [sys.executable, str(ROOT / "bin" / "instahash-train")]


def process(command, folder, **environment):
    """(seconds, peak MB of this one process)."""
    clean = {key: value for key, value in os.environ.items() if not key.endswith("_NUM_THREADS")}
    code = (
        "import resource, subprocess, sys; r = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024); sys.exit(r.returncode)"
    )
    seconds, done = timed(
        lambda: subprocess.run(
            [sys.executable, "-c", code, *command], cwd=folder, env=clean | environment, capture_output=True, text=True
        )
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return seconds, float(done.stdout)


def fastest(command, folder, **environment):
    return min(process(command, folder, **environment)[0] for _ in range(args.repeat))


figures = {}
with tempfile.TemporaryDirectory() as folder:
    cache = {"NUMBA_CACHE_DIR": str(Path(folder, "numba")), "PYTHONPATH": str(ROOT)}
    figures["seconds_sample_first_run_with_compiling"] = process(TRAIN, folder, **cache)[0]
    figures["seconds_sample_second_run"] = fastest(TRAIN, folder, **cache)
    figures["seconds_help"] = fastest([*TRAIN, "--help"], folder, **cache)
    for name, code in (("numpy", "import numpy"), ("numpy_and_instahash", "import numpy, instahash")):
        figures[f"seconds_import_{name}"] = fastest([sys.executable, "-c", code], folder, **cache)
    if args.data != "sample":
        model = Path(folder, "model")
        command = [*TRAIN, "--data", str(Path(args.data).resolve()), "--model-dir", str(model)]
        command += ["--threads", str(args.threads), *shlex.split(args.train_options)]
        seconds, peak = process(command, folder, **cache)
        figures["seconds_load_model"] = min(timed(lambda: InstaHash.load(model))[0] for _ in range(1 + args.repeat))
        figures["mb_model"] = Path(model, "model.npz").stat().st_size / 1e6
        header = read_header(model)
        figures |= {"seconds_train": seconds, "peak_rss_mb_train": peak, "mode": header["mode"]}
        for name, losses in header["history"].items():
            figures[f"epochs_{name}"] = len(losses)
            figures |= {f"{name}_first_epoch": losses[0], f"{name}_last_epoch": losses[-1]} if losses else {}
report(args, figures)
