"""The page keeps to what a platform takes: which one, since when, another number, and what is copied."""

import json

import pytest

from instahash.cli.explore import parser
from instahash.explore.explain import Explainer
from instahash.explore.limits import limits
from instahash.platforms import LOOKED_UP, PLATFORMS


@pytest.fixture
def explain(models):
    """explain(...) -> the hashtags for labels, as people write them."""
    explainer = Explainer(models["best"])
    return lambda *args, **options: [f"#{h['spelled']}" for h in explainer.explain(*args, **options)["hashtags"]]


def put(page, selector, value, event):
    field = f"document.querySelector({json.dumps(selector)})"
    page.js(f"{field}.value = {json.dumps(value)}, {field}.dispatchEvent(new Event({json.dumps(event)}))")


def take(page, platform, most=None):
    """Choose a platform, and another number for it."""
    put(page, "#platform", platform, "change")
    if most is not None:
        put(page, "#most", str(most), "input")


def copied(page, button):
    """What a button copies."""
    page.js("document.querySelector('#copied').textContent = ''")
    page.click(button)
    page.wait("document.querySelector('#copied').textContent")
    return page.copied()


# What is said


@pytest.mark.parametrize("name, platform", PLATFORMS.items())
def test_each_limit_is_said_with_its_date(name, platform):
    (limit,) = [limit for limit in limits() if limit.name == name]
    assert (limit.hashtags, limit.characters) == (platform.hashtags, platform.characters)
    for part in (f"{name} takes {platform.hashtags} hashtag", platform.since, platform.sure, LOOKED_UP):
        assert part in limit.says


def test_the_platform_of_the_command_is_the_first():
    assert [limit.name for limit in limits()] == [*PLATFORMS, "any"]
    first, *others = limits("Instagram=30")
    assert (first.name, first.hashtags, first.characters) == ("instagram", 30, 2200)
    assert "--platform says 30" in first.says and "takes 5 hashtags" in first.says
    assert others == limits()[1:]
    assert [limit.name for limit in limits("threads")][:2] == ["threads", "instagram"]
    first, *others = limits("linkedin=3")
    assert (first.name, first.hashtags, first.characters) == ("linkedin", 3, None) and others == limits()
    assert first.says == "linkedin is not in the table of limits; --platform says 3."


@pytest.mark.parametrize("text, why", [("myspace", "'myspace' is none of instagram"), ("instagram=0", "1 or more")])
def test_the_command_refuses_what_is_no_platform(capsys, text, why):
    with pytest.raises(SystemExit):
        parser().parse_args(["--platform", text])
    assert why in capsys.readouterr().err


# What is copied


def test_what_is_copied_has_no_more_than_the_platform_takes(opened, site, explain):
    page = opened(site + "/#labels=dog", folded=True)
    names = explain(["dog"])
    assert page.js("document.querySelector('#platform').value") == "instagram"
    assert page.text("#limit") == limits()[0].says and page.text("#copy-all") == "Copy the first 5"
    assert (
        copied(page, "#copy-all") == " ".join(names[:5])
        and page.text("#copied") == "Copied: the first 5 of 10 hashtags"
    )
    take(page, "threads")
    assert copied(page, "#copy-all") == names[0] and page.text("#copy-all") == "Copy the first"
    take(page, "any")
    assert copied(page, "#copy-all") == " ".join(names) and page.text("#copied") == "Copied: 10 hashtags"
    assert page.text("#copy-all") == "Copy all" and page.js("document.querySelector('#most').value") == ""
    take(page, "tiktok", 3)
    page.click("#caption")
    page.type("Look at #him")
    assert copied(page, "#copy-post") == f"Look at #him\n\n{' '.join(names[:2])}"
    assert page.text("#counts").endswith("3 of 3 hashtags, 8 more are left out")
    page.click("#caption")
    page.press("End")
    page.type(" #and #her #too")
    assert copied(page, "#copy-post") == "Look at #him #and #her #too"
    assert page.text("#counts").endswith("4 of 3 hashtags: too many, 10 more are left out")
    take(page, "threads")
    for _ in range(2):
        page.click("#hashtags button")
        page.settle()
    chosen = [text.rstrip(" ×") for text in page.texts("#chosen button")]
    assert copied(page, "#copy-chosen") == chosen[0] and page.text("#copy-chosen") == "Copy the first chosen"


def test_what_is_copied_for_all_photos_has_no_more_either(opened, site, photo, explain):
    page = opened(site + "/", folded=True)
    page.drop_file(200, 300, photo("a.png", "dog:0.9"), photo("b.png", "beach:0.9"))
    page.wait("document.body.dataset.photos === '2'")
    take(page, "youtube", 2)
    each = copied(page, "#copy-each")
    assert each == f"a.png\n{' '.join(explain(['dog:0.9'])[:2])}\n\nb.png\n{' '.join(explain(['beach:0.9'])[:2])}"


def test_the_platform_is_in_the_address(opened, site):
    page = opened(site + "/#labels=dog", folded=True)
    take(page, "tiktok", 3)
    assert page.text("#limit") == f"3 is set here. {limits('tiktok')[0].says}"
    page.wait("location.hash.includes('platform=tiktok%3D3')")
    page.reload()
    page.wait("document.body.dataset.ready")
    page.settle()
    assert page.text("#copy-all") == "Copy the first 3"
    assert page.js("['#platform', '#most'].map((id) => document.querySelector(id).value)") == ["tiktok", "3"]
    for number in ("0", ""):
        put(page, "#most", number, "input")
        assert page.text("#limit") == f"No limit is set here. {limits('tiktok')[0].says}"
        assert page.text("#copy-all") == "Copy all"
    put(page, "#platform", "threads", "change")
    page.wait("location.hash.endsWith('platform=threads')")
    put(page, "#platform", "instagram", "change")
    page.wait("!location.hash.includes('platform')")
    for wrong in ("myspace", "instagram%3D0", "instagram%3Dx"):
        page.js(f"void (location.hash = 'labels=dog&platform={wrong}')")
        page.wait("document.querySelector('#note').textContent.includes('platform=')")
        page.settle()
        assert "of the address is left out" in page.text("#note") and page.text("#copy-all") == "Copy the first 5"
        put(page, "#labels", "cat", "input")
        page.settle()
        assert "platform" not in page.text("#note")


def test_the_command_sets_the_platform(opened, start, folders):
    with start("--model-dir", folders["best"], "--platform", "linkedin=3") as address:
        page = opened(address + "/#labels=dog", folded=True, width=390, height=844)
        assert page.text("#copy-all") == "Copy the first 3" and page.text("#limit") == limits("linkedin=3")[0].says
        assert page.js("[...document.querySelectorAll('#platform option')].map((e) => e.value)") == [
            "linkedin",
            *PLATFORMS,
            "any",
        ]
        assert page.nameless("list") == [] and page.low_contrasts() == {}
        assert page.js("document.documentElement.scrollWidth") <= 390
