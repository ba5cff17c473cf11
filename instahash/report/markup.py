"""HTML as nested calls. Whatever is not Markup is text, and is escaped on its way into an element."""

from __future__ import annotations

import html
import re

# What must not stand in an HTML file, in any spelling: control characters, halves of surrogate pairs, noncharacters.
FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef]|[\ufffe\uffff]")
VOID = {"meta", "wbr", "path", "rect", "line", "circle", "polyline"}
# Longer texts from data are cut.
LONGEST = 80


class Markup(str):
    """HTML that is finished, such as :func:`element` returns."""


def escape(text) -> Markup:
    """The text as HTML that shows it; a character that no HTML may have is shown by its number."""
    shown = FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", str(text))
    return Markup(html.escape(shown, quote=True))


def element(name: str, /, *content, **attributes) -> Markup:
    """<name attribute="...">content</name>.

    content : texts, numbers, Markup, None for nothing, or lists of these.
    attributes : "_" in a name becomes "-", but for one at its end, which goes: `class_`, `aria_label`. None leaves the
        attribute out, True writes its name alone.
    """
    written = []
    for key, value in attributes.items():
        key = key.rstrip("_").replace("_", "-")
        if value is True:
            written.append(f" {key}")
        elif value is not None:
            written.append(f' {key}="{escape(value)}"')
    opening = f"<{name}{''.join(written)}"
    if name in VOID and not content:
        return Markup(f"{opening}>" if name in ("meta", "wbr") else f"{opening}/>")
    return Markup(f"{opening}>{join(content)}</{name}>")


def join(content, between: str = "") -> Markup:
    """All of `content` behind each other; `between` stands between them as it is."""
    parts = []
    for part in content:
        if isinstance(part, Markup):
            parts.append(part)
        elif isinstance(part, (list, tuple)):
            parts.append(join(part))
        elif part is not None:
            parts.append(escape(part))
    return Markup(between.join(parts))


def cut(text: str) -> str:
    """The text, shortened where it is very long."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def word(text: str, sign: str = "") -> Markup:
    """A word or an id from the data. Its direction of writing is its own business."""
    return element("bdi", sign + cut(text))


def identity(text: str) -> Markup:
    """The id of a post, which may be a path: a narrow page breaks it behind a slash."""
    return element("bdi", join(cut(text).split("/"), "/" + element("wbr")))


def words(texts, hits=(), sign: str = "", most: int = 20) -> Markup:
    """A list of words in their order; those in `hits` have a tick before them and are bold."""
    hits = set(hits)
    shown = [
        element("strong", "✓\u00a0", word(text, sign), class_="hit") if text in hits else word(text, sign)
        for text in texts[:most]
    ]
    if len(texts) > most:
        shown.append(escape(f"and {len(texts) - most:,} more"))
    return join(shown, ", ") if shown else element("span", "none", class_="none")


def section(name: str, title: str, *content) -> Markup:
    return element(
        "section", element("h2", title, id=f"{name}-title"), content, id=name, aria_labelledby=f"{name}-title"
    )


def table(name: str, caption, columns, rows, texts=(), scroll: bool = True) -> Markup:
    """A table of which the first column names the rows.

    name : unique in the page.  caption : text.  rows : lists of texts or Markup, as many as columns.
    columns : texts, or None for a table of two columns that needs no words above them.
    texts : numbers of the columns that hold words; the others hold numbers and are set to the right.
    scroll : give it a box of its own that scrolls where it is too wide; else its words are broken into lines.
    """
    kinds = ["text" if i in texts or i == 0 else None for i in range(len(columns or "12"))]
    head = [element("th", column, scope="col", class_=kind) for column, kind in zip(columns or (), kinds)]
    body = [
        element(
            "tr",
            element("th", row[0], scope="row", class_="text"),
            [element("td", cell, class_=kind) for cell, kind in zip(row[1:], kinds[1:])],
        )
        for row in rows
    ]
    whole = element(
        "table",
        element("caption", element("span", caption), id=f"{name}-caption"),
        element("thead", element("tr", head)) if head else None,
        element("tbody", join(body, "\n")),
        id=name,
    )
    if not scroll:
        return whole
    return element("div", whole, class_="scroll", role="group", aria_labelledby=f"{name}-caption", tabindex="0")


def folded(summary, *content) -> Markup:
    """Content that is shown when it is asked for."""
    return element("details", element("summary", summary), content)


def figure(name: str, drawing: Markup, caption, *more) -> Markup:
    return element("figure", drawing, element("figcaption", caption, more), id=name)
