"""The page as a reader of HTML sees it: well-formed, named, closed to scripts, and unmoved by hostile texts."""

import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from instahash.data import Vocabulary
from instahash.errors import DataError
from instahash.report import About, page


def test_it_is_well_formed(seen):
    assert len(seen.ids) == len(set(seen.ids))
    for name, attributes in seen.elements:
        for key in ("aria-labelledby", "aria-describedby"):
            assert attributes.get(key) is None or attributes[key] in seen.ids
        if name == "a":
            assert attributes["href"][0] == "#" and attributes["href"][1:] in seen.ids
        if name == "th":
            assert attributes["scope"] in ("row", "col")
    levels = [int(name[1]) for name, _ in seen.elements if re.fullmatch("h[1-6]", name)]
    assert levels.count(1) == 1 and levels.count(2) == 6 and max(levels) == 3
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_every_table_has_a_caption_and_every_drawing_a_name(seen):
    names = [name for name, _ in seen.elements]
    assert names.count("table") == len(seen.captions) > 30 and all(seen.captions.values())
    drawings = [attributes for name, attributes in seen.elements if name == "svg"]
    assert len(drawings) > 10
    for attributes in drawings:
        assert attributes["role"] == "img" and attributes["aria-labelledby"] in seen.titled
    assert names.count("figure") == names.count("figcaption") == len(drawings)
    for rows in seen.tables.values():
        assert rows and len({len(row) for row in rows}) == 1


def test_it_needs_nothing_else_and_runs_nothing(html, seen):
    assert not re.search(r"https?:|//[a-z]|url\(|@import", html)
    for name, attributes in seen.elements:
        assert name not in ("script", "img", "link", "iframe", "object", "embed", "form", "base")
        assert not {"src", "srcset", "style"} & attributes.keys()
        assert not any(key.startswith("on") for key in attributes)
    policy = next(a["content"] for name, a in seen.elements if a.get("http-equiv") == "Content-Security-Policy")
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert html.index("Content-Security-Policy") < html.index("<style>")


def hostile(result):
    """The same result for words, ids and answers that would be markup."""
    ways = [
        "<script>alert({})</script>",
        '"onmouseover="alert({})',
        "'><img src=x onerror=alert({})>",
        "</table>{}",
        "&lt;{}",
    ]
    renamed = {word: ways[i % 5].format(i) for i, word in enumerate(result.details.vocabulary.words)}
    old = result.details
    vocabulary = Vocabulary(
        renamed.values(), old.vocabulary.counts, old.vocabulary.hashtag_counts, {renamed["sea"]: "<b>"}
    )
    answers = [
        replace(answer, trace={name: [renamed[word] for word in words] for name, words in answer.trace.items()})
        for answer in old.answers
    ]
    ids = [f"</style><script>{i}</script>\ud800\0" for i in range(len(old.ids))]
    return result._replace(details=old._replace(vocabulary=vocabulary, answers=answers, ids=ids))


def test_hostile_texts_change_nothing(planted, about, read):
    def shape(seen):
        return [
            (name, {key: value for key, value in attributes.items() if key != "content"})
            for name, attributes in seen.elements
            if name not in ("wbr", "em")
        ]

    evil = "</title><script>alert(1)</script>"
    header = {**about.header, "versions": {evil: evil}, "settings": {"data": {evil: evil}}}
    tame = {**about.header, "versions": {"a": "b"}, "settings": {"data": {"c": "d"}}}
    usual = read(page(planted, About(data="a", model="b", header=tame, arrays={"c": 1}, seconds={"d": 1.0})))
    attack = About(data=evil, model=evil, header=header, arrays={evil: 1}, seconds={evil: 1.0})
    html = page(hostile(planted), attack)
    html.encode()  # what has no UTF-8 is not there
    assert "<script" not in html and "<img" not in html
    attacked = read(html)
    assert shape(attacked) == shape(usual)
    assert attacked.text.count("<script>alert(0)</script>") > 10 and '"onmouseover="alert(1)' in attacked.text
    assert attacked.tables["arrays"][1][0] == evil and r"\ud800\u0000" in attacked.text


def test_a_page_without_anything_about_the_evaluation(planted, read):
    found = read(page(planted))
    assert "The model (unnamed) was queried with 160 posts:" in found.text
    assert "The model holds no history of its training." in found.text and "versions" not in found.ids


def test_an_evaluation_without_details_is_refused(planted):
    with pytest.raises(DataError, match="details=True"):
        page(planted._replace(details=None))
