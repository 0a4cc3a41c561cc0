"""The protocol of the comparison, without its trainings."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.variants import changed, parse

from benchmarks import rivals
from tongbao.annotation import read_gold
from tongbao.records import Annotated
from tongbao.training import read_config, read_data


@pytest.fixture(scope="module")
def gold(repository: Path) -> list[Annotated]:
    return [*read_gold(repository / "annotations" / "gold" / "authored" / "authored-1.jsonl")][:4]


def test_gold_is_right_and_nothing_is_wrong(gold: list[Annotated]) -> None:
    spans = {document.text: [(mention.label, mention.span) for mention in document.mentions] for document in gold}
    right = rivals.score(spans.__getitem__, gold)
    wrong = rivals.score(lambda text: [], gold)
    assert {right.scores[f"{label}.f1"] for label in rivals.LABELS} == {1.0}
    assert {wrong.scores[f"{label}.f1"] for label in rivals.LABELS} == {0.0}
    assert right.speed > 0


@pytest.mark.parametrize("text", rivals.CHAINS)
def test_every_variant_is_a_configuration(text: str, repository: Path) -> None:
    config, _ = read_config(repository / "configs" / "default.cfg")
    variant = parse(text)
    assert (changed(config, variant) == config) == (not variant.changes)


def test_every_configuration_of_a_rival_is_a_row(repository: Path) -> None:
    files = {file.stem for file in (repository / rivals.CONFIGS).glob("*.cfg")}
    assert files <= set(rivals.rows())


@pytest.mark.slow
def test_a_chain_is_trained_by_itself(tiny_config: Path) -> None:
    config, _ = read_config(tiny_config)
    documents = read_data(config)
    find = rivals.rows()["chain"](config, documents)
    # Six documents and fifteen passes are enough for the numbers that it has seen.
    assert (rivals.score(find, documents).scores["QUANTITY.f1"] or 0) > 0.8
