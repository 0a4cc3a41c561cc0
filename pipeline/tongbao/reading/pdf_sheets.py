"""One page of a PDF as pdfplumber gives it → a page for ``tongbao.reading.pages``, turned upright.

Lengths are points. A character's matrix says how its line runs, which its box does not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from tongbao.reading.pages import Box, Glyph, Page, PageTable, pieces_of, table_in

if TYPE_CHECKING:
    from pdfplumber.page import Page as PlumberPage

#: Pages with more rules than this are drawings; looking for tables among them takes minutes.
_MAX_RULES = 4_000
#: A page with fewer characters than this on a picture that fills half of it is a scan (and they are a watermark).
_FEW = 50
_MOST_OF_PAGE = 0.5
#: So many lines and curves on a page without a character are the outlines of letters.
_OUTLINES = 200
#: A line slants when it rises by more than this share of its length.
_SLANT = 0.1
#: What pdfminer writes for a glyph of which the font does not say what it is; here U+FFFD.
_BROKEN = re.compile(r"\(cid:\d+\)")

_Corners: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page; how many characters it has, how many of them are broken, and whether it shows a picture of text."""

    page: Page
    characters: int
    broken: int
    picture: bool


def sheet_of(plumbed: PlumberPage, number: int) -> Sheet:
    """The page ``number``, turned so that most of its text runs to the right; what runs otherwise is left out.

    Text at a slant is a watermark. Text in a ruled table is in the table only.
    """
    marks = [(char, _direction(char["matrix"])) for char in plumbed.chars]
    counts = Counter(direction for _, direction in marks if direction is not None)
    turn = max(range(4), key=lambda direction: (counts[direction], -direction))
    size = (float(plumbed.width), float(plumbed.height))
    width, height = size if turn % 2 == 0 else (size[1], size[0])
    glyphs = [_glyph(char, turn, size) for char, direction in marks if direction == turn]
    glyphs = [g for g in glyphs if g.size > 0 and g.x1 > 0 and g.x0 < width and g.bottom > 0 and g.top < height]
    visible = sum(not glyph.text.isspace() for glyph in glyphs)
    broken = sum("\ufffd" in glyph.text for glyph in glyphs)
    tables: list[PageTable] = []
    for boxes in _cells(plumbed) if visible else ():
        table, inside = table_in(number, [_turned(box, turn, size) for box in boxes], glyphs)
        if table is not None:
            tables.append(table)
            glyphs = [glyph for glyph in glyphs if glyph not in inside]
    page = Page(number, width, height, tuple(pieces_of(glyphs)), tuple(tables))
    return Sheet(page, visible, broken, _is_picture(plumbed, visible))


def _is_picture(plumbed: PlumberPage, characters: int) -> bool:
    """Whether the page shows text, as far as it shows any, as a picture or as outlines."""
    if not characters:
        return bool(plumbed.images) or len(plumbed.curves) + len(plumbed.edges) > _OUTLINES
    covered = sum(float(image["width"]) * float(image["height"]) for image in plumbed.images)
    return characters < _FEW and covered >= _MOST_OF_PAGE * float(plumbed.width) * float(plumbed.height)


def _cells(plumbed: PlumberPage) -> Iterator[list[_Corners]]:
    """The cells of every ruled table."""
    if len(plumbed.edges) <= _MAX_RULES:
        yield from (list(table.cells) for table in plumbed.find_tables())


def _direction(matrix: Sequence[float]) -> int | None:
    """Whither a character's line runs: 0 to the right, 1 up, 2 to the left, 3 down; ``None``: at a slant."""
    a, b = matrix[0], matrix[1]
    if abs(b) <= _SLANT * abs(a):
        return 0 if a > 0 else 2
    if abs(a) <= _SLANT * abs(b):
        return 1 if b > 0 else 3
    return None


def _glyph(char: dict[str, Any], turn: int, size: tuple[float, float]) -> Glyph:
    """A character of pdfplumber as it stands on the page turned upright."""
    box = _turned((char["x0"], char["top"], char["x1"], char["bottom"]), turn, size)
    e, f = char["matrix"][4:6]
    text = _BROKEN.sub("\ufffd", char["text"])
    return Glyph(text, box.x0, box.x1, box.top, box.bottom, (-f, e, f, -e)[turn], box.bottom - box.top)


def _turned(box: _Corners, turn: int, size: tuple[float, float]) -> Box:
    """``(x0, top, x1, bottom)`` on the page turned so that what ran in the direction ``turn`` runs to the right."""
    x0, top, x1, bottom = box
    width, height = size
    return Box(
        *(
            (x0, top, x1, bottom),
            (height - bottom, x0, height - top, x1),
            (width - x1, height - bottom, width - x0, height - top),
            (top, width - x1, bottom, width - x0),
        )[turn]
    )
