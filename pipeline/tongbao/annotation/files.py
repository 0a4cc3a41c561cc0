"""Annotation files by their suffix: JSONL, the form of record, and sheets, the form to work on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tongbao.annotation.gold import read_gold, write_gold
from tongbao.annotation.sheet import write_sheet
from tongbao.annotation.sheet_reading import SHEET, read_sheet
from tongbao.errors import AnnotationError
from tongbao.records import Annotated

JSONL: Final = ".jsonl"
SUFFIXES: Final = (JSONL, SHEET)


def read_annotations(path: str | Path) -> tuple[Annotated, ...]:
    """All documents of an annotation file; a name that ends in ``.sheet`` is a file of sheets, any other JSONL.

    Raises:
        AnnotationError: as :func:`read_gold` and :func:`read_sheet`.
    """
    return read_sheet(path) if Path(path).suffix == SHEET else read_gold(path)


def write_annotations(path: Path, documents: Sequence[Annotated], *, force: bool = False) -> list[Path]:
    """Write documents to a ``.jsonl`` or ``.sheet`` file, or to a folder, as one sheet each.

    Nothing that is there already is written over, since it may hold an afternoon's corrections.

    Args:
        force: write over what is there.

    Returns:
        The files written.

    Raises:
        AnnotationError: a file is there already, a name has another suffix, or a file cannot be written.
    """
    targets = _targets(path, documents)
    for target in targets:
        if target.exists() and not force:
            raise AnnotationError(str(target), "is there already", "name another, or give --force to write over it")
    for target, part in targets.items():
        if target.suffix == SHEET:
            _write_text(target, write_sheet(part))
        else:
            write_gold(target, part, header=True)
    return list(targets)


def _targets(path: Path, documents: Sequence[Annotated]) -> dict[Path, Sequence[Annotated]]:
    if path.suffix in SUFFIXES and not path.is_dir():
        return {path: documents}
    if path.suffix and not path.is_dir():
        raise AnnotationError(str(path), f"unknown suffix {path.suffix}", "name a .jsonl or .sheet file, or a folder")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AnnotationError(
            str(path), f"cannot be made: {error.strerror}", "check the path and its rights"
        ) from error
    return {path / f"{_file_name(document.id)}{SHEET}": [document] for document in documents}


def _file_name(id: str) -> str:
    """An id as the name of a file: what a path would take for a border or a way up is replaced."""
    name = "".join("_" if char in '/\\:*?"<>|\0' else char for char in id).strip(". ")
    return name or "document"


def _write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        raise AnnotationError(str(path), f"cannot be written: {error}", "check the folder and its rights") from error
