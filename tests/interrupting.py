"""Calls that fail, or are interrupted, at any moment: an error is raised as one of their own calls begins."""

import sys
from contextlib import contextmanager
from pathlib import Path

import instahash

PACKAGE = str(Path(instahash.__file__).parent)


class Raised(Exception):
    """An error that nothing catches."""


@contextmanager
def _profiled(on_call):
    def profile(frame, event, arg):
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            on_call()

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(before)


def calls_of(work):
    """How many functions of instahash are called in this thread by work()."""
    n = 0

    def count():
        nonlocal n
        n += 1

    with _profiled(count):
        work()
    return n


def interrupted(work, k, error=Raised):
    """work(), in which `error` is raised as the k-th of these calls, 0 the first, begins; whether it came out."""
    left = k

    def fail():
        nonlocal left
        left -= 1
        if left == -1:
            raise error

    try:
        with _profiled(fail):
            work()
    except error:
        return True
    return False
