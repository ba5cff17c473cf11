"""Instaloader's files and folders."""

import json
import lzma

import pytest

from instahash.errors import DataError
from instahash.formats import read_posts


def read(tmp_path, value):
    path = tmp_path / "posts.json"
    path.write_text(json.dumps(value))
    return list(read_posts(path))


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


@pytest.mark.parametrize("moment", [1_672_567_200_000, float("nan")])
def test_a_time_beyond_the_calendar_is_named(tmp_path, moment):
    with pytest.raises(DataError, match=r"posts.json': the time \S+ is no date; .* in seconds since 1970"):
        read(tmp_path, {"node": {**NODE, "taken_at_timestamp": moment}})
