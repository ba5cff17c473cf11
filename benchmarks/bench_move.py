"""The page that moves: frames a second while it plays, and how soon it follows a word that is moved.

    python benchmarks/bench_move.py --json result.json

A headless Chromium stamps each frame that it draws while the page plays (requestAnimationFrame); the server is the
command itself, with a small model, in a process of its own.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import arguments, parse, report

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--seconds", type=float, default=10.0, help="for which each scene plays")
args = parse(parser)

import numpy as np

from instahash import InstaHash
from instahash.data.small import small_posts
from instahash.explore import moving
from instahash.parameters import assign
from instahash.pipeline import settings_of

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
STAMPS = """new Promise((done) => {
  const stamps = [];
  const stamp = (now) => (stamps.push(now) && now - stamps[0] < %d ? requestAnimationFrame(stamp) : done(stamps));
  requestAnimationFrame(stamp);
})"""
SCENES = {"pair": 3, "ten": 10, "forty": 40}


def frames(page, section, seconds):
    """Frames a second, the longest wait for one, and the share of those that came a frame late, while it plays."""
    play = f"#{section} [data-do=play]"
    page.click(play)
    time.sleep(0.5)
    waits = np.diff(page.js(STAMPS % (1000 * seconds)))
    page.click(play)
    return {
        "frames_a_second": float(1000 * len(waits) / waits.sum()),
        "longest_ms": float(waits.max()),
        "late_share": float((waits > 25).mean()),
    }


def moved(page, times=30):
    """Milliseconds from an arrow key on a word to the next steps from where it then is."""
    waits = []
    page.js("document.querySelector('.point').focus()")
    for _ in range(times):
        page.js("performance.clearResourceTimings()")
        page.press("ArrowRight")
        page.wait("performance.getEntriesByType('resource').length")
        waits.append(page.js("performance.getEntriesByType('resource')[0].duration"))
    return waits


def in_a_browser(address):
    from browser import Browser, program

    if program() is None:
        return {}
    figures = {}
    with Browser() as browser:
        page = browser.page(address + "/move")
        page.wait("document.body.dataset.ready")
        for name, n_words in SCENES.items():
            page.js(f"document.querySelector('[name=scene][value={name}]').click()")
            page.wait(f"document.querySelectorAll('.point.input').length === {n_words}")
            figures |= {f"{name}_{key}": value for key, value in frames(page, "learn-words", args.seconds).items()}
        figures |= {f"units_{key}": value for key, value in frames(page, "learn-units", args.seconds).items()}
        figures["moved_to_answer_ms"] = statistics.median(moved(page))
        figures["errors_in_console"] = len(page.errors)
    return figures


def in_python():
    """Milliseconds of 120 steps, without HTTP."""
    works = {name: lambda name=name: moving.move_words(name, [], [], 0, 0.1, 1, 0.75, 120) for name in SCENES}
    works["units"] = lambda: moving.move_units([], [], [], [], 3, 0, 0.2, 120)
    figures = {}
    for name, work in works.items():
        seconds = []
        for _ in range(20):
            began = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - began)
        figures[f"{name}_120_steps_ms"] = 1000 * statistics.median(seconds)
    return figures


figures = in_python()
with tempfile.TemporaryDirectory() as folder:
    changes = ["autorec.n_hidden=24", "autorec.init=spectral", "autorec.epochs=1", "word2vec.dim=12"]
    InstaHash(assign(settings_of("paper"), changes)).fit(list(small_posts(400))).save(folder)
    command = [sys.executable, str(ROOT / "bin" / "instahash-explore"), "--port", "0", "--model-dir", folder]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        figures |= in_a_browser(server.stdout.readline().split()[1])
    finally:
        server.terminate()
        server.wait()
report(args, figures)
