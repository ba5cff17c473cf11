"""The file of instagram-scraper."""

import pytest

from instahash.errors import DataError

NODE = {
    "id": "51",
    "shortcode": "Gi1",
    "edge_media_to_caption": {"edges": [{"node": {"text": "#Elm"}}]},
    "owner": {"id": "5"},
    "taken_at_timestamp": 1672567200,
    "tags": ["Elm"],
    "urls": ["https://example.invalid/44_n.jpg?x"],
    "username": "ida_example",
}
STORY = {"id": "52", "__typename": "GraphStoryImage"}
EXAMPLES = [{"GraphImages": [NODE, NODE], "GraphStories": [STORY], "GraphProfileInfo": {}}]


def test_posts_and_stories(posts_of):
    value = {"GraphProfileInfo": {}, "GraphImages": [None, NODE, STORY], "GraphStories": [STORY]}
    (post,), left = posts_of({"a.json": value}, "a.json")
    assert post[:2] == ("51", ("Elm",)) and post.user == "ida_example"
    assert post.created_at == "2023-01-01T10:00:00+00:00" and post.photos == ("44_n.jpg", "Gi1", "51")
    assert left == [("odd", "must be a post as a JSON object"), ("other", "a story"), ("other", "a story")]


def test_stories_alone(posts_of):
    with pytest.raises(DataError, match="there is no post in"):
        posts_of({"a.json": {"GraphStories": [STORY]}}, "a.json")
