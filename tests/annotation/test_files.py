"""Annotation files by suffix, and that nothing is written over by accident."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongbao.annotation.files import read_annotations, write_annotations
from tongbao.errors import AnnotationError
from tongbao.records import Annotated, Mention, Span

ONE = Annotated("2023/甲 市", "authored", "全市", (Mention("s1", "SCOPE", Span(0, 2)),), ())
TWO = Annotated("b", "external", "另一篇", (), ())


@pytest.mark.parametrize("name", ["x.jsonl", "x.sheet"])
def test_both_kinds_come_back(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert write_annotations(path, [ONE, TWO]) == [path]
    assert read_annotations(path) == (ONE, TWO)


def test_a_folder_gets_a_sheet_for_each_document(tmp_path: Path) -> None:
    written = write_annotations(tmp_path / "new" / "folder", [ONE, TWO])
    assert [path.name for path in written] == ["2023_甲 市.sheet", "b.sheet"]
    assert [read_annotations(path) for path in written] == [(ONE,), (TWO,)]


@pytest.mark.parametrize("name", ["x.jsonl", "x.sheet", ""])
def test_what_is_there_stays_unless_forced(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    (first,) = write_annotations(target, [TWO])
    before = first.read_bytes()
    with pytest.raises(AnnotationError, match="is there already"):
        write_annotations(target, [TWO])
    assert first.read_bytes() == before
    assert write_annotations(target, [TWO], force=True) == [first]


def test_no_path_leads_out_of_the_folder(tmp_path: Path) -> None:
    document = Annotated("../../x", "external", "", (), ())
    (written,) = write_annotations(tmp_path / "folder", [document])
    assert written.parent == tmp_path / "folder"


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"unknown suffix \.csv"):
        write_annotations(tmp_path / "x.csv", [TWO])


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="cannot be written"):
        write_annotations(tmp_path / "none" / "x.sheet", [TWO])
