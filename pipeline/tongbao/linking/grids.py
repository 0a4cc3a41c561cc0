"""Tables set with white space or bars in plain text: cells of lines, and the heads of a number's column and row."""

from __future__ import annotations

import re
from bisect import bisect_left
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
    gap = r"[ \t\u3000|｜│]"
    return re.compile(rf"{gap}(?:(?<! )|(?={gap})){gap}*")


def cells(text: str, line: Span) -> list[Span]:
    """The stretches of a line between wide gaps."""
    found: list[Span] = []
    at = line.start
    for gap in _gaps().finditer(text, line.start, line.end):
        if gap.start() > at:
            found.append(Span(at, gap.start()))
        at = gap.end()
    if at < line.end:
        found.append(Span(at, line.end))
    return found


def cell_of(bulletin: Bulletin, index: int, span: Span, own: Sequence[Span], figures: Sequence[int]) -> Cell | None:
    """Where a number stands in a table: ``own`` are the cells of its sentence, number ``index``, and ``figures`` where
    quantities begin, in text order. None where its line is no row of one.
    """
    at = next((number for number, cell in enumerate(own) if cell.contains(span)), -1)
    if len(own) < 2 or at < 0:
        return None
    if at and not _any(figures, own[0]):
        return Cell(row=own[0])
    for above in range(index - 1, max(-1, index - 1 - _MOST_ROWS), -1):
        line, below = bulletin.sentences[above], bulletin.sentences[above + 1]
        heads = cells(bulletin.text, line)
        if len(heads) < 2 or bulletin.text.count("\n", line.end, below.start) != 1:
            return None
        if not _any(figures, line):
            return Cell(line, heads[at]) if len(heads) == len(own) else None
    return None


def _any(figures: Sequence[int], span: Span) -> bool:
    return bisect_left(figures, span.start) < bisect_left(figures, span.end)
