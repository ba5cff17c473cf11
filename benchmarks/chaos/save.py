"""Saves that are killed, interrupted, refused by the disk and robbed of power: the old file is there, or the new one.

    python benchmarks/chaos/save.py --json result.json
    python benchmarks/chaos/save.py --kills 100 --files model.npz --skip calls

calls      SIGKILL, SIGINT, ENOSPC and EIO at every system call of a save, by strace
kills      writers, one, two and four at a time, killed at random moments by SIGKILL, Ctrl-C and two Ctrl-C, while the
           file is read; and processes that write to the cache of labels and to the judgements
full       a disk that is full after so many bytes, for every so many
power      lost power: every disk that there may be after each step of a save

After each, the file is a whole version that may be there, the next save works, and nothing is left for ever. Exit 1
where that was not so: "lost" (no version, or none that may be there), "mixed" (parts of several), "left", "stuck" (the
next save fails), "traceback", "hung" (a process that was told to stop neither ends nor saves on).
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from common import parse, report

ROUNDS = ("calls", "kills", "full", "power")
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--kills", type=int, default=1000, metavar="N", help="at random moments, over all writers")
parser.add_argument("--files", default="", metavar="NAME,...", help="what is saved, as model.npz; all by default")
parser.add_argument("--skip", default="", metavar="ROUND,...", help=f"of {', '.join(ROUNDS)}")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--json", metavar="FILE", help="write the counts here too")
args = parse(parser)

from tqdm import tqdm

from chaos import kills, system_calls
from chaos.disk import lost_power
from chaos.processes import FAULTS, Findings, ignored_interrupts
from chaos.saved import SAVED

# Of ten trials of killed writers, those with so many writers; the databases have a fifth of the kills besides.
WRITERS = (1, 1, 1, 1, 2, 2, 2, 4, 4, 4)
# Bytes from one full disk to the next; small files in smaller steps.
STEPS = 25


def main() -> int:
    skipped, names = args.skip.split(","), args.files.split(",")
    chosen = [saved for saved in SAVED if not args.files or saved.name in names]
    rng, findings, seconds = random.Random(args.seed), Findings(), {}
    with tempfile.TemporaryDirectory(prefix="instahash-chaos-") as base:
        folder, log = Path(base, "folder"), Path(base, "log")
        for name in ROUNDS:
            if name in skipped:
                continue
            if name == "calls" and not system_calls.available():
                print(f"save.py: no strace, so no signals at system calls; {system_calls.STRACE}", file=sys.stderr)
                continue
            began = time.monotonic()
            with tqdm(desc=name, unit=" saves", disable=None) as bar, ignored_interrupts():
                {"calls": at_calls, "kills": at_random, "full": full, "power": power}[name](
                    chosen, folder, log, rng, findings, bar.update
                )
            seconds[name] = time.monotonic() - began
    for line in findings.lines:
        print(line)
    faults = {kind: findings.faults[kind] for kind in FAULTS}
    report(args, {**findings.done, "faults": faults, "seconds": seconds})
    return 1 if findings.faults else 0


def at_calls(chosen, folder, log, rng, findings, tick):
    for saved in chosen:
        for how in ("SIGKILL", "SIGINT", *system_calls.ERRORS):
            system_calls.at_every_call(saved, folder, log, how, True, findings, tick)


def at_random(chosen, folder, log, rng, findings, tick):
    for trial in range(args.kills):
        saved, n = chosen[trial % len(chosen)], WRITERS[trial // len(chosen) % len(WRITERS)]
        kills.writers_killed(saved, folder, n, rng, trial, findings)
        tick()
    for trial in range(args.kills // 10):
        for name in kills.DATABASES:
            kills.database_killed(name, folder, rng, trial, findings)
            tick()


def full(chosen, folder, log, rng, findings, tick):
    for saved in chosen:
        saved_size = size(saved, folder)
        kills.full_disk(saved, folder, max(saved_size // STEPS, 1), findings, tick)


def size(saved, folder):
    """Bytes of a saved file."""
    folder.mkdir(exist_ok=True)
    saved.save(folder, 0)
    return (folder / saved.name).stat().st_size


def power(chosen, folder, log, rng, findings, tick):
    for saved in chosen:
        for old in (True, False):
            lost_power(saved, folder, old, findings)
            tick()


if __name__ == "__main__":
    sys.exit(main())
