"""The lessons' notebooks are what the script makes of the pages, and their cells print what they show.

This is the only run of the lessons' cells: test_docs.py runs the other pages. What a cell prints is compared as there,
with ELLIPSIS and NORMALIZE_WHITESPACE.
"""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

LESSONS = Path(__file__).resolve().parent.parent / "docs" / "lessons"
NOTEBOOKS = sorted(LESSONS.glob("*.ipynb"))
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
# A cell takes at most 10 s, and three times as long on a slow machine; counted are the processor's seconds.
LONGEST = 30.0

nbformat = pytest.importorskip("nbformat", reason="the extra `notebooks` is not installed")
psutil = pytest.importorskip("psutil", reason="psutil is not installed")
nbclient = pytest.importorskip("nbclient", reason="the extra `notebooks` is not installed")
pytest.importorskip("ipykernel", reason="the extra `notebooks` is not installed")
pytestmark = pytest.mark.skipif(not LESSONS.is_dir(), reason="no checkout: there is no docs/lessons beside the tests")


def run(made, folder, longest=LONGEST):
    """Run a notebook in an empty folder; AssertionError names the first cell that fails, prints something else than it
    shows, or takes too long."""
    shown = {cell.id: "".join(output.text for output in cell.get("outputs", [])) for cell in made.cells}
    began = {}

    def seconds(client):
        times = psutil.Process(client.km.provisioner.pid).cpu_times()
        return times.user + times.system

    def begin(cell, **_):
        began[cell.id] = seconds(client)

    def end(cell, **_):
        took = seconds(client) - began[cell.id]
        if took > longest:
            raise AssertionError(f"{cell.id} took {took:.1f} s; a cell takes at most 10 s")

    client = nbclient.NotebookClient(
        made, timeout=600, kernel_name="python3", on_cell_execute=begin, on_cell_executed=end, allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )  # fmt: skip
    client.execute(env={**os.environ, "IPYTHONDIR": str(folder / "ipython"), "MPLBACKEND": "agg"})
    for cell in made.cells:
        if cell.cell_type == "code":
            printed = "".join(said(output) for output in cell.outputs)
            if not doctest.OutputChecker().check_output(shown[cell.id], printed, FLAGS):
                raise AssertionError(f"{cell.id} shows\n{shown[cell.id]}but prints\n{printed}")


def said(output):
    """What an output says to its reader; what a cell evaluates to or draws is none that a page could show."""
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}\n"
    return output.text if output.get("name") == "stdout" else f"[{output.get('name', output.output_type)}]\n"


@pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="trains models on the whole sample: too long in Python"
)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_prints_what_it_shows(tmp_path, path):
    run(nbformat.read(path, 4), tmp_path)


def test_notebooks_are_what_the_script_makes(tmp_path):
    subprocess.run([sys.executable, LESSONS / "notebooks.py", "--out", tmp_path], check=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made.keys() == {page.with_suffix(".ipynb").name for page in LESSONS.glob("[0-9]*.md")}
    stale = "is not what its page says; run python3 docs/lessons/notebooks.py"
    for name in made.keys() | {path.name for path in NOTEBOOKS}:
        assert (LESSONS / name).is_file() and (LESSONS / name).read_bytes() == made.get(name), f"{name} {stale}"
        assert len(made[name]) < 50_000


def outputs_twice(cells):
    """(id, line) of each line that a cell prints and that prose says again, and ids of cells with several outputs."""
    prose = {line.strip() for cell in cells if cell.cell_type == "markdown" for line in cell.source.splitlines()}
    for cell in cells:
        printed = [line.strip() for output in cell.get("outputs", []) for line in output.text.splitlines()]
        if len(cell.get("outputs", [])) > 1:
            yield cell.id, "several outputs"
        yield from ((cell.id, line) for line in printed if line and line in prose)


def headings(path):
    """What a link can have behind its "#": GitHub's names for a page, Jupyter's for a notebook."""
    if path.suffix == ".ipynb":
        text = "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")
        return {heading.replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }


def dead_links(prose, here):
    """The relative links of a notebook's prose that lead to no file, or to no heading of it."""
    for target in re.findall(r"""\]\(([^)\s]+)\)|(?:src|href)=["']([^"']+)""", prose):
        target = "".join(target)
        path, _, anchor = target.partition("#")
        there = here.parent / path if path else here
        if not re.match(r"https?:", target) and (not there.is_file() or anchor and anchor not in headings(there)):
            yield target


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_read_as_its_page(path):
    """Links lead somewhere, an output stands once, formulas are of a form that Jupyter sets, ids are unlike."""
    cells = nbformat.read(path, 4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert list(dead_links(prose, path)) == []
    assert list(outputs_twice(cells)) == []
    assert not re.search(r"\(\d[\w-]*\.md(#[\w-]+)?\)", prose.replace(f"({path.stem}.md)", "")), "not to a notebook"
    assert "```" not in prose
    assert prose.count("\n$$\n") % 2 == 0
    assert len({cell.id for cell in cells}) == len(cells)


def test_planted_faults_of_a_notebook_are_found():
    cells = [
        nbformat.v4.new_markdown_cell("It prints\n\n    1 2\n", id="a"),
        nbformat.v4.new_code_cell(id="b", outputs=[nbformat.v4.new_output("stream", text="0\n1 2\n")] * 2),
    ]
    assert list(outputs_twice(cells)) == [("b", "several outputs"), ("b", "1 2"), ("b", "1 2")]
    right = "[a](../glossary.md#gram-trick) [b](2-autorec.ipynb#One-post) [c](#One-pair) [d](README.md#install)"
    wrong = "![e](no.svg) [f](../glossary.md#no) [g](2-autorec.ipynb#one-post) [h](#no) <img src='i.png'>"
    found = list(dead_links(right + wrong, LESSONS / "1-word2vec.ipynb"))
    assert found == ["no.svg", "../glossary.md#no", "2-autorec.ipynb#one-post", "#no", "i.png"]


# The runner's own tests


def planted(*cells):
    """A notebook of cells, each a source and what it shows."""
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                source, id=f"c{number}", outputs=[nbformat.v4.new_output("stream", text=shown)] if shown else []
            )
            for number, (source, shown) in enumerate(cells, 1)
        ]
    )


def test_right_cells_pass_and_share_names(tmp_path):
    division = "1 / 0", "ZeroDivisionError: division by zero\n"
    run(
        planted(("x = 1\nprint(x)\nprint(2)", "1\n2\n"), ("print(0.123)", "0.1...\n"), division, ("y = x", "")),
        tmp_path,
    )


@pytest.mark.parametrize(
    "source, shown, message",
    [
        ("print(1)", "2\n", r"^c1 shows\n2\nbut prints\n1\n$"),
        ("1 / 0", "", r"^c1 shows\nbut prints\nZeroDivisionError: division by zero\n$"),
        ("1 + 1", "2\n", r"^c1 shows\n2\nbut prints\n\[execute_result\]\n$"),
        ("sum(range(10_000_000))\nNone", "", "^c1 took .* s; a cell takes at most 10 s$"),
    ],
)
def test_a_cell_that_is_wrong_is_named(tmp_path, source, shown, message):
    with pytest.raises(AssertionError, match=message):
        run(planted((source, shown)), tmp_path, longest=0.05 if "took" in message else LONGEST)
