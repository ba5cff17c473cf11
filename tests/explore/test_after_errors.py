"""The pages after an error, and with nothing to show: no answer stands that is not to what was asked last."""

import pytest

from instahash.decoding.limits import LIVE_PHOTO, VIDEO
from instahash.names import DOUBTS

GONE = "the server does not answer; is instahash-explore still running?"
HASHTAGS = "#hashtags .hashtag"


@pytest.fixture
def page(opened, site):
    page = opened(site + "/", folded=True)
    yield page
    page.errors.clear()  # browsers log what was refused


def settled(page, *paths):
    page.drop_file(200, 300, *paths)
    page.wait("document.body.dataset.photos && !document.body.classList.contains('waiting')")
    page.settle()


def is_blank(page, labels=""):
    """Nothing of an answer is on the page, and nothing of one can be copied.  labels : what is typed."""
    assert page.texts("#words li") == page.texts(HASHTAGS) == page.texts("#unsure:not([hidden])") == []
    assert page.text("#whole") == page.text("#changes") == page.text("#note") == ""
    assert page.js("document.querySelector('#labels').value") == labels
    assert page.js("document.querySelector('#preview').hidden")
    for button in ("#copy-all", "#copy-chosen", "#copy-post"):
        assert page.js(f"document.querySelector('{button}').disabled"), button
    return True


def test_what_is_no_photo_leaves_no_answer_of_another(page, photo, explain, tmp_path):
    (tmp_path / "holiday").mkdir()
    for name, content in {"walk.mp4": b"", "live.mov": b"", "large.png": bytes(20_000_001)}.items():
        (tmp_path / name).write_bytes(content)
    wrong = {
        photo("cut.png", "broken"): "the file is cut off; copy it again",
        tmp_path / "walk.mp4": VIDEO,
        tmp_path / "live.mov": LIVE_PHOTO,
        tmp_path / "holiday": "it is a folder; open it and drop its photos",
        tmp_path / "large.png": "it has 20.0 MB, and 20 are the most; save it smaller",
    }
    settled(page, photo("good.png", "dog:0.9,cat:0.2"))
    page.click("#caption")
    page.type("Mine")
    for path, why in wrong.items():
        assert page.texts(HASHTAGS) == explain(["dog:0.9, cat:0.2"])
        page.drop_file(200, 300, path)
        page.wait("document.querySelector('#failures').textContent")
        page.settle()
        assert page.texts("#failures li") == [f"{path.name}: {why}"] and is_blank(page)
        assert page.text("#photo-status") == "No photo was labelled, so there is no answer."
        page.click("#strip button")  # the one before is still there
        page.settle()
        assert page.texts("#failures li") == [] and page.js("document.querySelector('#caption').value") == "Mine"


def test_what_was_typed_before_a_photo_is_kept(page, photo, explain):
    page.click("#caption")
    page.type("Mine")
    page.click("#hashtags button")
    page.settle()
    chosen = page.texts("#chosen button")
    for content in ("broken", "dog:0.9"):
        page.drop_file(200, 300, photo("one.png", content))
        page.wait("document.querySelector('#failures').textContent || document.querySelector('#labels').value")
        page.settle()
        assert page.js("document.querySelector('#caption').value") == "Mine" and page.texts("#chosen button") == chosen
    assert page.texts(HASHTAGS) == explain(["dog:0.9"], [chosen[0].strip("# ×")])


@pytest.mark.parametrize("name", ["walk.mp4", "cut.png"])
def test_typed_labels_stay_where_a_file_is_refused(page, photo, explain, tmp_path, name):
    photo(name, "broken")
    page.click("#labels")
    page.type("dog, ")
    page.settle()
    for text in ("dog, ", "dog, cat"):
        page.drop_file(200, 300, tmp_path / name)
        page.wait("document.querySelector('#failures').textContent")
        page.settle()
        assert page.js("document.querySelector('#labels').value") == text and page.texts(HASHTAGS) == explain([text])
        assert page.text("#photo-status") == "No photo was labelled; what is typed stays."
        if text == "dog, ":
            page.click("#labels")
            page.press("End")
            page.type("cat")
            page.settle()
            assert page.texts("#failures li") == []  # it was about a moment that is over
    # Beside a photo: what is typed for it, without its own labels, which are a press away.
    settled(page, photo("good.png", "beach:0.9,sky:0.2"))
    assert page.js("document.querySelector('#labels').value") == "beach:0.9, sky:0.2"
    page.click("#labels")
    page.press("End")
    page.type(", food:0.7")
    page.settle()
    page.drop_file(200, 300, tmp_path / name)
    page.wait("document.querySelector('#failures').textContent")
    page.settle()
    assert page.js("document.querySelector('#labels').value") == "food:0.7"
    assert page.texts(HASHTAGS) == explain(["food:0.7"]) and page.js("document.querySelector('#preview').hidden")
    page.click("#strip button")
    page.settle()
    assert page.texts(HASHTAGS) == explain(["beach:0.9, sky:0.2, food:0.7"])


def test_what_is_typed_while_a_photo_is_looked_at_is_kept(page, photo, explain):
    page.drop_file(200, 300, photo("slow.png", "beach:0.9,slow:0.1"))
    page.wait("document.querySelector('#photo-status').textContent.startsWith('Looking')")
    assert page.texts("#hashtags li") == ["Looking at the photo…"] and page.text("#whole") == ""
    page.js("document.querySelector('#labels').focus()")
    page.type("cat")
    page.wait("document.querySelector('#labels').value.includes('beach')")
    page.settle()
    text = page.js("document.querySelector('#labels').value")
    assert text == "cat, beach:0.9, slow:0.1" and page.texts(HASHTAGS) == explain([text])


@pytest.mark.parametrize("second", ["broken", "dog:0.9"])
def test_a_photo_that_overtakes_another_has_the_page(page, photo, explain, second):
    page.drop_file(200, 300, photo("slow.png", "beach:0.9,slow:0.1"))
    page.wait("document.querySelector('#photo-status').textContent.startsWith('Looking')")
    page.drop_file(200, 300, photo("second.png", second))
    page.wait("document.body.dataset.photos")
    page.settle()
    if second == "broken":
        assert is_blank(page) and page.texts("#failures li") == ["second.png: the file is cut off; copy it again"]
        page.click("#strip button")
        page.settle()
        assert page.texts(HASHTAGS) == explain(["beach:0.9, slow:0.1"])
    else:
        assert page.texts(HASHTAGS) == explain([second]) and page.text("#photo-status").startswith("second.png, 2 of 2")


def test_a_refused_query_leaves_no_answer_to_another(page, explain):
    page.click("#labels")
    page.type("dog")
    page.settle()
    page.click("#hashtags button")
    page.settle()
    chosen = page.texts("#chosen button")
    page.js("document.querySelector('#labels').focus()")
    page.type(":9")
    page.wait("document.querySelector('#error').textContent.includes('a score is from 0 to 1')")
    assert page.texts("#words li") == page.texts(HASHTAGS) == [] and page.text("#note") == ""
    assert page.texts("#chosen button") == chosen and page.text("#whole") == chosen[0].rstrip(" ×")
    assert page.js("document.querySelector('#copy-all').disabled")
    page.press("Backspace")
    page.press("Backspace")
    page.settle()
    assert page.text("#error") == "" and page.texts(HASHTAGS) == explain(["dog"], [chosen[0].strip("# ×")])
    assert not page.js("document.querySelector('#copy-all').disabled") and page.text("#changes") == ""


def test_a_server_that_does_not_answer_in_time_is_said(page, photo):
    page.js("{ const { timeout } = AbortSignal; AbortSignal.timeout = (ms) => timeout.call(AbortSignal, ms / 600); }")
    page.drop_file(200, 300, photo("slow.png", "beach:0.9,slow:0.1"))
    page.wait("document.querySelector('#failures').textContent")
    assert page.text("#failures") == "slow.png: the server has not answered for 120 seconds; try again"
    assert is_blank(page)


def test_a_server_that_is_gone_leaves_no_answer_to_another_question(browser, start, folders, photo):
    with start("--model-dir", folders["best"]) as address:
        page = browser.page(address + "/")
        page.wait(
            "document.body.dataset.ready && document.body.dataset.shown && !document.querySelector('#file').disabled"
        )
        before = page.texts(HASHTAGS)
    page.click("#hashtags button")
    page.wait(f"document.querySelector('#error').textContent === {GONE!r}")
    assert page.texts(HASHTAGS) == before  # as nothing is chosen, it is still the answer
    page.click("#labels")
    page.type("dog")
    page.wait("!document.querySelector('#hashtags .hashtag')")
    assert page.text("#error") == GONE and page.js("document.querySelector('#copy-all').disabled")
    page.drop_file(200, 300, photo("one.png", "dog:0.9"))
    page.wait("document.querySelector('#failures').textContent")
    assert page.text("#failures") == f"one.png: {GONE}" and is_blank(page, "dog")


def test_before_anything_is_given_the_page_says_what_to_do(page):
    note = page.text("#note")
    assert note.startswith("no label is given: choose a photo or type") and note.endswith(
        "these hashtags fit any photo"
    )


def test_guesses_are_marked_at_each_photo(page, photo):
    settled(page, photo("dim.png", "dog:0.3"), photo("dark.png", "dog:0.01"), photo("sure.png", "cat:0.9"))
    page.wait("document.body.dataset.photos === '3'")
    assert page.js("[...document.querySelectorAll('#strip img')].map((e) => e.alt)") == [
        "dim.png, guesses",
        "dark.png, fit any photo",
        "sure.png",
    ]
    assert page.js("[...document.querySelectorAll('#strip .doubtful')].length") == 2
    note = page.text("#note")
    assert note.startswith(DOUBTS["guesses"].told(0.5).why) and "press" in note
    page.click("#strip li:nth-child(2) button")
    page.settle()
    assert page.text("#note") == DOUBTS["general"].why
    page.click("#copy-each")
    page.wait("document.querySelector('#copied').textContent")
    heads = [part.splitlines()[0] for part in page.copied().split("\n\n")]
    assert heads == ["dim.png (guesses)", "dark.png (fit any photo)", "sure.png"]


def test_percentages_that_go_up_and_down_are_explained(page):
    up_and_down = "percentages go up and down"
    for text in ("dog", ", beach, food", ", cat:0.2"):
        page.js("document.querySelector('#labels').focus()")
        page.type(text)
        page.settle()
        values = [float(value.strip("< %")) for value in page.texts("#hashtags .value")]
        if values != sorted(values, reverse=True):
            assert up_and_down in page.text("#note")
    page.js("e = document.querySelector('#novelty'); e.value = 1; e.dispatchEvent(new Event('input'))")
    page.settle()
    values = [float(value.strip("< %")) for value in page.texts("#hashtags .value")]
    assert values != sorted(values, reverse=True) and up_and_down in page.text("#note")
    assert "0 %" not in page.texts("#hashtags .value")


def test_a_photo_that_nothing_can_label_is_said_to_be_such(browser, start, folders, photo):
    blocked = "import sys; sys.modules['PIL'] = None\n"
    with start("--model-dir", folders["paper"], before=blocked, GOOGLE_APPLICATION_CREDENTIALS="") as address:
        page = browser.page(address + "/#labels=dog&mix=0-0-0")
        page.wait("document.querySelector('#photo-status').textContent.startsWith('No photos here: ')")
        why = page.text("#photo-status").removeprefix("No photos here: ")
        assert "pillow" in why and "\n" not in why
        page.wait("document.body.dataset.shown")
        # Nor has it a hashtag where none is asked for, which is no fault of the recipe.
        assert page.text("#hashtags").startswith("No hashtag is left. No group has one") and page.text("#note")
        page.wait("document.querySelector('#live').textContent.includes('No hashtag is left')")
        page.drop_file(200, 300, photo("one.png", "dog:0.9"))
        page.wait("document.querySelector('#failures').textContent")
        assert page.text("#failures") == f"one.png: {why}"
        page.drop_file(200, 300, photo("one.png", "dog:0.9"), photo("two.png", "dog:0.9"))
        page.wait("document.querySelector('#failures').textContent.startsWith('2 photos: ')")
        assert page.js("document.querySelector('#labels').value") == "dog" and page.errors == []
        refusal = "fetch('/api/photo', {method: 'POST', body: 'x', headers: {'content-type': 'image/png'}})"
        assert page.js(f"{refusal}.then(async (answer) => [answer.status, (await answer.json()).error])") == [503, why]


def test_a_screen_reader_is_told_of_errors_when_they_come(page):
    """What is put into an alert is read at once; the alert itself is there before, or it would be overheard."""
    for selector in ("#failures", "#error", "#sets-error"):
        assert page.js(f"Boolean(document.querySelector('{selector}').closest('[role=alert]'))"), selector
    assert [role for role, _ in page.told()].count("alert") == 3


def test_hashtags_that_no_expert_ranks_are_named(opened, site):
    page = opened(site + "/#labels=zeppelin, blimp")
    said = page.text("#together")
    assert "No expert ranks what no post of the training has: #blimp, #zeppelin. Such" in said
    page.js("{ const e = document.querySelector('#labels'); e.value = 'dog'; e.dispatchEvent(new Event('input')) }")
    page.settle()
    page.wait("!document.querySelector('#together').textContent.includes('zeppelin')")
    assert "#dog," not in page.text("#together")


# Nothing to judge


@pytest.mark.parametrize("path", ["/judge", "/rate", "/judge/report"])
def test_without_posts_a_page_says_how_to_get_some(site, browser, path):
    page = browser.page(site + path, width=390, height=844)
    page.wait("document.readyState === 'complete'")
    assert page.text("main h2") == "There are no posts to judge yet"
    assert "instahash-explore --posts sample-held-out" in page.texts("main code")
    assert page.errors == [] and page.low_contrasts() == {} and page.texts("main button, main input") == []
    assert page.js("document.documentElement.scrollWidth") <= 390


# What must be on the first screen of each page; of /move, of each of its parts when that is scrolled to.
PRIMARY = {
    "/": ["[for=file]", "#copy-all", "#copy-chosen", "#labels", "#mix input"],
    "/move": ["#learn-words .play", "[name=scene] + span", "[data-do=on]", "#step_size"],
    "/judge": ["#left", "#right", "#equal", "#undo"],
    "/rate": ["#copy", "#forget", "#rated button"],
    "/judge/report": ["nav a", "#report a"],
    "/docs": ["nav a"],
}
SEEN = """((selectors) => selectors.filter((selector) => {
  const { left, top, right, bottom, width } = document.querySelector(selector).getBoundingClientRect();
  return !width || left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
}))"""
ON_A_PHONE = {"/": ["#labels", "#mix input"], "/move": ["#step_size"]}  # below the answer, and below the words


@pytest.fixture(scope="module")
def judged(start, folders, tmp_path_factory):
    """The address of a server with tall photos to judge."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    from instahash.data import Label, Post
    from instahash.formats import write_posts

    folder = tmp_path_factory.mktemp("judged")
    for name in ("1.png", "2.png"):
        image.new("RGB", (900, 1600), "green").save(folder / name)
    write_posts(folder / "posts.jsonl", [Post(name, labels=(Label("dog", 0.9),)) for name in ("1.png", "2.png")])
    args = ["--posts", folder / "posts.jsonl", "--photos", folder, "--judgements", folder / "j.sqlite"]
    with start("--model-dir", folders["best"], *args, "--compare", folders["paper"]) as address:
        yield address


@pytest.mark.parametrize("path", PRIMARY)
def test_the_buttons_that_matter_are_on_the_first_screen(judged, opened, path):
    page = opened(judged + path, folded=True, width=1280, height=720)
    if path in ("/judge", "/rate"):
        page.wait("document.querySelector('#seen img, #rated img').naturalHeight")
    for width, height, below in ((1280, 720, []), (390, 844, ON_A_PHONE.get(path, []))):
        page.look(width, height, mobile=width < 400)
        page.js("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        wanted = [selector for selector in PRIMARY[path] if selector not in below]
        assert page.js(f"scrollTo(0, 0), {SEEN}({wanted})") == [], width
        assert page.js("document.documentElement.scrollWidth") <= width


def test_many_photos_that_fail_leave_the_labels_on_the_first_screen(opened, site, photo):
    page = opened(site + "/", folded=True, width=1280, height=720)
    settled(
        page, *(photo(f"{i}.png", "broken") for i in range(20)), photo("good.png", "dog:0.9"), photo("b.png", "cat:0.8")
    )
    assert len(page.texts("#failures li")) == 20
    assert page.js(f"scrollTo(0, 0), {SEEN}({['#labels', '#copy-all', '#copy-each', '#copy-post']})") == []
    page.errors.clear()
