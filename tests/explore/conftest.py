"""Small models of both modes, the command as a process on a free port, and a browser."""

import contextlib
import os
import signal
import struct
import subprocess
import sys
import zlib
from dataclasses import replace

import pytest

from instahash import InstaHash
from instahash.data import Vocabulary
from instahash.data.small import small_posts
from instahash.explore.explain import Explainer
from instahash.explore.systems import model_name
from instahash.parameters import assign
from instahash.pipeline import settings_of

# A shell that starts tests in the background has them ignore interruptions.
START = """import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from instahash.cli.explore import main
sys.exit(main())"""
PLAIN = os.environ.get("NUMBA_DISABLE_JIT", "0") != "0"
QUICK = {
    "best": ["softmax.n_hidden=32", "softmax.epochs=6", "softmax.batch_size=64", "softmax.learning_rate=0.01"]
    + ["completion.n_hidden=24", "completion.epochs=6", "completion.batch_size=64"],
    "paper": ["autorec.n_hidden=24", "autorec.init=spectral", "autorec.epochs=1"],
}


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    """The directory of a model of each mode, by its name."""
    folder = tmp_path_factory.mktemp("models")
    for mode, changes in QUICK.items():
        settings = assign(settings_of(mode), ["word2vec.dim=12", *changes])
        InstaHash(settings).fit(list(small_posts(400))).save(folder / mode)
    return {mode: folder / mode for mode in QUICK}


@pytest.fixture(scope="session")
def models(folders):
    """The models in these directories."""
    return {mode: InstaHash.load(folder) for mode, folder in folders.items()}


@pytest.fixture
def explain(models):
    """explain(...) -> the hashtags for labels, as the page writes them."""
    explainer = Explainer(models["best"])
    return lambda *args, **options: [f"#{h['spelled']}" for h in explainer.explain(*args, **options)["hashtags"]]


@pytest.fixture(scope="session")
def names(folders, models):
    """What each model is called before any test, with digits of its checksum."""
    return {mode: model_name(folder, models[mode]) for mode, folder in folders.items()}


@contextlib.contextmanager
def started(*args, before="", **environment):
    """The address of a running instahash-explore, which must end without having complained.

    before : code that its process runs first.  environment : its variables besides ours.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", before + START, "--port", "0", *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        first = process.stdout.readline()
        assert first.startswith("instahash-explore: http://127.0.0.1:"), (first, process.stderr.read())
        yield first.split()[1]
    finally:
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=20)
    assert process.returncode == 0 and complaints.endswith("instahash-explore: ended\n"), complaints
    assert "interrupted" not in complaints and "Traceback" not in complaints, complaints


@pytest.fixture(scope="session")
def start():
    """start(*args) as a context manager: the address of a server of its own."""
    needs_web()
    return started


@pytest.fixture(scope="session")
def run_report():
    """run_report(file): what --report-judgements prints."""

    def run(file):
        command = [sys.executable, "-c", START, "--report-judgements", str(file)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    return run


# Files with such words are refused; here they are read, to see that the pages would not run them either.
UNCHECKED = """
from instahash.data import vocabulary
vocabulary.KINDS = dict.fromkeys(range(0x110000), "L")
"""
HOSTILE = [
    "<img src=x onerror=document.title='owned'>",
    "</script><script>document.title='owned'</script>",
    "\"><svg onload=document.title='owned'>",
    "javascript:document.title='owned'",
    "a\u202egnp.exe",
    "{{7*7}}${7*7}",
    "x" * 300,
    "__proto__",
]


@pytest.fixture(scope="session")
def hostile(folders, tmp_path_factory):
    """(directory, names, code that lets it be loaded) of a model whose most used hashtags are scripts.

    Every other one is the word, or its spelling.
    """
    model = InstaHash.load(folders["best"])
    vocabulary = model.vocabulary
    words, spellings = list(vocabulary.words), dict(vocabulary.spellings)
    for i, (name, id) in enumerate(zip(HOSTILE, vocabulary.hashtag_ids.tolist())):
        if i % 2:
            words[id] = name
        else:
            spellings[words[id]] = name
    scripts = Vocabulary(words, vocabulary.counts, vocabulary.hashtag_counts, spellings)
    model.learnt = replace(model.learnt, vocabulary=scripts)
    folder = tmp_path_factory.mktemp("hostile") / "model"
    model.save(folder)
    return folder, HOSTILE, UNCHECKED


@pytest.fixture(scope="module")
def served(folders, names):
    """The address of a server of the model of mode "best"."""
    needs_web()
    with started("--model-dir", folders["best"]) as address:
        yield address


# An annotator that reads labels from what stands behind the picture, and takes its time for some.
READER = """
import time
from instahash.data import Label
from instahash.errors import ImageError
from instahash.explore import photos

class Reader:
    name, key, price, spent, batch_size, n_workers = "reader", "reader 1", 0.0, 0.0, 1, 1

    def prepare(self, content):
        text = content.rpartition(b"\\xaeB`\\x82")[2].decode()
        if text == "broken":
            raise ImageError("the file is cut off; copy it again")
        return text.split(",")

    def label(self, images, stopped=None):
        for i, labels in enumerate(images):
            time.sleep(0.4 * ("slow:0.1" in labels))
            yield i, tuple(Label(name, float(score)) for name, score in (label.split(":") for label in labels))

photos.choose_annotator = lambda name, **options: Reader()
"""


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def picture(labels):
    """A PNG of 40 x 30 pixels with labels behind it."""
    header = struct.pack(">IIBBBBB", 40, 30, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes(range(0, 240, 6))) * 30)
    parts = [chunk(*part) for part in ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + labels.encode()


@pytest.fixture
def photo(tmp_path):
    """photo(name, labels) -> the path of a photo."""

    def write(name, labels):
        (tmp_path / name).write_bytes(picture(labels))
        return tmp_path / name

    return write


@pytest.fixture(scope="session")
def site(start, folders):
    """The address of a server of the model of mode "best" with that annotator."""
    with start("--model-dir", folders["best"], before=READER) as address:
        yield address


def needs_web():
    for package in ("fastapi", "jinja2", "uvicorn", "httpx"):
        pytest.importorskip(package, reason=f"{package} is not installed: `python3 -m pip install -e '.[test]'`")
    if PLAIN:
        pytest.skip("has no kernel of its own: run once, compiled")


SETTLED = "document.body.dataset.asked === document.body.dataset.shown"


@pytest.fixture
def opened(browser):
    """opened(address, ...) -> a Page, whose `settle` waits until what is asked is what is shown, steps and all.

    folded : whether how it came about is left folded.  At the end none may have complained, or asked anyone else.
    """
    pages = []

    def open_page(address, folded=False, **options):
        page = browser.page(address, **options)
        page.home = "/".join(address.split("/")[:3])
        page.settle = lambda: page.wait(SETTLED)
        pages.append(page)
        if "/rate" in address or "/move" in address:
            page.wait("document.body.dataset.ready")
        elif not any(path in address for path in ("/judge", "/docs")):
            page.wait("document.body.dataset.ready")
            page.settle()
            if not folded:
                page.click("#how summary")
                page.wait("document.querySelector('#description').textContent")
                page.js("document.activeElement.blur()")
        elif not any(path in address for path in ("/report", "/docs")):
            page.wait("document.body.dataset.pair")
        return page

    yield open_page
    for page in pages:
        assert page.errors == []
        assert all(url.startswith((page.home, "blob:")) for url in page.requests), page.requests
