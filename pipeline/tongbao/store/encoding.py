"""A finished document as what SQLite takes, and back: nothing is lost on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from tongbao.annotation import to_json
from tongbao.near_duplicates import signature
from tongbao.records import Annotated, Number, Row, Tables
from tongbao.store.schema import REAL, cells_of
from tongbao.writing.columns import ROW_TYPES, TABLE_NAMES, Kind, TableName, encodable, rows_of

Status: TypeAlias = Literal["ok", "failed", "timeout", "crashed"]
Value: TypeAlias = str | int | float | None


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a document, ready to be stored: text and numbers only, so that it is quick to send and to write.

    ``rows`` are the values of each table without the numbers that place them; ``seconds`` is how long it took.
    """

    status: Status
    error: str | None
    seconds: float
    rows: dict[TableName, list[tuple[Value, ...]]]
    annotation: str | None = None
    signature: bytes = b""


def encode(
    tables: Tables,
    annotated: Annotated | None,
    status: Status = "ok",
    error: str | None = None,
    seconds: float = 0.0,
) -> Record:
    """A document as a record; one that failed has no annotation."""
    return Record(
        status=status,
        error=None if error is None else encodable(error),
        seconds=seconds,
        rows={table: [encode_row(table, row) for row in rows_of(tables, table)] for table in TABLE_NAMES},
        annotation=None if annotated is None else encodable(json.dumps(to_json(annotated), ensure_ascii=False)),
        signature=b"" if annotated is None else signature(annotated.text),
    )


def encode_row(table: TableName, row: Row) -> tuple[Value, ...]:
    """The values of a row: dates as ISO, lists as JSON, a figure as exact text and as its nearest double."""
    values: list[Value] = []
    for name, kind in cells_of(table):
        cell = getattr(row, name)
        values.append(None if cell is None else _ENCODE[kind](cell))
        if kind == "number":
            values.append(_double(cell))
    return tuple(values)


def decode_row(table: TableName, values: Sequence[Value]) -> Row:
    """The row that ``encode_row`` made the values of."""
    cells: dict[str, Any] = {}
    at = 0
    for name, kind in cells_of(table):
        value = values[at]
        cells[name] = None if value is None else _DECODE[kind](value)
        at += 2 if kind == "number" else 1
    return ROW_TYPES[table](**cells)


def stored_columns(table: TableName) -> tuple[str, ...]:
    """The columns that ``encode_row`` fills."""
    names: list[str] = []
    for name, kind in cells_of(table):
        names += [name, f"{name}{REAL}"] if kind == "number" else [name]
    return tuple(names)


def _same(cell: Any) -> Any:
    return cell


def _list(cell: Sequence[str]) -> str:
    return encodable(json.dumps(list(cell), ensure_ascii=False))


def _double(number: Number | None) -> float | None:
    """The nearest double; nothing where no double is large enough."""
    if number is None:
        return None
    try:
        double = float(number)
    except OverflowError:
        return None
    return double if abs(double) != float("inf") else None


def _plain(number: Number) -> str:
    return f"{number:f}" if isinstance(number, Decimal) else str(number)


def _number(text: str) -> Number:
    return Fraction(text) if "/" in text else Decimal(text)


_ENCODE: dict[Kind, Callable[[Any], Value]] = {
    "text": encodable,
    "list": _list,
    "whole": _same,
    "number": _plain,
    "share": _same,
    "flag": int,
    "day": date.isoformat,
}
_DECODE: dict[Kind, Callable[[Any], Any]] = {
    "text": _same,
    "list": lambda text: tuple(json.loads(text)),
    "whole": _same,
    "number": _number,
    "share": float,
    "flag": bool,
    "day": date.fromisoformat,
}
