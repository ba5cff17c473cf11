"""Judging in a real browser, with keys and taps, and the report."""

import json
import sqlite3
import time

import pytest

from instahash.data import Label, Post
from instahash.formats import write_posts


@pytest.fixture
def game(start, folders, tmp_path):
    """(address, rows()) of a server on which two models are judged, and what its file holds."""
    labels = ["dog", "beach", "food", "cat", "sea", "flower"]
    posts = [Post(f"{i}", labels=(Label(word, 0.9), Label("grass", 0.8))) for i, word in enumerate(labels)]
    write_posts(tmp_path / "posts.jsonl", posts)
    args = ["--posts", tmp_path / "posts.jsonl", "--compare", folders["paper"], "--judgements", tmp_path / "j.sqlite"]

    def rows():
        with sqlite3.connect(tmp_path / "j.sqlite") as database:
            return database.execute("SELECT post, choice, judge, a_is_left FROM pairs ORDER BY pair").fetchall()

    with start("--model-dir", folders["best"], *args) as address:
        yield address, rows


def pair(page):
    page.wait("document.body.dataset.pair")
    return page.js("document.body.dataset.pair"), page.texts("#left-hashtags li"), page.texts("#right-hashtags li")


def judge(page, key):
    """Press a key and wait for another pair."""
    before = pair(page)[0]
    page.press(key)
    page.wait(f"document.body.dataset.pair !== '{before}'")


def test_judging_with_keys_back_and_after_a_reload(game, opened):
    address, rows = game
    page = opened(address + "/judge")
    assert page.texts("#seen .chip") == ["dog", "grass"]
    for key in ("ArrowLeft", "ArrowRight", " "):
        judge(page, key)
    fourth = pair(page)
    assert [row[1] for row in rows()] == ["left", "right", "equal", None]
    assert page.text("#about").startswith("3 judged")
    page.reload()
    assert pair(page) == fourth
    judge(page, "Backspace")
    assert [row[1] for row in rows()] == ["left", "right", None, None]
    judge(page, "ArrowDown")
    assert pair(page) == fourth and [row[1] for row in rows()][2] == "equal"
    for _ in range(3):
        judge(page, "ArrowLeft")
    assert pair(page)[0] == "none" and "nothing left to judge" in page.text("#question")
    page.press("ArrowRight")  # says nothing about anything
    judge(page, "Backspace")
    assert [row[1] for row in rows()] == ["left", "right", "equal", "left", "left", None]
    assert not page.js("document.body.innerHTML.match(/best|paper/)")


def test_a_key_counts_once_and_typing_a_name_judges_nothing(game, opened):
    address, rows = game
    page = opened(address + "/judge")
    pair(page)
    page.click("#name")
    page.type("Ann a")
    page.press("ArrowLeft")
    page.press("Backspace")
    assert page.js("document.querySelector('#name').value") == "Anna" and rows()[0][1] is None
    first = pair(page)[0]
    page.click("#right")
    page.wait(f"document.body.dataset.pair !== '{first}'")
    second = pair(page)[0]
    page.press(" ")  # equal, not the button that was clicked once more
    page.wait(f"document.body.dataset.pair !== '{second}'")
    third = pair(page)[0]
    page.send("Input.dispatchKeyEvent", type="rawKeyDown", key="ArrowLeft", code="ArrowLeft", windowsVirtualKeyCode=37)
    page.wait(f"document.body.dataset.pair !== '{third}'")
    for _ in range(5):  # held down
        page.send(
            "Input.dispatchKeyEvent",
            type="rawKeyDown",
            key="ArrowLeft",
            code="ArrowLeft",
            windowsVirtualKeyCode=37,
            autoRepeat=True,
        )
    time.sleep(0.2)
    assert [row[1:3] for row in rows()] == [("right", "Anna"), ("equal", "Anna"), ("left", "Anna"), (None, "Anna")]
    page.reload()
    pair(page)
    assert page.js("document.querySelector('#name').value") == "Anna"


def test_several_judges_on_phones_and_the_report(game, opened):
    address, rows = game
    pages = [opened(address + "/judge", width=390, height=844, touch=True, dark=dark) for dark in (False, True)]
    for page in pages:
        assert page.texts("#seen .chip") == ["dog", "grass"]  # each has all posts
        assert page.js("document.documentElement.scrollWidth") <= 390 and page.low_contrasts() == {}
        before = pair(page)[0]
        a_is_left = rows()[int(before) - 1][3]
        x, y = page.middle("#left" if a_is_left else "#right")  # this model is better
        page.touch("touchStart", (x, y))
        page.touch("touchEnd")
        page.wait(f"document.body.dataset.pair !== '{before}'")
    report = opened(address + "/judge/report", width=390, height=844, dark=True)
    report.wait("document.querySelector('#report h2') !== null")
    assert report.texts("#report td") == ["2", "0", "0"]
    assert "2 sessions" in report.text("#report") and "Ties left out" in report.text("#report")
    assert report.js("document.documentElement.scrollWidth") <= 390 and report.low_contrasts() == {}


@pytest.fixture
def with_photos(start, folders, tmp_path):
    """The address of a server on which one of two posts has a photo."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    (tmp_path / "photos").mkdir()
    image.new("RGB", (300, 200), "green").save(tmp_path / "photos" / "1.png")
    write_posts(tmp_path / "posts.jsonl", [Post(name, labels=(Label("dog", 0.9),)) for name in ("1.png", "2.png")])
    args = ["--posts", tmp_path / "posts.jsonl", "--photos", tmp_path / "photos", "--judgements", tmp_path / "j.sqlite"]
    with start("--model-dir", folders["best"], *args) as address:
        yield address


def test_photos_are_shown_where_there_are_some(with_photos, opened):
    page = opened(with_photos + "/judge")
    page.wait("document.querySelector('#seen img')?.naturalWidth === 300")
    assert page.js("document.querySelector('#seen img').alt") == "A photo of dog"
    judge(page, "ArrowLeft")
    assert page.texts("#seen .chip") == ["dog"] and page.js("document.querySelector('#seen img') === null")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_hashtags_are_rated_and_kept(with_photos, opened, models, dark):
    page = opened(with_photos + "/rate", width=390, height=844, dark=dark)
    page.wait("document.querySelector('#rated img').naturalWidth === 300")
    hashtags = models["best"].recommend([("dog", 0.9)], 10).hashtags
    assert page.texts("#rated button") == [f"#{name}" for name in hashtags]  # the post without a photo is left out
    page.click("#rated button")
    page.press("End")
    page.press(" ")
    assert page.text("#total") == "0 of 1 with three or more right; 2 hashtags are right in all."
    for place in (2, 3, 3):
        page.click(f"#rated .chips li:nth-child({place}) button")
    assert page.text("#total") == "1 of 1 with three or more right; 3 hashtags are right in all."
    assert page.low_contrasts() == {} and page.js("document.documentElement.scrollWidth") <= 390
    page.reload()
    page.wait("document.body.dataset.ready")
    assert page.texts("#rated [aria-pressed=true]") == [f"#{hashtags[place]}" for place in (0, 1, 9)]
    page.click("#copy")
    page.wait("document.querySelector('#copied').textContent")
    copied = json.loads(page.copied())
    right = [hashtags[place] for place in (0, 1, 9)]
    assert copied["rated"] == [{"id": "1.png", "right": right, "wrong": hashtags[2:9]}]
    assert (copied["photos"], copied["three_or_more_right"]) == (1, 1) and copied["system"].startswith("best best ")
    page.click("#forget")
    assert page.text("#total").startswith("0 of 1") and page.text("#forget") == "Bring them back"
    page.press("Enter")  # nobody means to lose forty photos' worth
    assert page.texts("#rated [aria-pressed=true]") == [f"#{hashtags[place]}" for place in (0, 1, 9)]
    assert page.text("#forget") == "Start again" and page.js("document.activeElement.id") == "forget"
    page.click("#forget")
    page.click("#rated button")
    assert page.text("#forget") == "Start again"
    page.reload()
    page.wait("document.body.dataset.ready")
    assert page.texts("#rated [aria-pressed=true]") == [f"#{hashtags[0]}"]


def test_posts_without_photos_are_rated_by_their_labels(game, opened):
    page = opened(game[0] + "/rate")
    assert page.texts("#rated > li > p")[:2] == ["dog, grass", "beach, grass"] and len(page.texts("#rated > li")) == 6
