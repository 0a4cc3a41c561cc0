"""The modules of ``benchmarks/``, which is no package: its programs are run, and find each other beside themselves."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def benchmark_module(repository: Path) -> Iterator[Callable[[str], ModuleType]]:
    """Imports a module of ``benchmarks/`` by its name; afterwards all are forgotten, since some names are common."""
    folder = repository / "benchmarks"
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield import_module
    finally:
        sys.path.remove(str(folder))
        for path in folder.glob("*.py"):
            if path.stem not in before:
                sys.modules.pop(path.stem, None)
