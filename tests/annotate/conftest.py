"""A local Google Cloud Vision for each test that asks for one."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

# Only the network has kernels: run as plain Python, the others would say the same again.
if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
    collect_ignore_glob = ["test_[!e]*.py"]


@pytest.fixture(scope="session")
def fake_vision(load_module):
    """The module fake_vision.py, for what it has beside the server."""
    for module in ("google.cloud.vision", "grpc", "PIL"):
        pytest.importorskip(module, reason=f"{module} is not installed: `python3 -m pip install -e '.[test,vision]'`")
    return load_module(Path(__file__).with_name("fake_vision.py"))


@pytest.fixture
def vision(fake_vision):
    """A running FakeVision."""
    with fake_vision.FakeVision() as server:
        yield server


@pytest.fixture(scope="session")
def picture(fake_vision):
    """picture(number) -> PNG bytes that the server can read."""
    return fake_vision.picture


@pytest.fixture
def pictures(tmp_path, picture):
    """pictures(folder, *names) -> a new folder of photos, that of each name its number's."""

    def made(folder, *names):
        (tmp_path / folder).mkdir()
        for number, name in enumerate(names):
            (tmp_path / folder / name).write_bytes(picture(number))
        return tmp_path / folder

    return made


@pytest.fixture
def environment(tmp_path):
    """Of somebody who has no credentials, and nothing in a cache."""
    names = [name for name in os.environ if name.startswith(("GOOGLE_", "CLOUDSDK_")) or name == "VISION_EMULATOR_HOST"]
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return kept | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "caches"), "NO_GCE_CHECK": "true"}


@pytest.fixture
def google(environment, vision):
    return environment | {"VISION_EMULATOR_HOST": vision.address}


@pytest.fixture
def start():
    """start(code, *args) -> a running Python, which is killed in the end."""
    with contextlib.ExitStack() as ends:

        def started(code, *args):
            process = subprocess.Popen(
                [sys.executable, "-c", code, *map(str, args)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            ends.enter_context(process)
            ends.callback(process.kill)
            return process

        yield started
