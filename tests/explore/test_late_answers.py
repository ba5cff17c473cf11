"""Answers that come late: what was asked last has the page, whichever answer comes last."""

import json

import pytest

HASHTAGS = "#hashtags .hashtag"
# The first request whose path and body a condition is true of is kept; `late(true)` has it answered, `late(false)`
# has it fail.
KEPT = """(() => {
  const { fetch } = window;
  window.keep = null;
  window.late = null;
  window.fetch = async (path, options) => {
    if (!window.keep?.(path, options.body)) return fetch(path, options);
    window.keep = null;
    const works = await new Promise((go) => (window.late = go));
    window.late = null;
    if (!works) throw new TypeError("it is gone");
    return fetch(path, options);
  };
})()"""


@pytest.fixture
def page(opened, site):
    page = opened(site + "/", folded=True)
    page.js(KEPT)
    yield page
    page.errors.clear()  # browsers log what was refused


def keep(page, path, text=""):
    """Keep the next request to a path whose body has a text."""
    condition = f"path.startsWith({json.dumps(path)}) && (!{len(text)} || String(body).includes({json.dumps(text)}))"
    page.js(f"void (window.keep = (path, body) => {condition})")


def put(page, selector, value, event="input"):
    """Have a field hold a value at once."""
    field = f"document.querySelector({json.dumps(selector)})"
    page.js(f"{field}.value = {json.dumps(value)}, {field}.dispatchEvent(new Event({json.dumps(event)}))")


def come(page, works=True):
    """Have it come, and the page deal with it."""
    page.wait("!!window.late")
    page.js(f"late({json.dumps(works)})")
    page.js("new Promise((done) => setTimeout(done, 150))")


@pytest.mark.parametrize("works", [True, False], ids=["answer", "error"])
def test_another_photo_is_not_given_what_it_was_asked_before(page, photo, explain, works):
    keep(page, "/api/explain", "beach")  # which is asked while the page shows the first photo
    page.drop_file(200, 300, photo("a.png", "dog:0.9"), photo("b.png", "beach:0.9"))
    page.wait("!!window.late")
    page.click("#strip li:nth-child(2) button")
    page.settle()
    page.click("#hashtags li:nth-child(3) button")
    page.settle()
    chosen = page.text("#chosen button").strip("# ×")
    page.click("#strip li:nth-child(1) button")
    page.settle()
    come(page, works)
    page.wait("document.body.dataset.photos === '2'")
    put(page, "#platform", "flickr", "change")
    page.click("#copy-each")
    page.wait("document.querySelector('#copied').textContent")
    assert page.copied().splitlines()[-1] == " ".join([f"#{chosen}", *explain(["beach:0.9"], [chosen])])
    assert page.texts("#failures li") == []


def test_a_photo_that_was_removed_does_not_fail(page, photo):
    keep(page, "/api/explain", "beach")
    page.drop_file(200, 300, photo("a.png", "dog:0.9"), photo("b.png", "beach:0.9"))
    page.wait("!!window.late")
    page.click("#clear")
    come(page, works=False)
    page.settle()
    assert page.texts("#failures li") == page.texts("#strip li") == []


def test_a_photo_has_no_answer_of_the_one_before(page, photo, explain):
    page.drop_file(200, 300, photo("a.png", "dog:0.9"), photo("b.png", "beach:0.9"))
    page.wait("document.body.dataset.photos === '2'")
    page.settle()
    page.click("#strip li:nth-child(2) button")
    page.settle()
    keep(page, "/api/explain", "dog")
    page.click("#strip li:nth-child(1) button")
    page.wait("!!window.late")
    page.js("window.first = late")
    keep(page, "/api/explain", "beach")
    page.click("#strip li:nth-child(2) button")
    page.js("first(true)")
    page.wait("!!window.late && window.late !== first")
    assert page.texts(HASHTAGS) != explain(["dog:0.9"])
    come(page)
    page.settle()
    assert page.texts(HASHTAGS) == explain(["beach:0.9"])


def test_an_answer_that_is_waited_for_long_leaves_none_to_an_older_question(page, explain):
    keep(page, "/api/explain", "dog")
    page.click("#labels")
    page.type("dog")
    page.wait("document.querySelector('#hashtags').textContent === 'Waiting for the answer…'")
    assert page.js("document.querySelector('#copy-all').disabled") and page.text("#whole") == ""
    come(page)
    page.settle()
    assert page.texts(HASHTAGS) == explain(["dog"]) and not page.js("document.querySelector('#copy-all').disabled")


@pytest.mark.parametrize("works", [True, False], ids=["refused", "gone"])
def test_an_error_of_an_older_question_takes_back_nothing(page, explain, works):
    page.click("#labels")
    page.type("dog:0.")
    page.settle()
    keep(page, "/api/explain", "dog:0.9,b:9")
    put(page, "#labels", "dog:0.9,b:9")
    page.wait("!!window.late")
    page.js("document.querySelector('#hashtags button').click()")
    chosen = page.js("document.querySelector('#hashtags button').dataset.choose")
    put(page, "#labels", "dog")
    come(page, works)
    page.settle()
    assert page.text("#error") == "" and page.texts(HASHTAGS) == explain(["dog"], [chosen])
    assert [text.strip("# ×") for text in page.texts("#chosen button")] == [chosen]


@pytest.mark.parametrize("works", [True, False], ids=["answer", "error"])
def test_the_map_lists_what_is_near_the_last_one_pressed(page, works):
    page.click("#how summary")
    keep(page, "/api/neighbours")
    for word in ("dog", "sun"):
        put(page, "#search", word)
        page.js("document.querySelector('#found button').click()")
        page.wait("!!window.late")
    page.wait("document.querySelector('#near').textContent")
    before = page.text("#near")
    come(page, works)
    assert page.text("#near") == before and "sun" in before


@pytest.mark.parametrize("works", [True, False], ids=["answer", "error"])
def test_what_moves_starts_from_the_last_start(opened, site, works):
    page = opened(site + "/move")
    page.js(KEPT)
    keep(page, "/api/move/words")
    page.click("#learn-words [data-do=anew]")
    page.wait("!!window.late")
    page.click("[name=scene][value=pair] + span")
    come(page, works)
    page.wait("document.querySelectorAll('#plane .input').length === 3")
    assert page.text("#learn-words [data-show=note]") == ""
