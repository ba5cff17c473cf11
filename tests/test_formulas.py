"""Formulas of the lessons and of the pages behind them are set as mathematics, in a form that all readers take.

A page is read on GitHub, on the site and, as a notebook, in Jupyter. Only GitHub looks at Markdown's escapes and at
what stands beside a dollar, so its rules are kept.
"""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = [*sorted((DOCS / "lessons").glob("[0-9]*.md")), *(DOCS / f"{name}.md" for name in ("word2vec", "autorec"))]
PAGES += [DOCS / "glossary.md"]
pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="no checkout: there is no docs beside the tests")

FORMULA = re.compile(r"(?<![\\$])\$(?!\$)([^$]+)\$")
# What only a formula has: an operator between spaces, an index, a power, a transpose, a Greek letter, a function.
PLAIN = re.compile(
    r"\s[=<>≤≥·×]=?\s|\S\s[+*]\s\S|\w_\w|\w_\{|\^|\w'\w'|\b[A-Z]'[A-Zb1]|[α-ωΑ-Ω∑√∂⟨⟩]"
    r"|\b(mu|lambda|epsilon|sigma|sqrt|sum_\w+)\b|\b(log|exp|softplus|sqrt|cos)\s?\(|\blog [a-z0-9]\b|\bd ?[JL] ?/ ?d"
    r"|\w \. \w|\|[a-zA-Z]\||\d/\d+ [-+·] "
)


def prose_of(text):
    """A page without its blocks, code, links' targets and tags."""
    text = re.sub(r"^(```|~~~).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^\[[^\]]+\]: .*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "code", text, flags=re.DOTALL)
    return re.sub(r"\]\([^)\s]+\)|\]\[[^\]]+\]|</?\w+>", "]", text)


def plain_formulas(text):
    """What stands outside of code and mathematics and is of the form of a formula."""
    prose = FORMULA.sub("formula", prose_of(text))
    return [prose[max(0, found.start() - 20) : found.end() + 20] for found in PLAIN.finditer(prose)]


def unlike_github(text):
    """Formulas that GitHub shows as dollars, or with letters missing."""
    prose = prose_of(text)
    for found in FORMULA.finditer(prose):
        formula, before, after = found[1], prose[: found.start()][-1:], prose[found.end() :][:1]
        stands = re.match(r"[\s(\[]?$", before) and re.match(r"[\s.,;:)!?\]]?$", after)
        ends = not formula[0].isspace() and not formula[-1].isspace() and "\n\n" not in formula
        # Escapes of punctuation lose their backslash, "*" and some "_" mean emphasis, "|" ends a table's cell, and "<"
        # begins a tag.
        if not stands or not ends or re.search(r"\\[^\w\s]|[*|`]|[^\w\s]_|<\w", formula):
            yield before + found[0] + after
    rest = FORMULA.sub("", prose).replace(r"\$", "")
    if "$" in rest:
        yield "a dollar alone: " + rest[max(0, rest.index("$") - 20) : rest.index("$") + 20]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_formula_is_plain_text(page):
    assert plain_formulas(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_formula_is_one_for_github_too(page):
    assert list(unlike_github(page.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_site_can_set_each_formula(page):
    mathematics = pytest.importorskip("docutils.utils.math.latex2mathml", reason="the extra `docs` is not installed")
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```math\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    formulas = [found[1] for found in FORMULA.finditer(prose_of(text))]
    assert blocks or formulas or page.name.startswith("4-")
    for formula in blocks + formulas:
        assert "<math" in mathematics.tex2mathml(formula), formula


# The rules' own tests


@pytest.mark.parametrize(
    "text",
    ["The score is x = w.", "By w_i it is", "as n^2 grows", "products U'U of", "with mu less", "h ≥ 0", "W + C mixes",
     "= log 3 here", "w . c", "less log k", "log(2)", "dJ/dV falls", "μ is", "3/5 · 1", "of |x| is", "e < 1 is"],
)  # fmt: skip
def test_a_plain_formula_is_found(text):
    assert plain_formulas(text)


def test_code_words_and_mathematics_are_no_plain_formulas():
    text = """A `x = 1`, [ab](a_b.md#c), and $x_i = \\mu^2$; don't, 90 %, dog + cat? see `n_words`. An e.g. 2/5.

    ```math
    x = 2
    ```
"""
    assert plain_formulas(re.sub("^    ", "", text, flags=re.MULTILINE).replace("dog + cat? ", "")) == []


@pytest.mark.parametrize(
    "text",
    ["x$a$ is", "$a$b", "$a$-th", "$a$'s", "$ a$ is", "$a\\,b$", "$\\{a\\}$", "$|a|$", "$a * b$", "${a}_b$", "5 $ is",
     "$a\n\nb$", "$a<b$"],
)  # fmt: skip
def test_what_github_does_not_set_is_found(text):
    assert list(unlike_github(text))


def test_what_github_sets_is_left_alone():
    assert list(unlike_github("A ($x_i$), *a* $\\log k$ and\n$\\sum_{ij} a_{ij}$: `$`, or $f(x)$.")) == []
