"""Findings that were looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongbao.annotation.accepted import read_accepted, without
from tongbao.annotation.problem import Problem
from tongbao.annotation.review import Finding, read_entries, review
from tongbao.errors import AnnotationError

HEAD = "document\toffset\tcode\treason\n"
ROOT = Path(__file__).parents[2]


def test_accepted_findings_are_left_out_and_stale_ones_named(tmp_path: Path) -> None:
    path = tmp_path / "accepted.tsv"
    path.write_text(HEAD + "a\t3\tkind\tstairs\nb\t1\tunit\tgone\n", "utf-8")
    kept = Finding("f", 1, "a", Problem("unit", 3, ""))
    left, stale = without([Finding("f", 1, "a", Problem("kind", 3, "")), kept], read_accepted(path))
    assert left == [kept]
    assert stale == [("b", 1, "unit")]


@pytest.mark.parametrize("line", ["a\t3\tkind", "a\tx\tkind\twhy", "a\t3\tcolour\twhy", "a\t3\tkind\t "])
def test_bad_lines_are_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "accepted.tsv"
    path.write_text(f"{HEAD}{line}\n", "utf-8")
    with pytest.raises(AnnotationError, match=r"accepted\.tsv:2: not an accepted finding"):
        read_accepted(path)


def test_other_tables_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "accepted.tsv"
    path.write_text("a\tb\n", "utf-8")
    with pytest.raises(AnnotationError, match="not a table of accepted findings"):
        read_accepted(path)
    with pytest.raises(AnnotationError, match="cannot be read"):
        read_accepted(tmp_path / "none.tsv")


def test_the_gold_of_the_repository_is_clean() -> None:
    """What ``tongbao annotate check annotations/gold annotations/test --accepted annotations/accepted.tsv`` says."""
    files = sorted((ROOT / "annotations").glob("gold/**/*.jsonl")) + sorted((ROOT / "annotations").glob("test/*.jsonl"))
    entries = [entry for path in files for entry in read_entries(path)]
    left, stale = without(review(entries), read_accepted(ROOT / "annotations" / "accepted.tsv"))
    assert [str(finding) for finding in left] == []
    assert stale == []
