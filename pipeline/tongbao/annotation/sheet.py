"""Sheets: annotations as plain text that a person reads and corrects in any editor, and that no offset counts in.

A file of sheets begins with ``# tongbao sheet 1``; after that, line by line, by how a line begins:

- ``== ID ORIGIN``: a document begins.
- ``>TEXT``: a line of the text, the first of a block (a sentence, or several where something reaches over the end of
  one); ``+TEXT``: a further line of the block; ``&TEXT``: a block that begins inside a line. Joined, with a line feed
  before each ``>`` and ``+`` but the very first, they are the text of the document, character by character.
- ``= NUMBER | title=TITLE | lead=d7 d8``: a section begins with the next block; ``=/ NUMBER``: it ended with the last.
- ``ID LABEL SURFACE | key=value | …``: a span in the block above. Characters that stand several times in the block are
  told apart as ``SURFACE~2``, the second time; ``\\n`` is a line feed, ``\\|`` a bar, ``\\s`` a space
  at an end. Keys of a quantity are
  ``indicator`` (pieces joined by `` + ``), ``period``, ``scope`` and ``of`` (ids); ``value``, ``low``, ``high``,
  ``unit``, ``bound``, ``kind`` and ``change`` stand only where they are others than the grammar reads from the
  characters, which ``reads`` shows. ``-`` is nothing. ``reads`` and ``confidence`` are for the eye and not read back.
- ``#…`` and blank lines between spans are comments.

This module writes sheets; :mod:`tongbao.annotation.sheet_reading` reads them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from tongbao.annotation.gold import plain_number, to_json
from tongbao.errors import AnnotationError
from tongbao.numbers import clause_around, parse_period, parse_quantity
from tongbao.reading import read_text
from tongbao.records import Annotated, Bulletin, GoldSection, Mention, Quantity, Span

HEADER: Final = "# tongbao sheet 1"
NOTHING: Final = "-"

#: What the grammar of numbers fills in where a sheet is silent.
GRAMMAR_KEYS: Final = ("value", "low", "high", "unit", "bound", "kind", "change")
#: What is shown to the annotator only.
UNREAD: Final = ("reads", "confidence")
_ESCAPES: Final = (("\\", "\\\\"), ("\n", "\\n"), ("|", "\\|"))


def write_sheet(documents: Iterable[Annotated]) -> str:
    """The documents as one file of sheets.

    Raises:
        AnnotationError: a quantity's period or scope is no span of its own, or a section begins or ends inside a
            sentence or a line; ``tongbao annotate check`` names such places.
    """
    lines = [HEADER]
    for document in documents:
        lines += ["", f"== {escape(document.id)} {document.origin}", *_Sheet(document).lines()]
    return "\n".join(lines) + "\n"


def occurrences(block: str, surface: str) -> list[int]:
    """Where a surface stands in a block, overlapping ones too."""
    found, at = [], block.find(surface)
    while at >= 0 and surface:
        found.append(at)
        at = block.find(surface, at + 1)
    return found


def escape(text: str) -> str:
    """Characters as they stand in a field of a span's line."""
    for plain, escaped in _ESCAPES:
        text = text.replace(plain, escaped)
    # Spaces that the reading of a line would strip or take for part of a separator.
    text = text.replace(" + ", "\\s+ ")
    inner = text.strip(" ")
    left, right = len(text) - len(text.lstrip(" ")), len(text) - len(text.rstrip(" ")) if inner else 0
    return "\\s" * left + inner + "\\s" * right


def grammar_reading(text: str, span: Span) -> dict[str, str | None]:
    """What the grammar reads from the characters of a quantity, as strings of the format; empty where it reads none."""
    read = parse_quantity(span.of(text), *clause_around(text, span.start, span.end))
    return {} if read is None else quantity_fields(read)


def period_reading(text: str, span: Span) -> dict[str, str | None]:
    """The days that the characters of a period fix by themselves."""
    read = parse_period(span.of(text))
    days = (("from", read.first), ("to", read.last))
    return {key: day.isoformat() if day else None for key, day in days}


def quantity_fields(quantity: Quantity) -> dict[str, str | None]:
    """The attributes of a quantity as strings."""
    numbers = {key: plain_number(getattr(quantity, key)) for key in ("value", "low", "high")}
    return numbers | {key: getattr(quantity, key) for key in ("unit", "bound", "kind", "change")}


class _Sheet:
    """One document on its way to lines."""

    def __init__(self, document: Annotated) -> None:
        self.document = document
        self.data = {span["id"]: span for span in to_json(document)["spans"]}
        self.ids = {(mention.label, mention.span): mention.id for mention in document.mentions}
        self.blocks = blocks_of(document, read_text(document.text))

    def lines(self) -> Iterator[str]:
        inside: dict[int, list[Mention]] = defaultdict(list)
        starts = [block.start for block in self.blocks]
        for mention in self.document.mentions:
            inside[bisect_right(starts, mention.span.start) - 1].append(mention)
        begins, ends = self._sections()
        for at, block in enumerate(self.blocks):
            for section in begins.get(at, ()):
                yield self._section(section)
            yield from self._text(block)
            for mention in sorted(inside[at], key=lambda one: (one.span.start, -one.span.end)):
                yield self._span(mention, block)
            for section in reversed(ends.get(at, ())):
                yield f"=/ {section.number}"

    def _text(self, block: Span) -> Iterator[str]:
        text = self.document.text
        lines = block.of(text).split("\n")
        # A block that begins at a line's beginning leaves the line feed before it to its sign.
        sign = ">" if block.start == 0 or text[block.start] == "\n" else "&"
        if block.start and sign == ">":
            lines = lines[1:]
        for line in lines:
            yield sign + line
            sign = "+"

    def _sections(self) -> tuple[dict[int, list[GoldSection]], dict[int, list[GoldSection]]]:
        """Sections by the block that they begin and end with."""
        begins: dict[int, list[GoldSection]] = defaultdict(list)
        ends: dict[int, list[GoldSection]] = defaultdict(list)
        trimmed = [_trimmed(block, self.document.text) for block in self.blocks]
        first = {span.start: at for at, span in enumerate(trimmed)}
        last = {span.end: at for at, span in enumerate(trimmed)}
        for section in self.document.sections:
            if section.span.start not in first or section.span.end not in last:
                place = f"document {self.document.id}, section {section.number}"
                raise AnnotationError(place, "begins or ends inside a sentence", "mend its start and end")
            begins[first[section.span.start]].append(section)
            ends[last[section.span.end]].append(section)
        return begins, ends

    def _section(self, section: GoldSection) -> str:
        fields = [f"= {section.number or NOTHING}"]
        if section.title:
            fields.append(f"title={escape(section.title.of(self.document.text))}")
        if section.lead:
            fields.append(f"lead={' '.join(section.lead)}")
        return " | ".join(fields)

    def _span(self, mention: Mention, block: Span) -> str:
        span = mention.span
        fields = [f"{mention.id} {mention.label} {self._surface(span, block)}"]
        fields += [f"{key}={NOTHING if value is None else value}" for key, value in self._keys(mention, block)]
        return " | ".join(fields)

    def _surface(self, span: Span, block: Span) -> str:
        surface = span.of(self.document.text)
        places = occurrences(block.of(self.document.text), surface)
        if len(places) == 1 and "~" not in surface:
            return escape(surface)
        return f"{escape(surface)}~{places.index(span.start - block.start) + 1}"

    def _keys(self, mention: Mention, block: Span) -> Iterator[tuple[str, object]]:
        data = self.data[mention.id]
        text = self.document.text
        if mention.label == "QUANTITY":
            yield from self._quantity_keys(mention, data, block)
        elif mention.label == "PERIOD":
            read = period_reading(text, mention.span)
            for key in ("from", "to"):
                if data.get(key) != read[key]:
                    yield key, data.get(key)
            if any(read.values()):
                yield "reads", " ".join(day or NOTHING for day in read.values())
        else:
            for key in ("role", "canonical", "kind", "act", "number", "nested", "nested_in", "issuer", "trial"):
                if data.get(key) not in (None, False):
                    yield key, "yes" if data[key] is True else escape(str(data[key]))
        if mention.confidence is not None:
            yield "confidence", f"{mention.confidence:.2f}"

    def _quantity_keys(self, mention: Mention, data: dict[str, object], block: Span) -> Iterator[tuple[str, object]]:
        links = {link.kind: link for link in self.document.links if link.source == mention.id}
        pieces = links["measures"].spans if "measures" in links else ()
        yield "indicator", " + ".join(self._surface(piece, block) for piece in pieces) or None
        for key, kind, label in (("period", "during", "PERIOD"), ("scope", "within", "SCOPE")):
            if kind in links:
                target = self.ids.get((label, links[kind].spans[0]))  # type: ignore[arg-type]
                if target is None:
                    place = f"document {self.document.id}, span {mention.id}"
                    raise AnnotationError(place, f"its {key} is no span of its own", f"annotate the {label}")
                yield key, target
        if "of" in links:
            yield "of", links["of"].target
        assert isinstance(mention.attributes, Quantity)
        given = quantity_fields(mention.attributes)
        read = grammar_reading(self.document.text, mention.span)
        for key in GRAMMAR_KEYS:
            if key not in read or given[key] != read[key]:
                yield key, given[key]
        if read:
            number = read["value"] or f"{read['low']}~{read['high']}"
            words = (read["unit"], *(read[key] for key in ("bound", "kind", "change")))
            yield "reads", " ".join([number, *(word or NOTHING for word in words)])


def blocks_of(document: Annotated, bulletin: Bulletin) -> tuple[Span, ...]:
    """The text cut at sentences and sections, so that no span and no piece of an indicator reaches over a cut."""
    text = document.text
    cuts = {sentence.start for sentence in bulletin.sentences}
    cuts |= {section.span.start for section in document.sections}
    cuts |= {_next_begin(text, section.span.end) for section in document.sections}
    # White space before a block stays with the block before, but for the line feed, which the block's sign stands for.
    placed = {_line_begin(text, cut) for cut in cuts if 0 < cut < len(text)}
    for reach in _reaches(document):
        placed -= {cut for cut in placed if reach.start < cut < reach.end}
    edges = [0, *sorted(cut for cut in placed if 0 < cut < len(text)), len(text)]
    return tuple(Span(a, b) for a, b in pairwise(edges))


def _reaches(document: Annotated) -> Iterator[Span]:
    """From the first to the last character of each mention, and of each quantity with its indicator."""
    spans = {mention.id: mention.span for mention in document.mentions}
    yield from spans.values()
    for link in document.links:
        if link.kind == "measures" and link.spans:
            around = (spans[link.source], *link.spans)
            yield Span(min(span.start for span in around), max(span.end for span in around))


def _next_begin(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _line_begin(text: str, at: int) -> int:
    """The line feed before a block that has only white space before it in its line; else the block's own begin."""
    back = at
    while back > 0 and text[back - 1] != "\n" and text[back - 1].isspace():
        back -= 1
    return back - 1 if back > 0 and text[back - 1] == "\n" else at


def _trimmed(block: Span, text: str) -> Span:
    surface = block.of(text)
    start = block.start + len(surface) - len(surface.lstrip())
    return Span(start, max(start, block.start + len(surface.rstrip())))
