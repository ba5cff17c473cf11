"""Posts of strangers: bombs, depth without end, links out of a folder. One line each, and nothing waits or fills up."""

import bz2
import gzip
import io
import json
import lzma
import os
import time
import tracemalloc
import warnings
import zipfile

import pytest

from instahash.errors import LONGEST, DataError, DataWarning
from instahash.formats import Reading, read_posts
from instahash.formats.items import firsts
from instahash.formats.source import Source

POST = '{"id": "a", "hashtags": ["cat"]}\n'
MB = 2**20


def block(unit, size=MB):
    return unit * (size // len(unit))


@pytest.mark.parametrize("suffix, compressed", [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)])
def test_what_unpacks_to_far_more_than_texts_do_is_refused(read, monkeypatch, suffix, compressed):
    monkeypatch.setattr("instahash.files.MOST_STREAMED", MB)
    content = compressed(POST.encode() + b" " * 2 * MB)
    with pytest.raises(DataError, match="unpacks to more than 1 MB, unlike texts; unpack it"):
        read(f"a.jsonl.{suffix}", content)


@pytest.mark.parametrize("name", ["a.jsonl.xz", "a.csv.xz", "a.json.xz"])
def test_posts_that_are_much_alike_are_read(read, monkeypatch, name):
    """They are compressed by more than bombs may be; what is read post by post has room for it."""
    monkeypatch.setattr("instahash.files.MOST_UNPACKED", 2**17)
    lines, n_posts = {"jsonl": POST, "csv": "a,#cat\n", "json": POST}[name.split(".")[1]], 30_000
    head = "id,hashtags\n" if "csv" in name else ""
    content = lzma.compress((head + lines * n_posts).encode())
    assert len(content) * 100 < 2**17 < len(lines) * n_posts
    assert len(read(name, content)[0]) == n_posts


def test_a_post_may_be_a_long_line(read):
    """As one with all of its comments, but not one of brackets, which take many times their size."""
    long = f'{{"id": "b", "hashtags": ["cat"], "comments": "{"x" * 5 * MB}"}}\n'
    assert len(read("a.jsonl", (POST + long).encode())[0]) == 2
    posts, said = read("a.jsonl", (POST + '{"tags": [' + "{}," * 2 * MB + "\n" + POST * 9).encode())
    assert len(posts) == 10 and said == ["left out: 'a.jsonl' line 2: is made of brackets more than of a post"]


BOMBS = {
    "a.jsonl": (b'{"id": "1", "tags": [', b"[],", "made of brackets more than of a post"),
    "b.jsonl": (b"[", b"1,", "cannot be read as posts"),
    "c.jsonl": (POST.encode(), b"x\n", "cannot be read as posts"),
    "d.jsonl": (POST.encode(), b"\n", "empty lines"),
    "a.json": (b'{"tags": ', b"[", "made of brackets more than of posts"),
    "b.json": (b'{"tags": [', b"{},", "made of brackets more than of posts"),
    "a.csv": (b"id,hashtags\na,", b",", "a row has more than 0 MB"),
    "b.csv": (b"id,hashtags", b",", "a row has more than 0 MB"),
    "c.csv": (b'id,hashtags\na,"', b"x\n", "a row has more than 0 MB"),
    "d.csv": (b"id,hashtags\na,", b'"\n",', "a row has more than 0 MB"),
    "e.csv": (b"id,hashtags\na,b", b"\n", "empty rows"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_has_no_end_ends_soon_and_in_little_memory(read, monkeypatch, name):
    """With a sixteenth of what an item may have."""
    for module in ("items", "table", "source"):
        monkeypatch.setattr(f"instahash.formats.{module}.MOST_BLANK", 20_000, raising=False)
        monkeypatch.setattr(f"instahash.formats.{module}.MOST_ITEM", 2**18)
        monkeypatch.setattr(f"instahash.formats.{module}.CHUNK", 2**16, raising=False)
    start, unit, said = BOMBS[name]
    content = start + block(unit)
    before = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=said) as caught:
            read(name, content)
        assert tracemalloc.get_traced_memory()[1] < 12 * MB
    finally:
        tracemalloc.stop()
    assert len(str(caught.value)) <= 300 and time.process_time() - before < 10


def test_one_large_object_is_no_list_of_brackets(read):
    with pytest.raises(DataError, match="made of brackets more than of posts"):
        read("a.json", '{"posts": [' + "[]," * (2 * MB) + "[]]}")


def test_few_large_items_are_kept_to_recognise_a_format(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"id": i, "hashtags": "x" * 3 * MB}) + "\n" for i in range(8)))
    assert len(firsts(Source(path))) == 2


DEPTH = 985  # which JSON is read to, and nothing that goes deeper can follow
DEEP = "[" * DEPTH + "]" * DEPTH


@pytest.mark.parametrize(
    "content",
    [
        f'{{"photos": [{{"path": "a.jpg", "caption": {DEEP}, "taken_at": {DEEP}}}]}}',
        f'{{"id": "a", "labelAnnotations": [], "error": {{"message": {DEEP}}}}}',
        f'{{"shortCode": "a", "inputUrl": "b", "latestPosts": [{{"shortCode": {DEEP}}}]}}',
        f'{{"item_id": "a", "source_platform": "b", "data": {{"code": "a", "caption": "#a", "__typename": {DEEP}}}}}',
        f'{{"id": {DEEP}, "hashtags": {DEEP}, "labels": {DEEP}, "created_at": {DEEP}, "user": {DEEP}}}',
        f'{{"id": "a", "hashtags": "{DEEP}", "labels": "{DEEP}", "caption": {DEEP}}}',
    ],
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_what_is_nested_as_deep_as_json_may_be(tmp_path, content, name):
    (tmp_path / name).write_text(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        try:
            list(read_posts(tmp_path / name))
        except DataError as error:
            assert str(error).isprintable()


@pytest.mark.parametrize("cell", ["[{'name': {1: 2}}]", "{1: 2}", "[{1: 2}, {None: {}}]", "{(): 1}", "[b'x', 1j, {1}]"])
def test_objects_of_python_whose_keys_are_no_texts(read, cell):
    posts, _ = read("a.csv", f'id,hashtags,labels,user,date\na,"{cell}","{cell}","{cell}","{cell}"\nb,cat,dog,,\n')
    assert posts[-1].hashtags == ("cat",)


@pytest.mark.parametrize("mark", ['"', " ", "a", "\0", "\r", "é", ","])
def test_any_character_behind_sep(read, mark):
    try:
        read("a.csv", f"sep={mark}\nid{mark}hashtags\na{mark}cat\n")
    except DataError as error:
        assert str(error).isprintable()


def test_links_out_of_a_folder_pipes_and_devices_are_not_read(tmp_path):
    (tmp_path / "secret.jsonl").write_text('{"id": "secret", "hashtags": ["x"]}\n')
    folder = tmp_path / "posts"
    (folder / "deep").mkdir(parents=True)
    (folder / "own.jsonl").write_text(POST)
    os.mkfifo(folder / "deep" / "pipe.jsonl")
    (folder / "link.jsonl").symlink_to(tmp_path / "secret.jsonl")
    (folder / "device.json").symlink_to("/dev/zero")
    (folder / "gone.json").symlink_to("nowhere")
    (folder / "same.jsonl").symlink_to("own.jsonl")
    with pytest.warns(
        DataWarning, match=r"^4 files in '[^']*posts' left out, as a link .*; the first: '[^']*device.json'$"
    ):
        posts = list(read_posts(folder))
    assert {post.id for post in posts} == {"a"}


def test_a_folder_that_is_a_link_itself_is_read(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "own.jsonl").write_text(POST)
    (tmp_path / "link").symlink_to("real")
    assert [post.id for post in read_posts(tmp_path / "link")] == ["a"]


def test_a_zip_file_that_says_it_unpacks_to_no_end(read, monkeypatch):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jsonl", POST + " " * 2 * MB)

    monkeypatch.setattr("instahash.archive.MOST_UNPACKED", MB)
    with pytest.raises(DataError, match="unpacks to 2 MB, unlike photos and texts; unpack what you trust"):
        read("a.zip", file.getvalue())


def test_the_reasons_why_something_was_left_out_are_lines_whatever_the_name_of_the_file(tmp_path):
    path, reading = tmp_path / f"{'long' * 60}.json", Reading()
    path.write_text(json.dumps([{"id": "1", "tags": ["a"], "labels": [{"score": "x" * 60, "other": "y" * 60}] * 3}]))
    assert len(list(read_posts(path, reading=reading))) == 1
    (said,) = reading.lines()
    assert len(said) <= LONGEST and said.startswith("read without a part: ")
