"""The verbs of ``tongbao annotate`` that write annotation files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import typer

from tongbao.annotation import read_gold, write_gold
from tongbao.annotation.files import read_annotations, write_annotations
from tongbao.annotation.merging import Change
from tongbao.annotation.merging import merge as merged
from tongbao.annotation.review import read_entries, review
from tongbao.batch import read_input
from tongbao.cli.annotations import FINDINGS, annotation_files
from tongbao.cli.console import complain, note
from tongbao.cli.extract import inputs_of
from tongbao.errors import AnnotationError, TongbaoError
from tongbao.records import Annotated, Origin


def preannotate(
    paths: list[Path],
    output: Path,
    model: Path | None,
    lexicon: Path | None,
    encoding: str | None,
    *,
    bare: bool,
    origin: Origin,
    force: bool,
) -> None:
    """Write what the model finds; exits with 3 or 1 where documents could not be read."""
    from tongbao.extraction import load

    inputs = inputs_of(paths)
    extractor = None if bare else load(model, lexicon)
    documents: list[Annotated] = []
    for item in inputs:
        try:
            bulletin = read_input(item, encoding)
        except TongbaoError as error:
            complain(str(error))
            continue
        empty = Annotated(bulletin.id, origin, bulletin.text, (), ())
        found = empty if extractor is None else extractor.extract(bulletin).annotated
        documents.append(replace(found, origin=origin))
    if documents:
        written = write_annotations(output, documents, force=force)
        note(f"{len(documents)} 篇 documents, {len(written)} 个文件 files: {output}")
    if len(documents) < len(inputs):
        raise typer.Exit(3 if documents else 1)


def export(paths: list[Path], output: Path, *, force: bool) -> None:
    """Write the documents of annotation files as files of another kind."""
    documents = [document for path in annotation_files(paths) for document in read_annotations(path)]
    written = write_annotations(output, documents, force=force)
    note(f"{len(documents)} 篇 documents, {len(written)} 个文件 files: {output}")


def merge(paths: list[Path], into: Path) -> None:
    """Put corrected documents into a gold file and say what changed; exits with 5 where one breaks the format."""
    entries = [entry for path in annotation_files(paths) for entry in read_entries(path)]
    broken = review([entry for entry in entries if entry.document is None])
    if broken:
        for finding in broken:
            complain(str(finding))
        raise typer.Exit(FINDINGS)
    gold = read_gold(into) if into.exists() else ()
    corrected = [entry.document for entry in entries if entry.document is not None]
    try:
        documents, changes = merged(gold, corrected)
    except AnnotationError as error:
        complain(str(error))
        raise typer.Exit(FINDINGS) from error
    write_gold(into, documents, header=_has_header(into))
    for line in _told(changes):
        note(line)
    doubts = len(review(entries))
    if doubts:
        note(f"{doubts} 处可疑 places to look at: tongbao annotate check {' '.join(map(str, paths))}")


def _has_header(path: Path) -> bool:
    """Whether a gold file names its version; a new one does."""
    if not path.exists():
        return True
    with path.open(encoding="utf-8-sig") as file:
        return '"schema"' in file.readline(200)


def _told(changes: list[Change]) -> Iterator[str]:
    for change in changes:
        if change.new:
            yield f"{change.id}: 新增 added, {change.gained} spans"
        elif not change.unchanged:
            yield f"{change.id}: 更正 corrected, spans +{change.gained} -{change.lost} ~{change.altered}"
    same = sum(change.unchanged for change in changes)
    if same:
        yield f"{same} 篇未变 documents unchanged"
