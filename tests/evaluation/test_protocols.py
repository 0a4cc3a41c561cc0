"""Cross-validation: nothing that is scored was trained on, and results say what they are of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tongbao.annotation import read_gold
from tongbao.errors import ConfigError
from tongbao.evaluation import protocols as module
from tongbao.evaluation import slice_document
from tongbao.evaluation.protocols import (
    FOLDS,
    Result,
    cross_validate_folds,
    cross_validate_items,
    score_dev,
    score_gold,
    score_seed,
)
from tongbao.evaluation.scoring import definitions
from tongbao.extraction import Extractor, load
from tongbao.linking.confidence import ROW, Calibration
from tongbao.reading import read_text
from tongbao.records import Annotated, Section, Span
from tongbao.training import TrainingConfig, calibration, read_config
from tongbao.training import cross as training

VIEWS = ["end_to_end", "given_mentions"]


@pytest.fixture(scope="module")
def config(tiny_config: Path) -> TrainingConfig:
    """The tiny configuration with fewer passes."""
    config = read_config(tiny_config)[0]
    few = {name: getattr(config, name).model_copy(update={"iterations": 8}) for name in ("mentions", "indicator")}
    return config.model_copy(update=few)


@pytest.fixture(scope="module")
def documents(repository: Path) -> list[Annotated]:
    """The first items of the seed bulletin, and ten authored documents."""
    gold = repository / "annotations" / "gold"
    (seed,) = read_gold(gold / "quanzhou-2023.jsonl")
    third = _items(seed)[2]
    return [slice_document(seed, Span(0, third.span.end)), *read_gold(gold / "authored" / "authored-2.jsonl")[:10]]


def _items(document: Annotated) -> list[Section]:
    return [section for section in read_text(document.text).sections if section.level == 0]


@pytest.fixture
def trainings(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[Annotated]]:
    """What each training saw; what is trained is always the tiny model."""
    seen: list[list[Annotated]] = []
    model = load(tiny_model)

    def fit(config: TrainingConfig, documents: Sequence[Annotated], clusters: Any) -> Extractor:
        seen.append(list(documents))
        return model

    monkeypatch.setattr(training, "fit", fit)
    monkeypatch.setattr(module, "clusters_of", lambda config: np.zeros((0x10000, 1), dtype=np.uint8))
    return seen


def _check(results: list[Result], protocol: str, units: int) -> None:
    assert [(result.protocol, result.view, result.units) for result in results] == [
        (protocol, view, units) for view in VIEWS
    ]
    for result in results:
        assert list(result.scores.figures) == list(result.intervals) == list(definitions())
        for value in result.scores.figures.values():
            assert value is None or 0 <= value <= 1
    given = results[1]
    assert given.scores["QUANTITY.f1"] == given.scores["micro.all.f1"] == 1.0
    assert given.reliability == ()


# --- items ----------------------------------------------------------------------------------------------------------


def test_an_item_is_scored_by_a_model_that_has_not_seen_it(
    config: TrainingConfig, documents: list[Annotated], trainings: list[list[Annotated]]
) -> None:
    seed, others = documents[0], documents[1:]
    items = _items(seed)
    lines: list[str] = []
    results = cross_validate_items(config, documents, 1, lines.append)
    _check(results, "items", len(items))
    assert len(items) == 3
    assert lines == [f"items {number}/3" for number in (1, 2, 3)]
    for item, seen in zip(items, trainings, strict=True):
        assert all(document in seen for document in others)
        pieces = [document for document in seen if document.origin == "seed"]
        assert sum(len(piece.text) for piece in pieces) == len(seed.text) - len(item.span)
        assert not any(item.span.of(seed.text) in document.text for document in seen)
    # Every mention of the items is counted once.
    inside = [m for m in seed.mentions if any(item.span.contains(m.span) for item in items)]
    for label in ("QUANTITY", "DEPARTMENT"):
        total = sum(mention.label == label for mention in inside)
        assert results[0].scores.counts[f"{label}.gold"] == results[1].scores.counts[f"{label}.gold"] == total > 0


@pytest.mark.parametrize("seeds", [0, 2])
def test_there_has_to_be_one_seed_bulletin(config: TrainingConfig, documents: list[Annotated], seeds: int) -> None:
    chosen = [replace(documents[0], id=f"seed-{number}") for number in range(seeds)] + documents[1:]
    with pytest.raises(ConfigError, match=f"{seeds} documents of origin seed") as raised:
        cross_validate_items(config, chosen, 1, lambda line: None)
    assert raised.value.remedy


# --- folds ----------------------------------------------------------------------------------------------------------


def test_a_document_is_scored_by_a_model_that_has_not_seen_it(
    config: TrainingConfig, documents: list[Annotated], trainings: list[list[Annotated]]
) -> None:
    lines: list[str] = []
    results = cross_validate_folds(config, documents, 1, lines.append)
    _check(results, "folds", 10)
    assert len(lines) == len(trainings) == FOLDS
    authored = documents[1:]
    left_out = [[document for document in authored if document not in seen] for seen in trainings]
    assert [len(part) for part in left_out] == [2] * FOLDS
    assert len({document.id for part in left_out for document in part}) == 10
    assert all(documents[0] in seen for seen in trainings)
    gold = sum(mention.label == "QUANTITY" for document in authored for mention in document.mentions)
    assert results[0].scores.counts["QUANTITY.gold"] == gold


def test_confidences_of_a_fold_are_calibrated_on_the_others(
    config: TrainingConfig,
    documents: list[Annotated],
    trainings: list[list[Annotated]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learned: list[list[str]] = []
    collect = calibration.collect

    def spy(gold: Any, found: Any) -> Any:
        gold = list(gold)
        learned.append([document.id for document in gold])
        return collect(gold, found)

    monkeypatch.setattr(module, "collect", spy)
    (whole, _) = cross_validate_folds(config, documents, 1, lambda line: None)
    assert len(learned) == 2 * FOLDS
    for rest, held in zip(learned[::2], learned[1::2], strict=True):
        assert sorted([*rest, *held]) == sorted(document.id for document in documents[1:])
    measured = {found.name: found for found in whole.reliability}
    assert {"QUANTITY", "measures", "during", ROW} <= set(measured)
    assert measured[ROW].count == measured["QUANTITY"].count == whole.scores.counts["QUANTITY.pred"]
    assert all(0 <= found.error <= 1 for found in whole.reliability)


def test_too_few_documents_to_fold(config: TrainingConfig, documents: list[Annotated]) -> None:
    with pytest.raises(ConfigError):
        cross_validate_folds(config, documents[:5], 1, lambda line: None)


# --- a trained model ------------------------------------------------------------------------------------------------


def test_a_model_on_gold(tiny_model: Path, documents: list[Annotated]) -> None:
    model = load(tiny_model)
    results = score_gold(model, documents[:3])
    _check(results, "gold", 3)
    assert results[0].reliability == ()
    curve = (np.array([0.0, 1.0]), np.array([0.5, 0.5]))
    names = ("QUANTITY", "DEPARTMENT", ROW)
    again = score_gold(replace(model, calibration=Calibration(dict.fromkeys(names, curve))), documents[:3])
    assert [result.scores.figures for result in again] == [result.scores.figures for result in results]
    measured = {found.name: found for found in again[0].reliability}
    for name in names:
        (only,) = measured[name].bins
        assert (only.count, only.confidence) == (measured[name].count, 0.5)
        assert measured[name].error == pytest.approx(abs(only.accuracy - 0.5))
    assert measured["QUANTITY"].count == measured[ROW].count == results[0].scores.counts["QUANTITY.pred"]


@pytest.mark.slow
def test_with_real_trainings(config: TrainingConfig, documents: list[Annotated], repository: Path) -> None:
    """Seven small ones: two items, five documents."""
    items = _items(documents[0])
    seed = slice_document(documents[0], Span(0, items[1].span.end))
    authored = read_gold(repository / "annotations" / "gold" / "authored" / "authored-2.jsonl")
    short = sorted(
        (one for one in authored if any(m.label == "POLICY" for m in one.mentions)), key=lambda d: len(d.text)
    )
    options = config.features.model_copy(update={"words": "none", "clusters": False})
    plain = config.model_copy(update={"features": options})
    by_item = cross_validate_items(plain, [seed, *short[:2]], 1, lambda line: None)
    _check(by_item, "items", 2)
    by_document = cross_validate_folds(plain, [seed, *short[:FOLDS]], 1, lambda line: None)
    _check(by_document, "folds", FOLDS)
    found, interval = by_document[0].scores["QUANTITY.f1"], by_document[0].intervals["QUANTITY.f1"]
    assert found
    assert interval
    assert interval.low <= found <= interval.high
    assert found < 1
    assert {"QUANTITY", "measures"} <= {measured.name for measured in by_document[0].reliability}


# --- one training ---------------------------------------------------------------------------------------------------


def test_the_seed_as_a_whole(
    config: TrainingConfig, documents: list[Annotated], trainings: list[list[Annotated]]
) -> None:
    results = score_seed(config, documents, lambda line: None)
    assert [[one.id for one in seen] for seen in trainings] == [[one.id for one in documents[1:]]]
    _check(results, "seed", len(_items(documents[0])))


def test_the_dev_split(
    config: TrainingConfig, documents: list[Annotated], trainings: list[list[Annotated]], tmp_path: Path
) -> None:
    names = [one.id for one in documents]
    splits = tmp_path / "splits.json"
    splits.write_text(json.dumps({"train": names[3:], "dev": names[1:3], "test": []}), "utf-8")
    data = config.data.model_copy(update={"splits": str(splits)})
    results = score_dev(config.model_copy(update={"data": data}), documents, lambda line: None)
    assert [[one.id for one in seen] for seen in trainings] == [[names[0], *names[3:]]]
    _check(results, "dev", 2)


def test_no_dev_split(config: TrainingConfig, documents: list[Annotated], tmp_path: Path) -> None:
    without = config.model_copy(update={"data": config.data.model_copy(update={"splits": None})})
    with pytest.raises(ConfigError, match=r"\[data\] splits: not given"):
        score_dev(without, documents, lambda line: None)
    splits = tmp_path / "splits.json"
    splits.write_text('{"train": [], "dev": ["other"], "test": []}', "utf-8")
    empty = config.model_copy(update={"data": config.data.model_copy(update={"splits": str(splits)})})
    with pytest.raises(ConfigError, match="no document of"):
        score_dev(empty, documents, lambda line: None)
