"""``tongbao extract --dask``: what is refused. Runs are in ``tests/cluster``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ADDRESS = ["--dask", "tcp://127.0.0.1:9"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.txt"],
        ["a.txt", "-o", "a.csv"],
        ["a.txt", "-o", "a", "-o", "b"],
        ["-", "-o", "a"],
        ["a.txt", "-o", "a", "--json"],
        ["a.txt", "-o", "a", "--show", "3"],
        ["a.txt", "-o", "a", "--workers", "2"],
        ["a.txt", "-o", "a", "--timeout", "2"],
        ["a.txt", "-o", "a", "--dry-run"],
    ],
)
def test_wrong_usage(tongbao: Any, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = tongbao("extract", *arguments, *ADDRESS)
    assert (run.code, run.out) == (2, "")
    assert "--dask" in run.err
    assert not list(tmp_path.iterdir())


def test_nothing_is_made_where_no_scheduler_answers(tongbao: Any, bulletin: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    pytest.importorskip("duckdb")
    run = tongbao("extract", bulletin, "-o", tmp_path / "out", "--dask", "nonsense://127.0.0.1:9")
    assert (run.code, run.out) == (1, "")
    assert "no scheduler answers" in run.err
    assert not (tmp_path / "out").exists()
