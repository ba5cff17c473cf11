"""From photos to labels: order, faults, what is asked and kept, and the ends a run can come to.

Most tests have an annotator of their own that sees a photo's text; processes ask a local Google Cloud Vision.
"""

import collections
import contextlib
import itertools
import json
import os
import signal
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.annotate import Annotation, Cache, Photo, annotate
from instahash.annotate import photos as photos_module
from instahash.annotate import stream as stream_module
from instahash.annotate.cache import digest
from instahash.data import Label, Post
from instahash.errors import AnnotatorError, ImageError


def seen(content):
    return (Label(content.decode(), 0.9), Label("text", 0.5))


class Annotator:
    """Sees the text of a photo, unless it begins with "broken" (it cannot be decoded) or "refused".

    work : function of (number of the call, images, stopped) that a call does before its answer.
    """

    name, key = "test", "test"

    def __init__(self, batch_size=2, n_workers=2, work=lambda number, images, stopped: None):
        self.batch_size, self.n_workers, self._work = batch_size, n_workers, work
        self.asked, self.answered = [], []  # the images of each call
        self.n_running = self.most_running = 0
        self._lock = threading.Lock()

    def prepare(self, content):
        if content.startswith(b"broken"):
            raise ImageError("it is cut off")
        return content

    def label(self, images, stopped):
        with self._lock:
            number = len(self.asked)
            self.asked.append(list(images))
            self.n_running += 1
            self.most_running = max(self.most_running, self.n_running)
        try:
            self._work(number, images, stopped)
            with self._lock:
                self.answered.append(list(images))
            for i, image in reversed(list(enumerate(images))):
                yield i, ImageError("no thanks") if image.startswith(b"refused") else seen(image)
        finally:
            with self._lock:
                self.n_running -= 1


def texts(n_photos, start=0):
    """Photos in memory that are all different."""
    return [(f"photo {i}", b"text %d" % i) for i in range(start, start + n_photos)]


def ahead(batch_size, n_workers):
    """How many photos may be under way."""
    return stream_module.LOOK_AHEAD * batch_size * n_workers


def flat(calls):
    return [image for call in calls for image in call]


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


def check_error(annotation):
    """One line that names the photo."""
    assert annotation.labels == () and not annotation.cached
    assert repr(annotation.id) in annotation.error and "\n" not in annotation.error


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.sqlite"


@pytest.fixture
def cache(path):
    with Cache(path, Annotator.key) as opened:
        yield opened


def kept(path, images):
    """Those contents whose labels another one finds in the cache."""
    with Cache(path, Annotator.key) as other:
        found = other.get([digest(image) for image in images])
    for image in images:
        assert found.get(digest(image), seen(image)) == seen(image)
    return [image for image in images if digest(image) in found]


# ----------------------------------------------------------------------------------------------------------- any photos

KINDS = ["good", "good", "good", "cached", "missing", "empty", "broken", "refused"]
PHOTOS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 12), st.booleans()), max_size=40)


@given(PHOTOS, st.integers(1, 7), st.integers(1, 4), st.lists(st.sampled_from([0, 0.001, 0.005])), st.booleans())
def test_each_photo_gets_its_own_in_order_whatever_the_order_of_answers(drawn, batch_size, n_workers, delays, remember):
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as closing:
        cache = closing.enter_context(Cache(Path(folder) / "labels.sqlite", Annotator.key)) if remember else None
        sources, contents = [], []
        for i, (kind, number, as_file) in enumerate(drawn):
            content = None if kind == "missing" else b"" if kind == "empty" else f"{kind} {number}".encode()
            name = os.path.join(folder, str(i))
            if as_file and content is not None:
                Path(name).write_bytes(content)
            sources.append(name if as_file or content is None else (name, content))
            contents.append(content)
            if remember and kind == "cached":
                cache.put(digest(content), [Label(f"kept {number}", 0.1)])

        def work(number, images, stopped):
            time.sleep(delays[number % len(delays)] if delays else 0)

        def check(annotator, again):
            annotations = list(annotate(sources, annotator, cache))
            assert [annotation.id for annotation in annotations] == [
                os.path.join(folder, str(i)) for i in range(len(drawn))
            ]
            for annotation, content, (kind, number, _) in zip(annotations, contents, drawn, strict=True):
                if kind == "good" or kind == "cached" and not remember:
                    assert (annotation.labels, annotation.error) == (seen(content), None)
                    assert annotation.cached or not again
                elif kind == "cached":
                    assert annotation == Annotation(annotation.id, (Label(f"kept {number}", 0.1),), None, True)
                else:
                    check_error(annotation)
            assert all(1 <= len(call) <= batch_size for call in annotator.asked)
            assert annotator.most_running <= n_workers and annotator.n_running == 0
            asked = collections.Counter(flat(annotator.asked))
            assert all(image.split()[0] in (b"good", b"cached", b"refused") for image in asked)
            if remember:
                assert not any(image.startswith(b"cached") for image in asked)
                good = {content for content in contents if content and content.startswith(b"good")}
                assert {image: n for image, n in asked.items() if image.startswith(b"good")} == dict.fromkeys(
                    () if again else good, 1
                )
                wanted = {digest(content): seen(content) for content in good}
                images = [digest(content) for content in contents if content and not content.startswith(b"cached")]
                assert cache.get(images) == wanted
            assert {content for content in contents if content and content.startswith(b"refused")} <= set(asked)

        check(Annotator(batch_size, n_workers, work), False)
        if remember:
            check(Annotator(batch_size, n_workers, work), True)


def test_nothing_is_asked_for_no_photos():
    assert list(annotate([], Annotator())) == []


def test_sources_of_every_kind(tmp_path):
    for name in ("b.jpg", "a.png", "notes.txt", "single"):
        (tmp_path / name).write_bytes(name.encode())
    single = tmp_path / "single"
    sources = [str(single), tmp_path, b"content", ("name", b"named"), Photo("photo", b"photo"), single]
    annotations = list(annotate(iter(sources), Annotator()))
    assert [(annotation.id, annotation.labels[0].description) for annotation in annotations] == [
        (str(single), "single"),
        (str(tmp_path / "a.png"), "a.png"),
        (str(tmp_path / "b.jpg"), "b.jpg"),
        ("photo 3", "content"),
        ("name", "named"),
        ("photo", "photo"),
        (str(single), "single"),
    ]
    assert list(annotate(str(single), Annotator())) == [annotations[0]]
    assert annotations[4].post() == Post("name", labels=seen(b"named"))


@pytest.mark.parametrize("batch_size, n_workers", [(1, 1), (4, 3), (16, 1)])
def test_calls_are_full_but_the_last(batch_size, n_workers):
    n_photos = ahead(batch_size, n_workers) + 101
    annotator = Annotator(batch_size, n_workers, lambda number, images, stopped: time.sleep(0.001 * (number % 3)))
    assert len(list(annotate(iter(texts(n_photos)), annotator))) == n_photos
    sizes = sorted(map(len, annotator.asked), reverse=True)
    assert sizes == [batch_size] * (n_photos // batch_size) + [n_photos % batch_size] * (n_photos % batch_size > 0)


@pytest.mark.parametrize("n_workers", [1, 2, 5])
def test_as_many_calls_as_wanted_are_under_way_at_once(n_workers):
    together = threading.Barrier(n_workers)
    annotator = Annotator(2, n_workers, lambda number, images, stopped: together.wait(10))
    assert len(list(annotate(texts(6 * n_workers), annotator))) == 6 * n_workers
    assert annotator.most_running == n_workers


# --------------------------------------------------------------------------------------------------------- bad photos


@pytest.mark.parametrize("with_cache", [True, False])
def test_bad_photos_spoil_nothing(tmp_path, cache, with_cache):
    missing, empty = tmp_path / "missing.jpg", tmp_path / "empty.jpg"
    empty.touch()
    (tmp_path / "folder").mkdir()
    bad = [missing, empty, ("name", b""), ("two\nlines", b"broken"), ("it's", b"refused"), str(tmp_path / "folder")]
    sources = [source for pair in zip(texts(len(bad)), bad, strict=True) for source in pair]
    annotations = list(annotate(sources, Annotator(4), cache if with_cache else None))
    assert annotations[::2] == [Annotation(name, seen(content)) for name, content in texts(len(bad))]
    for annotation in annotations[1::2]:
        check_error(annotation)
    names = [annotation.id for annotation in annotations[1::2]]
    assert names == [str(missing), str(empty), "name", "two\nlines", "it's", str(tmp_path / "folder")]
    assert "cut off" in annotations[7].error and "no thanks" in annotations[9].error


def test_equal_bad_photos_are_each_named(cache):
    for content in (b"broken", b"refused"):
        annotations = list(annotate([("one", content), ("other", content)], Annotator(), cache))
        assert [annotation.id for annotation in annotations] == ["one", "other"]
        for annotation in annotations:
            check_error(annotation)


def test_only_bad_photos_ask_for_nothing(cache):
    annotator = Annotator()
    assert all(
        annotation.error for annotation in annotate([b"broken 1", b"broken 2", b"", b"broken 3"], annotator, cache)
    )
    assert annotator.asked == []


def test_errors_are_not_kept_and_tried_again(cache):
    class Better(Annotator):
        def prepare(self, content):
            return b"was " + content

    sources = [b"broken", b"refused", b"good"]
    assert [bool(annotation.error) for annotation in annotate(sources, Annotator(), cache)] == [True, True, False]
    annotations = list(annotate(sources, Better(), cache))
    assert [annotation.labels for annotation in annotations] == [
        seen(b"was broken"),
        seen(b"was refused"),
        seen(b"good"),
    ]
    assert [annotation.cached for annotation in annotations] == [False, False, True]


@pytest.mark.parametrize("change", [lambda path: path.write_bytes(b"new"), lambda path: path.unlink()])
def test_a_file_that_changes_meanwhile_is_an_error_and_not_kept(tmp_path, path, cache, change):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"old")

    def sources():
        yield photo
        change(photo)  # it has been read once; its batch is not full yet
        yield "other", b"other"

    annotator = Annotator(2)
    changed, other = annotate(sources(), annotator, cache)
    check_error(changed)
    assert changed.id == str(photo) and other == Annotation("other", seen(b"other"))
    assert annotator.asked == [[b"other"]]
    assert kept(path, [b"old", b"new", b"other"]) == [b"other"]


# ------------------------------------------------------------------------------------------------------------ the cache


def test_equal_photos_are_asked_for_once(cache):
    sources = [(f"{i}", b"text %d" % (i * i % 7)) for i in range(60)]
    annotator = Annotator(3, 3, lambda number, images, stopped: time.sleep(0.002))
    annotations = list(annotate(sources, annotator, cache))
    assert [annotation.labels for annotation in annotations] == [seen(content) for _, content in sources]
    assert sorted(flat(annotator.asked)) == sorted({content for _, content in sources})


def test_equal_photos_under_way_are_asked_for_once_without_a_cache_too():
    annotator = Annotator(4, 1)
    assert len(list(annotate([b"a", b"b", b"a", b"a", b"b", b"c", b"d"], annotator))) == 7
    assert sorted(flat(annotator.asked)) == [b"a", b"b", b"c", b"d"]


def test_what_is_in_the_cache_is_not_asked_for(cache):
    list(annotate(texts(10), Annotator(), cache))
    annotator = Annotator()
    annotations = list(annotate(texts(10) + texts(10, 50), annotator, cache))
    assert [annotation.cached for annotation in annotations] == [True] * 10 + [False] * 10
    assert [annotation.labels for annotation in annotations] == [seen(text) for _, text in texts(10) + texts(10, 50)]
    assert sorted(flat(annotator.asked)) == sorted(text for _, text in texts(10, 50))


def test_other_settings_ask_again(path, cache):
    list(annotate(texts(3), Annotator(), cache))
    annotator = Annotator()
    with Cache(path, "other settings") as other:
        assert not any(annotation.cached for annotation in annotate(texts(3), annotator, other))
    assert len(flat(annotator.asked)) == 3


def test_labels_are_in_the_cache_when_they_come(path, cache):
    annotator = Annotator(3, 3, lambda number, images, stopped: time.sleep(0.003 * (5 - number % 5)))
    for annotation, (_, content) in zip(annotate(texts(30), annotator, cache), texts(30), strict=True):
        assert annotation.labels == seen(content) and kept(path, [content])


def test_what_another_one_is_at_is_waited_for_and_not_asked(path, cache):
    answer = (Label("by another one", 0.5),)
    annotator = Annotator(3, 2)
    with Cache(path, Annotator.key) as other, ThreadPoolExecutor(1) as thread:
        assert len(other.claim([digest(b"text 1"), digest(b"text 4")])) == 2
        running = thread.submit(lambda: list(annotate(texts(6), annotator, cache)))
        wait_until(lambda: len(flat(annotator.answered)) == 4)
        time.sleep(0.25)
        assert not running.done()
        other.put(digest(b"text 1"), answer)
        other.release([digest(b"text 1"), digest(b"text 4")])  # the latter without an answer
        annotations = running.result(10)
    assert [annotation.labels for annotation in annotations] == [
        answer if i == 1 else seen(text) for i, (_, text) in enumerate(texts(6))
    ]
    assert sorted(flat(annotator.asked)) == [b"text 0", b"text 2", b"text 3", b"text 4", b"text 5"]


def test_streams_of_one_cache_ask_for_each_photo_once(cache):
    together = threading.Barrier(2)
    annotators = [Annotator(2, 2, lambda number, images, stopped: time.sleep(0.01)) for _ in range(2)]

    def run(annotator):
        together.wait(10)
        return list(annotate(texts(20), annotator, cache))

    with ThreadPoolExecutor(2) as threads:
        for annotations in threads.map(run, annotators):
            assert [annotation.labels for annotation in annotations] == [seen(text) for _, text in texts(20)]
    asked = flat(annotators[0].asked + annotators[1].asked)
    assert sorted(asked) == sorted(text for _, text in texts(20))


def test_the_wait_for_another_one_ends_with_the_stream(path, cache):
    with Cache(path, Annotator.key) as other:
        other.claim([digest(b"text 2")])
        stream = annotate(texts(4), Annotator(2, 2), cache)
        next(stream)
        rescue = threading.Timer(5, other.release, [[digest(b"text 2")]])
        rescue.start()
        before = time.monotonic()
        stream.close()
        rescue.cancel()
        assert time.monotonic() - before < 2
        assert cache.claim([digest(b"text 2")]) == []


# ------------------------------------------------------------------------------------------------------------ streaming


def plural(sources, drawn):
    for source in sources:
        drawn.append(source)
        yield source


def test_an_endless_source_is_taken_from_as_far_as_needed():
    drawn = []
    endless = plural(((f"{i}", b"text %d" % i) for i in itertools.count()), drawn)
    stream = annotate(endless, Annotator(4, 2))
    assert [annotation.id for annotation in itertools.islice(stream, 5)] == list("01234")
    stream.close()
    assert len(drawn) <= 5 + ahead(4, 2)


def test_nothing_is_read_before_the_first_is_wanted():
    drawn, annotator = [], Annotator()
    stream = annotate(plural(texts(3), drawn), annotator)
    stream.close()
    assert not drawn and not annotator.asked


@pytest.mark.parametrize("batch_size, n_workers", [(1, 1), (4, 3), (8, 1)])
@pytest.mark.parametrize("state", ["new", "equal", "kept"])
def test_no_more_photos_are_read_than_are_under_way(cache, batch_size, n_workers, state):
    sources = [("equal", b"text")] * 300 if state == "equal" else texts(300)
    if state == "kept":
        for _, content in sources:
            cache.put(digest(content), seen(content))
    drawn, lead = [], []
    annotator = Annotator(batch_size, n_workers, lambda number, images, stopped: time.sleep(0.02 * (number % 8 == 0)))
    for i, annotation in enumerate(annotate(plural(sources, drawn), annotator, cache)):
        assert annotation.error is None
        lead.append(len(drawn) - i)
    assert max(lead) <= (1 if state == "kept" else ahead(batch_size, n_workers) + 1)


def test_an_answer_is_handed_on_as_soon_as_another_photo_comes():
    annotator, came = Annotator(1, 1), []

    def sources():
        yield "1", b"1"
        wait_until(lambda: annotator.answered)
        time.sleep(0.05)
        yield "2", b"2"
        assert [annotation.id for annotation in came] == ["1"]
        yield "3", b"3"

    for annotation in annotate(sources(), annotator):
        came.append(annotation)
    assert len(came) == 3


class Content(bytes):
    """Content of a photo that is counted while it is in memory."""

    n_alive = most_alive = 0
    lock = threading.Lock()

    def __new__(cls, content):
        with cls.lock:
            cls.n_alive += 1
            cls.most_alive = max(cls.most_alive, cls.n_alive)
        return super().__new__(cls, content)

    def __del__(self):
        with self.lock:
            type(self).n_alive -= 1


class Copying(Annotator):
    def prepare(self, content):
        return bytes(content)


@pytest.mark.parametrize("with_cache", [True, False])
def test_contents_of_photos_are_not_held(cache, with_cache, monkeypatch):
    class Counted(Content):
        pass

    monkeypatch.setattr(photos_module.Photo, "read", lambda photo: Counted(photo.id.encode()))
    sources = [(f"text {i}", b"") for i in range(200)]
    annotator = Copying(16, 2, lambda number, images, stopped: time.sleep(0.003))
    annotations = list(annotate(sources, annotator, cache if with_cache else None))
    assert [annotation.labels for annotation in annotations] == [seen(name.encode()) for name, _ in sources]
    assert Counted.most_alive <= 2 * (annotator.n_workers + 1)  # each thread may have one and read the next
    assert Counted.n_alive == 0


def test_contents_that_are_given_are_let_go_of_once_they_are_done(cache):
    class Counted(Content):
        pass

    contents = ((f"{i}", Counted(b"text %d" % i)) for i in range(300))
    assert sum(not annotation.error for annotation in annotate(contents, Copying(4, 2), cache)) == 300
    # Besides those under way there is the next, and threads that are idle keep what they did last.
    assert Counted.most_alive <= ahead(4, 2) + 1 + 2 * 4


# ----------------------------------------------------------------------------------------------------------------- ends


class Gate:
    """Work of an annotator: the first call answers once the others of its number are under way, these when let."""

    def __init__(self, n_workers):
        self.n_workers, self.open, self.n_waiting, self.stops = n_workers, threading.Event(), 0, []

    def __call__(self, number, images, stopped):
        self.stops.append(stopped)
        if number:
            self.n_waiting += 1
            assert self.open.wait(10)
        else:
            wait_until(lambda: self.n_waiting >= self.n_workers - 1)
            time.sleep(0.05)


@pytest.mark.parametrize("n_workers", [2, 4])
def test_a_stream_that_is_closed_waits_for_calls_under_way_keeps_their_answers_and_starts_no_more(
    path, cache, n_workers
):
    gate = Gate(n_workers)
    annotator = Annotator(2, n_workers, gate)
    drawn = []
    stream = annotate(plural(texts(100), drawn), annotator, cache)
    assert next(stream).labels == seen(b"text 0")
    wait_until(lambda: gate.n_waiting == n_workers)
    n_drawn, n_asked = len(drawn), len(annotator.asked)
    assert n_drawn > 2 * n_asked  # there is a call that could be started
    with ThreadPoolExecutor(1) as thread:
        closing = thread.submit(stream.close)
        wait_until(gate.stops[0].is_set)
        time.sleep(0.1)
        assert not closing.done() and annotator.n_running == n_workers
        gate.open.set()
        closing.result(10)
    assert annotator.n_running == 0 and len(annotator.asked) == n_asked and len(drawn) == n_drawn
    assert sorted(kept(path, [text for _, text in texts(100)])) == sorted(flat(annotator.asked))
    with Cache(path, Annotator.key) as other:
        left = [digest(text) for _, text in texts(100) if text not in flat(annotator.asked)]
        assert other.claim(left) == left
    with pytest.raises(StopIteration):
        next(stream)


def test_answers_are_kept_whose_turn_has_not_come(path, cache):
    """The first call takes longest, and nobody waits for what comes after it."""

    def work(number, images, stopped):
        if number == 0:
            wait_until(lambda: len(annotator.answered) >= 3)

    annotator = Annotator(2, 2, work)
    stream = annotate(texts(100), annotator, cache)
    next(stream)
    stream.close()
    answered = flat(annotator.answered)
    assert len(answered) >= 8 and sorted(kept(path, [text for _, text in texts(100)])) == sorted(answered)


@pytest.fixture
def interruptions():
    """Ctrl-C is KeyboardInterrupt here, whatever the tests were started from."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("n_workers", [1, 3])
@pytest.mark.parametrize("during", [0, 1, 4, 9])
def test_nothing_that_was_answered_is_asked_again_after_ctrl_c(path, interruptions, during, n_workers):
    def work(number, images, stopped):
        if number < n_workers:
            wait_until(lambda: annotator.most_running == n_workers and len(drawn) > 3 * n_workers)
        if number == during:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(0.02 if number >= during else 0.001)

    annotator, drawn = Annotator(3, n_workers, work), []
    with pytest.raises(KeyboardInterrupt), Cache(path, Annotator.key) as cache:
        list(annotate(plural(texts(60), drawn), annotator, cache))
    assert annotator.n_running == 0
    answered = flat(annotator.answered)
    assert sorted(flat(annotator.asked)) == sorted(answered) and len(answered) < 60
    assert sorted(kept(path, [text for _, text in texts(60)])) == sorted(answered)
    with Cache(path, Annotator.key) as cache:
        again = Annotator()
        annotations = list(annotate(texts(60), again, cache))
    assert [annotation.labels for annotation in annotations] == [seen(text) for _, text in texts(60)]
    assert sorted(flat(again.asked) + answered) == sorted(text for _, text in texts(60))


class OneByOne(Annotator):
    """Answers one image after the other; before that of "text 4", `before` is called."""

    def __init__(self, before, **settings):
        super().__init__(**settings)
        self.before = before

    def label(self, images, stopped):
        self.asked.append(list(images))
        for i, image in enumerate(images):
            if image == b"text 4":
                self.before(stopped)
            self.answered.append([image])
            yield i, seen(image)


def interrupt(all_drawn):
    """Ctrl-C in the middle of a call, which ends as Google's do."""

    def before(stopped):
        assert all_drawn.wait(10)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        assert stopped.wait(10)
        raise AnnotatorError("stopped")

    return before


def texts_and_then(call):
    yield from texts(8)
    call()


def check_the_first_four_are_kept(path, annotator):
    assert sorted(flat(annotator.answered)) == kept(path, [text for _, text in texts(8)]) == [t for _, t in texts(4)]
    with Cache(path, Annotator.key) as other:
        left = [digest(text) for _, text in texts(8)[4:]]
        assert other.claim(left) == left
        other.release(left)
        again = Annotator()
        assert [annotation.cached for annotation in annotate(texts(8), again, other)] == [True] * 4 + [False] * 4
        assert sorted(flat(again.asked)) == [text for _, text in texts(8)[4:]]


def test_a_call_that_is_interrupted_keeps_what_it_has_answered(path, interruptions):
    annotator = OneByOne(interrupt(all_drawn := threading.Event()), batch_size=8)
    with pytest.raises(KeyboardInterrupt), Cache(path, Annotator.key) as cache:
        list(annotate(texts_and_then(all_drawn.set), annotator, cache))
    check_the_first_four_are_kept(path, annotator)


def test_a_call_that_only_ends_early_once_it_is_stopped_keeps_what_it_has_answered(path, interruptions):
    class Ending(OneByOne):
        def label(self, images, stopped):
            with contextlib.suppress(AnnotatorError):
                yield from super().label(images, stopped)

    annotator = Ending(interrupt(all_drawn := threading.Event()), batch_size=8)
    with pytest.raises(KeyboardInterrupt), Cache(path, Annotator.key) as cache:
        list(annotate(texts_and_then(all_drawn.set), annotator, cache))
    assert len(annotator.asked) == 1
    check_the_first_four_are_kept(path, annotator)


def test_a_call_that_fails_half_way_keeps_what_it_has_answered(path, cache):
    def before(stopped):
        raise AnnotatorError("the service is away")

    annotator = OneByOne(before, batch_size=8)
    with pytest.raises(AnnotatorError, match="away"):
        list(annotate(texts(8), annotator, cache))
    check_the_first_four_are_kept(path, annotator)


def test_others_see_the_answers_of_a_call_before_it_ends(path, cache):
    def before(stopped):
        wait_until(lambda: len(kept(path, [text for _, text in texts(8)])) == 4)

    assert len(list(annotate(texts(8), OneByOne(before, batch_size=8), cache))) == 8


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_what_fails_in_the_loop_loses_no_answer(path, error):
    gate = Gate(2)
    annotator = Annotator(2, 2, gate)
    with pytest.raises(error), Cache(path, Annotator.key) as cache:
        for _ in annotate(texts(100), annotator, cache):
            wait_until(lambda: gate.n_waiting == 2)
            threading.Timer(0.05, gate.open.set).start()
            raise error
    assert annotator.n_running == 0 and len(annotator.asked) == 3
    assert sorted(kept(path, [text for _, text in texts(100)])) == sorted(flat(annotator.asked))


@pytest.mark.parametrize("error", [AnnotatorError("the service refuses"), ZeroDivisionError()])
@pytest.mark.parametrize("n_workers", [1, 3])
def test_an_error_of_the_annotator_comes_after_the_annotations_before_it(path, cache, error, n_workers):
    def work(number, images, stopped):
        if b"text 6" in images:
            raise error
        time.sleep(0.01)

    annotator, came = Annotator(2, n_workers, work), []
    with pytest.raises(type(error)) as caught:
        for annotation in annotate(texts(100), annotator, cache):
            came.append(annotation)
    assert caught.value is error
    assert came == [Annotation(name, seen(text)) for name, text in texts(6)]
    assert annotator.n_running == 0 and len(annotator.asked) <= 4 + n_workers + 2
    assert sorted(kept(path, [text for _, text in texts(100)])) == sorted(flat(annotator.answered))
    with Cache(path, Annotator.key) as other:
        left = [digest(text) for _, text in texts(100) if text not in flat(annotator.answered)]
        assert digest(b"text 6") in left and other.claim(left) == left


def test_after_an_error_a_new_run_goes_on(cache):
    def work(number, images, stopped):
        if number == 3:
            raise AnnotatorError("the service is away")

    with pytest.raises(AnnotatorError):
        list(annotate(texts(20), Annotator(2, 2, work), cache))
    again = Annotator(2, 2)
    assert [annotation.labels for annotation in annotate(texts(20), again, cache)] == [
        seen(text) for _, text in texts(20)
    ]
    assert b"text 0" not in flat(again.asked)


def test_an_error_of_the_cache_ends_the_stream(path):
    cache = Cache(path, Annotator.key)
    with cache:
        stream = annotate(texts(200), Annotator(), cache)
        next(stream)
    with pytest.raises(AnnotatorError, match=path.name):
        list(stream)


def test_an_error_of_the_sources_ends_the_stream_and_loses_no_answer(path, cache):
    def sources():
        yield from texts(4)
        wait_until(lambda: annotator.asked)
        raise ZeroDivisionError

    annotator = Annotator(4, 1, lambda number, images, stopped: time.sleep(0.05))
    with pytest.raises(ZeroDivisionError):
        list(annotate(sources(), annotator, cache))
    assert annotator.n_running == 0
    assert kept(path, [text for _, text in texts(4)]) == [text for _, text in texts(4)]


# ------------------------------------------------------------------------------------------------------------ processes

RUN = """
import json, signal, sys
from instahash.annotate import Cache, GoogleAnnotator, annotate
signal.signal(signal.SIGINT, signal.default_int_handler)
annotator = GoogleAnnotator(rate=1e6, n_concurrent=2)
annotator.batch_size = 4
print("ready", flush=True)
sys.stdin.readline()
with Cache(sys.argv[2], annotator.key) as cache:
    for annotation in annotate(sys.argv[1], annotator, cache):
        print(json.dumps(annotation), flush=True)
"""


@pytest.fixture
def album(pictures):
    """A folder of 60 photos."""
    return pictures("album", *(f"{number:02}.png" for number in range(60)))


@pytest.fixture
def annotating(start, vision, album, path, monkeypatch):
    """annotating() -> a process that annotates the album with the cache, once `go` is called; killed in the end."""
    monkeypatch.setenv("VISION_EMULATOR_HOST", vision.address)
    return lambda: start(RUN, album, path)


def go(*processes):
    """At the same time."""
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()


def check_all_labelled(process, fake_vision, album):
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    annotations = [json.loads(line) for line in output.splitlines()]
    assert [(name, labels, error) for name, labels, error, *_ in annotations] == [
        (str(album / f"{number:02}.png"), [list(label) for label in fake_vision.labels_of(number)[0]], None)
        for number in range(60)
    ]


def test_processes_share_the_work_and_ask_for_each_photo_once(fake_vision, vision, album, annotating):
    vision.delay = 0.1
    processes = [annotating(), annotating()]
    go(*processes)
    for process in processes:
        check_all_labelled(process, fake_vision, album)
    assert vision.answered() == vision.received() == dict.fromkeys(range(60), 1)


def test_after_a_kill_little_is_asked_again(fake_vision, vision, album, annotating):
    vision.delay = 0.3
    processes = [annotating(), annotating()]
    go(processes[0])
    wait_until(lambda: vision.calls and vision.calls[0].answered)
    time.sleep(1.3)
    killed = time.time()
    processes[0].send_signal(signal.SIGKILL)
    processes[0].communicate()
    before = [number for call in vision.calls if (call.answered or killed) < killed - 1 for number in call.labelled]
    assert 0 < len(before) < 60
    vision.delay = 0
    go(processes[1])
    check_all_labelled(processes[1], fake_vision, album)
    received = vision.received()
    assert {number: received[number] for number in before} == dict.fromkeys(before, 1)
    assert set(received) == set(range(60))


def test_after_ctrl_c_nothing_that_was_answered_is_asked_again(fake_vision, vision, album, annotating):
    vision.delay = 0.1
    vision.script(
        [("image", 14), "ok", "ok", ("image", 14)]
    )  # others of the call have been answered when it comes again
    processes = [annotating() for _ in range(3)]
    for process in processes[:2]:
        n_calls = len(vision.calls)
        go(process)
        wait_until(lambda n_calls=n_calls: len(vision.calls) >= n_calls + 3)
        process.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in process.communicate(timeout=10)[1]
    assert 6 <= len(vision.calls) < 15 and len(vision.answered()) > 4
    go(processes[2])
    check_all_labelled(processes[2], fake_vision, album)
    assert vision.answered() == dict.fromkeys(range(60), 1)
