"""The format of a source is found by its name and content, and a new one is a file and a line."""

import pytest

from instahash import formats
from instahash.data import Post
from instahash.errors import DataError
from instahash.formats import FORMATS, Format, Source, read_posts


def test_formats_have_titles_of_their_own():
    assert len({format.title for format in FORMATS}) == len(FORMATS)


def test_a_format_is_added_in_a_few_lines(tmp_path, monkeypatch):
    def read(source):
        for line in source.path.read_text().splitlines()[1:]:
            yield Post(line)

    mine = Format("my own", lambda source: source.suffix == ".txt" and source.head[:4] == b"mine", read)
    monkeypatch.setattr(formats, "FORMATS", (mine, *FORMATS))
    (tmp_path / "posts.TXT").write_text("mine\na\nb\n")
    assert list(read_posts(tmp_path / "posts.TXT")) == [Post("a"), Post("b")]
    (tmp_path / "other.txt").write_text('{"id": "c"}\n')
    assert list(read_posts(tmp_path / "other.txt")) == [Post("c")]


@pytest.mark.parametrize("value", ["3", '"x"', "null", '{"anna": 3}', "[1"])
def test_json_of_no_known_format(tmp_path, value):
    path = tmp_path / "posts.json"
    path.write_text(value)
    message = "is not JSON" if value == "[1" else "posts.json' is in none of the known formats .*a JSON list of posts"
    with pytest.raises(DataError, match=message):
        list(read_posts(path))


def test_a_folder_without_posts(tmp_path):
    with pytest.raises(DataError, match="none of the known formats .HARRISON's folder, .*instahash-annotate makes of"):
        list(read_posts(tmp_path))


@pytest.mark.parametrize("name", ["missing.jsonl", "x" * 300, "nul\0"])
def test_what_is_not_there(tmp_path, name):
    with pytest.raises(DataError, match=f"there is no file or folder .*{name}'; .* 'sample', 'sample-held-out'"):
        read_posts(tmp_path / name)


def test_a_file_is_read_once_unless_it_is_named_json(tmp_path, monkeypatch):
    """So that a pipe can be read."""
    (tmp_path / "posts").write_text('{"id": "a"}\n')
    monkeypatch.setattr(Source, "head", property(lambda source: pytest.fail("the head was read")))
    assert list(read_posts(tmp_path / "posts")) == [Post("a")]
