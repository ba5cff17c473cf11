"""The list of gradients: complete, its wrong ones wrong by more than rounding, its answers counted as they are."""

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "benchmarks"
DTYPES = np.float64, np.float32
# Their losses have absolute values, signs of determinants or singular values, which are no analytic functions.
ABSOLUTE = {
    *("Huber loss", "elastic net away from 0", "log-determinant", "marginal likelihood of a Gaussian process"),
    "spectral norm",
}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no checkout: there is no folder 'benchmarks'")


@pytest.fixture(scope="module")
def parts():
    """The modules of the list's folder that are not families of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(FOLDER)
        modules = {name: import_module(f"gradients.{name}") for name in ("checkers", "proof", "scores")}
        yield SimpleNamespace(problems=import_module("gradients").problems(), **modules)


@pytest.fixture(scope="module")
def every(parts):
    return [problem for own in parts.problems.values() for problem in own]


def kinds_of(wrong):
    every = wrong.kinds.values() if isinstance(wrong.kinds, dict) else [wrong.kinds]
    return {kind for kinds in every for kind in kinds}


def test_there_are_sixty_right_ones_and_twice_as_many_wrong_ones(every):
    assert len({problem.name for problem in every}) == len(every) == 60
    mistakes = [(problem.name, wrong.why) for problem in every for wrong in problem.wrongs]
    assert len(set(mistakes)) == len(mistakes) == 120


def test_kinds_are_those_of_the_page(every):
    page = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    known = {kind for row in re.findall(r"^\| (`[^|]*) \|", page, re.M) for kind in re.findall(r"`([^`]*)`", row)}
    assert {"sign", "in place", "count"} <= known
    assert {kind for problem in every for wrong in problem.wrongs for kind in kinds_of(wrong)} <= known | {"other"}


@pytest.mark.parametrize("dtype", DTYPES)
def test_all_is_computed_in_one_dtype(every, dtype):
    for problem in every:
        d, params = problem.at(dtype)
        assert np.asarray(problem.f(d, *params.values())).dtype == dtype, problem.name


@pytest.mark.parametrize("dtype", DTYPES)
def test_wrong_ones_are_wrong_by_more_than_rounding_in_the_parameters_that_are_named(parts, every, dtype):
    for problem in every:
        for wrong in problem.wrongs:
            share, roundings, names = parts.proof.wrongness(problem, wrong, dtype)
            assert share > 1e-4 and roundings > 20, (problem.name, wrong.why)
            if names and isinstance(wrong.kinds, dict):
                assert names == list(wrong.kinds), (problem.name, wrong.why)


def test_right_ones_agree_with_a_complex_step(every):
    """d f = Im f(x + i h) / h, without any rounding error, where the loss takes complex numbers."""
    proven = []
    for problem in every:
        d, params = problem.at(np.float64)
        direction = [np.random.default_rng(0).normal(size=param.shape) for param in params.values()]
        moved = [param + 1e-30j * move for param, move in zip(params.values(), direction)]
        returned = problem.gradient(d, *params.values())
        gradients = [returned] if len(params) == 1 else returned
        try:
            slope = problem.f(d, *moved).imag / 1e-30
        except TypeError:  # a function of real numbers only
            continue
        if problem.name not in ABSOLUTE:
            said = sum(float((g * move).sum()) for g, move in zip(gradients, direction))
            assert slope == pytest.approx(said, rel=1e-9), problem.name
            proven.append(problem.name)
    assert len(proven) == 48


def test_kinds_are_counted_where_nothing_false_is_said(parts, every):
    rightly = parts.scores.names_rightly
    wrong = every[0].wrongs[0]
    assert rightly(wrong, {"w": "missing term"})
    assert not rightly(wrong, {"w": "sign"}) and not rightly(wrong, {"w": None}) and not rightly(wrong, {})
    both = wrong._replace(kinds={"U": ("sign",), "V": ("other", "zero")})
    assert rightly(both, {"U": "sign", "V": None}) and rightly(both, {"U": "sign", "V": "zero"})
    assert not rightly(both, {"U": "sign", "V": "sign"}) and not rightly(both, {"U": "zero", "V": "zero"})
    assert not rightly(both, {"U": "sign"}) and not rightly(both, {"U": "sign", "V": None, "W": "sign"})
    assert rightly(wrong._replace(kinds=("in place",)), {"gradient": "in place"})
    assert rightly(both, {"random directions": "sign"}) and not rightly(both, {"random directions": "factor"})


def test_a_number_becomes_an_alarm_at_the_best_threshold(parts, every):
    wrong = every[0].wrongs[0]
    given = [(None, 1e-7), (None, 0.2), (wrong, 0.1), (wrong, 0.5), (wrong, 3.0)]
    answers = [parts.scores.Answer(every[0], w, parts.checkers.Verdict(number=x), 1.0) for w, x in given]
    figures = parts.scores.best(answers, {})
    assert figures["settings"]["threshold"] == 1e-7 and figures["seconds"] == 5
    assert (figures["found"], figures["false alarms"], figures["right answers"]) == (3, 1, 4)
    assert figures["kinds right"] is None and figures["unsure"] == 0


def test_doubts_about_right_ones_are_counted(parts, every):
    wrong, doubt = every[0].wrongs[0], parts.checkers.Verdict(unsure=True)
    figures = parts.scores.best([parts.scores.Answer(every[0], w, doubt, 0.0) for w in (None, wrong, wrong)], {})
    assert (figures["unsure"], figures["found"], figures["false alarms"]) == (1, 0, 0)


def ran(*options):
    command = [sys.executable, FOLDER / "bench_gradients.py", *options]
    environment = {**os.environ, "PYTHONSAFEPATH": ""}  # the script finds what is beside it
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def test_the_short_form_runs_and_writes_its_figures(tmp_path):
    options = ["--against", "", "--families", "regression,words", "--repeat", "1", "--json", tmp_path / "figures.json"]
    done = ran(*options)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\nours ") == 2
    figures = json.loads((tmp_path / "figures.json").read_text())["figures"]
    for dtype in ("float64", "float32"):
        row = figures[dtype]["ours"]
        assert row["wrong"] == row["found"] > 20 and row["right"] > 10 and row["false alarms"] == 0


def test_an_unknown_checker_gets_one_clear_line():
    done = ran("--against", "nobody")
    assert done.returncode == 2
    assert "no checker is called nobody; there are torch, jax, autograd, scipy" in done.stderr
