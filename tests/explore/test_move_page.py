"""The page that moves in a real browser: played, dragged, by keys alone, on a phone, without animation."""

import time

import numpy as np
import pytest

from instahash.explore.moving import move_units, move_words

WORDS = {"scene": "ten", "W": [], "C": [], "seed": 0, "step_size": 0.1, "negatives": 1, "power": 0.75}
PLAY, ON, BACK = (f"#learn-words [data-do={name}]" for name in ("play", "on", "back"))
LOSS, NOTE = (f"#learn-words [data-show={name}]" for name in ("loss", "note"))
# What the page has sent, for the tests to compute the same.
SENT = """const fetched = window.fetch;
Object.assign(window, { sent: [], answers: 0 });
window.fetch = async (path, options) => {
  sent.push([path, JSON.parse(options.body)]);
  const answer = await fetched(path, options);
  answers += 1;
  return answer;
};"""
SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => entry.value)))
  .observe({ type: "layout-shift", buffered: true });"""


@pytest.fixture
def page(opened, served):
    return opened(served + "/move")


def step(page):
    return int(page.js("document.querySelector('#learn-words').dataset.step"))


def places(page, word=None):
    """Where words are, by the page's own pixels: a dict of (x, y), or that of one word."""
    points = page.js(
        "[...document.querySelectorAll('.point.input')].map((e) => [e.dataset.word, e.style.transform, "
        "document.querySelector('#plane').dataset.scale, e.parentElement.clientWidth, e.parentElement.clientHeight])"
    )
    found = {}
    for name, transform, scale, width, height in points:
        x, y = (float(part.strip("px ")) for part in transform[len("translate(") : -1].split(","))
        found[name] = (x - width / 2) / float(scale), (height / 2 - y) / float(scale)
    return found[word] if word else found


def is_at(page, W):
    """Whether the words are drawn where the rows of W are, to a tenth of a pixel."""
    scale = float(page.js("document.querySelector('#plane').dataset.scale"))
    return np.abs(np.array([*places(page).values()]) - np.array(W)).max() * scale < 0.11


def go(page, to):
    """Move the slider of time, as a hand does."""
    page.js(
        f"((e) => {{ e.value = {to}; e.dispatchEvent(new Event('input')); }})(document.querySelector('#words-time'))"
    )
    page.wait(f"document.querySelector('#learn-words').dataset.step === '{to}'")


def answered(page):
    """Wait until the page has all that it has asked for."""
    for _ in range(2):
        page.wait("sent.length === answers")
        time.sleep(0.05)


def test_what_is_drawn_is_what_python_computed(page):
    expected = move_words(**WORDS, steps=200)["frames"]
    assert step(page) == 0 and is_at(page, expected[0]["W"])
    go(page, 190)  # further than has been computed
    assert is_at(page, expected[190]["W"])
    go(page, 0)
    page.click(PLAY)
    page.wait("document.querySelector('#learn-words').dataset.step >= 60")
    assert page.text(PLAY) == "Pause"
    page.click(PLAY)
    shown = step(page)
    page.click(ON)  # from between two steps to a whole one
    assert step(page) == shown + 1 and is_at(page, expected[shown + 1]["W"])
    assert page.text(LOSS) == f"loss {expected[shown + 1]['loss']:.3f}"
    page.click(BACK)
    assert step(page) == shown and is_at(page, expected[shown]["W"])
    go(page, 10)
    assert is_at(page, expected[10]["W"])
    page.click("#learn-words [data-do=anew]")
    page.wait("document.querySelector('#learn-words [data-show=seed]').textContent === 'seed 1'")
    page.wait("document.querySelector('#learn-words').dataset.step === '0'")
    assert is_at(page, move_words(**WORDS | {"seed": 1}, steps=0)["frames"][0]["W"])


def test_a_word_that_is_dragged_goes_on_from_there(page):
    page.js(SENT)
    go(page, 30)
    x, y = page.middle("#learn-words [data-word=coffee].input")
    before = places(page)
    page.drag((x, y), (x + 90, y - 60))
    moved = places(page)
    scale = float(page.js("document.querySelector('#plane').dataset.scale"))
    expected = before["coffee"][0] + 90 / scale, before["coffee"][1] + 60 / scale
    assert moved["coffee"] == pytest.approx(expected, abs=3 / scale)
    assert [moved[word] for word in moved if word != "coffee"] == [before[word] for word in before if word != "coffee"]
    page.wait("sent.length && sent.at(-1)[1].steps > 0")
    asked = page.js("sent.at(-1)[1]")
    after = move_words(**asked)["frames"]
    page.click(ON)
    page.wait("document.querySelector('#learn-words').dataset.step === '31'")
    assert is_at(page, after[1]["W"])
    page.click(BACK)
    assert is_at(page, asked["W"]) and page.text(LOSS) == f"loss {after[0]['loss']:.3f}"
    go(page, 29)  # what was before stays
    assert is_at(page, move_words(**WORDS, steps=29)["frames"][-1]["W"])


def test_a_setting_changes_what_comes_and_not_what_was(page):
    page.js(SENT)
    go(page, 20)
    page.js("document.querySelector('#negatives').focus()")
    page.press("ArrowRight")
    assert page.text("#negatives-value") == "2"
    page.wait("sent.length && sent.at(-1)[1].negatives === 2")
    expected = move_words(**page.js("sent.at(-1)[1]"))["frames"]
    page.wait(f"document.querySelector('{LOSS}').textContent === 'loss {expected[0]['loss']:.3f}'")
    page.click(ON)
    page.wait("document.querySelector('#learn-words').dataset.step === '21'")
    assert is_at(page, expected[1]["W"])
    go(page, 19)
    assert is_at(page, move_words(**WORDS, steps=19)["frames"][-1]["W"])
    page.js("document.querySelector('#power').focus()")
    page.press("Home")
    page.wait("document.querySelector('#noise').textContent === 'A negative is each word with 10 %.'")


def test_too_large_a_step_is_said_and_can_be_taken_back(page):
    page.js("document.querySelector('[data-try*=\"step_size=4\"]').click()")
    page.wait(f"document.querySelector('{NOTE}').textContent.includes('left the page')")
    page.wait(f"document.querySelector('{PLAY}').textContent === 'Play'")  # it has come to its end
    assert page.text(NOTE).startswith("The step is too large: the loss grew from 1.385 to ")
    last = step(page)
    page.click(ON)
    assert step(page) == last
    go(page, 0)
    page.js("document.querySelector('#step_size').focus()")
    page.press("Home")
    page.wait(f"document.querySelector('{NOTE}').textContent === ''")
    page.click(PLAY)
    page.wait(f"document.querySelector('#learn-words').dataset.step > {last + 5}")


def test_a_setting_that_is_changed_while_a_start_is_on_its_way_counts(page):
    slider = "document.querySelector('#step_size')"
    changed = f"{slider}.value = 4; {slider}.dispatchEvent(new Event('input'))"
    page.js(f"document.querySelector('[name=scene][value=pair]').click(); {changed}")
    page.wait("document.querySelectorAll('.point').length === 6")
    asked = WORDS | {"scene": "pair", "step_size": 0.5}
    page.click(ON)
    page.wait("document.querySelector('#learn-words').dataset.step === '1'")
    assert is_at(page, move_words(**asked, steps=1)["frames"][1]["W"])


def test_units_learn_to_like_topics(page):
    expected = move_units([], [], [], [], 3, 0, 0.2, 100)["frames"]
    part = "Number(/scaleX\\((.*)\\)/.exec(e.style.transform)[1])"
    bars = f"[...document.querySelectorAll('#units .half')].map((e) => {part})"
    page.click("#learn-units [data-do=play]")
    page.wait("document.querySelector('#learn-units').dataset.step >= 20")
    page.click("#learn-units [data-do=play]")
    page.click("#learn-units [data-do=on]")
    frame = expected[int(page.js("document.querySelector('#learn-units').dataset.step"))]
    weights = np.stack([np.array(frame["V"]).T, np.array(frame["U"])], axis=2).ravel()
    assert page.js(bars) == pytest.approx(weights / max(0.5, np.abs(weights).max()), abs=6e-4)
    likes = page.texts("#likes li")
    assert len(likes) == 3 and all(text.count("+") + text.count("\u2212") == 3 for text in likes)
    page.js("document.querySelector('#n_hidden').focus()")
    page.press("Home")
    page.wait("document.querySelectorAll('#units thead th').length === 2")
    assert len(page.js(bars)) == 30


def test_all_of_it_by_keys(page):
    page.js(SENT)
    stops = []
    for _ in range(30):
        page.press("Tab")
        stops.append(page.js("((e) => e.dataset.do ?? e.dataset.word ?? e.id ?? e.name)(document.activeElement)"))
        outline = page.js(
            "(({outlineStyle, outlineWidth}) => [outlineStyle, outlineWidth])(getComputedStyle("
            "((e) => (e.type === 'radio' ? e.nextElementSibling : e))(document.activeElement)))"
        )
        assert outline == ["solid", "2px"], stops[-1]
        if stops[-1] == "rings":
            break
    own = ["sea", "play", "back", "on", "anew", "words-time"]
    settings = ["step_size", "negatives", "power", "words-speed", "rings"]
    assert [stop for stop in stops if stop in own + settings] == own + settings
    assert not {"sand", "dog", "love"} & set(stops), "all words are one stop"
    page.js("document.querySelector('.point').focus()")
    page.press("ArrowRight")
    x, y = places(page, "sea")
    page.press("ArrowRight")
    page.press("ArrowUp", shift=True)
    assert places(page, "sea")[0] > x and places(page, "sea")[1] > y
    for _ in range(3):
        page.press("ArrowRight")
    answered(page)
    asked = page.js("sent.at(-1)[1].W")
    assert is_at(page, asked) and np.array(asked)[0] == pytest.approx(places(page, "sea"), abs=0.01)
    page.send("Input.dispatchKeyEvent", type="rawKeyDown", key="PageDown", windowsVirtualKeyCode=34)
    named = page.js("document.activeElement.getAttribute('aria-label')")
    x, y = (f"{value:.2f}".replace("-", "\u2212") for value in places(page, "sand"))
    assert named == f"sand, at {x}, {y}"
    page.js(f"document.querySelector('{PLAY}').focus()")
    page.press(" ")
    page.wait("document.querySelector('#learn-words').dataset.step > 10")
    page.press("Enter")
    assert page.text(PLAY) == "Play" and f"Step {step(page)}, loss" in page.text("#learn-words [data-show=said]")


def test_on_a_phone_a_word_is_dragged_by_a_finger(opened, served):
    page = opened(served + "/move", width=390, height=844, touch=True)
    page.js(SENT)
    x, y = page.middle("#learn-words [data-word=dog].input")
    before, scrolled = places(page, "dog"), page.js("scrollY")
    scale = float(page.js("document.querySelector('#plane').dataset.scale"))
    page.touch("touchStart", (x, y))
    for part in (20, 40, 60):
        page.touch("touchMove", (x + part, y + part))
    page.touch("touchEnd")
    page.wait("sent.length && sent.at(-1)[1].steps > 0")
    word = page.js("sent.at(-1)[1].W[4]")  # the finger moves some pixels before it is a drag
    assert word == pytest.approx([before[0] + 60 / scale, before[1] - 60 / scale], abs=20 / scale)
    assert page.js("scrollY") == scrolled
    for scene in ("pair", "forty"):
        page.js(f"document.querySelector('[name=scene][value={scene}]').click()")
        page.js("document.querySelector('#n_hidden').focus()")
        page.press("End")
        page.wait("document.querySelectorAll('#units thead th').length === 7")
        assert page.js("document.documentElement.scrollWidth") <= 390


def test_with_reduced_motion_steps_jump(opened, served):
    page = opened(served + "/move")
    page.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    page.reload()
    page.wait("document.body.dataset.ready")
    assert page.text(PLAY) == "100 steps"
    page.js(
        "window.places = new Set(); window.point = document.querySelector('.point'); "
        "new MutationObserver(() => places.add(point.style.transform)).observe(point, { attributes: true })"
    )
    page.click(PLAY)
    page.wait("document.querySelector('#learn-words').dataset.step === '100'")
    time.sleep(0.3)
    assert page.js("places.size") <= 2 and is_at(page, move_words(**WORDS, steps=100)["frames"][-1]["W"])
    page.click(PLAY)
    page.wait("document.querySelector('#learn-words').dataset.step === '200'")
    assert page.js("places.size") <= 4


def test_frames_come_often_and_nothing_is_pushed_about(page):
    """How often exactly, benchmarks/bench_move.py says: here others work on the machine."""
    page.js(SHIFTS)
    page.click(PLAY)
    page.click("#learn-units [data-do=play]")
    page.js("scrollTo(0, 0)")
    stamps = page.js(
        "new Promise((done) => { const stamps = []; const stamp = (now) => "
        "stamps.push(now) < 60 ? requestAnimationFrame(stamp) : done(stamps); requestAnimationFrame(stamp); })"
    )
    assert np.median(np.diff(stamps)) < 34
    assert page.js("shifts") == []


@pytest.mark.parametrize("width, dark", [(390, True), (1280, False)])
def test_everything_has_a_name_and_can_be_read(opened, served, width, dark):
    page = opened(served + "/move", width=width, height=3000, dark=dark)  # so high that all of it is seen
    page.js(SHIFTS)
    page.js("document.querySelector('#rings').click()")
    go(page, 100)
    assert page.nameless("group", "table") == []
    described = page.js(
        "[...document.querySelectorAll('input[type=range][aria-describedby]')].every((e) => "
        "document.getElementById(e.getAttribute('aria-describedby')).textContent.trim())"
    )
    assert described and page.js("document.querySelectorAll('h1').length") == 1
    assert page.low_contrasts() == {} and page.js("document.documentElement.scrollWidth") <= width
    assert page.js("shifts") == []


def test_a_server_that_is_gone_is_said(page):
    page.js("void (window.fetch = () => Promise.reject())")
    page.click(PLAY)
    page.wait(f"document.querySelector('{NOTE}').textContent.includes('still running')")
    assert page.text(PLAY) == "Play" and len(page.texts(".point")) == 20  # what was there stays


def test_pause_and_play_within_a_frame_are_no_faster(page):
    """As a start is, that is answered within a frame while it plays."""
    page.click(PLAY)
    page.js(f"((button) => {{ for (let i = 0; i < 6; i++) button.click(); }})(document.querySelector('{PLAY}'))")
    page.js(
        "window.asked = 0; window.frame = window.requestAnimationFrame; "
        "void (window.requestAnimationFrame = (draw) => { asked += 1; return frame(draw); })"
    )
    page.js("new Promise((done) => { let n = 0; const count = () => (n++ < 20 ? frame(count) : done()); count(); })")
    assert 15 < page.js("asked") < 25  # one a frame


def test_only_the_first_button_takes_hold_and_what_is_lost_is_let_go(page):
    page.js(SENT)
    x, y = page.middle("#learn-words [data-word=coffee].input")
    held = "document.querySelectorAll('.point.held').length"
    for kind in ("mousePressed", "mouseReleased"):
        page.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="right", clickCount=1)
        assert page.js(held) == 0
    page.mouse("mousePressed", x, y)
    assert page.js(held) == 1
    page.js("void document.querySelector('.point.held').dispatchEvent(new PointerEvent('lostpointercapture'))")
    assert page.js(held) == 0
    page.wait("sent.length && sent.at(-1)[1].steps > 0")


def test_nothing_is_asked_for_over_and_over_while_a_word_is_held(page):
    page.js("document.querySelector('[name=scene][value=pair]').click()")
    page.wait("document.querySelectorAll('.point').length === 6")
    page.js(SENT)
    x, y = page.middle("#learn-words [data-word=sea].input")
    page.mouse("mousePressed", x, y)
    page.mouse("mouseMoved", x + 5, y, buttons=1)
    answered(page)
    page.js(f"document.querySelector('{ON}').click()")  # as another finger does
    time.sleep(0.2)
    assert page.js("sent.length") <= 2
    page.mouse("mouseReleased", x + 5, y)
    page.wait("sent.at(-1)[1].steps > 0")
    answered(page)
    page.click(ON)
    page.wait("document.querySelector('#learn-words').dataset.step === '1'")


def test_words_that_are_hidden_leave_the_tab_key_another(page):
    page.js("document.querySelector('#rings').click()")
    page.js("document.querySelector('.ring').focus()")
    page.js("document.querySelector('#rings').click()")
    stops = "[...document.querySelectorAll('.point')].filter((e) => e.tabIndex === 0 && !e.hidden).length"
    assert page.js(stops) == 1


def test_a_word_that_has_the_focus_is_named_where_names_have_no_space(page):
    page.js("document.querySelector('[name=scene][value=forty]').click()")
    page.wait("document.querySelectorAll('.point.input').length === 40")
    page.wait("document.querySelectorAll('.unnamed').length")
    page.js("document.querySelector('.unnamed').focus()")
    assert page.js("getComputedStyle(document.querySelector('.unnamed .label')).visibility") == "visible"
