"""The format of a source is found by its name and content, and a new one is a file and a line."""

import re

import numpy as np
import pytest

from instahash import formats
from instahash.data import Post
from instahash.errors import DataError, SettingsError
from instahash.formats import FORMATS, Format, read_posts

LINE = '{"id": "c", "hashtags": ["cat"]}\n'


def test_formats_have_names_and_titles_of_their_own():
    assert len({format.title for format in FORMATS}) == len({format.name for format in FORMATS}) == len(FORMATS)


def test_a_format_is_added_in_a_few_lines(tmp_path, monkeypatch):
    def read(source):
        for line in source.path.read_text().splitlines()[1:]:
            yield Post(line)

    mine = Format("mine", "my own", lambda source: source.suffix == ".txt" and source.head[:4] == b"mine", read)
    monkeypatch.setattr(formats, "FORMATS", (mine, *FORMATS))
    (tmp_path / "posts.TXT").write_text("mine\na\nb\n")
    assert list(read_posts(tmp_path / "posts.TXT")) == [Post("a"), Post("b")]
    (tmp_path / "other.txt").write_text(LINE)
    assert list(read_posts(tmp_path / "other.txt")) == [Post("c", ("cat",))]


def test_a_format_can_be_forced(read):
    lines = "".join(LINE.replace('"hashtags"', '"shortCode": "x", "inputUrl": "", "tags"') for _ in range(2))
    assert read("a.jsonl", lines)[0][0].photos == ("x", "c")
    assert read("a.jsonl", lines, format="posts")[0][0].photos == ("x",)
    with pytest.raises(SettingsError, match="format is 'csv'; it must be auto or one of harrison, "):
        read("a.jsonl", lines, format="csv")


@pytest.mark.parametrize("value", ["3", '"x"', "null", "<html>", "%PDF", "\x89PNG"])
def test_files_of_no_known_format(read, value):
    with pytest.raises(DataError, match="posts.json' is in none of the formats .*; give posts, one a line, as"):
        read("posts.json", value)


def test_a_folder_without_posts(tmp_path):
    with pytest.raises(DataError, match="there is no file in '.*'; give a file or folder"):
        list(read_posts(tmp_path))
    (tmp_path / "notes.md").write_text("x")
    with pytest.raises(DataError, match="none of the formats harrison, .*; instahash-annotate makes posts of photos"):
        list(read_posts(tmp_path))
    (tmp_path / "a.jpg").write_bytes(b"x")
    with pytest.raises(DataError, match="a.jpg' is a photo, and no file of posts; instahash-annotate"):
        list(read_posts(tmp_path / "a.jpg"))


def test_a_column_that_is_not_there(read):
    with pytest.raises(DataError, match="a.csv' has no 'Stichwort'; it has Nr, Stich$"):
        read("a.csv", "Nr,Stich\n1,#cat\n", columns={"hashtags": "Stichwort"})
    assert read("a.jsonl", '{"Nr": 1}\n{"Nr": 2, "Stich": "cat"}\n', columns={"hashtags": "Stich"})[0][-1].hashtags


@pytest.mark.parametrize(
    "given, said",
    [
        ({"columns": np.array(["hashtags"])}, "columns are array.*; give a dict such as {'hashtags': 'Tags'}"),
        ({"columns": {"hashtags": 3}}, "columns are {'hashtags': 3}; give a dict"),
        ({"columns": {"tags": "Stich"}}, "columns has the part 'tags'; parts are id, hashtags, caption"),
        ({"format": np.array(["auto", "posts"])}, "format is array.*; it must be auto or one of"),
        ({"strict": "yes"}, "strict is 'yes'; it must be True or False"),
    ],
)
def test_arguments_that_are_none(tmp_path, given, said):
    (tmp_path / "a.csv").write_text("Nr,Stich\n1,#cat\n")
    with pytest.raises(SettingsError, match=said):
        read_posts(tmp_path / "a.csv", **given)


def test_a_folder_named_as_a_file_and_a_link(tmp_path):
    (tmp_path / "x.json").mkdir()
    (tmp_path / "x.json" / "a.jsonl").write_text(LINE)
    (tmp_path / "link.csv").symlink_to(tmp_path / "x.json" / "a.jsonl")
    for name in ("x.json", "link.csv"):
        assert [post.id for post in read_posts(tmp_path / name)] == ["c"]


@pytest.mark.parametrize("name", ["missing.jsonl", "x" * 300, "nul\0"])
def test_what_is_not_there(tmp_path, name):
    samples = "'sample', 'sample-held-out', 'sample-small'"
    shown = re.escape(name[-20:].replace("\0", r"\x00"))
    with pytest.raises(DataError, match=f"there is no file or folder .*{shown}'; .* {samples}"):
        read_posts(tmp_path / name)


@pytest.mark.parametrize("suffix", "json jsonl csv tsv parquet txt zip gz xz bz2 zst".split())
def test_any_bytes_are_read_or_one_line(tmp_path_factory, suffix):
    from hypothesis import example, given
    from hypothesis import strategies as st

    starts = [
        b"",
        b"\x1f\x8b\x08",
        b"BZh91AY&",
        b"\xfd7zXZ\0",
        b"\x28\xb5\x2f\xfd",
        b"PAR1",
        b"PK\3\4",
        b"\xff\xfe",
        b"[",
    ]
    path = tmp_path_factory.mktemp("files") / f"a.{suffix}"

    @given(st.sampled_from([*starts, b"id,hashtags\n", b'{"id": 1}\n', LINE.encode()]), st.binary(max_size=60))
    @example(b"", b"")
    def check(start, content):
        path.write_bytes(start + content)
        try:
            assert all(isinstance(post, Post) for post in read_posts(path))
        except DataError as error:
            assert "\n" not in str(error)

    check()
