"""Workbooks as a reader of them finds them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tongbao.records import LeftOutRow, Number, Tables
from tongbao.writing import TABLE_NAMES, Headers, WriteOptions, open_writer
from tongbao.writing.columns import as_text, columns, header
from tongbao.writing.xlsx_writer import MAX_TEXT, XlsxFile

PLAIN = LeftOutRow("a", "", "1", "code", "", 0, 1, None)


def _open(path: Path, tables: Tables, options: WriteOptions | None = None) -> Any:
    writer = open_writer(path, options or WriteOptions())
    writer.write(None, tables)
    writer.close()
    return openpyxl.load_workbook(path)


def _column(sheet: Any, name: str) -> list[Any]:
    """The cells under a header."""
    titles = [cell.value for cell in sheet[1]]
    return [row[titles.index(name)] for row in sheet.iter_rows(min_row=2)]


def _text(value: str | None) -> str:
    """What Excel shows of a text in a file: characters that XML has no place for are written as ``_xHHHH_``."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), value or "")


@pytest.mark.parametrize("headers", ["en", "zh"])
def test_a_sheet_holds_a_table(tmp_path: Path, tables: Tables, headers: Headers) -> None:
    book = _open(tmp_path / "rows.xlsx", tables, WriteOptions(headers=headers))
    assert book.sheetnames == list(TABLE_NAMES)
    assert book.active.title == "quantities"
    for table in TABLE_NAMES:
        sheet = book[table]
        assert tuple(cell.value for cell in sheet[1]) == header(table, headers)
        assert sheet.max_row == 1 + len(getattr(tables, table))
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions


def test_cells_have_types(tmp_path: Path, tables: Tables) -> None:
    book = _open(tmp_path / "rows.xlsx", tables)
    first = {name: _column(book["quantities"], name)[0] for name in columns("quantities")}
    assert (first["value"].value, first["value"].number_format) == (12400, "0")
    assert first["period_start"].value == datetime(2023, 1, 1)
    assert (first["start"].value, first["end"].value) == (3, 9)
    assert (first["confidence"].value, first["confidence"].number_format) == (0.9877, "0.0000")
    assert first["lead_departments"].value == "甲州市教育局、市财政局"
    assert first["of_row"].value is None
    assert _text(first["sentence"].value) == tables.quantities[0].sentence
    third = {name: _column(book["quantities"], name)[2] for name in ("value", "low", "high")}
    assert (third["value"].value, third["low"].value, third["high"].value) == (None, 1.5, 1000)
    assert third["low"].number_format == "0.00"
    assert _column(book["policies"], "trial")[0].value is True
    assert _column(book["documents"], "published")[0].value == datetime(2024, 1, 5)


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_an_empty_table_is_a_header(tmp_path: Path, tables: Tables, table: str) -> None:
    book = _open(tmp_path / "rows.xlsx", replace(tables, **{table: ()}))
    assert book[table].max_row == 1
    assert book[table].auto_filter.ref == book[table].dimensions


def test_chosen_tables_only(tmp_path: Path, tables: Tables) -> None:
    book = _open(tmp_path / "rows.xlsx", tables, WriteOptions(tables=("policies", "items")))
    assert book.sheetnames == ["policies", "items"]


def test_a_full_sheet_is_followed_by_another(tmp_path: Path, tables: Tables) -> None:
    writer = XlsxFile(tmp_path / "rows.xlsx", WriteOptions(tables=("items", "quantities")), max_rows=4)
    writer.write(None, tables)
    writer.write(None, tables)
    writer.close()
    book = openpyxl.load_workbook(tmp_path / "rows.xlsx")
    assert book.sheetnames == ["items", "quantities", "quantities 2", "quantities 3"]
    names = book.sheetnames[1:]
    assert [[cell.value for cell in _column(book[name], "row")] for name in names] == [
        ["q1", "q2", "q3"],
        ["q4", "q1", "q2"],
        ["q3", "q4"],
    ]
    for name in names:
        assert tuple(cell.value for cell in book[name][1]) == columns("quantities")
        assert (book[name].freeze_panes, book[name].auto_filter.ref) == ("A2", book[name].dimensions)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (Decimal("0"), "0"),
        (Decimal("97.710"), "0.000"),
        (Decimal("-0.5"), "0.0"),
        (Decimal("123456789012345"), "0"),
        (Decimal("1E+20"), "0"),
        (Decimal("1.0000000000000000"), "0.0000000000000000"),
        (Decimal("0.00000001"), "0.00000000"),
        (Fraction(1, 3), "0.000000000000000"),
        (Fraction(2, 1), "0"),
        # Text, with all digits.
        (Decimal("1234567890123456"), None),
        (Decimal("0.1234567890123456"), None),
        (Decimal("1.0000000000000000000000000000000001"), None),
        (Decimal("1E-31"), None),
        (Decimal("1E+308"), None),
    ],
)
def test_a_figure_is_a_number_or_all_its_digits(
    tmp_path: Path, tables: Tables, number: Number, shown: str | None
) -> None:
    row = replace(tables.quantities[0], value=number)
    cell = _column(_open(tmp_path / "rows.xlsx", Tables(quantities=(row,)))["quantities"], "value")[0]
    if shown is None:
        assert cell.value == as_text(number)
    else:
        assert cell.number_format == shown
        assert Decimal(repr(cell.value)) == Decimal(as_text(number))


FIGURES = st.decimals(allow_nan=False, allow_infinity=False) | st.fractions()


@given(st.lists(FIGURES, min_size=1, max_size=20))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_figures_come_back(tables: Tables, numbers: list[Number]) -> None:
    rows = tuple(replace(tables.quantities[0], value=number) for number in numbers)
    with TemporaryDirectory() as folder:
        book = _open(Path(folder) / "rows.xlsx", Tables(quantities=rows))
        for cell, number in zip(_column(book["quantities"], "value"), numbers, strict=True):
            text = cell.value if isinstance(cell.value, str) else repr(cell.value)
            assert Decimal(text) == Decimal(as_text(number))


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(1900, 3, 1), datetime(1900, 3, 1)),
        (date(9999, 12, 31), datetime(9999, 12, 31)),
        (date(1900, 2, 28), "1900-02-28"),
        (date(1, 1, 1), "0001-01-01"),
    ],
)
def test_days(tmp_path: Path, tables: Tables, day: date, value: datetime | str) -> None:
    document = replace(tables.documents[0], published=day)
    book = _open(tmp_path / "rows.xlsx", Tables(documents=(document,)))
    assert _column(book["documents"], "published")[0].value == value


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "{=1}", "＝1"])
def test_a_formula_is_a_text(tmp_path: Path, text: str) -> None:
    rows = (replace(PLAIN, item_path=text, sentence=text),)
    sheet = _open(tmp_path / "rows.xlsx", Tables(left_out=rows))["left_out"]
    for cell in (_column(sheet, "item_path")[0], _column(sheet, "sentence")[0]):
        assert (cell.data_type, _text(cell.value)) == ("s", text)
        # Nor does it become one when somebody edits the cell.
        assert cell.quotePrefix == (text[0] != "{")


@pytest.mark.parametrize(
    "text",
    ["https://example.org/a", "mailto:a@example.org", "internal:a!A1", "123456789012345678", "0595-12345678", "1/2"],
)
def test_what_looks_like_something_else_is_a_text(tmp_path: Path, text: str) -> None:
    rows = (replace(PLAIN, item_path=text),)
    cell = _column(_open(tmp_path / "rows.xlsx", Tables(left_out=rows))["left_out"], "item_path")[0]
    assert (cell.data_type, cell.value, cell.number_format, cell.hyperlink) == ("s", text, "@", None)


@given(st.lists(st.text(st.characters(categories=None), max_size=20), min_size=1, max_size=20))
@example(["\0\x01\x1f\x7f\x85", "\ufffe\uffff", "\ud800", "a\udc80b", " a ", "a\r\nb\rc\n", "_x0041_", "&<>\"'", "]]>"])
@example(["<r>", "<r>a", "</r>", "=<r>a</r>"])
@settings(max_examples=30)
def test_any_text_comes_back(texts: list[str]) -> None:
    rows = tuple(replace(PLAIN, sentence=text) for text in texts)
    with TemporaryDirectory() as folder:
        book = _open(Path(folder) / "rows.xlsx", Tables(left_out=rows))
        found = [_text(cell.value) for cell in _column(book["left_out"], "sentence")]
    assert found == [text.encode("utf-8", "backslashreplace").decode() for text in texts]


def test_what_looks_like_markup_of_the_library_does_not_get_into_the_file(tmp_path: Path) -> None:
    text = "<r><t>a</t><evil/></r>"
    book = _open(tmp_path / "rows.xlsx", Tables(left_out=(replace(PLAIN, sentence=text),)))
    assert _column(book["left_out"], "sentence")[0].value == text + " "


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("字" * MAX_TEXT, "字" * MAX_TEXT),
        ("字" * (MAX_TEXT + 1), "字" * (MAX_TEXT - 1) + "…"),
        ("字" * 100_000, "字" * (MAX_TEXT - 1) + "…"),
        ("\U00020000" * (MAX_TEXT // 2), "\U00020000" * (MAX_TEXT // 2)),
        # A character of two units is not cut in halves.
        ("\U00020000" * MAX_TEXT, "\U00020000" * (MAX_TEXT // 2) + "…"),
        ("a" + "\U00020000" * MAX_TEXT, "a" + "\U00020000" * (MAX_TEXT // 2 - 1) + "…"),
    ],
    ids=["full", "one more", "long", "astral full", "astral", "astral odd"],
)
def test_a_text_that_is_too_long_ends_in_an_ellipsis(tmp_path: Path, text: str, kept: str) -> None:
    book = _open(tmp_path / "rows.xlsx", Tables(left_out=(replace(PLAIN, sentence=text),)))
    found = _column(book["left_out"], "sentence")[0].value
    assert found == kept
    assert len(found.encode("utf-16-le")) <= 2 * MAX_TEXT
