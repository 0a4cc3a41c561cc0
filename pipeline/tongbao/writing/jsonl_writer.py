"""JSON Lines: one nested document a line, in the shape of gold, so that a prediction can be corrected and scored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

from tongbao.annotation import to_json
from tongbao.records import Annotated, Tables
from tongbao.writing.base import PartFile, WriteOptions


class JsonlStream:
    """Documents on an open text stream. Failed documents have no line: they have no annotation."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, annotated: Annotated | None, tables: Tables) -> None:
        """Add one document."""
        if annotated is not None:
            self._stream.write(json.dumps(to_json(annotated), ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Nothing to do: the stream belongs to the caller."""

    def abandon(self) -> None:
        """Nothing to do: the stream belongs to the caller."""


class JsonlFile:
    """A file of documents."""

    def __init__(self, path: Path) -> None:
        self._part = PartFile(path, "utf-8")
        self._stream = JsonlStream(self._part.file)

    def write(self, annotated: Annotated | None, tables: Tables) -> None:
        """Add one document."""
        with self._part.writing():
            self._stream.write(annotated, tables)

    def close(self) -> None:
        """Finish the file."""
        self._part.close()

    def abandon(self) -> None:
        """Remove the unfinished file."""
        self._part.abandon()


def open_jsonl(path: Path, options: WriteOptions) -> JsonlFile:
    """A ``.jsonl`` path."""
    return JsonlFile(path)
