"""Sheets (see :mod:`tongbao.annotation.sheet`) back to documents: surfaces are looked up, the grammar fills in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from tongbao.annotation.gold import from_json
from tongbao.annotation.sheet import GRAMMAR_KEYS, HEADER, NOTHING, UNREAD, grammar_reading, occurrences, period_reading
from tongbao.errors import AnnotationError
from tongbao.records import LABELS, Annotated, Span

#: How the name of a file of sheets ends.
SHEET: Final = ".sheet"

_T = TypeVar("_T")

_ESCAPED: Final = {"n": "\n", "s": " "}
_TIMES: Final = re.compile(r"~([0-9]+)$")
_KEYS: Final = {
    "QUANTITY": {"indicator", "period", "scope", "of", "reads", "confidence", *GRAMMAR_KEYS},
    "PERIOD": {"from", "to", "reads", "confidence"},
    "DEPARTMENT": {"role", "canonical", "confidence"},
    "POLICY": {"kind", "act", "number", "nested", "nested_in", "issuer", "trial", "confidence"},
    "ORGANIZATION": {"confidence"},
    "SCOPE": {"confidence"},
}


def read_sheet(path: str | Path) -> tuple[Annotated, ...]:
    """The documents of a file of sheets, validated, without confidences.

    Raises:
        AnnotationError: the file cannot be read, or names the line that is wrong: a surface that does not stand in its
            block, or stands there several times; an unknown id, label or key; a document that breaks the format.
    """
    documents: list[Annotated] = []
    lines_of: dict[str, int] = {}
    for sheet in parse_sheets(sheet_text(path), str(path)):
        if sheet.document is None:
            raise sheet.errors[0]
        if sheet.id in lines_of:
            raise AnnotationError(
                f"{path}:{sheet.line}", f"document {sheet.id} already stands in line {lines_of[sheet.id]}", "rename one"
            )
        lines_of[sheet.id] = sheet.line
        documents.append(sheet.document)
    return tuple(documents)


def sheet_text(path: str | Path) -> str:
    """The content of a file of sheets.

    Raises:
        AnnotationError: the file cannot be read.
    """
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnnotationError(str(path), f"not UTF-8 at byte {error.start}", "save the file as UTF-8") from error
    except OSError as error:
        raise AnnotationError(str(path), f"cannot be read: {error.strerror}", "check the path") from error


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document of a file, from line ``line`` on; ``None`` with everything that is wrong where something is.

    ``lines`` gives the line of every span by its id.
    """

    line: int
    id: str
    document: Annotated | None
    errors: tuple[AnnotationError, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)


def parse_sheets(text: str, place: str) -> list[Sheet]:
    """The documents that the content of a file holds, bad ones too; ``place`` is what errors name before the line.

    Raises:
        AnnotationError: the content does not begin like a file of sheets, or holds something before the first document.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != HEADER:
        raise AnnotationError(f"{place}:1", "not a file of sheets", f"its first line has to be {HEADER!r}")
    drafts: list[_Draft] = []
    for number, line in enumerate(lines[1:], 2):
        where = f"{place}:{number}"
        if line.startswith("== "):
            drafts.append(_begin(line, number, where))
        elif drafts:
            drafts[-1].take(line, where)
        elif line.strip() and not line.startswith("#"):
            raise AnnotationError(where, "stands before the first document", "begin it with == ID ORIGIN")
    return [draft.sheet() for draft in drafts]


def _begin(line: str, number: int, where: str) -> _Draft:
    id, _, origin = line[3:].strip().rpartition(" ")
    if not id:
        raise AnnotationError(where, "not the head of a document", "write == ID ORIGIN")
    return _Draft(number, where, _unescape(id), origin)


@dataclass(slots=True)
class _Draft:
    """A document while its lines come in."""

    line: int
    where: str
    id: str
    origin: str
    text: str = ""
    started: bool = False
    blocks: list[int] = field(default_factory=list)
    entries: list[_Entry] = field(default_factory=list)
    sections: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    errors: list[AnnotationError] = field(default_factory=list)

    def take(self, line: str, where: str) -> None:
        """Add a line; what is wrong with it is kept for the end, so that all of it can be mended at once."""
        try:
            self._take(line, where)
        except AnnotationError as error:
            self.errors.append(error)

    def _take(self, line: str, where: str) -> None:
        if line[:1] in (">", "+", "&"):
            self._take_text(line[0], line[1:], where)
        elif line.startswith("=/"):
            self._end_section(line[2:].strip(), where)
        elif line.startswith("= "):
            self._begin_section(line[2:], where)
        elif line.strip() and not line.startswith("#"):
            if not self.blocks:
                raise AnnotationError(where, "stands before the text", "the first line of a text begins with >")
            self.entries.append(_entry(line, where, len(self.blocks) - 1))

    def _take_text(self, sign: str, line: str, where: str) -> None:
        if sign != ">" and not self.started:
            raise AnnotationError(where, "the first line of a text begins with >", "put > before it")
        if sign in ">&":
            self.blocks.append(len(self.text))
        self.text += line if sign == "&" or not self.started else "\n" + line
        self.started = True
        for section in self.waiting:
            section["start"] = self.blocks[-1] + _indent(self.text[self.blocks[-1] :])
        self.waiting.clear()

    def _begin_section(self, line: str, where: str) -> None:
        number, *fields = _split(line)
        keys = dict(_pairs(fields, {"title", "lead"}, where))
        section = {"number": "" if number.strip() == NOTHING else number.strip(), "where": where, **keys}
        self.sections.append(section)
        self.waiting.append(section)

    def _end_section(self, number: str, where: str) -> None:
        for section in reversed(self.sections):
            if section["number"] == ("" if number == NOTHING else number) and "end" not in section:
                section["end"] = len(self.text.rstrip())
                return
        raise AnnotationError(where, f"no section {number} is open", "a section begins with = NUMBER")

    def sheet(self) -> Sheet:
        """The document, everything looked up and validated, or what is wrong with it."""
        edges = [*self.blocks, len(self.text)]
        blocks = [Span(edges[entry.block], edges[entry.block + 1]) for entry in self.entries]
        found: dict[str, Span] = {}
        for entry, block in zip(self.entries, blocks, strict=True):
            for span in self._kept(partial(entry.span, self.text, block)):
                found[entry.id] = span
        spans = [
            data
            for entry, block in zip(self.entries, blocks, strict=True)
            if entry.id in found
            for data in self._kept(partial(entry.data, self.text, block, found))
        ]
        sections = [kept for one in self.sections for kept in self._kept(partial(self._section, one))]
        data = {"id": self.id, "origin": self.origin, "text": self.text, "spans": spans}
        data |= {"sections": sections} if sections else {}
        documents = [] if self.errors else self._kept(partial(from_json, data, self.where))
        lines = {entry.id: int(entry.where.rpartition(":")[2]) for entry in self.entries}
        return Sheet(self.line, self.id, documents[0] if documents else None, tuple(self.errors), lines)

    def _kept(self, make: Callable[[], _T]) -> list[_T]:
        """What ``make`` returns, none where it fails; the failure is kept for the end."""
        try:
            return [make()]
        except AnnotationError as error:
            self.errors.append(error)
            return []

    def _section(self, section: dict[str, Any]) -> dict[str, Any]:
        if "start" not in section or "end" not in section:
            raise AnnotationError(section["where"], "the section has no end", f"add =/ {section['number'] or NOTHING}")
        title = None
        if "title" in section:
            start = self.text.find(_unescape(section["title"]), section["start"], section["end"])
            if start < 0:
                raise AnnotationError(section["where"], "the title does not stand in the section", "copy it from there")
            title = [start, start + len(_unescape(section["title"]))]
        lead = section.get("lead", "").split()
        return {
            "start": section["start"],
            "end": section["end"],
            "number": section["number"],
            "title": title,
            "lead": lead,
        }


@dataclass(slots=True)
class _Entry:
    """A span's line, and the index of its block."""

    where: str
    id: str
    label: str
    surface: str
    keys: dict[str, str]
    block: int

    def span(self, text: str, block: Span) -> Span:
        """Where the surface stands."""
        return _look_up(self.surface, text, block, self.where)

    def data(self, text: str, block: Span, found: dict[str, Span]) -> dict[str, Any]:
        span = found[self.id]
        data: dict[str, Any] = {"id": self.id, "label": self.label, "start": span.start, "end": span.end}
        given = {key: _value(value) for key, value in self.keys.items() if key not in UNREAD}
        if self.label == "QUANTITY":
            return data | self._quantity(text, block, span, given, found)
        if self.label == "PERIOD":
            days = period_reading(text, span) | given
            return data | {key: day for key, day in days.items() if day}
        flags = {key: given.get(key) == "yes" for key in ("nested", "trial") if key in given}
        return data | {key: value for key, value in given.items() if value is not None} | flags

    def _quantity(
        self, text: str, block: Span, span: Span, given: dict[str, str | None], found: dict[str, Span]
    ) -> dict[str, Any]:
        data: dict[str, Any] = grammar_reading(text, span)
        data |= {key: value for key, value in given.items() if key in GRAMMAR_KEYS}
        missing = [key for key in ("bound", "kind", "change") if key not in data]
        if missing:
            raise AnnotationError(
                self.where,
                f"the grammar reads no number in {span.of(text)!r}",
                f"give value= and {'= '.join(missing)}=",
            )
        pieces = (given.get("indicator") or "").split(" + ") if given.get("indicator") else []
        places = sorted(_look_up(piece, text, block, self.where) for piece in pieces)
        data["indicator"] = [[place.start, place.end] for place in places]
        for key in ("period", "scope"):
            target = given.get(key)
            if target is not None and target not in found:
                raise AnnotationError(self.where, f"{key}={target}: there is no such span", "name the id of one")
            data[key] = None if target is None else [found[target].start, found[target].end]
        return data | {"of": given.get("of")}


def _entry(line: str, where: str, block: int) -> _Entry:
    head, *fields = _split(line)
    parts = head.split(" ", 2)
    if len(parts) < 3 or parts[1] not in LABELS:
        raise AnnotationError(
            where, "not the line of a span", f"write ID LABEL SURFACE, LABEL one of {' '.join(LABELS)}"
        )
    keys = dict(_pairs(fields, _KEYS[parts[1]], where))
    return _Entry(where, parts[0], parts[1], parts[2], keys, block)


def _pairs(fields: list[str], known: set[str], where: str) -> Iterator[tuple[str, str]]:
    for one in fields:
        key, sign, value = one.partition("=")
        if not sign or key.strip() not in known:
            raise AnnotationError(where, f"{one.strip()!r} is no field here", f"known: {' '.join(sorted(known))}")
        yield key.strip(), value.strip(" ")


def _split(line: str) -> list[str]:
    """The fields between bars. A bar of the text is ``\\|`` and so never stands between two spaces."""
    return re.split(r" \| ", line.rstrip(" "))


def _look_up(surface: str, text: str, block: Span, where: str) -> Span:
    """The place of a surface, ``SURFACE`` or ``SURFACE~N``, in a block."""
    times = _TIMES.search(surface)
    plain = _unescape(surface[: times.start()] if times else surface)
    places = occurrences(block.of(text), plain)
    nth = int(times[1]) if times else 1
    if not 0 < nth <= len(places):
        raise AnnotationError(
            where, f"{plain!r} stands {len(places)} times in the block above", "copy the characters from there"
        )
    if times is None and len(places) > 1:
        raise AnnotationError(
            where, f"{plain!r} stands {len(places)} times in the block above", f"say which: {surface}~1, {surface}~2, …"
        )
    at = block.start + places[nth - 1]
    return Span(at, at + len(plain))


def _value(value: str) -> str | None:
    return None if value == NOTHING else _unescape(value)


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPED.get(match[1], match[1]), text)


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
