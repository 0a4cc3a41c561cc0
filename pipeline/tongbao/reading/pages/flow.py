"""Pages → one text: lines joined to paragraphs over line ends, columns and pages; where every paragraph stood.

A line runs on into the next where it is full (the first word of the next line had no room on it) and the next line does
not stand like the first of a paragraph: indented, in another size, far below, or with an item mark. How a document
marks its paragraphs, by an indent or by a distance, is read off the lines that are surely the last of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from tongbao.reading.marks import mark_at
from tongbao.reading.pages.furniture import without_furniture
from tongbao.reading.pages.layout import Column, Page, PageTable, Row, in_order
from tongbao.reading.pages.tables import table_lines
from tongbao.records import Block, Span

#: A line shorter than this (in em) says nothing by being full.
_MIN_WIDTH = 9.0
_INDENT = (0.8, 4.5)
#: A distance between lines from which on they are two paragraphs, as a multiple of the usual one.
_APART = 1.35
_SAME_SIZE = 1.12

_FINISHED = re.compile(r"""[。！？!?…；;：:]["”’」』）)】〕》\]]*$""")
_WORD = re.compile(r"[0-9A-Za-z０-９.,，%％‰+\-/@_:]+|.[、。，；：？！）》”’」』】〕)\],.;:!?%％]*")
_LATIN_END = re.compile(r"[A-Za-z]$")
_LATIN_START = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with the page and the edges of its column, and the distance from the line above in that column."""

    row: Row
    page: int
    left: float
    right: float
    distance: float | None

    @property
    def indent(self) -> float:
        """In em."""
        return (self.row.x0 - self.left) / self.row.size


@dataclass(frozen=True, slots=True)
class _Style:
    """How the document begins a paragraph; ``distance`` is that of two lines of one, in em."""

    indented: bool
    distance: float


def flow(pages: Sequence[Page]) -> tuple[str, tuple[Block, ...]]:
    """The text of the pages, one paragraph or table row a line, and a block for every one of them.

    Furniture is gone. Blocks carry the number of the page on which they begin and, from 1, which paragraph of that
    page they are.
    """
    elements = [element for page in without_furniture(pages) for element in in_order(page)]
    paragraphs = list(_paragraphs(elements))
    return _joined(paragraphs)


def _joined(paragraphs: Iterable[tuple[int, str]]) -> tuple[str, tuple[Block, ...]]:
    parts: list[str] = []
    blocks: list[Block] = []
    at = count = last = 0
    for page, text in paragraphs:
        count = count + 1 if page == last else 1
        last = page
        blocks.append(Block(Span(at, at + len(text)), page, count))
        parts.append(text)
        at += len(text) + 1
    return "\n".join(parts), tuple(blocks)
