"""Zip files are read as the folders that they hold."""

import io
import json
import zipfile

import pytest

from instahash.annotate import find_photos
from instahash.errors import DataError
from instahash.formats import Reading, read_posts

POSTS = json.dumps([{"id": "a", "hashtags": ["cat"]}])


def zipped(members, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def changed(content, **places):
    """With a byte changed in the local header of the only member and in the list of members."""
    content = bytearray(content)
    listed = content.index(b"PK\1\2")
    for local, central, value in places.values():
        content[local] = content[listed + central] = value
    return bytes(content)


def nameless(content):
    """The first file has no name in the list of files; what was one is of no meaning."""
    at = content.index(b"PK\1\2")
    return content[: at + 28] + b"\0\0\1\0" + content[at + 32 :]


SOUND = zipped({"posts.json": POSTS})
INNER = zipped({"inner.zip": SOUND})


@pytest.mark.parametrize(
    "content",
    [
        SOUND,
        zipped({"posts.json": POSTS}, compression=zipfile.ZIP_LZMA),
        zipped(
            {"x/": "", "x/posts.json": POSTS, "__MACOSX/x/posts.json": POSTS.replace('"a"', '"b"'), ".DS_Store": "x"}
        ),
        zipped({"posts.csv": "id,hashtags\na,cat\n", "inner.zip": SOUND}),
        nameless(zipped({"x": "a file without a name", "posts.json": POSTS})),
        zipped({"posts.json": POSTS, "../../other.json": POSTS.replace('"a"', '"b"')}),
    ],
)
def test_zip_files(read, content):
    for name in ("a.zip", "a.ZIP", "a"):
        posts, _ = read(name, content)
        assert [(post.id, post.hashtags) for post in posts] == [("a", ("cat",))]


@pytest.mark.parametrize(
    "content, message",
    [
        (SOUND[:-9], "is not a sound zip file .*; copy it again"),
        (b"", "is not a sound zip file"),
        (changed(SOUND, encrypted=(6, 8, 1)), r"cannot read '.*a.zip/posts.json': .*encrypted.*; unpack the zip file"),
        (changed(SOUND, deflate64=(8, 10, 9)), r"cannot read .* compression method .*; unpack the zip file, and give"),
        (SOUND.replace(b'"cat"', b'"dog"', 1), r"a.zip/posts.json' is damaged \(Bad CRC"),
        (INNER, "is in none of the formats .*; unpack the zip files in it"),
        (zipped({"a.txt": "x"}), "is in none of the formats .*; instahash-annotate makes posts of photos"),
    ],
)
def test_what_cannot_be_read(read, content, message):
    with pytest.raises(DataError, match=message) as caught:
        read("a.zip", content)
    assert "\n" not in str(caught.value)


def test_a_broken_file_does_not_lose_the_others(read):
    rows = {f"{i}.json": POSTS.replace('"a"', f'"{i}"') for i in range(20)}
    posts, (line,) = read("a.zip", zipped({**rows, "cut.json": '{"id": "b", "hashtags": ["cat"'}))
    assert len(posts) == 20 and line.startswith("left out: 'a.zip/cut.json'")


def test_many_members(read):
    members = {f"{i}.txt": "" for i in range(5000)} | {"posts.json": POSTS}
    assert len(read("a.zip", zipped(members))[0]) == 1


def test_a_spreadsheet(read):
    with pytest.raises(DataError, match="save a spreadsheet as CSV"):
        read("posts.xlsx", SOUND)


def test_a_folder_named_as_its_zip_file(tmp_path):
    folder = tmp_path / "export.zip"
    folder.mkdir()
    (folder / "posts.json").write_text(POSTS)
    assert [post.id for post in read_posts(folder)] == ["a"]
    assert [photo.source for photo in find_photos(folder)] == [folder]


def test_a_zip_file_beside_other_files_is_not_lost_unsaid(tmp_path):
    (tmp_path / "part_1").mkdir()
    (tmp_path / "part_1" / "posts.json").write_text(POSTS)
    (tmp_path / "part_2.zip").write_bytes(SOUND)
    reading = Reading()
    assert len(list(read_posts(tmp_path, reading=reading, strict=True))) == 1
    assert reading.lines() == [f"left out: '{tmp_path}/part_2.zip': a zip file beside other files; unpack it"]
