"""The table of what the trust in indicators adds."""

from __future__ import annotations

import pytest
from benchmarks.trust import main


def test_trust_tells_right_rows_from_wrong_ones_better_than_the_chain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["annotations/test/test.jsonl"]) == 0
    header, _, chain, trust = (row.strip("| ").split(" | ") for row in capsys.readouterr().out.splitlines())
    assert header == ["confidence", "rows", "AUC", "kept at 0.95", "kept at 0.97"]
    assert (chain[0], trust[0]) == ("chain", "trust")
    assert chain[1] == trust[1]
    assert float(trust[2]) > float(chain[2]) > 0.5
