"""Agreement of two annotators: kappa from a textbook table, shares counted by hand, differences in words."""

from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.annotation import from_json, read_gold
from tongbao.annotation.agreement import AttributeAgreement, SpanAgreement, agree, differences, kappa, render
from tongbao.errors import AnnotationError
from tongbao.records import Annotated

GOLD = sorted((Path(__file__).parents[2] / "annotations" / "gold").glob("**/*.jsonl"))


def second_view(line: dict[str, Any]) -> Annotated:
    scope, quantity = line["spans"]
    changed = quantity | {"value": "40.0", "unit": "家", "bound": "approx", "indicator": [[4, 6]], "scope": None}
    department = {"id": "d1", "label": "DEPARTMENT", "start": 4, "end": 6, "role": "lead"}
    return from_json(line | {"spans": [scope | {"end": 3}, changed | {"id": "a"}, department]})


def test_kappa_of_a_two_by_two_table() -> None:
    # 20 both yes, 15 both no, 5 and 10 apart: observed 0.7, by chance 0.5.
    table = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    pairs = chain.from_iterable(repeat(pair, times) for pair, times in table.items())
    assert kappa(pairs) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("pairs", "value"),
    [([], None), ([(1, 1), (1, 1)], None), ([(1, 2), (2, 1)], -1.0), ([(1, 1), (2, 2)], 1.0), ([(1, 2)], 0.0)],
)
def test_kappa_at_the_edges(pairs: list[tuple[int, int]], value: float | None) -> None:
    assert kappa(pairs) == value


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=30))
def test_kappa_is_symmetric_and_at_most_one(pairs: list[tuple[int, int]]) -> None:
    value = kappa(pairs)
    assert kappa([(y, x) for x, y in pairs]) == value
    assert value is None or value <= 1


def test_counted_by_hand(line: dict[str, Any]) -> None:
    result = agree([from_json(line)], [second_view(line)])
    spans = {entry.label: entry for entry in result.spans}
    assert result.documents == 1
    assert spans["QUANTITY"] == SpanAgreement("QUANTITY", 1, 1, 1)
    assert (spans["SCOPE"].f1, spans["DEPARTMENT"].f1, spans["PERIOD"].f1) == (0.0, 0.0, None)
    attributes = {(entry.label, entry.name): entry for entry in result.attributes}
    shares = {name: entry.share for (label, name), entry in attributes.items() if label == "QUANTITY"}
    assert shares == {
        "bound": 0.0,
        "kind": 1.0,
        "change": 1.0,
        "value": 1.0,
        "unit": 0.0,
        "indicator": 0.0,
        "indicator characters": pytest.approx(2 / 3),
        "period": 1.0,
        "scope": 0.0,
        "of": 1.0,
    }
    assert attributes["QUANTITY", "bound"].kappa == 0.0
    assert attributes["DEPARTMENT", "role"] == AttributeAgreement("DEPARTMENT", "role", 0, None, None)


def test_differences_in_words(line: dict[str, Any]) -> None:
    assert differences([from_json(line)], [second_view(line)]) == [
        "x1 [0, 2) 全市 SCOPE only in the first",
        "x1 [0, 3) 全市检 SCOPE only in the second",
        "x1 [4, 6) 学校 DEPARTMENT only in the second",
        "x1 [6, 9) 40所 QUANTITY unit: 所 | 家",
        "x1 [6, 9) 40所 QUANTITY bound: exact | approx",
        "x1 [6, 9) 40所 QUANTITY indicator: 检查学校 | 学校",
        "x1 [6, 9) 40所 QUANTITY scope: 全市 | —",
    ]


def test_a_value_that_differs(line: dict[str, Any]) -> None:
    other = {**line, "spans": [line["spans"][0], line["spans"][1] | {"value": None, "low": "40", "high": "41"}]}
    assert differences([from_json(line)], [from_json(other)]) == [
        "x1 [6, 9) 40所 QUANTITY value: 40 | —",
        "x1 [6, 9) 40所 QUANTITY low: — | 40",
        "x1 [6, 9) 40所 QUANTITY high: — | 41",
    ]


def test_ids_are_no_difference(line: dict[str, Any]) -> None:
    document = from_json(line)
    renamed = [mention if mention.id == "q1" else replace(mention, id="other") for mention in document.mentions]
    assert differences([document], [replace(document, mentions=tuple(renamed))]) == []


def test_an_annotation_agrees_with_itself() -> None:
    documents = read_gold(GOLD[0])[:20]
    result = agree(documents, documents[::-1])
    assert result.documents == 20
    assert {entry.f1 for entry in result.spans} == {1.0}
    assert {entry.share for entry in result.attributes} == {1.0}
    assert {entry.kappa for entry in result.attributes} <= {1.0, None}
    assert differences(documents, documents) == []


def test_documents_of_one_annotator_only_are_left_out(line: dict[str, Any]) -> None:
    document = from_json(line)
    assert agree([document, replace(document, id="y")], [document]).documents == 1
    assert agree([document], []).documents == 0


def test_other_texts_are_refused(line: dict[str, Any]) -> None:
    document = from_json(line)
    with pytest.raises(AnnotationError, match=r"document x1: .* different texts \(12 and 13 characters\)"):
        agree([document], [replace(document, text=document.text + "。")])


def test_rendered_tables(line: dict[str, Any]) -> None:
    lines = render(agree([from_json(line)], [second_view(line)])).splitlines()
    assert lines[0] == "文档 documents: 1"
    rows = {tuple(row.split()[:-3]): row.split()[-3:] for row in lines}
    assert rows["QUANTITY", "bound"] == ["1", "0.000", "0.000"]
    assert rows["QUANTITY", "indicator", "characters"] == ["1", "0.667", "–"]
    assert rows["PERIOD", "0"] == ["0", "0", "–"]
