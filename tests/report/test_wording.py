"""Text is text whatever it says, and no element is left open."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from instahash.errors import cut
from instahash.report.page import templates
from instahash.report.wording import FORBIDDEN, decimals, displayable, identity, number, percent, words

HOSTILE = [
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "'--><img src=x onerror=alert(1)>",
    "&lt;b&gt;",
    "</td>",
]
ALLOWED = {"class", "id", "scope", "role", "aria-labelledby", "tabindex"}


class Parsed(HTMLParser):
    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(str(html))
        self.close()

    def handle_starttag(self, name, attributes):
        self.tags.append(name)
        self.attributes += attributes

    def handle_data(self, data):
        self.text += data


def table(*args, **options):
    return templates().get_template("macros.html").module.table(*args, **options)


@given(st.text())
def test_any_text_comes_back_from_content_and_attribute(text):
    html = templates().from_string('<p title="{{ text }}">{{ text }}</p>').render(text=text)
    found = Parsed(displayable(html))
    assert found.tags == ["p"] and [name for name, _ in found.attributes] == ["title"]
    assert found.text == displayable(text) and found.attributes == [("title", displayable(text))]
    assert (displayable(text) == text) == (not FORBIDDEN.search(text))


def test_hostile_texts_open_nothing():
    for text in HOSTILE:
        for made in (words([text], [text], "#"), identity(text), table(text, text, [text, text], [[text, text]])):
            assert isinstance(made, Markup)
            found = Parsed(made)
            assert not {"script", "img"} & set(found.tags)
            assert {name for name, _ in found.attributes} <= ALLOWED
            assert text in found.text


def test_what_no_file_may_hold_is_shown_by_its_number():
    assert displayable("a\0b\ud800\x85\ufffe\r") == r"a\u0000b\ud800\u0085\ufffe\u000d"
    displayable("\ud800").encode()  # half of a surrogate pair has no UTF-8


def test_long_texts_are_cut():
    assert cut("x" * 80) == "x" * 80 and cut("x" * 81) == "x" * 79 + "…" and cut("xyz", 2) == "x…"
    assert len(Parsed(words(["y" * 1000])).text) == 80
    assert identity("a/b") == "<bdi>a/<wbr>b</bdi>"


def test_lists_of_words():
    assert words(["a", "b"], ["b"], "#") == ('<bdi>#a</bdi>, <strong class="hit">✓\u00a0<bdi>#b</bdi></strong>')
    assert Parsed(words(list("abcde"), most=3)).text == "a, b, c, and 2 more"
    assert Parsed(words([])).text == "none"


def test_a_table_by_hand():
    assert table("t", "c", ["a", "b"], [["x", "1"]], scroll=False).replace("\n", "") == (
        '<table id="t"><caption id="t-caption"><span>c</span></caption>'
        '<thead><tr><th scope="col" class="text">a</th><th scope="col">b</th></tr></thead>'
        '<tbody><tr><th scope="row" class="text">x</th><td>1</td></tr></tbody></table>'
    )
    assert table("t", "c", ["a", "b"], []).startswith(
        '<div class="scroll" role="group" aria-labelledby="t-caption" tabindex="0">'
    )
    assert '<td class="text">1</td>' in table("t", "c", None, [["x", "1"]], [1])


def test_numbers_by_hand():
    assert number(-0.5) == "−0.5000" and number(0.5, "+.2f") == "+0.50" and percent(0.125) == "12.5\u202f%"
    assert decimals((0.5, -0.4), 3) == decimals((0.0, 1e-12), 3) == decimals((), 3) == 3 and decimals((4e-6,), 3) == 6
