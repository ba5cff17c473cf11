"""Figures of real photos: planted labels give known ones, albums stay together, intervals are those of albums."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from instahash.data import Label, Post
from instahash.formats import write_posts

SECOND = 1 / np.log2(3)
ONE_OF_TWO = 1 / (1 + SECOND)  # nDCG where the first of two hashtags is found, at the first place


@pytest.fixture(scope="module")
def photos(benchmark_module):
    return benchmark_module("photos")


def write(path, items):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(item) + "\n" for item in items))


def test_lists_of_labels(photos):
    labels = [Label("Golden retriever", 0.3), Label("sky", 0.9), Label("T-shirt", 0.5), Label("t shirt", 0.4)]
    assert photos.repeated(labels) == ["sky", "tshirt", "goldenretriever"]
    assert photos.one_word(["#Sea", "sea", "❤️", "!"]) == ["sea", "❤"]
    assert photos.interleaved(["a", "b", "c"], ["c", "d"]) == ["a", "c", "b", "d"]
    assert photos.interleaved([], ["c", "d"]) == ["c", "d"]


def test_measures_worked_by_hand(photos):
    lists = [["sky", "dog"], ["dog", "sky", "sea"], [], ["x"] * 10 + ["sea"]]
    truths = [{"sky", "sea"}, {"sky"}, {"sky"}, {"sea"}]
    found = dict(zip(photos.MEASURES, photos.measured(lists, truths).T.tolist()))
    for k in (5, 10):
        own = [found[f"{name}@{k}"] for name in ("hit", "ndcg", "precision", "recall")]
        assert own == [[1, 1, 0, 0], pytest.approx([ONE_OF_TWO, SECOND, 0, 0]), [1 / k, 1 / k, 0, 0], [1 / 2, 1, 0, 0]]
    # The sixth place is one of ten alone; the ideal of a long truth is as many hits as there are places.
    found = photos.measured([[*"abcdef", "sea"], [str(i) for i in range(10)]], [{"sea"}, {str(i) for i in range(30)}])
    assert found.tolist() == [[0] * 4 + [1, pytest.approx(1 / 3), 0.1, 1], [1, 1, 1, 1 / 6, 1, 1, 1, 1 / 3]]


def test_photos_are_found_with_sources_and_albums(photos, tmp_path):
    write(tmp_path / "anna" / "posts.jsonl", [{"id": "anna/1.jpg", "hashtags": ["#Sea side", "sky"], "album": "trip"}])
    nested = [{"id": "bea/rome/1.jpg", "hashtags": ["sea"]}, {"id": "bea/oslo/1.jpg", "hashtags": ["sea"]}]
    write(tmp_path / "bea" / "posts.jsonl", [*nested, {"id": "bea/oslo/2.jpg", "hashtags": []}])
    write(tmp_path / "own" / "posts.jsonl", [{"id": "1.jpg", "hashtags": ["sea"]}])
    (tmp_path / "own" / "1.jpg").write_bytes(b"photo")
    found = photos.read_photos(tmp_path)
    albums = ["anna/trip", "bea/rome", "bea/oslo", "own/0"]
    assert [(photo.source, photo.album) for photo in found] == [(album.split("/")[0], album) for album in albums]
    assert found[0].truth == {"sea", "side", "sky"}
    assert [photo.path for photo in found] == [None, None, None, tmp_path / "own" / "1.jpg"]


def test_albums_are_runs_of_like_hashtags(photos):
    trips = (
        [["nepal", f"peak{i}"] for i in range(9)] + [["alps", f"lake{i}"] for i in range(7)] + [["city", "night"]] * 6
    )
    assert photos.runs(trips) == [0] * 9 + [1] * 7 + [2] * 6
    assert photos.runs([["sky"]] * 12) == [0] * 12


def test_folds_are_of_whole_albums_and_even(photos):
    albums = [f"album {i % 13}" for i in range(100)]
    fold = photos.folds_of(albums, 5)
    assert all(len({fold[i] for i in range(100) if albums[i] == album}) == 1 for album in albums)
    assert np.ptp(np.bincount(fold, minlength=5)) <= 8


def test_intervals_are_wider_where_photos_of_an_album_are_alike(photos):
    rng = np.random.default_rng(0)
    sources, albums = ["anna"] * 400, [f"album {i // 40}" for i in range(400)]
    alike, apart = np.repeat(rng.normal(size=10), 40), rng.normal(size=400)
    weights = photos.weights_of(sources, albums)
    widths = [high - low for _, low, high in (photos.interval(values, weights) for values in (alike, apart))]
    # A mean over m independent values of variance 1 has an interval of 2 * 1.96 / sqrt(m).
    assert widths[0] == pytest.approx(3.92 * alike.std() / np.sqrt(10), rel=0.1)
    assert widths[1] < widths[0] / 4


def test_many_sources_vary_too_and_few_do_not(photos):
    value_of = {f"source {i}": float(i) for i in range(6)}
    for n, spread in ((6, True), (4, False)):
        sources = [source for source in list(value_of)[:n] for _ in range(8)]
        albums = [f"{source}/{i % 4}" for i, source in enumerate(sources)]
        values = np.array([value_of[source] for source in sources])
        mean, low, high = photos.interval(values, photos.weights_of(sources, albums))
        assert (low < mean - 1 and high > mean + 1) if spread else low == mean == high
    assert photos.interval(np.ones(3), photos.weights_of(["anna"] * 3, ["trip"] * 3)) == [1, None, None]


def benched(photos, folder, *options):
    """The figures of bench_photos.py in two folds, for a folder of photos and their labels."""
    files = ["--photos", folder / "photos", "--labels", folder / "labels.jsonl", "--json", folder / "result.json"]
    script = Path(photos.__file__).with_name("bench_photos.py")
    command = [sys.executable, script, *files, "--folds", "2", *options]
    environment = {**os.environ, "PYTHONSAFEPATH": ""}  # the script finds what is beside it
    subprocess.run(command, check=True, capture_output=True, timeout=300, env=environment)
    return json.loads((folder / "result.json").read_text())["figures"]


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="trains twice: too long in Python")
def test_planted_labels_give_known_figures(photos, tmp_path):
    """Each photo is of the sky and of a trip that no other album has, so that what is learnt can only find the sky."""
    labels = [{"description": "sky", "score": 0.9}, {"description": "golden retriever", "score": 0.3}]
    known = []
    for source in ("anna", "bea"):
        posts = [
            {"id": f"{source}/{i}.jpg", "album": f"{i % 6}", "hashtags": ["sky", f"trip{i % 6}{source}"]}
            for i in range(30)
        ]
        posts[0]["hashtags"] = ["sky", "goldenretriever"]
        write(tmp_path / "photos" / source / "posts.jsonl", posts)
        known += [{"id": post["id"], "labels": labels} for post in posts[:-1]]
    write(tmp_path / "labels.jsonl", known)
    figures = benched(photos, tmp_path)
    assert figures["all"]["photos"] == 58 and figures["bea"]["photos"] == 29 and figures["bea"]["albums"] == 6
    assert figures["all"]["mean labels of 0.5"] == figures["all"]["with an answer about the photo"] == 1
    systems = figures["all"]["systems"]
    assert systems["labels"]["hit@10"] == [1, 1, 1]
    assert systems["labels"]["ndcg@10"][0] == pytest.approx(ONE_OF_TWO, abs=1e-5)
    both = (56 * ONE_OF_TWO + 2) / 58
    assert systems["labels_all"]["ndcg@10"][0] == pytest.approx(both, abs=1e-5)
    assert systems["popularity"]["ndcg@10"][0] == pytest.approx(ONE_OF_TWO, abs=1e-5)
    # The product is given all labels, and repeats those that authors do.
    assert systems["instahash"]["precision@10"][0] == pytest.approx(0.1 + 0.2 / 58, abs=1e-5)
    less = figures["all"]["product less"]["labels"]["precision@10"]
    assert less[0] == pytest.approx(0.2 / 58, abs=1e-5) and less[1] == 0 < less[0] < less[2]


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="trains twice: too long in Python")
def test_what_only_the_photo_shows_is_found_with_features(photos, tmp_path):
    """The first feature says which of twelve hashtags a photo has, the label says nothing of it."""
    kinds, rng = [f"kind{i}" for i in range(12)], np.random.default_rng(0)
    shown = [{"id": f"anna/{i}.jpg", "album": f"{i // 24}", "hashtags": [kinds[i % 12]]} for i in range(144)]
    write(tmp_path / "photos" / "anna" / "posts.jsonl", shown)
    features = 0.1 * rng.random((144, 12)) + 3 * np.eye(12)[np.arange(144) % 12]
    sky = (Label("sky", 0.9),)
    posts = [Post(one["id"], labels=sky, photo_features=own.astype("f2")) for one, own in zip(shown, features)]
    write_posts(tmp_path / "labels.jsonl", posts)
    systems = benched(photos, tmp_path, "--features")["all"]["systems"]
    assert systems["expert photo"]["ndcg@10"][0] > 0.95 and systems["instahash"]["ndcg@10"][0] > 0.8
    assert systems["without the photo"]["ndcg@10"][0] < 0.6
