"""Media of instagrapi."""

import pytest

MEDIA = {
    "pk": "81",
    "id": "81_5",
    "code": "Ig1",
    "taken_at": "2023-01-01 10:00:00+00:00",
    "media_type": 8,
    "product_type": "carousel_container",
    "thumbnail_url": None,
    "user": {"pk": "5", "username": "emil_example", "full_name": "Emil"},
    "caption_text": "By the #Sea",
    "resources": [{"pk": "82", "thumbnail_url": "https://example.invalid/3_n.jpg?a", "media_type": 1}],
}
STORY = {"pk": "1", "id": "1_5", "code": "x", "taken_at": "2023", "mentions": [], "links": [], "hashtags": [{}]}
EXAMPLES = [[MEDIA, STORY], MEDIA]


@pytest.mark.parametrize("value, n_left", [([STORY, MEDIA], 1), (MEDIA, 0)])
def test_media(posts_of, value, n_left):
    (post,), left = posts_of({"a.json": value}, "a.json")
    assert post[:2] == ("81_5", ("Sea",)) and post.user == "emil_example"
    assert post.created_at == "2023-01-01 10:00:00+00:00"
    assert post.photos == ("Ig1", "81", "81_5", "82", "3_n.jpg")
    assert left == [("other", "a story")] * n_left
