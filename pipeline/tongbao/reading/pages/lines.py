"""Lines under one another: which of them run on into the next.

A line runs on where it is full (the first word of the next line had no room on it) and the next line does not stand
like the first of a paragraph: indented, in another size, far below, or with an item mark. How a document marks its
paragraphs, by an indent or by a distance, is read off the lines that follow on one that is not full.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from tongbao.reading.lines import columns as columns_of
from tongbao.reading.marks import mark_at
from tongbao.reading.pages.edges import edges_of, sided
from tongbao.reading.pages.layout import Column, Row

#: In a column narrower than this (in em) stands a list, and no line of it is full.
_MIN_WIDTH = 9.0
#: An indent, in em.
_INDENT = 0.8
_SAME_INDENT = 0.4
#: A distance between lines from which on they are two paragraphs, as a multiple of the usual one.
_APART = 1.3
#: Sizes that differ by more than this are a heading's and its text's.
_SAME_SIZE = 1.12
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
    """How a document begins a paragraph: with an ``indent`` (0.0: without), or ``spaced``; and the usual distance of
    two lines. Lengths in em, but for the usual ``size`` of the text.
    """

    size: float
    indent: float
    spaced: bool
    distance: float


def fits(used: float, following: Row, width: float) -> bool:
    """Whether the first word of the line ``following`` had room beside ``used`` in a column of ``width``."""
    word = _WORD.match(following.text)
    needed = columns_of(word[0]) / 2 if word else 0.0
    return used + (needed - 0.2) * following.size <= width


def joint(above: str, below: str) -> str:
    """What stands between two lines of one paragraph: a space between Latin words, else nothing."""
    return " " if _LATIN.match(above[-1:]) and re.match("[A-Za-z0-9]", below) else ""


def placed(found: Sequence[Column]) -> list[Line]:
    """The lines of all columns with the edges of their text."""
    columns = sided(found)
    edges = edges_of(columns)
    lines: list[Line] = []
    for column in columns:
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
    indents = [line.indent for line in first if line.indent >= _INDENT]
    return Style(
        size=median([line.row.size for line in lines] or [1.0]),
        indent=median(indents) if 2 * len(indents) > len(first) else 0.0,
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
    told = style.indent > 0 or (style.spaced and following.above is not None)
    if _FINISHED.search(line.row.text):
        return told and not indented
    if indented:
        return not marked and (not style.indent or _centred(following, style))
    return told or not marked


def is_first(line: Line, style: Style) -> bool:
    """Whether the line is set apart as the first of a paragraph, in the way of the document."""
    if style.indent:
        return line.indent >= _INDENT
    return style.spaced and line.above is not None and line.above > _APART * style.distance


def _centred(line: Line, style: Style) -> bool:
    """Whether it is the last line of a heading, and not indented like a paragraph."""
    right = (line.right - line.row.x1) / line.row.size
    heading = abs(line.indent - style.indent) > _SAME_INDENT or line.row.size > _SAME_SIZE * style.size
    return line.indent > 1 and abs(line.indent - right) < 1 and heading


def _same_size(a: Line, b: Line) -> bool:
    return max(a.row.size, b.row.size) < _SAME_SIZE * min(a.row.size, b.row.size)
