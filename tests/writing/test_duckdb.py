"""Databases and Parquet files as DuckDB finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tongbao.records import Cell, LeftOutRow, Number, Tables
from tongbao.writing import TABLE_NAMES, Headers, TableName, WriteOptions, duckdb_tables, open_writer
from tongbao.writing.columns import HEADERS_ZH, cells, columns, header, rows_of

PLAIN = LeftOutRow("a", "", "1", "code", "", 0, 1, None)
PROPERTY = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _write(path: Path, documents: Sequence[Tables], options: WriteOptions | None = None) -> None:
    writer = open_writer(path, options or WriteOptions())
    for tables in documents:
        writer.write(None, tables)
    writer.close()


def _query(path: Path, query: str) -> list[tuple[Any, ...]]:
    """What a query finds in a database, or in a Parquet file by the name of ``rows``."""
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(query).fetchall()
    with duckdb.connect() as connection:
        connection.from_parquet(str(path)).create_view("rows")
        return connection.execute(query).fetchall()


def _stored(cell: Cell) -> object:
    """A cell as a query finds it."""
    if isinstance(cell, Decimal | Fraction):
        return float(cell)
    return list(cell) if isinstance(cell, tuple) else cell


@pytest.mark.parametrize("headers", ["en", "zh"])
def test_a_database_holds_every_table(tmp_path: Path, tables: Tables, headers: Headers) -> None:
    path = tmp_path / "rows.duckdb"
    _write(path, [tables], WriteOptions(headers=headers))
    assert {name for (name,) in _query(path, "SHOW TABLES")} == set(TABLE_NAMES)
    for table in TABLE_NAMES:
        names = ", ".join(f'"{name}"' for name in header(table, headers))
        assert _query(path, f"SELECT {names} FROM {table}") == [
            tuple(map(_stored, cells(row))) for row in rows_of(tables, table)
        ]


def test_chosen_tables_only(tmp_path: Path, tables: Tables) -> None:
    _write(tmp_path / "rows.duckdb", [tables], WriteOptions(tables=("items", "policies")))
    assert _query(tmp_path / "rows.duckdb", "SHOW TABLES") == [("items",), ("policies",)]


@pytest.mark.parametrize(
    ("wanted", "written"),
    [(TABLE_NAMES, "quantities"), (("policies",), "policies"), (("items", "quantities"), "quantities")],
)
def test_a_parquet_file_holds_one_table(
    tmp_path: Path, tables: Tables, wanted: tuple[TableName, ...], written: TableName
) -> None:
    # The path stands in a statement.
    path = tmp_path / "it's" / "数据 {a}.parquet"
    _write(path, [tables], WriteOptions(tables=wanted))
    names = ", ".join(f'"{name}"' for name in columns(written))
    assert _query(path, f"SELECT {names} FROM rows") == [
        tuple(map(_stored, cells(row))) for row in rows_of(tables, written)
    ]


@pytest.mark.parametrize("name", ["rows.duckdb", "rows.parquet"])
def test_columns_have_types_and_the_exact_figure_has_one_of_its_own(tmp_path: Path, tables: Tables, name: str) -> None:
    table = "quantities" if name == "rows.duckdb" else "rows"
    _write(tmp_path / name, [tables])
    described = {row[0]: row[1] for row in _query(tmp_path / name, f"DESCRIBE {table}")}
    expected = [*columns("quantities")]
    expected.insert(expected.index("high") + 1, "value_text")
    assert list(described) == expected
    kinds = {"lead_departments": "VARCHAR[]", "start": "BIGINT", "end": "BIGINT", "confidence": "DOUBLE"}
    kinds |= dict.fromkeys(("value", "low", "high", "value_norm"), "DOUBLE")
    kinds |= dict.fromkeys(("period_start", "period_end"), "DATE")
    assert described == {column: kinds.get(column, "VARCHAR") for column in expected}
    found = _query(tmp_path / name, f"SELECT value_text, value, low, high FROM {table}")
    assert found == [
        ("12400", 12400.0, None, None),
        ("1/3", 1 / 3, None, None),
        ("1.50~1000", None, 1.5, 1000.0),
        ("0.00000001", 1e-8, None, None),
    ]


def test_the_exact_figure_has_a_chinese_header_of_its_own(tmp_path: Path, tables: Tables) -> None:
    _write(tmp_path / "rows.parquet", [tables], WriteOptions(headers="zh"))
    names = [row[0] for row in _query(tmp_path / "rows.parquet", "DESCRIBE rows")]
    assert [name for name in names if name not in HEADERS_ZH.values()] == ["数值原文"]


@pytest.mark.parametrize("empty", [field.name for field in fields(Tables)])
def test_an_empty_table_has_its_columns(tmp_path: Path, tables: Tables, empty: TableName) -> None:
    path = tmp_path / "rows.duckdb"
    _write(path, [replace(tables, **{empty: ()})])
    assert _query(path, f"SELECT count(*) FROM {empty}") == [(0,)]
    assert set(columns(empty)) <= {row[0] for row in _query(path, f"DESCRIBE {empty}")}


def test_no_documents_make_an_empty_parquet_file(tmp_path: Path) -> None:
    _write(tmp_path / "rows.parquet", [])
    assert _query(tmp_path / "rows.parquet", "SELECT count(*), count(value) FROM rows") == [(0, 0)]


@pytest.mark.parametrize("name", ["rows.duckdb", "rows.parquet"])
def test_batches_and_transactions_keep_the_order(
    tmp_path: Path, tables: Tables, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(duckdb_tables, "_BATCH", 3)
    monkeypatch.setattr(duckdb_tables, "_BATCHES", 2)
    documents = [
        replace(tables, quantities=tuple(replace(row, doc_id=str(number)) for row in tables.quantities))
        for number in range(20)
    ]
    _write(tmp_path / name, documents)
    table = "quantities" if name == "rows.duckdb" else "rows"
    assert _query(tmp_path / name, f"SELECT doc_id, row FROM {table}") == [
        (row.doc_id, row.row) for document in documents for row in document.quantities
    ]


def test_older_versions_can_open_a_database(tmp_path: Path, tables: Tables) -> None:
    _write(tmp_path / "rows.duckdb", [tables])
    (found,) = _query(tmp_path / "rows.duckdb", "SELECT tags FROM duckdb_databases() WHERE database_name = 'rows'")
    assert found[0]["storage_version"].startswith("v1.2")


@given(st.lists(st.text(st.characters(categories=None), max_size=20) | st.none(), min_size=1, max_size=20))
@example([None, None])
@example(["\0a\0", "\x1f", "\ud800", "a\udc80b", "", "NULL", "nan", "\ufffe\uffff", "'; DROP TABLE left_out; --"])
@PROPERTY
def test_any_text_comes_back(tables: Tables, texts: list[str | None]) -> None:
    rows = tuple(replace(tables.policies[0], title=text or "", issuer=text) for text in texts)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        _write(path, [Tables(policies=rows)], WriteOptions(tables=("policies",)))
        found = _query(path, "SELECT title, issuer FROM rows")
    kept = [None if text is None else text.encode("utf-8", "backslashreplace").decode() for text in texts]
    assert found == [(text or "", text) for text in kept]


NAMES = st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"]), min_size=1, max_size=5)


@given(st.lists(st.lists(NAMES, max_size=3).map(tuple), min_size=1, max_size=10))
@PROPERTY
def test_any_list_comes_back(tables: Tables, lists: list[tuple[str, ...]]) -> None:
    rows = tuple(replace(tables.items[0], lead_departments=names) for names in lists)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        _write(path, [Tables(items=rows)], WriteOptions(tables=("items",)))
        assert _query(path, "SELECT lead_departments FROM rows") == [(list(names),) for names in lists]


def test_what_separates_the_names_of_a_list_on_the_way_is_no_part_of_one(tmp_path: Path, tables: Tables) -> None:
    item = replace(tables.items[0], lead_departments=("a\x1fb", "c"))
    _write(tmp_path / "rows.duckdb", [Tables(items=(item,))])
    assert _query(tmp_path / "rows.duckdb", "SELECT lead_departments FROM items") == [(["a b", "c"],)]


FIGURES = st.decimals(allow_nan=False, allow_infinity=False) | st.fractions()


@given(st.lists(FIGURES, min_size=1, max_size=20))
@example([Decimal("1E+400"), Fraction(-(10**400), 3), Decimal("-0"), Decimal("1E-400")])
@PROPERTY
def test_any_figure_comes_back(tables: Tables, numbers: list[Number]) -> None:
    rows = tuple(replace(tables.quantities[0], value=number) for number in numbers)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.duckdb"
        _write(path, [Tables(quantities=rows)])
        found = _query(path, "SELECT value, value_text FROM quantities")
    for (value, text), number in zip(found, numbers, strict=True):
        assert (Fraction(text) if isinstance(number, Fraction) else Decimal(text)) == number
        # Where no double is large enough: better none than infinity in a sum.
        assert value == (float(number) if -(10**308) < Fraction(number) < 10**308 else None)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1900, 2, 28), date(9999, 12, 31)])
def test_days(tmp_path: Path, tables: Tables, day: date) -> None:
    document = replace(tables.documents[0], published=day)
    _write(tmp_path / "rows.duckdb", [Tables(documents=(document,))])
    assert _query(tmp_path / "rows.duckdb", "SELECT published FROM documents") == [(day,)]
