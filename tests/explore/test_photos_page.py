"""Photos on the page in a real browser: the answer in the first screen, copied, mixed, saved, one photo or several."""

import pytest

from instahash.decoding.limits import LIVE_PHOTO, VIDEO
from instahash.explore.explain import Explainer
from instahash.platforms import PLATFORMS


@pytest.fixture
def explain(models):
    """explain(...) -> the hashtags for labels, as people write them."""
    explainer = Explainer(models["best"])
    return lambda *args, **options: [h["spelled"] for h in explainer.explain(*args, **options)["hashtags"]]


LABELS = "dog:0.9,grass:0.8,sky:0.7,tree:0.6,cat:0.31,animal:0.2,food:0.1"
TEXT = LABELS.replace(",", ", ")


def hashtags(page):
    return [text.removeprefix("#") for text in page.texts("#hashtags .hashtag")]


def drop(page, *paths):
    """Drop photos and wait until all have their answers."""
    page.drop_file(200, 300, *paths)
    page.wait("document.body.dataset.photos && !document.body.classList.contains('waiting')", 20)
    page.settle()


def tags(names):
    return " ".join(f"#{name}" for name in names)


def without_limit(page):
    page.js("{ const e = document.querySelector('#platform'); e.value = 'any'; e.dispatchEvent(new Event('change')) }")


def click(page, selector):
    page.click(selector)
    page.settle()


# What of the first screen cannot be seen, or is beside or below it.
HIDDEN = """(() => {
  scrollTo(0, 0);
  const wanted = ["#preview", "#copy-all", "#copy-chosen", ...[...document.querySelectorAll("#hashtags .hashtag")]];
  return wanted.map((e) => (typeof e === "string" ? document.querySelector(e) : e)).filter((e) => {
    const { left, top, right, bottom, width, height } = e.getBoundingClientRect();
    const above = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const outside = left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
    return !width || !height || outside || !(above && e.contains(above));
  }).map((e) => e.id || e.textContent);
})()"""


@pytest.mark.parametrize("width, height, touch", [(1280, 720, False), (390, 844, True)], ids=["desktop", "phone"])
def test_the_answer_is_in_the_first_screen(opened, site, photo, explain, width, height, touch):
    page = opened(site + "/", folded=True, width=width, height=height, touch=touch)
    drop(page, photo("one.png", LABELS))
    page.wait("document.querySelector('#preview').naturalWidth === 40")
    assert hashtags(page) == explain([TEXT]) and len(hashtags(page)) == 10
    assert page.js(HIDDEN) == []
    assert page.text("#unsure summary") == "not sure enough: cat, animal, food" and page.text("#changes") == ""
    assert page.js("document.querySelector('#unsure summary').getBoundingClientRect().height") < 30
    assert not page.js("document.querySelector('#rejected').checkVisibility()")
    assert not page.js("document.querySelector('#steps').checkVisibility()")
    drop(page, photo("two.png", "beach:0.9"), photo("three.png", "broken"), photo("four.png", "cat:0.9"))
    page.click("#hashtags li:nth-child(2) button")
    page.settle()
    assert page.js(HIDDEN) == []
    assert page.js("document.documentElement.scrollWidth") <= width
    page.errors.clear()  # browsers log that a photo was refused


def test_all_or_the_chosen_are_copied(opened, site, photo, explain):
    page = opened(site + "/", folded=True)
    drop(page, photo("one.png", LABELS))
    first = explain([TEXT])
    without_limit(page)
    click(page, "#copy-all")
    page.wait("document.querySelector('#copied').textContent === 'Copied: 10 hashtags'")
    assert page.copied() == tags(first) and page.js("document.querySelector('#copy-chosen').disabled")
    click(page, "#hashtags li:nth-child(4) button")
    click(page, "#hashtags li:nth-child(2) button")
    chosen = [first[3], explain([TEXT], [first[3]])[1]]
    rest = explain([TEXT], chosen)
    page.click("#copy-chosen")
    page.wait("document.querySelector('#copied').textContent === 'Copied: 2 hashtags'")
    assert page.copied() == tags(chosen)
    # A page that came without encryption from another machine has no clipboard of its own.
    page.js("window.kept = navigator.clipboard; Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.click("#copy-all")
    page.wait("document.querySelector('#copied').textContent === 'Copied: 12 hashtags'")
    assert page.js("window.kept.readText()") == tags(chosen + rest)
    assert page.js("document.activeElement.id") == "copy-all"


def test_big_middle_and_niche_ones_are_mixed(opened, site, explain):
    page = opened(site + "/#labels=dog", folded=True)
    groups = page.texts("#hashtags .group")
    holders = page.js("[...document.querySelectorAll('#mix input')].map((e) => e.placeholder)")
    assert [int(n) for n in holders] == [groups.count(group) for group in ("big", "middle", "niche")]
    page.js("document.querySelector('#mix input').focus()")
    for n in "213":
        page.type(n)
        page.press("Tab")
    page.settle()
    assert sorted(page.texts("#hashtags .group")) == ["big"] * 2 + ["middle"] + ["niche"] * 3
    assert hashtags(page) == explain(["dog"], mix=[2, 1, 3])
    page.wait("location.hash.includes('mix=2-1-3')")
    page.reload()
    page.wait("document.body.dataset.ready")
    page.settle()
    assert hashtags(page) == explain(["dog"], mix=[2, 1, 3])
    page.js("document.querySelector('#mix input').select()")
    page.type("99")
    page.settle()
    most = page.texts("#hashtags .group").count("big")
    assert 2 < most < 60 and f"no more big ones than {most}" in page.text("#note")
    click(page, "#unmix")
    assert hashtags(page) == explain(["dog"]) and page.js("document.querySelector('#mix input').value") == ""
    odd = opened(site + "/#labels=dog&mix=1-2", folded=True)
    assert hashtags(odd) == explain(["dog"])


def test_saved_sets_survive_a_reload(opened, site, explain):
    page = opened(site + "/#labels=dog", folded=True)
    first = explain(["dog"])
    page.click("#save")
    page.wait("document.querySelector('#sets-error').textContent === 'Give the set a name.'")
    page.type("All: of them")  # the name has the focus; a colon would end it
    page.press("Enter")
    click(page, "#hashtags li:nth-child(3) button")
    page.click("#set-name")
    page.type("<b>mine</b>")
    page.click("#save")
    page.wait("location.hash.includes('chosen')")
    page.reload()
    page.wait("document.body.dataset.ready")
    page.settle()
    assert page.texts("#sets button:first-child") == ["All of them", "<b>mine</b>"]
    assert page.texts("#sets .hint") == [tags(first), tags([first[2]])]
    click(page, "#chosen button")
    click(page, "#sets li:nth-child(2) button")
    assert hashtags(page) == explain(["dog"], [first[2]])
    click(page, "#sets li:nth-child(1) button")
    assert page.texts("#chosen button") == [f"#{name} ×" for name in [first[2], *first[:2], *first[3:]]]
    page.click("#saved summary")
    page.click("#copy-sets")
    page.wait("document.querySelector('#copied').textContent === 'Copied: all sets'")
    copied = page.copied()
    assert copied == f"All of them: {tags(first)}\n<b>mine</b>: {tags([first[2]])}"
    for _ in range(2):
        page.click("#sets [aria-label^=Delete]")
    assert page.text("#sets") == "None yet."
    page.js(f"document.querySelector('#pasted').value = {copied!r}")
    page.click("#add-sets")
    assert page.texts("#sets .hint") == [tags(first), tags([first[2]])]
    page.click("#pasted")
    page.type("trips")
    page.click("#add-sets")
    assert "“trips” is no set" in page.text("#sets-error") and len(page.texts("#sets li")) == 2
    page.js("localStorage.setItem('instahash-sets', '{')")
    page.reload()
    page.wait("document.body.dataset.ready")
    assert page.text("#sets") == "None yet."


def test_a_post_is_counted_against_what_its_platform_takes(opened, site, explain):
    page = opened(site + "/#labels=dog", folded=True)
    names = explain(["dog"])[:4]  # and one in the caption
    page.click("#caption")
    page.type("Look at #him")
    whole = f"Look at #him\n\n{tags(names)}"
    assert page.js("document.querySelector('#whole').textContent") == whole
    limits = f"{len(whole)} of {PLATFORMS['instagram'].characters:,} characters, 5 of 5 hashtags, 6 more are left out"
    assert page.text("#counts") == limits
    page.click("#copy-post")
    page.wait("document.querySelector('#copied').textContent === 'Copied: the post'")
    assert page.copied() == whole
    for platform, shown in {"flickr": "11 of 75 hashtags", "instagram": limits}.items():
        page.js(
            f"e = document.querySelector('#platform'); e.value = '{platform}'; e.dispatchEvent(new Event('change'))"
        )
        assert page.text("#counts") == shown
    click(page, "#hashtags button")
    assert page.js("document.querySelector('#whole').textContent") == f"Look at #him\n\n#{names[0]}"
    page.js("document.querySelector('#caption').value = '\U0001f436'.repeat(2199)")
    page.click("#caption")
    page.type("x")
    page.wait("document.querySelector('#counts').textContent.includes('characters: too many')")
    assert page.text("#counts").startswith(f"{2200 + 2 + 1 + len(names[0]):,} of ")
    assert page.js("document.querySelector('#counts').classList.contains('error')") and page.low_contrasts() == {}


SEVERAL = {"a.png": "dog:0.9", "b.png": "beach:0.9,slow:0.1", "d.png": "cat:0.9,slow:0.1"}


def test_several_photos_have_answers_of_their_own(opened, site, photo, explain, tmp_path):
    page = opened(site + "/", folded=True)
    (tmp_path / "clip.mov").write_bytes(b"\0\0\0\x18ftypqt  " + bytes(200))
    paths = [photo(name, labels) for name, labels in SEVERAL.items()]
    page.choose_file("#file", *paths[:2], photo("c.png", "broken"), tmp_path / "clip.mov", paths[2])
    # The first one has its answer, while the others wait.
    page.wait("document.querySelector('#labels').value === 'dog:0.9'")
    page.wait("document.querySelector('#photo-status').textContent.includes('photos are labelled')")
    assert not page.js("document.querySelector('#progress').hidden || !document.querySelector('#copy-each').disabled")
    page.wait("document.body.dataset.photos === '3'", 20)
    page.settle()
    assert sorted(page.texts("#failures li")) == [
        "c.png: the file is cut off; copy it again",
        f"clip.mov: {LIVE_PHOTO}",
    ]
    assert len(page.texts("#strip li")) == 3 and page.js("document.querySelector('#progress').hidden")
    dog, beach, cat = (explain(labels.split(",")) for labels in SEVERAL.values())
    assert hashtags(page) == dog
    click(page, "#next")
    assert hashtags(page) == beach and page.text("#photo-status").startswith("b.png, 2 of 3:")
    assert page.text("#changes") == ""  # another photo's answer is nothing to compare with
    page.click("#caption")
    page.type("Sand!")
    # Chosen, and left before there is an answer.
    button = "document.querySelector('#hashtags li:nth-child(2) button')"
    page.js(f"{button}.click(); document.querySelector('#next').click()")
    page.settle()
    assert hashtags(page) == cat and page.texts("#chosen button") == []
    assert page.js("document.querySelector('#caption').value") == ""
    click(page, "#previous")
    assert page.texts("#chosen button") == [f"#{beach[1]} ×"]
    assert page.js("document.querySelector('#caption').value") == "Sand!"
    click(page, "#previous")
    assert hashtags(page) == dog and page.js("document.querySelector('[aria-current=true] img').alt") == "a.png"
    page.wait("document.body.dataset.photos === '3'")
    without_limit(page)
    page.click("#copy-each")
    page.wait("document.querySelector('#copied').textContent === 'Copied: the hashtags of 3 photos'")
    follow = explain(["beach:0.9"], [beach[1]])
    assert page.copied() == (f"a.png\n{tags(dog)}\n\nb.png\nSand!\n\n{tags([beach[1], *follow])}\n\nd.png\n{tags(cat)}")
    # A mix is for all of them.
    page.click("#mix label:last-of-type input")
    page.type("2")
    page.settle()
    page.wait("document.body.dataset.photos === '3'")
    page.click("#copy-each")
    page.wait("document.querySelector('#copied').textContent !== ''")
    mixed = [explain(["dog:0.9"], mix=[0, 0, 2]), explain(["cat:0.9"], mix=[0, 0, 2])]
    assert f"a.png\n{tags(mixed[0])}\n" in page.copied() and page.copied().endswith(f"d.png\n{tags(mixed[1])}")
    click(page, "#hashtags button")
    drop(page, photo("e.png", "cat:0.9"))
    assert page.text("#photo-status").startswith("e.png, 4 of 4:") and page.texts("#chosen button") == []
    click(page, "#clear")
    assert page.texts("#strip li") == page.texts("#failures li") == []
    assert page.js("document.querySelector('#labels').value + document.querySelector('#preview').hidden") == "true"
    page.errors.clear()  # browsers log that a photo was refused


def test_photos_by_keys(opened, site, photo):
    page = opened(site + "/", folded=True)
    drop(page, *(photo(name, labels) for name, labels in SEVERAL.items()))
    page.wait("document.body.dataset.photos === '3'", 20)
    page.js("document.querySelector('#file').focus()")
    page.press("Tab")
    page.press("ArrowRight")
    page.press("End")
    page.press("Enter")
    page.settle()
    assert page.js("document.querySelector('#labels').value") == "cat:0.9, slow:0.1"
    page.press("Tab")
    page.press(" ")
    page.settle()
    assert page.js("document.querySelector('#labels').value") == "beach:0.9, slow:0.1"
    assert page.js("document.activeElement.id") == "previous"


def test_what_is_no_photo_is_said_to_be_none(opened, site, photo, tmp_path):
    page = opened(site + "/", folded=True)
    (tmp_path / "holiday").mkdir()
    (tmp_path / "notes.txt").write_text("broken")
    (tmp_path / "walk.mp4").write_bytes(b"")
    others = [tmp_path / name for name in ("holiday", "notes.txt", "walk.mp4")]
    drop(page, *others, photo("one.png", "dog:0.9"))
    assert page.texts("#failures li") == [
        "holiday: it is a folder; open it and drop its photos",
        f"walk.mp4: {VIDEO}",
        "notes.txt: the file is cut off; copy it again",  # what the annotator says of it
    ]
    assert page.js("document.querySelector('#labels').value") == "dog:0.9"
    page.errors.clear()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_all_of_it_can_be_read_and_has_a_name(opened, site, photo, dark):
    page = opened(site + "/", folded=True, width=390, height=844, dark=dark)
    page.click("#set-name")
    page.type("mine")
    page.click("#save")
    page.click("#saved summary")
    drop(page, photo("one.png", LABELS), photo("two.png", "broken"), photo("three.png", "cat:0.9"))
    page.click("#unsure summary")
    assert page.low_contrasts() == {} and page.js("document.documentElement.scrollWidth") <= 390
    assert page.nameless("list") == []
    page.errors.clear()
