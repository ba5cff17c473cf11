"""The pace on a clock of its own, which a wait moves on at once."""

import heapq
import random
import threading
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.annotate import pace
from instahash.errors import AnnotatorError

NEARLY = 1e-6  # seconds; sums of floats may end just below a minute


@st.composite
def rates(draw):
    """(rate, most): any that allow four calls a minute, and those below four images a minute, one by one."""
    most = draw(st.integers(1, 16))
    lowest = 1 if most == 1 else 4 * most
    rate = draw(st.integers(lowest, 5000) | st.integers(lowest, 8 * most) | st.floats(4 * most, 5000))
    return rate, most


def starts(rate, most, callers, seconds):
    """[(time, number of images)] of what callers start within some seconds.

    callers : for each, a function without arguments that gives (images, seconds a call takes) of its next call.
    """
    now, asked = 0.0, None
    clock = SimpleNamespace(monotonic=lambda: now)

    def wait(timeout):
        nonlocal asked
        assert timeout >= 0
        asked = timeout
        return False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "time", clock)
        pacer, stopped, started = pace.Pace(rate, most), SimpleNamespace(wait=wait), []
        free = [(0.0, i) for i in range(len(callers))]  # a heap: when each caller calls next
        while free[0][0] < seconds:
            now, i = free[0]
            n_images, lasting = callers[i]()
            asked = 0.0
            pacer.wait(n_images, stopped)
            started.append((now + asked, n_images))
            heapq.heapreplace(free, (now + asked + lasting, i))
    return started


def most_in_a_minute(started):
    started = sorted(started)
    most = within = first = 0
    for time, n_images in started:
        within += n_images
        while started[first][0] <= time - 60 + NEARLY:
            within -= started[first][1]
            first += 1
        most = max(most, within)
    return most


@given(rates(), st.integers(1, 6), st.sampled_from([0.0, 0.3, 5.0, 61.0]), st.integers(0, 2**32))
def test_no_minute_has_more_images_than_the_rate(rate_and_most, n_callers, longest, seed):
    rate, most = rate_and_most
    draw = random.Random(seed)
    callers = [lambda: (draw.randint(1, most), draw.uniform(0, longest))] * n_callers
    started = starts(rate, most, callers, 200)
    assert most_in_a_minute(started) <= rate


@given(rates(), st.integers(1, 6))
def test_full_calls_without_a_break_keep_to_the_rate_too(rate_and_most, n_callers):
    rate, most = rate_and_most
    assert most_in_a_minute(starts(rate, most, [lambda: (most, 0.0)] * n_callers, 200)) <= rate


@given(rates(), st.floats(0, 200), st.integers(0, 2**32))
def test_a_break_saves_nothing_up(rate_and_most, pause, seed):
    rate, most = rate_and_most
    draw = random.Random(seed)
    calls = iter([(most, 0.0)] * 20 + [(most, pause)])
    started = starts(rate, most, [lambda: next(calls, (draw.randint(1, most), 0.0))], 300)
    assert most_in_a_minute(started) <= rate


@given(st.integers(1, 16), st.floats(1, 8), st.integers(1, 6))
def test_a_caller_may_be_late_once_in_a_minute(most, times, n_callers):
    rate = times * 4 * most
    started = starts(rate, most, [lambda: (most, 0.0)] * n_callers, 200)
    for i in range(0, len(started), max(1, len(started) // 10)):
        time, n_images = started[i]
        # It comes just as those begin that are a minute later than it would have been.
        late = started[:i] + [(time + 59, n_images)] + started[i + 1 :]
        assert most_in_a_minute(late) <= rate


@given(st.integers(1, 16), st.floats(40, 1000), st.integers(1, 6), st.booleans(), st.integers(0, 2**32))
def test_nearly_all_of_the_rate_is_used(most, times, n_callers, full, seed):
    rate, draw = times * most, random.Random(seed)
    callers = [lambda: (most if full else draw.randint(1, most), 0.0)] * n_callers
    n_images = sum(n for time, n in starts(rate, most, callers, 600) if time < 600)
    assert n_images >= 0.95 * 10 * rate


def test_the_first_call_does_not_wait():
    assert starts(4, 1, [lambda: (1, 0.0)], 0.001)[0] == (0.0, 1)


@pytest.mark.parametrize("before", [True, False])
def test_a_stop_ends_the_wait(before):
    pacer, stopped = pace.Pace(1, 1), threading.Event()
    pacer.wait(1, stopped)
    if before:
        stopped.set()
    else:
        threading.Timer(0.05, stopped.set).start()
    with pytest.raises(AnnotatorError, match="stopped"):
        pacer.wait(1, stopped)


def test_who_has_been_stopped_does_not_start_even_without_a_wait():
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(AnnotatorError, match="stopped"):
        pace.Pace(1000, 16).wait(16, stopped)


def test_a_stop_ends_the_waits_of_all():
    pacer, stopped = pace.Pace(1, 1), threading.Event()
    pacer.wait(1, stopped)
    waiting = []

    def wait():
        try:
            pacer.wait(1, stopped)
        except AnnotatorError:
            waiting.append("stopped")

    threads = [threading.Thread(target=wait) for _ in range(4)]
    for thread in threads:
        thread.start()
    stopped.set()
    for thread in threads:
        thread.join(5)
    assert waiting == ["stopped"] * 4


def test_threads_share_the_rate(monkeypatch):
    """Each image takes its place in the queue once, whichever thread asks."""
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: 0.0))
    pacer, waits = pace.Pace(60, 1), []

    def wait(timeout):
        waits.append(timeout)
        return False

    def work():
        for _ in range(500):
            pacer.wait(1, SimpleNamespace(wait=wait))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == pytest.approx([i * 60 / 58 for i in range(2000)])
