"""Links to files and folders of the repository that are no pages: to copies of them within the site.

A file is shown with its syntax marked, a folder as the list of its files. Notebooks are handed out as they are.
"""

import posixpath
from html import escape
from pathlib import Path

from docutils import nodes
from pygments.lexers import get_lexer_for_filename
from pygments.util import ClassNotFound
from sphinx import addnodes

OFFERED = {".ipynb"}


def path_of(app, node):
    """The path in the repository that a link of a page of Markdown leads to; None for no file or folder."""
    if node.get("reftype") != "myst" or node.get("refdomain"):
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(app.env.docname), node["reftarget"]))
    return path if not path.startswith("..") and Path(app.srcdir, path).exists() else None


def redirect(app, document):
    """Send what MyST takes for a download, or does not know, to where the file can be read."""
    page, address = app.env.docname, app.config.source_address
    shown = app.env.metadata[page].setdefault("sources", [])
    for kind in (addnodes.download_reference, addnodes.pending_xref):
        for node in list(document.findall(kind)):
            path = path_of(app, node)
            if path and Path(path).suffix not in OFFERED:
                shown.append(path)
                where = address + path if address else posixpath.relpath(target(path), posixpath.dirname(page))
                node.replace_self(nodes.reference("", "", *node.children, refuri=where, internal=not address))


def target(path):
    """Where a copy stands in the site."""
    return f"source/{path}.html"


def texts(folder):
    """The files of a folder that can be read as text."""
    for path in sorted(folder.iterdir()):
        try:
            path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, IsADirectoryError):
            continue
        yield path


def copies(app):
    """Sphinx's pages for all files and folders that pages link to, and for the files in these folders."""
    root = Path(app.srcdir)
    linked = {root / path for data in app.env.metadata.values() for path in data.get("sources", [])}
    if app.config.source_address:
        return
    for path in sorted(linked | {file for folder in linked if folder.is_dir() for file in texts(folder)}):
        name = path.relative_to(root).as_posix()
        body = listing(path) if path.is_dir() else highlighted(app, path)
        yield f"source/{name}", {"title": name, "body": f"<h1>{escape(name)}</h1>{body}"}, "page.html"


def listing(folder):
    names = (escape(path.name) for path in texts(folder))
    return "".join(f'<p><a href="{folder.name}/{name}.html">{name}</a></p>' for name in names)


def highlighted(app, path):
    try:
        language = get_lexer_for_filename(path.name).aliases[0]
    except ClassNotFound:
        language = "text"
    return app.builder.highlighter.highlight_block(path.read_text(encoding="utf-8"), language, linenos="inline")


def setup(app):
    app.add_config_value("source_address", "", "env")
    app.connect("doctree-read", redirect)
    app.connect("html-collect-pages", copies)
    return {"parallel_read_safe": True}
