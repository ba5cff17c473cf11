"""Whole commands as processes: time, peak memory, and what is left after the first run has compiled everything.

python benchmarks/bench_commands.py --data posts.jsonl.gz --threads 2 --json result.json
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from common import arguments, parse, report, timed

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--train-options", nargs="*", default=[], help="more options for instahash-train on --data")
args = parse(parser)
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
        command += ["--threads", str(args.threads), *args.train_options]
        seconds, peak = process(command, folder, **cache)
        header = json.loads((model / "model.json").read_text())
        figures |= {
            "seconds_train": seconds,
            "peak_rss_mb_train": peak,
            "epochs_autorec": len(header["history"]["autorec_rmse"]),
            "rmse_first_epoch": header["history"]["autorec_rmse"][0],
            "rmse_last_epoch": header["history"]["autorec_rmse"][-1],
            "loss_a_pair_last_epoch": header["history"]["word2vec_loss"][-1],
        }
report(args, figures)
