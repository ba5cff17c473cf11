"""Posts by user, as InstaPIC-1.1M has them."""

import pytest

from instahash.errors import DataError


def test_instapic(read):
    posts, said = read(
        "posts.json",
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
    assert not said


def test_what_is_odd_is_named(read):
    sound = {str(i): {"tags": ["cat"]} for i in range(40)}
    posts, said = read("posts.json", {"anna": {**sound, "x": 3}, "ben": [1]})
    assert len(posts) == 40
    assert said == [
        "left out: 'posts.json': post 'x' of user 'anna': must be an object with a 'caption' or 'tags'",
        "left out: 'posts.json': user 'ben': must be an object of posts",
    ]


@pytest.mark.parametrize("value", [{"anna": {"1": 3}}, {}, {"anna": {"1": {"x": 3}}}])
def test_what_is_refused(read, value):
    with pytest.raises(DataError, match="there is no post in|is in none of the formats"):
        read("posts.json", value)
