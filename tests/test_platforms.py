"""How many hashtags a platform takes: each limit has a source, and people may put another in its place."""

import re
from pathlib import Path

import pytest

from instahash import platforms
from instahash.errors import SettingsError
from instahash.platforms import PLATFORMS, hashtags_left, platform_of

PAGE = Path(__file__).parent.parent / "docs/platforms.md"


def test_the_limits_of_today():
    assert [PLATFORMS[name].hashtags for name in ("instagram", "threads", "tiktok")] == [5, 1, 5]
    assert PLATFORMS["instagram"].since == "18 December 2025"


@pytest.mark.parametrize("name, platform", PLATFORMS.items())
def test_every_limit_has_a_source(name, platform):
    assert name == name.casefold() and platform.hashtags > 0 and platform.title
    assert platform.url.startswith("https://")
    assert platform.sure in (platforms.ANNOUNCED, platforms.REPORTED, platforms.DISPUTED)
    assert platform.since or platform.sure not in (platforms.ANNOUNCED,)


def test_the_page_has_the_table():
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| (\d+) \| (.*?) \| (.*?) \| \[(.*?)\]\((.*?)\) \|$", text, re.MULTILINE)
    expected = [(n, str(p.hashtags), p.since or "–", p.sure, p.title, p.url) for n, p in PLATFORMS.items()]
    assert rows == expected and platforms.LOOKED_UP in text


@pytest.mark.parametrize(
    "text, found",
    [("instagram", ("instagram", 5)), (" Instagram ", ("instagram", 5)), ("THREADS", ("threads", 1)),
     ("instagram=30", ("instagram", 30)), ("MySpace = 7", ("myspace", 7))],
)  # fmt: skip
def test_case_does_not_matter_and_a_number_overrides(text, found):
    assert platform_of(text) == found


@pytest.mark.parametrize("text", ["myspace", "", "=5"])
def test_an_unknown_platform_lists_those_known(text):
    with pytest.raises(SettingsError, match=", ".join(PLATFORMS) + "; give one of these, or NAME=N"):
        platform_of(text)


@pytest.mark.parametrize("number", ["", "0", "-1", "five", "²", "9" * 5000])
def test_another_limit_is_a_number(number):
    with pytest.raises(SettingsError, match="has no number of hashtags, 1 or more; give instagram=5"):
        platform_of(f"instagram={number}")


def test_what_is_left_on_a_platform():
    assert [hashtags_left("Instagram", *more) for more in ((), (10,), (3,), (30, 4))] == [5, 5, 3, 1]
    assert hashtags_left("instagram=30", None, 10) == 20
    with pytest.raises(SettingsError, match="tiktok takes 5 hashtags and 5 are chosen; leave out some"):
        hashtags_left("tiktok", None, 5)
    with pytest.raises(
        SettingsError, match="threads takes 1 hashtag and 1 is chosen; leave out some, or give threads=N"
    ):
        hashtags_left("threads", None, 1)
