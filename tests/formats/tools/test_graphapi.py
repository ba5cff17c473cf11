"""Answers of the Graph API."""

import pytest

MEDIA = {
    "id": "91",
    "caption": "#Rain",
    "media_type": "CAROUSEL_ALBUM",
    "media_url": "https://example.invalid/1_n.jpg?x",
    "permalink": "https://www.instagram.com/p/Ga1/",
    "timestamp": "2023-01-01T10:00:00+0000",
    "username": "fay_example",
    "children": {"data": [{"id": "92", "media_url": "https://example.invalid/2_n.jpg"}]},
    "comments": {"data": [{"text": "#others"}]},
}
SILENT = {"id": "93", "media_type": "IMAGE", "permalink": "https://www.instagram.com/p/Ga3/"}
ANONYMOUS = {key: value for key, value in MEDIA.items() if key != "username"}
DISCOVERY = {"business_discovery": {"username": "fay_example", "media": {"data": [ANONYMOUS]}}, "id": "2"}
EXAMPLES = [{"data": [MEDIA, SILENT], "paging": {}}, DISCOVERY, [{"data": [MEDIA]}]]


@pytest.mark.parametrize(
    "value",
    [MEDIA, [MEDIA], {"data": [MEDIA]}, DISCOVERY, {"media": {"data": [MEDIA]}, "id": "1"}, [{"data": [MEDIA]}]],
)
def test_where_media_stand(posts_of, value):
    (post,), left = posts_of({"a.json": value}, "a.json")
    assert post[:2] == ("91", ("Rain",)) and post.user == "fay_example" and not left
    assert post.created_at == "2023-01-01T10:00:00+0000"
    assert post.photos == ("Ga1", "91", "92", "1_n.jpg", "2_n.jpg")


def test_media_without_a_caption_and_answers_without_media(posts_of):
    (post,), left = posts_of({"a.json": [{"data": [SILENT]}, {"data": []}]}, "a.json")
    assert post[:2] == ("93", ()) and left == [("other", "an answer without media")]


def test_a_story(posts_of):
    posts, left = posts_of({"a.json": {"data": [MEDIA, {**MEDIA, "media_product_type": "STORY"}]}}, "a.json")
    assert len(posts) == 1 and left == [("other", "a story")]
