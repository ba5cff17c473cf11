"""Calls that fail, or are interrupted, at any moment: an error is raised as one of their own calls begins."""

import sys
from contextlib import contextmanager
from pathlib import Path

import instahash

PACKAGE = str(Path(instahash.__file__).parent)


class Raised(Exception):
    """An error that nothing catches."""


@contextmanager
def profiled(profile):
    """A block of which `profile` is told each call and return, as `sys.setprofile` has it."""
    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(before)


def begins(frame):
    """Whether a call is one of those at which an error can be raised as a signal raises it.

    Before Python 3.11 a generator that goes on is called before its `try` is entered again, which no signal sees.
    """
    return sys.version_info >= (3, 11) or frame.f_lasti < 0


def _on_call(react):
    def profile(frame, event, _):
        if event == "call" and begins(frame) and frame.f_code.co_filename.startswith(PACKAGE):
            react()

    return profiled(profile)


def calls_of(work):
    """How many functions of instahash are called in this thread by work()."""
    n = 0

    def count():
        nonlocal n
        n += 1

    with _on_call(count):
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
        with _on_call(fail):
            work()
    except error:
        return True
    return False
