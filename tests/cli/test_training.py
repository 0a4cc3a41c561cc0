"""``tongbao train`` and ``tongbao evaluate``."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest

from tongbao.annotation import read_gold, write_gold
from tongbao.evaluation import Scores, to_dict
from tongbao.extraction import load
from tongbao.reading import read_text


@pytest.fixture
def gold(tmp_path: Path, repository: Path) -> Path:
    """Two authored documents that the tiny model was not trained on."""
    documents = read_gold(repository / "annotations" / "gold" / "authored" / "authored-1.jsonl")
    path = tmp_path / "gold.jsonl"
    write_gold(path, documents[3:5])
    return path


def test_the_figures_are_those_of_the_evaluation(tongbao: Any, gold: Path, tiny_model: Path) -> None:
    run = tongbao("evaluate", "--gold", gold, "--model", tiny_model, "--json")
    assert run.code == 0
    end_to_end, given = json.loads(run.out)
    documents = read_gold(gold)
    model = load(tiny_model)
    for result, predicted in (
        (end_to_end, [model.extract(read_text(one.text, one.id)).annotated for one in documents]),
        (given, [model.given(read_text(one.text, one.id), one.mentions) for one in documents]),
    ):
        scores = Scores.of(documents, predicted)
        figures = to_dict(scores)["figures"]
        assert set(result["figures"]) == set(figures)
        for name, figure in figures.items():
            assert _close(result["figures"][name]["value"], figure["value"]), name
        assert (result["protocol"], result["units"]) == ("gold", 2)
    assert (end_to_end["view"], given["view"]) == ("end_to_end", "given_mentions")


def _close(left: float | None, right: float | None) -> bool:
    return left == right or (left is not None and right is not None and math.isclose(left, right, abs_tol=1e-9))


@pytest.mark.parametrize("option", ["--markdown", None])
def test_tables_for_people(tongbao: Any, gold: Path, tiny_model: Path, option: str | None) -> None:
    run = tongbao("evaluate", "--gold", gold, "--model", tiny_model, *([option] if option else []))
    assert (run.code, run.err) == (0, "")
    assert "端到端 end to end" in run.out
    assert "QUANTITY" in run.out
    assert ("\n|" in run.out) == (option is not None)


def test_gold_that_cannot_be_read(tongbao: Any, tmp_path: Path, tiny_model: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"id": "a"}\n', "utf-8")
    (tmp_path / "none.jsonl").write_text("", "utf-8")
    for name in ("bad.jsonl", "none.jsonl", "missing.jsonl"):
        run = tongbao("evaluate", "--gold", tmp_path / name, "--model", tiny_model)
        assert (run.code, run.out) == (1, "")
        assert len(run.err.splitlines()) == 1
        assert name in run.err


def test_a_configuration_that_cannot_be_read(tongbao: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.cfg").write_text("[model]\nlang = 3\n", "utf-8")
    for verb in ("train", "evaluate"):
        for name in ("bad.cfg", "missing.cfg"):
            run = tongbao(verb, tmp_path / name)
            assert (run.code, run.out) == (1, "")
            assert len(run.err.splitlines()) == 1
            assert name in run.err


@pytest.mark.slow
def test_train_then_extract(tongbao: Any, tmp_path: Path, tiny_config: Path, bulletin: Path, tiny_model: Path) -> None:
    model = tmp_path / "model"
    run = tongbao("train", tiny_config, "-o", model, "--workers", "1")
    assert (run.code, run.out) == (0, "")
    assert "6 篇 documents" in run.err
    assert str(model) in run.err
    found = tongbao("extract", bulletin, "--model", model)
    assert found.code == 0
    assert [row["text"] for row in csv.DictReader(io.StringIO(found.out))] == ["34座", "1.24万元"]
    assert found.out == tongbao("extract", bulletin, "--model", tiny_model).out


@pytest.mark.slow
def test_confidences_alone_are_learned_anew(tongbao: Any, tmp_path: Path, tiny_config: Path, tiny_model: Path) -> None:
    folded = tmp_path / "folded.cfg"
    folded.write_text(tiny_config.read_text(encoding="utf-8").replace("folds = 0", "folds = 2"), encoding="utf-8")
    model = tmp_path / "model"
    run = tongbao("train", folded, "--keep", tiny_model, "-o", model, "--workers", "1")
    assert (run.code, run.out) == (0, "")
    parts = tiny_model / "tongbao", model / "tongbao"
    for name in ("mentions.npz", "indicator.npz", "indicator_beside.npz"):
        assert (parts[0] / name).read_bytes() == (parts[1] / name).read_bytes()
    assert "ROW" not in json.loads((parts[0] / "calibration.json").read_text(encoding="utf-8"))
    assert "ROW" in json.loads((parts[1] / "calibration.json").read_text(encoding="utf-8"))
    before, after = (json.loads((folder / "meta.json").read_text(encoding="utf-8")) for folder in (tiny_model, model))
    assert after["tongbao"]["kept"] == before["tongbao"]["sha256"]
    assert "kept" not in before["tongbao"]


def test_a_segmenter_has_no_confidences(tongbao: Any, repository: Path, tiny_model: Path) -> None:
    run = tongbao("train", repository / "configs" / "segmenter.cfg", "--keep", tiny_model)
    assert (run.code, run.out) == (2, "")
    assert "--keep" in run.err
