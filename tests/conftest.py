"""Hypothesis without deadlines (the first call of a kernel compiles it), and data that may or may not be there."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "instahash",
    deadline=None,
    max_examples=30,
    derandomize="CI" in os.environ,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("instahash")


@pytest.fixture(scope="session")
def shared_data():
    """The folder of real data beside the project."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data: there is no folder '{folder.name}' in a folder 'shared' beside the project")
    return folder


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium, as tests/browser.py drives it."""
    name = "instahash_tests_browser"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("browser.py"))
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    module = sys.modules[name]
    if module.program() is None:
        pytest.skip(f"no browser: none of {', '.join(module.NAMES)} is installed")
    try:
        chromium = module.Browser()
    except RuntimeError as error:  # some are but a note how to install one
        pytest.skip(f"'{module.program()}' cannot be driven: {error}")
    with chromium:
        yield chromium
