"""What is said of files that are no answer, of what they raise, and of what they do to the process they run in."""

import re
import signal
import subprocess
import sys
import time

import psutil
import pytest

from instahash.errors import DataError
from instahash.learn import process
from instahash.learn.checking import run
from instahash.learn.course import step_named, steps, steps_named
from instahash.learn.process import Checker
from instahash.learn.sources import read_source

STEP = steps()[0]
RIGHT = STEP.filled(STEP.solution())


def told(body):
    return "\n".join(run(STEP, STEP.filled(body)))


def line_of(body, words):
    """The number of the line of the student's file that holds the words."""
    return next(i for i, line in enumerate(STEP.filled(body).splitlines(), 1) if words in line)


@pytest.mark.parametrize(
    "body, words",
    [
        ("return nq.exp(x)", "NameError: name 'nq' is not defined\n    return nq.exp(x)"),
        ("y = 1\nreturn (y +", "SyntaxError: '(' was never closed\n    return (y +"),
        ("return 1 / int('a')", "ValueError: invalid literal for int() with base 10: 'a'"),
        ("return np.eye(2) @ np.eye(3)", "ValueError: matmul"),
        ("import nowhere_at_all", "ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("assert x is None, 'mine'", "AssertionError: mine"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def f(): return f()\nreturn f()", "RecursionError: maximum recursion depth exceeded"),
    ],
)
def test_an_error_has_kind_message_and_line_of_the_students_file(body, words):
    line = line_of(body, words.split("\n    ")[-1] if "\n    " in words else body.split("\n")[-1])
    assert f"line {line} of {STEP.file}: {words}" in told(body)
    assert "Traceback" not in told(body) and "check.py" not in told(body)


@pytest.mark.parametrize(
    "source, words",
    [
        (STEP.exercise(), "nothing to check yet: write your lines in place of the ... in line"),
        (STEP.exercise() + "\n# a thought\n", "nothing to check yet"),
        ("", "not there any more; write its line again, def sigmoid(x): or instahash-learn reset 1"),
        ("return 3\n", "line 1 of 01_sigmoid.py: SyntaxError: 'return' outside function"),
        ("x = 1\n  y = 2\n", "line 2 of 01_sigmoid.py: IndentationError: unexpected indent"),
        ("a\0b", "01_sigmoid.py"),
        ("exit()\n", "leave out exit()"),
        ("import sys\nsys.exit('no')\n", "leave out exit()"),
        (STEP.filled("pass"), "s is None: is a return missing"),
        ("def sigmoid():\n    pass\n", "sigmoid takes other arguments; write its line again, def sigmoid(x): or"),
        ("sigmoid = 3\n", "the function sigmoid is not there any more"),
        (STEP.filled("return {}['a'] if x is None else lambda: 0"), "s must be an array of real numbers"),
    ],
)
def test_what_is_no_answer_is_told_kindly(source, words):
    assert words in "\n".join(run(STEP, source))


@pytest.mark.parametrize(
    "number, body, words",
    [
        (7, "return w @ C[drawn]", ["the last axis of A must be", "here w is (2,), C is (3, 2), drawn is (3,)"]),
        (7, "return (w,\nC[drawn] * drawn)", ["from the last one on", "here w is (2,), C is (3, 2), drawn is (3,)"]),
        (3, "return 2.5 @ w, w", ["@ takes arrays; one number is multiplied with *", "here w is (2,)"]),
        (
            8,
            "np.add.at(C.copy(), drawn, C.T)",
            ["one row of values for each", "here C is (3, 2), drawn is (3,)"],
        ),
        (1, "return 1 if x > 0 else 2", ["one True or False, not one for each entry", "here x is (3,)"]),
        (13, "return B.T * B", ["the matrix product is @", "here B is (3, 4)"]),
        (
            8,
            "dC = np.zeros((3, 2))\nreturn np.add.at(dC, drawn, w)",
            ["np.add.at changes dC itself"],
        ),
        (13, "N = B.T @ B\nN = N.setdiag(0)\nreturn N", ["N is None", "N.setdiag changes N itself"]),
        (13, "N = (B.T @ B).setdiag(0)\nreturn N.tocsr()", ["'tocsr'", "setdiag changes B.T @ B itself"]),
        (10, "return s(w @ C[j])", ["each file stands alone: s is not known here"]),
        (2, "import sigmoid", ["each file stands alone: sigmoid is not known here"]),
        (2, "from 01_sigmoid import sigmoid", ["each file stands alone: 01_sigmoid is not known here"]),
    ],
)
def test_what_an_error_comes_from_is_told_in_plain_words(number, body, words):
    step = step_named(str(number))
    told = "\n".join(run(step, step.filled(body)))
    for part in words:
        assert part in told, told


def test_the_case_of_a_check_stands_before_what_is_wrong():
    assert told("return -x").startswith("for x = ") and told("return nq").startswith("for x = ")


def test_steps_are_found_by_their_names():
    for text in ("1", "01", "sigmoid", "01_sigmoid", "folder/01_sigmoid.py", r"C:\course\01_sigmoid.py"):
        assert step_named(text) == STEP
    for text in ("sig", "01_s", "the sigmoid", "1. The Sigmoid", "1. the"):
        assert step_named(text) == STEP
    for text in ("0", "99", "", "moid"):
        with pytest.raises(DataError, match="there is no step .*; give a number from 1 to"):
            step_named(text)
    with pytest.raises(DataError, match="'pair' may be 02_pair_loss or 03_pair_gradient or .*; give a number from 1"):
        step_named("pair")


def test_several_steps_are_found_by_ranges():
    numbers = [step.number for step in steps_named(["3", "2-4", "adagrad", "14"])]
    assert numbers == [3, 2, 4, 14] and steps_named(["all"]) == steps() and steps_named([]) == []
    for text in ("4-2", "0-3", "3-99"):
        with pytest.raises(DataError, match="there (is no step|are no steps)"):
            steps_named([text])


@pytest.mark.parametrize(
    "data",
    [
        RIGHT.encode(),
        b"\xef\xbb\xbf" + RIGHT.encode(),
        RIGHT.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + RIGHT.replace("\n", "\r\n").encode() + b"# \xc3\xa9",
        b"# coding: latin-1\n# \xe9\n" + RIGHT.encode("latin-1"),
        RIGHT.rstrip("\n").encode(),
    ],
)
def test_whatever_an_editor_saves_is_read(tmp_path, data):
    (tmp_path / "f.py").write_bytes(data)
    assert run(STEP, read_source(tmp_path / "f.py")) == []


@pytest.mark.parametrize(
    "data, words",
    [
        (RIGHT.encode("utf-16"), "save it as UTF-8"),
        (RIGHT.encode("utf-16-le"), "in UTF-16 perhaps; save it as UTF-8"),
        (RIGHT.encode() + b"# \xe9", "save it as UTF-8"),
        (b"# coding: martian\n", "save it as UTF-8"),
        (b" " * 1_000_001, "is it the right file"),
        (None, "is not there; instahash-learn reset f puts it back"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, data, words):
    if data is not None:
        (tmp_path / "f.py").write_bytes(data)
    with pytest.raises(DataError, match=words):
        read_source(tmp_path / "f.py")


@pytest.fixture(scope="module")
def checker():
    with Checker(seconds=1) as checker:
        yield checker


@pytest.fixture
def outcome(checker, tmp_path):
    def of(body, more=""):
        path = tmp_path / "ein Ordner é" / STEP.file
        path.parent.mkdir(exist_ok=True)
        path.write_text(STEP.filled(body) + more, encoding="utf-8")
        return checker.check(STEP, path)

    return of


def test_a_process_says_what_is_wrong_and_what_was_printed(outcome):
    assert outcome(STEP.solution()).passes
    answer = outcome("import sys\nprint('seen', len(x), 'é')\nprint('bad', file=sys.stderr)\nreturn nq")
    assert "NameError" in "\n".join(answer.lines) and answer.printed == "for x = (0, log 3, -log 3):\nseen 3 é\nbad\n"
    assert "RuntimeWarning: divide by zero" in outcome("return np.log(0 * x)").printed
    assert "EOFError" in "\n".join(outcome("return input()").lines)


def test_an_endless_loop_is_stopped_and_its_line_named(outcome):
    body = "y = 0\nwhile True:\n    print('on and on'), np.median(np.ones(99)), np.median(np.ones(99))"
    begun = time.monotonic()
    answer = outcome(body)
    assert time.monotonic() - begun < 20
    number = line_of(body, "while")
    assert answer.lines[0] in {
        f"stopped after 1 s at line {n} of {STEP.file}: does it loop without end?" for n in (number, number + 1)
    }
    assert "):\non and on\n" in answer.printed and len(answer.printed) < 10_000
    assert outcome(STEP.solution()).passes


def test_what_is_printed_is_that_of_the_first_case_or_the_wrong_one(outcome):
    right = STEP.solution()
    printed = outcome(f"print(len(x), 'numbers')\nglobal np\n{right}").printed
    assert re.fullmatch(r"for x = \(0, log 3, -log 3\), as well as \d+ other cases:\n3 numbers\n", printed)
    answer = outcome(f"print(x.size * '.')\nif len(x) != 3: return x\n{right}")
    assert not answer.passes and answer.lines[0].removesuffix(":") in answer.printed
    assert answer.printed.count("\n") == 2 and "as well as 1 other case:" in answer.printed
    assert outcome(right, "print('outside')").printed == "outside\n"


@pytest.mark.parametrize(
    "body, words",
    [
        ("return sum(range(10**13))", "stopped after 1 s"),  # no other thread of the process gets a turn
        ("import os\nos._exit(3)", "your file ended the process that checks it (exit code 3)"),
        ("import ctypes\nctypes.string_at(0)", "your file ended the process that checks it"),
    ],
)
def test_what_ends_or_blocks_the_process_is_said(outcome, body, words):
    assert words in "\n".join(outcome(body).lines)
    assert outcome(STEP.solution()).passes


def test_a_renewed_process_knows_nothing_of_the_last(checker, outcome):
    spoil = "np.where = lambda *a: 0 * x\n"
    outcome(spoil + "return x")
    assert not outcome(STEP.solution()).passes
    checker.renew()
    assert outcome(STEP.solution()).passes


def test_ctrl_c_is_left_to_the_parent(checker, outcome):
    outcome("return x")
    pid = checker._process.pid
    checker._process.send_signal(signal.SIGINT)
    assert outcome(STEP.solution()).passes and checker._process.pid == pid


@pytest.mark.parametrize("child", ["raise SystemExit(1)", "import time; time.sleep(99)"])
def test_a_process_that_does_not_start_is_an_error(monkeypatch, tmp_path, child):
    monkeypatch.setattr(process, "_CHILD", child)
    monkeypatch.setattr(process, "START", 0.5)
    with Checker() as checker, pytest.raises(DataError, match="does not start"):
        checker.check(STEP, tmp_path / STEP.file)


ORPHAN = """
import sys, time
from pathlib import Path
from instahash.learn.course import steps
from instahash.learn.process import Checker
checker = Checker(seconds=0.5)
checker.begin(steps()[0], Path(sys.argv[1]))
while not Path(sys.argv[2]).exists():
    time.sleep(0.01)
print(checker._process.pid, flush=True)
time.sleep(60)
"""


def test_a_process_whose_parent_was_killed_ends(tmp_path):
    path, begun = tmp_path / STEP.file, tmp_path / "begun"
    path.write_text(STEP.filled(f"open({str(begun)!r}, 'w')\nwhile True: pass"))
    with subprocess.Popen([sys.executable, "-c", ORPHAN, path, begun], stdout=subprocess.PIPE, text=True) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    psutil.wait_procs([child], timeout=25)
    assert not child.is_running()
