"""Hypothesis without deadlines (the first call of a kernel compiles it), and data that may or may not be there."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The servers of the tests are on this machine, and a proxy knows nothing of them.
for name in ("no_proxy", "NO_PROXY"):
    os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1", "localhost"]))

settings.register_profile(
    "instahash",
    deadline=None,
    max_examples=20,
    derandomize="CI" in os.environ,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("few", settings.get_profile("instahash"), max_examples=10)  # where all are tried elsewhere
settings.load_profile("instahash")


@pytest.fixture(scope="session")
def shared_data():
    """The folder of real data beside the project."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data: there is no folder '{folder.name}' in a folder 'shared' beside the project")
    return folder


@pytest.fixture(scope="session")
def load_module():
    """A function from a path to the module there, which no package holds."""

    def load(path):
        name = f"instahash_tests_{path.stem}"
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(name, path)
            sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])
        return sys.modules[name]

    return load


@pytest.fixture(scope="session")
def interrupting(load_module):
    """The module interrupting.py: calls that fail at any moment."""
    return load_module(Path(__file__).with_name("interrupting.py"))


@pytest.fixture(scope="session")
def copied_course(tmp_path_factory):
    """A folder with the course, for tests that only read it."""
    from instahash.learn.folder import start

    start(path := tmp_path_factory.mktemp("course"))
    return path


@pytest.fixture(scope="session")
def copy_course(copied_course):
    """A function that puts a course into a folder which is not there yet, and returns that folder."""
    return lambda path: shutil.copytree(copied_course, path)


@pytest.fixture(scope="session")
def ready_checker():
    """A process that checks students' files, started once, for tests in which no file spoils it."""
    from instahash.learn.process import Checker

    class Ready(Checker):
        def renew(self):
            if self._process.poll() is not None:
                super().renew()

        def __exit__(self, *_):
            pass

    checker = Ready()
    yield checker
    checker.close()


@pytest.fixture(scope="session")
def benchmark_module(load_module):
    """A function from the name of a module in the folder of benchmarks to that module."""
    folder = Path(__file__).resolve().parents[1] / "benchmarks"
    if not folder.is_dir():
        pytest.skip("no checkout: there is no folder 'benchmarks' beside the tests")
    return lambda name: load_module(folder / f"{name}.py")


@pytest.fixture(scope="session")
def browser(load_module):
    """A headless Chromium, as tests/browser.py drives it."""
    module = load_module(Path(__file__).with_name("browser.py"))
    if module.program() is None:
        pytest.skip(f"no browser: none of {', '.join(module.NAMES)} is installed")
    try:
        chromium = module.Browser()
    except RuntimeError as error:  # some are but a note how to install one
        pytest.skip(f"'{module.program()}' cannot be driven: {error}")
    with chromium:
        yield chromium
