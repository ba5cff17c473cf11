"""The table of contents, put at the end of the first page; the pages themselves are plain Markdown."""

from pathlib import Path

FIRST = "docs/README"
CONTENTS = {
    "Learn": [
        "docs/lessons/README",
        "docs/lessons/1-word2vec",
        "docs/lessons/2-autorec",
        "docs/lessons/3-gradients",
        "docs/lessons/4-the-paper-in-30-lines",
        "docs/lessons/5-where-it-goes-wrong",
        "docs/course",
        "docs/moving",
        "docs/class",
        "docs/glossary",
    ],
    "Use": [
        "README",
        "docs/photos",
        "docs/platforms",
        "docs/formats",
        "docs/explore",
        "docs/scale",
        "docs/promises",
        "docs/testing",
    ],
    "How it works": ["docs/paper", "docs/word2vec", "docs/autorec", "docs/quality", "benchmarks/README"],
    "Reference": ["api/index", "CONTRIBUTING", "CHANGELOG"],
}


def toctrees(root):
    """Directives for the pages that are there."""
    for caption, pages in CONTENTS.items():
        there = [f"/{page}" for page in pages if any(Path(root, page + suffix).is_file() for suffix in (".md", ".rst"))]
        yield "\n".join(["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *there, "```", ""])


def add(app, page, text):
    if page == FIRST:
        text[0] += "\n".join(toctrees(app.srcdir))


def setup(app):
    app.connect("source-read", add)
    return {"parallel_read_safe": True}
