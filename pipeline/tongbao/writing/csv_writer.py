"""CSV: a file holds the quantities (or the one table asked for), a folder holds one file a table."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import IO

from tongbao.errors import WritingError
from tongbao.records import Annotated, Cell, Tables
from tongbao.writing.base import PartFile, WriteOptions
from tongbao.writing.columns import TableName, as_text, cells, header, like_formula, rows_of

_WORDS = (str, tuple)


def harmless(cell: Cell) -> str:
    """A cell as text that no spreadsheet runs: words that look like a formula get an apostrophe in front.

    Figures are figures, negative ones too. The apostrophe is what OWASP advises; a quoted cell would be run all the
    same.
    """
    text = as_text(cell)
    return "'" + text if isinstance(cell, _WORDS) and like_formula(text) else text


class _UnixLines:
    """Rows that end in ``\\r\\n`` → rows that end in ``\\n``.

    ``csv`` quotes a cell for the characters of its line end only: told that it is ``\\n`` it leaves a lone ``\\r``
    bare, and no reader gets the row back.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, row: str) -> None:
        """Pass on one row."""
        self._stream.write(row.removesuffix("\r\n") + "\n")


class TableStream:
    """One table as CSV on an open text stream (RFC 4180, but lines end in ``\\n``)."""

    def __init__(self, stream: IO[str], table: TableName, options: WriteOptions) -> None:
        self._table = table
        self._csv = csv.writer(_UnixLines(stream), lineterminator="\r\n")
        self._csv.writerow(header(table, options.headers))

    def write(self, annotated: Annotated | None, tables: Tables) -> None:
        """Add the rows of one document."""
        self._csv.writerows([harmless(cell) for cell in cells(row)] for row in rows_of(tables, self._table))

    def close(self) -> None:
        """Nothing to do: the stream belongs to the caller."""

    def abandon(self) -> None:
        """Nothing to do: the stream belongs to the caller."""


class CsvFile:
    """One table in one file."""

    def __init__(self, path: Path, table: TableName, options: WriteOptions) -> None:
        self._part = PartFile(path, "utf-8-sig" if options.bom else "utf-8")
        with self._part.writing():
            self._stream = TableStream(self._part.file, table, options)

    def write(self, annotated: Annotated | None, tables: Tables) -> None:
        """Add the rows of one document."""
        with self._part.writing():
            self._stream.write(annotated, tables)

    def close(self) -> None:
        """Finish the file."""
        self._part.close()

    def abandon(self) -> None:
        """Remove the unfinished file."""
        self._part.abandon()


class CsvFolder:
    """A folder with one file a table."""

    def __init__(self, path: Path, options: WriteOptions) -> None:
        self._files: list[CsvFile] = []
        try:
            for table in options.tables:
                self._files.append(CsvFile(path / f"{table}.csv", table, options))
        except WritingError:
            self.abandon()
            raise

    def write(self, annotated: Annotated | None, tables: Tables) -> None:
        """Add one document to all tables."""
        for file in self._files:
            file.write(annotated, tables)

    def close(self) -> None:
        """Finish all files."""
        for file in self._files:
            file.close()

    def abandon(self) -> None:
        """Remove the unfinished files."""
        for file in self._files:
            file.abandon()


def open_csv(path: Path, options: WriteOptions) -> CsvFile:
    """A ``.csv`` path: one table."""
    return CsvFile(path, options.one_table(str(path)), options)


def open_folder(path: Path, options: WriteOptions) -> CsvFolder:
    """A path without a suffix: a folder of CSV files."""
    return CsvFolder(path, options)
