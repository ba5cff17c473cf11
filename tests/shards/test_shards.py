"""What is done with shards wherever they are: names, posts, what is kept of them, sums in one order."""

import gzip
import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.data import DataSettings, Vocabulary
from instahash.errors import DataError
from instahash.formats import Reading, write_posts
from instahash.shards import Shard, Shards, cluster, encoding_of, find
from instahash.shards.workers import add, total

from .conftest import made_posts


class Pair(NamedTuple):
    number: int
    array: np.ndarray


def name_of(shard, end=""):
    return Path(shard.name).name + end


def test_functions_get_each_shard_once_in_order_of_names(in_shards):
    with Shards(in_shards(made_posts(30), 3)) as shards:
        assert [*shards.map(name_of, "!")] == ["0.jsonl.gz!", "1.jsonl.gz!", "2.jsonl.gz!"]
        assert shards.sum(name_of) == "0.jsonl.gz1.jsonl.gz2.jsonl.gz"
        assert set(shards.sizes) == set(shards.names) and min(shards.sizes.values()) > 100


def test_sums_are_of_parts_and_change_nothing():
    a = Pair(1, np.ones(2)), Counter(x=1), sparse.csr_array(np.eye(2))
    b = Pair(2, np.full(2, 3.0)), Counter(x=2, y=1), sparse.csr_array(np.ones((2, 2)))
    (number, array), counter, matrix = add(a, b)
    assert (number, array.tolist(), counter, matrix.toarray().tolist()) == (
        3,
        [4, 4],
        Counter(x=3, y=1),
        [[2, 1], [1, 2]],
    )
    assert isinstance(add(a, b)[0], Pair)
    assert a[0].array.tolist() == [1, 1] and a[1] == Counter(x=1)


def nested(level):
    """What Dask is told to add: neighbours, until one is left."""
    while len(level) > 1:
        pairs = [f"({a}{b})" for a, b in zip(level[::2], level[1::2])]
        level = pairs + level[len(level) & ~1 :]
    return level[0]


class Written(str):
    def __add__(self, other):
        return Written(f"({str(self)}{str(other)})")


@given(st.integers(1, 40))
def test_here_the_order_of_additions_is_that_of_a_cluster(n):
    names = [f"{i}," for i in range(n)]
    assert total(map(Written, names)) == nested(names)


def test_what_is_kept_is_made_once_and_anew_where_it_is_lost(tmp_path):
    made = []

    def make():
        made.append(1)
        return {"a": np.arange(5), "empty": np.zeros((0, 3), np.float32)}

    shard = Shard("x.jsonl", tmp_path / "kept")
    for _ in range(2):
        found = shard.kept("something", make)
        assert found["a"].tolist() == [0, 1, 2, 3, 4] and found["empty"].shape == (0, 3)
    assert len(made) == 1
    found["a"][0] = 7  # whoever changes what it got changes it for nobody else
    assert shard.kept("something", make)["a"][0] == 0
    shard.kept("other", make)
    Shard("y.jsonl", tmp_path / "kept").kept("something", make)
    assert len(made) == 3
    for path in (tmp_path / "kept").rglob("*.npy"):
        path.unlink()
    for folder in (tmp_path / "kept").iterdir():
        folder.rmdir()
    shard.kept("something", make)
    assert len(made) == 4


def test_patterns_name_files_and_a_file_may_look_like_a_pattern(tmp_path, monkeypatch):
    posts = made_posts(3)
    for name in ("b.jsonl", "a.jsonl", "[c].jsonl", "deep/d.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_posts(tmp_path / name, posts)
    monkeypatch.chdir(tmp_path)
    assert [os.path.relpath(name) for name in sorted(find("?.jsonl"))] == ["a.jsonl", "b.jsonl"]
    assert [os.path.relpath(name) for name in find("[c].jsonl")] == ["[c].jsonl"]
    assert len(find("**/*.jsonl")) == 4
    with pytest.raises(DataError, match="no file is named 'none"):
        find("none*.jsonl")
    with pytest.raises(DataError, match="no file of posts"):
        Shards([])
    with Shards(["a.jsonl", "?.jsonl"]) as shards:
        assert [os.path.basename(name) for name in shards.names] == ["a.jsonl", "b.jsonl"]


def test_urls_are_read_as_files_are(tmp_path):
    fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed")
    posts = made_posts(20)
    write_posts(tmp_path / "a.jsonl.gz", posts)
    memory = fsspec.filesystem("memory")
    memory.pipe("/bucket/a.jsonl.gz", (tmp_path / "a.jsonl.gz").read_bytes())
    (name,) = find("memory://bucket/*.jsonl.gz")
    assert [*Shard(name, tmp_path).posts(Reading())] == posts
    for broken in ("memory://bucket/none-*.gz", "memory://bucket/b.jsonl"):
        with pytest.raises(DataError, match=f"no file is named '{broken}'".replace("*", r"\*")):
            find(broken)
    with pytest.raises(DataError, match="cannot read 'memory://bucket/b.jsonl'"):
        next(Shard("memory://bucket/b.jsonl", tmp_path).posts(Reading()))
    with pytest.raises(DataError, match="cannot read 'nowhere://x"):
        find("nowhere://x/*")
    memory.pipe("/bucket/c.jsonl", b'{"id": 1}\n' + b"not JSON\n" * 5)
    with pytest.raises(DataError, match="'memory://bucket/c.jsonl' line 2 is not JSON|'memory://bucket/c.jsonl' line"):
        [*Shard("memory://bucket/c.jsonl", tmp_path).posts(Reading())]


def broken_gzip(path):
    path.write_bytes(gzip.compress(b'{"id": "1", "hashtags": ["sea"]}\n' * 9999)[:-100])


def no_json(path):
    path.write_text('{"id": "1", "hashtags": ["sea"]}\n' + "what is this\n" * 3)


def no_permission(path):
    path.write_text("{}")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")


@pytest.mark.parametrize(
    "poison, line",
    [(broken_gzip, "3.jsonl.gz' is "), (no_json, "3.jsonl.gz' line 2: is not JSON"), (no_permission, "")],
)
def test_a_poisoned_shard_is_named(in_shards, poison, line):

    pattern = in_shards(made_posts(60), 5)
    poison(Path(pattern).parent / "3.jsonl.gz")
    with Shards(pattern) as shards, pytest.raises(DataError) as error:
        encoding_of(shards, DataSettings())
    assert line in str(error.value) and "3.jsonl.gz" in str(error.value) and "\n" not in str(error.value)


def test_arguments_reach_a_worker_as_they_were():
    """Each vocabulary among them goes beside them, once."""
    sea, sky = Vocabulary(["sea"], [1], [1]), Vocabulary(["sky"], [1], [1])
    pickled, vocabularies = cluster._pickled(([sea, sky], 3, {"again": sea}))
    assert vocabularies == [sea, sky] and b"sea" not in pickled
    first, number, second = cluster._loaded(pickled, *vocabularies)
    assert first[0] is sea and first[1] is sky and number == 3 and second == {"again": sea}
