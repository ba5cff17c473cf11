"""Two worker processes of Dask: the same bits as without them, whoever dies meanwhile; errors of one line."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from weakref import WeakSet

import numpy as np
import pytest

from instahash import BestSettings, InstaHash, PaperSettings
from instahash.data import DataSettings, Vocabulary
from instahash.errors import DataError
from instahash.parameters import assign
from instahash.shards import Shards, encoding_of, fit_best, fit_paper
from instahash.shards.cluster import SETTINGS as cluster_settings
from instahash.shards.cluster import _uninterrupted
from instahash.shards.counts import count_pairs, grams, ridge_columns
from instahash.shards.reading import Encoding

from .conftest import made_posts

pytest.importorskip("distributed", reason="dask.distributed is not installed")
dask = pytest.importorskip("dask")
POSTS = made_posts(150, seed=14)
SMALL = "data.max_hashtags=9 word2vec.dim=4 autorec.n_hidden=6 ratings.n_expand=3 word2vec.vectors=sum".split()
SMALL_BEST = (
    "data.max_hashtags=9 word2vec.dim=4 softmax.n_hidden=6 softmax.epochs=3 completion.n_hidden=6 completion.epochs=2"
    " fusion.held_out=0.3"
).split()
ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))  # which workers take over, and find the functions of this module by
N = 7
MARKED = WeakSet()


def process(shard, seconds=0.0):
    time.sleep(seconds)
    return os.getpid()


def half(shard):
    time.sleep(0.1)
    return np.random.default_rng(len(shard.name) + ord(shard.name[-10])).random(5)


def drawn(shard, state, factor):
    """Not the same in another order."""
    array, n = state
    time.sleep(0.05)
    return factor * array + half(shard)[:3], n + 1


def marked(shard, encoding):
    """Who works, and whether the vocabulary is one that it had before."""
    before = encoding.vocabulary in MARKED
    MARKED.add(encoding.vocabulary)
    time.sleep(0.05)
    return os.getpid(), before


def dies_of_it(shard):
    if "3.jsonl" in shard.name:
        os.kill(os.getpid(), signal.SIGKILL)
    return 1


@pytest.fixture(scope="module")
def pattern(tmp_path_factory):
    from instahash.formats import write_posts

    folder = tmp_path_factory.mktemp("shards")
    for i in range(N):
        write_posts(folder / f"{i}.jsonl.gz", POSTS[i::N])
    return f"{folder}/*.jsonl.gz"


@pytest.fixture(scope="module")
def cluster(pattern):
    with Shards(pattern, "local:2") as shards:
        yield shards


@pytest.fixture(scope="module")
def here(pattern):
    with Shards(pattern) as shards:
        yield shards


def arrays_of(model, folder):
    model.save(folder)
    return dict(np.load(folder / "model.npz", allow_pickle=False))


def assert_same_bits(a, b):
    assert a.keys() == b.keys()
    for name in a.keys() - {"header.json"}:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def test_neighbours_have_one_process_each_time(cluster):
    first = [*cluster.map(process, 0.05)]
    assert len(set(first)) == 2 and os.getpid() not in first
    assert first == sorted(first, key=first.index) and [*cluster.map(process, 0.05)] == first


def test_a_vocabulary_is_sent_to_each_worker_once_in_its_life(pattern):
    first = Encoding(Vocabulary(["sea"], [1], [1]), 0.5)
    other = replace(first, min_score=0.7)
    at_once = {"distributed.scheduler.active-memory-manager.interval": "20ms"}  # of Dask, which drops second copies
    with dask.config.set(at_once), Shards(pattern, "local:2") as shards:
        workers = {worker for worker, _ in shards.map(marked, first)}
        assert {*shards.map(marked, other)} == {(worker, True) for worker in workers}
        for worker in children_of(os.getpid()):
            os.kill(worker, signal.SIGKILL)
        found = [*shards.map(marked, first)]
        later = {worker for worker, _ in found}
        assert workers.isdisjoint(later) and [before for _, before in found].count(False) == len(later)


def test_sums_have_the_same_bits_with_and_without_a_cluster(cluster, here):
    np.testing.assert_array_equal(cluster.sum(half), here.sum(half))
    own = [encoding_of(shards, DataSettings(9))[0] for shards in (cluster, here)]
    assert own[0].vocabulary.words == own[1].vocabulary.words
    counts, columns = [], []
    for shards, encoding in zip((cluster, here), own):
        counts.append(shards.sum(count_pairs, encoding))
        columns.append(ridge_columns(counts[-1]))
    sums = [shards.sum(grams, *given) for shards, *given in zip((cluster, here), own, columns)]
    for a, b in (*zip(*counts), *zip(*sums)):
        assert (a != b).sum() == 0


def test_a_worker_killed_at_random_moments_costs_time_alone(pattern, here, tmp_path):
    settings, rng, killed = assign(PaperSettings(), SMALL), random.Random(0), []
    expected = arrays_of(fit_paper(here, settings), tmp_path / "here")
    ended = threading.Event()

    def kill_now_and_then():
        while not ended.wait(rng.uniform(0.3, 1.2)) and len(killed) < 5:
            alive = children_of(os.getpid())
            if alive:
                killed.append(rng.choice(alive))
                os.kill(killed[-1], signal.SIGKILL)

    with Shards(pattern, "local:2") as shards:
        killer = threading.Thread(target=kill_now_and_then)
        killer.start()
        try:
            models = [fit_paper(shards, settings)]
            while len(killed) < 5:
                models.append(fit_paper(shards, settings))
        finally:
            ended.set()
            killer.join()
    for i, model in enumerate(models):
        assert_same_bits(arrays_of(model, tmp_path / f"killed{i}"), expected)


def children_of(parent):
    """Worker processes: children that Dask's nannies made."""
    import psutil

    found = []
    for child in psutil.Process(parent).children(recursive=True):
        with suppress(psutil.Error):  # one that is ending
            found += [child.pid] * ("spawn_main" in " ".join(child.cmdline()))
    return found


def test_that_workers_die_of_a_shard_is_said(pattern, monkeypatch):
    monkeypatch.setitem(cluster_settings, "distributed.scheduler.allowed-failures", 1)
    with Shards(pattern, "local:2") as shards, pytest.raises(DataError, match="at '.*/[0-6].jsonl.gz' or one near it"):
        shards.sum(dies_of_it)


def test_who_does_not_answer_is_said(pattern, monkeypatch):
    monkeypatch.setattr("instahash.shards.cluster.TIMEOUT", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        with pytest.raises(DataError, match=f"the cluster '{address}' does not answer"):
            Shards(pattern, address)


def train(*arguments):
    command = [sys.executable, str(ROOT / "bin" / "instahash-train"), "--mode", "paper", *arguments]
    settings = [word for setting in SMALL for word in ("--set", setting)]
    return subprocess.run(command + settings, capture_output=True, text=True, timeout=300)


def test_the_command_trains_on_a_scheduler_and_in_processes(pattern, tmp_path, here):
    """Of its own, and of the same machine; then one shard is broken."""
    from distributed import LocalCluster

    expected = arrays_of(fit_paper(here, assign(PaperSettings(), SMALL)), tmp_path / "here")
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        for name, address in (("own", "local:2"), ("other", cluster.scheduler_address)):
            done = train("--data", pattern, "--cluster", address, "--model-dir", str(tmp_path / name))
            assert done.returncode == 0, done.stderr
            assert "From 7 shards" in done.stdout and "shards/s" not in done.stderr
            found = dict(np.load(tmp_path / name / "model.npz", allow_pickle=False))
            assert_same_bits(found, expected)
        answer = InstaHash.load(tmp_path / "own").recommend(["sea", "sky"])
        assert answer.hashtags
        broken = Path(pattern).parent.parent / "broken"
        broken.mkdir()
        for path in Path(pattern).parent.iterdir():
            (broken / path.name).write_bytes(path.read_bytes())
        (broken / "5.jsonl.gz").write_text('{"id": "1", "hashtags": ["sea"]}\n' + "no JSON\n" * 9)
        for address in ("", cluster.scheduler_address):
            done = train(
                "--data", f"{broken}/*", "--model-dir", str(tmp_path / "b"), *(["--cluster", address] * bool(address))
            )
            assert done.returncode == 2
            (line,) = done.stderr.splitlines()
            assert f"{broken}/5.jsonl.gz' line 2: is not JSON" in line


def test_mode_best_has_the_same_bits_whoever_dies(pattern, tmp_path):
    """Networks are visited in as many chains as there were workers when it began, also while some are dead."""
    settings, killed, ended = assign(BestSettings(), SMALL_BEST), [], threading.Event()
    with Shards(pattern, "local:2") as shards:
        expected = arrays_of(fit_best(shards, settings), tmp_path / "whole")

    def kill():
        rng = random.Random(1)
        while not ended.wait(rng.uniform(0.5, 1.5)) and len(killed) < 3:
            if alive := children_of(os.getpid()):
                killed.append(rng.choice(alive))
                os.kill(killed[-1], signal.SIGKILL)

    with Shards(pattern, "local:2") as shards:
        [*shards.map(process)]
        killer = threading.Thread(target=kill)
        killer.start()
        try:
            found = arrays_of(fit_best(shards, settings), tmp_path / "killed")
        finally:
            ended.set()
            killer.join()
    assert killed
    assert_same_bits(found, expected)


def test_chains_have_the_same_bits_with_and_without_a_cluster(cluster, here):
    start, weights = (np.zeros(3), 0), [len(name) for name in here.names]
    found = [shards.average(drawn, start, weights, 2.0, n_chains=3) for shards in (cluster, here)]
    np.testing.assert_array_equal(found[0][0], found[1][0])
    assert found[0][1] == found[1][1]


def test_the_command_trains_mode_best_from_shards(pattern, tmp_path):
    small = ["--set", "softmax.epochs=1", "--set", "completion.epochs=1", "--set", "softmax.n_hidden=4"]
    command = [sys.executable, str(ROOT / "bin" / "instahash-train"), "--data", pattern, *small]
    for name, more in (("here", []), ("cluster", ["--cluster", "local:2"])):
        done = subprocess.run([*command, *more, "--model-dir", str(tmp_path / name)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "From 7 shards; networks visit them in " in done.stdout and "Model saved" in done.stdout
        assert InstaHash.load(tmp_path / name).recommend(["sea", "sky"]).hashtags
    done = subprocess.run([*command, "--photos", str(tmp_path), "--cluster", "local:2"], capture_output=True, text=True)
    assert done.returncode == 2 and "annotate photos before" in done.stderr
    done = subprocess.run([*command[:2], "--cluster", "local:2"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2 and "--cluster works on shards of posts; name them, as in" in done.stderr


@pytest.mark.parametrize("moment", ["From", "softmax"])
def test_ctrl_c_is_one_line(pattern, tmp_path, moment):
    """At a terminal all processes of the command hear it, when they have begun and while they work."""
    command = [
        sys.executable,
        str(ROOT / "bin" / "instahash-train"),
        "--verbose",
        "--data",
        pattern,
        "--cluster",
        "local:2",
    ]
    process = subprocess.Popen(
        [*command, "--verbose", "--model-dir", str(tmp_path / "model"), "--set", "softmax.epochs=2000"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    while not process.stdout.readline().startswith(moment):
        assert process.poll() is None
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130 and "Traceback" not in said
    assert said.strip().count("\n") == 0 and "interrupted; what is trained so far is kept" in said, said


def test_a_cluster_of_no_process_is_refused(pattern):
    for address in ("local:0", "local:-1", "local:x"):
        with pytest.raises(DataError, match=f"'{address}' must have a number of processes, 1 or more; try local:4"):
            Shards(pattern, address)


def test_an_interruption_while_processes_begin_is_answered_when_they_have():
    """A process that begins meanwhile never sees it."""
    child = "import os, signal; os.kill(os.getpid(), signal.SIGINT); print('goes on')"
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever the tests were started with
    try:
        with pytest.raises(KeyboardInterrupt), _uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            said = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True)
        assert signal.getsignal(signal.SIGINT) == signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert said.stdout == "goes on\n" and signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
