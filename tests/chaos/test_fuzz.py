"""Mutated inputs for everything that reads, in short; and what tries them finds faults that are planted."""

import ctypes
import datetime
import json
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
if not (BENCHMARKS / "chaos").is_dir():
    pytest.skip("no checkout: there is no folder 'benchmarks' beside the tests", allow_module_level=True)
pytest.importorskip("resource", reason="processes have no limits here")
if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
    pytest.skip("what it tries are compiled kernels, and plain Python is slow at them", allow_module_level=True)
if not hasattr(os, "fork"):
    pytest.skip("processes cannot be forked here", allow_module_level=True)
if str(BENCHMARKS) not in sys.path:
    sys.path.append(str(BENCHMARKS))

import numpy as np

from chaos.jsons import JSON, JSON_LINES
from chaos.mutations import BYTES, LINES, compressed
from chaos.npy import NPY, dump
from chaos.target import Target, Wrong
from chaos.workers import Worker, input_of
from chaos.zips import ZIP, members, packed
from instahash.errors import DataError

# Another one each day, but where the same is wanted of all runs.
SEED = 0 if "CI" in os.environ else datetime.date.today().toordinal()


def test_no_input_of_any_target_is_a_fault(tmp_path):
    options = ["--inputs", 400, "--seed", SEED, "--seconds", 30, "--jobs", 2]
    command = [
        sys.executable,
        BENCHMARKS / "chaos" / "fuzz.py",
        *options,
        "--json",
        tmp_path / "r",
        "--faults",
        tmp_path,
    ]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-2000:]}"
    figures = json.loads((tmp_path / "r").read_text())["figures"]
    assert figures["inputs"] >= 380 and not any(figures["faults"].values())
    assert all({"fine", "refused"} & counts.keys() for counts in figures["verdicts"].values())


def flood(value, folder):
    return np.ones(2**24).sum()


def busy(value, folder):
    while True:
        pass


def long(value, folder):
    raise ValueError("x" * 999)


def controlled(value, folder):
    error = DataError("")
    error.args = ("two\nlines",)
    raise error


def wrong(value, folder):
    raise Wrong("NaN")


def warned(value, folder):
    warnings.warn("overflow", RuntimeWarning, stacklevel=1)


def refused(value, folder):
    raise DataError("one line")


@pytest.mark.parametrize(
    "call, verdict",
    [
        (lambda value, folder: ctypes.string_at(0), "crash"),
        (lambda value, folder: os.kill(os.getpid(), 9), "crash"),
        (lambda value, folder: time.sleep(60), "hang"),
        (busy, "hang"),
        (flood, "memory"),
        (lambda value, folder: np.ones(2**40), "memory"),
        (long, "traceback"),
        (controlled, "bad line"),
        (wrong, "wrong"),
        (warned, "warning"),
        (refused, "refused"),
        (lambda value, folder: (folder / "a").write_bytes(value), "fine"),
    ],
    ids="crash kill hang busy flood memory traceback line wrong warning refused fine".split(),
)
def test_planted_faults_are_found_and_the_next_input_is_tried(tmp_path, call, verdict):
    target = Target("planted", lambda folder: [b"abc"], {"same": lambda rng, value, others: value}, call, memory=100)
    found, numbers = [], range(2)
    while len(numbers):
        worker = Worker(target, [b"abc"], 1, numbers, 0.2 if verdict == "hang" else 20.0, tmp_path)
        while len(worker.rest()) and (outcome := worker.next()) is not None:
            found.append(outcome)
            if outcome.verdict in ("crash", "hang"):
                break
        numbers = worker.rest()
        worker.close()
    assert [outcome.verdict for outcome in found] == [verdict] * 2, found
    assert [outcome.number for outcome in found] == [0, 1]


TEXT = b'{"id": "1", "score": 0.5, "labels": [{"description": "sea"}]}\n{"id": "2"}\n'
ARCHIVE = packed([("header.json", TEXT[:-13]), ("a.b.npy", dump(np.arange(6.0))), ("a.c.npy", dump(np.arange(4)))])


@pytest.mark.parametrize(
    "table, inputs",
    [
        (BYTES, [TEXT, b""]),
        (LINES | JSON_LINES, [TEXT, b""]),
        (JSON, [TEXT.split(b"\n")[0]]),
        (NPY, [dump(np.arange(6.0).reshape(2, 3)), dump(np.array(True)), dump(np.zeros(0, np.int32))]),
        (ZIP, [ARCHIVE]),
        (compressed(LINES), [b""]),
    ],
    ids="bytes lines json npy zip compressed".split(),
)
def test_mutations_change_much_and_are_the_same_for_the_same_seed(table, inputs):
    target = Target("any", lambda folder: inputs, table, len)
    made = [input_of(target, inputs, 5, number) for number in range(25 * len(table))]
    assert made == [input_of(target, inputs, 5, number) for number in range(25 * len(table))]
    assert {kind for kind, _ in made} == table.keys() and all(isinstance(value, bytes) for _, value in made)
    if any(inputs):
        assert sum(value not in inputs for _, value in made) > len(made) / 2


def test_a_member_of_an_archive_comes_back():
    assert members(ARCHIVE)[1] == ("a.b.npy", dump(np.arange(6.0))) and members(b"PK") is None
