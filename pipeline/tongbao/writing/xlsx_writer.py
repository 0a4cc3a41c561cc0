"""Excel workbooks: a sheet a table, with a header that stays in sight and filters.

A cell shows what the bulletin says. Figures are numbers with the decimals that the text gives them (97.710 shows its
last zero); beyond the 15 digits that Excel keeps they are text, like everything that only looks like a number. Texts
are never run as formulas nor turned into links. Days are days from March 1900 on: before, Excel has one too many.

The rows of a sheet go to a file of their own one by one (``constant_memory``), so texts stand in the cells and not in a
table of all texts, and memory does not grow.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from tongbao.errors import WritingError
from tongbao.records import Annotated, Tables
from tongbao.writing.base import PartFolder, WriteOptions, library, telling
from tongbao.writing.columns import (
    Headers,
    Kind,
    TableName,
    as_decimal,
    as_text,
    cells,
    columns,
    encodable,
    header,
    kinds,
    like_formula,
    rows_of,
)

#: Rows of a sheet, with its header.
MAX_ROWS = 1_048_576
#: UTF-16 code units of a cell.
MAX_TEXT = 32_767
#: Significant digits of a number.
MAX_DIGITS = 15
#: Digits behind the point that a format can ask for, and the power of ten of the largest number.
_MAX_DECIMALS, _MAX_MAGNITUDE = 30, 307
_FIRST_DAY = date(1900, 3, 1)
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    # A file past 4 GB only opens with it; smaller ones are the same without.
    "use_zip64": True,
}

#: Widths in digits; a Chinese character takes two.
_WIDTHS: dict[Kind, int] = {"text": 14, "list": 28, "whole": 8, "number": 14, "share": 11, "flag": 8, "day": 12}
_WIDE = {
    "canonical": 26,
    "doc_id": 20,
    "error": 50,
    "indicator": 28,
    "indicator_full": 40,
    "issuer": 22,
    "item_title": 40,
    "name": 22,
    "nested_in": 30,
    "number": 22,
    "sentence": 70,
    "text": 18,
    "title": 44,
    "url": 36,
}
#: Texts in wider columns may be long, and old versions of Excel show long texts in cells of the format "text" as ####.
_WIDEST_SHORT = 30


class XlsxFile:
    """A workbook that appears under its name when it is complete."""

    def __init__(self, path: Path, options: WriteOptions, max_rows: int = MAX_ROWS) -> None:
        xlsxwriter = library(path, "xlsxwriter")
        self._error = xlsxwriter.exceptions.XlsxWriterException
        self._path = path
        self._part = PartFolder(path)
        temporary = {"tmpdir": str(self._part.folder)}
        self._workbook = xlsxwriter.Workbook(str(self._part.file), {**_OPTIONS, **temporary})
        try:
            with self._telling():
                formats = _Formats(self._workbook)
                self._tables = [
                    _Sheets(self._workbook, formats, table, options.headers, max_rows) for table in options.tables
                ]
        except WritingError:
            self.abandon()
            raise

    def _telling(self) -> AbstractContextManager[None]:
        return telling(self._path, self._error)

    def write(self, annotated: Annotated | None, tables: Tables) -> None:
        """Add one document to all sheets."""
        with self._telling():
            for sheets in self._tables:
                sheets.add(tables)

    def close(self) -> None:
        """Finish the workbook."""
        with self._telling():
            for sheets in self._tables:
                sheets.finish()
            self._workbook.close()
            self._part.close()

    def abandon(self) -> None:
        """Remove the unfinished workbook."""
        for sheet in self._workbook.worksheets():
            # The library closes the file of a sheet's rows only when it packs them.
            with suppress(OSError):
                sheet.row_data_fh.close()
        self._part.abandon()


class _Formats:
    """The formats of cells: a workbook has one of each."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._decimals: dict[int, Any] = {}
        self.header = workbook.add_format({"bold": True, "bottom": 1})
        #: Digits typed into such a cell stay the text that they are.
        self.text = workbook.add_format({"num_format": "@"})
        #: As if somebody had typed an apostrophe in front: not even editing the cell makes it a formula.
        self.quoted = workbook.add_format({"quote_prefix": True})
        self.day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self.share = workbook.add_format({"num_format": "0.0000"})

    def decimals(self, number: int) -> Any:
        """Plain figures with so many digits behind the point."""
        if number not in self._decimals:
            code = "0." + "0" * number if number else "0"
            self._decimals[number] = self._workbook.add_format({"num_format": code})
        return self._decimals[number]


class _Sheets:
    """The sheet of one table, and those that follow it when it is full."""

    def __init__(self, workbook: Any, formats: _Formats, table: TableName, headers: Headers, max_rows: int) -> None:
        self._workbook = workbook
        self._formats = formats
        self._table = table
        self._kinds = kinds(table)
        self._titles = header(table, headers)
        self._max_rows = max_rows
        self._number = 0
        self._begin()
        if table == "quantities":
            self._sheet.activate()

    def _begin(self) -> None:
        """A new sheet with its header."""
        self._number += 1
        self._sheet = self._workbook.add_worksheet(self._table + (f" {self._number}" if self._number > 1 else ""))
        self._sheet.freeze_panes(1, 0)
        # Numbers that are text are so on purpose: no green corners.
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MAX_ROWS}"})
        for column, (field, kind) in enumerate(zip(columns(self._table), self._kinds, strict=True)):
            width = _WIDE.get(field, _WIDTHS[kind])
            short = kind == "text" and width <= _WIDEST_SHORT
            self._sheet.set_column(column, column, width, self._formats.text if short else None)
            self._sheet.write_string(0, column, self._titles[column], self._formats.header)
        self._row = 1

    def add(self, tables: Tables) -> None:
        """Add the rows of one document."""
        for row in rows_of(tables, self._table):
            if self._row == self._max_rows:
                self.finish()
                self._begin()
            for column, (kind, cell) in enumerate(zip(self._kinds, cells(row), strict=True)):
                if cell is not None:
                    self._put(column, kind, cell)
            self._row += 1

    def finish(self) -> None:
        """The filter needs to know how many rows there are."""
        self._sheet.autofilter(0, 0, self._row - 1, len(self._titles) - 1)

    def _put(self, column: int, kind: Kind, cell: Any) -> None:
        """Write a cell that is not empty."""
        match kind:
            case "whole":
                self._sheet.write_number(self._row, column, cell)
            case "share":
                self._sheet.write_number(self._row, column, round(cell, 4), self._formats.share)
            case "flag":
                self._sheet.write_boolean(self._row, column, cell)
            case "number" if is_number(decimal := as_decimal(cell)):
                decimals = max(0, -int(decimal.as_tuple().exponent))
                self._sheet.write_number(self._row, column, decimal, self._formats.decimals(decimals))
            case "day" if cell >= _FIRST_DAY:
                self._sheet.write_datetime(self._row, column, cell, self._formats.day)
            case _:
                self._text(column, as_text(cell))

    def _text(self, column: int, text: str) -> None:
        if text:
            quoted = self._formats.quoted if like_formula(text) else None
            self._sheet.write_string(self._row, column, fitting(text), quoted)


def is_number(decimal: Decimal) -> bool:
    """Whether Excel keeps all digits of a figure and can show them."""
    _, digits, exponent = decimal.as_tuple()
    if len(digits) > MAX_DIGITS and len("".join(map(str, digits)).strip("0")) > MAX_DIGITS:
        return False
    return int(exponent) >= -_MAX_DECIMALS and decimal.adjusted() <= _MAX_MAGNITUDE


def fitting(text: str) -> str:
    """A text as a cell holds it: cut where it is too long, with … in the place of the rest."""
    text = encodable(text)
    if len(text) > MAX_TEXT // 2:
        units = text.encode("utf-16-le")
        if len(units) > 2 * MAX_TEXT:
            text = units[: 2 * (MAX_TEXT - 1)].decode("utf-16-le", "ignore") + "…"
    # The library takes what looks like its own marked-up texts for such and writes it unescaped.
    return text + " " if text.startswith("<r>") and text.endswith("</r>") else text


def open_xlsx(path: Path, options: WriteOptions) -> XlsxFile:
    """An ``.xlsx`` path: a sheet for each table that is wanted."""
    return XlsxFile(path, options)
