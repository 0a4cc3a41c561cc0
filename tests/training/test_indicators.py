"""Training of the chains that find indicators."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tongbao.annotation import read_gold
from tongbao.errors import ConfigError
from tongbao.extraction import lexicon_lists
from tongbao.linking.indicator import indicator_features, read_alone
from tongbao.reading import read_text
from tongbao.records import Annotated
from tongbao.tagging.columns import FeatureOptions, Resources, build_resources, text_columns
from tongbao.training.crf import CrfParameters
from tongbao.training.indicators import Figures, train_indicators
from tongbao.training.linking import Example

OPTIONS = FeatureOptions(words="char", clusters=False)
FEW = CrfParameters(c1=0.05, c2=0.1, iterations=8, min_frequency=2)


@pytest.fixture(scope="module")
def resources() -> Resources:
    return build_resources(np.zeros((0x10000, 1), dtype=np.uint8), lexicon_lists())


@pytest.fixture(scope="module")
def documents(repository: Path) -> list[Annotated]:
    """Documents of several batches."""
    return list(read_gold(repository / "annotations" / "gold" / "authored" / "authored-1.jsonl")[::15])


def _figures(document: Annotated, resources: Resources) -> Figures:
    columns = text_columns(document.text, resources, OPTIONS)
    return Example.build(document, read_text(document.text, document.id), columns).figures


@pytest.fixture(scope="module")
def figures(documents: list[Annotated], resources: Resources) -> list[Figures]:
    return [_figures(document, resources) for document in documents]


def test_the_second_chain_learns_from_what_was_found_for_the_neighbours(figures: list[Figures]) -> None:
    chains = train_indicators(figures, FEW, 13)
    found = [read_alone(chains.alone, one.focused) for one in figures]
    alone = indicator_features(figures[0].focused).shape[1]
    beside = [indicator_features(one.focused, read)[:, alone:] for one, read in zip(figures, found, strict=True)]
    of_neighbours = np.unique(np.concatenate(beside))
    learned, chance = (np.isin(of_neighbours, chain.table.ids).sum() for chain in (chains.beside, chains.alone))
    assert learned > 10 * chance
    right = sum(
        tuple(pieces) == tuple(gold)
        for one, read in zip(figures, found, strict=True)
        for pieces, gold in zip(read, one.pieces, strict=True)
    )
    assert right > 0.5 * sum(map(len, found))


def test_training_is_deterministic_and_takes_the_documents_in_any_number(figures: list[Figures]) -> None:
    first, second = (train_indicators(figures[:1], FEW, 13) for _ in range(2))
    assert np.array_equal(first.beside.table.weights, second.beside.table.weights)
    assert np.array_equal(first.beside.table.ids, second.beside.table.ids)


def test_nothing_to_learn_from(documents: list[Annotated], resources: Resources) -> None:
    bare = replace(documents[0], text="没有数。", mentions=(), links=(), sections=())
    with pytest.raises(ConfigError):
        train_indicators([_figures(bare, resources)], FEW, 13)
