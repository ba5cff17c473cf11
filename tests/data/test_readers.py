"""HARRISON's folder, and Instagram's JSON in its several forms."""

import json
import lzma

import pytest

from instahash.errors import DataError
from instahash.formats import read_posts
from instahash.formats.instagram import hashtags_in


def harrison(folder, photos="a.jpg\nb.jpg\n", tags="sea sun \nsun \n", index="sun 0\nsea   1\n"):
    for name, text in (("data_list.txt", photos), ("tag_list.txt", tags), ("vocab_index.txt", index)):
        if text is not None:
            (folder / name).write_text(text)
    return folder


def test_harrison(tmp_path):
    posts = list(read_posts(harrison(tmp_path)))
    assert [(post.id, post.hashtags, post.labels) for post in posts] == [
        ("a.jpg", ("sea", "sun"), ()),
        ("b.jpg", ("sun",), ()),
    ]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"tags": "sea\n"}, "has 2 lines and 'tag_list.txt' 1"),
        ({"tags": "sea\nmoon\n"}, "line 2: 'moon' is not in 'vocab_index.txt'"),
        ({"index": None}, "vocab_index.txt' is missing"),
    ],
)
def test_harrison_files_that_do_not_fit(tmp_path, change, message):
    with pytest.raises(DataError, match=message):
        list(read_posts(harrison(tmp_path, **change)))


@pytest.mark.parametrize(
    "caption, expected",
    [
        ("Sunday! #Beach#sea with #friends, #Beach again", ["Beach", "sea", "friends"]),
        ("＃夏 #été. (#ok) #a_b #2024 #हिन्दी", ["夏", "été", "ok", "a_b", "2024", "हिन्दी"]),
        ("# nothing #! 5 # 6 #-", []),
        ("https://x.y/#top", ["top"]),
        ("", []),
    ],
)
def test_hashtags_of_a_caption(caption, expected):
    assert hashtags_in(caption) == expected


def read(tmp_path, value, name="posts.json"):
    path = tmp_path / name
    path.write_text(json.dumps(value))
    return list(read_posts(path))


def test_instapic(tmp_path):
    posts = read(
        tmp_path,
        {
            "anna": {"1": {"caption": "at the #sea", "tags": ["#sun", "sea"]}, "2": {"caption": ["a", "#dog"]}},
            "ben": {"3": {"tags": "#cat #cute"}},
        },
    )
    assert [(post.id, post.user, post.hashtags) for post in posts] == [
        ("anna_@_1", "anna", ("#sun", "sea")),
        ("anna_@_2", "anna", ("dog",)),
        ("ben_@_3", "ben", ("cat", "cute")),
    ]


NODE = {
    "shortcode": "Bx1",
    "owner": {"id": "9", "username": "anna"},
    "taken_at_timestamp": 0,
    "edge_media_to_caption": {"edges": [{"node": {"text": "#Sea and #sun"}}]},
}


def test_an_instaloader_file_and_folder(tmp_path):
    value = {"node": NODE, "instaloader": {"node_type": "Post"}}
    (post,) = read(tmp_path, value)
    assert post[:2] == ("Bx1", ("Sea", "sun"))
    assert post.user == "anna" and post.created_at == "1970-01-01T00:00:00+00:00"
    (tmp_path / "later.json.xz").write_bytes(lzma.compress(json.dumps(value).encode()))
    (tmp_path / "profile.json").write_text('{"node": {"biography": "hi"}}')
    assert [post.id for post in read_posts(tmp_path)] == ["Bx1", "Bx1"]


def test_a_list_of_posts_with_captions(tmp_path):
    value = [
        {"id": "a", "caption": "#x"},
        {"shortcode": "b", "hashtags": ["y"]},
        {"id": "c", "caption": {"text": "#z"}},
    ]
    assert [(post.id, post.hashtags) for post in read(tmp_path, value)] == [("a", ("x",)), ("b", ("y",)), ("c", ("z",))]


@pytest.mark.parametrize(
    "value, message",
    [
        ([{"caption": "#x"}], "post 1: the post has no 'id'"),
        ([{"id": "a", "caption": 3}], "post 1: 'caption' must be a text"),
        ([3], "post 1: a post must be a JSON object"),
        ({"anna": {"1": 3}}, "post '1' of user 'anna'"),
        ({"anna": 3}, "this is not a list of posts"),
        ([], "there is no post in"),
    ],
)
def test_other_json_is_refused(tmp_path, value, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, value)


def test_a_folder_without_posts(tmp_path):
    with pytest.raises(DataError, match="neither HARRISON's files nor .json"):
        list(read_posts(tmp_path))


def test_real_posts(shared_data):
    """51,545 real hashtag sets in both forms, and raw hashtags as scraped."""
    lines = list(read_posts(shared_data / "harrison" / "posts.jsonl.gz"))
    folder = list(read_posts(shared_data / "harrison"))
    assert len(lines) == len(folder) == 51_545
    assert [post.id for post in lines] == [post.id for post in folder]
    raw = list(read_posts(shared_data / "instagram-raw" / "posts.jsonl"))
    assert len(raw) == 3000 and max(len(post.hashtags) for post in raw) == 133


def test_what_is_said_of_users_is_read(tmp_path):
    posts = [{"id": "1", "hashtags": ["a"], "user_features": ["country:pt"]}]
    (tmp_path / "posts.json").write_text(json.dumps(posts))
    assert next(read_posts(tmp_path / "posts.json")).features == ("country:pt",)
