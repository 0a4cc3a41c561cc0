"""Where each mention stands: its sentence, its clause, its section, its neighbours."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from tongbao.linking.captions import Caption, captions
from tongbao.linking.grids import Cell, Row, row_of
from tongbao.reading import split_clauses
from tongbao.records import Bulletin, Label, Mention, Span

#: Clauses inside brackets that one clause may hold in front of a quantity before the look-up gives up.
_CLAUSES_LOOKED_AT = 40
_LONGEST_HEADING = 45
_STOPS = frozenset("。！？；，、!?;,…)）")


@dataclass(frozen=True, slots=True)
class Place:
    """The surroundings of one mention.

    ``clause`` is the shortest clause that holds it and ``before`` the one that begins last before that clause in the
    same sentence (the clause in front, or the one round a bracket). In a table the line ``before`` has the heads of
    columns, and ``cell`` says which is its own. A number that has a line or a cell to itself has a ``caption``.
    ``section`` is an index or -1; ``heading`` says whether the sentence is a heading, with or without a number.
    ``base`` is where its text begins among packed ones (``tagging.packing``); all spans are counted from there.
    """

    mention: Mention
    sentence: Span
    clause: Span
    before: Span | None
    section: int
    heading: bool = False
    base: int = 0
    cell: Cell | None = None
    caption: Caption | None = None

    @property
    def start(self) -> int:
        """Where the mention begins among packed texts."""
        return self.base + self.mention.span.start

    @property
    def end(self) -> int:
        """Where it ends there."""
        return self.base + self.mention.span.end


def holding(spans: Sequence[Span], starts: Sequence[int], position: int) -> int:
    """Index of the last span of an ordered, disjoint sequence that begins at or before ``position``, else -1."""
    return bisect_right(starts, position) - 1


class Bodies:
    """The departments and organizations of a document, found by where they stand."""

    def __init__(self, mentions: Iterable[Mention]) -> None:
        self._mentions = [mention for mention in mentions if mention.label in ("DEPARTMENT", "ORGANIZATION")]
        self._starts = [mention.span.start for mention in self._mentions]

    def touching(self, span: Span) -> list[Mention]:
        """Those that share a character with ``span``, in text order. Bodies do not nest."""
        first = bisect_right(self._starts, span.start)
        near = self._mentions[max(first - 1, 0) : bisect_left(self._starts, span.end)]
        return [mention for mention in near if mention.span.overlaps(span)]


def places(
    bulletin: Bulletin, mentions: Sequence[Mention], labels: Container[Label] = ("QUANTITY",), base: int = 0
) -> list[Place]:
    """The surroundings of every mention with one of ``labels``, in text order.

    Linear in the text: each sentence is split once.
    """
    starts = [sentence.start for sentence in bulletin.sentences]
    sections = innermost_sections(bulletin)
    spans = [mention.span for mention in mentions if mention.label == "QUANTITY"]
    figures = [span.start for span in spans]
    captioned = captions(bulletin.text, spans) if "QUANTITY" in labels else {}
    number = -1
    out: list[Place] = []
    current = -1
    clauses: tuple[Span, ...] = ()
    row: Row | None = None
    for mention in mentions:
        number += mention.label == "QUANTITY"
        if mention.label not in labels:
            continue
        index = holding(bulletin.sentences, starts, mention.span.start)
        if index != current or index < 0:
            sentence = bulletin.sentences[index] if index >= 0 else mention.span
            clauses = split_clauses(bulletin.text, sentence) if index >= 0 else ()
            current, heading = index, is_heading(bulletin.text, sentence)
            row = row_of(bulletin, index, figures) if index >= 0 and "QUANTITY" in labels else None
        clause, before = _clause_of(clauses, mention.span, sentence)
        cell = row.cell(mention.span) if row is not None and mention.label == "QUANTITY" else None
        if cell is not None and cell.heads is not None:
            before = cell.heads
        section = sections.at(mention.span.start)
        caption = captioned.get(number) if mention.label == "QUANTITY" else None
        out.append(Place(mention, sentence, clause, before, section, heading, base, cell, caption))
    return out


def is_heading(text: str, sentence: Span) -> bool:
    """Whether a sentence is a short line of its own without a full stop: 一、2024年工作回顾."""
    if len(sentence) > _LONGEST_HEADING or text[sentence.end - 1 : sentence.end] in _STOPS:
        return False
    before = text[max(0, sentence.start - 8) : sentence.start].rstrip(" \t\u3000")
    alone = text[sentence.end : sentence.end + 8].lstrip(" \t\u3000")[:1]
    return before[-1:] in ("", "\n", "\r") and alone in ("", "\n", "\r")


def _clause_of(clauses: Sequence[Span], span: Span, sentence: Span) -> tuple[Span, Span | None]:
    """The shortest clause that holds ``span`` and the one that begins last before it.

    Clauses are ordered by start and nest, so the last ones that begin at or before the span are the candidates. Where
    a span runs over a clause's end the sentence stands in.
    """
    last = bisect_right(clauses, span.start, key=lambda clause: clause.start)
    for at in range(last - 1, max(-1, last - 1 - _CLAUSES_LOOKED_AT), -1):
        if clauses[at].contains(span):
            return clauses[at], clauses[at - 1] if at else None
    return sentence, None


@dataclass(frozen=True, slots=True)
class Sections:
    """Innermost section by offset: ``starts`` ascending, ``indices`` the section that holds from there on."""

    starts: tuple[int, ...]
    indices: tuple[int, ...]

    def at(self, position: int) -> int:
        """Index of the innermost section at ``position``, -1 where none is."""
        found = bisect_right(self.starts, position) - 1
        return self.indices[found] if found >= 0 else -1


def innermost_sections(bulletin: Bulletin) -> Sections:
    """A look-up table from offset to the innermost section."""
    borders: list[tuple[int, int, int, int]] = []
    for index, section in enumerate(bulletin.sections):
        borders.append((section.span.start, 1, index, index))
        # Of sections that end together the outermost, which comes first in the text, says what holds from there on.
        borders.append((section.span.end, 0, -index, section.parent if section.parent is not None else -1))
    borders.sort()
    return Sections(tuple(b[0] for b in borders), tuple(b[3] for b in borders))
