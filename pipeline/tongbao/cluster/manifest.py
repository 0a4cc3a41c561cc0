"""The folder of a dataset: parts under their names, and beside them what each was made from.

``manifest.json`` is written at the end of a run. Until then every finished chunk is a line of ``manifest.jsonl``, so
that a run that is killed loses nothing and a long one does not write the whole manifest again for every chunk.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from tongbao.errors import WritingError
from tongbao.writing import TABLE_NAMES
from tongbao.writing.base import PartFile, telling

#: The folder of the annotations beside those of the tables.
ANNOTATIONS = "annotations"
#: What workers write stands in here until the client has accepted it.
UNFINISHED = "unfinished"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Source:
    """An input of a chunk: its id, where it comes from, and the hash of its content (``None``: not readable)."""

    id: str
    source: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that gave no rows, and why."""

    id: str
    status: str
    error: str


@dataclass(frozen=True, slots=True)
class Record:
    """A finished chunk: ``parts`` are its files below the folder, ``rows`` counts them by table; ``model`` is the hash
    of the model, ``options`` is what else changes rows, as JSON.
    """

    name: str
    inputs: tuple[Source, ...]
    parts: tuple[str, ...]
    rows: Mapping[str, int]
    failures: tuple[Failure, ...]
    model: str
    options: str


def part_path(table: str, name: str) -> str:
    """Where the part of a chunk stands below the folder: ``quantities/part-000012.parquet``."""
    return f"{table}/part-{name}.{'jsonl' if table == ANNOTATIONS else 'parquet'}"


class Manifest:
    """The chunks that stand in ``folder``, by name; a context that writes ``manifest.json`` at its end.

    Raises:
        WritingError: the folder holds something else, its manifest is damaged, or it cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records: dict[str, Record] = {}
        self._file, self._journal = folder / "manifest.json", folder / "manifest.jsonl"
        with telling(folder):
            folder.mkdir(parents=True, exist_ok=True)
            if self._file.is_file():
                self._read()
            elif any(folder.iterdir()):
                raise WritingError(str(folder), "a folder of other files, without manifest.json", "name another folder")
            self._write()
            shutil.rmtree(folder / UNFINISHED, ignore_errors=True)
            self._remove_strays()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with telling(self.folder):
            self._write()

    def accept(self, record: Record, files: Path) -> None:
        """Give the parts of a chunk, which stand in the folder ``files``, their names, in place of an earlier try's."""
        with telling(self.folder):
            for part in record.parts:
                target = self.folder / part
                target.parent.mkdir(exist_ok=True)
                (files / target.parent.name).with_suffix(target.suffix).replace(target)
            earlier = self.records.get(record.name)
            self._remove(set(earlier.parts if earlier else ()) - set(record.parts))
            self.records[record.name] = record
            self._note({"done": asdict(record)})

    def drop(self, name: str) -> None:
        """Forget a chunk, and remove its parts."""
        record = self.records.pop(name, None)
        if record is not None:
            with telling(self.folder):
                self._note({"dropped": name})
                self._remove(record.parts)

    def whole(self, record: Record) -> bool:
        """Whether all parts of a chunk are there."""
        return all((self.folder / part).is_file() for part in record.parts)

    def _note(self, event: Mapping[str, Any]) -> None:
        with self._journal.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(event, ensure_ascii=True) + "\n")

    def _read(self) -> None:
        try:
            stored = json.loads(self._file.read_text("utf-8"))
            if stored["format"] != _FORMAT:
                raise ValueError(f"format {stored['format']}, this version reads {_FORMAT}")
            for name, chunk in stored["chunks"].items():
                self.records[name] = _record({"name": name, **chunk})
            # The last line may have been cut off by what ended the run: that chunk is done again.
            lines = self._journal.read_text("utf-8").split("\n")[:-1] if self._journal.is_file() else []
            for event in map(json.loads, lines):
                if "dropped" in event:
                    self.records.pop(event["dropped"], None)
                else:
                    record = _record(event["done"])
                    self.records[record.name] = record
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise WritingError(str(self._file), f"a damaged manifest: {error!r}", "name another folder") from error

    def _write(self) -> None:
        chunks = {name: asdict(self.records[name]) for name in sorted(self.records)}
        for chunk in chunks.values():
            del chunk["name"]
        part = PartFile(self._file, "utf-8")
        json.dump({"format": _FORMAT, "chunks": chunks}, part.file, ensure_ascii=False, indent=1)
        part.close()
        self._journal.unlink(missing_ok=True)

    def _remove_strays(self) -> None:
        """Remove parts that were named and not noted before a run was killed: their documents are done again."""
        noted = {part for record in self.records.values() for part in record.parts}
        for table in (*TABLE_NAMES, ANNOTATIONS):
            found = {part_path(table, path.stem[5:]) for path in (self.folder / table).glob("part-*")}
            self._remove(found - noted)

    def _remove(self, parts: set[str] | tuple[str, ...]) -> None:
        for part in parts:
            (self.folder / part).unlink(missing_ok=True)


def _record(stored: Mapping[str, Any]) -> Record:
    values = dict(stored)
    values["inputs"] = tuple(Source(**one) for one in values["inputs"])
    values["failures"] = tuple(Failure(**one) for one in values["failures"])
    values["parts"] = tuple(map(_inside, values["parts"]))
    return Record(**values)


def _inside(part: str) -> str:
    """A part's path, which is removed and written to: nowhere but in the folder of a table."""
    table, _, file = part.partition("/")
    if table not in (*TABLE_NAMES, ANNOTATIONS) or part_path(table, Path(file).stem[5:]) != part or "/" in file:
        raise ValueError(f"no part is called {part!r}")
    return part
