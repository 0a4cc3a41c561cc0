"""The small corpus of hand-counted documents, and the gold of the repository."""

from pathlib import Path

import pytest

from tongbao.annotation import read_gold
from tongbao.records import Annotated

CASES = Path(__file__).parent / "cases"
GOLD = Path(__file__).parents[2] / "annotations" / "gold"


@pytest.fixture(scope="session")
def gold() -> tuple[Annotated, ...]:
    return read_gold(CASES / "gold.jsonl")


@pytest.fixture(scope="session")
def predicted() -> tuple[Annotated, ...]:
    return read_gold(CASES / "predicted.jsonl")


@pytest.fixture(scope="session")
def corpus() -> tuple[Annotated, ...]:
    """Every tenth document of the gold set: real sizes, short tests."""
    documents = [document for path in sorted(GOLD.glob("**/*.jsonl")) for document in read_gold(path)]
    return tuple(documents[::10])
