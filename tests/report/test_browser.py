"""The page in a browser without a window."""

from dataclasses import replace

import numpy as np
import pytest

from instahash.data import Vocabulary
from instahash.report import page


class Reader:
    """A tab that opens files; `events` are those of the last one."""

    def __init__(self, page):
        self.page, self.ask, self.value, self.press = page, page.send, page.js, page.press

    @property
    def events(self):
        return self.page.events

    def open(self, path, width=1280, height=900, scheme="light"):
        self.page.look(width, height, dark=scheme == "dark", mobile=width < 600)
        self.page.events.clear()
        self.page.goto(path.as_uri())


@pytest.fixture(scope="module")
def reader(browser, tmp_path_factory):
    path = tmp_path_factory.mktemp("browser") / "trial.html"
    path.write_text("<!DOCTYPE html><title>seen</title>")
    reader = Reader(browser.page("about:blank"))
    try:
        reader.open(path)
        assert reader.value("document.title") == "seen"
    except (AssertionError, RuntimeError) as error:
        pytest.skip(f"the browser cannot be asked about files here: {str(error).partition(chr(10))[0]}")
    return reader


def hostile_ids(result):
    """Ids that no line of a phone has room for, words that never end."""
    old = result.details
    vocabulary = Vocabulary(
        [word * 30 for word in old.vocabulary.words], old.vocabulary.counts, old.vocabulary.hashtag_counts
    )
    answers = [
        replace(answer, trace=answer.trace | {"word2vec": [word * 30 for word in answer.trace["word2vec"]]})
        for answer in old.answers
    ]
    ids = ["<script>document.title = 'changed'</script>" + "photo" * 40] * len(old.ids)
    return result._replace(details=old._replace(vocabulary=vocabulary, answers=answers, ids=ids))


@pytest.fixture(scope="module")
def pages(planted, completion, about, tmp_path_factory):
    """Files of a usual page, of one with hostile texts, and of one that says little."""
    folder = tmp_path_factory.mktemp("pages")
    made = {"usual": page(planted, about), "hostile": page(hostile_ids(planted), about), "little": page(completion)}
    for name, html in made.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


def complaints(reader):
    """What the browser logged, and what was thrown."""
    kinds = ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
    return [event["params"] for event in reader.events if event.get("method") in kinds]


def test_it_opens_without_a_complaint_or_a_request(reader, pages):
    for path in pages.values():
        reader.open(path)
        assert not complaints(reader)
        asked = [e["params"]["request"]["url"] for e in reader.events if e.get("method") == "Network.requestWillBeSent"]
        assert asked == [path.as_uri()]
        assert reader.value("document.title").startswith("How good the hashtags are")
        assert reader.value("document.querySelectorAll('script').length") == 0


def test_a_script_that_got_in_would_be_refused(reader, pages):
    """The policy holds where escaping would not."""
    path = pages["usual"].with_name("broken.html")
    text = pages["usual"].read_text(encoding="utf-8")
    path.write_text(text.replace("<header>", "<script>document.title = 'changed'</script><header>"), encoding="utf-8")
    reader.open(path)
    assert reader.value("document.title") != "changed"
    assert any("Content Security Policy" in entry["entry"]["text"] for entry in complaints(reader))


@pytest.mark.parametrize("width", [320, 390, 800, 1280])
def test_nothing_but_tables_in_their_boxes_is_wider_than_the_window(reader, pages, width):
    for path in pages.values():
        reader.open(path, width=width)
        reader.value("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert reader.value("innerWidth") == width
        assert reader.value("document.documentElement.scrollWidth") <= width
        # Nor is anything cut off: what is not in a box that scrolls ends inside of the window.
        outside = """[...document.querySelectorAll('body *')].filter(one => !one.closest('.scroll, .skip')
                     && one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
                     .map(one => one.outerHTML.slice(0, 80))"""
        assert reader.value(outside) == []
        if width == 390:
            assert reader.value(
                "[...document.querySelectorAll('.scroll')].some(one => one.scrollWidth > one.clientWidth)"
            )


def test_the_dark_scheme_is_another(reader, pages):
    colours = {}
    for scheme in ("light", "dark"):
        reader.open(pages["usual"], scheme=scheme)
        colours[scheme] = [
            reader.value(f"getComputedStyle(document.querySelector('{which}')).{what}")
            for which, what in (("body", "backgroundColor"), ("body", "color"), (".bar", "fill"), ("svg text", "fill"))
        ]
    assert colours["light"][0] == "rgb(244, 245, 247)" and colours["dark"][0] == "rgb(16, 20, 24)"
    assert all(light != dark for light, dark in zip(*colours.values()))


def test_the_keyboard_reaches_everything(reader, pages):
    """First the link that skips the navigation, which is then seen; then links, what is folded, boxes that scroll."""
    reader.open(pages["usual"], width=390)
    reader.press("Tab")
    assert reader.value("document.activeElement.className") == "skip"
    assert reader.value("document.activeElement.getBoundingClientRect().top") >= 0
    assert reader.value("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    reached = []
    named = "(one => one.getAttribute('href') || one.className || one.tagName)(document.activeElement)"
    for _ in range(11):
        reader.press("Tab")
        reached.append(reader.value(named))
    links = ["#summary", "#results", "#distributions", "#examples", "#failures", "#costs", "#terms", "#everybody"]
    assert reached == [*links, "SUMMARY", "SUMMARY", "scroll"]


def test_what_was_not_scrolled_to_is_told_of_with_its_name(reader, pages):
    told = []
    for height in (200, 6000):
        reader.open(pages["usual"], height=height)
        assert reader.page.nameless("table") == []
        told.append(reader.page.told())
    assert told[0] == told[1] and len(told[0]) > 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_table_that_is_cut_off_shows_that_it_goes_on(reader, pages, tmp_path, scheme):
    """A shadow at its right edge, which goes where keys have scrolled it to its end."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    reader.open(pages["usual"], width=390, scheme=scheme)

    def edge():
        """How far the pixels of the box's right edge are from the background at most, over its height."""
        place = """(() => { const box = document.querySelector('#ranking').closest('.scroll');
                   box.scrollIntoView({block: 'center'}); box.focus({preventScroll: true});
                   const r = box.getBoundingClientRect(); return [r.right, r.top, r.bottom]; })()"""
        right, top, bottom = map(int, reader.value(place))
        reader.page.screenshot(tmp_path / "seen.png", whole=False)
        seen = image.open(tmp_path / "seen.png").convert("RGB")
        page = seen.getpixel((2, top))
        column = [seen.getpixel((right - 2, y)) for y in range(top + 2, top + 30)]  # above the rows: no text, no rule
        return min(sum(abs(a - b) for a, b in zip(pixel, page)) for pixel in column)

    assert edge() > 60
    scrolled = "(box => box.scrollLeft + box.clientWidth >= box.scrollWidth - 1)(document.activeElement)"
    for _ in range(60):
        if reader.value(scrolled):
            break
        reader.press("ArrowRight")
        reader.value("new Promise((done) => setTimeout(done, 50))")
    assert reader.value(scrolled) and edge() < 6


def test_on_paper_it_is_light_and_unfolded(reader, pages):
    reader.open(pages["usual"], scheme="dark")
    unfolded = "document.querySelector('details table').checkVisibility()"
    assert reader.value(unfolded) is False
    reader.ask(
        "Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}]
    )
    assert reader.value("getComputedStyle(document.body).color") == "rgb(27, 31, 36)"
    assert reader.value("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert reader.value(unfolded) is True
    reader.ask("Emulation.setEmulatedMedia", media="")


def test_at_a_usual_width_no_table_scrolls(reader, planted, about, pages):
    """Not even with the widest numbers there are."""
    similarities = {
        name: dict.fromkeys(planted.values, np.full(160, value))
        for name, value in (("instahash", 1.0), ("cooccurrence", -0.1183))
    }
    path = pages["usual"].with_name("widest.html")
    path.write_text(page(planted._replace(similarities=similarities), about), encoding="utf-8")
    reader.open(path, width=1200)
    scrolling = "[...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth)"
    assert reader.value(f"{scrolling}.map(one => one.textContent)") == []
