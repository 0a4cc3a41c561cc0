"""Tables set with white space or bars in plain text: cells of lines, and the heads of a number's column and row."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tongbao.records import Bulletin, Span

#: A head is at most so many lines above its number.
_MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """Of a number in a table: the first cell of its own line where that says what the ``row`` is; else the line with
    the ``heads`` of columns, if there is one, and the ``head`` of its own column.

    Gold takes a head for an indicator where rows have no names; under one, rows say what is counted, or where.
    """

    heads: Span | None = None
    head: Span | None = None
    row: Span | None = None


@cache
def _gaps() -> re.Pattern[str]:
    # All but a single space. It begins with a class of characters: the engine skips the others fast.
    gap = r"[ \t\u3000|｜│┃／]"
    return re.compile(rf"{gap}(?:(?<! )|(?={gap})){gap}*| [/·] ")


@cache
def _single() -> re.Pattern[str]:
    """The only character of a cell."""
    return re.compile(r"[^\W\d](?=[ \u3000]|\Z)")


def cells(text: str, line: Span, numbers: Sequence[Span] = ()) -> list[Span]:
    """The stretches of a line between wide gaps. Gaps inside ``numbers`` part none, nor do those of words of two
    characters, 合　计.
    """
    found: list[Span] = []
    at = line.start
    for gap in _gaps().finditer(text, line.start, line.end):
        first, last = gap.span()
        if any(number.start < last and first < number.end for number in numbers):
            continue
        if first - at == 1 and text[at].isalpha() and _single().match(text, last, line.end):
            continue
        if first > at:
            found.append(Span(at, first))
        at = last
    if at < line.end:
        found.append(Span(at, line.end))
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: its ``cells``, the first of them where it is a ``name``, else the line with the ``heads`` of
    columns and its cells, if there is one.
    """

    cells: tuple[Span, ...]
    name: Span | None = None
    heads: Span | None = None
    columns: tuple[Span, ...] = ()

    def cell(self, span: Span) -> Cell | None:
        """Where a number of this line stands; ``None`` if it runs over cells, or nothing says what it is."""
        at = bisect_right(self.cells, span.start, key=lambda cell: cell.start) - 1
        if at < 0 or not self.cells[at].contains(span):
            return None
        if self.name is not None:
            return Cell(row=self.name)
        return Cell(self.heads, self.columns[at]) if self.heads is not None else None


def row_of(bulletin: Bulletin, index: int, figures: Sequence[int]) -> Row | None:
    """Sentence number ``index`` as a line of a table; ``figures`` are where quantities begin, in text order. None where
    it is no such line.
    """
    own = cells(bulletin.text, bulletin.sentences[index])
    if len(own) < 2:
        return None
    if not begins_in(figures, own[0]):
        return Row(tuple(own), own[0])
    for above in range(index - 1, max(-1, index - 1 - _MOST_ROWS), -1):
        line, below = bulletin.sentences[above], bulletin.sentences[above + 1]
        heads = cells(bulletin.text, line)
        if len(heads) < 2 or bulletin.text.count("\n", line.end, below.start) != 1:
            return None
        if not begins_in(figures, line):
            return Row(tuple(own), None, line, tuple(heads)) if len(heads) == len(own) else None
    return None


def begins_in(figures: Sequence[int], span: Span) -> bool:
    """Whether one of ``figures``, ascending, lies in a span."""
    return bisect_left(figures, span.start) < bisect_left(figures, span.end)
