"""Hypothesis without deadlines (the first call of a kernel compiles it), and data that may or may not be there."""

import os
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
