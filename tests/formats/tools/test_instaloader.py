"""Instaloader's files and folders."""

import json

import pytest

PAGE = {
    "__typename": "GraphSidecar",
    "id": "31",
    "shortcode": "Il1",
    "owner": {"id": "9", "username": "lea_example"},
    "taken_at_timestamp": 1672567200,
    "edge_media_to_caption": {"edges": [{"node": {"text": "#Sea and #sun"}}]},
}
PHONE = {
    "id": "32",
    "shortcode": "Il2",
    "date": 1672567200,
    "caption": None,
    "owner": {"id": "9"},
    "iphone_struct": {"pk": "32", "caption": {"text": "#Sea and #sun"}, "user": {"pk": "9", "username": "lea_example"}},
}
OLD = {"code": "Il3", "id": "33", "date": 1672567200, "caption": "#Sea and #sun", "owner": {"username": "lea_example"}}


def saved(node, kind="Post"):
    return {"node": node, "instaloader": {"version": "4.16", "node_type": kind}}


EXAMPLES = [saved(PAGE), saved(PHONE), OLD]


@pytest.mark.parametrize(
    "value, post_id", [(saved(PAGE), "31"), ({"node": PAGE}, "31"), (saved(PHONE), "32"), (OLD, "33")]
)
@pytest.mark.parametrize("suffix", [".json", ".json.xz"])
def test_a_file(posts_of, tmp_path, value, post_id, suffix):
    (post,), left = posts_of({"2023_UTC" + suffix: value}, "2023_UTC" + suffix)
    assert post[:2] == (post_id, ("Sea", "sun")) and not left
    assert post.user == "lea_example" and post.created_at == "2023-01-01T10:00:00+00:00"
    assert post.photos[0] == str(tmp_path / "2023_UTC")


def test_an_owner_who_is_a_number(posts_of):
    (post,), _ = posts_of({"a.json": saved({**PAGE, "owner": {"id": "9"}})}, "a.json")
    assert post.user == "9"


def test_lines_of_posts(posts_of):
    posts, _ = posts_of({"a.jsonl": json.dumps(saved(PAGE)) + "\n" + json.dumps(saved(PHONE))}, "a.jsonl")
    assert [post.id for post in posts] == ["31", "32"]


def test_what_lies_beside_posts(posts_of):
    files = {
        "lea_example/a.json.xz": saved(PAGE),
        "lea_example/a_comments.json": [{"id": 1, "text": "#others", "owner": {"username": "x"}}],
        "lea_example/lea_example_9.json.xz": saved({"id": "9", "username": "lea_example"}, "Profile"),
        "lea_example/b.json.xz": saved({"id": "5", "shortcode": "St1", "caption": "#no"}, "StoryItem"),
        "lea_example/c.json.xz": saved({**PAGE, "__typename": "GraphStoryImage"}),
        "lea_example/iterator_a.json.xz": saved({"first_node": {"code": "Il1"}}, "FrozenNodeIterator"),
        "#sea/sea.json": saved({"name": "sea"}, "Hashtag"),
        "lea_example/id": "9",
    }
    (post,), left = posts_of(files)
    assert post.id == "31"
    assert sorted(reason for kind, reason in left if kind == "other") == [
        "a file of Instaloader that is no post", "a hashtag", "a profile", "a story", "a story", "comments",
    ]  # fmt: skip


def test_a_post_that_was_downloaded_twice_is_one(posts_of, tmp_path):
    (post,), left = posts_of({"lea_example/a.json.xz": saved(PAGE), "#sea/a.json.xz": saved(PAGE)})
    assert {str(tmp_path / "lea_example/a"), str(tmp_path / "#sea/a")} < set(post.photos) and not left


@pytest.mark.parametrize("moment", [1e300, float("nan")])
def test_a_time_beyond_the_calendar_is_left_out(posts_of, moment):
    (post,), left = posts_of({"a.json": saved({**PAGE, "taken_at_timestamp": moment})}, "a.json")
    assert post.created_at is None and [kind for kind, _ in left] == ["part"]
