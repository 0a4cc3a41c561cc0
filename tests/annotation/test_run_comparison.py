"""Two runs: which documents meet, what is counted, and in which order differences come."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.annotation import from_json, read_gold
from tongbao.annotation.row_differences import CELLS
from tongbao.annotation.run_comparison import DocumentCount, FieldCount, RunComparison, compare_runs, ordered
from tongbao.records import Annotated

DOUBLE = Path(__file__).parents[2] / "annotations" / "double"


def lines(text: str, *figures: tuple[str, str]) -> Any:
    """A document with quantities, each a surface and its value."""
    line: dict[str, Any] = {"unit": "所", "low": None, "high": None, "bound": "exact", "kind": "count"}
    line |= {"change": "none", "indicator": [], "period": None, "scope": None, "of": None}
    marks = [
        {"id": f"q{n}", "label": "QUANTITY", "start": text.index(surface), "end": text.index(surface) + len(surface)}
        | line
        | {"value": value}
        for n, (surface, value) in enumerate(figures)
    ]
    return {"origin": "authored", "text": text, "spans": marks}


def document(id: str, text: str, *figures: tuple[str, str]) -> Annotated:
    return from_json(lines(text, *figures) | {"id": id})


SMALL = "查1所、2所、3所。"
LARGE = "查900所、5所。"


@pytest.fixture
def runs() -> tuple[list[Annotated], list[Annotated]]:
    a = [
        document("m", LARGE, ("900所", "900"), ("5所", "5")),
        document("n", SMALL, ("1所", "1"), ("2所", "2"), ("3所", "3")),
        document("same", SMALL, ("1所", "1")),
    ]
    b = [
        document("m", LARGE, ("5所", "5")),
        document("n", SMALL, ("1所", "1.5"), ("3所", "4")),
        document("same", SMALL, ("1所", "1")),
    ]
    return a, b


def fields(comparison: RunComparison) -> dict[str, tuple[int, int]]:
    return {field.name: (field.n, field.different) for field in comparison.fields if field.label == "QUANTITY"}


def test_counted_by_hand(runs: tuple[list[Annotated], list[Annotated]]) -> None:
    comparison = compare_runs(*runs)
    assert (comparison.documents, comparison.judged, comparison.a, comparison.b) == (3, 0, 6, 4)
    assert comparison.differing == (DocumentCount("n", 3, 2, 1, 0, 2), DocumentCount("m", 2, 1, 1, 0, 0))
    assert [one.different for one in comparison.differing] == [3, 1]
    assert fields(comparison) == {"row": (6, 2), "span": (4, 0), "value": (4, 2)} | dict.fromkeys(
        CELLS["QUANTITY"][1:], (4, 0)
    )
    assert {field.label for field in comparison.fields} == {"QUANTITY"}
    assert [field.share for field in comparison.fields if field.name == "value"] == [0.5]


def test_order(runs: tuple[list[Annotated], list[Annotated]]) -> None:
    comparison = compare_runs(*runs)
    listed = {order: [one.surface for one in ordered(comparison, order)] for order in ("documents", "value")}
    assert listed == {"documents": ["1所", "2所", "3所", "900所"], "value": ["900所", "3所", "2所", "1所"]}


def test_gold_is_found_by_its_text(runs: tuple[list[Annotated], list[Annotated]]) -> None:
    gold = [document("another name", SMALL, ("1所", "1"), ("3所", "4"))]
    comparison = compare_runs(*runs, gold)
    # "n" and "same" have this text; 1所 is right in A, 3所 in B, and gold has no 2所, which B leaves out.
    assert (comparison.judged, dict(comparison.verdicts)) == (2, {"a": 1, "b": 2})
    counts = {field.name: dict(field.verdicts) for field in comparison.fields if field.different}
    assert counts == {"row": {"b": 1}, "value": {"a": 1, "b": 1}}


@given(st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef")), st.sampled_from("abcdef"))
def test_documents_meet_by_id_and_text(ours: set[str], theirs: set[str], changed: str) -> None:
    a = [document(id, SMALL) for id in sorted(ours)]
    b = [document(id, LARGE if id == changed else SMALL) for id in sorted(theirs)]
    comparison = compare_runs(a, b)
    assert comparison.documents == len((ours & theirs) - {changed})
    assert comparison.only_a == tuple(sorted(ours - theirs))
    assert comparison.only_b == tuple(sorted(theirs - ours))
    assert comparison.other_text == tuple(sorted(ours & theirs & {changed}))


def test_two_annotators_of_real_size() -> None:
    a, b = (sorted(read_gold(DOUBLE / f"test.{side}.jsonl"), key=lambda one: one.id) for side in "ab")
    comparison = compare_runs(a, b, b)
    mirrored = compare_runs(b, a)
    assert comparison.judged == comparison.documents == len(a)
    # Against itself as gold, B is right wherever gold says anything.
    assert set(comparison.verdicts) == {"b"}
    assert len(comparison.differences) == len(mirrored.differences) > 0
    assert [(one.name, one.n, one.different) for one in comparison.fields] == [
        (one.name, one.n, one.different) for one in mirrored.fields
    ]
    assert compare_runs(a, [replace(one) for one in a]).differences == ()


def test_a_field_without_verdicts() -> None:
    assert FieldCount("QUANTITY", "value", 4, 1, {}).share == 0.25
