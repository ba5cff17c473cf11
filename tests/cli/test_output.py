"""Answers into files: tables, JSON Lines, captions, keywords; whole or not at all, and never over what was read."""

import csv
import errno
import gzip
import io
import json
import os
import sys
from contextlib import contextmanager
from xml.etree import ElementTree

import pytest

from instahash.annotate import find_photos
from instahash.cli.common import SomeFailed
from instahash.cli.output import KINDS, output
from instahash.cli.recommend import parser
from instahash.errors import AnnotatorError, DataError
from instahash.names import DOUBTS

ANSWER = {"hashtags": ["sea", "café"], "scores": [0.5, 0.25], "scores_are": "probability", "source": "experts"}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def photos(folder):
    """Files of a picture below photos/, of which the last is none."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    for name in ("a/1.jpg", "b/1.jpg", "b/1.png", "b/2.JPG"):
        path = folder / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        image.new("RGB", (8, 8), "teal").save(path)
    (folder / "photos" / "b" / "3.jpg").write_text("this is no photo")
    return list(find_photos("photos"))


@pytest.fixture
def exiv2():
    return pytest.importorskip("exiv2", reason="the extra `metadata` is not installed")


@contextmanager
def opened(*args, photos=()):
    source = ["--image", "photos"] if photos else ["--posts", "posts.jsonl"]
    given = [*source, "--model-dir", "instahash-model", "--cache", "labels.sqlite", *args]
    with output(parser().parse_args(given), photos) as put:
        yield put


def write(*args, ids=("1.jpg",), photos=()):
    with opened(*args, photos=photos) as put:
        for id in [photo.id for photo in photos] or ids:
            put(id, {"id": id, **ANSWER})


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def keywords(packet):
    (bag,) = ElementTree.fromstring(packet).findall(".//{http://purl.org/dc/elements/1.1/}subject/*")
    return [item.text for item in bag]


def table(content, delimiter=","):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


# One file


@pytest.mark.parametrize("suffix, delimiter", [(".csv", ","), (".tsv", "\t")])
def test_a_table_is_one_that_spreadsheets_read(folder, suffix, delimiter):
    write("--out", f"out{suffix}", ids=["1.jpg", 'a "b",\tc', "two\nlines", "é"])
    content = (folder / f"out{suffix}").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfid")
    ids = [["id", "1.jpg", 'a "b",\tc', "two\nlines", "é"]]
    columns = ids + [["hashtags"] + ["#sea #café"] * 4] + [["doubt"] + [""] * 4]
    assert [list(column) for column in zip(*table(content, delimiter))] == columns


@pytest.mark.parametrize("start", [*"=+-@\t\r\n", "＝"])
def test_a_cell_that_would_be_a_formula_is_text(folder, start):
    write("--out", "out.csv", ids=[f"{start}1+1", f"x{start}"])
    ids = [row[0] for row in table((folder / "out.csv").read_bytes())[1:]]
    assert ids == [f"'{start}1+1", f"x{start}"]


def test_json_lines_are_what_is_printed(folder, capsys):
    ids = ["1.jpg", "\ud800", "é"]
    write("--out", "out.jsonl", ids=ids)
    write("--out", "out.JSON.gz", ids=ids)
    write("--out", "none.json", ids=[])
    content = (folder / "out.jsonl").read_bytes()
    assert [json.loads(line) for line in content.splitlines()] == [{"id": id, **ANSWER} for id in ids]
    array = gzip.decompress((folder / "out.JSON.gz").read_bytes())
    assert json.loads(array) == [{"id": id, **ANSWER} for id in ids] and "é".encode() in array
    assert json.loads((folder / "none.json").read_text()) == []
    assert capsys.readouterr().out == ""
    write("--json", ids=["1.jpg", "é"])
    assert capsys.readouterr().out.splitlines() == [content.decode().splitlines()[i] for i in (0, 2)]


def test_captions_in_one_file_are_a_block_each(folder):
    write("--out", "out.txt", ids=["1.jpg", "two\nlines"])
    assert (folder / "out.txt").read_text("utf-8") == "1.jpg\n#sea #café\n\ntwo\\nlines\n#sea #café\n\n"


def test_no_hashtag_is_an_empty_cell(folder):
    with opened("--out", "out.csv") as put:
        put("1", ANSWER | {"hashtags": []})
    assert table((folder / "out.csv").read_bytes())[1] == ["1", "", ""]


@pytest.mark.parametrize("source", DOUBTS)
def test_answers_that_are_guesses_are_marked_wherever_there_is_room(folder, source, capsys):
    """In tables, in blocks and where they are printed; a caption of its own is for pasting, and has hashtags alone."""
    answers = {"1.jpg": ANSWER, "2.jpg": ANSWER | {"source": source}}
    for args in (["--out", "out.csv"], ["--out", "out.tsv"], ["--out", "out.txt"], ["--out", "captions/"], []):
        with opened(*args) as put:
            for id, answer in answers.items():
                put(id, answer)
    mark = DOUBTS[source].mark
    for name, delimiter in {"out.csv": ",", "out.tsv": "\t"}.items():
        assert [row[2] for row in table((folder / name).read_bytes(), delimiter)] == ["doubt", "", mark]
    assert (folder / "out.txt").read_text("utf-8") == f"1.jpg\n#sea #café\n\n2.jpg ({mark})\n#sea #café\n\n"
    assert (folder / "captions/2.txt").read_text("utf-8") == "#sea #café\n"
    assert capsys.readouterr().out == f"1.jpg\t#sea #café\n2.jpg\t#sea #café\t({mark})\n"


@pytest.mark.parametrize("out", ["out", "out.pdf", "out.gz"])
def test_another_suffix_is_refused_with_those_there_are(folder, out):
    with pytest.raises(DataError, match=f"--out is '{out}'; it must end in {', '.join(KINDS)}, or in / for"):
        write("--out", out)
    assert files(folder) == []


def test_a_file_is_there_whole_or_not_at_all(folder):
    (folder / "out.csv").write_text("before")
    with pytest.raises(KeyboardInterrupt), opened("--out", "out.csv") as put:
        put("1", ANSWER)
        raise KeyboardInterrupt
    assert files(folder) == ["out.csv"] and (folder / "out.csv").read_text() == "before"
    with pytest.raises(SomeFailed), opened("--out", "out.csv") as put:
        put("1", ANSWER)
        raise SomeFailed
    assert len(table((folder / "out.csv").read_bytes())) == 2


@pytest.mark.parametrize("what", ["posts", "banned", "link", "model"])
def test_what_is_read_is_not_written_over(folder, what):
    (folder / "instahash-model").mkdir()
    for name in ("posts.jsonl", "banned.txt", "target.csv", "instahash-model/model.npz"):
        (folder / name).write_text(name)
    (folder / "link.csv").symlink_to("target.csv")
    os.link("instahash-model/model.npz", "model.csv")
    out = {"posts": "./posts.jsonl", "banned": "banned.txt", "link": "link.csv", "model": "model.csv"}[what]
    with pytest.raises(DataError, match="is a link, or one of the inputs; name another file"):
        write("--banned", "banned.txt", "--out", out)
    assert (folder / "target.csv").read_text() == "target.csv" and (folder / "posts.jsonl").stat().st_size == 11


# A caption a photo


def test_each_photo_has_a_caption_ready_to_paste(folder, photos):
    write("--out", "captions/", photos=photos)
    assert files(folder / "captions") == ["a/1.txt", "b/1.png.txt", "b/1.txt", "b/2.txt", "b/3.txt"]
    assert (folder / "captions/a/1.txt").read_bytes() == "#sea #café\n".encode()
    write("--out", "captions", photos=photos)  # over those of a run before
    assert len(files(folder / "captions")) == 5


def test_ids_of_posts_stay_in_the_folder(folder):
    ids = ["../../x.jpg", "/etc/y", "a:b\0\ud800\n.png", "..", "q/../r", "x.jpg/"]
    (folder / "down").mkdir()
    write("--out", "down/captions/", ids=ids)
    found = ["_.txt", "a_b___.txt", "etc/y.txt", "q/r.txt", "x.jpg.txt", "x.txt"]
    assert files(folder) == [f"down/captions/{name}" for name in found]


def test_two_of_one_name_are_not_one(folder, capsys):
    with pytest.raises(SomeFailed):
        write("--out", "captions/", ids=["a?", "a?", "A*", "a<"])
    assert files(folder) == ["captions/a_.txt"]
    error = capsys.readouterr().err
    assert error.count("\n") == 2 and "'A*': another has the name 'A_.txt' already" in error


def test_a_caption_that_somebody_wrote_is_kept(folder, photos, capsys):
    (folder / "photos/a/1.txt").write_text("At the sea with Anna #sea")
    with pytest.raises(SomeFailed):
        write("--out", "photos/", photos=photos)
    assert (folder / "photos/a/1.txt").read_text() == "At the sea with Anna #sea"
    assert "'photos/a/1.txt' holds more than hashtags, and is kept" in capsys.readouterr().err
    assert (folder / "photos/b/1.txt").read_text("utf-8") == "#sea #café\n"


def test_hashtags_of_an_author_beside_a_photo_are_kept(folder, photos, capsys):
    write("--out", "photos/", photos=photos)
    write("--out", "photos/", photos=photos)  # the same again loses nothing
    (folder / "photos/a/1.txt").write_text("#beach #anna")
    with pytest.raises(SomeFailed):
        write("--out", "photos/", photos=photos)
    assert (folder / "photos/a/1.txt").read_text() == "#beach #anna"
    assert "'photos/a/1.txt' may be the caption of the photo's author, and is kept" in capsys.readouterr().err


def test_a_caption_is_not_written_over_what_is_read(folder):
    (folder / "banned.txt").write_text("#spam")
    with pytest.raises(DataError, match="none could be written"):
        write("--banned", "banned.txt", "--out", "./", ids=["banned.jpg"])
    assert (folder / "banned.txt").read_text() == "#spam"


def test_a_folder_that_cannot_be_made(folder):
    (folder / "file").touch()
    with pytest.raises(DataError, match="cannot make the folder 'file/captions/': Not a directory"):
        write("--out", "file/captions/")
    with pytest.raises(DataError, match="cannot "):
        write("--out", "/proc/captions/")


@pytest.mark.parametrize("args", [["--out", "captions/"], ["--write-metadata", "sidecar"]])
def test_a_disk_that_is_full_for_some(folder, photos, exiv2, monkeypatch, capsys, args):
    sync, before = os.fsync, files(folder)

    def fsync(number):
        if "/b/" in os.readlink(f"/proc/self/fd/{number}"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(number)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(SomeFailed):
        write(*args, photos=photos)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4 and all("No space left on device; see that there is room" in line for line in lines)
    assert len(files(folder)) == len(before) + 1  # nothing half-written beside that of a/1.jpg
    with pytest.raises(DataError, match="none could be written; each line above says why"):
        with opened(*args, photos=photos) as put:
            put(photos[1].id, ANSWER)


def test_many_failures_are_counted_rather_than_listed(capsys):
    with pytest.raises(SomeFailed):
        write("--out", "captions/", ids=["a", *("../" * n + "a" for n in range(1, 31))])
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 21 and lines[-1].endswith(": and 10 more were not written")


# Keywords


def test_copies_have_keywords_and_photos_stay(folder, photos, exiv2, capsys):
    image = pytest.importorskip("PIL.Image")
    before = {photo.source: (photo.source.read_bytes(), photo.source.stat().st_mtime_ns) for photo in photos}
    for _ in range(2):
        with pytest.raises(SomeFailed):
            write("--write-metadata", "copies", "tagged", photos=photos)
        assert files(folder / "tagged") == ["a/1.jpg", "b/1.jpg", "b/1.png", "b/2.JPG"]
        assert keywords(image.open("tagged/a/1.jpg").info["xmp"]) == ["sea", "café"]
    assert capsys.readouterr().err.count("'photos/b/3.jpg': keywords cannot be written into it") == 2
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before} == before


def test_sidecars_have_keywords_each_once(folder, photos, exiv2, capsys):
    (folder / "photos/b/2.JPG.xmp").write_text("mine")
    for _ in range(2):
        with pytest.raises(SomeFailed):
            write("--write-metadata", "sidecar", photos=photos)
        assert keywords((folder / "photos/a/1.jpg.xmp").read_bytes()) == ["sea", "café"]
    assert "'photos/b/2.JPG': its sidecar is broken, or no XMP" in capsys.readouterr().err
    assert (folder / "photos/b/2.JPG.xmp").read_text() == "mine"
    assert (folder / "photos/b/3.jpg.xmp").exists() and len(files(folder / "photos")) == 10
    (folder / "photos/a/1.jpg.xmp").rename("moved")
    (folder / "photos/a/1.jpg.xmp").symlink_to(folder / "moved")
    with pytest.raises(DataError):
        write("--write-metadata", "sidecar", photos=photos[:1])
    assert (folder / "photos/a/1.jpg.xmp").is_symlink()


@pytest.mark.parametrize("where", ["photos", "photos/tagged", "link"])
def test_copies_are_not_among_the_photos_that_are_read(folder, photos, exiv2, where):
    (folder / "link").symlink_to("photos")
    with pytest.raises(DataError, match=f"'{where}' is in 'photos', whose photos are read; name a folder elsewhere"):
        write("--write-metadata", "copies", where, photos=photos)


def test_a_photo_is_no_copy_of_itself(folder, photos, exiv2):
    content = photos[0].source.read_bytes()
    args = parser().parse_args(
        ["--image", photos[0].id, "--cache", "c", "--write-metadata", "copies", "photos/a", "--model-dir", "m"]
    )
    with pytest.raises(DataError, match="none could be written"), output(args, photos[:1]) as put:
        put(photos[0].id, ANSWER)
    assert photos[0].source.read_bytes() == content


def test_a_copy_is_not_written_over_another_photo(folder, photos, exiv2, capsys):
    image = pytest.importorskip("PIL.Image")
    other = folder / "library" / "a" / "1.jpg"
    other.parent.mkdir(parents=True)
    for content in ("red", None):
        image.new("RGB", (8, 8), content).save(other) if content else other.write_text("this is no photo")
        before = other.read_bytes()
        with pytest.raises(SomeFailed):
            write("--write-metadata", "copies", "library", photos=photos)
        assert other.read_bytes() == before and "is another photo, and is kept" in capsys.readouterr().err


@pytest.mark.parametrize("where", [["copies"], ["sidecar", "x"], ["copies", "x", "y"], ["x"]])
def test_write_metadata_says_what_it_takes(photos, exiv2, where):
    with pytest.raises(DataError, match=f"is '{' '.join(where)}'; it must be 'sidecar', or 'copies' and a folder"):
        write("--write-metadata", *where, photos=photos)
    with pytest.raises(DataError, match="give photos with --image"):
        write("--write-metadata", "sidecar")


def test_a_missing_package_is_said_before_anything_is_labelled(photos, monkeypatch):
    monkeypatch.setitem(sys.modules, "exiv2", None)
    with (
        pytest.raises(AnnotatorError, match="exiv2, which is missing"),
        opened("--write-metadata", "sidecar", photos=photos),
    ):
        pytest.fail("the block began")
