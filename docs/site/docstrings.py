"""This project's docstrings as reStructuredText.

They are plain text: paragraphs, lists with "- ", what is indented as it stands, and paragraphs of arguments,

    rows : (n, dim) array, the rows.  top : int >= 1.

Nothing but `code`, :role:`name` and the name of a page, docs/NAME.md, is markup, so that stars, bars and underscores
stay what they are.
"""

import re
from dataclasses import fields, is_dataclass

from api import home

import instahash

MARKUP = re.compile(r"(:\w+:`[^`]+`|``[^`]+``|`[^`]+`|docs/[\w/-]+\.md)")
SHORT = re.compile(r"(?<=`)instahash\.(\w+)(?=[.`])")
ARGUMENT = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*) : ")


def inline(text):
    """A text with its code marked as code, and nothing else of meaning to reStructuredText."""
    made = []
    for place, part in enumerate(MARKUP.split(" ".join(text.split()))):
        if place % 2 == 0:
            made.append(re.sub(r"([*_|`\\])", r"\\\1", part))
        elif part.startswith(":"):
            made.append(SHORT.sub(at_home, part))
        elif part.startswith("docs/"):
            made.append(f":doc:`/{part.removesuffix('.md')}`")
        else:
            made.append(f"``{part.strip('`')}``")
        if place % 2:
            made[-1] = rf"\ {made[-1]}\ "  # "\ " is nothing: it parts markup from letters beside it
    return "".join(made).removeprefix("\\ ")


def at_home(match):
    """A name of `instahash` itself as that of the package which describes it."""
    return home(match[1]) if match[1] in instahash.__all__ else match[0]


def is_table(lines):
    """Whether words of most lines stand in columns."""
    return len(lines) > 1 and sum(bool(re.search(r"\S {3,}\S", line)) for line in lines) > len(lines) / 2


def arguments(block):
    """(name, text) of each argument of a paragraph of them; the name is empty for a line that has none."""
    for part in re.split(r"\n(?=\S)|(?<=\.) {2,}(?=\*{0,2}\w+ : )", block):
        named = ARGUMENT.match(part)
        yield (named[1], part[named.end() :]) if named else ("", part)


def defined(name, text):
    return [f"``{name}``", f"   {inline(text)}", ""] if name else [inline(text), ""]


def as_rst(text):
    """The lines of a docstring, without the spaces before all of them, as reStructuredText."""
    made = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        lines = block.split("\n")
        if lines[0].startswith((" ", ">>>")) or is_table(lines):
            made += ["::", "", *(f"   {line}" for line in lines), ""]
        elif ARGUMENT.match(block):
            made += [line for argument in arguments(block) for line in defined(*argument)]
        elif lines[0].startswith("- "):
            made += [f"- {inline(item[2:])}" for item in re.split(r"\n(?=- )", block)] + [""]
        else:
            made += [inline(block), ""]
    return made


def settings(kind):
    """A line for each setting of a dataclass of them: what it is, and its default."""
    for part in fields(kind):
        if part.metadata.get("help"):
            yield from defined(part.name, f"{part.metadata['help']}; default `{part.default!r}`")


def rewrite(app, what, name, found, options, lines):
    lines[:] = as_rst("\n".join(lines))
    if what == "class" and is_dataclass(found):
        lines += settings(found)


def setup(app):
    app.connect("autodoc-process-docstring", rewrite)
    return {"parallel_read_safe": True}
