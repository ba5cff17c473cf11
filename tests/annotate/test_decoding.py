"""Files of photos are opened in a process of its own: the same pictures, whatever other files do to it."""

import io
import json
import os
import signal
import struct
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

pytest.importorskip("PIL", reason="Pillow is not installed: `python3 -m pip install pillow`")
psutil = pytest.importorskip("psutil", reason="psutil is not installed: `python3 -m pip install psutil`")

from PIL import Image

from instahash.annotate import annotate
from instahash.annotate.images import jpeg, square
from instahash.decoding import pictures, process
from instahash.decoding.limits import TOO_LITTLE_MEMORY, TOO_SLOW
from instahash.errors import AnnotatorError, ImageError

OTHERS: set[psutil.Process] = set()  # processes that tests before have left, such as multiprocessing's tracker

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills processes by signals")


def encoded(picture, kind="JPEG", **how):
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def photo(number=0):
    noise = np.random.default_rng(number).integers(0, 256, (30, 40, 3), np.uint8)
    return encoded(Image.fromarray(noise).resize((400, 300)))


def slow(lines=12_000_000):
    """A BMP of runs that say no more than that a line has ended; Pillow takes a second for two million."""
    runs = b"\0\0" * lines
    info = struct.pack("<IiiHHIIiiII", 40, 5000, 5000, 1, 8, 1, len(runs), 0, 0, 256, 0)
    start = 14 + len(info) + 1024
    return b"BM" + struct.pack("<IHHI", start + len(runs), 0, 0, start) + info + bytes(1024) + runs


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def thin(width=250, height=60_000):
    """A grey PNG with transparency, too thin to be scaled down: it has 60 MB, and 60 MB more as RGB."""
    squeeze = zlib.compressobj(wbits=-15)
    row = bytes(1 + 2 * width)
    block = squeeze.compress(row * 1000) + squeeze.flush(zlib.Z_FULL_FLUSH)  # each can follow each
    check = struct.pack(">HH", len(row) * height % 65521, 1)  # Adler-32 of zeros
    pixels = b"\x78\x9c" + block * (height // 1000) + squeeze.flush() + check
    header = struct.pack(">IIBBBBB", width, height, 8, 4, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.fixture(autouse=True)
def fresh():
    """No process is left of other tests, and none of this one."""
    process._end_all()
    process._idle.clear()
    OTHERS.update(psutil.Process().children())
    yield
    process._end_all()
    process._idle.clear()


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(process, "SECONDS", 0.5)
    monkeypatch.setattr(process, "_GRACE", 0.1)


@pytest.fixture
def tight(monkeypatch):
    """Processes have 100 MB."""
    less = "\nfrom instahash.decoding import worker\nworker.MEMORY = 100 << 20\nmain()"
    monkeypatch.setattr(process, "_CHILD", process._CHILD.replace("\nmain()", less))


def children():
    return [child for child in psutil.Process().children() if child not in OTHERS]


def idle():
    """The one process that is ready."""
    (only,) = process._idle
    return only._process


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "TIFF", "WEBP"])
def test_pictures_are_those_of_pillow(kind):
    content = encoded(Image.open(io.BytesIO(photo())), kind)
    assert np.array_equal(square(content), pictures.square(content))
    assert square(content).dtype == np.uint8
    assert square(content, 30, 5).shape == (30, 30, 3)
    assert jpeg(content, 50) == pictures.jpeg(content, 50)
    assert len(children()) == 1


@pytest.mark.parametrize("content", [b"", b"hello", photo()[:3000]])
def test_what_is_no_image_is_refused_with_the_same_line(content):
    with pytest.raises(ImageError) as caught:
        pictures.square(content)
    for _ in range(2):
        with pytest.raises(ImageError, match=f"^{caught.value}$"):
            square(content)
    assert len(children()) == 1


def test_one_that_takes_too_long(hurried):
    square(photo())
    began = time.monotonic()
    with pytest.raises(ImageError, match=TOO_SLOW):
        square(slow())
    assert time.monotonic() - began < 3
    assert not children()  # not even as a zombie
    assert np.array_equal(square(photo()), pictures.square(photo()))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold a process to its memory")
def test_one_that_takes_too_much_memory(tight):
    square(photo())
    for _ in range(2):
        with pytest.raises(ImageError, match=TOO_LITTLE_MEMORY):
            square(thin())
        assert not children()
    assert np.array_equal(square(photo()), pictures.square(photo()))


def test_what_a_process_suffered_before_is_not_laid_to_the_next_photo(monkeypatch):
    answer, asked = process._Process.answer, []

    def broken(self, *job):
        asked.append(self._process.pid)
        if len(asked) == 2:
            self._process.kill()
        return TOO_LITTLE_MEMORY if len(asked) == 4 else answer(self, *job)

    monkeypatch.setattr(process._Process, "answer", broken)
    for _ in range(3):
        assert np.array_equal(square(photo()), pictures.square(photo()))
    first, second, third, fourth, fifth = asked
    assert first == second != third == fourth != fifth


def test_a_photo_that_ends_each_process_is_an_error(monkeypatch):
    answer, ended = process._Process.answer, []

    def fatal(self, *job):
        if self.is_fresh:
            self._answers.readline()
            self.is_fresh = False
        self._process.kill()
        ended.append(self._process.pid)
        return answer(self, *job)

    square(photo())
    with (
        monkeypatch.context() as patch,
        pytest.raises(ImageError, match=r"ends the process that opens it \(-9\); "),
    ):
        patch.setattr(process._Process, "answer", fatal)
        square(photo())
    assert len(set(ended)) == 2 and not children()
    assert np.array_equal(square(photo()), pictures.square(photo()))


def test_a_process_that_died_meanwhile_is_replaced():
    square(photo())
    idle().kill()
    idle().wait()
    assert np.array_equal(square(photo()), pictures.square(photo()))
    assert len(children()) == 1


def test_polite_signals_are_for_the_process_that_asks():
    square(photo())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(idle().pid, number)
    before = idle().pid
    assert os.getpgid(before) != os.getpgid(0)
    assert np.array_equal(square(photo(1)), pictures.square(photo(1)))
    assert idle().pid == before


def test_an_interrupted_answer_is_nobodys(monkeypatch):
    square(photo())

    def interrupted(text):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(process.json, "loads", interrupted)
        square(photo(1))
    assert not children()
    assert np.array_equal(square(photo(2)), pictures.square(photo(2)))


def test_threads_have_processes_of_their_own(hurried):
    expected = [pictures.square(photo(number)) for number in range(4)]
    hostile = slow()

    def late():
        with pytest.raises(ImageError, match=TOO_SLOW):
            square(hostile)

    with ThreadPoolExecutor(6) as threads:
        ended = [threads.submit(late) for _ in range(2)]
        found = list(threads.map(lambda number: square(photo(number % 4)), range(20)))
        for future in ended:
            future.result()
    assert all(np.array_equal(found[number], expected[number % 4]) for number in range(20))
    assert 1 <= len(children()) == len(process._idle) <= 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no system with fork")
def test_a_forked_process_starts_its_own():
    before, parents = square(photo()), idle().pid
    reader, writer = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            right = np.array_equal(square(photo()), before)
            os.write(writer, json.dumps([right, idle().pid == parents]).encode())
            process._end_all()
        finally:
            os._exit(0)
    assert np.array_equal(square(photo(1)), pictures.square(photo(1)))
    assert json.loads(os.read(reader, 100)) == [True, False]
    os.waitpid(pid, 0)
    assert np.array_equal(square(photo()), before)


def test_what_libraries_print_goes_nowhere(monkeypatch, capfd):
    loud = """
from instahash.decoding import pictures
pictures.jpeg = lambda content, longest: print("noise", flush=True) or print("more", file=sys.stderr) or content
main()"""
    monkeypatch.setattr(process, "_CHILD", process._CHILD.replace("\nmain()", loud))
    assert jpeg(b"content") == b"content"
    with pytest.raises(ImageError):
        square(encoded(Image.new("RGB", (300, 300)), "TIFF", compression="tiff_lzw")[:500] + bytes(2000))
    assert capfd.readouterr() == ("", "")


def test_nothing_of_the_folder_or_the_environment_is_run(monkeypatch, tmp_path):
    """This process may have been started so that it looks there for nothing."""
    for name in ("sitecustomize", "json", "PIL", "struct", "instahash"):
        (tmp_path / f"{name}.py").write_text(f"import pathlib; pathlib.Path({str(tmp_path / 'run')!r}).touch()")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend("")
    assert np.array_equal(square(photo()), pictures.square(photo()))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "program, line", [("/no/python", "cannot start the process that opens photos"), ("/bin/true", "does not start")]
)
def test_no_process_is_no_fault_of_the_photo(monkeypatch, program, line):
    monkeypatch.setattr(sys, "executable", program)
    with pytest.raises(AnnotatorError, match=line):
        square(photo())
    assert not children()


ASKS = """
import os, sys, time
from instahash.decoding import process
process.SECONDS = 1.5
content = sys.stdin.buffer.read()
process.start()
print(os.getpid(), process._idle[0]._process.pid, flush=True)
process.opened("square", [content], 224, 32)
print("done", flush=True)
while True:
    time.sleep(0.1)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("busy", [True, False])
def test_no_process_outlives_the_one_that_asks(number, busy):
    with subprocess.Popen([sys.executable, "-c", ASKS], stdin=-1, stdout=-1, stderr=subprocess.DEVNULL) as asking:
        try:
            asking.stdin.write(slow() if busy else photo())
            asking.stdin.close()
            pid, child = map(int, asking.stdout.readline().split())
            opening = psutil.Process(child)
            if busy:
                time.sleep(0.4)
            else:
                assert asking.stdout.readline() == b"done\n"
            os.kill(pid, number)
            asking.wait(20)
            opening.wait(3)
        finally:
            asking.kill()


class Annotator:
    """Sees how bright a photo is."""

    name, key, price, spent, batch_size, n_workers = "brightness", "brightness", 0.0, 0.0, 2, 2

    def prepare(self, content):
        return square(content)

    def label(self, images, stopped=None):
        from instahash.data import Label

        for i, image in enumerate(images):
            yield i, (Label(f"{image.mean():.0f}", 1.0),)


def test_the_rest_of_a_folder_goes_on(tmp_path, hurried, tight):
    for name, content in {"a": photo(1), "b": slow(), "c": photo(2), "d": thin(), "e": photo(3)}.items():
        (tmp_path / f"{name}.jpg").write_bytes(content)
    found = list(annotate(tmp_path, Annotator()))
    assert [annotation.error is None for annotation in found] == [True, False, True, False, True]
    assert found[1].error == f"'{tmp_path / 'b.jpg'}': {TOO_SLOW}"
    assert found[4].labels[0].description == f"{np.asarray(pictures.square(photo(3))).mean():.0f}"
