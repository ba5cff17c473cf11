"""A JSON list of posts, with our names for the parts of a post or Instagram's."""

import json

import pytest

from instahash.errors import DataError
from instahash.formats import read_posts


def read(tmp_path, value):
    path = tmp_path / "posts.json"
    path.write_text(json.dumps(value))
    return list(read_posts(path))


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
        ([], "there is no post in"),
    ],
)
def test_what_is_refused(tmp_path, value, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, value)


def test_what_is_said_of_users_is_read(tmp_path):
    posts = [{"id": "1", "hashtags": ["a"], "user_features": ["country:pt"]}]
    assert read(tmp_path, posts)[0].features == ("country:pt",)
