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
    header,
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
