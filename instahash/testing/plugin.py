"""For pytest, which loads this where instahash is installed: the fixture `assert_gradient`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


# For the whole session: Hypothesis runs a test many times with one value of a fixture.
@pytest.fixture(scope="session")
def assert_gradient() -> Callable[..., Any]:
    """:func:`instahash.testing.check_gradient`, without an import."""
    from instahash.testing.gradients import check_gradient

    return check_gradient
