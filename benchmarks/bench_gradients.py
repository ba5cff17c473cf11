"""Which wrong gradients do gradient checkers find, and which right ones do they call wrong?

The list is in gradients/: 60 losses with right gradients, and 120 wrong ones that people write for them, in float64 and in
float32. Each checker is asked about each; peers with the settings of `gradients.checkers.SETTINGS` that give them most
right answers over the whole list, and where a number is all they give, with the threshold that does. `--prove` has jax
differentiate each loss, and says how wrong the wrong ones are.
"""

import argparse
import importlib.util
import sys
import time
from functools import partial

from common import parse, report

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--against", help="these checkers only, separated by commas; default all that are installed")
parser.add_argument("--families", help="these modules of the list only, separated by commas")
parser.add_argument("--dtypes", default="float64,float32")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--repeat", type=int, default=3, help="timed repetitions; medians are reported")
parser.add_argument("--prove", action="store_true", help="prove the list, and stop")
parser.add_argument("--verbose", action="store_true", help="list what is missed, falsely alarmed and wrongly named")
parser.add_argument("--json", metavar="FILE", help="write the figures here too")
args = parse(parser)

import numpy as np

from gradients import problems
from gradients.checkers import CHECKERS, SETTINGS, Case, ask
from gradients.proof import off_from_jax, wrongness
from gradients.scores import Answer, best


def chosen():
    """The problems of the chosen families."""
    asked = args.families.split(",") if args.families else None
    return [problem for family, own in problems().items() if asked is None or family in asked for problem in own]


def installed(name):
    return name == "ours" or importlib.util.find_spec(name) is not None


def case_of(problem, wrong, dtype):
    """The right gradient's case, or that of a wrong one."""
    d, params = problem.at(dtype)
    gradient = problem.gradient if wrong is None else wrong.gradient
    sizes = {f"len({name})": len(getattr(d, name)) for name in problem.sizes}
    return Case(partial(problem.f, d), partial(gradient, d), params, sizes)


def answers(name, dtype, settings):
    """What a checker says of the whole list, and its seconds."""
    found = []
    for problem in chosen():
        for wrong in (None, *problem.wrongs):
            case = case_of(problem, wrong, dtype)
            began = time.perf_counter()
            verdict = ask(name, case, settings)
            found.append(Answer(problem, wrong, verdict, time.perf_counter() - began))
    return found


def prove():
    """Print how far right gradients are from jax's, and wrong ones from right; False if one is not as it should be."""
    good = True
    for problem in chosen():
        off = off_from_jax(problem)
        good &= off < 1e-9
        print(f"{'right' if off < 1e-9 else 'NOT RIGHT':<10} {off:8.1e}  {problem.name}")
        for wrong in problem.wrongs:
            (share, roundings, _), (share32, roundings32, _) = (
                wrongness(problem, wrong, dtype) for dtype in (np.float64, np.float32)
            )
            clear = min(share, share32) > 1e-4 and min(roundings, roundings32) > 20
            good &= clear
            text = f"{share:8.1e} {roundings:8.0e} {share32:8.1e} {roundings32:8.0e}"
            print(f"  {'wrong' if clear else 'NOT CLEAR':<10} {text}  {wrong.why}")
    return good


def summary(name, dtype):
    """The figures of a checker in a dtype, with its best settings."""
    tried = [best(answers(name, dtype, settings), settings) for settings in SETTINGS[name][np.dtype(dtype)]]
    figures, listed = max(tried, key=lambda own: own[0]["right answers"])
    seconds = [figures["seconds"]]
    for _ in range(args.repeat - 1):
        seconds.append(sum(a.seconds for a in answers(name, dtype, figures["settings"])))
    return figures | {"seconds": float(np.median(seconds))}, listed


if args.prove:
    sys.exit(0 if prove() else 1)
figures, table, lists = {}, [], []
names = args.against.split(",") if args.against else list(CHECKERS)
for name in [*names]:
    if not installed(name):
        print(f"{name} is not installed and is left out")
        names.remove(name)
for dtype in args.dtypes.split(","):
    rows = {}
    for name in names:
        warm = chosen()[0]
        ask(name, case_of(warm, None, np.dtype(dtype)), SETTINGS[name][np.dtype(dtype)][0])
        rows[name], listed = summary(name, np.dtype(dtype))
        lists += [f"{dtype} {name} {line}" for line in listed]
        print(f"{dtype} {name} done", file=sys.stderr, flush=True)
    figures[dtype] = rows
    n = {key: rows[names[0]][key] for key in ("wrong", "right")}
    table.append(f"{dtype:<10} {'found of ' + str(n['wrong']):>13} {'false alarms of ' + str(n['right']):>19} "
                 f"{'cannot tell':>12} {'kind named':>11} {'seconds':>8}  settings")  # fmt: skip
    for name, row in rows.items():
        kinds = "" if row["kinds right"] is None else row["kinds right"]
        table.append(f"{name:<10} {row['found']:>13} {row['false alarms']:>19} {row['unsure']:>12} {kinds:>11} "
                     f"{row['seconds']:>8.1f}  {row['settings'] or 'defaults'}")  # fmt: skip
    peers = [name for name in rows if name != "ours"]
    if peers:
        top = max(peers, key=lambda name: rows[name]["right answers"])
        table.append(f"best peer: {top}, {rows[top]['found']} found, {rows[top]['false alarms']} false alarms")
if args.verbose:
    table += lists
report(args, figures, table)
