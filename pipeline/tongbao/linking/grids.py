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
    """Of a number in a table: the line with the heads of columns, the ``head`` of its own column, and the first cell
    of its own line where that says what the ``row`` is.
    """

    heads: Span | None
    head: Span | None
    row: Span | None


@cache
def _gaps() -> re.Pattern[str]:
    return re.compile(r"[ \t]*[\u3000\t|｜│][ \t\u3000|｜│]*| {2,}")


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
    row = own[0] if at and not _any(figures, own[0]) else None
    for above in range(index - 1, max(-1, index - 1 - _MOST_ROWS), -1):
        line, below = bulletin.sentences[above], bulletin.sentences[above + 1]
        heads = cells(bulletin.text, line)
        if len(heads) < 2 or bulletin.text.count("\n", line.end, below.start) != 1:
            break
        if _any(figures, line):
            continue
        missing = len(own) - len(heads)
        fits = missing == 0 or (missing == 1 and row is not None)
        return Cell(line, heads[at - missing], row) if fits else Cell(None, None, row)
    return Cell(None, None, row) if row else None


def _any(figures: Sequence[int], span: Span) -> bool:
    return bisect_left(figures, span.start) < bisect_left(figures, span.end)
