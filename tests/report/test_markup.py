"""Text is text whatever it says, and no element is left open."""

import re
from html import unescape
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from instahash.report.markup import LONGEST, Markup, cut, element, escape, identity, join, table, words

HOSTILE = [
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "'--><img src=x onerror=alert(1)>",
    "&lt;b&gt;",
    "</td>",
]


class Parsed(HTMLParser):
    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, name, attributes):
        self.tags.append(name)
        self.attributes += attributes

    def handle_data(self, data):
        self.text += data


def test_elements_by_hand():
    assert element("p", "a < b", 3, None, ["c", element("b", "d")]) == "<p>a &lt; b3c<b>d</b></p>"
    assert element("a", "x", href="#y", class_="z", aria_label="w", hidden=True, id=None) == (
        '<a href="#y" class="z" aria-label="w" hidden>x</a>'
    )
    assert element("meta", charset="utf-8") == '<meta charset="utf-8">'
    assert (
        element("rect", x=1) == '<rect x="1"/>' and element("rect", element("title")) == "<rect><title></title></rect>"
    )
    assert join(["a", "b"], ", ") == "a, b" and isinstance(join([]), Markup)


@given(st.text())
def test_any_text_comes_back_from_content_and_attribute(text):
    found = Parsed(element("p", text, title=text))
    assert found.tags == ["p"] and [name for name, _ in found.attributes] == ["title"]
    if not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]", text):
        assert found.text == text and found.attributes == [("title", text)]
        assert unescape(escape(text)) == text


def test_hostile_texts_open_nothing():
    for text in HOSTILE:
        for made in (words([text], [text], "#"), identity(text), table("t", text, [text, text], [[text, text]])):
            found = Parsed(made)
            assert not {"script", "img"} & set(found.tags)
            assert {name for name, _ in found.attributes} <= {
                "class",
                "id",
                "scope",
                "role",
                "aria-labelledby",
                "tabindex",
            }
            assert text in found.text


def test_what_no_file_may_hold_is_shown_by_its_number():
    assert escape("a\0b\ud800\x85\ufffe\r") == r"a\u0000b\ud800\u0085\ufffe\u000d"
    escape("\ud800").encode()  # half of a surrogate pair has no UTF-8


def test_long_texts_are_cut():
    assert cut("x" * LONGEST) == "x" * LONGEST and cut("x" * (LONGEST + 1)) == "x" * (LONGEST - 1) + "…"
    assert len(Parsed(words(["y" * 1000])).text) == LONGEST
    assert identity("a/b") == "<bdi>a/<wbr>b</bdi>"


def test_lists_of_words():
    assert words(["a", "b"], ["b"], "#") == ('<bdi>#a</bdi>, <strong class="hit">✓\u00a0<bdi>#b</bdi></strong>')
    assert Parsed(words(list("abcde"), most=3)).text == "a, b, c, and 2 more"
    assert Parsed(words([])).text == "none"


def test_a_table_by_hand():
    assert table("t", "c", ["a", "b"], [["x", "1"]], scroll=False) == (
        '<table id="t"><caption id="t-caption"><span>c</span></caption>'
        '<thead><tr><th scope="col" class="text">a</th><th scope="col">b</th></tr></thead>'
        '<tbody><tr><th scope="row" class="text">x</th><td>1</td></tr></tbody></table>'
    )
    assert table("t", "c", ["a", "b"], []).startswith(
        '<div class="scroll" role="group" aria-labelledby="t-caption" tabindex="0">'
    )
