from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from tongbao.annotation import read_gold
from tongbao.extraction import Extractor, load
from tongbao.records import Annotated


@pytest.fixture(scope="session")
def nlp(tiny_model: Path) -> Language:
    """The small model as a pipeline. Tests share it: they must not change it."""
    return spacy.load(tiny_model)


@pytest.fixture(scope="session")
def extractor(tiny_model: Path) -> Extractor:
    """The same model without spaCy."""
    return load(tiny_model)


@pytest.fixture(scope="session")
def gold(repository: Path) -> list[Annotated]:
    """Every gold document."""
    files = sorted((repository / "annotations" / "gold").rglob("*.jsonl"))
    return [document for file in files for document in read_gold(file)]
