"""Documents by what the catalogue says of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.slices import main, slices

from tongbao.records import Annotated


def _document(id: str) -> Annotated:
    return Annotated(id=id, origin="authored", text="。", mentions=(), links=())


def test_every_document_is_in_one_slice_of_each_kind(tmp_path: Path) -> None:
    catalogue = tmp_path / "catalogue.tsv"
    catalogue.write_text(
        "id\tgenre\tlevel\tlayout\nA\treport\tcity\tplain\nB\tarticle\tcity\tpdf\nC\treport\ttown\tplain\n", "utf-8"
    )
    found = [
        (kind, value, [one.id for one in mine]) for kind, value, mine in slices([*map(_document, "ABC")], catalogue)
    ]
    assert found == [
        ("genre", "article", ["B"]),
        ("genre", "report", ["A", "C"]),
        ("level", "city", ["A", "B"]),
        ("level", "town", ["C"]),
        ("layout", "pdf", ["B"]),
        ("layout", "plain", ["A", "C"]),
    ]
    with pytest.raises(ValueError, match="no line for D"):
        slices([_document("D")], catalogue)


def test_two_annotations_are_compared_slice_by_slice(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (str(repository / "annotations" / "double" / f"test.{name}.jsonl") for name in "ab")
    catalogue = str(repository / "annotations" / "test" / "catalogue.tsv")
    assert main([first, catalogue, "--other", first]) == 0
    same = capsys.readouterr().out.splitlines()[2:]
    assert {cell for line in same for cell in line.split("|")[5:-1]} == {" 1.000 "}
    assert main([first, catalogue, "--other", second]) == 0
    rows = {tuple(line.split("|")[1:3]): line.split("|")[-2] for line in capsys.readouterr().out.splitlines()[2:]}
    assert rows[(" layout ", " table ")] == " .735 "
