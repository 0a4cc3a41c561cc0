from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.errors import WritingError
from tongbao.records import LeftOutRow, Tables
from tongbao.writing import TABLE_NAMES, Headers, TableName, TableStream, WriteOptions, open_writer
from tongbao.writing.columns import as_text, cells, columns, header, like_formula, rows_of

BOM = b"\xef\xbb\xbf"


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def _expected(tables: Tables, table: TableName, headers: Headers) -> list[dict[str, str]]:
    names = header(table, headers)
    return [dict(zip(names, map(as_text, cells(row)), strict=True)) for row in rows_of(tables, table)]


@pytest.mark.parametrize("headers", ["en", "zh"])
@pytest.mark.parametrize("bom", [True, False])
def test_a_folder_holds_a_file_for_each_table(tmp_path: Path, tables: Tables, headers: Headers, bom: bool) -> None:
    folder = tmp_path / "out"
    writer = open_writer(folder, WriteOptions(headers=headers, bom=bom))
    writer.write(None, tables)
    writer.close()
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{table}.csv" for table in TABLE_NAMES)
    for table in TABLE_NAMES:
        path = folder / f"{table}.csv"
        assert path.read_bytes().startswith(BOM) == bom
        assert _read(path) == _expected(tables, table, headers)


def test_a_file_holds_the_quantities(tmp_path: Path, tables: Tables) -> None:
    writer = open_writer(tmp_path / "rows.CSV", WriteOptions())
    writer.write(None, tables)
    writer.close()
    assert _read(tmp_path / "rows.CSV") == _expected(tables, "quantities", "en")


def test_cells_in_a_file(tmp_path: Path, tables: Tables) -> None:
    """What a reader of the file gets, spelt out."""
    writer = open_writer(tmp_path / "rows.csv", WriteOptions())
    writer.write(None, tables)
    writer.close()
    first, second, third, fourth = _read(tmp_path / "rows.csv")
    assert (first["value"], first["low"], first["high"]) == ("12400", "", "")
    assert (second["value"], fourth["value"]) == ("0.333333333333333", "0.00000001")
    assert (third["value"], third["low"], third["high"]) == ("", "1.50", "1000")
    assert (first["period_start"], first["period_end"]) == ("2023-01-01", "2023-12-31")
    assert first["lead_departments"] == "甲州市教育局、市财政局"
    assert first["sentence"] == tables.quantities[0].sentence
    assert "\r" in first["sentence"]
    assert "\n" in first["sentence"]


def test_documents_follow_each_other_under_one_header(tmp_path: Path, tables: Tables) -> None:
    writer = open_writer(tmp_path / "rows.csv", WriteOptions())
    writer.write(None, tables)
    writer.write(None, Tables())
    writer.write(None, tables)
    writer.close()
    assert _read(tmp_path / "rows.csv") == 2 * _expected(tables, "quantities", "en")


def test_no_documents_make_a_header(tmp_path: Path) -> None:
    open_writer(tmp_path / "rows.csv", WriteOptions(bom=False)).close()
    assert (tmp_path / "rows.csv").read_text("utf-8") == ",".join(columns("quantities")) + "\n"


def test_chosen_tables_only(tmp_path: Path, tables: Tables) -> None:
    writer = open_writer(tmp_path / "out", WriteOptions(tables=("items", "left_out")))
    writer.write(None, tables)
    writer.close()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["items.csv", "left_out.csv"]


@pytest.mark.parametrize(
    ("wanted", "written"),
    [(TABLE_NAMES, "quantities"), (("policies",), "policies"), (("items", "quantities"), "quantities")],
)
def test_the_table_of_a_file(tmp_path: Path, tables: Tables, wanted: tuple[TableName, ...], written: TableName) -> None:
    writer = open_writer(tmp_path / "rows.csv", WriteOptions(tables=wanted))
    writer.write(None, tables)
    writer.close()
    assert _read(tmp_path / "rows.csv") == _expected(tables, written, "en")


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_a_file_has_no_room_for_several_tables(tmp_path: Path, name: str) -> None:
    with pytest.raises(WritingError, match="one table") as raised:
        open_writer(tmp_path / name, WriteOptions(tables=("items", "policies")))
    assert raised.value.place == str(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_formulas_are_text_and_figures_are_figures(tmp_path: Path, tables: Tables) -> None:
    row = replace(
        tables.quantities[0],
        indicator="=HYPERLINK(1)",
        item_title="@a",
        lead_departments=("+局", "-局"),
        value=Decimal(-5),
        text="-5",
        scope="全市=1",
    )
    writer = open_writer(tmp_path / "rows.csv", WriteOptions())
    writer.write(None, Tables(quantities=(row,)))
    writer.close()
    (found,) = _read(tmp_path / "rows.csv")
    assert [found[name] for name in ("indicator", "item_title", "lead_departments", "value", "text", "scope")] == [
        "'=HYPERLINK(1)",
        "'@a",
        "'+局、-局",
        "-5",
        "'-5",
        "全市=1",
    ]


def test_lines_end_in_line_feeds(tables: Tables) -> None:
    stream = io.StringIO()
    TableStream(stream, "documents", WriteOptions()).write(None, tables)
    assert stream.getvalue().count("\n") == 3
    assert "\r" not in stream.getvalue()


@given(st.lists(st.tuples(st.text(alphabet=' ,"\r\n\t、=a市;\u2028', max_size=8), st.text(max_size=8)), max_size=4))
def test_any_text_comes_back(pairs: list[tuple[str, str]]) -> None:
    plain = LeftOutRow("a", "", "1", "code", "", 0, 1, None)
    rows = tuple(replace(plain, item_path=path, sentence=sentence) for path, sentence in pairs)
    stream = io.StringIO()
    TableStream(stream, "left_out", WriteOptions()).write(None, Tables(left_out=rows))
    found = csv.DictReader(io.StringIO(stream.getvalue(), newline=""), strict=True)
    # What looks like a formula has an apostrophe in front of it.
    expected = [tuple("'" + text if like_formula(text) else text for text in pair) for pair in pairs]
    assert [(row["item_path"], row["sentence"]) for row in found] == expected
