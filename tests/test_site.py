"""The built site of the documentation, in the folder that SITE names: every link leads somewhere, words are found.

`.ci/site` builds it and runs these tests.
"""

import functools
import http.server
import os
import threading
from html.parser import HTMLParser
from importlib import import_module, util
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

import pytest

import instahash

ROOT = Path(__file__).resolve().parent.parent


def local(name):
    """A module beside this file; the tests are no package."""
    spec = util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


browser = local("browser")
checkout = pytest.mark.skipif(not (ROOT / "docs").is_dir(), reason="no checkout: there is no docs beside the tests")
built = pytest.mark.skipif("SITE" not in os.environ, reason="SITE names no built site; .ci/site builds one")
in_browser = pytest.mark.skipif(browser.program() is None, reason="Chromium is not installed")


class Links(HTMLParser):
    """What a page links to, what of it a browser fetches by itself, and the ids that can be linked to."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.fetched, self.ids = set(), set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids |= {attributes[name] for name in ("id", "name") if attributes.get(name)}
        self.targets |= {attributes[name] for name in ("href", "src") if attributes.get(name)}
        self.fetched |= {attributes.get("href" if tag == "link" else "src")} - {None}


@functools.cache
def links_of(page):
    return Links(page.read_text(encoding="utf-8"))


def dead_links(site):
    """(page, target) of each link within a built site that leads nowhere."""
    pages = {path: links_of(path) for path in site.rglob("*.html")}
    for page, links in sorted(pages.items()):
        for target in sorted(links.targets):
            path, anchor = map(unquote, urldefrag(target))
            if urlparse(target).scheme:
                continue
            there = (page.parent / urlparse(path).path).resolve() if path else page
            if not there.is_file() or anchor and there in pages and anchor not in pages[there].ids:
                yield page.relative_to(site).as_posix(), target


@pytest.fixture(scope="module")
def site():
    return Path(os.environ["SITE"]).resolve()


@pytest.fixture(scope="module")
def address(site):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@built
def test_each_link_leads_somewhere(site):
    assert list(dead_links(site)) == []


@built
def test_each_page_of_the_documentation_is_there(site):
    pages = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), ROOT / "benchmarks" / "README.md"]
    missing = [page for page in pages if not (site / page.relative_to(ROOT)).with_suffix(".html").is_file()]
    assert not missing
    index = (site / "docs" / "README.html").read_text(encoding="utf-8")
    for page in pages:
        assert f'{page.stem}.html"' in index or page.name == "README.md", f"{page.name} is not in the contents"


@built
def test_nothing_is_fetched_from_elsewhere(site):
    for page in site.rglob("*.html"):
        elsewhere = {url for url in links_of(page).fetched if urlparse(url).netloc}
        assert not elsewhere, page


@built
@in_browser
def test_a_word_is_found_and_pages_fit_a_narrow_screen(address):
    with browser.Browser() as chromium:
        page = chromium.page(address + "search.html?q=negatives", width=390, height=844)
        page.wait("document.querySelectorAll('#search-results li').length > 3")
        assert "word2vec" in page.js("document.querySelector('#search-results').innerText")
        for path in (
            "docs/README.html",
            "docs/lessons/1-word2vec.html",
            "docs/lessons/2-autorec.html",
            "api/index.html",
        ):
            page = chromium.page(address + path, width=390, height=844)
            assert page.js("document.documentElement.scrollWidth") <= 390, path


def test_planted_dead_links_are_found(tmp_path):
    (tmp_path / "a.html").write_text(
        '<a href="b.html#there"><a href="#no"><a href="c.html"><img src="https://x/y.png">'
    )
    (tmp_path / "b.html").write_text('<p id="there"><a href="a.html"><a href="a.html#no"><img src="no.svg">')
    assert list(dead_links(tmp_path)) == [
        ("a.html", "#no"),
        ("a.html", "c.html"),
        ("b.html", "a.html#no"),
        ("b.html", "no.svg"),
    ]


# What the site is made of


@pytest.fixture
def parts(monkeypatch):
    """The modules beside the site's conf.py, by name."""
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "site"))
    return import_module


@checkout
def test_each_package_has_a_page_of_the_api(parts):
    found = parts("api").modules()
    assert {"instahash.word2vec", "instahash.word2vec.reference", "instahash.testing", "instahash.errors"} <= {*found}
    assert parts("api").home("Word2Vec") == "instahash.word2vec.Word2Vec"
    for name in instahash.__all__[:-1]:
        home, kind = parts("api").home(name).rsplit(".", 1)
        assert home in found and hasattr(import_module(home), kind)


@checkout
@pytest.mark.parametrize(
    "text, rst",
    [
        ("Rows of `X`s, *stars* and w_i_ stay.", [r"Rows of \ ``X``\ s, \*stars\* and w\_i\_ stay.", ""]),
        ("See :meth:`instahash.InstaHash.fit`.", [r"See \ :meth:`instahash.pipeline.InstaHash.fit`\ .", ""]),
        ("It is in docs/testing.md.", [r"It is in \ :doc:`/docs/testing`\ .", ""]),
        ("One.\n\n    x = |y|\n\nTwo.", ["One.", "", "::", "", "       x = |y|", "", "Two.", ""]),
        ("a, b : two.  c : three\n    of them.", ["``a, b``", "   two.", "", "``c``", "   three of them.", "", ""]),
        ("a.py     first\nbc.py    second", ["::", "", "   a.py     first", "   bc.py    second", "", ""]),
        ("- one\n  line\n- two", ["- one line", "- two", ""]),
    ],
)
def test_docstrings_stay_what_they_say(parts, text, rst):
    made = parts("docstrings").as_rst(text)
    assert [line for line in made if line] == [line for line in rst if line]


@checkout
def test_a_space_parts_a_function_from_what_has_no_bracket(parts):
    pytest.importorskip("docutils", reason="the extra `docs` is not installed")
    assert parts("formulas").mathml(r"\log 3").count("<mspace") == 1
    assert "<mspace" not in parts("formulas").mathml(r"\log(3)")
