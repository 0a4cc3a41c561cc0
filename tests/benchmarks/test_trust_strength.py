"""The table of strengths, from a small configuration and its model."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.trust_strength import main


def test_a_line_for_each_strength_and_text(
    tiny_config: Path, tiny_model: Path, repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folded = tmp_path / "folded.cfg"
    folded.write_text(tiny_config.read_text(encoding="utf-8").replace("folds = 0", "folds = 2"), encoding="utf-8")
    gold = repository / "annotations" / "gold" / "quanzhou-2023.jsonl"
    arguments = ["--config", str(folded), "--model", str(tiny_model), "--workers", "1", "--strengths", "0.001", "1"]
    assert main([str(gold), *arguments]) == 0
    header, _, *lines = (row.strip("| ").split(" | ") for row in capsys.readouterr().out.splitlines())
    assert header == ["strength", "text", "rows", "AUC", "ECE", "kept at 0.95"]
    assert [line[:2] for line in lines] == [
        ["0.001", "folds"],
        ["0.001", "quanzhou-2023"],
        ["1", "folds"],
        ["1", "quanzhou-2023"],
    ]
    weak, strong = (line for line in lines if line[1] == "quanzhou-2023")
    assert weak[2] == strong[2]
    assert int(weak[2]) > 100
    assert weak[3:] != strong[3:]
