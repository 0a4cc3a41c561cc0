"""What calibration error chance alone shows."""

from __future__ import annotations

import pytest
from benchmarks.chance import by_chance, main

from tongbao.evaluation.reliability import Bin


def test_what_is_certain_shows_none() -> None:
    assert by_chance([Bin(10, 0.0, 0.5), Bin(10, 1.0, 0.5)]).max() == 0


def test_more_outcomes_show_less() -> None:
    few, many = (by_chance([Bin(count, 0.5, 0.5)]).mean() for count in (10, 1000))
    # The mean distance of a fair coin's share from a half: half the root of 2 over pi times the count.
    assert few == pytest.approx(0.123, abs=0.005)
    assert many == pytest.approx(0.0126, abs=0.001)


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["annotations/test/test.jsonl"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| decision | outcomes | error | by chance | 5% | 95% |"
    row = next(line for line in lines if line.startswith("| ROW |")).strip("| ").split(" | ")
    assert float(row[4]) < float(row[3]) < float(row[5])
