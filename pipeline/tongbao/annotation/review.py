"""``tongbao annotate check``: annotation files against the format and the guidelines, finding by finding.

Where reading gold stops at the first bad line, a review goes on to the end and lists everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tongbao.annotation import placement, relations, texts, values
from tongbao.annotation.gold import check_version, decode, examine, numbered_lines
from tongbao.annotation.problem import Problem, one_line
from tongbao.annotation.sheet_reading import SHEET, Sheet, parse_sheets, sheet_text
from tongbao.errors import AnnotationError
from tongbao.reading import split_sentences
from tongbao.records import Annotated


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a file: its document (``None`` where the line breaks the format) and what is wrong with the line."""

    file: str
    line: int
    name: str | None
    document: Annotated | None
    problems: tuple[Problem, ...] = ()
    #: In a sheet, the lines of the spans by the offsets at which these begin.
    lines: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem with the place of its document; nothing in it breaks a line of output."""

    file: str
    line: int
    document: str | None
    problem: Problem

    def __str__(self) -> str:
        offset = "-" if self.problem.offset is None else str(self.problem.offset)
        return f"{self.file}:{self.line}: {self.document or '-'} {offset} {self.problem.code}: {self.problem.message}"


def read_entries(path: str | Path) -> list[Entry]:
    """The documents of an annotation file (JSONL, or ``.sheet``), bad ones too.

    Raises:
        AnnotationError: the file cannot be read or is not UTF-8.
    """
    if Path(path).suffix == SHEET:
        return [_sheet_entry(sheet, str(path)) for sheet in parse_sheets(sheet_text(path), str(path))]
    entries: list[Entry] = []
    first = True
    for number, line in numbered_lines(Path(path)):
        entry = _entry(line, str(path), number, first)
        first = False
        if entry is not None:
            entries.append(entry)
    return entries


def _sheet_entry(sheet: Sheet, file: str) -> Entry:
    problems = tuple(Problem("format", None, str(error)) for error in sheet.errors)
    mentions = sheet.document.mentions if sheet.document else ()
    lines = {mention.span.start: sheet.lines[mention.id] for mention in mentions}
    return Entry(file, sheet.line, sheet.id, sheet.document, problems, lines)


def _entry(line: str, file: str, number: int, first: bool) -> Entry | None:
    """``None`` for a sound header."""
    place = f"{file}:{number}"
    try:
        data = decode(line, place)
    except AnnotationError as error:
        return Entry(file, number, None, None, (Problem("json", None, error.reason),))
    if first and isinstance(data, dict) and "schema" in data:
        try:
            check_version(data, place)
        except AnnotationError as error:
            return Entry(file, number, None, None, (Problem("version", None, f"{error.reason}; {error.remedy}"),))
        return None
    document, found = examine(data, place)
    name = data.get("id") if isinstance(data, dict) else None
    return Entry(
        file,
        number,
        name if isinstance(name, str) else None,
        None if found else document,
        (*found, *_legacy(data)),
    )


def _legacy(data: object) -> Iterator[Problem]:
    """Words of older files that reading accepts and writing no longer uses; ``data`` may have any shape."""
    spans: Any = data.get("spans") if isinstance(data, dict) else None
    for span in spans if isinstance(spans, list) else ():
        if isinstance(span, dict) and span.get("bound") == "range":
            start = span.get("start")
            message = f"span {span.get('id')}: the bound range is no longer one; low and high say it"
            yield Problem("legacy", start if type(start) is int else None, message)


def review(entries: Sequence[Entry]) -> list[Finding]:
    """Everything that is wrong with the lines of one or more files, in the order of lines and then of offsets.

    A document that breaks the format is not held against the guidelines: that has to be mended first.
    """
    problems = [[*entry.problems, *_against_guidelines(entry.document)] for entry in entries]
    for at, problem in _between(entries):
        problems[at].append(problem)
    return [
        _finding(entry, problem)
        for entry, found in zip(entries, problems, strict=True)
        for problem in sorted(found, key=lambda problem: -1 if problem.offset is None else problem.offset)
    ]


def _finding(entry: Entry, problem: Problem) -> Finding:
    name = None if entry.name is None else one_line(entry.name)
    line = entry.line if problem.offset is None else entry.lines.get(problem.offset, entry.line)
    return Finding(one_line(entry.file), line, name, replace(problem, message=one_line(problem.message)))


def _against_guidelines(document: Annotated | None) -> Iterator[Problem]:
    if document is None:
        return
    sentences = split_sentences(document.text)
    yield from texts.hygiene(document)
    yield from placement.overlaps(document)
    yield from placement.edges(document)
    yield from placement.crossings(document, sentences)
    yield from values.quantities(document)
    yield from values.periods(document)
    yield from relations.links(document, sentences)
    yield from relations.sections(document)


def _between(entries: Sequence[Entry]) -> Iterator[tuple[int, Problem]]:
    """Problems that only several documents together have, with the index of the later one."""
    first: dict[str, Entry] = {}
    for at, entry in enumerate(entries):
        if entry.name is not None:
            earlier = first.setdefault(entry.name, entry)
            if earlier is not entry:
                yield at, Problem("document-id", None, f"the id is already used in {_place(earlier)}")
    sound = [at for at, entry in enumerate(entries) if entry.document is not None]
    for later, before, similarity in texts.near_duplicates(_texts(entries)):
        other = entries[sound[before]]
        message = f"shares {100 * similarity:.1f}% of its character 8-grams with {other.name} in {_place(other)}"
        yield sound[later], Problem("near-duplicate", None, message)


def _texts(entries: Sequence[Entry]) -> list[str]:
    return [entry.document.text for entry in entries if entry.document is not None]


def _place(entry: Entry) -> str:
    return f"{entry.file}:{entry.line}"
