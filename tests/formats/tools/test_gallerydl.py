"""gallery-dl's files beside photos."""

SIDECAR = {
    "category": "instagram",
    "subcategory": "posts",
    "post_id": "41",
    "post_shortcode": "Gd1",
    "media_id": "42",
    "shortcode": "Gd2",
    "num": 1,
    "count": 2,
    "description": "#Tea🍵 and #bun",
    "tags": ["#Tea", "#bun"],
    "post_date": "2023-01-01 10:00:00",
    "date": "2023-01-01 09:00:00",
    "username": "jo_example",
    "user": {"username": "of_the_page"},
    "filename": "443_n",
    "extension": "jpg",
}
SECOND = {**SIDECAR, "media_id": "43", "num": 2}
INFO = {key: value for key, value in SIDECAR.items() if key not in ("extension", "filename", "media_id", "num")}
FLICKR = {
    "category": "flickr",
    "subcategory": "user",
    "id": "44",
    "title": "Sea",
    "tags": ["sea"],
    "owner": {"username": "kai_example"},
    "date": "2020-01-01 00:00:00",
    "extension": "jpg",
}
EXAMPLES = [SIDECAR, FLICKR]


def test_the_photos_of_a_post_share_it(posts_of, tmp_path):
    folder = "instagram/jo_example"
    files = {f"{folder}/42.jpg.json": SIDECAR, f"{folder}/43.jpg.json": SECOND, f"{folder}/info.json": INFO}
    (post,), left = posts_of(files)
    assert post[:2] == ("41", ("Tea🍵", "bun")) and post.user == "jo_example"
    assert post.created_at == "2023-01-01 10:00:00" and not left
    assert {str(tmp_path / folder / "42.jpg"), str(tmp_path / folder / "43.jpg")} < set(post.photos)
    assert str(tmp_path / folder / "info") not in post.photos


def test_other_sites(posts_of):
    (post,), left = posts_of({"44.jpg.json": FLICKR, "info.json": {"category": "flickr", "subcategory": "album"}})
    assert post[:2] == ("44", ("sea",)) and post.user == "kai_example"
    assert left == [("other", "what gallery-dl says of a folder")]


def test_what_is_no_post(posts_of):
    story, avatar = {**SECOND, "subcategory": "stories"}, {**SECOND, "subcategory": "avatar"}
    posts, left = posts_of(
        {"1.json": SIDECAR, "2.json": story, "3.json": avatar, "4.json": {**SECOND, "type": "story"}}
    )
    assert len(posts) == 1
    assert sorted(left) == [("other", "a profile photo"), ("other", "a story"), ("other", "a story")]
