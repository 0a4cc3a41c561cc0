"""The grammar of a matched quantity in its clause."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.numbers import clause_around, parse_quantity
from tongbao.records import Number, Quantity

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "cases" / "quantities.json").read_text("utf-8"))


def written(value: Number | None) -> str | None:
    """A value as an annotation file writes it."""
    if value is None or isinstance(value, Fraction):
        return None if value is None else str(value)
    return format(value, "f")


def as_case(quantity: Quantity | None) -> dict[str, str | None] | None:
    """A quantity as the case file writes it."""
    if quantity is None:
        return None
    return {
        "value": written(quantity.value),
        "low": written(quantity.low),
        "high": written(quantity.high),
        "unit": quantity.unit,
        "bound": quantity.bound,
        "kind": quantity.kind,
        "change": quantity.change,
    }


@pytest.mark.parametrize("case", CASES, ids=[case["before"] + "[" + case["surface"] + "]" for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    assert as_case(parse_quantity(case["surface"], case["before"], case["after"])) == case["expected"]


@given(st.text(max_size=30), st.text(max_size=70), st.text(max_size=70))
def test_any_text_gives_a_quantity_or_none(surface: str, before: str, after: str) -> None:
    quantity = parse_quantity(surface, before, after)
    if quantity is not None:
        assert (quantity.value is None) == (quantity.low is not None and quantity.high is not None)


@given(st.text("0123456789一二三十百千万亿.,%:∶至-~第位元个成半余多约近超以上内/分之点 ", max_size=24))
def test_any_arrangement_has_a_value_or_an_ordered_range(surface: str) -> None:
    quantity = parse_quantity(surface)
    if quantity is not None and quantity.value is None:
        assert quantity.low is not None
        assert quantity.high is not None
        assert quantity.low <= quantity.high


@given(
    st.decimals(0, 10**9, places=2, allow_nan=False, allow_infinity=False),
    st.sampled_from(["元", "个", "亩", "公里", "%", "人次", "个百分点", "元/吨"]),
)
def test_number_and_unit_come_back(number: Decimal, unit: str) -> None:
    quantity = parse_quantity(f"{number:,.2f}{unit}")
    assert quantity is not None
    assert (quantity.value, quantity.unit, quantity.bound) == (number, unit, "exact")


@pytest.mark.parametrize(
    ("text", "surface", "before", "after"),
    [
        ("查处3起，罚没2万元，移送1人", "2万元", "罚没", ""),
        ("合计1,149元已退还。", "1,149元", "合计", "已退还"),
        ("两者之比为2:1，好转", "2:1", "两者之比为", ""),
        ("结构为8:41:51。", "41", "结构为8:", ":51"),
        ("满意率\n达到90%", "90%", "满意率\n达到", ""),
        ("办结。\n共5件", "5件", "共", ""),
        ("投诉：12件；", "12件", "", ""),
        ("12件", "12件", "", ""),
        ("占比提高2个百分点，达到68%，居首", "68%", "占比提高2个百分点，达到", ""),
        ("三，占比提高2个百分点，现达68%", "68%", "占比提高2个百分点，现达", ""),
        ("占比提高2个百分点。达到68%", "68%", "占比提高2个百分点。达到", ""),
        ("，达到68%", "68%", "，达到", ""),
        ("占比提高2个百分点，总数达到68家", "68家", "总数达到", ""),
    ],
)
def test_clause(text: str, surface: str, before: str, after: str) -> None:
    start = text.index(surface)
    assert clause_around(text, start, start + len(surface)) == (before, after)


@given(st.text("甲乙1,，。:：;\n", max_size=60), st.data())
def test_clause_is_what_stands_beside_the_span(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    before, after = clause_around(text, start, end, 20)
    assert text[:start].endswith(before)
    assert text[end:].startswith(after)
    assert max(len(before), len(after)) <= 20
