"""Documents with mentions written into their text, and tables whose weights a test writes down."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tongbao.annotation import read_gold
from tongbao.extraction import Extractor, lexicon_lists, load
from tongbao.linking.attributes import quantity
from tongbao.reading import read_text
from tongbao.records import Annotated, Bulletin, Label, Mention, Metadata
from tongbao.records import Span as Stretch
from tongbao.tagging.columns import FeatureOptions, Resources, TextColumns, build_resources, text_columns
from tongbao.tagging.mentions import ID_LETTER
from tongbao.tagging.weights import CHOICE_BITS, WeightTable

LABEL_OF: dict[str, Label] = {letter: label for label, letter in ID_LETTER.items()}
MARKED = re.compile(r"\[([dopqts]) ([^\[\]]+)\]")
#: No words, no lexicon: the least that columns can be.
BARE = FeatureOptions(words="none", lexicon=False, grammar=False, clusters=False, brackets=False)


@dataclass(frozen=True)
class Document:
    """A text whose mentions were marked ``[q 3个]`` (the letters of ids), read and ready."""

    bulletin: Bulletin
    mentions: list[Mention]
    columns: TextColumns

    @property
    def text(self) -> str:
        return self.bulletin.text

    def of(self, label: Label) -> list[Mention]:
        return [mention for mention in self.mentions if mention.label == label]


@cache
def resources() -> Resources:
    return build_resources(np.zeros((0x10000, 1), dtype=np.uint8), lexicon_lists())


def read_marked(marked: str, options: FeatureOptions = BARE, published: date | None = None) -> Document:
    text, at, found = "", 0, []
    for number, match in enumerate(MARKED.finditer(marked), start=1):
        text += marked[at : match.start()]
        found.append((f"{match[1]}{number}", LABEL_OF[match[1]], Stretch(len(text), len(text) + len(match[2]))))
        text, at = text + match[2], match.end()
    text += marked[at:]
    mentions = [
        Mention(name, label, span, quantity(text, span) if label == "QUANTITY" else None) for name, label, span in found
    ]
    bulletin = read_text(text, "case", metadata=Metadata(published=published))
    return Document(bulletin, mentions, text_columns(text, resources(), options))


def table_of(weights: Mapping[int, float] | Mapping[int, tuple[float, ...]], outputs: int = 1) -> WeightTable:
    """A table with the given weights by feature id."""
    ids = np.array(sorted(weights), dtype=np.uint32)
    rows = np.array([weights[int(number)] for number in ids], dtype=np.float32).reshape(len(ids), outputs)
    return WeightTable.build(ids, rows, CHOICE_BITS)


@pytest.fixture(scope="session")
def document() -> Callable[..., Document]:
    return read_marked


@pytest.fixture(scope="session")
def full() -> FeatureOptions:
    """Options with words and lexicon."""
    return FeatureOptions(words="rjieba", clusters=False)


@pytest.fixture(scope="session")
def table() -> Callable[..., WeightTable]:
    return table_of


@pytest.fixture(scope="session")
def model(tiny_model: Path) -> Extractor:
    return load(tiny_model)


@pytest.fixture(scope="session")
def authored(repository: Path) -> list[Annotated]:
    """All authored documents."""
    folder = repository / "annotations" / "gold" / "authored"
    return [document for path in sorted(folder.glob("*.jsonl")) for document in read_gold(path)]
