"""Two predictions of one text: which rows differ, in what, and which side gold takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from tongbao.annotation import from_json
from tongbao.annotation.row_differences import CellDifference, Difference, Labelled, compare_rows, one_line
from tongbao.errors import AnnotationError
from tongbao.records import Annotated, Span

TEXT = "2023年甲州市教育局检查学校40所，整改约8所，依据《甲州市学校管理办法（试行）》。"
Spans = dict[str, dict[str, Any]]
Change = Callable[[Spans], object]


def figure(id: str, surface: str, value: str, indicator: str, **more: Any) -> dict[str, Any]:
    data = {"value": value, "low": None, "high": None, "unit": "所", "bound": "exact", "kind": "count"}
    links = {"change": "none", "indicator": [place(indicator)], "period": None, "scope": None, "of": None}
    return marked(id, "QUANTITY", surface) | data | links | more


def marked(id: str, label: str, surface: str, **more: Any) -> dict[str, Any]:
    start, end = place(surface)
    return {"id": id, "label": label, "start": start, "end": end} | more


def place(surface: str) -> list[int]:
    return [TEXT.index(surface), TEXT.index(surface) + len(surface)]


def spans() -> Spans:
    """What is marked in the text, by id."""
    law = {"kind": "regulation", "act": "implement", "nested": False, "issuer": "甲州市"}
    found = [
        marked("p1", "PERIOD", "2023年", **{"from": "2023-01-01", "to": "2023-12-31"}),
        marked("d1", "DEPARTMENT", "甲州市教育局", role="actor", canonical="甲州市教育局"),
        figure("q1", "40所", "40", "检查学校", period=place("2023年")),
        figure("q2", "约8所", "8", "整改", bound="approx", of="q1"),
        marked("t1", "POLICY", "《甲州市学校管理办法（试行）》", **law),
    ]
    return {span["id"]: span for span in found}


def document(*changes: Change) -> Annotated:
    marks = spans()
    for change in changes:
        change(marks)
    return from_json({"id": "x", "origin": "authored", "text": TEXT, "spans": list(marks.values())})


def sets(id: str, **values: Any) -> Change:
    return lambda marks: marks[id].update(values)


def drops(*ids: str) -> Change:
    return lambda marks: [marks.pop(id) for id in ids]


def nothing(marks: Spans) -> None:
    pass


narrow = sets("q2", start=place("8所")[0], bound="exact")
unlinked = sets("q2", of=None)


def only(difference: Difference) -> list[tuple[str, str | None, str | None]]:
    return [(cell.name, cell.a, cell.b) for cell in difference.cells]


@pytest.mark.parametrize(
    ("change", "label", "cells"),
    [
        (sets("q1", value="41"), "QUANTITY", [("value", "40", "41")]),
        (sets("q1", value=None, low="40", high="41"), "QUANTITY", [("value", "40", "40~41")]),
        (sets("q1", unit=None), "QUANTITY", [("unit", "所", None)]),
        (sets("q1", kind="other", change="to"), "QUANTITY", [("kind", "count", "other"), ("change", "none", "to")]),
        (sets("q1", indicator=[place("学校")]), "QUANTITY", [("indicator", "检查学校", "学校")]),
        (sets("q1", indicator=[]), "QUANTITY", [("indicator", "检查学校", None)]),
        (
            sets("q1", period=None),
            "QUANTITY",
            [("period", "2023年", None), ("days", "2023-01-01/2023-12-31", None)],
        ),
        (
            sets("p1", **{"to": "2023-06-30"}),
            "QUANTITY",
            [("days", "2023-01-01/2023-12-31", "2023-01-01/2023-06-30")],
        ),
        (sets("q2", scope=place("学校")), "QUANTITY", [("scope", None, "学校")]),
        (sets("q2", of=None), "QUANTITY", [("of", "40所 [15, 18)", None)]),
        (
            sets("q2", start=place("8所")[0]),
            "QUANTITY",
            [("span", "约8所 [21, 24)", "8所 [22, 24)")],
        ),
        (
            sets("d1", role="lead", canonical=None),
            "DEPARTMENT",
            [("role", "actor", "lead"), ("canonical", "甲州市教育局", None)],
        ),
        (
            sets("t1", trial=True, number="甲政〔2023〕1号"),
            "POLICY",
            [("number", None, "甲政〔2023〕1号"), ("trial", "no", "yes")],
        ),
    ],
)
def test_a_row_that_both_have(change: Change, label: str, cells: list[tuple[str, str | None, str | None]]) -> None:
    (difference,) = compare_rows(document(), document(change)).differences
    assert (difference.label, difference.only, only(difference)) == (label, None, cells)
    (mirrored,) = compare_rows(document(change), document()).differences
    assert only(mirrored) == [(name, b, a) for name, a, b in cells]


@pytest.mark.parametrize(
    "change",
    [
        nothing,
        sets("q1", value="40.0"),
        sets("q1", confidence=0.5),
        sets("q1", indicator=[place("检查"), place("学校")]),
        lambda marks: marks.update(q1=marks["q1"] | {"id": "z"}, q2=marks["q2"] | {"of": "z"}),
    ],
)
def test_no_difference(change: Change) -> None:
    compared = compare_rows(document(), document(change))
    assert compared.differences == ()
    assert compared.rows == {
        "QUANTITY": Labelled(2, 2, 2),
        "DEPARTMENT": Labelled(1, 1, 1),
        "POLICY": Labelled(1, 1, 1),
    }


def test_rows_of_one_side_in_text_order_with_all_that_they_say() -> None:
    compared = compare_rows(document(drops("d1")), document(drops("q2", "t1")))
    assert [(one.label, one.only, one.surface) for one in compared.differences] == [
        ("DEPARTMENT", "b", "甲州市教育局"),
        ("QUANTITY", "a", "约8所"),
        ("POLICY", "a", "《甲州市学校管理办法（试行）》"),
    ]
    assert only(compared.differences[0]) == [("role", None, "actor"), ("canonical", None, "甲州市教育局")]
    assert ("indicator", "整改", None) in only(compared.differences[1])
    assert compared.rows["QUANTITY"] == Labelled(2, 1, 1)


def test_the_rows_that_share_most_meet_whichever_side_comes_first() -> None:
    start, end = place("检查学校40所")
    wide = document(drops("q2"), sets("q1", start=start, end=end, indicator=[]))
    parts = figure("q3", "40", "40", "学校"), figure("q4", "检查学", "1", "整改")
    narrow = document(drops("q1", "q2"), lambda marks: marks.update(q3=parts[0], q4=parts[1]))
    found = {one.surface: one.only for one in compare_rows(wide, narrow).differences}
    assert found == {"检查学校40所": None, "40": "b"}
    found = {one.surface: one.only for one in compare_rows(narrow, wide).differences}
    assert found == {"检查学": None, "40": "a"}
    # The first of two would do, and the second shares more.
    parts = figure("q3", "检", "40", "学校"), figure("q4", "40所", "1", "整改")
    narrow = document(drops("q1", "q2"), lambda marks: marks.update(q3=parts[0], q4=parts[1]))
    found = {one.surface: one.only for one in compare_rows(narrow, wide).differences}
    assert found == {"40所": None, "检": "a"}


def test_size_is_the_largest_figure() -> None:
    larger = document(sets("q1", value=None, low="30", high="45.5"), drops("d1"))
    sizes = [one.size for one in compare_rows(document(), larger).differences]
    assert sizes == [0, Fraction(91, 2)]


@pytest.mark.parametrize(
    ("a", "b", "gold", "verdict"),
    [
        (nothing, sets("q1", value="41"), nothing, "a"),
        (nothing, sets("q1", value="41"), sets("q1", value="41.0"), "b"),
        (nothing, sets("q1", value="41"), sets("q1", value="42"), "neither"),
        (sets("q1", unit="家"), sets("q1", value="41"), nothing, "neither"),
        (nothing, sets("q1", value="41", unit="家"), nothing, "a"),
        # A row of one side.
        (nothing, drops("q2"), nothing, "a"),
        (nothing, drops("q2"), drops("q2"), "b"),
        (drops("q2"), nothing, nothing, "b"),
        (drops("q2"), nothing, drops("q2"), "a"),
        (nothing, drops("q2"), narrow, "neither"),
        # Another span: gold's row is the one of either.
        (nothing, narrow, nothing, "a"),
        (nothing, narrow, narrow, "b"),
        (nothing, narrow, drops("q2"), "neither"),
        # What gold does not know it does not judge, but it may know the rest.
        (nothing, sets("d1", canonical=None), sets("d1", canonical=None), None),
        (nothing, sets("d1", canonical="乙"), sets("d1", canonical=None), None),
        (nothing, sets("d1", canonical="乙", role="lead"), sets("d1", canonical=None), "a"),
        (nothing, sets("p1", to="2023-06-30"), lambda marks: [marks["p1"].pop(key) for key in ("from", "to")], None),
        (nothing, unlinked, unlinked, "b"),
    ],
)
def test_gold(a: Change, b: Change, gold: Change, verdict: str | None) -> None:
    compared = compare_rows(document(a), document(b), document(gold))
    assert compared.judged
    (difference,) = compared.differences
    assert difference.verdict == verdict
    other: dict[str | None, str] = {"a": "b", "b": "a"}
    (mirrored,) = compare_rows(document(b), document(a), document(gold)).differences
    assert mirrored.verdict == other.get(verdict, verdict)


def test_gold_cell_by_cell() -> None:
    changed = document(sets("q1", value="41", unit="家"))
    (difference,) = compare_rows(document(), changed, document(sets("q1", unit="家"))).differences
    assert difference.cells == (CellDifference("value", "40", "41", "a"), CellDifference("unit", "所", "家", "b"))
    assert difference.verdict == "neither"


def test_without_gold_nobody_wins() -> None:
    compared = compare_rows(document(), document(drops("q2"), sets("q1", value="41")))
    assert not compared.judged
    assert {one.verdict for one in compared.differences} == {None}


def test_other_texts_are_refused() -> None:
    longer = replace(document(), text=TEXT + "。")
    with pytest.raises(AnnotationError, match="different texts"):
        compare_rows(document(), longer)
    with pytest.raises(AnnotationError, match="different texts"):
        compare_rows(document(), document(), longer)


def test_a_surface_is_one_harmless_line() -> None:
    assert one_line("1\n2　3\x1b[31m4\udc80") == "1⏎2　3�[31m4�"
    text = "检查\n学校40所"
    quantity = spans()["q1"] | {"start": 5, "end": 8, "indicator": [], "period": None}
    data = {"id": "x", "origin": "authored", "text": text, "spans": [quantity]}
    indicated = from_json(data | {"spans": [quantity | {"indicator": [[0, 5]]}]})
    (difference,) = compare_rows(from_json(data), indicated).differences
    assert (difference.span, only(difference)) == (Span(5, 8), [("indicator", None, "检查⏎学校")])
