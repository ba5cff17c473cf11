"""Posts by user, as InstaPIC-1.1M has them."""

import json

import pytest

from instahash.errors import DataError
from instahash.formats import read_posts


def read(tmp_path, value):
    path = tmp_path / "posts.json"
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


@pytest.mark.parametrize(
    "value, message", [({"anna": {"1": 3}}, "post '1' of user 'anna': it must be"), ({}, "there is no post in")]
)
def test_what_is_refused(tmp_path, value, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, value)
