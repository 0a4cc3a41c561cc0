"""Tables in a DuckDB database: what ``.duckdb`` is, and what ``.parquet`` is made from.

Rows go in by columns, as numpy arrays: ``executemany`` writes a thousand rows a second, arrays two hundred times as
many. Types are those that queries expect. Figures are DOUBLE (sums and comparisons need no casts, and a DECIMAL wide
enough shows ten zeros behind every count); what the text says exactly, thirds and more digits than a DOUBLE keeps,
stands beside them in ``value_text``: ``12400``, ``1/3``, ``1.50~1000`` for a range. Lists are VARCHAR[], dates DATE.

Nothing is loaded from the network: extensions that are not built in stay unused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from tongbao.records import Number, QuantityRow, Row, Tables
from tongbao.writing.columns import Headers, Kind, TableName, columns, encodable, header, kinds, rows_of

Column: TypeAlias = npt.NDArray[Any]

#: Rows that wait in memory before they are handed over; more make it no faster.
_BATCH = 10_240
#: Batches in a transaction: together they are one of DuckDB's groups of rows, which goes into the file at once. Smaller
#: transactions are written twice, larger ones are held in memory.
_BATCHES = 12
_SETTINGS = {
    # Without it a file opens in the version that wrote it, and perhaps in no other.
    "storage_compatibility_version": "v1.2.0",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    # What it may keep of the file in memory, and one thread: each has a group of rows in hand.
    "memory_limit": "256MB",
    "threads": "1",
}
_TYPES: dict[Kind, str] = {
    "text": "VARCHAR",
    "list": "VARCHAR[]",
    "whole": "BIGINT",
    "number": "DOUBLE",
    "share": "DOUBLE",
    "flag": "BOOLEAN",
    "day": "DATE",
}
#: Joins the words of a list on their way into the database: ASCII's own separator of units.
_SEPARATOR = "\x1f"
#: What arrives in an array, as its type. Dates and lists have none in numpy.
_CASTS: dict[Kind, str] = {
    "list": f"CASE WHEN {{0}} = '' THEN [] ELSE string_split({{0}}, chr({ord(_SEPARATOR)})) END",
    "number": "nullif({0}, 'nan'::DOUBLE)",
    "share": "nullif({0}, 'nan'::DOUBLE)",
    "day": "CAST({0} AS DATE)",
}
#: The column that the other formats have no need of, and behind which one it stands.
_EXACT = {"en": "value_text", "zh": "数值原文"}
_BEHIND = "high"


def connect(duckdb: Any, file: Path) -> Any:
    """A new database in ``file``."""
    return duckdb.connect(str(file), config=_SETTINGS)


class DatabaseTable:
    """One table of a database that rows are added to, on a connection of its own: it has its own transactions."""

    def __init__(self, database: Any, table: TableName, headers: Headers) -> None:
        self._table = table
        self._rows: list[Row] = []
        self._batches = 0
        self._columns: list[tuple[str, Kind, Callable[[Sequence[Row]], Column]]] = []
        for name, title, kind in zip(columns(table), header(table, headers), kinds(table), strict=True):
            self._columns.append((title, kind, _reader(name, kind)))
            if table == "quantities" and name == _BEHIND:
                self._columns.append((_EXACT[headers], "text", _exact_column))
        names = ", ".join(f'"{title}" {_TYPES[kind]}' for title, kind, _ in self._columns)
        casts = (_CASTS.get(kind, "{0}").format(f"c{n}") for n, (_, kind, _) in enumerate(self._columns))
        self._insert = f'INSERT INTO "{table}" SELECT {", ".join(casts)} FROM batch'
        self._connection = database.cursor()
        self._connection.execute(f'CREATE TABLE "{table}" ({names})')
        self._connection.execute("BEGIN")

    def add(self, tables: Tables) -> None:
        """Add the rows of one document."""
        self._rows.extend(rows_of(tables, self._table))
        while len(self._rows) >= _BATCH:
            self._hand_over(self._rows[:_BATCH])
            del self._rows[:_BATCH]

    def finish(self) -> None:
        """Add what waits."""
        if self._rows:
            self._hand_over(self._rows)
            self._rows = []
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def _hand_over(self, rows: Sequence[Row]) -> None:
        if self._batches == _BATCHES:
            self._connection.execute("COMMIT")
            self._connection.execute("BEGIN")
            self._batches = 0
        arrays = {f"c{number}": read(rows) for number, (_, _, read) in enumerate(self._columns)}
        self._connection.register("batch", arrays)
        self._connection.execute(self._insert)
        self._connection.unregister("batch")
        self._batches += 1


def _reader(name: str, kind: Kind) -> Callable[[Sequence[Row]], Column]:
    """What makes the array of a column."""
    convert = _ARRAYS[kind]
    return lambda rows: convert([getattr(row, name) for row in rows])


def _texts(cells: Sequence[str | None]) -> Column:
    try:
        "".join(cell for cell in cells if cell).encode()
    except UnicodeEncodeError:
        cells = [cell and encodable(cell) for cell in cells]
    return np.array(cells, dtype=object)


def _lists(cells: Sequence[tuple[str, ...]]) -> Column:
    return _texts([_SEPARATOR.join(word.replace(_SEPARATOR, " ") for word in cell) for cell in cells])


def _days(cells: Sequence[Any]) -> Column:
    return np.array([None if cell is None else cell.isoformat() for cell in cells], dtype=object)


def _numbers(cells: Sequence[Number | None]) -> Column:
    return np.array([_double(cell) for cell in cells], dtype=np.float64)


def _double(number: Number | None) -> float:
    """The nearest double; not a number where there is none, or no double is large enough."""
    if number is None:
        return np.nan
    try:
        double = float(number)
    except OverflowError:
        return np.nan
    return double if np.isfinite(double) else np.nan


def _array(kind: type) -> Callable[[Sequence[Any]], Column]:
    return lambda cells: np.array(cells, dtype=kind)


_ARRAYS: dict[Kind, Callable[[Sequence[Any]], Column]] = {
    "text": _texts,
    "list": _lists,
    "whole": _array(np.int64),
    "number": _numbers,
    "share": _array(np.float64),
    "flag": _array(np.bool_),
    "day": _days,
}


def _exact_column(rows: Sequence[Row]) -> Column:
    return _texts([_exact(row) if isinstance(row, QuantityRow) else None for row in rows])


def _exact(row: QuantityRow) -> str | None:
    """The figure of a row with all its digits."""
    if row.value is not None:
        return _plain(row.value)
    return None if row.low is None or row.high is None else f"{_plain(row.low)}~{_plain(row.high)}"


def _plain(number: Number) -> str:
    return f"{number:f}" if isinstance(number, Decimal) else str(number)
