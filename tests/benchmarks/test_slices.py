"""Documents by what the catalogue says of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.slices import slices

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
