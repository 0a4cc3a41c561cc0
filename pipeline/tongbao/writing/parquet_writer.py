"""Parquet: the quantities, or the one table asked for, made by DuckDB.

The rows wait in a database beside the output: Parquet is written from its beginning to its end, and DuckDB takes rows
in batches only into tables.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tongbao.writing.base import WriteOptions
from tongbao.writing.columns import TableName
from tongbao.writing.duckdb_writer import DatabaseFile


def open_parquet(path: Path, options: WriteOptions) -> DatabaseFile:
    """A ``.parquet`` path: one table."""
    table: TableName = options.one_table(str(path))

    def pack(connection: Any, file: Path) -> None:
        name = str(file).replace("'", "''")
        connection.execute(f"COPY \"{table}\" TO '{name}' (FORMAT parquet, COMPRESSION zstd)")

    return DatabaseFile(path, (table,), options.headers, pack)
