"""Lines under one another: which of them run on into the next.

A line runs on where it is full (the first word of the next line had no room on it) and the next line does not stand
like the first of a paragraph: indented, in another size, far below, or with an item mark. How a document marks its
paragraphs, by an indent or by a distance, is read off the lines that follow on one that is not full.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from tongbao.reading.lines import columns
from tongbao.reading.marks import mark_at
from tongbao.reading.pages.layout import Column, Row

#: In a column narrower than this (in em) stands a list, and no line of it is full.
_MIN_WIDTH = 9.0
#: An indent, in em.
_INDENT = 0.8
#: A distance between lines from which on they are two paragraphs, as a multiple of the usual one.
_APART = 1.3
#: Sizes that differ by more than this are a heading's and its text's.
_SAME_SIZE = 1.12
#: So many lines have to end at the right edge as exactly as this (in em) before it is believed, or so far beyond it.
_FLUSH_LINES = 3
_FLUSH = 0.4
_HANGING = 2.0
#: How much wider (in em) the right margin of a page may be than the left one.
_MARGIN = 1.5
#: Lines enough to see the margins of odd and of even pages apart.
_MANY = 8

#: What is not parted at a line end: a number, a Latin word, or one character with the stops that may not begin a line.
_WORD = re.compile(
    r"[0-9A-Za-z０-９][0-9A-Za-z０-９.,，%％‰+\-/@_:]*[、。，；：？！）》”’」』】〕]*|.[、。，；：？！）》”’」』】〕)\],.;:!?%％]*"
)
_LATIN = re.compile(r"[A-Za-z]")
_FINISHED = re.compile(r"""[。！？!?…；;：:]["”’」』）)】〕》\]]*$""")


@dataclass(frozen=True, slots=True)
class Line:
    """A line, its page, and the edges of the text in which it stands.

    ``above``: how far it stands below the line above it in its column, in em; ``None`` for the first one.
    """

    row: Row
    page: int
    left: float
    right: float
    above: float | None

    @property
    def indent(self) -> float:
        """How far right of the edge it begins, in em."""
        return (self.row.x0 - self.left) / self.row.size


@dataclass(frozen=True, slots=True)
class Style:
    """How a document begins a paragraph: with an indent, or ``spaced``; and the usual distance of two lines in em."""

    indented: bool
    spaced: bool
    distance: float


def fits(used: float, following: Row, width: float) -> bool:
    """Whether the first word of the line ``following`` had room beside ``used`` in a column of ``width``."""
    word = _WORD.match(following.text)
    needed = columns(word[0]) / 2 if word else 0.0
    return used + (needed - 0.2) * following.size <= width


def joint(above: str, below: str) -> str:
    """What stands between two lines of one paragraph: a space between Latin words, else nothing."""
    return " " if _LATIN.match(above[-1:]) and re.match("[A-Za-z0-9]", below) else ""


def placed(found: Sequence[Column]) -> list[Line]:
    """The lines of all columns with the edges of their text."""
    edges = _edges(found)
    lines: list[Line] = []
    for column in found:
        left, right = edges[column.side, column.page % 2]
        above: Row | None = None
        for row in column.rows:
            middles = None if above is None else (row.top + row.bottom - above.top - above.bottom) / 2
            lines.append(Line(row, column.page, left, right, None if middles is None else middles / row.size))
            above = row
    return lines


def style_of(lines: Sequence[Line]) -> Style:
    """What the lines have in common."""
    inside = [b.above for a, b in pairwise(lines) if b.above and is_full(a, b) and not _FINISHED.search(a.row.text)]
    usual = median(inside) if inside else median([line.above for line in lines if line.above] or [1.5])
    first = [
        b
        for a, b in pairwise(lines)
        if not is_full(a, b) and _same_size(a, b) and b.row.x1 - b.row.x0 > (b.right - b.left) / 2
    ]
    distances = [line.above for line in first if line.above]
    return Style(
        indented=2 * sum(line.indent >= _INDENT for line in first) > len(first),
        spaced=bool(distances) and median(distances) > _APART * usual,
        distance=usual,
    )


def is_full(line: Line, following: Line) -> bool:
    """Whether ``line`` has no room for the first word of ``following``."""
    width = line.right - line.left
    return width >= _MIN_WIDTH * line.row.size and not fits(line.row.x1 - line.left, following.row, width)


def runs_on(line: Line, following: Line, style: Style) -> bool:
    """Whether both are lines of one paragraph; see the module for the rule."""
    if not is_full(line, following) or not _same_size(line, following):
        return False
    if following.above is not None and following.above > _APART * style.distance:
        return False
    marked = mark_at(following.row.text, 0) is not None
    indented = following.indent >= _INDENT
    told = style.indented or (style.spaced and following.above is not None)
    if _FINISHED.search(line.row.text):
        return told and not indented
    if indented:
        return not marked and (not style.indented or _centred(following))
    return told or not marked


def _centred(line: Line) -> bool:
    """Whether it is the last line of a heading."""
    left, right = line.row.x0 - line.left, line.right - line.row.x1
    return left > line.row.size and abs(left - right) < line.row.size


def _same_size(a: Line, b: Line) -> bool:
    return max(a.row.size, b.row.size) < _SAME_SIZE * min(a.row.size, b.row.size)


def _edges(found: Sequence[Column]) -> dict[tuple[str, int], tuple[float, float]]:
    """Left and right edge for every kind of column, on odd (1) and even (0) pages."""
    rows: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for column in found:
        rows[column.side, column.page % 2].extend(column.rows)
    width = max((column.width for column in found), default=0.0)
    edges: dict[tuple[str, int], tuple[float, float]] = {}
    for side in {side for side, _ in rows}:
        sets = [rows[side, parity] for parity in (0, 1)]
        # A text stands in the middle of its page; of a column nothing is known but its lines.
        both = _edge([row for some in sets for row in some], None if side else width)
        own = [_edge(some, None if side else width) if len(some) >= _MANY else both for some in sets]
        em = max(row.size for some in sets for row in some)
        left, right = (own[1][k] - own[0][k] for k in (0, 1))
        mirrored = abs(left - right) < em < abs(left)
        edges.update({(side, parity): own[parity] if mirrored else both for parity in (0, 1)})
    return edges


def _edge(rows: Sequence[Row], width: float | None) -> tuple[float, float]:
    """Left edge: where two lines begin (within one em); right edge: where three lines end exactly.

    Stops may hang over the right edge. Where no lines end together, the text goes as far as its longest lines, or as it
    would in the middle of a page of ``width``, or almost so far: lines of whole characters leave a rest.
    """
    em = median(row.size for row in rows)
    lefts = sorted(row.x0 for row in rows)
    left = next((a for a, b in pairwise(lefts) if b - a < em), lefts[0])
    rights = sorted((row.x1 for row in rows), reverse=True)
    flush = [a for a, b in zip(rights, rights[_FLUSH_LINES - 1 :], strict=False) if a - b < _FLUSH * em]
    if flush and rights[0] - flush[0] < _HANGING * em:
        return left, flush[0]
    right = next((a for a, b in pairwise(rights) if a - b < em), rights[0])
    return left, right if width is None else max(right, width - left - _MARGIN * em)
