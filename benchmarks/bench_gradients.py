"""Which wrong gradients do gradient checkers find, and which right ones do they call wrong?

The list is in gradients/: 60 losses with right gradients, and 120 wrong ones that people write for them, in float64 and
in float32. Each checker is asked about each, peers with the settings of `gradients.checkers.SETTINGS` that give them
most right answers over the whole list, and where a number is all they give, with the threshold that does. `--prove` has
jax differentiate each loss, and says how wrong the wrong ones are.
"""

import argparse
import importlib.util
import sys
import time
from functools import partial

from common import parse, report

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--against", help="these checkers beside ours, separated by commas; default all, '' for none")
parser.add_argument("--families", help="these modules of the list only, separated by commas")
parser.add_argument("--dtypes", default="float64,float32")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--repeat", type=int, default=3, help="timed repetitions; medians are reported")
parser.add_argument("--prove", action="store_true", help="prove the list, and stop")
parser.add_argument("--verbose", action="store_true", help="list what is missed, falsely alarmed and wrongly named")
parser.add_argument("--json", metavar="FILE", help="write the figures here too")
args = parse(parser)

import numpy as np
from tqdm import tqdm

from gradients import FAMILIES, problems
from gradients.checkers import CHECKERS, SETTINGS, Case, ask
from gradients.proof import off_from_jax, wrongness
from gradients.scores import Answer, best


def listed(text, known, what):
    """The names in a text; all that are known if there is none."""
    names = list(known) if text is None else [name for name in text.split(",") if name]
    if unknown := [name for name in names if name not in known]:
        parser.error(f"no {what} is called {', '.join(unknown)}; there are {', '.join(known)}")
    return names


def chosen():
    """The problems of the chosen families."""
    every = problems()
    return [problem for family in listed(args.families, FAMILIES, "family") for problem in every[family]]


def installed(name):
    if name == "ours" or importlib.util.find_spec(name) is not None:
        return True
    print(f"{name} is not installed and is left out")
    return False


def case_of(problem, wrong, dtype):
    """The right gradient's case, or that of a wrong one."""
    d, params = problem.at(dtype)
    gradient = problem.gradient if wrong is None else wrong.gradient
    sizes = {f"len({name})": len(getattr(d, name)) for name in problem.sizes}
    return Case(partial(problem.f, d), partial(gradient, d), params, sizes)


def answers(name, dtype, settings):
    """What a checker says of the whole list, and its seconds."""
    found = []
    for problem in PROBLEMS:
        for wrong in (None, *problem.wrongs):
            case = case_of(problem, wrong, dtype)
            began = time.perf_counter()
            verdict = ask(name, case, settings)
            found.append(Answer(problem, wrong, verdict, time.perf_counter() - began))
    return found


def prove():
    """Print how far right gradients are from jax's, and wrong ones from right; False if one is not as it should be."""
    good = True
    for problem in PROBLEMS:
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
    ask(name, case_of(PROBLEMS[0], None, dtype), SETTINGS[name][dtype][0])  # imports, and compiles
    tried = [best(answers(name, dtype, settings), settings) for settings in SETTINGS[name][dtype]]
    figures = max(tried, key=lambda own: own["right answers"])
    seconds = [figures["seconds"]]
    for _ in range(args.repeat - 1):
        seconds.append(sum(a.seconds for a in answers(name, dtype, figures["settings"])))
    settings = ", ".join(f"{key} {value:.3g}" for key, value in figures["settings"].items())
    return figures | {"seconds": float(np.median(seconds)), "settings": settings or "defaults"}


def lines(dtype, rows):
    """The table of a dtype: a line a checker, then the best peer."""
    n = rows["ours"]
    yield f"{dtype:<10}{'found of ' + str(n['wrong']):>14}{'alarms of ' + str(n['right']):>14}{'cannot tell':>13}" \
          f"{'kind right':>12}{'seconds':>9}  settings"  # fmt: skip
    for name, row in rows.items():
        kinds = "" if row["kinds right"] is None else row["kinds right"]
        yield f"{name:<10}{row['found']:>14}{row['false alarms']:>14}{row['unsure']:>13}{kinds:>12}" \
              f"{row['seconds']:>9.1f}  {row['settings']}"  # fmt: skip
    peers = [name for name in rows if name != "ours"]
    if peers:
        top = max(peers, key=lambda name: rows[name]["right answers"])
        yield f"best peer: {top}, {rows[top]['found']} found, {rows[top]['false alarms']} false alarms"
    for name, row in rows.items() if args.verbose else ():
        yield from (f"{name} {line}" for line in row["not right"])


PROBLEMS = chosen()
peers = listed(args.against, [name for name in CHECKERS if name != "ours"], "checker")
if args.prove:
    sys.exit(0 if prove() else 1)
names = ["ours", *filter(installed, peers)]
figures = {}
for dtype in listed(args.dtypes, ("float64", "float32"), "dtype"):
    figures[dtype] = {name: summary(name, np.dtype(dtype)) for name in tqdm(names, dtype, disable=None)}
report(args, figures, [line for dtype, rows in figures.items() for line in lines(dtype, rows)])
