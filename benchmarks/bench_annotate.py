"""Labelling many images through a server that fails, with a kill in the middle: what is sent twice, and how fast.

    python benchmarks/bench_annotate.py --images 10000 --fail-share 0.05 --rate 30000 --json result.json

A local server speaks the real service's messages over a socket; the command instahash-annotate is killed (SIGKILL) once
half of the images are answered, and started again. The same is done with a polite kill (SIGTERM), and with two commands
that share one cache.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from common import arguments, parse, report

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--images", type=int, default=10_000)
parser.add_argument("--fail-share", type=float, default=0.05, help="of the calls, in mixed ways")
parser.add_argument("--rate", type=int, default=30_000, help="images a minute")
parser.add_argument("--delay", type=float, default=0.1, help="mean seconds until an answer")
args = parse(parser)

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "tests" / "annotate" / "fake_vision.py"
sys.path.insert(0, str(SERVER.parent))
from fake_vision import most_within, picture

COMMAND = "import sys; from instahash.cli.annotate import main; sys.exit(main())"


def draw(folder):
    folder.mkdir()
    for number in range(args.images):
        (folder / f"{number:05d}.png").write_bytes(picture(number))


def start(folder, address, name, out=None):
    """instahash-annotate on the images, as a process."""
    options = ["--annotator", "google", "--cache", f"{name}.sqlite", "--rate", str(args.rate), "--max-cost", "1000"]
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "images", "--out", out or f"{name}.jsonl", *options],
        cwd=folder,
        env={**os.environ, "VISION_EMULATOR_HOST": address, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )


def calls(log):
    """(arrived, answered) calls of a log so far; its last line may not be whole yet."""
    lines = [json.loads(line) for line in log.read_text().split("\n")[:-1]]
    return [line for line in lines if line["event"] == "arrived"], [
        line for line in lines if line["event"] == "answered"
    ]


def answered(log):
    return Counter(number for call in calls(log)[1] for number in call["labelled"])


def n_right(path):
    """Posts that have the label of their own picture, all of them in order."""
    posts = [json.loads(line) for line in path.read_text().splitlines()]
    names = [Path(post["id"]).stem for post in posts]
    assert names == sorted(names)
    return sum(post["labels"][0]["description"] == f"photo {int(name)}" for post, name in zip(posts, names))


def kill(folder, address, name, how, log):
    """Start, kill in the middle, start again; the figures."""
    began = time.time()
    process = start(folder, address, name)
    while len(answered(log)) < args.images / 2:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.2)
    killed = time.time()
    process.send_signal(how)
    process.communicate()
    stopping = time.time() - killed
    # What the server was at when its client died is answered to nobody; it may still write that it was.
    time.sleep(1)
    before = answered(log)
    long_before = {number for call in calls(log)[1] if call["time"] < killed - 1 for number in call["labelled"]}
    n_calls = len(calls(log)[0])
    process = start(folder, address, name)
    error = process.communicate()[1]
    sent_again = {number for call in calls(log)[0][n_calls:] for number in call["pictures"]}
    came = [(call["arrived"], call["n_images"]) for call in calls(log)[0]]
    return {
        f"{name}_exit_codes": [process.returncode],
        f"{name}_labelled_rightly": n_right(folder / f"{name}.jsonl"),
        f"{name}_answered_when_killed": len(before),
        f"{name}_sent_again_though_answered": len(sent_again & set(before)),
        f"{name}_sent_again_though_answered_a_second_before": len(sent_again & long_before),
        f"{name}_calls": len(calls(log)[0]),
        f"{name}_failed_calls": sum(call["outcome"] != "ok" for call in calls(log)[1]),
        f"{name}_images_in_the_fullest_minute": most_within(60, came),
        f"{name}_images_in_the_fullest_second": most_within(1, came),
        f"{name}_seconds": time.time() - began,
        f"{name}_seconds_to_stop": stopping,
        f"{name}_last_line": error.strip().splitlines()[-1],
    }


def together(folder, address, name, log):
    """Two commands at once on one cache."""
    processes = [start(folder, address, name, f"{name}_{i}.jsonl") for i in range(2)]
    for process in processes:
        process.communicate()
    return {
        f"{name}_exit_codes": [process.returncode for process in processes],
        f"{name}_labelled_rightly": [n_right(folder / f"{name}_{i}.jsonl") for i in range(2)],
        f"{name}_answered_twice": sum(count > 1 for count in answered(log).values()),
    }


figures = {}
with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    draw(folder / "images")
    for name, work in (
        ("killed", lambda *given: kill(*given[:3], signal.SIGKILL, given[3])),
        ("asked_to_stop", lambda *given: kill(*given[:3], signal.SIGTERM, given[3])),
        ("two_at_once", together),
    ):
        log = folder / f"{name}.log"
        options = ["--fail-share", str(args.fail_share), "--seed", str(args.seed), "--delay", str(args.delay)]
        if name == "two_at_once":
            # A cut connection loses the answers of all calls on it; whether any is sent twice needs whole ones.
            options += ["--mix", "quota", "unavailable", "internal", "deadline", "short", '["image", 14]']
        server = subprocess.Popen(
            [sys.executable, str(SERVER), "--log", str(log), *options], stdout=subprocess.PIPE, text=True
        )
        address = server.stdout.readline().strip()
        figures |= work(folder, address, name, log)
        server.terminate()
        server.wait()
report(args, figures)
