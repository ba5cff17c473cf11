"""Make the notebooks of the lessons from their pages. Needs nbformat, of the extra `notebooks`.

    python3 docs/lessons/notebooks.py [--out FOLDER]

A page's ```python block becomes a cell of code and the ```text block after it that cell's output; "..." in it stands
for any text, as on the page. What stands between is a cell of Markdown for each section, in which formulas are between
$$, as Jupyter wants them, and a link to another lesson goes to its notebook. The same pages give the same bytes.
"""

import argparse
import re
from itertools import count
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

HERE = Path(__file__).resolve().parent
PAGES = sorted(HERE.glob("[0-9]*.md"))
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
INSTALL = "This is [{0}]({0}) as a notebook. [How to install what its cells need](README.md#install)."


def parts(text):
    """(language, content) of each stretch of a page: "python", "text", or "" for what stands between these blocks."""
    prose, *others = re.split(r"^```(python|text)\n(.*?)^```\n", text, flags=re.DOTALL | re.MULTILINE)
    yield "", prose
    for language, content, prose in zip(others[::3], others[1::3], others[2::3]):
        yield language, content
        yield "", prose


def sections(prose):
    """Prose cut before its headings of the second level."""
    return [part.strip() for part in re.split(r"^(?=## )", prose, flags=re.MULTILINE) if part.strip()]


def for_jupyter(prose):
    """Markdown as Jupyter shows it, beside the other notebooks."""
    prose = re.sub(r"^```math\n(.*?)^```$", r"$$\n\1$$", prose, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"\((\d[\w-]*)\.md(#[\w-]+)?\)", r"(\1.ipynb)", prose)


def notebook(text, name):
    """The notebook of a page; a cell's id is its section's heading and its number there."""
    cells, section, numbers, runs = [], "start", count(1), count(1)
    for language, content in parts(text):
        if language == "python":
            cells.append(
                new_code_cell(content.rstrip("\n"), id=f"{section}-{next(numbers)}", execution_count=next(runs))
            )
        elif language == "text":
            cells[-1].outputs = [new_output("stream", name="stdout", text=content)]
        else:
            for prose in sections(content):
                heading = re.match(r"## (.*)", prose)
                if heading:
                    section, numbers = re.sub(r"\W+", "-", heading[1].lower()).strip("-")[:50], count(1)
                cells.append(new_markdown_cell(for_jupyter(prose), id=f"{section}-{next(numbers)}"))
    title, rest = cells[0].source.split("\n", 1)
    cells[0].source = f"{title}\n\n{INSTALL.format(name)}\n{rest}"
    made = new_notebook(cells=cells, metadata=METADATA)
    nbformat.validate(made)
    return nbformat.writes(made) + "\n"


def main():
    parser = argparse.ArgumentParser(description="Make the notebooks of the lessons from their pages.")
    parser.add_argument("--out", type=Path, default=HERE, metavar="FOLDER")
    out = parser.parse_args().out
    for page in PAGES:
        made = notebook(page.read_text(encoding="utf-8"), page.name)
        (out / page.with_suffix(".ipynb").name).write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
