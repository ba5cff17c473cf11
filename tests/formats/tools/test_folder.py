"""Folders of files in any format."""

import pytest

from instahash.errors import DataError
from instahash.formats import Source, folder, read_posts

TABLE = "file,text\n1.jpg,hi #cat\n2.jpg,#dog\n"


def test_captions_beside_photos(posts_of, tmp_path):
    files = {
        "noa_example/2023-01-01_10-00-00_UTC.txt": "#tea",
        "noa_example/2023-01-01_10-00-00_UTC_1.jpg": b"",
        "noa_example/2023-01-01_10-00-00_UTC_2.jpg": b"",
        "noa_example/2023-01-01_10-00-00_UTC_location.txt": "#nowhere",
        "noa_example/walk.TXT": "#dog 🐶",
        "noa_example/walk.JPG": b"",
        "noa_example/read.json": {"id": "r", "caption": "#known"},
        "noa_example/read.txt": "#known",
        "noa_example/read.jpg": b"",
        "notes.txt": "#notes",
    }
    posts, left = posts_of(files)
    assert [(post.id, post.hashtags, post.created_at) for post in posts] == [
        ("r", ("known",), None),
        ("2023-01-01_10-00-00_UTC", ("tea",), "2023-01-01T10:00:00+00:00"),
        ("walk", ("dog",), None),
    ]
    assert posts[1].photos == (str(tmp_path / "noa_example" / "2023-01-01_10-00-00_UTC"),) and not left


def test_a_table_beside_photos_and_files_without_posts(posts_of):
    files = {"posts.csv": TABLE, "1.jpg": b"", "package.json": {"name": "x", "description": "#no"}, "n.json": "3"}
    posts, left = posts_of(files)
    assert [(post.hashtags, post.photos) for post in posts] == [(("cat",), ("1.jpg",)), (("dog",), ("2.jpg",))]
    assert left == [("other", "a file without posts")] * 2


def test_posts_of_one_id_are_one_where_they_are_equal(posts_of):
    photos = [{"id": "1", "caption": "#a", "file": f"{number}.jpg"} for number in (1, 2)]
    other = {"id": "1", "caption": "#b", "file": "3.jpg"}
    posts, _ = posts_of({"noa/posts.json": photos, "oto/posts.json": [other]})
    assert [(post.id, post.hashtags, post.photos) for post in posts] == [
        ("1", ("a",), ("1.jpg", "2.jpg")),
        ("1", ("b",), ("3.jpg",)),
    ]


@pytest.mark.parametrize("name, content", [("b.json.xz", b"\xfd7zXZ\0cut"), ("b.json", '{"id": "b"'), ("b.json", "[{")])
def test_damaged_files_do_not_lose_the_others(posts_of, tmp_path, name, content):
    damaged = {f"{number}/{name}": content for number in range(5)}  # of which no number is too many
    posts, left = posts_of({"a.json": {"id": "a", "caption": "#a"}, **damaged})
    assert [post.id for post in posts] == ["a"] and [kind for kind, _ in left] == ["file"] * 5
    with pytest.raises(DataError, match=f"0/{name}': "):
        list(read_posts(tmp_path, strict=True))


def test_photos_alone(posts_of):
    with pytest.raises(DataError, match="has 2 photos and no hashtags; write a file .* instahash-annotate"):
        posts_of({"a.jpg": b"", "b.PNG": b""})


def test_a_file_is_read_once(posts_of, tmp_path, monkeypatch):
    posts_of({f"{number}.json": {"node": {"shortcode": str(number), "caption": "#a"}} for number in range(3)})
    opened = []
    from instahash.formats import source

    reading = source.reading
    monkeypatch.setattr(source, "reading", lambda path: opened.append(path) or reading(path))
    assert len(list(folder.FOLDER.read(Source(tmp_path)))) == 3
    assert len(opened) == 3
