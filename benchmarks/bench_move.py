"""The page that moves: frames a second while it plays, and how soon it follows a word that is moved.

    python benchmarks/bench_move.py --json result.json

A headless Chromium stamps each frame that it draws while the page plays (requestAnimationFrame); the server is the
command itself, with a small model, in a process of its own.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import arguments, parse, report

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--seconds", type=float, default=5.0, help="for which each scene plays, --repeat times")
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
    """While it plays: frames a second, the share of those that came a frame late, and what they cost the page's thread.

    The last is time of a processor, drawing without a graphics card among it; the others tell of other work too.
    """
    play = f"#{section} [data-do=play]"
    page.click(play)
    time.sleep(0.5)
    before = thread_seconds(page)
    waits = np.diff(page.js(STAMPS % (1000 * seconds)))
    took = thread_seconds(page) - before
    page.click(play)
    return 1000 * len(waits) / waits.sum(), (waits > 25).mean(), 1000 * took / len(waits)


def thread_seconds(page):
    metrics = page.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "ThreadTime")


def medians(page, name, section):
    runs = [frames(page, section, args.seconds) for _ in range(args.repeat)]
    names = "frames_a_second", "late_share", "processor_ms_a_frame"
    return {f"{name}_{key}": float(np.median(values)) for key, values in zip(names, zip(*runs))}


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
        page.send("Performance.enable")
        for name, n_words in SCENES.items():
            page.js(f"document.querySelector('[name=scene][value={name}]').click()")
            page.wait(f"document.querySelectorAll('.point.input').length === {n_words}")
            figures |= medians(page, name, "learn-words")
        figures |= medians(page, "units", "learn-units")
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
figures["load_average"] = round(os.getloadavg()[0], 2)
report(args, figures)
