"""Zeeschuimer's NDJSON, and 4CAT's, which holds the same."""

import json

import pytest

APP = {
    "pk": "61",
    "id": "61_5",
    "code": "Ze1",
    "taken_at": 1672567200,
    "caption": {"pk": "1", "text": "#Fox #den"},
    "user": {"pk": "5", "username": "gus_example"},
    "product_type": "carousel_container",
    "carousel_media": [{"pk": "62", "image_versions2": {"candidates": [{"url": "https://example.invalid/7_n.jpg?x"}]}}],
}
PAGE = {
    "id": "63",
    "shortcode": "Ze3",
    "edge_media_to_caption": {"edges": [{"node": {"text": "#owl"}}]},
    "owner": {"id": "5", "username": "gus_example"},
    "taken_at_timestamp": 1672567200,
    "edge_sidecar_to_children": {"edges": [{"node": {"id": "64", "display_url": "https://example.invalid/8_n.jpg"}}]},
}
TIKTOK = {
    "id": "65",
    "desc": "look",
    "createTime": 1672567200,
    "author": {"id": "1", "uniqueId": "gus_example", "nickname": "Gus"},
    "textExtra": [{"hashtagName": "cat"}, {"hashtagName": ""}],
}
X = {
    "rest_id": "66",
    "core": {"user_results": {"result": {"legacy": {"screen_name": "gus_example"}}}},
    "legacy": {
        "id_str": "66",
        "full_text": "hi #cat",
        "created_at": "Sun Jan 01 10:00:00 +0000 2023",
        "entities": {"hashtags": [{"text": "cat", "indices": [3, 7]}]},
    },
}


def line(data, platform="instagram.com", number="1"):
    return {"nav_index": "1:1", "item_id": number, "source_platform": platform, "timestamp_collected": 1, "data": data}


EXAMPLES = [[line(APP), line(PAGE)], [line(TIKTOK), line(X)], [{**APP, "__import_meta": {"item_id": "Ze1"}}]]


def read(posts_of, *lines):
    return posts_of({"z.ndjson": "\n".join(map(json.dumps, lines))}, "z.ndjson")


@pytest.mark.parametrize(
    "data, post_id, hashtags, photos",
    [
        (APP, "61_5", ("Fox", "den"), ("Ze1", "61_5", "61", "62", "7_n.jpg")),
        (PAGE, "63", ("owl",), ("Ze3", "63", "64", "8_n.jpg")),
        ({"node": PAGE}, "63", ("owl",), ("Ze3", "63", "64", "8_n.jpg")),
        (TIKTOK, "65", ("cat",), ()),
        (X, "7", ("cat",), ()),
    ],
)
def test_platforms(posts_of, data, post_id, hashtags, photos):
    for item in (line(data, number="7"), {**data, "__import_meta": {"item_id": "7"}}):
        (post,), left = read(posts_of, item)
        assert post.id == post_id or (data is X and "__import_meta" in item)
        assert post.hashtags == hashtags and post.user == "gus_example" and post.photos == photos and not left
        assert post.created_at == "2023-01-01T10:00:00+00:00"


def test_what_is_no_post(posts_of):
    posts, left = read(posts_of, line(APP), line({**APP, "product_type": "story"}), line(None))
    assert len(posts) == 1 and sorted(left) == [("other", "a story"), ("other", "an entry without data")]
