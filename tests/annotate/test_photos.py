"""What files, folders and contents give as photos, lazily and in order; and every way in which one cannot be read."""

import inspect
import os
import re
import socket
import subprocess
import sys
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from instahash.annotate import photos
from instahash.annotate.photos import Photo, find_photos
from instahash.decoding import limits
from instahash.errors import DataWarning, ImageError


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """make(*paths) -> files in the working folder, each with its own path for content."""
    monkeypatch.chdir(tmp_path)

    def make(*paths):
        for path in map(Path, paths):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(str(path).encode())

    return make


def test_a_folder_of_zip_files_alone_has_the_photos_in_them(tree):
    tree("parts/1.zip", "parts/2.zip", "other/1.zip", "other/a.jpg")
    for number in "12":
        with zipfile.ZipFile(f"parts/{number}.zip", "w") as archive:
            archive.writestr(f"media/{number}.jpg", number)
    found = list(find_photos("parts"))
    assert [photo.id for photo in found] == ["parts/1.zip/media/1.jpg", "parts/2.zip/media/2.jpg"]
    assert found[1].read() == b"2"
    assert [photo.id for photo in find_photos("other")] == ["other/a.jpg"]


def ids(*sources):
    return [photo.id for photo in find_photos(sources)]


def refusal(photo):
    """The text of the one error that reading gives: one line, to which the caller adds the photo's name."""
    with pytest.raises(ImageError) as caught:
        photo.read()
    text = str(caught.value)
    assert len(text.splitlines()) == 1
    assert repr(photo.id) not in text
    return text


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_damaged_photo_in_a_zip_file_has_a_line(tree, packed):
    tree("a.txt")
    with zipfile.ZipFile("a.zip", "w", packed) as archive:
        archive.writestr("1.jpg", "a photo" * 999)
    content = bytearray(Path("a.zip").read_bytes())
    start = 30 + len("1.jpg") + 10
    content[start : start + 10] = b"\xff" * 10
    Path("a.zip").write_bytes(content)
    (photo,) = find_photos("a.zip")
    with pytest.raises(ImageError, match="is damaged|cannot be read"):
        photo.read()


def test_files_and_contents_keep_their_order_and_names(tree, tmp_path):
    tree("b.jpg", "a.JPG", "notes.txt")
    sources = ["b.jpg", b"one", ("mine", b"two"), tmp_path / "a.JPG", "./notes.txt", "b.jpg", b"three"]
    found = list(find_photos(sources))
    assert [photo.id for photo in found] == [
        "b.jpg",
        "photo 2",
        "mine",
        str(tmp_path / "a.JPG"),
        "./notes.txt",
        "b.jpg",
        "photo 7",
    ]
    assert [photo.read() for photo in found] == [b"b.jpg", b"one", b"two", b"a.JPG", b"notes.txt", b"b.jpg", b"three"]
    assert list(find_photos(found)) == found
    assert list(find_photos([])) == []


def test_a_single_source_need_not_be_in_a_list(tree):
    tree("a.jpg")
    assert list(find_photos("a.jpg")) == list(find_photos(Path("a.jpg"))) == [Photo("a.jpg", Path("a.jpg"))]
    assert list(find_photos(b"x")) == [Photo("photo 1", b"x")]


def test_a_folder_gives_the_images_below_it_sorted(tree):
    tree("f/b.jpg", "f/a.png", "f/c/2.gif", "f/c/10.gif", "f/B.jpg", "f/c.webp", "f/d/e/f/deep.bmp")
    wanted = ["B.jpg", "a.png", "b.jpg", "c/10.gif", "c/2.gif", "c.webp", "d/e/f/deep.bmp"]
    assert ids("f") == ["f/" + name for name in wanted]
    assert ids("./f/") == ["./f/" + name for name in wanted]
    assert ids(Path("f")) == ids("f")
    assert [photo.read().decode() for photo in find_photos(["f"])] == ids("f")
    assert ids("f/c", "f/d") == ["f/c/10.gif", "f/c/2.gif", "f/d/e/f/deep.bmp"]
    assert ids(".") == ["./" + name for name in ids("f")]


def test_which_files_of_a_folder_are_images(tree):
    suffixes = "jpg jpeg jpe png webp gif bmp tif tiff heic heif avif mpo".split()
    names = [f"{number:02}.{suffix}" for number, suffix in enumerate(suffixes)]
    tree(*(f"f/{name}" for name in [*names, "20.JpEg", "30.TIFF"]))
    tree("f/a.txt", "f/b.jpg.json", "f/jpg", "f/c.eps", "f/d.svg", "f/f.jpg~", "f/g", "f/gjpg")
    assert ids("f") == [f"f/{name}" for name in [*names, "20.JpEg", "30.TIFF"]]


def test_videos_are_counted_and_said_to_be_videos(tree, tmp_path):
    tree("f/a.jpg", "f/b.MP4", "f/c/d.mov", "f/c/.e.mp4", "g/a.webm")
    said = f"left out: {limits.VIDEOS}$"
    with pytest.warns(DataWarning, match=f"^2 videos in 'f' {said}"):
        assert ids("f") == ["f/a.jpg"]
    with pytest.warns(DataWarning, match=f"^1 video in 'g' {said}"):
        assert ids("g") == ["g"]
    with zipfile.ZipFile("h.zip", "w") as archive:
        for name in ("a.jpg", "b.mp4", "c.m4v"):
            archive.writestr(name, "x")
    with pytest.warns(DataWarning, match=f"^2 videos in 'h.zip' {said}"):
        assert ids("h.zip") == ["h.zip/a.jpg"]
    for name, wanted in {"f/b.MP4": limits.VIDEO, "f/c/d.mov": limits.LIVE_PHOTO, "lost.mp4": "no such file"}.items():
        (photo,) = find_photos(name)
        with pytest.raises(ImageError, match=wanted):
            photo.read()


def test_hidden_files_and_folders_are_left_out(tree):
    tree("f/.a.jpg", "f/.thumbs/b.jpg", "f/._c.jpg", "f/d.jpg", ".hidden/e.jpg")
    assert ids("f") == ["f/d.jpg"]
    assert ids(".hidden", "f/.a.jpg") == [".hidden/e.jpg", "f/.a.jpg"]


def test_links(tree):
    tree("f/a.jpg", "f/sub/b.jpg", "other/c.jpg")
    for name, target in {
        "f/loop": "..",
        "f/sub/self.jpg": "self.jpg",
        "f/folder": "../other",
        "f/folder.jpg": "../other",
        "f/linked.jpg": "../other/c.jpg",
        "f/lost.jpg": "nothing.jpg",
        "link": "f",
    }.items():
        os.symlink(target, name)
    assert ids("f") == ["f/a.jpg", "f/linked.jpg", "f/lost.jpg", "f/sub/b.jpg", "f/sub/self.jpg"]
    assert ids("link") == [name.replace("f/", "link/", 1) for name in ids("f")]
    assert ids("f/folder") == ["f/folder/c.jpg"]
    found = {photo.id: photo for photo in find_photos(["f"])}
    assert found["f/linked.jpg"].read() == b"other/c.jpg"
    assert "no such file" in refusal(found["f/lost.jpg"])
    assert "cannot be read" in refusal(found["f/sub/self.jpg"])


def test_a_folder_named_like_an_image(tree):
    tree("f/album.jpg/a.jpg")
    assert ids("f") == ["f/album.jpg/a.jpg"]


def test_one_bad_source_does_not_spoil_the_rest(tree):
    tree("a.jpg", "none/readme.txt", "b.jpg")
    Path("empty/sub").mkdir(parents=True)
    found = list(find_photos(["a.jpg", "gone.jpg", "none", "empty", "", "nul\0.jpg", "b.jpg"]))
    assert [photo.id for photo in found] == ["a.jpg", "gone.jpg", "none", "empty", "", "nul\0.jpg", "b.jpg"]
    assert [found[0].read(), found[-1].read()] == [b"a.jpg", b"b.jpg"]
    assert refusal(found[1]) == "there is no such file or folder; check the path"
    assert re.search("there is no image in this folder; give", refusal(found[2]))
    assert re.search("there is no image in this folder; give", refusal(found[3]))
    for photo in found[4:6]:
        refusal(photo)


def denied(path):
    raise PermissionError(13, "Permission denied", str(path))


def test_a_subfolder_that_may_not_be_listed(tree, monkeypatch):
    tree("f/a/1.jpg", "f/b/2.jpg", "f/c/3.jpg")
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: denied(path) if str(path) == "f/b" else scandir(path))
    found = list(find_photos(["f", "f/b"]))
    assert [photo.id for photo in found] == ["f/a/1.jpg", "f/b", "f/c/3.jpg", "f/b"]
    assert refusal(found[1]).startswith("it cannot be read: Permission denied; check")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_permissions(tree):
    tree("a.jpg", "f/b.jpg", "f/c/d.jpg")
    for path in ("a.jpg", "f/c"):
        os.chmod(path, 0)
    try:
        file, listed, folder = find_photos(["a.jpg", "f"])
        assert "Permission denied" in refusal(file)
        assert listed.read() == b"f/b.jpg"
        assert "Permission denied" in refusal(folder)
    finally:
        os.chmod("f/c", 0o700)


def test_a_file_that_cannot_be_opened_or_read(tree, monkeypatch):
    tree("a.jpg")
    monkeypatch.setattr("builtins.open", lambda path, *_: denied(path))
    assert refusal(Photo("a.jpg", Path("a.jpg"))).startswith("it cannot be read: Permission denied; check")


@pytest.mark.parametrize("of", ["content", "file"])
def test_empty_and_large(tree, monkeypatch, of):
    def photo(size):
        Path("a.jpg").write_bytes(bytes(size))
        return Photo("a.jpg", bytes(size) if of == "content" else Path("a.jpg"))

    tree("a.jpg")
    assert refusal(photo(0)) == "it is empty (0 bytes); copy it again"
    monkeypatch.setattr(photos, "LARGEST_FILE", 2_000_000)
    assert len(photo(2_000_000).read()) == 2_000_000
    assert refusal(photo(2_000_001)) == "it has 2.0 MB, and 2 are the most; save it smaller"


def test_the_most_is_100_megabytes_and_no_more_is_read(tree):
    tree("a.jpg")
    os.truncate("a.jpg", 3_000_000_000_000)
    assert "3,000,000.0 MB, and 100 are the most" in refusal(Photo("a.jpg", Path("a.jpg")))
    assert photos.LARGEST_FILE == 100_000_000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_what_could_wait_for_ever_is_not_opened(tree):
    tree("f/a.jpg")
    os.mkfifo("f/pipe.jpg")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("f/socket.jpg")
        _, *others = find_photos(["f", "/dev/zero"])
        assert [photo.id for photo in others] == ["f/pipe.jpg", "f/socket.jpg", "/dev/zero"]
        # In a process of its own, which can be ended where it waits.
        code = "import sys; from instahash.annotate.photos import find_photos\n"
        code += "for photo in find_photos(sys.argv[1:]):\n    try: photo.read()\n"
        code += "    except Exception as e: print(photo.id, repr(e))"
        process = subprocess.run(
            [sys.executable, "-c", code, *(photo.id for photo in others)], capture_output=True, text=True, timeout=20
        )
    lines = process.stdout.splitlines()
    assert [re.findall("^(.*) ImageError.*it is not a regular file", line) for line in lines] == [
        [photo.id] for photo in others
    ]


def test_odd_names(tree):
    tree("f/a\nb.jpg", "f/it's.jpg", "f/é.jpg")
    try:
        Path(os.fsdecode(b"f/\xff.jpg")).write_bytes(b"x")
        not_utf8 = ["f/\\udcff.jpg"]
    except OSError:  # macOS has only UTF-8
        not_utf8 = []
    found = list(find_photos(["f"]))
    assert [photo.id for photo in found] == ["f/a\nb.jpg", "f/it's.jpg", "f/é.jpg", *not_utf8]
    for photo in found:
        photo.id.encode("utf-8")
        assert photo.read()
        os.remove(photo.source)
        refusal(photo)


def test_folders_deeper_than_calls(tree):
    deep = "d/" * 300 + "a.jpg"
    tree(deep)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 150)
    try:
        assert ids("d") == [deep]
    finally:
        sys.setrecursionlimit(limit)


def test_100_000_files_are_found_quickly_in_little_memory(tmp_path):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "0.jpg").write_bytes(b"")
    original = str(tmp_path / "x/0.jpg")
    for number in range(1, 100_000):
        try:
            os.link(original, tmp_path / f"x/{number}.jpg")
        except OSError:  # of a system that allows few links to a file
            original = str(tmp_path / f"x/{number}.jpg")
            Path(original).write_bytes(b"")
    start = time.perf_counter()
    assert sum(1 for _ in find_photos([tmp_path])) == 100_001
    assert time.perf_counter() - start < 2
    tracemalloc.start()
    try:
        assert sum(1 for _ in find_photos([tmp_path])) == 100_001
        assert tracemalloc.get_traced_memory()[1] < 40e6
    finally:
        tracemalloc.stop()


def test_sources_are_taken_one_at_a_time(tree):
    tree("a.jpg")

    def sources():
        yield "a.jpg"
        raise AssertionError("not asked for")

    assert next(find_photos(sources())).id == "a.jpg"


def test_only_the_standard_library_is_needed():
    code = "import sys; import instahash.annotate.photos; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
