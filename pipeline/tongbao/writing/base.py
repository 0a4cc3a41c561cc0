"""What every writer does, and which writer a path asks for."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EISDIR
from importlib import import_module
from os import strerror
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias

from tongbao.errors import WritingError
from tongbao.records import Annotated, Tables
from tongbao.writing.columns import TABLE_NAMES, Headers, TableName


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """``headers``: language of the column names; ``bom``: begin CSV with a byte order mark (Excel in China needs it);
    ``tables``: which tables a format with several of them gets.
    """

    headers: Headers = "en"
    bom: bool = True
    tables: tuple[TableName, ...] = TABLE_NAMES

    def one_table(self, place: str) -> TableName:
        """The table of an output that has room for one: quantities where it is among those wanted, else the only one.

        Raises:
            WritingError: several are wanted, and quantities is none of them.
        """
        if "quantities" in self.tables:
            return "quantities"
        if len(self.tables) != 1:
            raise WritingError(place, "this output holds one table", "name one table, or a folder, .xlsx or .duckdb")
        return self.tables[0]


class Writer(Protocol):
    """Takes documents one by one, in order. What it makes is complete once it is closed."""

    def write(self, annotated: Annotated | None, tables: Tables) -> None:
        """Add one document. ``annotated`` is ``None`` for a document that failed: only its documents row exists."""

    def close(self) -> None:
        """Finish the file: until then it stands under a temporary name."""

    def abandon(self) -> None:
        """Remove what was begun; after ``close`` there is nothing to remove."""


Opener: TypeAlias = Callable[[Path, WriteOptions], Writer]


def library(path: Path, name: str) -> Any:
    """The library that writes ``path``, loaded when it is first needed: it is an extra.

    Raises:
        WritingError: it is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        reason = f"{path.suffix} needs the library {name}, which is not installed"
        raise WritingError(str(path), reason, 'pip install "tongbao[tables]"') from error


@contextmanager
def telling(path: Path, *errors: type[Exception]) -> Iterator[None]:
    """A block whose failures to write (no place, no right, no room) are told with the name of the output.

    ``errors`` are what the writing library raises beside ``OSError``.
    """
    told: tuple[type[Exception], ...] = (OSError, *errors)
    try:
        yield
    except told as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error).partition("\n")[0]
        raise WritingError(str(path), f"cannot be written: {reason}", "choose another output") from error


def _make_room(path: Path) -> None:
    """Make the folder that ``path`` goes to; a folder of that name is in the way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError(EISDIR, strerror(EISDIR))


def _part(path: Path) -> Path:
    return path.with_name(path.name + ".part")


class PartFile:
    """A text file that appears under its name only when it is complete: ``NAME.part`` until then.

    Raises:
        WritingError: the file cannot be written; ``writing`` and ``close`` raise it, too.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        self._path = path
        self._part = _part(path)
        with self.writing():
            _make_room(path)
            self.file = self._part.open("w", encoding=encoding, newline="", errors="backslashreplace")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A block whose failures are told as ``telling`` does."""
        with telling(self._path):
            yield

    def close(self) -> None:
        """Close and rename."""
        with self.writing():
            self.file.close()
            self._part.replace(self._path)

    def abandon(self) -> None:
        """Close and remove; what has been closed and renamed stays."""
        with suppress(OSError):
            self.file.close()
        with suppress(OSError):
            self._part.unlink(missing_ok=True)


class PartFolder:
    """A file made by a library that needs others beside it (logs, rows that wait to be packed): all of them stand in a
    folder ``NAME.part`` until ``file`` is complete and moves to its name. What a killed run left there is removed.

    Raises:
        WritingError: the folder cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.folder = _part(path)
        self.file = self.folder / path.name
        with telling(path):
            _make_room(path)
            self.abandon()
            self.folder.mkdir()

    def close(self) -> None:
        """Move the file to its name and remove the rest.

        Raises:
            OSError: it cannot be moved.
        """
        self.file.replace(self._path)
        self.abandon()

    def abandon(self) -> None:
        """Remove all; what has been closed and moved stays."""
        if self.folder.is_dir() and not self.folder.is_symlink():
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            with suppress(OSError):
                self.folder.unlink(missing_ok=True)


class Writers:
    """Several outputs at once, as a context: closed at the end, abandoned when the block or a closing raises."""

    def __init__(self, writers: list[Writer]) -> None:
        self._writers = writers

    def write(self, annotated: Annotated | None, tables: Tables) -> None:
        """Add one document to every output."""
        for writer in self._writers:
            writer.write(annotated, tables)

    def abandon(self) -> None:
        """Give up all outputs: what stood under their names before stays."""
        for writer in self._writers:
            writer.abandon()
        self._writers = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                for writer in self._writers:
                    writer.close()
        finally:
            # To abandon what was closed changes nothing.
            for writer in self._writers:
                writer.abandon()
