"""DuckDB: a database with all tables."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, TypeAlias

from tongbao.errors import WritingError
from tongbao.records import Annotated, Tables
from tongbao.writing.base import PartFolder, WriteOptions, library, telling
from tongbao.writing.columns import Headers, TableName
from tongbao.writing.duckdb_tables import DatabaseTable, connect

#: Makes the output from the tables of a connection.
Pack: TypeAlias = Callable[[Any, Path], None]


class DatabaseFile:
    """Tables in a database of their own; when all rows are in, the output is the database, or what ``pack`` makes of
    it. It appears under its name when it is complete, so that nobody is locked out while it is written.
    """

    def __init__(self, path: Path, tables: tuple[TableName, ...], headers: Headers, pack: Pack | None = None) -> None:
        self._duckdb = library(path, "duckdb")
        self._path = path
        self._pack = pack
        self._part = PartFolder(path)
        self._database: Any = None
        self._tables: list[DatabaseTable] = []
        try:
            with self._telling():
                file = self._part.folder / "tables.duckdb" if pack else self._part.file
                self._database = connect(self._duckdb, file)
                for table in tables:
                    self._tables.append(DatabaseTable(self._database, table, headers))
        except WritingError:
            self.abandon()
            raise

    def _telling(self) -> AbstractContextManager[None]:
        return telling(self._path, self._duckdb.Error)

    def write(self, annotated: Annotated | None, tables: Tables) -> None:
        """Add the rows of one document."""
        with self._telling():
            for table in self._tables:
                table.add(tables)

    def close(self) -> None:
        """Finish the file."""
        with self._telling():
            for table in self._tables:
                table.finish()
            if self._pack:
                self._pack(self._database, self._part.file)
            else:
                # Closing does it, too, but keeps silent where it fails.
                self._database.execute("CHECKPOINT")
            self._disconnect()
            self._part.close()

    def abandon(self) -> None:
        """Remove the unfinished file."""
        with suppress(self._duckdb.Error):
            self._disconnect()
        self._part.abandon()

    def _disconnect(self) -> None:
        for table in self._tables:
            table.close()
        if self._database is not None:
            self._database.close()


def open_duckdb(path: Path, options: WriteOptions) -> DatabaseFile:
    """A ``.duckdb`` path: a database with the tables that are wanted."""
    return DatabaseFile(path, options.tables, options.headers)
