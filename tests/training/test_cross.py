"""Predictions for documents that a model has not seen. Most tests put a trained model in the place of training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tongbao.annotation import read_gold
from tongbao.errors import ConfigError
from tongbao.extraction import Extractor, load
from tongbao.records import Annotated
from tongbao.training import TrainingConfig, read_config, recalibrate, train
from tongbao.training import cross as module
from tongbao.training.cross import Job, calibrated, fold_jobs, run_job, run_jobs

NO_CLUSTERS = np.zeros((0x10000, 1), dtype=np.uint8)
SEED, AUTHORED = "quanzhou-2023.jsonl", "authored/authored-2.jsonl"


@pytest.fixture(scope="module")
def config(tiny_config: Path, repository: Path) -> TrainingConfig:
    gold = [str(repository / "annotations" / "gold" / name) for name in (SEED, AUTHORED)]
    config = read_config(tiny_config)[0]
    data, calibration = (
        part.model_copy(update={"gold": names}) for part, names in ((config.data, gold), (config.calibration, []))
    )
    return config.model_copy(update={"data": data, "calibration": calibration})


@pytest.fixture(scope="module")
def documents(repository: Path) -> Sequence[Annotated]:
    """The seed bulletin and eight authored documents."""
    gold = repository / "annotations" / "gold"
    return [*read_gold(gold / SEED), *read_gold(gold / AUTHORED)[:8]]


@pytest.fixture
def trainings(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The ids that each training saw; what is trained is always the tiny model."""
    seen: list[list[str]] = []
    model = load(tiny_model)

    def fit(config: TrainingConfig, documents: Sequence[Annotated], clusters: Any) -> Extractor:
        seen.append([document.id for document in documents])
        return model

    monkeypatch.setattr(module, "fit", fit)
    monkeypatch.setattr(module, "clusters_of", lambda config: NO_CLUSTERS)
    return seen


def _folded(config: TrainingConfig, folds: int) -> TrainingConfig:
    return config.model_copy(update={"calibration": config.calibration.model_copy(update={"folds": folds})})


# --- jobs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [2, 3, 8])
def test_every_authored_document_is_held_out_once(
    config: TrainingConfig, documents: Sequence[Annotated], k: int
) -> None:
    jobs = fold_jobs(config, documents, NO_CLUSTERS, k)
    authored = [document for document in documents if document.origin == "authored"]
    held = [document for job in jobs for document in job.held_out]
    assert len(jobs) == k
    assert sorted(document.id for document in held) == sorted(document.id for document in authored)
    for job in jobs:
        out = {document.id for document in job.held_out}
        assert [document for document in documents if document.id not in out] == list(job.training)
        assert documents[0] in job.training


def test_the_seed_of_the_model_deals_the_folds(config: TrainingConfig, documents: Sequence[Annotated]) -> None:
    def held(seed: int) -> list[list[str]]:
        seeded = config.model_copy(update={"model": config.model.model_copy(update={"seed": seed})})
        return [[d.id for d in job.held_out] for job in fold_jobs(seeded, documents, NO_CLUSTERS, 4)]

    assert held(1) == held(1)
    assert held(1) != held(2)


def test_too_few_documents_for_the_folds(config: TrainingConfig, documents: Sequence[Annotated]) -> None:
    with pytest.raises(ConfigError, match="3 folds of 2 documents") as raised:
        fold_jobs(config, documents[:3], NO_CLUSTERS, 3)
    assert raised.value.remedy


def test_a_job_predicts_what_it_holds_out(
    config: TrainingConfig, documents: Sequence[Annotated], trainings: list[list[str]]
) -> None:
    """From the bare text, and from the gold mentions."""
    held = tuple(documents[1:3])
    found = run_job(Job(config, NO_CLUSTERS, tuple(documents[3:]), held))
    assert trainings == [[document.id for document in documents[3:]]]
    assert [extraction.annotated.text for extraction in found.extractions] == [document.text for document in held]
    for document, given in zip(held, found.given_mentions, strict=True):
        assert given.id == document.id
        assert {(m.id, m.label, m.span) for m in given.mentions} == {(m.id, m.label, m.span) for m in document.mentions}


def test_results_come_in_the_order_of_the_jobs(
    config: TrainingConfig, documents: Sequence[Annotated], trainings: list[list[str]]
) -> None:
    lines: list[str] = []
    jobs = fold_jobs(config, documents, NO_CLUSTERS, 4)
    found = run_jobs(jobs, 1, lines.append)
    assert lines == ["1/4", "2/4", "3/4", "4/4"]
    assert [[e.annotated.id for e in part.extractions] for part in found] == [
        [document.id for document in job.held_out] for job in jobs
    ]
    assert trainings == [[document.id for document in job.training] for job in jobs]
    assert run_jobs([], 1, lines.append) == []


# --- the whole training ---------------------------------------------------------------------------------------------


def test_calibration_stands_on_documents_that_were_not_seen(
    config: TrainingConfig, documents: Sequence[Annotated], trainings: list[list[str]]
) -> None:
    lines: list[str] = []
    extractor = train(_folded(config, 4), documents, 1, lines.append)
    everything = [document.id for document in documents]
    assert len(trainings) == 5
    assert trainings[-1] == everything
    left_out = [set(everything) - set(seen) for seen in trainings[:-1]]
    assert sorted(name for part in left_out for name in part) == sorted(everything[1:])
    assert {"QUANTITY", "measures"} <= set(extractor.calibration.curves)
    assert all(line.startswith("calibration ") for line in lines)
    assert len(lines) == 4


def test_only_the_documents_of_the_named_files_calibrate(
    config: TrainingConfig, documents: Sequence[Annotated], trainings: list[list[str]]
) -> None:
    """The seed bulletin is never held out: with its file alone there is nothing to calibrate on."""
    folded = _folded(config, 4)
    named = folded.calibration.model_copy(update={"gold": folded.data.gold[:1]})
    extractor = train(folded.model_copy(update={"calibration": named}), documents, 1, lambda line: None)
    assert not extractor.calibration.curves
    assert len(trainings) == 1


def test_only_the_confidences_of_a_model_are_learned_anew(
    config: TrainingConfig, documents: Sequence[Annotated], trainings: list[list[str]], tiny_model: Path
) -> None:
    folded, model = _folded(config, 4), load(tiny_model)
    again = recalibrate(folded, documents, model, 1, lambda line: None)
    assert len(trainings) == 4
    whole = train(folded, documents, 1, lambda line: None)
    assert len(trainings) == 9
    assert {name: curve[0].tolist() for name, curve in again.calibration.curves.items()} == {
        name: curve[0].tolist() for name, curve in whole.calibration.curves.items()
    }
    assert again.tagger is model.tagger
    assert again.linker.indicator is model.linker.indicator
    # From a model that is calibrated already the same comes out.
    twice = recalibrate(folded, documents, again, 1, lambda line: None)
    assert twice.calibration.curves["ROW"][1].tolist() == again.calibration.curves["ROW"][1].tolist()


def test_confidences_are_not_learned_from_nothing(
    config: TrainingConfig, documents: Sequence[Annotated], trainings: list[list[str]], tiny_model: Path
) -> None:
    folded = _folded(config, 4)
    named = folded.calibration.model_copy(update={"gold": folded.data.gold[:1]})
    for changed in (_folded(config, 0), folded.model_copy(update={"calibration": named})):
        with pytest.raises(ConfigError, match="calibration"):
            recalibrate(changed, documents, load(tiny_model), 1, lambda line: None)
    assert not trainings


def test_trust_learns_from_all_and_curves_stand_on_those_that_count(
    config: TrainingConfig, documents: Sequence[Annotated], trainings: list[list[str]], tiny_model: Path
) -> None:
    jobs = fold_jobs(config, documents, NO_CLUSTERS, 2)
    gold, seen = [job.held_out for job in jobs], [part.seen for part in run_jobs(jobs, 1, lambda line: None)]
    every = [document.id for part in gold for document in part]
    whole, half, none = (calibrated(load(tiny_model), gold, seen, 0.02, count) for count in (every, every[::2], ()))
    assert not none.calibration.curves
    assert half.calibration.curves["QUANTITY"][0].tolist() != whole.calibration.curves["QUANTITY"][0].tolist()
    trust, *others = (one.linker.choices["trust"] for one in (whole, half, none))
    for other in others:
        assert np.array_equal(other.ids, trust.ids)
        assert np.array_equal(other.weights, trust.weights)


def test_without_folds_confidences_stay_raw(
    config: TrainingConfig, documents: Sequence[Annotated], trainings: list[list[str]]
) -> None:
    extractor = train(_folded(config, 0), documents, 1, lambda line: None)
    assert not extractor.calibration.curves
    assert len(trainings) == 1
