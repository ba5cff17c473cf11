"""Mutated inputs for everything that reads what others made: each is taken, or refused in one line.

    python benchmarks/chaos/fuzz.py --inputs 100000 --json result.json
    python benchmarks/chaos/fuzz.py --inputs 2000 --targets model-best,vectors-text --faults faults/
    python benchmarks/chaos/fuzz.py --replay faults/model-best.0.17.bin

A fault is a traceback, a warning of NumPy, an answer that cannot be right, an error line that is long, has several
lines or control characters, a crash, more than 5 seconds of a processor, or memory: at the peak of the process more
than before by over 200 MB and twice the input's size (a training on odd settings: 800 MB), and over 1 GB in any case.
Faulty inputs are kept in the folder --faults, under a name of target, seed and number, with which --replay runs them
again where a traceback shows.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from common import parse, report

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--inputs", type=int, default=100_000, metavar="N", help="mutated inputs, over all targets")
parser.add_argument("--targets", default="", metavar="NAME,...", help="those that begin so; all by default")
parser.add_argument("--list", action="store_true", help="name the targets, and stop")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--seconds", type=float, default=5.0, help="of a processor, that an input may take")
parser.add_argument("--faults", metavar="DIR", default="faults", help="where faulty inputs are kept")
parser.add_argument("--replay", metavar="FILE", help="run a kept input within this process, and stop")
parser.add_argument("--json", metavar="FILE", help="write the counts here too")
args = parse(parser)

from tqdm import tqdm

from chaos.target import Target
from chaos.targets import all_targets
from chaos.workers import FAULTS, WAITING, Outcome, Worker, input_of, ready

# Inputs of a process before it is replaced, and kept inputs of each kind of fault.
OF_A_WORKER, KEPT = 250, 5


class Counts:
    """How often there was what, and the faulty inputs, which are kept."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.verdicts: dict[str, Counter] = defaultdict(Counter)
        self.kinds: dict[str, Counter] = defaultdict(Counter)
        self.faults: dict[tuple[str, str], list[tuple[str, Outcome]]] = defaultdict(list)  # by verdict and place
        self.megabytes: dict[str, float] = defaultdict(float)
        self.seconds: dict[str, float] = defaultdict(float)

    def add(self, target: Target, inputs: list, outcome: Outcome) -> None:
        self.verdicts[target.name][outcome.verdict] += 1
        self.kinds[target.name][outcome.kind] += 1
        self.seconds[target.name] += outcome.seconds
        self.megabytes[target.name] = max(self.megabytes[target.name], outcome.megabytes)
        if outcome.verdict not in FAULTS:
            return
        same = self.faults[outcome.verdict, outcome.place]
        same.append((target.name, outcome))
        if len(same) <= KEPT:
            keep(self.folder, target, inputs, outcome)

    @property
    def n_faults(self) -> int:
        return sum(map(len, self.faults.values()))

    def figures(self) -> dict:
        return {
            "inputs": sum(counts.total() for counts in self.verdicts.values()),
            "faults": {fault: sum(counts[fault] for counts in self.verdicts.values()) for fault in FAULTS},
            "verdicts": {name: dict(counts) for name, counts in self.verdicts.items()},
            "mutations": {name: dict(counts) for name, counts in self.kinds.items()},
            "most_megabytes": dict(self.megabytes),
            "processor_seconds": dict(self.seconds),
            "found": [
                {"verdict": verdict, "place": place, "times": len(same), "text": same[0][1].text, "first": first(same)}
                for (verdict, place), same in self.sorted()
            ],
        }

    def sorted(self) -> list:
        return sorted(self.faults.items(), key=lambda pair: -len(pair[1]))

    def table(self) -> list[str]:
        lines = [f"{'target':<24} {'inputs':>8} {'fine':>8} {'refused':>8} {'faults':>8} {'MB':>6} {'ms':>6}"]
        for name, counts in self.verdicts.items():
            faults = sum(counts[fault] for fault in FAULTS)
            numbers = f"{counts.total():>8,} {counts['fine']:>8,} {counts['refused']:>8,} {faults:>8,}"
            each = 1000 * self.seconds[name] / counts.total()
            lines.append(f"{name:<24} {numbers} {self.megabytes[name]:>6,.0f} {each:>6,.1f}")
        for (verdict, place), same in self.sorted():
            lines.append(f"{len(same):>6,} x {verdict}: {place}: {same[0][1].text} ({first(same)})")
        return lines


def first(same: list[tuple[str, Outcome]]) -> str:
    """The name of the first kept input of a fault."""
    name, outcome = same[0]
    return f"{name}.{args.seed}.{outcome.number}"


def keep(folder: Path, target: Target, inputs: list, outcome: Outcome) -> None:
    """Write a faulty input: its bytes, or for people how it looks, since it can be made again from seed and number."""
    folder.mkdir(parents=True, exist_ok=True)
    _, value = input_of(target, inputs, args.seed, outcome.number)
    name = f"{target.name}.{args.seed}.{outcome.number}"
    if isinstance(value, bytes):
        (folder / f"{name}.bin").write_bytes(value)
    else:
        (folder / f"{name}.txt").write_text(f"{value!r:.100000}\n", errors="replace")


def replay(path: Path, targets: dict[str, Target]) -> None:
    """Run a kept input as it is, so that a traceback shows and a debugger may be put in."""
    name, seed, number, suffix = path.name.rsplit(".", 3)
    with tempfile.TemporaryDirectory() as folder:
        inputs = targets[name].inputs(below(folder, "inputs"))
        value = path.read_bytes() if suffix == "bin" else input_of(targets[name], inputs, int(seed), int(number))[1]
        print(targets[name].call(value, below(folder, "call")))


def below(folder: str | Path, name: str) -> Path:
    (path := Path(folder, name)).mkdir()
    return path


def chosen(targets: dict[str, Target]) -> dict[str, Target]:
    wanted = tuple(filter(None, args.targets.split(",")))
    found = {name: target for name, target in targets.items() if not wanted or name.startswith(wanted)}
    if not found:
        parser.error(f"no target begins with {args.targets!r}; --list names all")
    return found


def shares(targets: dict[str, Target]) -> list[tuple[Target, range]]:
    """The numbers of each target, in parts of a worker's size, the targets in turn."""
    total = sum(target.share for target in targets.values())
    parts = []
    for target in targets.values():
        n = round(args.inputs * target.share / total)
        parts += [(start, target, range(start, min(start + OF_A_WORKER, n))) for start in range(0, n, OF_A_WORKER)]
    return [(target, numbers) for _, target, numbers in sorted(parts, key=lambda part: part[0])]


def run(targets: dict[str, Target], counts: Counts, folder: Path) -> None:
    """All inputs, some processes at a time. Sound inputs are called here first: kernels are then compiled for all."""
    inputs = {}
    for target in tqdm(targets.values(), "Sound inputs", disable=None):
        inputs[target.name] = list(target.inputs(below(folder, f"{target.name}-inputs")))
        for i, value in enumerate(inputs[target.name]):
            target.call(value, below(folder, f"{target.name}-{i}"))
    waiting, workers = shares(targets)[::-1], []
    with tqdm(desc="Inputs", total=sum(len(numbers) for _, numbers in waiting), disable=None) as bar:
        try:
            while waiting or workers:
                while waiting and len(workers) < args.jobs:
                    target, numbers = waiting.pop()
                    own = inputs[target.name]
                    workers.append(Worker(target, own, args.seed, numbers, args.seconds, folder))
                for worker in ready(workers, WAITING * args.seconds + 10):
                    outcome = worker.next()
                    died = outcome is not None and outcome.verdict in ("crash", "hang")
                    if outcome is not None:
                        counts.add(worker.target, list(worker.inputs), outcome)
                        bar.update()
                        bar.set_postfix(faults=counts.n_faults, refresh=False)
                    if outcome is None or died:
                        workers.remove(worker)
                        worker.close()
                        if len(worker.rest()):
                            waiting.append((worker.target, worker.rest()))
        finally:
            for worker in workers:
                worker.close()


def main() -> int:
    tqdm.monitor_interval = 0  # no thread beside those that fork
    targets = all_targets()
    if args.list:
        print("\n".join(targets))
        return 0
    if args.replay:
        replay(Path(args.replay), targets)
        return 0
    counts, began, code = Counts(Path(args.faults)), time.monotonic(), 0
    folder = Path(tempfile.mkdtemp(prefix="instahash-fuzz-"))
    try:
        run(chosen(targets), counts, folder)
    except KeyboardInterrupt:
        code = 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures = {"seconds": time.monotonic() - began, **counts.figures()}
    report(args, figures, counts.table())
    print(json.dumps(figures["faults"]), f"in {figures['inputs']:,} inputs, seed {args.seed}")
    return code or (1 if counts.n_faults else 0)


if __name__ == "__main__":
    sys.exit(main())
