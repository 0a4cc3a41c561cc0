"""Rows as plain values and back, exactly: what a ``Doc`` carries has to survive msgpack and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from tongbao.errors import ReadingError
from tongbao.records import (
    Cell,
    Metadata,
    Row,
    Tables,
)
from tongbao.rows import SCHEMA
from tongbao.writing.columns import ROW_TYPES

#: A cell without types of our own: ``{"decimal": "0.5"}``, ``{"fraction": "1/3"}``, ``{"date": "2023-01-31"}``, or a
#: list for a tuple; everything else stands for itself.
Plain: TypeAlias = str | int | float | bool | list[str] | tuple[str, ...] | dict[str, str] | None


def plain_cell(cell: Cell) -> Plain:
    """A cell as a plain value."""
    match cell:
        case Decimal():
            return {"decimal": str(cell)}
        case Fraction():
            return {"fraction": str(cell)}
        case date():
            return {"date": cell.isoformat()}
        case tuple():
            return list(cell)
        case _:
            return cell


def cell_of(plain: Plain) -> Cell:
    """The cell that ``plain_cell`` was given."""
    match plain:
        case list() | tuple():  # DocBin reads lists as tuples
            return tuple(plain)
        case {"decimal": text}:
            return Decimal(text)
        case {"fraction": text}:
            return Fraction(text)
        case {"date": text}:
            return date.fromisoformat(text)
        case dict():
            raise ValueError(f"not a cell: {plain}")
        case _:
            return plain


def plain_tables(tables: Tables) -> dict[str, Any]:
    """All rows as dicts by column, and the version of the columns."""
    out: dict[str, Any] = {"schema": SCHEMA}
    for name in ROW_TYPES:
        out[name] = [_plain_row(row) for row in getattr(tables, name)]
    return out


def tables_of(plain: Mapping[str, Any]) -> Tables:
    """What ``plain_tables`` was given.

    Raises:
        ReadingError: another version of tongbao stored the rows, or they were changed since.
    """
    try:
        if plain["schema"] != SCHEMA:
            raise ValueError(f"rows of schema {plain['schema']}, this version has {SCHEMA}")
        rows = {name: tuple(kind(**_cells(row)) for row in plain[name]) for name, kind in ROW_TYPES.items()}
        return Tables(**rows)  # type: ignore[arg-type]  # each name with rows of its own type
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise ReadingError("stored rows", f"cannot be read: {error}", "run the pipeline on the text again") from error


def plain_metadata(metadata: Metadata) -> dict[str, Plain]:
    """Metadata as a dict."""
    return {name: plain_cell(value) for name, value in asdict(metadata).items()}


def metadata_of(plain: Mapping[str, Plain]) -> Metadata:
    """What ``plain_metadata`` was given."""
    return Metadata(**_cells(plain))


def _plain_row(row: Row) -> dict[str, Plain]:
    return {field.name: plain_cell(getattr(row, field.name)) for field in fields(row)}


def _cells(row: Mapping[str, Plain]) -> dict[str, Any]:
    return {name: cell_of(value) for name, value in row.items()}
