"""Many files: which ones, under which ids, and each on its own, so that a bad one costs only itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from time import monotonic
from typing import Literal

from tongbao.errors import ProcessingError, ReadingError, TongbaoError
from tongbao.extraction import Extraction, Extractor
from tongbao.reading import can_read, decode, name_of, read_file, read_text
from tongbao.records import Bulletin, DocumentRow, Tables
from tongbao.rows import SCHEMA


@dataclass(frozen=True, slots=True)
class Input:
    """A document to be read: ``data`` is set for standard input, else ``path`` is a file."""

    id: str
    path: Path
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input: an extraction or the error that it ended in, after how many seconds.

    ``lost`` says that the document ended its process, or that its process was ended for taking too long.
    """

    input: Input
    extraction: Extraction | None
    error: TongbaoError | None
    seconds: float = 0.0
    lost: Literal["timeout", "crashed"] | None = None

    @property
    def status(self) -> Literal["ok", "failed", "timeout", "crashed"]:
        """What the ledger says of it."""
        return self.lost or ("ok" if self.error is None else "failed")

    def tables(self, model: str) -> Tables:
        """The rows, or for a failure the one row of the documents table that says so."""
        if self.extraction is not None:
            return self.extraction.tables
        row = DocumentRow(
            doc_id=self.input.id,
            title=None,
            issuer=None,
            region=None,
            published=None,
            number=None,
            url=None,
            sha256="",
            near_duplicate_of=None,
            model=model,
            schema=SCHEMA,
            status="failed",
            error=str(self.error),
        )
        return Tables(documents=(row,))


def find_inputs(paths: Sequence[Path]) -> tuple[list[Input], list[Path]]:
    """The files that ``paths`` name, in order, each once, and the files in folders that no reader takes.

    A folder stands for all its files at any depth, sorted by path; hidden files and ``*.meta.json`` are passed over.
    A file's id is its name without suffix, with the folders below the named one in front (``2023/quanzhou``); where
    two ids are equal the later ones get ``-2``, ``-3``.
    """
    found: list[tuple[str, Path]] = []
    skipped: list[Path] = []
    for path in paths:
        if not _is_folder(path):
            found.append((name_of(path), path))
            continue
        for file in sorted(path.rglob("*")):
            relative = file.relative_to(path)
            if not file.is_file() or any(part.startswith((".", "__")) for part in relative.parts):
                continue
            if file.name.endswith(".meta.json"):
                continue
            if can_read(file):
                found.append(((relative.parent / name_of(file)).as_posix(), file))
            else:
                skipped.append(file)
    return _unique(found), skipped


def _is_folder(path: Path) -> bool:
    """Whether it is a folder; what cannot even be looked at is none, and reading it says why."""
    try:
        return path.is_dir()
    except OSError:
        return False


def resolved(path: Path) -> Path:
    """The file that a path leads to; a loop of links leads nowhere, and no path holds NUL."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path.absolute()


def _unique(found: Iterable[tuple[str, Path]]) -> list[Input]:
    files: set[Path] = set()
    taken: set[str] = set()
    out: list[Input] = []
    for name, path in found:
        real = resolved(path)
        if real in files:
            continue
        files.add(real)
        free = free_id(name, taken)
        taken.add(free)
        out.append(Input(free, path))
    return out


def free_id(name: str, taken: Collection[str]) -> str:
    """``name``, or where that is taken the first of ``name-2``, ``name-3``, … that is not."""
    numbered = (f"{name}-{number}" for number in count(2))
    return next(one for one in chain([name], numbered) if one not in taken)


def read_input(item: Input, encoding: str | None = None) -> Bulletin:
    """The document of one input.

    Raises:
        ReadingError: it cannot be read; the message says why.
    """
    if item.data is None:
        return replace(read_file(item.path, encoding), id=item.id)
    text, _ = decode(item.data, encoding, f"<{item.id}>")
    if not text.strip():
        raise ReadingError(f"<{item.id}>", "the document is empty", "pipe some text in")
    return read_text(text, item.id)


def run(inputs: Iterable[Input], extractor: Extractor, encoding: str | None = None) -> Iterator[Outcome]:
    """Read and extract one input after the other; a foreseen failure becomes an outcome, not an exception."""
    for item in inputs:
        begun = monotonic()
        extraction: Extraction | None = None
        failure: TongbaoError | None = None
        try:
            extraction = extractor.extract(read_input(item, encoding))
        except TongbaoError as error:
            failure = error
        except Exception as error:  # one document must never cost the others
            reason = f"unforeseen {type(error).__name__}: {error}"
            failure = ProcessingError(str(item.path), reason, "please report it with the file")
        yield Outcome(item, extraction, failure, monotonic() - begun)
