"""What a screen reader is told of a page, before anything of it was scrolled to."""

from collections import Counter

import pytest

from instahash.data import Label, Post
from instahash.formats import write_posts

# How many buttons and links each page has at least, and what is true once it is whole.
WHOLE = {
    "/#labels=dog,bea": (100, "document.querySelector('#how').open && document.querySelectorAll('.unit').length"),
    "/move": (30, "document.body.dataset.ready"),
    "/judge": (5, "document.body.dataset.pair"),
    "/rate": (20, "document.body.dataset.ready"),
    "/docs": (5, "true"),
    "/judge/report": (5, "true"),
}


@pytest.fixture(scope="module")
def site(start, folders, tmp_path_factory):
    """The address of a server that has all pages."""
    folder = tmp_path_factory.mktemp("named")
    write_posts(folder / "posts.jsonl", [Post(f"{i}", labels=(Label("dog", 0.9), Label("sea", 0.8))) for i in range(4)])
    args = ["--posts", folder / "posts.jsonl", "--judgements", folder / "j.sqlite"]
    with start("--model-dir", folders["best"], *args) as address:
        yield address


def told(page, path):
    """How often each role is told of, once the page is whole."""
    n_controls, is_whole = WHOLE[path]
    page.wait(is_whole)
    assert page.nameless("list") == []
    roles = Counter(role for role, _ in page.told())
    assert roles["button"] + roles["link"] >= n_controls
    return roles


@pytest.mark.parametrize("path", WHOLE)
def test_what_was_not_scrolled_to_is_told_of_with_its_name(opened, site, path):
    """A window that shows a line or two knows as much as one that shows all: browsers leave out of the names and of
    the tree what `content-visibility: auto` lets them not lay out."""
    low, high = (opened(site + path, folded=True, height=height) for height in (200, 6000))
    for page in (low, high):
        page.js("document.querySelectorAll('#how').forEach((folded) => (folded.open = true))")
    assert told(low, path) == told(high, path)
    assert low.js("scrollY") == 0 and high.js("scrollY") == 0
    assert low.js("document.querySelectorAll(':is(ul, ol):not([aria-label], [aria-labelledby])').length") == 0
