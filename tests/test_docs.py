"""The Python cells of the documentation print what the pages show.

A page's ```python cells run in order, in one namespace. Where a ```text or ```console block is the next block after a
cell, it is what the cell prints, or the exception that ends it as the last lines of its traceback, `module.Kind: text`.
`...` stands for anything, as doctest's ELLIPSIS has it. A ```console block that starts with `$` shows a command, not an
output.
"""

import contextlib
import doctest
import io
import re
import traceback
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["docs/testing.md"]
BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```\s*$", re.DOTALL | re.MULTILINE)


def cells(text):
    """(code, wanted output or None, line number of the code) for each Python cell of a page."""
    blocks = [(kind, body, text.count("\n", 0, match.start()) + 2) for match in BLOCK.finditer(text)
              for kind, body in [match.groups()]]  # fmt: skip
    for (kind, code, line), following in zip(blocks, [*blocks[1:], ("", "", 0)]):
        if kind == "python":
            shown = following[0] in ("text", "console") and not following[1].startswith("$")
            yield code, following[1] if shown else None, line


def run(page, text, names=None):
    """Run a page's cells. Raises what a cell raises, unless it is shown, and AssertionError for other output."""
    names = {} if names is None else names
    for code, wanted, line in cells(text):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            try:
                # As many empty lines as stand above the cell: tracebacks then have the page's line numbers.
                exec(compile("\n" * (line - 1) + code, str(page), "exec"), names)
            except Exception as error:
                if wanted is None:
                    raise
                out.write("".join(traceback.format_exception_only(error)))
        same = wanted is None or doctest.OutputChecker().check_output(wanted, out.getvalue(), doctest.ELLIPSIS)
        if not same:
            raise AssertionError(f"{page}, line {line}: this is shown:\n{wanted}and this printed:\n{out.getvalue()}")


@pytest.mark.parametrize("page", PAGES)
def test_the_cells_of_a_page_print_what_it_shows(page, tmp_path, monkeypatch):
    path = ROOT / page
    if not path.exists():
        pytest.skip(f"no checkout: there is no {page} beside the tests")
    monkeypatch.chdir(tmp_path)
    run(page, path.read_text(encoding="utf-8"))


def page(*blocks):
    return "Words.\n\n" + "\n\n".join(f"```{kind}\n{body}\n```" for kind, body in blocks) + "\n"


def test_cells_share_their_names_and_run_in_order():
    names = {}
    run("page", page(("python", "x = 2"), ("json", "{}"), ("python", "x = 3 * x")), names)
    assert names["x"] == 6


@pytest.mark.parametrize(
    "shown",
    ["0.333\nsecond", "0.333\n...", "...\nsecond", "0...second"],
)
def test_output_that_is_shown(shown):
    run("page", page(("python", "print('0.333')\nprint('second')"), ("text", shown), ("text", "something else")))


@pytest.mark.parametrize("shown", ["0.333", "0.333\nthird", "0.333\nsecond\n...\nlast", "0.333 \nsecond", ""])
def test_other_output_is_found(shown):
    with pytest.raises(AssertionError, match="page, line 4: this is shown:"):
        run("page", page(("python", "print('0.333')\nprint('second')"), ("text", shown)))


def test_an_exception_that_is_shown_is_wanted():
    text = page(("python", "raise ValueError('no\\nmore')"), ("text", "ValueError: no\nmore"))
    run("page", text)
    with pytest.raises(AssertionError, match="ValueError: no"):
        run("page", text.replace("more\n```", "less\n```"))
    with pytest.raises(AssertionError, match="this printed:"):
        run("page", page(("python", "x = 1"), ("text", "ValueError: no")))


def test_an_exception_that_is_not_shown_comes_through_with_the_page_and_its_line():
    with pytest.raises(ZeroDivisionError) as caught:
        run("page.md", page(("python", "x = 1"), ("python", "x = 2\n1 / 0")))
    assert "page.md:9" in "".join(
        f"{e.filename}:{e.lineno}\n" for e in traceback.extract_tb(caught.value.__traceback__)
    )


def test_commands_and_blocks_after_words_of_another_kind_are_no_output():
    run("page", page(("python", "print(1)"), ("console", "$ ls"), ("python", "print(1)"), ("json", "2"), ("text", "3")))
    run("page", "No cells at all.\n")
