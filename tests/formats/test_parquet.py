"""Parquet as pandas, Polars and databases write it."""

import gzip
import io

import pytest

from instahash.errors import DataError
from instahash.formats import read_posts

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def written(**columns):
    file = io.BytesIO()
    parquet.write_table(pa.table(columns), file)
    return file.getvalue()


LABELS = [[{"description": "cat", "score": 0.5}], [], None]
POSTS = written(
    id=pa.array([3000000000000000001, 2, None], pa.int64()),
    hashtags=[["cat", "pet"], ["dog"], None],
    labels=LABELS,
    user=pa.array(["anna", None, "ben"]).dictionary_encode(),
    created_at=pa.array([1672567200000000123, None, 0], pa.timestamp("ns", "Europe/Lisbon")),
)


@pytest.mark.parametrize("name, content", [("a.parquet", POSTS), ("a", POSTS), ("a.parquet.gz", gzip.compress(POSTS))])
def test_parquet(read, name, content):
    posts, said = read(name, content)
    assert [post.id for post in posts] == ["3000000000000000001", "2", posts[2].id] and not said
    assert posts[2].id.endswith(" 3")
    assert [post.hashtags for post in posts] == [("cat", "pet"), ("dog",), ()]
    assert [post.labels for post in posts] == [(("cat", 0.5),), (), ()]
    assert [post.user for post in posts] == ["anna", None, "ben"]
    assert [post.created_at for post in posts] == ["2023-01-01T10:00:00+00:00", None, "1970-01-01T00:00:00+00:00"]


@pytest.mark.parametrize(
    "times",
    [
        pa.array([19358], pa.date32()),
        pa.array([1672531200], pa.timestamp("s")),
        pa.array([1672531200000000], pa.timestamp("us")),
        pa.array(["2023-01-01"]),
    ],
)
def test_times(read, times):
    ((post,), said) = read("a.parquet", written(caption=["#cat"], date=times))
    assert post.created_at[:10] == "2023-01-01" and not said


def test_labels_as_a_map(read):
    labels = pa.array([[("cat", 0.5)]], pa.map_(pa.string(), pa.float64()))
    ((post,), _) = read("a.parquet", written(id=["a"], labels=labels))
    assert post.labels == (("cat", 0.5),)


def test_what_is_odd_in_parquet_is_one_line(read):
    ((post,), said) = read("a.parquet", written(id=[b"\xff"], hashtags=[[b"x"]]))
    assert post.id == "a.parquet 1" and len(said) == 2
    with pytest.raises(DataError, match="not only foo"):
        read("a.parquet", written(foo=[1]))


def test_damaged_parquet(read):
    for damaged in (POSTS[:-40], POSTS[:20] + b"x" * 40 + POSTS[60:], POSTS[:4]):
        with pytest.raises(DataError, match="is not a sound Parquet file") as caught:
            read("a.parquet", damaged)
        assert "\n" not in str(caught.value)


def test_parquet_without_pyarrow(tmp_path, monkeypatch):
    (tmp_path / "a.parquet").write_bytes(POSTS)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(DataError, match=r"needs the package pyarrow; .*instahash\[formats\]"):
        list(read_posts(tmp_path / "a.parquet"))


def test_a_column_that_is_not_there_is_said(read):
    with pytest.raises(DataError, match="a.parquet' has no 'Text'; it has id, hashtags, labels, user, created_at$"):
        read("a.parquet", POSTS, columns={"caption": "Text"})


@pytest.mark.parametrize("texts", [["cat " * 1000], [["cat " * 1000]]], ids=["texts", "lists"])
def test_a_text_that_stands_once_for_thousands_of_rows_is_told_by_what_it_unpacks_to(read, monkeypatch, texts):
    content = written(hashtags=texts * 3000)
    assert len(content) < 20_000 and len(read("a.parquet", content)[0]) == 3000
    monkeypatch.setattr("instahash.formats.table.MOST_BATCH", 2**23)
    with pytest.raises(DataError, match="unpacks to 11 MB in 4,096 rows; keep shorter texts"):
        read("a.parquet", content)
