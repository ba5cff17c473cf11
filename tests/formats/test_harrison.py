"""HARRISON's folder."""

import pytest

from instahash.errors import DataError
from instahash.formats import Reading, read_posts


def harrison(folder, photos="a.jpg\nb.jpg\n", tags="sea sun \nsun \n", index="sun 0\nsea   1\n"):
    for name, text in (("data_list.txt", photos), ("tag_list.txt", tags), ("vocab_index.txt", index)):
        if text is not None:
            (folder / name).write_text(text)
    return folder


def test_harrison(tmp_path):
    posts = list(read_posts(harrison(tmp_path)))
    assert [(post.id, post.hashtags, post.labels, post.photos) for post in posts] == [
        ("a.jpg", ("sea", "sun"), (), ("a.jpg",)),
        ("b.jpg", ("sun",), (), ("b.jpg",)),
    ]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"tags": "sea\n"}, "has 2 lines and 'tag_list.txt' 1"),
        ({"tags": "moon\nmoon\n"}, "line 1: must have hashtags of 'vocab_index.txt', not 'moon'"),
        ({"index": None}, "vocab_index.txt' is missing"),
    ],
)
def test_harrison_files_that_do_not_fit(tmp_path, change, message):
    with pytest.raises(DataError, match=message):
        list(read_posts(harrison(tmp_path, **change)))


def test_a_hashtag_without_an_index_is_one_odd_post(tmp_path):
    reading = Reading()
    assert len(list(read_posts(harrison(tmp_path, tags="sea\nmoon\n"), reading=reading))) == 1
    assert "line 2" in reading.lines()[0]


def test_real_posts(shared_data):
    """51,545 real hashtag sets in both forms."""
    lines = list(read_posts(shared_data / "harrison" / "posts.jsonl.gz"))
    folder = list(read_posts(shared_data / "harrison"))
    assert len(lines) == len(folder) == 51_545
    assert [post.id for post in lines] == [post.id for post in folder]
