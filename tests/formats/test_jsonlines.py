"""JSON Lines: what is written is read back, and what is broken is named in one line."""

import bz2
import gzip
import json
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.data import Label, Post
from instahash.errors import DataError
from instahash.formats import read_posts, write_posts

POST = {"id": "a", "hashtags": ["#Sea"], "labels": [{"description": "body of water", "score": 0.75}], "other": 1}

# Half of a pair of surrogates is what a cut emoji leaves.
texts = st.text() | st.text(st.sampled_from(["a", "é", "😀", "\n", '"', "\\", "\ud83d"]))
posts = st.lists(
    st.builds(
        Post,
        texts,
        st.lists(texts, max_size=3).map(tuple),
        st.lists(st.builds(Label, texts, st.floats(0, 1)), max_size=3).map(tuple),
        st.none() | texts,
        st.none() | texts,
        st.lists(texts, max_size=2).map(tuple),
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("name", ["posts.jsonl", "posts.jsonl.gz", "posts.jsonl.XZ", "posts.jsonl.bz2"])
@given(posts=posts)
def test_round_trip(tmp_path_factory, name, posts):
    path = tmp_path_factory.mktemp("files") / name
    assert write_posts(path, posts) == len(posts)
    assert list(read_posts(path)) == posts
    assert [file.name for file in path.parent.iterdir()] == [name]


@pytest.mark.parametrize("suffix, opened", [("", open), (".gz", gzip.open), (".xz", lzma.open), (".bz2", bz2.open)])
def test_files_are_what_their_names_say(tmp_path, suffix, opened):
    path = tmp_path / f"posts.jsonl{suffix}"
    write_posts(path, [Post("a \ud83d")])
    with opened(path, "rb") as file:
        assert file.read().decode("utf-8") == '{"id": "a \\ud83d", "hashtags": [], "labels": []}\n'


def test_unknown_keys_are_ignored_and_absent_lists_empty(tmp_path):
    path = tmp_path / "posts.jsonl"
    path.write_text(json.dumps(POST) + "\n\n" + '{"id": "b"}\n')
    assert list(read_posts(str(path))) == [Post("a", ("#Sea",), (Label("body of water", 0.75),)), Post("b")]


def test_json_lines_under_a_json_name(tmp_path):
    path = tmp_path / "posts.json"
    path.write_text('{"id": "a", "hashtags": ["x"]}\n{"id": "b", "hashtags": ["y"]}\n')
    assert [post.id for post in read_posts(path)] == ["a", "b"]


def broken(**changes):
    return json.dumps({**POST, **changes})


def test_a_label_that_is_a_plain_text_is_believed(tmp_path):
    path = tmp_path / "posts.jsonl"
    path.write_text('{"id": "1", "labels": ["body of water", {"description": "sky", "score": 0.4}]}\n')
    (post,) = read_posts(path)
    assert post.labels == (Label("body of water", 1.0), Label("sky", 0.4))


@pytest.mark.parametrize(
    "line, message",
    [
        ("{", "line 2 is not JSON"),
        ("[1]", r"line 2: a post must be a JSON object .*\[1\]"),
        ('{"hashtags": []}', "line 2: the post has no 'id'"),
        (broken(id=7), "line 2: 'id' must be a text, not 7"),
        (broken(hashtags="sea"), "line 2: 'hashtags' must be a list of texts, not 'sea'"),
        (broken(hashtags=[1]), "line 2: 'hashtags' must be a list of texts"),
        (broken(labels={}), "line 2: 'labels' must be a list"),
        (broken(labels=[7]), "line 2: a label must be a text or an object"),
        (broken(labels=[{"description": "sea", "score": 1.5}]), "'sea' is 1.5; it must be a number and lie in"),
        (broken(labels=[{"description": "sea", "score": 10**400}]), "it must be a number and lie in"),
        (broken(labels=[{"description": "sea", "score": -0.1}]), "it must be a number and lie in"),
        (broken(labels=[{"description": "sea", "score": float("nan")}]), "is nan; it must be a number and lie in"),
        (broken(labels=[{"description": "sea", "score": "1"}]), "is '1'; it must be a number"),
        (broken(labels=[{"description": "sea"}]), "is None; it must be a number"),
        (broken(user=3), "'user' must be a text, not 3"),
        (broken(user_features="pt"), "line 2: 'user_features' must be a list of texts, not 'pt'"),
        (broken(user_features=[3]), "line 2: 'user_features' must be a list of texts"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message):
    path = tmp_path / "posts.jsonl"
    path.write_text(json.dumps(POST) + "\n" + line + "\n")
    with pytest.raises(DataError, match=message) as caught:
        list(read_posts(path))
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path):
    whole = gzip.compress((json.dumps(POST) + "\n").encode() * 200)
    cases = {
        "empty.jsonl": (b"", "there is no post in"),
        "blank.jsonl": (b"\n \n", "there is no post in"),
        "cut.jsonl.gz": (whole[:-20], "is cut off"),
        "not.jsonl.gz": (b"plain text", "is not a sound compressed file"),
        "bytes.jsonl": (b'{"id": "\xff"}\n', "line 1 is not JSON"),
        "broken.json": (b"{", "is not JSON"),
    }
    for name, (content, message) in cases.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(DataError, match=message) as caught:
            list(read_posts(path))
        assert name in str(caught.value)


def test_reading_streams(tmp_path):
    """The first post is there before a fault further down is met."""
    path = tmp_path / "posts.jsonl"
    path.write_text(json.dumps(POST) + "\nbroken\n")
    assert next(read_posts(path)).id == "a"


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "posts.jsonl"
    write_posts(path, [Post("old")])

    def failing():
        yield Post("new")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_posts(path, failing())
    assert [post.id for post in read_posts(path)] == ["old"] and len(list(tmp_path.iterdir())) == 1
    with pytest.raises(DataError, match="cannot write"):
        write_posts(tmp_path / "no" / "posts.jsonl", [])
