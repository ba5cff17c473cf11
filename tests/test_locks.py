"""One process at a time; none that has ended is waited for; no file system makes it impossible."""

import errno
import os
import signal
import subprocess
import sys
import threading

import pytest

from instahash import InstaHash, locks
from instahash.checkpoint import Checkpoint, sole_training, trains
from instahash.errors import ModelError
from instahash.locks import alone
from instahash.shards import fit_best, fit_paper

HOLDER = """
import sys, time
from pathlib import Path
from instahash.locks import alone
with alone(Path(sys.argv[1]), KeyError):
    print("holds", flush=True)
    time.sleep(60)
"""


class Taken(Exception):
    pass


@pytest.fixture
def holder(tmp_path):
    """A process that holds the lock, and waits."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path / "lock"], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"holds\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_another_process_is_kept_out_until_it_is_killed(tmp_path, holder):
    with pytest.raises(Taken, match=f"^{holder.pid}$"), alone(tmp_path / "lock", Taken):
        pass
    assert (tmp_path / "lock").read_text() == str(holder.pid)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / "lock").exists(), "a kill leaves the file, which locks nobody out"
    with alone(tmp_path / "lock", Taken):
        assert (tmp_path / "lock").read_text() == str(os.getpid())
    assert not (tmp_path / "lock").exists()


def test_a_block_inside_is_let_in_and_another_thread_or_a_fork_is_not(tmp_path):
    path, found = tmp_path / "lock", []

    def try_it():
        try:
            with alone(path, Taken):
                found.append("let in")
        except Taken as taken:
            found.append(str(taken))

    with alone(path, Taken):
        with alone(tmp_path / "x" / ".." / "lock", Taken):
            pass
        assert path.exists(), "the block outside still holds it"
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
        child = os.fork()
        if not child:
            try_it()
            os._exit(found[-1] == "let in")
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    thread = threading.Thread(target=try_it)
    thread.start()
    thread.join()
    assert found == [str(os.getpid()), "let in"]


@pytest.mark.parametrize("fault", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_makes_nothing_impossible(tmp_path, monkeypatch, fault):
    def no_locks(number):
        raise OSError(fault, "no locks")

    monkeypatch.setattr(locks, "_lock", no_locks)
    with alone(tmp_path / "lock", Taken):
        pass
    with alone(tmp_path / "no folder" / "lock", Taken):
        pass
    assert os.listdir(tmp_path) == []


def test_a_link_of_that_name_is_not_written_through(tmp_path):
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "lock").symlink_to("victim")
    with alone(tmp_path / "lock", Taken):
        pass
    assert (tmp_path / "victim").read_text() == "mine"


def test_who_opened_the_file_before_it_was_removed_locks_the_new_one(tmp_path, monkeypatch):
    """Or two would hold locks, on two files that had the same name."""
    path, real = tmp_path / "lock", locks._opened

    def opened(name):
        file = real(name)
        monkeypatch.setattr(locks, "_opened", real)
        path.unlink()  # as its holder does in the end
        return file

    monkeypatch.setattr(locks, "_opened", opened)
    with alone(path, Taken):
        assert path.read_text() == str(os.getpid())


def test_a_file_system_on_which_no_file_is_the_same_is_not_asked_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr("os.path.samestat", lambda a, b: False)
    with alone(tmp_path / "lock", Taken):
        pass


def test_two_trainings_keep_off_one_checkpoint(tmp_path):
    checkpoint, told = tmp_path / "new" / "checkpoint.npz", []

    @trains
    def fit(*, checkpoint=None):
        Checkpoint(checkpoint, "x").save({"a": {}})
        return "fitted"

    def other():
        try:
            fit(checkpoint=checkpoint)
        except ModelError as error:
            told.append(str(error))

    with sole_training(checkpoint):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert fit(checkpoint=checkpoint) == "fitted", "the command holds it already"
    line = f"another training (process {os.getpid()}) writes to '{checkpoint.parent}'; wait for it or choose another"
    assert told == [f"{line} directory"]
    assert os.listdir(checkpoint.parent) == [checkpoint.name]
    with sole_training(None):
        pass


@pytest.mark.parametrize("fit", [InstaHash().fit, fit_best, fit_paper], ids=["fit", "fit_best", "fit_paper"])
def test_whatever_trains_keeps_off_the_checkpoint_of_another(tmp_path, fit):
    told = []

    def other():
        try:
            fit([], checkpoint=tmp_path / "checkpoint.npz")
        except ModelError as error:
            told.append(str(error))

    with sole_training(tmp_path / "checkpoint.npz"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(told) == 1 and told[0].startswith("another training (process")
