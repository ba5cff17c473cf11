"""The page in a browser without a window."""

import fcntl
import json
import os
import select
import shutil
import subprocess
import time

import pytest

from instahash.data import Vocabulary
from instahash.report import page

NAMES = ("chromium", "chromium-browser", "google-chrome")


class Browser:
    """Chromium, asked through two pipes in its own protocol: JSON messages that end with a zero byte.

    Nothing but the standard library is needed (--remote-debugging-pipe).
    """

    def __init__(self, program, profile):
        ours, theirs = os.pipe(), os.pipe()  # out of the browser and into it
        # Numbers above those that the browser reads from and writes to, so that neither is overwritten.
        into, out_of = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (theirs[0], ours[1]))

        def place():
            os.dup2(into, 3)
            os.dup2(out_of, 4)

        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"]
        self.process = subprocess.Popen(
            [program, *flags, f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=place, close_fds=False,
        )  # fmt: skip
        for end in (theirs[0], ours[1], into, out_of):
            os.close(end)
        self.reader, self.writer = ours[0], theirs[1]
        self.buffer, self.number, self.events, self.session = b"", 0, [], None

    def attach(self):
        """Take the one page that there is."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next_message()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def next_message(self, seconds=60):
        deadline = time.monotonic() + seconds
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.reader], [], [], max(0, deadline - time.monotonic()))
            assert ready, "the browser says nothing"
            part = os.read(self.reader, 1 << 20)
            assert part, "the browser has ended"
            self.buffer += part
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def open(self, path, width=1280, height=900, scheme="light"):
        """Open a file; the events of loading it are then in `events`."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                 mobile=width < 600)  # fmt: skip
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events.clear()
        self.ask("Page.navigate", url=path.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.next_message())

    def value(self, expression):
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def press(self, key):
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=9)

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        os.close(self.reader)
        os.close(self.writer)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    folder = tmp_path_factory.mktemp("browser")
    (folder / "trial.html").write_text("<!DOCTYPE html><title>seen</title>")
    browser = Browser(program, folder / "profile")
    try:
        try:
            browser.attach()
            browser.open(folder / "trial.html")
            assert browser.value("document.title") == "seen"
        except (AssertionError, OSError) as error:
            pytest.skip(f"'{program}' cannot be asked about files here: {str(error).partition(chr(10))[0]}")
        yield browser
    finally:
        browser.close()


def hostile_ids(result):
    """Ids that no line of a phone has room for, words that never end."""
    old = result.details
    vocabulary = Vocabulary(
        [word * 30 for word in old.vocabulary.words], old.vocabulary.counts, old.vocabulary.hashtag_counts
    )
    answers = [answer._replace(word2vec=[word * 30 for word in answer.word2vec]) for answer in old.answers]
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


def complaints(browser):
    """What the browser logged, and what was thrown."""
    kinds = ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
    return [event["params"] for event in browser.events if event.get("method") in kinds]


def test_it_opens_without_a_complaint_or_a_request(browser, pages):
    for path in pages.values():
        browser.open(path)
        assert not complaints(browser)
        asked = [
            e["params"]["request"]["url"] for e in browser.events if e.get("method") == "Network.requestWillBeSent"
        ]
        assert asked == [path.as_uri()]
        assert browser.value("document.title").startswith("How good the hashtags are")
        assert browser.value("document.querySelectorAll('script').length") == 0


def test_a_script_that_got_in_would_be_refused(browser, pages):
    """The policy holds where escaping would not."""
    path = pages["usual"].with_name("broken.html")
    text = pages["usual"].read_text(encoding="utf-8")
    path.write_text(text.replace("<header>", "<script>document.title = 'changed'</script><header>"), encoding="utf-8")
    browser.open(path)
    assert browser.value("document.title") != "changed"
    assert any("Content Security Policy" in entry["entry"]["text"] for entry in complaints(browser))


@pytest.mark.parametrize("width", [320, 390, 800, 1280])
def test_nothing_but_tables_in_their_boxes_is_wider_than_the_window(browser, pages, width):
    for path in pages.values():
        browser.open(path, width=width)
        browser.value("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert browser.value("innerWidth") == width
        assert browser.value("document.documentElement.scrollWidth") <= width
        # Nor is anything cut off: what is not in a box that scrolls ends inside of the window.
        outside = """[...document.querySelectorAll('body *')].filter(one => !one.closest('.scroll, .skip')
                     && one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
                     .map(one => one.outerHTML.slice(0, 80))"""
        assert browser.value(outside) == []
        if width == 390:
            assert browser.value(
                "[...document.querySelectorAll('.scroll')].some(one => one.scrollWidth > one.clientWidth)"
            )


def test_the_dark_scheme_is_another(browser, pages):
    colours = {}
    for scheme in ("light", "dark"):
        browser.open(pages["usual"], scheme=scheme)
        colours[scheme] = [
            browser.value(f"getComputedStyle(document.querySelector('{which}')).{what}")
            for which, what in (("body", "backgroundColor"), ("body", "color"), (".bar", "fill"), ("svg text", "fill"))
        ]
    assert colours["light"][0] == "rgb(251, 251, 250)" and colours["dark"][0] == "rgb(20, 23, 26)"
    assert all(light != dark for light, dark in zip(*colours.values()))


def test_the_keyboard_reaches_everything(browser, pages):
    """First the link that skips the navigation, which is then seen; then links, then boxes that scroll."""
    browser.open(pages["usual"], width=390)
    browser.press("Tab")
    assert browser.value("document.activeElement.className") == "skip"
    assert browser.value("document.activeElement.getBoundingClientRect().top") >= 0
    assert browser.value("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    reached = []
    for _ in range(7):
        browser.press("Tab")
        reached.append(browser.value("document.activeElement.getAttribute('href') || document.activeElement.className"))
    assert reached == ["#summary", "#results", "#distributions", "#examples", "#failures", "#costs", "scroll"]


def test_on_paper_it_is_light_and_unfolded(browser, pages):
    browser.open(pages["usual"], scheme="dark")
    unfolded = "document.querySelector('details table').checkVisibility()"
    assert browser.value(unfolded) is False
    browser.ask(
        "Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}]
    )
    assert browser.value("getComputedStyle(document.body).color") == "rgb(28, 32, 36)"
    assert browser.value("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert browser.value(unfolded) is True
    browser.ask("Emulation.setEmulatedMedia", media="")
