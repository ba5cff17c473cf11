"""What the documentation shows can be typed in."""

import os
import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
COMMANDS = {f"instahash-{name}": import_module(f"instahash.cli.{name}") for name in ("train", "recommend", "evaluate")}


def command_lines():
    texts = [module.EXAMPLE for module in COMMANDS.values()]
    if README.exists():
        texts.append(README.read_text())
    lines = [line.strip() for text in texts for line in text.splitlines()]
    return sorted({re.split(r" {3,}|>", line)[0] for line in lines if line.startswith("instahash-")})


@pytest.mark.parametrize("line", command_lines())
def test_shown_commands_are_understood(line):
    name, *args = shlex.split(line)
    COMMANDS[name].parser().parse_args(args)


@pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="trains on the whole sample: too long in Python"
)
@pytest.mark.parametrize("page", ["README.md", "docs/word2vec.md"])
def test_shown_python_runs(tmp_path, monkeypatch, page):
    if not (ROOT / page).exists():
        pytest.skip(f"no checkout: there is no {page} beside the tests")
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL):
        exec(block, names)
    if page == "README.md":
        assert "dog" in names["answer"].hashtags


def test_functions_that_the_documentation_names_are_there():
    """`module.function` of the word2vec room, `Class.method` of the package, and files of the repository."""
    text = (ROOT / "docs" / "word2vec.md").read_text() if (ROOT / "docs").is_dir() else ""
    for module, name in re.findall(r"`(reference|sampling|kernels|exact|testing)\.(\w+)`", text):
        home = "instahash.testing" if module == "testing" else f"instahash.word2vec.{module}"
        assert name == "py" or hasattr(import_module(home), name), f"{module}.{name}"
    for kind, name in re.findall(r"`(Word2Vec)\.(\w+)\b", text):
        assert hasattr(getattr(import_module("instahash"), kind), name), f"{kind}.{name}"
