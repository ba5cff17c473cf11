"""Pages whose Python runs and prints what they show.

A page is Markdown. Its ```python blocks, the cells, run in order, in one namespace and one empty folder. A ```text
block right after a cell is what the cell prints, an exception that ends it as its last line, `module.Kind: text`; a
cell without one prints nothing and ends well. They are compared as doctest does it, with ELLIPSIS and
NORMALIZE_WHITESPACE: "..." stands for any text, and any white space for any other.
"""

import contextlib
import doctest
import io
import os
import re
import shutil
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

import instahash

DOCS = Path(__file__).resolve().parent.parent / "docs"
LESSONS = DOCS / "lessons"
# Pages that run besides the lessons, by their names in docs.
OTHERS = ("moving.md", "testing.md")
# The cells of lessons run in their notebooks, in test_notebooks.py.
NOTEBOOKS = sorted(LESSONS.glob("[0-9]*.md"))
PAGES = [LESSONS / "README.md", *(DOCS / name for name in OTHERS)]

# A cell takes at most 10 s, and three times as long on a slow machine. Counted are seconds of the processor, of which a
# cell takes no more when others keep the machine busy.
LONGEST = 30.0
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

compiled = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="trains models on the whole sample: too long in Python"
)
checkout = pytest.mark.skipif(not LESSONS.is_dir(), reason="no checkout: there is no docs/lessons beside the tests")


# The runner


class Cell(NamedTuple):
    """Source and the line of the page that it starts at; what is shown after it, None for nothing, and where."""

    line: int
    source: str
    shown: str | None = None
    shown_line: int = 0


class PageError(AssertionError):
    """A page that does not do what it shows; the text starts with page and line."""


def cells(text, name="page"):
    """The cells of a page. PageError for a text block that is no cell's, and for fences that are not understood."""
    found, after_cell = [], False
    for line, language, content in blocks(text, name):
        if language == "python":
            found.append(Cell(line, content))
        elif language == "text":
            if not after_cell:
                raise PageError(
                    f"{name}:{line}: a text block shows what the cell right before it prints; there is none"
                )
            found[-1] = found[-1]._replace(shown=content, shown_line=line)
        after_cell = language == "python" or after_cell and language is None and not content.strip()
    return found


def blocks(text, name):
    """(line, language, content) of each fenced block; language is None for what stands between two of them."""
    first, language, lines, fence = 1, None, [], None
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.fullmatch(r"(\s*)(`{3,}|~{3,})\s*([^`\s]*)([^`]*)", line)
        if mark and (fence is None or mark[2].startswith(fence) and not mark[3]):
            yield first, language, "".join(lines)
            opens = fence is None
            if opens and mark[3] in ("python", "text") and (mark[1] or mark[4].strip()):
                raise PageError(
                    f"{name}:{number}: a cell's fence stands at the margin, with nothing after its language"
                )
            first, language, lines = number + 1, mark[3] if opens else None, []
            fence = mark[2] if opens else None
        else:
            lines.append(line + "\n")
    if fence:
        raise PageError(f"{name}:{first}: this block is not closed")
    yield first, language, "".join(lines)


def run_page(text, name="page", longest=LONGEST):
    """Run the cells of a page; returns their namespace.

    Raises PageError at the first cell that fails, prints something else than is shown, or takes too long.
    """
    names = {"__name__": "__main__"}
    for cell in cells(text, name):
        # As many empty lines before it as make line numbers those of the page.
        source, printed = "\n" * (cell.line - 1) + cell.source, io.StringIO()
        start = time.process_time()
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(source, name, "exec"), names)
        except (Exception, SystemExit) as error:
            if cell.shown is not None:
                printed.write("".join(traceback.format_exception_only(error)))
                check_output(cell, printed.getvalue(), name)
                continue
            frames = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
            line = frames[-1] if frames else getattr(error, "lineno", None) or cell.line
            raise PageError(f"{name}:{line}: {type(error).__name__}: {error}") from error
        seconds = time.process_time() - start
        check_output(cell, printed.getvalue(), name)
        if seconds > longest:
            raise PageError(f"{name}:{cell.line}: this cell took {seconds:.1f} s; a cell takes at most 10 s")
    return names


def check_output(cell, printed, name):
    """PageError where a cell printed something else than is shown."""
    if cell.shown is None:
        if printed.strip():
            raise PageError(f"{name}:{cell.line}: no text block after this cell shows what it prints:\n{printed}")
    elif not doctest.OutputChecker().check_output(cell.shown, printed, FLAGS):
        raise PageError(f"{name}:{cell.shown_line}: shown is\n{cell.shown}but the cell prints\n{printed}")


# The pages


@compiled
@checkout
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_prints_what_it_shows(tmp_path, monkeypatch, page):
    if page.stem == "moving":
        pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    assert cells(text, page.name)
    run_page(text, page.name)


@checkout
@pytest.mark.parametrize("page", NOTEBOOKS, ids=lambda page: page.stem)
def test_a_page_is_made_of_cells_and_what_they_print(page):
    assert cells(page.read_text(encoding="utf-8"), page.name)


@checkout
@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.stem)
def test_what_a_page_links_to_is_there(page):
    parts = blocks(page.read_text(encoding="utf-8"), page.name)
    prose = "".join(content for _, language, content in parts if language is None)
    for text, target in re.findall(r"\[([^\]]*)\]\(([^)\s]+)\)", prose):
        if not re.match(r"https?:|#", target):
            assert (page.parent / target.split("#")[0]).exists(), f"{page.name} links to {target}"
        assert text, f"{page.name} has no words for who cannot see {target}"


@checkout
def test_each_figure_is_drawn_by_the_script_and_shown_in_a_lesson():
    script = (LESSONS / "figures.py").read_text(encoding="utf-8")
    shown = {
        name for page in LESSONS.glob("*.md") for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text("utf-8"))
    }
    there = {path.name for path in LESSONS.glob("*.svg")}
    assert shown == there == set(re.findall(r'"([\w-]+\.svg)":', script))
    for name in there:
        assert (LESSONS / name).stat().st_size < 100_000, f"{name} is large"


@checkout
def test_each_picture_is_named_by_a_script():
    scripts = "".join(
        path.read_text("utf-8") for folder in (DOCS, DOCS.parent / "benchmarks") for path in folder.rglob("*.py")
    )
    pictures = {path.name for suffix in ("svg", "png", "gif", "jpg") for path in DOCS.rglob(f"*.{suffix}")}
    assert {"quality.svg", "sigmoid.svg"} <= pictures
    assert not {name for name in pictures if name not in scripts}


@checkout
@pytest.mark.skipif(shutil.which("awk") is None, reason="awk is not installed")
def test_the_command_that_makes_a_program_of_a_page(tmp_path):
    (command,) = re.findall(r"^(awk .*) > lesson.py$", (LESSONS / "README.md").read_text("utf-8"), re.MULTILINE)
    program = subprocess.run(command, shell=True, check=True, capture_output=True, text=True, cwd=DOCS.parent).stdout
    lesson = (LESSONS / "1-word2vec.md").read_text("utf-8")
    assert program == "".join(cell.source for cell in cells(lesson))


@checkout
def test_figures_are_the_same_each_time(tmp_path):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        command = [sys.executable, LESSONS / "figures.py", "--out", tmp_path / folder, "step.svg", "mistakes.svg"]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(Path(instahash.__file__).parents[1])})
    for name in ("step.svg", "mistakes.svg"):
        one, two = ((tmp_path / folder / name).read_bytes() for folder in ("one", "two"))
        assert one == two and ElementTree.fromstring(one).tag.endswith("svg")


# The runner's own tests


def page(*parts):
    """A page of cells and texts: "> " marks what is shown."""
    fences = [f"```text\n{part[2:]}\n```\n" if part.startswith("> ") else f"```python\n{part}\n```\n" for part in parts]
    return "# A page\n\n" + "\n".join(fences)


def test_cells_share_names_and_show_what_they_print():
    text = page("x = 1", "x += 1\nprint('x is', x)", "> x is 2", "y = x")
    assert run_page(text)["y"] == 2
    assert [(cell.line, cell.shown) for cell in cells(text)] == [(4, None), (8, "x is 2\n"), (17, None)]


def test_an_exception_that_is_shown_is_the_output():
    run_page(page("print(1)\n1 / 0", "> 1\nZeroDivisionError: division by zero", "x = 1"))
    with pytest.raises(PageError, match="shown is"):
        run_page(page("1 / 0", "> ValueError: ..."))


def test_other_blocks_and_prose_are_not_run():
    text = (
        "```console\nrm\n```\n\n```\n1 / 0\n```\n\n~~~\n```python\n1 / 0\n```\n~~~\n\n```\n```python\n1 / 0\n```\n\n"
        + page("print(1)", "> 1")
    )
    run_page(text + "\nSome `code`.\n\n```json\n{}\n```\n")


@pytest.mark.parametrize("shown", ["> 1  2\n3", "> 1 2 3", "> 1 ... 3", "> ...3"])
def test_white_space_and_ellipsis_are_free(shown):
    run_page(page("print(1, 2)\nprint(3)", shown))


@pytest.mark.parametrize(
    "parts, message",
    [
        (["print(1)", "> 2"], r"page:8: shown is\n2\nbut the cell prints\n1\n"),
        (["print(1, 2)", "> 1"], "page:8: shown is"),
        (["print(1)", "> 1 2"], "page:8: shown is"),
        (["print(0.123)", "> 0.12"], "page:8: shown is"),
        (["print(1, 3)", "> 1 ... 4"], "page:8: shown is"),
        (["x = 1", "> 1"], "page:8: shown is"),
        (["print(1)"], r"page:4: no text block after this cell shows what it prints:\n1\n"),
        (["print(1)", "print(2)", "> 1\n2"], "page:4: no text block"),
        (["x = 1\n1 / 0"], "page:5: ZeroDivisionError: division by zero"),
        (["def f():\n    return missing", "f()"], "page:5: NameError: name 'missing' is not defined"),
        (["1 / 0", "> 1"], "page:8: shown is"),
        (["x = 1\nprint(1"], "page:5: SyntaxError"),
        (["raise SystemExit(0)"], "page:4: SystemExit: 0"),
        (["import numpy", "numpy.zeros(2) + numpy.zeros(3)"], "page:8: ValueError: operands"),
        (["> 1"], "page:4: a text block shows what the cell right before it prints; there is none"),
        (["print(1)", "> 1", "> 1"], "page:12: a text block"),
    ],
)
def test_a_page_that_is_wrong_is_named_with_its_line(parts, message):
    with pytest.raises(PageError, match="^" + message):
        run_page(page(*parts))


@pytest.mark.parametrize(
    "text, message",
    [
        ("```python\nprint(1)\n```\n\nThis prints\n\n```text\n1\n```\n", "page:8: a text block"),
        ("```python\nprint(1)\n```\n\n```\n```\n\n```text\n1\n```\n", "page:9: a text block"),
        ("- a list\n\n  ```python\n  1 / 0\n  ```\n", "page:3: a cell's fence stands at the margin"),
        ("```python title=x\n1 / 0\n```\n", "page:1: a cell's fence stands at the margin"),
        ("```python\n1 / 0\n", "page:2: this block is not closed"),
    ],
)
def test_a_block_that_would_not_be_compared_is_an_error(text, message):
    with pytest.raises(PageError, match="^" + message):
        run_page(text)


def test_a_slow_cell_is_named():
    text = page("x = 1", "x = sum(range(1_000_000))")
    run_page(text)
    with pytest.raises(PageError, match="^page:8: this cell took 0.. s"):
        run_page(text, longest=0.002)


def test_pages_do_not_see_each_other():
    run_page(page("x = 1"))
    with pytest.raises(PageError, match="NameError"):
        run_page(page("x"))
