"""The order in which a page is read: top down, the left column before the right one, tables in their place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from tongbao.reading.pages.glyphs import Piece, text_of
from tongbao.reading.tables import Cell

#: Two columns have at least so many lines each, side by side, and so many characters on a line of each.
_COLUMN_LINES = 3
_COLUMN_WIDTH = 9.0
#: From so many lines on a left column may have a right one in which the text soon ends.
_LONG = 8
#: A line of running text is printed over this share of its column's width, but for an indent.
_INK = 0.9
#: The width of the gutter, and how far two columns' widths may differ or a line be indented, in em.
_GUTTER = 0.9
_FULL = 2.0
#: Pages are not cut up more often than this (columns in columns).
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class PageTable:
    """A ruled table: its vertical rules ``across`` the page, the ``em`` of its text, its cells."""

    page: int
    top: float
    bottom: float
    across: tuple[float, ...]
    em: float
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on one page, outside of tables in pieces of lines; ``number`` counts from 1."""

    number: int
    width: float
    height: float
    pieces: tuple[Piece, ...]
    tables: tuple[PageTable, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line as read."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float


@dataclass(frozen=True, slots=True)
class Column:
    """Lines under one another on one page, in order.

    ``side`` says which column it is where there are several: ``l`` or ``r``, ``rl`` for the middle one of three;
    ``width`` is that of the page.
    """

    page: int
    width: float
    side: str
    rows: tuple[Row, ...]


def in_order(page: Page) -> list[Column | PageTable]:
    """The columns and tables of a page, as they are read."""
    found: list[Column | PageTable] = []
    rest = list(page.pieces)
    for table in sorted(page.tables, key=lambda table: (table.top, table.across[0])):
        above = [piece for piece in rest if piece.middle < table.top]
        rest = [piece for piece in rest if piece.middle >= table.top]
        found.extend(_columns(page, above))
        found.append(table)
    found.extend(_columns(page, rest))
    return found


def grouped(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Pieces that stand on one line, left to right; the lines top down."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: (piece.middle, piece.x0)):
        if lines and _level(lines[-1], piece):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda piece: piece.x0) for line in lines]


def row_of(line: Sequence[Piece]) -> Row:
    """One line of pieces, read from left to right."""
    return Row(
        text_of(line),
        min(piece.x0 for piece in line),
        max(piece.x1 for piece in line),
        min(piece.top for piece in line),
        max(piece.bottom for piece in line),
        median(glyph.size for piece in line for glyph in piece.glyphs),
    )


def _level(line: list[Piece], piece: Piece) -> bool:
    """Whether the piece stands on the line: its middle is near that of the line's largest piece."""
    largest = max(line, key=lambda other: other.size)
    return abs(piece.middle - largest.middle) < 0.5 * max(piece.size, largest.size)


def _columns(page: Page, pieces: list[Piece], side: str = "") -> list[Column]:
    if not pieces:
        return []
    band = _band(pieces, page) if len(side) < _DEPTH else None
    if band is None:
        rows = tuple(row for row in map(row_of, grouped(pieces)) if row.text)
        return [Column(page.number, page.width, side, rows)] if rows else []
    x, top, bottom = band
    inside = [piece for piece in pieces if top <= piece.middle <= bottom]
    parts = (
        (side, [piece for piece in pieces if piece.middle < top]),
        (side + "l", [piece for piece in inside if piece.x0 < x]),
        (side + "r", [piece for piece in inside if piece.x0 >= x]),
        (side, [piece for piece in pieces if piece.middle > bottom]),
    )
    return [column for name, part in parts for column in _columns(page, part, name)]


def _band(pieces: list[Piece], page: Page) -> tuple[float, float, float] | None:
    """The largest part of the page that is set in two columns, as ``(x of the gutter, top, bottom)``."""
    best: tuple[float, float, float] | None = None
    most = 0
    down = sorted(pieces, key=lambda piece: piece.middle)
    starts = Counter(round(piece.x0, 1) for piece in pieces)
    for x in sorted(starts):
        edge = x - 0.1
        for inside in _uncrossed(down, edge):
            if len(inside) <= most:
                continue
            sides = [piece for piece in inside if piece.x0 < edge], [piece for piece in inside if piece.x0 >= edge]
            if _are_columns(*sides, page):
                most, best = len(inside), (edge, inside[0].middle, inside[-1].middle)
    return best


def _uncrossed(down: list[Piece], x: float) -> list[list[Piece]]:
    """The stretches of the page, top down, in which no piece crosses ``x``."""
    found: list[list[Piece]] = [[]]
    for piece in down:
        if piece.x0 < x < piece.x1:
            found.append([])
        else:
            found[-1].append(piece)
    return found


def _are_columns(left: list[Piece], right: list[Piece], page: Page) -> bool:
    """Whether both sides of a gutter are running text, or the left one is and the text ends soon in the right one.

    Then there is little text to tell by, and columns of the left one's width have to fill the page.
    """
    if not left or not right:
        return False
    size = median(piece.size for piece in left)
    start, end, second = min(p.x0 for p in left), max(p.x1 for p in left), min(p.x0 for p in right)
    if second - end < _GUTTER * size:
        return False
    lines, others = grouped(left), grouped(right)
    if len(lines) < _LONG or 2 * len(others) > len(lines):
        return _side_by_side(left, right) and _runs(lines) and (_runs(others) or _band(right, page) is not None)
    last = others[-1][0].middle
    beside = sum(line[0].middle <= last for line in lines)
    margin = min(piece.x0 for piece in page.pieces)
    rests = (page.width - margin - second - more * (second - start) - (end - start) for more in (0, 1))
    return any(abs(rest) < _FULL * size for rest in rests) and _runs(lines) and beside <= len(others) + 2


def _runs(lines: list[list[Piece]]) -> bool:
    """Whether lines are running text: enough of them, long ones, most of which fill the column."""
    if len(lines) < _COLUMN_LINES:
        return False
    left, right = min(line[0].x0 for line in lines), max(line[-1].x1 for line in lines)
    size = median(piece.size for line in lines for piece in line)
    full = sum(sum(piece.x1 - piece.x0 for piece in line) > _INK * (right - left) - _FULL * size for line in lines)
    return right - left >= _COLUMN_WIDTH * size and 5 * full >= 2 * len(lines)


def _side_by_side(left: list[Piece], right: list[Piece]) -> bool:
    """Whether three lines of either stand beside the other."""
    half = median(piece.size for piece in left) / 2
    top = max(min(piece.middle for piece in side) for side in (left, right)) - half
    bottom = min(max(piece.middle for piece in side) for side in (left, right)) + half
    beside = ([piece for piece in side if top <= piece.middle <= bottom] for side in (left, right))
    return all(len(grouped(side)) >= _COLUMN_LINES for side in beside)
