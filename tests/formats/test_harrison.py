"""HARRISON's folder."""

import pytest

from instahash.errors import DataError
from instahash.formats import read_posts


def harrison(folder, photos="a.jpg\nb.jpg\n", tags="sea sun \nsun \n", index="sun 0\nsea   1\n"):
    for name, text in (("data_list.txt", photos), ("tag_list.txt", tags), ("vocab_index.txt", index)):
        if text is not None:
            (folder / name).write_text(text)
    return folder


def test_harrison(tmp_path):
    posts = list(read_posts(harrison(tmp_path)))
    assert [(post.id, post.hashtags, post.labels) for post in posts] == [
        ("a.jpg", ("sea", "sun"), ()),
        ("b.jpg", ("sun",), ()),
    ]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"tags": "sea\n"}, "has 2 lines and 'tag_list.txt' 1"),
        ({"tags": "sea\nmoon\n"}, "line 2: 'moon' is not in 'vocab_index.txt'"),
        ({"index": None}, "vocab_index.txt' is missing"),
    ],
)
def test_harrison_files_that_do_not_fit(tmp_path, change, message):
    with pytest.raises(DataError, match=message):
        list(read_posts(harrison(tmp_path, **change)))


def test_real_posts(shared_data):
    """51,545 real hashtag sets in both forms, and raw hashtags as scraped."""
    lines = list(read_posts(shared_data / "harrison" / "posts.jsonl.gz"))
    folder = list(read_posts(shared_data / "harrison"))
    assert len(lines) == len(folder) == 51_545
    assert [post.id for post in lines] == [post.id for post in folder]
    raw = list(read_posts(shared_data / "instagram-raw" / "posts.jsonl"))
    assert len(raw) == 3000 and max(len(post.hashtags) for post in raw) == 133
