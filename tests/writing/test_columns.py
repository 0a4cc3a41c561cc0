from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.records import Cell, Row, Tables
from tongbao.writing.columns import (
    HEADERS_ZH,
    ROW_TYPES,
    TABLE_NAMES,
    TableName,
    as_text,
    cells,
    columns,
    encodable,
    header,
    kinds,
    like_formula,
    rows_of,
)


def test_every_table_has_a_row_type_and_names() -> None:
    assert set(ROW_TYPES) == set(TABLE_NAMES) == {field.name for field in fields(Tables)}
    assert set(ROW_TYPES.values()) == set(get_args(Row))


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_every_field_has_a_chinese_header_and_none_stands_twice(table: TableName) -> None:
    names, titles = header(table, "en"), header(table, "zh")
    assert names == columns(table) == tuple(field.name for field in fields(ROW_TYPES[table]))
    assert len(set(titles)) == len(titles) == len(names)
    assert all(re.search(r"[\u4e00-\u9fff]|SHA", title) for title in titles)


def test_no_chinese_header_is_left_over() -> None:
    used = {name for table in TABLE_NAMES for name in columns(table)}
    assert set(HEADERS_ZH) == used
    assert len(set(HEADERS_ZH.values())) == len(HEADERS_ZH)


def test_cells_stand_in_the_order_of_the_columns(tables: Tables) -> None:
    for table in TABLE_NAMES:
        for row in rows_of(tables, table):
            assert cells(row) == tuple(getattr(row, name) for name in columns(table))


def test_a_column_says_what_its_cells_are() -> None:
    found = dict(zip(columns("quantities"), kinds("quantities"), strict=True))
    assert {name: kind for name, kind in found.items() if kind != "text"} == {
        "lead_departments": "list",
        "value": "number",
        "low": "number",
        "high": "number",
        "value_norm": "number",
        "period_start": "day",
        "period_end": "day",
        "start": "whole",
        "end": "whole",
        "confidence": "share",
    }
    assert dict(zip(columns("policies"), kinds("policies"), strict=True))["trial"] == "flag"


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_cells_are_what_their_column_says(tables: Tables, table: TableName) -> None:
    types: dict[str, tuple[type, ...]] = {
        "text": (str,),
        "list": (tuple,),
        "whole": (int,),
        "number": (Decimal, Fraction),
        "share": (float,),
        "flag": (bool,),
        "day": (date,),
    }
    for row in rows_of(tables, table):
        for kind, cell in zip(kinds(table), cells(row), strict=True):
            assert cell is None or isinstance(cell, types[kind])


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        ("", ""),
        ("a、b", "a、b"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (12, "12"),
        (0.98765, "0.9877"),
        (1.0, "1.0000"),
        (1e-9, "0.0000"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1.24E+4"), "12400"),
        (Decimal("97.710"), "97.710"),
        (Decimal("1E-8"), "0.00000001"),
        (Decimal("-0.5"), "-0.5"),
        (Fraction(1, 3), "0.333333333333333"),
        (Fraction(-20000, 3), "-6666.66666666667"),
        (Fraction(1424200000, 3), "474733333.333333"),
        (Fraction(2, 1), "2"),
        (date(2023, 7, 1), "2023-07-01"),
        (("市教育局", "市财政局"), "市教育局、市财政局"),
        ((), ""),
    ],
)
def test_a_cell_as_text(cell: Cell, text: str) -> None:
    assert as_text(cell) == text


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_is_plain_and_exact(value: Decimal) -> None:
    text = as_text(value)
    assert re.fullmatch(r"-?\d+(\.\d+)?", text)
    assert Decimal(text) == value


@given(st.fractions())
def test_a_fraction_is_a_plain_decimal_to_fifteen_digits(value: Fraction) -> None:
    text = as_text(value)
    assert re.fullmatch(r"-?\d+(\.\d+)?", text)
    assert abs(Fraction(text) - value) <= abs(value) / 10**14


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+86", "-5%", "@sum(a1)", "\t1", "\r1", "\n1", " =1", "\u3000=1", "\0=1", "＝1", "＋1", "－1", "＠a", "-"],
)
def test_what_a_spreadsheet_may_run(text: str) -> None:
    assert like_formula(text)


@pytest.mark.parametrize("text", ["", " ", "5-3", "市=1", "'=1", "—1", "–1", "1+1", "《=1》", " 一"])
def test_what_no_spreadsheet_runs(text: str) -> None:
    assert not like_formula(text)


@given(st.text(st.characters(categories=None)))
def test_text_without_lone_surrogates_can_be_written(text: str) -> None:
    found = encodable(text)
    assert found == text.encode("utf-8", "backslashreplace").decode()
