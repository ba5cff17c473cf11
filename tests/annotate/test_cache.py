"""Labels on disk: what is kept, who may ask, and what other processes and their ends do to it."""

import contextlib
import hashlib
import json
import os
import random
import signal
import sqlite3
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from instahash.annotate import cache as module
from instahash.annotate.cache import Cache, default_cache, digest
from instahash.data import Label
from instahash.errors import AnnotatorError, printable

DOG = (Label("dog", 0.9), Label("golden retriever", 0.5))
LABELS = st.lists(st.builds(Label, st.text(max_size=30), st.floats(0, 1)), max_size=8).map(tuple)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.sqlite"


def put_all(cache, labels):
    for image, found in labels.items():
        cache.put(image, found)


def killed(process):
    process.send_signal(signal.SIGKILL)
    process.communicate()


def check_refused(path, error):
    """One line that names the file and says what to do."""
    text = str(error.value)
    assert "\n" not in text and f"'{printable(str(path))}'" in text and "--cache" in text


# -------------------------------------------------------------------------------------------------------- what is kept


def test_labels_outlast_a_loss_of_power_once_their_claims_are_given_up(path):
    """The log is synced by the statement that ends a batch, whatever was written to it before."""
    done = []
    with Cache(path, "settings") as cache:
        cache.claim(["1"])
        with cache.statements() as execute:
            execute.__self__.set_trace_callback(done.append)
        cache.put("1", DOG)
        cache.release(["1"])
        cache.put("2", DOG)
    synced = done.index("PRAGMA synchronous=FULL")
    assert "labels" in done[synced - 1] and done[-2] == "PRAGMA synchronous=NORMAL"
    assert done[synced + 1] == "BEGIN IMMEDIATE" and "DELETE FROM claims" in done[synced + 2]


@given(st.dictionaries(st.binary(max_size=4).map(digest), LABELS, max_size=5))
@example({digest(b"1"): (Label("'; DROP TABLE labels; --", 1.0), Label('"', 0.0), Label("👩‍👩‍👧 \0\n\\", 0.1))})
@example({digest(b"1"): ()})
def test_labels_come_back_as_they_were_also_after_reopening(labels):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.sqlite"
        with Cache(path, "settings") as cache:
            put_all(cache, labels)
            assert cache.get(list(labels)) == labels
        with Cache(str(path), "settings") as cache:
            found = cache.get([*labels, digest(b"not there")])
        assert found == labels
        for kept in found.values():
            assert type(kept) is tuple and all(type(label) is Label for label in kept)


def test_images_without_labels_are_not_there(path):
    with Cache(path, "settings") as cache:
        assert cache.get(["a"]) == {} and cache.get([]) == {}
        put_all(cache, {"a": DOG, "b": ()})
        assert cache.get(["c", "b", "a", "a"]) == {"a": DOG, "b": ()}
        assert cache.get(["c"]) == {}


def test_the_last_labels_of_an_image_count(path):
    with Cache(path, "settings") as cache:
        put_all(cache, {"a": DOG, "b": DOG})
        cache.put("a", DOG[1:])
        assert cache.get(["a", "b"]) == {"a": DOG[1:], "b": DOG}


def test_labels_may_come_as_any_iterable(path):
    with Cache(path, "settings") as cache:
        cache.put("a", iter(DOG))
        assert cache.get(["a"]) == {"a": DOG}


def test_settings_do_not_see_each_other(path):
    with Cache(path, "labels") as labels, Cache(path, "objects") as objects:
        labels.put("a", DOG)
        assert objects.get(["a"]) == {}
        assert objects.claim(["a"]) == ["a"]
        assert labels.claim(["b"]) == ["b"] and objects.claim(["b"]) == ["b"]
        objects.put("a", ())
        objects.release(["a", "b"])
        assert labels.get(["a"]) == {"a": DOG} and objects.get(["a"]) == {"a": ()}
    with Cache(path, "labels") as again, Cache(path, "others") as others:
        assert again.get(["a"]) == {"a": DOG} and others.get(["a"]) == {}
        assert others.claim(["b"]) == ["b"]


def test_an_image_is_known_by_its_bytes():
    assert digest(b"abc") == hashlib.sha256(b"abc").hexdigest()


def test_many_images_at_once(path):
    labels = {digest(bytes([i % 256, i // 256])): (Label(str(i), 0.5),) for i in range(2000)}
    with Cache(path, "settings") as cache:
        assert cache.claim(list(labels)) == list(labels)
        put_all(cache, labels)
        assert cache.get(list(labels)) == labels
        cache.release(labels)


def test_a_put_that_fails_leaves_nothing_and_the_cache_works_on(path):
    with Cache(path, "settings") as cache:
        with pytest.raises(AnnotatorError) as error:
            cache.put("a", [Label("\ud800", 1.0)])  # is no text that UTF-8 has
        check_refused(path, error)
        assert cache.get(["a"]) == {}
        cache.put("a", DOG)
        assert cache.get(["a"]) == {"a": DOG}


def test_the_file_is_below_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_cache() == tmp_path / "xdg" / "instahash" / "labels.sqlite"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for unset in (lambda: monkeypatch.setenv("XDG_CACHE_HOME", ""), lambda: monkeypatch.delenv("XDG_CACHE_HOME")):
        unset()
        assert default_cache() == tmp_path / "home" / ".cache" / "instahash" / "labels.sqlite"
    with Cache(default_cache(), "settings") as cache:
        cache.put("a", DOG)
    assert default_cache().is_file()


def test_without_a_home_one_line_says_so(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    with pytest.raises(AnnotatorError, match="no home folder.*--cache"):
        default_cache()


# ------------------------------------------------------------------------------------------------------ unusable files


@contextlib.contextmanager
def nobody_special():
    """Without root's right to write anywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder():
    """A folder that everybody may reach, which `tmp_path` is not."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)
        for path, _, _ in os.walk(folder):
            os.chmod(path, 0o755)


def check_cannot_open(path):
    with pytest.raises(AnnotatorError) as error:
        Cache(path, "settings")
    check_refused(path, error)


def test_a_folder_that_is_missing_is_made(tmp_path):
    path = tmp_path / "a" / "b" / "labels.sqlite"
    with Cache(path, "settings") as cache:
        cache.put("a", DOG)
    assert path.is_file()


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough to be asked\n" * 40, b"\x89PNG\r\n", b"\0" * 4096]
)
def test_another_file_is_refused_and_left_alone(path, content):
    path.write_bytes(content)
    check_cannot_open(path)
    assert path.read_bytes() == content and os.listdir(path.parent) == [path.name]


def test_a_newer_version_is_refused_and_left_alone(path):
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version={module.FORMAT + 1}")
    content = path.read_bytes()
    check_cannot_open(path)
    with pytest.raises(AnnotatorError, match="newer"):
        Cache(path, "settings")
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_refused(path):
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE labels (name TEXT)")
        database.commit()
    with pytest.raises(AnnotatorError) as error, Cache(path, "settings") as cache:
        cache.get(["a"])
    check_refused(path, error)


@pytest.mark.parametrize("version", [0, module.FORMAT])
def test_a_database_of_something_else_is_left_alone(path, version):
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE bookmarks (url TEXT)")
        database.execute(f"PRAGMA user_version={version}")
        database.commit()
    content = path.read_bytes()
    check_cannot_open(path)
    assert path.read_bytes() == content


def test_a_file_that_is_cut_off_is_refused(path):
    with Cache(path, "settings") as cache:
        put_all(cache, {digest(bytes([i])): DOG for i in range(256)})
    size = path.stat().st_size
    for kept in (size // 2, 4096, 1000, 50):
        os.truncate(path, kept)
        with pytest.raises(AnnotatorError) as error, Cache(path, "settings") as cache:
            cache.get([digest(bytes([i])) for i in range(256)])
        check_refused(path, error)


def test_a_folder_or_a_file_in_the_way_is_refused(tmp_path):
    check_cannot_open(tmp_path)
    (tmp_path / "file").touch()
    check_cannot_open(tmp_path / "file" / "labels.sqlite")
    check_cannot_open("a\0b")


def test_a_folder_that_is_read_only_is_refused(open_folder):
    open_folder.chmod(0o555)
    with nobody_special():
        check_cannot_open(open_folder / "labels.sqlite")
        check_cannot_open(open_folder / "folder" / "labels.sqlite")


def test_a_file_that_is_read_only_is_refused(open_folder):
    path = open_folder / "labels.sqlite"
    with Cache(path, "settings") as cache:
        cache.put("a", DOG)
    path.chmod(0o444)
    open_folder.chmod(0o555)
    with nobody_special():
        check_cannot_open(path)
    open_folder.chmod(0o777)
    with nobody_special():
        check_cannot_open(path)


def test_a_file_that_nobody_may_read_is_refused(open_folder):
    path = open_folder / "labels.sqlite"
    Cache(path, "settings").__exit__()
    path.chmod(0)
    with nobody_special():
        check_cannot_open(path)


@pytest.mark.parametrize(
    "text", ['[["dog", 0.', "", "null", "7", "[7]", '[["dog"]]', '[["dog", 0.5, 1]]', '{"dog": 0.5}', b"\xff"]
)
def test_a_row_that_is_broken_is_an_error_which_says_so(path, text):
    with Cache(path, "settings") as cache:
        put_all(cache, {"a": DOG, "b": DOG})
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("UPDATE labels SET labels=? WHERE image='a'", (text,))
            database.commit()
        for method in (cache.get, cache.claim):
            with pytest.raises(AnnotatorError) as error:
                method(["a"])
            check_refused(path, error)
        assert cache.get(["b"]) == {"b": DOG}
        cache.put("a", DOG[:1])
        assert cache.get(["a"]) == {"a": DOG[:1]}


def test_a_cache_that_is_closed_says_so(path):
    with Cache(path, "settings") as cache:
        pass
    for call in (lambda: cache.get(["a"]), lambda: cache.claim(["a"]), lambda: cache.put("a", DOG)):
        with pytest.raises(AnnotatorError) as error:
            call()
        check_refused(path, error)


def test_what_cannot_be_opened_is_closed(path):
    files = Path("/proc/self/fd")
    if not files.is_dir():
        pytest.skip("no folder of this process's open files")
    path.write_bytes(b"no database at all" * 100)
    check_cannot_open(path)
    assert str(path) not in [os.readlink(file) for file in files.iterdir() if file.is_symlink()]


# --------------------------------------------------------------------------------------------------------------- claims


def test_a_claim_is_one_callers_until_it_is_given_up(path):
    with Cache(path, "settings") as one, Cache(path, "settings") as other:
        assert one.claim(["a", "b"]) == ["a", "b"]
        assert other.claim(["b", "c", "a"]) == ["c"]
        assert one.claim(["c"]) == []
        other.release(["a", "b"])  # are not its own
        assert other.claim(["a", "b"]) == []
        one.release(["a"])
        assert other.claim(["a", "b"]) == ["a"]
        assert one.claim(["a"]) == []


def test_claims_do_not_hide_labels_and_labels_do_not_end_claims_of_others(path):
    with Cache(path, "settings") as one, Cache(path, "settings") as other:
        one.claim(["a", "b"])
        one.put("a", DOG)
        assert other.get(["a", "b"]) == {"a": DOG}
        assert other.claim(["a", "b"]) == []


def test_what_is_answered_is_not_claimed(path):
    with Cache(path, "settings") as one, Cache(path, "settings") as other:
        assert one.claim(["a", "b", "c"]) == ["a", "b", "c"]
        put_all(one, {"a": DOG, "b": ()})
        one.release(["a", "b", "c"])
        for cache in (one, other):
            assert cache.claim(["a", "b"]) == []
        assert other.claim(["c"]) == ["c"]


def test_an_image_given_twice_is_claimed_like_one(path):
    with Cache(path, "settings") as one, Cache(path, "settings") as other:
        assert set(one.claim(["a", "a"])) == {"a"}
        assert other.claim(["a"]) == []
        one.release(["a", "a"])
        assert other.claim(["a"]) == ["a"]


def test_closing_leaves_claims_to_their_process(path):
    with Cache(path, "settings") as other:
        with Cache(path, "settings") as one:
            one.claim(["a"])
        assert other.claim(["a"]) == []


def test_a_claim_expires(path, monkeypatch):
    monkeypatch.setattr(module, "CLAIM_SECONDS", 0.3)
    with Cache(path, "settings") as one, Cache(path, "settings") as other:
        assert one.claim(["a"]) == ["a"]
        assert other.claim(["a"]) == []
        time.sleep(0.35)
        assert other.claim(["a"]) == ["a"]
        one.release(["a"])  # is not its own any more
        assert one.claim(["a"]) == []


CLAIM = """
import sys
from instahash.annotate.cache import Cache
cache = Cache(sys.argv[1], "settings")
print(*cache.claim(sys.argv[2:]), flush=True)
for line in sys.stdin:
    cache.put(line.strip(), [("dog", 0.5)])
    print("kept", flush=True)
"""


def test_the_claim_of_a_process_holds_while_it_lives_and_not_after(path, start):
    process = start(CLAIM, path, "a", "b")
    assert process.stdout.readline() == "a b\n"
    with Cache(path, "settings") as cache:
        assert cache.claim(["a", "b", "c"]) == ["c"]
        process.stdin.write("a\n")
        process.stdin.flush()
        assert process.stdout.readline() == "kept\n"
        assert cache.get(["a", "b"]) == {"a": (Label("dog", 0.5),)}
        assert cache.claim(["a", "b"]) == []
        killed(process)
        assert cache.claim(["a", "b"]) == ["b"]
    assert not start(CLAIM, path, "a", "b").communicate()[0].strip()


# ----------------------------------------------------------------------------------------------- threads and processes


def test_threads_share_one_cache(path):
    images = [str(i) for i in range(100)]
    faults = []

    def work(seed):
        draw = random.Random(seed)
        try:
            for image in draw.sample(images, len(images)):
                cache.put(image, [(image, 0.5)])
                asked = draw.sample(images, 5)
                found = cache.get([*asked, image])
                assert image in found
                assert all(found[known] == (Label(known, 0.5),) for known in found)
                assert image not in cache.claim([image, f"{seed} {image}"])
                cache.release([f"{seed} {image}"])
        except Exception as error:
            faults.append(error)

    with Cache(path, "settings") as cache:
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not faults
        assert cache.get(images) == {image: (Label(image, 0.5),) for image in images}


HAMMER = """
import json, random, sys
from instahash.annotate.cache import Cache
path, seed, n_images = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
draw, mine, labels = random.Random(seed), [], {}
left = [str(i) for i in range(n_images)]
draw.shuffle(left)
print("ready", flush=True)
sys.stdin.readline()
with Cache(path, "settings") as cache:
    while left:
        some = left[: draw.randint(1, 5)]
        labels |= cache.get(some)
        claimed = cache.claim([image for image in some if image not in labels])
        mine += claimed
        for image in claimed:
            cache.put(image, [(f"{seed} {image}", 0.5)])
        cache.release(claimed)
        labels |= cache.get(some)
        left = [image for image in left if image not in labels]
        draw.shuffle(left)
print(json.dumps([mine, labels]))
"""


def test_processes_at_once_claim_each_image_once_and_never_find_the_file_locked(path, start):
    n_images = 200
    processes = [start(HAMMER, path, seed, n_images) for seed in range(4)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:  # the file is made by all of them at once
        process.stdin.write("go\n")
        process.stdin.flush()
    claimed, answers = {}, []
    for seed, process in enumerate(processes):
        output, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
        mine, labels = json.loads(output)
        answers.append(labels)
        for image in mine:
            assert image not in claimed
            claimed[image] = seed
    assert len(claimed) == n_images
    for labels in answers:
        assert labels == {image: [[f"{seed} {image}", 0.5]] for image, seed in claimed.items()}


def test_a_writer_that_takes_its_time_is_waited_for(path):
    with Cache(path, "settings") as cache, contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        done = []

        def work():
            cache.get(["a"])
            done.append("read")
            cache.put("a", DOG)
            done.append("written")

        other.execute("BEGIN EXCLUSIVE")
        thread = threading.Thread(target=work)
        thread.start()
        time.sleep(0.3)
        assert done == ["read"]
        other.execute("COMMIT")
        thread.join(5)
        assert done == ["read", "written"] and cache.get(["a"]) == {"a": DOG}


@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_file_that_another_one_is_making_is_waited_for(path, begin):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute(begin)
        other.execute("SELECT * FROM sqlite_master").fetchall()
        ending = threading.Timer(0.2, other.execute, ["COMMIT"])
        ending.start()
        with Cache(path, "settings") as cache:
            ending.join()
            cache.put("a", DOG)
            assert cache.get(["a"]) == {"a": DOG}


def test_one_that_writes_while_a_file_is_opened_is_waited_for(path, monkeypatch):
    class Connection(sqlite3.Connection):
        def execute(self, sql, *args):
            if "journal_mode" in sql:
                other.execute("BEGIN IMMEDIATE")
                ending.start()
            return super().execute(sql, *args)

    with contextlib.closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        ending = threading.Timer(0.2, other.execute, ["COMMIT"])
        connect = sqlite3.connect
        monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: connect(*args, **kwargs, factory=Connection))
        with Cache(path, "settings") as cache:
            monkeypatch.undo()
            cache.put("a", DOG)
            ending.join()
            assert cache.get(["a"]) == {"a": DOG}


PUTS = """
import itertools, sys
from instahash.annotate.cache import Cache
cache = Cache(sys.argv[1], "settings")
for i in itertools.count():
    cache.put(str(i), [("x" * 5000, 0.5), (str(i), 0.25)])
    print(i, flush=True)
"""


def test_a_process_that_is_killed_leaves_a_sound_file_with_whole_answers(path, start):
    for run, seconds in enumerate((0.03, 0.11)):
        here = path.with_name(f"{run}.sqlite")
        process = start(PUTS, here)
        process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        reported = 1 + len(process.stdout.readlines())
        process.communicate()
        images = [str(i) for i in range(reported + 1)]
        with Cache(here, "settings") as cache:
            found = cache.get(images)
            assert len(found) in (reported, reported + 1)
            for image, labels in found.items():
                assert labels == (Label("x" * 5000, 0.5), Label(image, 0.25))
            assert all(image in found for image in images[:reported])
            cache.put("a", DOG)
        with contextlib.closing(sqlite3.connect(here)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("SELECT count(*) FROM labels").fetchone() == (len(found) + 1,)
