"""The map of hashtags in a real browser: dragged, zoomed, pinched, searched, and by keys alone."""

import json
import time

import pytest


@pytest.fixture
def page(opened, served):
    return opened(served + "/")


def view(page):
    """Scale, left and top of the map, when it has been painted."""
    time.sleep(0.1)
    return [page.js(f"Number(document.querySelector('#map').dataset.{name})") for name in ("scale", "left", "top")]


def corner(page):
    page.js("document.querySelector('#map').scrollIntoView({block: 'center'})")
    return page.js(
        "(({x, y, width, height}) => [x, y, width, height])(document.querySelector('#map').getBoundingClientRect())"
    )


def places(page, served):
    """Where each hashtag is on the map, in pixels of the page."""
    data = page.js("fetch('/api/map').then((answer) => answer.json())")
    x0, y0, *_ = corner(page)
    scale, left, top = view(page)
    names = zip(data["words"], data["x"], data["y"])
    return {word: (x0 + left + x * scale, y0 + top - y * scale) for word, x, y in names}


def test_the_map_is_dragged_and_zoomed(page):
    x, y, width, height = corner(page)
    scale, left, top = view(page)
    page.drag((x + 300, y + 200), (x + 260, y + 230))
    assert view(page) == pytest.approx([scale, left - 40, top + 30], abs=0.1)
    page.drag((x + 100, y + 100), (x - 15, y + 100))  # out of the map
    page.drag((x + 100, y + 100), (x + 215, y + 100))
    assert view(page) == pytest.approx([scale, left - 40, top + 30], abs=0.1)
    page.wheel(x + 100, y + 120, -120)
    after = view(page)
    factor = after[0] / scale
    assert factor > 1.2
    # What was under the pointer still is.
    assert after[1:] == pytest.approx([100 - factor * (100 - left + 40), 120 - factor * (120 - top - 30)], abs=2)
    page.wheel(x + 100, y + 120, 120)
    assert view(page) == pytest.approx([scale, left - 40, top + 30], abs=2)
    page.click("#zoom-in")
    assert view(page)[0] > scale
    page.click("#zoom-out")
    page.click("#zoom-all")
    assert view(page) == pytest.approx([scale, left, top], abs=0.1)


def test_the_map_by_keys_alone(page):
    corner(page)
    scale, left, top = view(page)
    page.js("document.querySelector('#map').focus()")
    page.press("ArrowRight")
    page.press("ArrowDown")
    assert view(page) == pytest.approx([scale, left - 40, top - 40], abs=0.1)
    assert page.text("#map-name").startswith("#")  # the one in the middle
    page.press("+")
    page.press("+")
    assert view(page)[0] == pytest.approx(scale * 1.69, rel=1e-3)
    page.press("Enter")
    page.wait("document.querySelectorAll('#near li').length === 10")
    assert page.text("#near h3").startswith(page.text("#map-name").split(",")[0])
    page.press("0")
    assert view(page) == pytest.approx([scale, left, top], abs=0.1)


def test_a_hashtag_on_the_map_has_neighbours(page, served, models):
    where = places(page, served)
    # One that no other is near to, so that a pixel more or less makes no difference.
    word = max(
        where, key=lambda w: min(abs(where[w][0] - x) + abs(where[w][1] - y) for v, (x, y) in where.items() if v != w)
    )
    page.mouse("mouseMoved", *where[word])
    page.wait(f"document.querySelector('#map-name').textContent.startsWith({json.dumps('#' + word + ',')})")
    page.click(where[word])
    page.wait("document.querySelectorAll('#near li').length === 10")
    near = [name for name, _ in models["best"].word_vectors().most_similar(word, topn=10)]
    assert [text.removeprefix("#") for text in page.texts("#near .word")] == near
    page.click("#near .button")
    page.settle()
    assert page.text("#chosen").startswith(f"#{word}") and page.text("#near .button") == "Remove from chosen"
    page.click("#near .button")
    page.settle()
    assert page.texts("#chosen button") == [] and page.text("#near .button") == "Add to chosen"


def test_the_map_is_searched(page):
    corner(page)
    scale, *_ = view(page)
    page.click("#search")
    page.type("dog")
    found = page.texts("#found button")
    assert found[0] == "#dog" and all("dog" in name for name in found)
    page.press("Enter")
    page.wait("document.querySelectorAll('#near li').length === 10")
    assert page.text("#near h3").startswith("#dog")
    assert view(page)[0] > 4 * scale
    page.type("zzz")
    assert "No hashtag" in page.text("#found")


def test_the_map_is_pinched(opened, served):
    page = opened(served + "/", width=390, height=844, touch=True)
    x, y, width, height = corner(page)
    scale, left, top = view(page)
    middle = x + width / 2, y + height / 2
    page.touch("touchStart", (middle[0] - 30, middle[1]))
    page.touch("touchStart", (middle[0] - 30, middle[1]), (middle[0] + 30, middle[1]))
    for apart in (40, 60, 80, 90):
        page.touch("touchMove", (middle[0] - apart, middle[1]), (middle[0] + apart, middle[1]))
    page.touch("touchEnd")
    assert view(page)[0] == pytest.approx(3 * scale, rel=0.1)
    before = view(page)
    page.touch("touchStart", middle)
    page.touch("touchMove", (middle[0] + 25, middle[1] + 10))
    page.touch("touchMove", (middle[0] + 50, middle[1] + 20))
    page.touch("touchEnd")
    assert view(page)[1:] == pytest.approx([before[1] + 50, before[2] + 20], abs=1)
    assert page.js("document.documentElement.scrollWidth") <= 390
