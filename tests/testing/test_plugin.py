"""The fixture for pytest, in a pytest of its own: what is shown of a failure, and what is loaded for it."""

import configparser
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

import instahash
from instahash.testing import points

ROOT = Path(instahash.__file__).parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": "", "PYTHONDONTWRITEBYTECODE": "1"}


def run_pytest(folder, test, *options):
    (folder / "test_it.py").write_text(f"import numpy as np\n\n{test}", encoding="utf-8")
    loaded = [] if "-p no:instahash" in " ".join(options) else ["-p", "instahash.testing.plugin"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:instahash", *loaded, *options]
    return subprocess.run([*command, "test_it.py"], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)


def test_a_failure_shows_the_line_and_the_message_alone(tmp_path):
    test = """
def test_it(assert_gradient):
    assert_gradient(lambda x: (x**3).sum(), lambda x: -3 * x**2, np.array([1.0, 2.0]), names=["x"])
"""
    answer = run_pytest(tmp_path, test)
    assert answer.returncode == 1, answer.stderr
    shown = answer.stdout.replace("\r", "")
    for line in (
        ">   assert_gradient(lambda x: (x**3).sum()",
        "E   instahash.testing.GradientError: d loss / d x[1] is 12 by differences, but the gradient says -12",
        "E     sign: it is minus the derivative",
        "test_it.py:5: GradientError",
    ):
        assert "".join(line.split()) in "".join(shown.split()), shown
    assert "comparing.py" not in shown and "messages.py" not in shown and "gradients.py" not in shown


@pytest.mark.parametrize(
    "functions", ['lambda x: x[0] ** 2, lambda x: {}["none"]', 'lambda x: {}["none"], np.ones_like']
)
def test_an_error_of_the_users_own_is_shown_where_it_is(tmp_path, functions):
    test = f"""
def test_it(assert_gradient):
    assert_gradient({functions}, np.array([1.0, 2.0]))
"""
    shown = run_pytest(tmp_path, test).stdout
    assert "KeyError: 'none'" in shown and "instahash" not in shown.replace("_instahash", "")


def test_it_passes_without_hypothesis(tmp_path):
    (tmp_path / "conftest.py").write_text("import sys\nsys.modules['hypothesis'] = None\n", encoding="utf-8")
    test = """
def test_it(assert_gradient):
    assert_gradient(lambda x: (x**3).sum(), lambda x: 3 * x**2, np.array([1.0, 2.0]))
"""
    answer = run_pytest(tmp_path, test, "-p", "no:hypothesispytest")
    assert answer.returncode == 0 and "1 passed" in answer.stdout, answer.stdout


def test_hypothesis_shows_the_smallest_case(tmp_path):
    test = """
from hypothesis import Phase, given, settings
from instahash.testing import points


@settings(derandomize=True, database=None, deadline=None, phases=[Phase.generate, Phase.shrink])
@given(point=points(("n", "m"), "m"))
def test_it(assert_gradient, point):
    def gradient(W, b):
        dW = np.outer(np.ones(len(W)), b)
        dW[1:, 1:] *= 2
        return dW, W.sum(0)

    assert_gradient(lambda W, b: (W @ b).sum(), gradient, *point, names=["W", "b"])
"""
    shown = run_pytest(tmp_path, test).stdout
    assert "d loss / d W[1, 1] is 1 by differences, but the gradient says 2" in shown, shown
    assert "W: 1 of 4 wrong" in shown and "health" not in shown.lower()


def test_pytest_starts_without_anything_heavy():
    code = "import sys; import instahash.testing.plugin; print(*({'numpy', 'scipy', 'hypothesis'} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""


@pytest.mark.skipif(not (ROOT / "setup.cfg").is_file(), reason="no checkout: there is no setup.cfg")
def test_pytest_finds_it_where_the_package_is_installed():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    assert config["options.entry_points"]["pytest11"].split() == ["instahash", "=", "instahash.testing.plugin"]


# Points


@given(point=points(("n", "m"), "m", (2, "n"), 3, sizes=st.integers(2, 3)))
def test_points_have_the_shapes_that_are_asked_for(point):
    W, b, V, c = point
    n, m = W.shape
    assert b.shape == (m,) and V.shape == (2, n) and c.shape == (3,) and {n, m} <= {2, 3}
    for array in point:
        assert array.dtype == np.float64 and (np.abs(array) >= 0.1).all() and (np.abs(array) <= 2).all()


def test_points_shrink_entry_by_entry():
    quick = settings(database=None, derandomize=True, max_examples=500)
    assert find(points("n"), lambda point: (point[0] < 0).any(), settings=quick)[0].tolist() == [-1.0]
    (x,) = find(points(3), lambda point: point[0][1] > 1.5, settings=quick)
    assert x.tolist() == [1.0, 2.0, 1.0]
