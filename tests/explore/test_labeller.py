"""Photos that are dropped on the page: what is looked for, what is kept, and what is said."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from instahash.data import Label
from instahash.errors import AnnotatorError, ImageError
from instahash.explore import photos


class Annotator:
    """Sees the first letter of a photo, and counts how often it is asked."""

    name, key, batch_size, n_workers = "letters", "letters 1", 4, 1

    def __init__(self, price):
        self.price, self.asked = price, 0

    def prepare(self, content):
        return content

    def label(self, images, stopped=None):
        for i, image in enumerate(images):
            self.asked += 1
            yield i, ImageError("it is black") if image == b"black" else (Label(image[:1].decode(), 0.9),)


@pytest.fixture
def labeller(monkeypatch, tmp_path):
    """labeller(price) -> (Labeller, its Annotator), with a cache of its own."""
    monkeypatch.setattr(photos, "default_cache", lambda: tmp_path / "labels.sqlite")

    def make(price):
        annotator = Annotator(price)
        monkeypatch.setattr(photos, "choose_annotator", lambda name, **options: annotator)
        return photos.Labeller(), annotator

    return make


def test_nothing_is_paid_for_twice_and_nothing_free_is_kept(labeller, tmp_path):
    for price, times in ((0.0, 2), (0.0015, 1)):
        labels, annotator = labeller(price)
        assert labels.state() == {"available": True, "name": "letters", "price": price}
        for _ in range(2):
            assert labels.annotation(b"dog").labels == (Label("d", 0.9),)
        assert annotator.asked == times and (tmp_path / "labels.sqlite").exists() == (price > 0)


def test_a_photo_that_cannot_be_labelled_is_said(labeller):
    labels, _ = labeller(0.0)
    with pytest.raises(ImageError, match="^the photo: it is black"):
        labels.annotation(b"black")
    assert labels.annotation(b"sea").labels == (Label("s", 0.9),)


def test_no_annotator_is_a_line_and_is_looked_for_again(monkeypatch):
    def missing(name, **options):
        raise AnnotatorError("the package is missing")

    monkeypatch.setattr(photos, "choose_annotator", missing)
    labels = photos.Labeller()
    assert labels.state() == {"available": False, "why": "the package is missing"}
    with pytest.raises(AnnotatorError):
        labels.require()
    monkeypatch.setattr(photos, "choose_annotator", lambda name, **options: Annotator(0.0))
    assert labels.state()["available"]


def test_who_is_asked_and_what_it_may_cost_is_passed_on(monkeypatch):
    asked = []
    monkeypatch.setattr(
        photos, "choose_annotator", lambda name, **options: asked.append((name, options)) or Annotator(0)
    )
    photos.Labeller().require()
    photos.Labeller("google", 2.5).require()
    assert asked == [(None, {"max_cost": None}), ("google", {"max_cost": 2.5})]


def test_a_photo_does_not_wait_for_others(labeller):
    labels, annotator = labeller(0.0015)
    let_go = threading.Event()
    annotator.prepare = lambda content: content if content == b"sea" else let_go.wait(20) and content
    with ThreadPoolExecutor(4) as threads:
        try:
            slow = [threads.submit(labels.annotation, content) for content in (b"dog", b"cat", b"elk")]
            assert threads.submit(labels.annotation, b"sea").result(10).labels == (Label("s", 0.9),)
            assert not any(future.done() for future in slow)
        finally:
            let_go.set()
        assert [future.result().labels[0].description for future in slow] == ["d", "c", "e"]
