"""Instagram's own export."""

import io
import json
import zipfile

import pytest

from instahash.archive import files_below
from instahash.errors import DataError


def as_exported(text):
    return text.encode().decode("latin-1")


ONE = {
    "media": [{"uri": "media/posts/1_n.jpg", "creation_timestamp": 1672567200, "title": as_exported("Café #été 🐱")}]
}
TWO = {
    "media": [{"uri": "media/posts/2_n.jpg", "title": ""}, {"uri": "media/posts/3_n.mp4", "title": ""}],
    "title": as_exported("#夏"),
    "creation_timestamp": 1672567201,
}
LABELLED = {
    "timestamp": 1672567202,
    "media": [{"uri": "media/posts/4_n.jpg"}],
    "label_values": [
        {"label": as_exported("Légende"), "value": as_exported("#thé")},
        {"label": "URL", "value": "https://www.instagram.com/p/a/#very-long-fragment"},
        {"title": "Owner", "dict": [{"dict": [{"label": "Name", "value": "Mia"}]}]},
    ],
}
MEDIA_2019 = {
    "photos": [
        {"caption": "#old", "taken_at": "2019-05-01T10:00:00", "path": "photos/201905/a.jpg"},
        {"caption": "#old", "taken_at": "2019-05-01T10:00:00", "path": "photos/201905/b.jpg"},
        {"caption": "#old", "taken_at": "2019-05-02T10:00:00", "path": "photos/201905/c.jpg"},
    ],
    "stories": [{"path": "stories/a.jpg"}],
    "profile": [{"path": "profile/a.jpg"}],
}
EXAMPLES = [[ONE, TWO], ONE, [LABELLED], {"ig_archived_post_media": [ONE, TWO]}, MEDIA_2019]


def zipped(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, value in files.items():
            archive.writestr(name, json.dumps(value))
    return content.getvalue()


@pytest.mark.parametrize(
    "name", ["posts_1.json", "your_instagram_activity/media/posts_1.json", "content/Posts_1.JSON", "renamed.json"]
)
@pytest.mark.parametrize("is_file", [True, False])
def test_posts(posts_of, name, is_file):
    posts, left = posts_of({name: [ONE, TWO, LABELLED]}, name if is_file else "")
    assert [post.hashtags for post in posts] == [("été",), ("夏",), ("thé",)] and not left
    assert [post.created_at for post in posts] == [f"2023-01-01T10:00:0{second}+00:00" for second in range(3)]
    assert posts[1].photos == ("media/posts/2_n.jpg", "media/posts/3_n.mp4")
    assert [post.id for post in posts] == [f"media/posts/{number}_n.jpg" for number in (1, 2, 4)]


def test_one_post_is_no_list(posts_of):
    (post,), _ = posts_of({"posts_1.json": ONE}, "posts_1.json")
    assert post.hashtags == ("été",)


def test_the_folder_holds_much_else(posts_of):
    files = {
        "your_instagram_activity/media/posts_1.json": [ONE],
        "your_instagram_activity/media/Posts_2.JSON": [TWO],
        "your_instagram_activity/media/archived_posts.json": {"ig_archived_post_media": [LABELLED]},
        "your_instagram_activity/media/stories.json": {"ig_stories": [{"uri": "s.jpg", "title": "#no"}]},
        "your_instagram_activity/comments/post_comments_1.json": [{"string_map_data": {"Comment": {"value": "#no"}}}],
        "preferences/your_topics.json": {"topics_your_topics": [], "tags": ["#no"]},
    }
    posts, left = posts_of(files)
    assert [post.hashtags for post in posts] == [("夏",), ("thé",), ("été",)] and not left


def test_a_zip_file_and_its_parts(posts_of, tmp_path):
    first, second = zipped({"export/content/posts_1.json": [ONE]}), zipped({"content/posts_2.json": [TWO]})
    assert [post.hashtags for post in posts_of({"part_1.zip": first}, "part_1.zip")[0]] == [("été",)]
    posts, _ = posts_of({"part_2.zip": second})
    assert {type(file).__name__ for file in files_below(tmp_path)} == {"Member"}
    assert [post.hashtags for post in posts] == [("été",), ("夏",)]
    posts, _ = posts_of({"content/posts_1.json": [ONE]})  # which are those of the first part
    assert [post.hashtags for post in posts] == [("été",)]


def test_media_json(posts_of):
    posts, left = posts_of({"media.json": MEDIA_2019})
    assert [post.photos for post in posts] == [
        ("photos/201905/a.jpg", "photos/201905/b.jpg"),
        ("photos/201905/c.jpg",),
    ]
    assert posts[0].hashtags == ("old",) and posts[0].created_at == "2019-05-01T10:00:00"
    assert left == [("other", "a story"), ("other", "a profile photo")]


def test_odd_values_do_not_lose_the_rest(posts_of):
    posts, left = posts_of({"posts_1.json": [ONE, {"media": []}, {"other": 1}, TWO]}, "posts_1.json")
    assert len(posts) == 2
    assert left == [
        ("other", "a post without a photo and a caption"),
        ("odd", "must be a post as Instagram's exports have it"),
    ]


def test_a_damaged_file_does_not_lose_the_others(posts_of):
    posts, left = posts_of({"posts_1.json": [ONE], "posts_2.json": '[{"media": ['})
    assert len(posts) == 1 and [kind for kind, _ in left] == ["file"]


def test_a_caption_that_was_cut(posts_of):
    cut = as_exported("#été 🐱 #thé 🐱")[:-2]
    (post,), _ = posts_of({"posts_1.json": [{"media": [{"uri": "a.jpg", "title": cut}]}]}, "posts_1.json")
    assert post.hashtags == ("été", "thé")


@pytest.mark.parametrize("name", ["", "content/posts_1.html"])
def test_web_pages_are_not_read(posts_of, name):
    with pytest.raises(DataError, match="web pages .*; ask Instagram for the export again, with the format JSON"):
        posts_of({"content/posts_1.html": "<html>"}, name)


@pytest.mark.parametrize(
    "value", [{"ig_stories": [ONE]}, {"ig_reels_media": [ONE]}, [{**LABELLED, "media": [], "label_values": []}]]
)
def test_other_files_of_an_export(posts_of, value):
    with pytest.raises(DataError, match="there is no post in"):
        posts_of({"other.json": value}, "other.json")


def test_a_web_page_beside_posts(posts_of):
    (post,), _ = posts_of({"posts.html": "<html>", "posts.jsonl": '{"id": "1.jpg", "hashtags": ["sea"]}\n'})
    assert (post.id, post.hashtags) == ("1.jpg", ("sea",))
