"""Ruled tables on pages: boxes and the glyphs in them → a table; a table that goes on over pages → its lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from statistics import median

from tongbao.reading.pages.glyphs import Glyph, pieces_of
from tongbao.reading.pages.layout import PageTable, Row, grouped, row_of
from tongbao.reading.pages.lines import fits, joint
from tongbao.reading.tables import Cell, is_data, lines_of, table_of

#: Rules nearer than this (in em of the table's text) are one.
_SAME_RULE = 0.3
#: What a cell leaves free at its left and right together, in em.
_PADDING = 1.1
#: How far the columns of a table that goes on may be from those above, in em.
_SAME_COLUMN = 0.6


@dataclass(frozen=True, slots=True)
class Box:
    """A cell as ruled."""

    x0: float
    top: float
    x1: float
    bottom: float


def table_in(page: int, boxes: Sequence[Box], glyphs: Sequence[Glyph]) -> tuple[PageTable | None, frozenset[Glyph]]:
    """The table of the cells ``boxes`` and the glyphs that stand in it.

    ``None`` and no glyphs where the rules only frame a text or the cells hold hardly anything.
    """
    inside = [glyph for glyph in glyphs if any(_holds(box, glyph) for box in boxes)]
    if not inside:
        return None, frozenset()
    em = median(glyph.size for glyph in inside)
    across = _rules((x for box in boxes for x in (box.x0, box.x1)), _SAME_RULE * em)
    down = _rules((y for box in boxes for y in (box.top, box.bottom)), _SAME_RULE * em)
    cells = []
    for box in sorted(boxes, key=lambda box: (box.top, box.x0)):
        row, column = _rule(down, box.top), _rule(across, box.x0)
        size = max(1, _rule(down, box.bottom) - row), max(1, _rule(across, box.x1) - column)
        cells.append(Cell(_text([glyph for glyph in inside if _holds(box, glyph)], box), row, column, *size))
    table = table_of(cells)
    single = len(table.grid) == 1 and table.width > 1  # what a page break leaves of a table may be one row
    if not single and not is_data(table):
        return None, frozenset()
    found = PageTable(page, down[0], down[-1], tuple(across), em, tuple(cells))
    return found, frozenset(inside)


def goes_on(above: PageTable, below: PageTable) -> bool:
    """Whether ``below``, the first thing on a page, has the columns of ``above``, the last thing on the page before."""
    return len(above.across) == len(below.across) and all(
        abs(a - b) < _SAME_COLUMN * above.em for a, b in zip(above.across, below.across, strict=True)
    )


def table_lines(parts: Sequence[PageTable], above: str = "") -> list[list[str]]:
    """The lines of a table for each of its parts, which stand on one page each; the first part holds the heads.

    ``above`` is the paragraph over the table.
    """
    head = parts[0].cells
    first = lines_of(table_of(head), above)
    rows = 1 + max(cell.row for cell in head)
    found = [first]
    for part in parts[1:]:
        again = _repeated_rows(head, part.cells)
        moved = (replace(cell, row=cell.row + rows) for cell in part.cells if cell.row >= again)
        lines = lines_of(table_of([*head, *moved]), above)
        found.append(lines[len(first) :] if lines[: len(first)] == first else lines_of(table_of(part.cells), above))
    return found


def _repeated_rows(head: Sequence[Cell], below: Sequence[Cell]) -> int:
    """How many rows ``below`` begins with that ``head`` begins with too."""
    rows = [_by_row(head), _by_row(below)]
    same = takewhile(lambda pair: pair[0] == pair[1], zip(*rows, strict=False))
    return sum(1 for _ in same)


def _by_row(cells: Sequence[Cell]) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(1 + max(cell.row for cell in cells))]
    for cell in cells:
        rows[cell.row].append(cell.text)
    return rows


def _holds(box: Box, glyph: Glyph) -> bool:
    x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
    return box.x0 <= x < box.x1 and box.top <= y < box.bottom


def _rules(positions: Iterable[float], near: float) -> list[float]:
    found: list[float] = []
    for position in sorted(positions):
        if not found or position - found[-1] > near:
            found.append(position)
    return found


def _rule(rules: Sequence[float], position: float) -> int:
    return min(range(len(rules)), key=lambda k: abs(rules[k] - position))


def _text(glyphs: Sequence[Glyph], box: Box) -> str:
    """The text of a cell: a line end stays where the next word had room on the line above."""
    text = ""
    above: Row | None = None
    for row in map(row_of, grouped(pieces_of(glyphs))):
        if above is not None:
            wide = box.x1 - box.x0 - _PADDING * row.size
            text += "\n" if fits(above.x1 - above.x0, row, wide) else joint(above.text, row.text)
        text += row.text
        above = row
    return text
