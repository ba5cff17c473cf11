"""Posts as JSON: what is written is read back, what people write is read, what is odd is one line."""

import bz2
import gzip
import json
import lzma
import os
import re
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.data import Label, Post
from instahash.errors import DataError, InstahashError
from instahash.formats import read_posts, write_posts

ROW = {"id": "a", "hashtags": ["cat", "pet"], "labels": [{"description": "cat", "score": 0.75}]}
READ = Post("a", ("cat", "pet"), (Label("cat", 0.75),))
ROWS = [{**ROW, "id": name, "user": "anna"} for name in "abc"]

texts = st.text() | st.text(st.sampled_from(["a", "é", "😀", "\n", '"', "\\"]))
hashtags = st.text(st.sampled_from(["a", "é", "夏", "_"]), min_size=1)
posts = st.lists(
    st.builds(
        Post,
        texts.filter(bool),
        st.lists(hashtags, max_size=3).map(tuple),
        st.lists(st.builds(Label, texts, st.floats(0, 1)), max_size=3).map(tuple),
        st.none() | texts.filter(bool),
        st.none() | st.datetimes().map(lambda moment: moment.isoformat()),
        st.lists(texts, max_size=2).map(tuple),
        st.lists(texts.filter(bool), max_size=2).map(tuple),
        st.none(),
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
    assert [post.id for post in read_posts(path)] == ["a ?"]


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    "name, content",
    [
        ("a.jsonl", lines(ROWS)),
        ("a.JSON", lines(ROWS)),
        ("a.txt", lines(ROWS)),
        ("a", "\n \n" + lines(ROWS)),
        ("crlf.jsonl", "\ufeff" + lines(ROWS).replace("\n", "\r\n")),
        ("joined.jsonl", "".join("\ufeff" + line for line in lines(ROWS).splitlines(True)) + "\0\0\0"),
        ("commas.jsonl", lines(ROWS).replace("\n", ",\n")),
        ("list.json", json.dumps(ROWS)),
        ("list.jsonl", json.dumps(ROWS, indent=1)),
        ("trailing.json", json.dumps(ROWS)[:-1] + ",\n]"),
        ("lists.json", "".join(json.dumps([row]) + "\n" for row in ROWS)),
        ("jq.json", "\n".join(json.dumps(row, indent=2) for row in ROWS)),
        ("one-line.json", "".join(map(json.dumps, ROWS))),
        ("within.json", json.dumps({"posts": ROWS})),
        ("columns.json", json.dumps({key: {str(i): row[key] for i, row in enumerate(ROWS)} for key in ROWS[0]})),
        ("index.json", json.dumps({row["id"]: row for row in ROWS})),
        ("keys.json", json.dumps({row["id"]: {key: row[key] for key in row if key != "id"} for row in ROWS})),
        ("split.json", json.dumps({"columns": list(ROWS[0]), "data": [list(row.values()) for row in ROWS]})),
        ("of-lists.json", json.dumps({key: [row[key] for row in ROWS] for key in ROWS[0]})),
        ("utf16.jsonl", lines(ROWS).encode("utf-16")),
        ("utf16-no-mark.jsonl", lines(ROWS).encode("utf-16-le")),
        ("plain-name.jsonl", gzip.compress(lines(ROWS).encode())),
    ],
)
def test_whatever_holds_the_items(read, name, content):
    posts, said = read(name, content)
    assert [post.id for post in posts] == ["a", "b", "c"] and not said
    assert all(post[1:4] == (READ.hashtags, READ.labels, "anna") for post in posts)


def test_one_post_in_a_file(read):
    assert read("a.json", json.dumps(ROW, indent=1))[0] == [READ]
    assert read("a.jsonl", ROW)[0] == [READ]


def test_text_that_is_not_utf8_is_windows_1252(read):
    ((post,), said) = read("a.jsonl", '{"id": "a", "hashtags": ["café"]}'.encode("cp1252"))
    assert post.hashtags == ("café",) and not said


def test_bytes_behind_the_head_that_are_no_utf8_are_one_line(read):
    (posts, said) = read("a.jsonl", lines(ROWS).encode() * 2000 + b'{"id": "\xff", "hashtags": ["dog"]}\n')
    assert posts[-1].id == "\ufffd"
    assert said == ["read without a part: 'a.jsonl' line 6001: has bytes that are not UTF-8"]


@pytest.mark.parametrize(
    "broken, said",
    [
        ("null", "must be a post as a JSON object, not None"),
        ("[1]", r"must be a post as a JSON object, not [1]"),
        ('{"error": "not found"}', "must have hashtags, a caption or labels under a usual name"),
        ('{"id": cat}', "is not JSON"),
        ('{"id": "x", "labels": ' + "[" * 100_000 + "]" * 100_000 + "}", "is nested too deep to be read"),
        ('{"id": "x", "hashtags": ' + "[" * 1000 + "]" * 1000 + "}", None),  # which Python 3.13 reads
        ('{"id": ' + "9" * 5000 + ', "hashtags": ["dog"]}', "is not JSON"),
    ],
)
@pytest.mark.parametrize("form", ["lines", "list"])
def test_an_odd_item_does_not_lose_the_rest(read, form, broken, said):
    items = [json.dumps(row) for row in ROWS]
    items.insert(2, broken)
    content = "\n".join(items) if form == "lines" else f"[{', '.join(items)}]"
    posts, lines_ = read("a.json", content)
    place = "line 3" if form == "lines" else "item 3"
    assert [post.id for post in posts if post.id in "abc"] == ["a", "b", "c"] and len(lines_) == 1
    if said:
        (line,) = lines_
        assert line.startswith(f"left out: 'a.json' {place}: {said}") and len(line) < 300
        with pytest.raises(DataError, match=place):
            read("a.json", content, strict=True)


def test_more_than_a_tenth_odd_is_an_error(read):
    sound, odd = json.dumps(ROW), '{"error": 1}'
    assert len(read("a.jsonl", "\n".join([sound] * 18 + [odd] * 2))[0]) == 18
    with pytest.raises(
        DataError, match="2 items of 19 in .* cannot be read as posts; the first: .* line 18: must have"
    ):
        read("a.jsonl", "\n".join([sound] * 17 + [odd] * 2))


def test_a_file_that_is_cut_keeps_what_is_before(read):
    whole = json.dumps([ROW] * 30)
    posts, said = read("a.json", whole[:-20])
    assert len(posts) == 29 and said == ["left out: 'a.json' item 30: is cut off; copy the file again"]
    assert read("a.json", whole[:-1])[1] == ["left out: 'a.json' item 31: is cut off; copy the file again"]
    with pytest.raises(DataError, match=r"item 2 is not JSON, and the file cannot be read from there on"):
        read("a.json", whole[:180] + '"' + whole[180:])


def test_a_list_is_read_in_pieces(read, monkeypatch):
    monkeypatch.setattr("instahash.formats.items.CHUNK", 7)
    rows = [{**ROW, "caption": '}]"{[\\ 夏' * i} for i in range(20)]
    posts, said = read("a.json", json.dumps(rows, indent=1))
    assert posts == [READ] * 20 and not said
    posts, said = read("a.json", json.dumps(rows) + " " * 50 + json.dumps(rows, ensure_ascii=False))
    assert posts == [READ] * 40 and not said
    assert len(read("a.json", json.dumps([ROW, "x" * 99, *rows]))[1]) == 1


def test_an_item_of_no_end_is_no_reason_to_fill_the_memory(read, monkeypatch):
    monkeypatch.setattr("instahash.formats.items.MOST_ITEM", 2000)
    monkeypatch.setattr("instahash.formats.items.CHUNK", 100)
    long = json.dumps({**ROW, "caption": "x" * 9000})
    with pytest.raises(DataError, match="item 1 is not JSON, and the file cannot be read"):
        read("a.json", f"[{long}, {json.dumps(ROW)}]")


ITEMS = [
    ({"caption": "My #cat and #dog"}, {"hashtags": ("cat", "dog")}),
    ({"tags": "#cat,#dog"}, {"hashtags": ("cat", "dog")}),
    ({"hashtags": "cat;dog"}, {"hashtags": ("cat", "dog")}),
    ({"hashtags": [], "caption": "#cat"}, {"hashtags": ("cat",)}),
    ({"hashtags": [{"text": "cat", "indices": [1, 5]}, None, "#a#b"]}, {"hashtags": ("cat", "a", "b")}),
    ({"hashtags": ["cafÃ©"]}, {"hashtags": ("café",)}),
    ({"hashtags": float("nan"), "tags": "#cat"}, {"hashtags": ("cat",)}),
    ({"hashtags": float("nan"), "caption": "#cat", "user": float("nan")}, {"hashtags": ("cat",), "user": None}),
    ({"edge_media_to_caption": {"edges": [{"node": {"text": "#cat"}}]}}, {"hashtags": ("cat",)}),
    ({"edge_media_to_caption": {"edges": []}}, {"hashtags": ()}),
    ({"caption": ["a", "#cat"]}, {"hashtags": ("cat",)}),
    ({"full_text": "#cat", "user": {"id": 3, "screen_name": "ben"}}, {"hashtags": ("cat",), "user": "ben"}),
    ({"caption": "", "id": 7, "owner": {"id": "9", "username": "anna"}}, {"id": "7", "user": "anna"}),
    ({"caption": "", "id": 3.0, "userId": 9}, {"id": "3", "user": "9"}),
    ({"caption": "", "_id": {"$oid": "5f"}, "user": {"$numberLong": "12"}}, {"id": "5f", "user": "12"}),
    ({"caption": "", "shortcode": "Cm1"}, {"id": "Cm1", "photos": ("Cm1",)}),
    ({"labels": ["sea", ["sky", 0.5], {"name": "sun"}]}, {"labels": (("sea", 1), ("sky", 0.5), ("sun", 0))}),
    ({"labels": {"sea": 0.5, "sky": 1}}, {"labels": (("sea", 0.5), ("sky", 1))}),
    ({"labels": "sea:0.5, sky"}, {"labels": (("sea", 0.5), ("sky", 1))}),
    ({"labels": [{"description": "sea", "score": "0.5"}]}, {"labels": (("sea", 0.5),)}),
    ({"labelAnnotations": [{"description": "sea", "score": 0.5, "topicality": 1}]}, {"labels": (("sea", 0.5),)}),
    (
        {"Labels": [{"Name": "Cat", "Confidence": 75.0, "Parents": [{"Name": "Animal"}]}]},
        {"labels": (("Cat", 0.75), ("Animal", 0.75))},
    ),
]


@pytest.mark.parametrize("item, expected", ITEMS)
def test_shapes_of_the_parts(read, item, expected):
    ((post,), said) = read("a.json", [item])
    assert {part: getattr(post, part) for part in expected} == expected and not said


@pytest.mark.parametrize(
    "item, said",
    [
        ({"id": ["x"]}, "'id' must be a text or a number, not ['x']"),
        ({"id": 3e18}, "'id' must be a text, or a whole number without a point"),
        ({"id": True}, "'id' must be a text or a number"),
        ({"hashtags": [["x"]]}, "'hashtags' must be a text or a number, not ['x']"),
        ({"hashtags": 5}, "'hashtags' must be a list of texts, not 5"),
        ({"caption": 5}, "'caption' must be a text or a list of words, not 5"),
        ({"caption": {"edges": [1]}}, "'caption' has no text where Instagram keeps it"),
        ({"user": False}, "'user' must be a text or a number"),
        ({"user_features": 3}, "'user_features' must be a list of texts, not 3"),
        ({"labels": 7}, "'labels' must be a list of texts, not 7"),
        ({"labels": "sea:90%"}, "'labels' must be a list, or labels as in"),
        ({"labels": "[{'a': }]"}, "'labels' must be a list, or labels as in"),
        ({"labels": [7]}, "a label must be a text or an object"),
        *(
            ({"labels": [{"description": "sea", "score": score}]}, "the score of a label must be a number in [0, 1]")
            for score in (1.5, -0.1, 10**400, float("nan"), "much", True, [1])
        ),
        ({"id": "x"}, "must have hashtags, a caption or labels under a usual name"),
    ],
)
def test_a_part_that_is_odd_does_not_lose_the_post(read, item, said):
    sound = {} if item.keys() & {"caption"} or item == {"id": "x"} else {"hashtags": ["cat"], "id": "x"}
    ((post,), (line,)) = read("a.json", [{**sound, **item}])
    assert line.startswith(f"read without a part: 'a.json' item 1: {said}")
    assert post.id in ("x", "a.json 1") and "\n" not in line


def test_a_label_stays_whatever_its_parents_are(read):
    label = {"Name": "Cat", "Confidence": 75.0, "Parents": 5}
    ((post,), said) = read("a.json", [{"id": "x", "labels": [label | {"id": 1}]}])
    assert post.labels == (Label("Cat", 0.75),) and not said


def test_reasons_are_counted_without_the_values_found(read):
    _, said = read("a.json", [{"id": "x", "caption": "", "created_at": f"soon {i}"} for i in range(1000)])
    assert len(said) == 1 and said[0].endswith("not 'soon 0' (and 999 more)")


TIME = "2023-01-01T10:00:00+00:00"


@pytest.mark.parametrize(
    "value, expected",
    [
        *(
            (number, TIME)
            for number in (1672567200, 1672567200000, 1672567200 * 10**6, 1672567200 * 10**9, "1672567200")
        ),
        ("2023-01-01 10:00:00 UTC", "2023-01-01 10:00:00"),
        ("2023/01/01 10:00", "2023-01-01 10:00"),
        ("1.2.2023 10:00", "2023-02-01 10:00"),
        ("2023-01-01 10:00:00.123456789+00:00", "2023-01-01 10:00:00.123456789+00:00"),
        ("Sun, 01 Jan 2023 10:00:00 GMT", TIME),
        ("Sun Jan 01 10:00:00 +0000 2023", TIME),
        ({"$date": {"$numberLong": "1672567200000"}}, TIME),
        ({"_seconds": 1672567200, "_nanoseconds": 0}, TIME),
        *((nothing, None) for nothing in (None, "", "NaT", "nan")),
    ],
)
def test_times(read, value, expected):
    ((post,), said) = read("a.json", [{"id": "x", "caption": "", "created_at": value}])
    assert post.created_at == expected and not said


@pytest.mark.parametrize(
    "value", [True, float("nan"), 1e300, 10**400, "soon", "5/31/2024", "9" * 999, [2024], {}, "25:61", 2024]
)
def test_what_is_no_time_does_not_lose_the_post(read, value):
    ((post,), (line,)) = read("a.json", [{"id": "x", "caption": "", "created_at": value}])
    assert post.created_at is None and "'created_at' must be a time as 2024-05-31T12:00:00" in line


NAMES = st.sampled_from(
    "id hashtags caption labels user created_at user_features photos description score text edges $date seconds".split()
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | NAMES, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("form", ["lines", "list", "object"])
@given(items=st.lists(st.dictionaries(NAMES, values, max_size=8) | values, min_size=1, max_size=4))
def test_any_json_is_read_or_left_out(tmp_path_factory, form, items):
    path = tmp_path_factory.mktemp("files") / "a.json"
    content = {"lines": "\n".join(map(json.dumps, items)), "list": json.dumps(items), "object": json.dumps(items[0])}
    path.write_text(content[form])
    try:
        for post in read_posts(path):
            written = json.dumps(post)
            assert isinstance(post, Post) and isinstance(post.id, str) and "NaN" not in written
            assert all(isinstance(text, str) for text in (*post.hashtags, *post.features, *post.photos))
            assert all(isinstance(label, Label) and 0 <= label.score <= 1 for label in post.labels)
    except InstahashError as error:
        assert "\n" not in str(error)


def test_parts_that_the_user_names(read):
    ((post,), said) = read(
        "a.json", [{"Nr": 7, "Stichworte": "cat dog"}], columns={"id": "Nr", "hashtags": "Stichworte"}
    )
    assert post.id == "7" and post.hashtags == ("cat", "dog") and not said
    with pytest.raises(
        DataError, match=r"usual name, or one that --columns gives \(hashtags=NAME\), not only Nr, Stich"
    ):
        read("a.json", [{"Nr": 7, "Stichworte": "cat dog"}])


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.txt", "a"])
@pytest.mark.parametrize("content", ["", "\n \n"])
def test_an_empty_file(read, name, content):
    with pytest.raises(DataError, match=rf"^there is no post in '[^']*{re.escape(name)}'$"):
        read(name, content)


def test_a_bomb_is_one_line(read):
    bomb = gzip.compress(b'{"id": "' + b"0" * 2**24)
    with pytest.raises(DataError, match="cannot be read from there on"):
        read("a.json.gz", bomb)
    with pytest.raises(DataError, match="has more than 16 MB"):
        read("a.jsonl.gz", bomb)


def test_a_pipe_is_read_once(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_text(lines(ROWS)))
    writer.start()
    assert [post.id for post in read_posts(path)] == ["a", "b", "c"]
    writer.join()


def test_reading_streams(tmp_path):
    """The first post is there before a fault further down is met."""
    path = tmp_path / "posts.jsonl"
    path.write_text(json.dumps(ROW) + "\nbroken\nbroken\n")
    posts = read_posts(path)
    assert next(posts) == READ
    with pytest.raises(DataError, match="2 items of 3"):
        list(posts)


def test_a_library_caller_is_warned_of_what_was_left_out(tmp_path):
    path = tmp_path / "posts.jsonl"
    path.write_text(json.dumps(ROW) + "\nbroken\n")
    with pytest.warns(match="left out: .* line 2: is not JSON"):
        list(read_posts(path))


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


def test_real_posts(shared_data):
    raw = list(read_posts(shared_data / "instagram-raw" / "posts.jsonl"))
    assert len(raw) == 3000 and max(len(post.hashtags) for post in raw) == 133


def test_captions_alone(read):
    assert [post.hashtags for post in read("a.json", ["Day #a #b", "#c"])[0]] == [("a", "b"), ("c",)]
    posts, _ = read("a.json", {"a.jpg": "My #cat", "b.jpg": "nothing"})
    assert [(post.id, post.hashtags) for post in posts] == [("a.jpg", ("cat",)), ("b.jpg", ())]
    with pytest.raises(DataError):
        read("a.json", ["no", "captions"])
