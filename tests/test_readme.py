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
def test_the_python_of_the_readme_runs(tmp_path, monkeypatch):
    if not README.exists():
        pytest.skip("no checkout: there is no README.md beside the tests")
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL):
        exec(block, names)
    assert "dog" in names["answer"].hashtags
