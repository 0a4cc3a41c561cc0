"""What all tests share: the place of the repository, and hypothesis without time limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# A deadline measures the machine, not the code; and a failure has to come back when the same test is run again.
settings.register_profile("tongbao", deadline=None, derandomize=True, database=None)
settings.load_profile("tongbao")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return Path(__file__).resolve().parent.parent
