"""Which package may import which, read from the source; and what importing instahash costs."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import instahash

FOLDER = Path(instahash.__file__).parent
# What every package may import, and what a package, or a single file, may besides these and itself.
EVERYWHERE = {"errors", "forms"}
MAY_IMPORT = {
    "archive": set(),
    "cells": set(),
    "arrays": {"costs"},
    "database": set(),
    # Its process starts at each bad photo, so it loads little.
    "decoding": set(),
    "dense": {"jit"},
    "errors": set(),
    "files": {"archive", "locks"},
    "forms": set(),
    "jit": set(),
    "locks": set(),
    "merge": {"jit", "sparse"},
    "names": set(),
    "npz": {"files"},
    "checkpoint": {"locks", "npz"},
    "costs": set(),
    "palette": set(),
    "platforms": set(),
    "parameters": set(),
    "replay": {"sparse"},
    "sparse": set(),
    "storage": {"checkpoint", "files", "npz"},
    "templates": set(),
    "texts": set(),
    "threads": set(),
    "topk": {"jit"},
    "trainer": {"checkpoint", "sparse"},
    "training": {"arrays", "parameters"},
    "data": {"archive", "parameters", "sparse", "texts"},
    "formats": {"archive", "data", "files"},
    # Photos in, posts out; the labeller that needs no cloud has kernels.
    "annotate": {"archive", "data", "database", "decoding", "dense", "files", "jit", "names", "parameters", "sparse"},
    "testing": set(),
    # Models know arrays and CSR matrices, not posts.
    # Of `network`, word2vec's reference has the sigmoid.
    "word2vec": {
        *("costs", "dense", "files", "jit", "network", "parameters", "replay", "sparse", "threads", "topk", "training"),
        "arrays",
    },
    "network": {"arrays", "dense", "jit", "replay", "sparse", "threads", "training"},
    "autorec": {
        "arrays",
        "costs",
        "dense",
        "jit",
        "network",
        "parameters",
        "replay",
        "sparse",
        "threads",
        "topk",
        "training",
    },
    "softmax": {"arrays", "costs", "jit", "network", "parameters", "replay", "sparse", "threads", "training"},
    # One of the baselines is a softmax network.
    "baselines": {"arrays", "dense", "jit", "parameters", "softmax", "sparse", "topk", "training"},
    "recommend": {"arrays", "data", "dense", "jit", "merge", "names", "parameters", "sparse", "training"},
    "experts": {
        *("baselines", "costs", "data", "dense", "merge", "parameters", "recommend", "replay", "softmax", "sparse"),
        *("texts", "threads", "topk", "trainer", "training", "word2vec"),
    },
    "pipeline": {
        *(
            "autorec",
            "baselines",
            "checkpoint",
            "costs",
            "data",
            "experts",
            "files",
            "formats",
            "parameters",
            "recommend",
            "sparse",
            "storage",
            "threads",
        ),
        *("topk", "trainer", "word2vec", "instahash"),
    },
    # What is a sum over posts is asked of each shard, and the sums are given to the models.
    "shards": {
        *("autorec", "baselines", "checkpoint", "data", "experts", "formats", "network", "parameters", "pipeline"),
        *("replay", "softmax", "sparse", "texts", "threads", "trainer", "training", "word2vec"),
    },
    "evaluation": {"arrays", "data", "dense", "names", "parameters", "sparse"},
    "report": {"arrays", "data", "evaluation", "files", "names", "palette", "parameters", "sparse", "templates"},
    # Checks of its steps ask the references for what is right.
    "learn": {
        *(
            "autorec",
            "baselines",
            "cells",
            "data",
            "evaluation",
            "files",
            "network",
            "recommend",
            "softmax",
            "sparse",
            "testing",
        ),
        *("topk", "word2vec"),
    },
    # It is handed a model, and asks it as anyone may; what moves comes from the references.
    "explore": {
        *("annotate", "archive", "arrays", "autorec", "data", "database", "decoding", "names", "palette", "platforms"),
        *("softmax", "sparse", "storage", "templates", "topk", "word2vec"),
    },
}
LEAVES = {name for name in MAY_IMPORT if (FOLDER / f"{name}.py").exists()}
PACKAGES = set(MAY_IMPORT) - LEAVES | {"cli"}
MAY_IMPORT["cli"] = PACKAGES | LEAVES | {"instahash"}


def imported_packages(path, folder=FOLDER):
    """The packages that a module imports anywhere in its text; "instahash" for the package itself."""
    inside = ["instahash", *path.relative_to(folder).parent.parts]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = inside[: len(inside) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{module}.{alias.name}" for alias in node.names] if module == "instahash" else [module]
        for name in names:
            parts = name.split(".")
            if parts[0] == "instahash":
                known = len(parts) > 1 and parts[1] in PACKAGES | LEAVES
                found.add(parts[1] if known else "instahash")
    return found


def violations(path, folder=FOLDER):
    package = path.relative_to(folder).parts[0].removesuffix(".py")
    return imported_packages(path, folder) - MAY_IMPORT[package] - {package, *EVERYWHERE}


MODULES = [path for path in sorted(FOLDER.rglob("*.py")) if path != FOLDER / "__init__.py"]


@pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(FOLDER)) for path in MODULES])
def test_a_package_imports_only_what_it_may(path):
    assert not violations(path)


@pytest.mark.parametrize(
    "line, expected",
    [
        ("import instahash.word2vec", {"word2vec"}),
        ("from instahash import pipeline", {"pipeline"}),
        ("from ..word2vec.model import Word2Vec", {"word2vec"}),
        ("from .. import autorec", {"autorec"}),
        ("def f():\n    from instahash.cli import train", {"cli"}),
        ("from instahash.data.words import words", set()),
        ("from . import words", set()),
        ("import numpy", set()),
    ],
)
def test_planted_violations_are_found(tmp_path, line, expected):
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "planted.py"
    path.write_text(line)
    assert violations(path, tmp_path) == expected


def test_the_table_of_contributing_says_the_same():
    page = Path(__file__).resolve().parent.parent / "CONTRIBUTING.md"
    if not page.exists():
        pytest.skip("no checkout: there is no CONTRIBUTING.md beside the tests")
    rows = re.findall(r"^\| (`.+) \| (.+) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)
    table = {name: set(re.findall(r"`(\w+)`", may)) for names, may in rows for name in re.findall(r"`(\w+)`", names)}
    expected = {name: may - {"instahash"} for name, may in MAY_IMPORT.items()} | {"cli": set()}
    assert table == expected


def test_numba_is_spoken_to_in_one_place():
    for path in FOLDER.rglob("*.py"):
        if path.name != "jit.py":
            assert "import numba" not in path.read_text() and "from numba" not in path.read_text(), path
        assert "njit" not in path.read_text() or path.name == "jit.py", path


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_importing_instahash_loads_nothing_heavy():
    loaded = run("import sys, instahash; print(*sys.modules)").split()
    assert not {"numpy", "numba", "scipy", "matplotlib", "google", "tqdm"} & {name.split(".")[0] for name in loaded}


def test_the_pipeline_needs_no_optional_package():
    loaded = run("import sys, instahash.pipeline; print(*sys.modules)").split()
    assert "numba" in loaded and not {"matplotlib", "google", "hypothesis"} & {name.split(".")[0] for name in loaded}


def test_every_public_name_is_there():
    for name in instahash.__all__:
        assert getattr(instahash, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        instahash.nothing
