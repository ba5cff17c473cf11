"""Features of photos beside a file of posts: what is written is read, and none are taken for another photo's."""

import gzip
import json
import os
import shutil
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from instahash.data import Corpus, Post, encode, fit_dataset
from instahash.errors import DataError
from instahash.formats import Reading, read_posts, write_posts

rows = st.lists(st.none() | arrays(np.float32, 5, elements=st.floats(0, 6, width=32)), min_size=1, max_size=6)


def made(n, seed=0):
    rng = np.random.default_rng(seed)
    return [Post(f"{i}.jpg", ("sea",), photo_features=rng.random(4, np.float32)) for i in range(n)]


def read(path):
    reading = Reading()
    return list(read_posts(path, reading=reading)), [line.replace(f"'{path}' ", "") for line in reading.lines()]


@given(rows)
def test_they_are_kept_as_float16_and_a_photo_without_has_none(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("posts") / "anna.jsonl.gz"
    write_posts(path, [Post(str(i), ("sea",), photo_features=row) for i, row in enumerate(rows)])
    posts, left_out = read(path)
    assert not left_out and len(posts) == len(rows)
    for post, row in zip(posts, rows):
        assert (post.photo_features is None) == (row is None)
        if row is not None:
            assert np.array_equal(post.photo_features, row.astype(np.float16))
    some = any(row is not None for row in rows)
    names = ["anna.jsonl.gz"] + ["anna.jsonl.gz.features.npy"] * some
    assert sorted(file.name for file in path.parent.iterdir()) == names
    corpus = Corpus.from_posts(posts)
    assert (corpus.photo_features is None) == (not some)
    if some:
        table = np.load(path.with_name("anna.jsonl.gz.features.npy"))
        have = [row for row in rows if row is not None]
        assert table.dtype == np.float16 and np.array_equal(table, np.array(have, np.float16))
        assert np.isnan(corpus.photo_features).any(axis=1).tolist() == [row is None for row in rows]
        order = np.argsort([post.id for post in posts])[::-1]
        assert np.array_equal(corpus.take(order).photo_features, corpus.photo_features[order], equal_nan=True)


def test_a_row_is_mapped_and_not_read_into_memory(tmp_path):
    write_posts(tmp_path / "posts.jsonl", made(3))
    (post, *_), _ = read(tmp_path / "posts.jsonl")
    assert isinstance(post.photo_features, np.memmap) and not post.photo_features.flags.writeable


def test_of_a_file_written_again_the_new_rows_are_read_and_for_old_posts_none(tmp_path):
    write_posts(tmp_path / "posts.jsonl", made(2, seed=1))
    shutil.copy(tmp_path / "posts.jsonl", tmp_path / "old.jsonl")
    assert read(tmp_path / "posts.jsonl")[0][1].photo_features is not None
    write_posts(tmp_path / "posts.jsonl", made(2, seed=2))
    _, post = read(tmp_path / "posts.jsonl")[0]
    assert np.array_equal(post.photo_features, made(2, seed=2)[1].photo_features.astype(np.float16))
    (_, old), (line,) = read(tmp_path / "old.jsonl")
    assert old.photo_features is None and "are those of another photo" in line


def test_files_of_posts_that_differ_in_their_suffix_have_each_their_own(tmp_path):
    for seed, name in enumerate(("posts.jsonl", "posts.jsonl.gz")):
        write_posts(tmp_path / name, made(2, seed))
    for seed, name in enumerate(("posts.jsonl", "posts.jsonl.gz")):
        found, left_out = read(tmp_path / name)
        assert not left_out
        for post, wanted in zip(found, made(2, seed)):
            assert np.array_equal(post.photo_features, wanted.photo_features.astype(np.float16))


def test_lines_may_be_left_out_put_in_another_order_and_joined(tmp_path):
    for name, seed in (("a", 1), ("b", 2)):
        write_posts(tmp_path / f"{name}.jsonl.gz", made(3, seed))
    lines = [gzip.open(tmp_path / f"{name}.jsonl.gz", "rt").readlines() for name in "ab"]
    (tmp_path / "joined.jsonl").write_text("".join([lines[1][2], lines[0][1], lines[1][0]]))
    posts, left_out = read(tmp_path / "joined.jsonl")
    wanted = [made(3, 2)[2], made(3, 1)[1], made(3, 2)[0]]
    assert not left_out
    for post, other in zip(posts, wanted):
        assert np.array_equal(post.photo_features, other.photo_features.astype(np.float16))
    dataset = encode(Corpus.from_posts(posts), fit_dataset(Corpus.from_posts(posts)).vocabulary)
    assert np.array_equal(dataset.take([2, 0]).photo_features, dataset.photo_features[[2, 0]])


def truncated(file):
    file.write_bytes(file.read_bytes()[:-9])


def of_others(file):
    np.save(file, np.ones((3, 4), np.float16))


def fewer(file):
    np.save(file, np.load(file)[:1])


def flipped(file):
    table = np.load(file)
    table[:] = -table
    np.save(file, table)


@pytest.mark.parametrize(
    "damage, line",
    [
        (lambda file: file.unlink(), "are in 'posts.jsonl.features.npy', which is not beside the posts; copy it there"),
        (lambda file: file.write_text("no array"), "cannot be read from 'posts.jsonl.features.npy' ("),
        (truncated, "cannot be read from 'posts.jsonl.features.npy' ("),
        (fewer, "are not in 'posts.jsonl.features.npy', which has 1 rows; write both files again"),
        (of_others, "in 'posts.jsonl.features.npy' are those of another photo, or damaged"),
        (flipped, "in 'posts.jsonl.features.npy' are those of another photo, or damaged"),
        (lambda file: np.save(file, np.ones(3)), "in 'posts.jsonl.features.npy' are float64 of the shape (3,)"),
    ],
)
def test_what_is_wrong_with_the_file_is_one_line_and_the_posts_are_read(tmp_path, damage, line):
    write_posts(tmp_path / "posts.jsonl", made(3))
    damage(tmp_path / "posts.jsonl.features.npy")
    posts, (found,) = read(tmp_path / "posts.jsonl")
    assert [post.id for post in posts] == ["0.jpg", "1.jpg", "2.jpg"] and "more)" in found
    assert f"'photo_features' {line}" in found and "\n" not in found
    assert sum(post.photo_features is None for post in posts) == (2 if damage is fewer else 3)


@pytest.mark.parametrize(
    "reference, line",
    [
        (7, "must have a file, a row and a crc32, not 7"),
        ({"file": "../x.npy", "row": 0, "crc32": 0}, "must name a file beside the posts, not '../x.npy'"),
        ({"file": "", "row": 0, "crc32": 0}, "must name a file beside the posts, not ''"),
        ({"file": "..", "row": 0, "crc32": 0}, "must name a file beside the posts, not '..'"),
        ({"file": "many.npz", "row": 0, "crc32": 0}, "cannot be read from 'many.npz' (its header cannot be read"),
        ({"file": "posts.jsonl.features.npy", "row": "0", "crc32": 0}, "not row '0'"),
    ],
)
def test_what_a_post_says_of_them_may_be_nonsense(tmp_path, reference, line):
    write_posts(tmp_path / "posts.jsonl", made(1))
    np.savez(tmp_path / "many.npz", np.ones((1, 4), np.float16))
    (tmp_path / "odd.jsonl").write_text(json.dumps({"id": "a", "hashtags": ["sea"], "photo_features": reference}))
    (post,), (found,) = read(tmp_path / "odd.jsonl")
    assert post.photo_features is None and line in found


def test_in_a_zip_file_they_cannot_be_mapped(tmp_path):
    (tmp_path / "posts").mkdir()
    write_posts(tmp_path / "posts" / "posts.jsonl", made(1))
    shutil.make_archive(str(tmp_path / "all"), "zip", tmp_path / "posts")
    (post,), (line,) = read(tmp_path / "all.zip")
    assert post.photo_features is None and "which cannot be mapped in a zip file; unpack that" in line
    (post,), left_out = read(tmp_path / "posts")
    assert post.photo_features is not None and not left_out


@pytest.mark.parametrize(
    "odd, line",
    [
        (np.ones((2, 4)), r"are float64 of the shape \(2, 4\); give a row of numbers"),
        (np.ones((1, 4)), r"are float64 of the shape \(1, 4\)"),
        (5.0, r"are float64 of the shape \(\);"),
        ([], r"are float64 of the shape \(0,\);"),
        ("abc", r"are <U3 of the shape \(\);"),
        ([[1, 2], [3]], "are lists of different lengths"),
    ],
)
def test_what_is_no_row_of_numbers_is_refused_in_one_line(tmp_path, odd, line):
    posts = [Post("b", ("sea",), photo_features=odd)]
    for use in (Corpus.from_posts, lambda posts: write_posts(tmp_path / "posts.jsonl", posts)):
        with pytest.raises(DataError, match=line):
            use(posts)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_what_is_not_finite_is_left_out_in_one_line(tmp_path, odd):
    write_posts(tmp_path / "posts.jsonl", made(2))
    table = np.load(tmp_path / "posts.jsonl.features.npy")
    table[1, 2] = odd
    np.save(tmp_path / "posts.jsonl.features.npy", table)
    lines = [json.loads(line) for line in (tmp_path / "posts.jsonl").read_text().splitlines()]
    lines[1]["photo_features"]["crc32"] = zlib.crc32(table[1].tobytes())
    (tmp_path / "posts.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (one, other), (found,) = read(tmp_path / "posts.jsonl")
    assert one.photo_features is not None and other.photo_features is None and "are not all finite" in found
    with pytest.raises(DataError, match="photo_features that are not finite, or above 65,504"):
        write_posts(tmp_path / "more.jsonl", [Post("a", ("sea",), photo_features=np.array([1, odd], np.float32))])
    assert not (tmp_path / "more.jsonl").exists()


def test_photos_of_two_networks_are_refused_and_nothing_is_written(tmp_path):
    posts = [*made(1), Post("b", ("sea",), photo_features=np.ones(3, np.float32))]
    with pytest.raises(DataError, match="photo_features of 3 after 4"):
        write_posts(tmp_path / "posts.jsonl", posts)
    assert not list(tmp_path.iterdir())
    with pytest.raises(DataError, match="photos have 3 features and 4"):
        Corpus.from_posts(posts)


def test_posts_that_cannot_be_replaced_keep_the_features_that_they_had(tmp_path, monkeypatch):
    """Of two files one is replaced first. What was there before is gone once both are new."""

    def posts(number):
        return [Post(str(number), photo_features=np.full(3, number, np.float16))]

    def read():
        (post,) = read_posts(tmp_path / "a.jsonl")
        return int(post.id), float(post.photo_features[0])

    write_posts(tmp_path / "a.jsonl", posts(1))
    real = os.replace

    def replace(old, new):
        if os.path.basename(new) == "a.jsonl":
            raise OSError(28, "No space left on device")
        real(old, new)

    for number in (2, 3):  # what was kept the first time is not lost the second time
        monkeypatch.setattr(os, "replace", replace)
        with pytest.raises(DataError, match="No space left"):
            write_posts(tmp_path / "a.jsonl", posts(number))
        monkeypatch.undo()
        assert read() == (1, 1)
    write_posts(tmp_path / "a.jsonl", posts(4))
    assert read() == (4, 4) and sorted(os.listdir(tmp_path)) == ["a.jsonl", "a.jsonl.features.npy"]
