"""What every writer does, and which writer a path asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
        """Remove what was begun."""


Opener: TypeAlias = Callable[[Path, WriteOptions], Writer]


class PartFile:
    """A text file that appears under its name only when it is complete: ``NAME.part`` until then."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.file = self._part.open("w", encoding=encoding, newline="", errors="backslashreplace")
        except OSError as error:
            raise WritingError(str(path), f"cannot be written: {error.strerror}", "choose another output") from error

    def close(self) -> None:
        """Close and rename."""
        self.file.close()
        self._part.replace(self._path)

    def abandon(self) -> None:
        """Close and remove."""
        self.file.close()
        self._part.unlink(missing_ok=True)


class Writers:
    """Several outputs at once, as a context: closed at the end, abandoned when the block raises."""

    def __init__(self, writers: list[Writer]) -> None:
        self._writers = writers

    def write(self, annotated: Annotated | None, tables: Tables) -> None:
        """Add one document to every output."""
        for writer in self._writers:
            writer.write(annotated, tables)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers:
            if kind is None:
                writer.close()
            else:
                writer.abandon()
