"""The pages of the API, made from docstrings: one for each package, for each plain reference and for some single files.

They are written into the folder `api` of the source folder before Sphinx reads it.
"""

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import instahash

# Modules that are a file and are used by themselves.
FILES = ("dense", "errors", "files", "parameters", "sparse", "threads", "topk", "training")
# Commands and pages, which are run and not called.
RUN = ("instahash.cli", "instahash.explore")
INDEX = """API
===

What each package gives to others, and the plain NumPy twins of its kernels. From ``instahash`` itself come
{names}.

.. autosummary::

{modules}

.. toctree::
   :hidden:

{pages}
"""
PAGE = """{name}
{line}

.. automodule:: {name}
   :members:
"""


def modules():
    """The names of the modules that have a page."""
    found = [module.name for module in walk_packages(instahash.__path__, "instahash.")]
    single = {f"instahash.{name}" for name in FILES}
    return [
        name
        for name in found
        if not name.startswith(RUN)
        and (name in single or name.endswith(".reference") or hasattr(import_module(name), "__all__"))
    ]


def home(name):
    """The full name under which a name of `instahash` itself is described: that of the package it comes from."""
    return ".".join([*getattr(instahash, name).__module__.split(".")[:2], name])


def write(app):
    folder, found = Path(app.srcdir, "api"), modules()
    folder.mkdir(exist_ok=True)
    names = ",\n".join(f":py:obj:`~{home(name)}`" for name in instahash.__all__ if not name.startswith("_"))
    listed, pages = ("\n".join(f"   {start}{name}" for name in found) for start in ("", "/api/"))
    (folder / "index.rst").write_text(INDEX.format(names=names, modules=listed, pages=pages), encoding="utf-8")
    for name in found:
        module = import_module(name)
        for lazy in getattr(module, "__all__", ()):  # Sphinx sees only what is loaded
            setattr(module, lazy, getattr(module, lazy))
        (folder / f"{name}.rst").write_text(PAGE.format(name=name, line="=" * len(name)), encoding="utf-8")


def is_left_out(app, what, name, found, skip, options):
    """True for what a package hands on from another, which describes it, and for a named tuple's fields; else None."""
    source = getattr(found, "__module__", None)
    page = app.env.docname.removeprefix("api/")
    if what == "module" and isinstance(source, str) and source.startswith("instahash."):
        return True if not f"{source}.".startswith(f"{page}.") else None
    return True if str(getattr(found, "__doc__", "")).startswith("Alias for field number") else None


def setup(app):
    app.connect("builder-inited", write)
    app.connect("autodoc-skip-member", is_left_out)
    return {"parallel_read_safe": True}
