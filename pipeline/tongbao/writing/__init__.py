"""Rows and annotations → files: one module a format, chosen by the suffix of the path. Formats that need the extra
``tables`` load its libraries when one of them is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tongbao.errors import WritingError
from tongbao.writing.base import Opener, WriteOptions, Writer, Writers
from tongbao.writing.columns import TABLE_NAMES, Headers, TableName
from tongbao.writing.csv_writer import TableStream, open_csv, open_folder
from tongbao.writing.duckdb_writer import open_duckdb
from tongbao.writing.jsonl_writer import JsonlStream, open_jsonl
from tongbao.writing.parquet_writer import open_parquet
from tongbao.writing.xlsx_writer import open_xlsx

__all__ = [
    "TABLE_NAMES",
    "Headers",
    "JsonlStream",
    "TableName",
    "TableStream",
    "WriteOptions",
    "Writer",
    "Writers",
    "open_writer",
    "open_writers",
]

#: A suffix names a format; a path without one is a folder of CSV files.
FORMATS: dict[str, Opener] = {
    ".csv": open_csv,
    ".duckdb": open_duckdb,
    ".jsonl": open_jsonl,
    ".parquet": open_parquet,
    ".xlsx": open_xlsx,
    "": open_folder,
}


def open_writer(path: Path, options: WriteOptions) -> Writer:
    """The writer that the suffix of ``path`` asks for.

    Raises:
        WritingError: there is no such format, or the place cannot be written to.
    """
    return _opener(path)(path, options)


def open_writers(paths: Sequence[Path], options: WriteOptions) -> list[Writer]:
    """The writers of several outputs: all of them are opened, or nothing is left behind.

    Raises:
        WritingError: as ``open_writer``, or one path is named twice.
    """
    openers = [_opener(path) for path in paths]
    for number, path in enumerate(paths):
        if path in paths[:number]:
            raise WritingError(str(path), "this output is named twice", "name it once")
    writers: list[Writer] = []
    try:
        for path, opener in zip(paths, openers, strict=True):
            writers.append(opener(path, options))
    except WritingError:
        for writer in writers:
            writer.abandon()
        raise
    return writers


def _opener(path: Path) -> Opener:
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        known = ", ".join(sorted(name for name in FORMATS if name))
        raise WritingError(str(path), f"no format {suffix!r}", f"use {known}, or a folder name for one CSV a table")
    return FORMATS[suffix]
