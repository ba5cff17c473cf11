"""What is saved is the old file or the new one, whatever happens: the short form of benchmarks/chaos/save.py."""

import errno
import os
import random
import signal
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from instahash.errors import InstahashError

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
if not FOLDER.is_dir():
    pytest.skip("no checkout: there is no folder 'benchmarks' beside the tests", allow_module_level=True)
if not sys.platform.startswith("linux"):
    pytest.skip("processes are forked, and asked of /proc, as on Linux", allow_module_level=True)
sys.path.append(str(FOLDER))

from chaos import kills, system_calls
from chaos.disk import Steps, lost_power, noted
from chaos.processes import Findings, forked
from chaos.saved import SAVED

OF_ALL = pytest.mark.parametrize("saved", SAVED, ids=[saved.name for saved in SAVED])
MODEL, *_, REPORT = [saved for saved in SAVED if saved.name in ("model.npz", "report.html")]
# The code in which a Ctrl-C may come between any two lines.
OURS = ("instahash/files.py", "instahash/locks.py", "instahash/npz.py", "instahash/storage.py", "contextlib.py")


@pytest.fixture
def tmp_path(tmp_path):
    """A folder in memory, where there is one: a disk takes its time to sync."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.fixture
def findings():
    """Of which none may be a fault in the end."""
    found = Findings()
    yield found
    assert not found.faults, "\n".join(found.lines)
    assert found.done.total()


@OF_ALL
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left")], ids=["ctrl-c", "full"])
def test_a_save_that_stops_at_any_step_leaves_a_whole_file(tmp_path, saved, error, done, findings):
    """Also where the next step, with which it would tidy up, stops in the same way."""
    saved.save(tmp_path, 1)
    with noted(whole := Steps()):
        saved.save(tmp_path, 1)
    for number, more in product(range(len(whole.found)), (0, 1)):
        old, when = saved.load(tmp_path), f"{saved.name}, step {number} and {more} more"
        with noted(steps := Steps((number, number + more), error, done)):
            try:
                saved.save(tmp_path, 2)
            except (InstahashError, KeyboardInterrupt) as raised:
                assert isinstance(raised, KeyboardInterrupt) == isinstance(error, KeyboardInterrupt)
        assert len(steps.found) > number, "no step failed"
        findings.version(saved, tmp_path, {old, 2}, when)
        assert not [*tmp_path.glob(".*")] or steps.found[-1][0] == "unlink", when
        findings.goes_on(saved, tmp_path, 3, when)
        findings.done["tidying"] += steps.found[number + 1 : number + 2] == [("unlink", *steps.found[-1][1:])]
    assert findings.done["tidying"]


def interrupted(work, line):
    """Do the work, with a Ctrl-C at this line of our code, counted as they run. Whether it came so far."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        if not frame.f_code.co_filename.endswith(OURS):
            return None
        if event == "line":
            count += 1
            if count - 1 == line:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
        return False
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)


def test_ctrl_c_between_any_two_lines_leaves_a_whole_file(tmp_path, findings):
    REPORT.save(tmp_path, 1)
    line = 0
    while interrupted(lambda: REPORT.save(tmp_path, 2), line):
        findings.version(REPORT, tmp_path, {1, 2}, f"line {line}")
        assert os.listdir(tmp_path) == [REPORT.name], f"line {line}"
        findings.goes_on(REPORT, tmp_path, 1, f"line {line}")
        line += 1
        findings.done["lines"] += 1
    assert line > 30


@OF_ALL
@pytest.mark.parametrize("old", [True, False], ids=["again", "for the first time"])
def test_lost_power_leaves_a_whole_file(tmp_path, saved, old, findings):
    lost_power(saved, tmp_path / "disk", old, findings)


def test_a_full_disk_leaves_the_old_file(tmp_path, findings):
    kills.full_disk(MODEL, tmp_path / "folder", 7_000, findings, lambda: None)


@pytest.mark.parametrize("n", [1, 2, 4])
def test_writers_that_are_killed_leave_a_whole_file(tmp_path, n, findings):
    rng = random.Random(n)
    for trial in range(9):
        kills.writers_killed(MODEL, tmp_path / "folder", n, rng, trial, findings)


@pytest.mark.parametrize("name", kills.DATABASES)
def test_a_process_that_is_killed_loses_nothing_that_it_has_told(tmp_path, name, findings):
    rng = random.Random(name)
    for trial in range(3):
        kills.database_killed(name, tmp_path / "folder", rng, trial, findings)


@pytest.mark.skipif(not system_calls.available(), reason=f"no strace that may trace; {system_calls.STRACE}")
def test_signals_at_system_calls_leave_a_whole_file(tmp_path, findings):
    system_calls.at_every_call(REPORT, tmp_path / "folder", tmp_path / "log", "SIGKILL", True, findings, lambda: None)


def test_faults_are_found(tmp_path):
    """A file that is written in place, one of half of a version, and one that is gone."""

    def in_place(folder, k):
        (folder / "report.html").write_text(f"{k}\n" * 1_500 + "1\n" * 1_500)
        os.kill(os.getpid(), 9) if k == 2 else None

    broken, findings = REPORT._replace(save=in_place), Findings()
    kills.full_disk(broken, tmp_path / "folder", 2_000, findings, lambda: None)
    assert findings.faults["mixed"] and findings.faults["traceback"]
    (tmp_path / "folder" / "report.html").unlink()
    findings.version(REPORT, tmp_path / "folder", {1, 2}, "gone")
    assert findings.faults["lost"]


def test_a_process_that_hangs_is_told_from_one_that_saves_on(monkeypatch):
    """As it may where Python drops a Ctrl-C."""
    monkeypatch.setattr("chaos.processes.PATIENCE", 0.2)
    findings, counters = Findings(), kills.Counters(1)

    def save_on():
        while True:
            counters[0] += 1

    for work in (save_on, signal.pause):
        findings.stopped(forked(work), lambda: counters[0], "")
    assert findings.faults == {"hung": 1} and findings.done == {"interrupts_dropped_by_python": 1}
