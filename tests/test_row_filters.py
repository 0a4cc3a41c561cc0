from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tongbao.records import DepartmentRow, DocumentRow, ItemRow, LeftOutRow, PolicyRow, QuantityRow, Tables
from tongbao.row_filters import at_least

CONFIDENCES = st.none() | st.floats(0, 1)


def _quantity(row: str, confidence: float | None, of: str | None = None, doc: str = "a", start: int = 0) -> QuantityRow:
    return QuantityRow(
        *(doc, row, "一", "标题", ("市教育局",), "查处", "立案·查处", None, None, None, "起", "起", None),
        *("exact", "count", "none", of, "2023年", None, None, "全市", "查处3起。", "3起", start, start + 2, confidence),
    )


def _left_out(start: int, doc: str = "a") -> LeftOutRow:
    return LeftOutRow(doc, "一", "5", "date", "5日。", start, start + 1, None)


def _department(confidence: float | None) -> DepartmentRow:
    return DepartmentRow("a", "一", "市教育局", None, None, None, "lead", 0, 4, confidence)


def _policy(confidence: float | None) -> PolicyRow:
    return PolicyRow("a", "一", "《办法》", "regulation", "issue", None, None, False, None, 0, 4, confidence)


def _document(identifier: str) -> DocumentRow:
    return DocumentRow(identifier, None, None, None, None, None, None, "", None, "m", 1, "ok", None)


def test_an_unsure_quantity_is_left_out_in_its_place_in_the_text() -> None:
    unsure = _quantity("q1", 0.4, start=5)
    tables = Tables(quantities=(unsure, _quantity("q2", 0.5, start=9)), left_out=(_left_out(0), _left_out(8)))
    found = at_least(tables, 0.5)
    assert found.quantities == (_quantity("q2", 0.5, start=9),)
    assert found.left_out == (
        _left_out(0),
        LeftOutRow("a", "一", "3起", "low_confidence", "查处3起。", 5, 7, 0.4),
        _left_out(8),
    )


def test_documents_keep_their_order_in_what_is_left_out() -> None:
    tables = Tables(
        documents=(_document("z"), _document("b"), _document("a")),
        quantities=(_quantity("q1", 0.1, doc="b", start=1), _quantity("q1", 0.1, doc="a", start=1)),
        left_out=(_left_out(7, "z"), _left_out(5, "a")),
    )
    assert [(row.doc_id, row.start) for row in at_least(tables, 0.5).left_out] == [
        ("z", 7),
        ("b", 1),
        ("a", 1),
        ("a", 5),
    ]


def test_no_row_points_to_one_that_is_gone() -> None:
    tables = Tables(
        quantities=(
            _quantity("q1", 0.9),
            _quantity("q2", 0.1),
            _quantity("q3", 0.9, of="q1"),
            _quantity("q4", 0.9, of="q2"),
            # Another document's row of the same name is another row.
            _quantity("q2", 0.9, doc="b"),
            _quantity("q3", 0.9, of="q2", doc="b"),
        )
    )
    assert [(row.doc_id, row.row, row.of_row) for row in at_least(tables, 0.5).quantities] == [
        ("a", "q1", None),
        ("a", "q3", "q1"),
        ("a", "q4", None),
        ("b", "q2", None),
        ("b", "q3", "q2"),
    ]


def test_unsure_departments_and_policies_are_dropped() -> None:
    tables = Tables(
        departments=(_department(0.4), _department(0.5), _department(None)),
        policies=(_policy(0.4), _policy(0.5), _policy(None)),
    )
    found = at_least(tables, 0.5)
    assert [row.confidence for row in found.departments] == [0.5, None]
    assert [row.confidence for row in found.policies] == [0.5, None]
    assert found.left_out == ()


def test_documents_and_items_stay() -> None:
    tables = Tables(documents=(_document("a"),), items=(ItemRow("a", "一", None, ("市教育局",), 0, 9),))
    assert at_least(tables, 1.0) == tables


@given(st.lists(CONFIDENCES, max_size=8), st.floats(0, 1))
def test_every_quantity_is_in_one_of_the_two_tables(confidences: list[float | None], least: float) -> None:
    rows = tuple(_quantity(f"q{n}", confidence, start=3 * n) for n, confidence in enumerate(confidences))
    found = at_least(Tables(quantities=rows), least)
    assert sorted([row.start for row in found.quantities] + [row.start for row in found.left_out]) == [
        row.start for row in rows
    ]
    assert all(row.confidence is None or row.confidence >= least for row in found.quantities)
    assert all(row.confidence is not None and row.confidence < least for row in found.left_out)


@given(st.lists(CONFIDENCES, max_size=8))
def test_zero_keeps_all(confidences: list[float | None]) -> None:
    of = [f"q{n - 1}" if n else None for n in range(len(confidences))]
    rows = tuple(_quantity(f"q{n}", one, of[n]) for n, one in enumerate(confidences))
    tables = Tables(quantities=rows, departments=tuple(map(_department, confidences)))
    assert at_least(tables, 0.0) == replace(tables)
