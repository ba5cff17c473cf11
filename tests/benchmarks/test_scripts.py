"""The benchmarks are too slow to run here; what they import is there."""

import ast
import importlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
SCRIPTS = sorted(FOLDER.glob("*.py"))


def missing(text):
    """What a script imports from instahash that is not there."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "instahash":
            for name in [alias.name for alias in node.names]:
                try:
                    found = hasattr(importlib.import_module(node.module), name)
                    found = found or importlib.import_module(f"{node.module}.{name}")
                except ModuleNotFoundError:
                    found = False
                if not found:
                    yield f"{node.module}.{name}"


@pytest.mark.skipif(not SCRIPTS, reason="no checkout: there is no folder 'benchmarks' beside the tests")
@pytest.mark.parametrize("path", SCRIPTS, ids=[path.name for path in SCRIPTS])
def test_what_a_script_imports_is_there(path):
    assert not [*missing(path.read_text(encoding="utf-8"))]


def test_what_is_missing_is_found():
    text = "from instahash import AutoRec, Nothing\ndef f():\n    from instahash.no.such import x\n    import nothing"
    assert [*missing(text)] == ["instahash.Nothing", "instahash.no.such.x"]
    assert not [*missing("from instahash.word2vec import sampling, Word2Vec")]
