"""What every writer does, and which writer a path asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EISDIR
from os import strerror
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypeAlias

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


class Writer(Protocol):
    """Takes documents one by one, in order. What it makes is complete once it is closed."""

    def write(self, annotated: Annotated | None, tables: Tables) -> None:
        """Add one document. ``annotated`` is ``None`` for a document that failed: only its documents row exists."""

    def close(self) -> None:
        """Finish the file: until then it stands under a temporary name."""

    def abandon(self) -> None:
        """Remove what was begun; after ``close`` there is nothing to remove."""


Opener: TypeAlias = Callable[[Path, WriteOptions], Writer]


class PartFile:
    """A text file that appears under its name only when it is complete: ``NAME.part`` until then.

    Raises:
        WritingError: the file cannot be written; ``writing`` and ``close`` raise it, too.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        with self.writing():
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise IsADirectoryError(EISDIR, strerror(EISDIR))
            self.file = self._part.open("w", encoding=encoding, newline="", errors="backslashreplace")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A block whose failures to write (no place, no right, no room) are told with the name of the output."""
        try:
            yield
        except OSError as error:
            reason = f"cannot be written: {error.strerror or error}"
            raise WritingError(str(self._path), reason, "choose another output") from error

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
