"""Pages → one text and where every paragraph of it stood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import cast

from tongbao.reading.pages.furniture import without_furniture
from tongbao.reading.pages.layout import Column, Page, PageTable, in_order
from tongbao.reading.pages.lines import Line, Style, is_first, joint, placed, runs_on, style_of
from tongbao.reading.pages.ruled import goes_on, table_lines
from tongbao.reading.wrapping import paragraphs
from tongbao.records import Block, Span


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A paragraph by where its lines stand; ``first``: it begins as the document's paragraphs do."""

    page: int
    text: str
    first: bool


def text_of_pages(pages: Sequence[Page]) -> tuple[str, tuple[Block, ...]]:
    """The text of the pages, one paragraph or table row a line, and a block for every one of them.

    Furniture is gone. Blocks carry the number of the page on which they begin and, from 1, which paragraph of that
    page they are.
    """
    elements = [element for page in without_furniture(pages) for element in in_order(page)]
    parts: list[str] = []
    blocks: list[Block] = []
    at = count = last = 0
    for number, text in _paragraphs(elements):
        count = count + 1 if number == last else 1
        last = number
        blocks.append(Block(Span(at, at + len(text)), number, count))
        parts.append(text)
        at += len(text) + 1
    return "\n".join(parts), tuple(blocks)


def _paragraphs(elements: Sequence[Column | PageTable]) -> Iterator[tuple[int, str]]:
    """Page and text of every paragraph and table row, no text empty or with white space round it."""
    lines = placed([element for element in elements if isinstance(element, Column)])
    style = style_of(lines)
    above = ""
    for is_table, group in groupby(elements, key=lambda element: isinstance(element, PageTable)):
        if is_table:
            yield from _rows(cast("list[PageTable]", list(group)), above)
        else:
            count = sum(len(column.rows) for column in cast("Iterator[Column]", group))
            found = list(_unwrapped(list(_joined(lines[:count], style))))
            del lines[:count]
            above = found[-1][1] if found else ""
            yield from found


def _joined(lines: Sequence[Line], style: Style) -> Iterator[_Paragraph]:
    """The paragraphs of lines that follow one another."""
    found: _Paragraph | None = None
    for above, line in zip([None, *lines], lines, strict=False):
        if found is not None and above is not None and runs_on(above, line, style):
            found = replace(found, text=found.text + joint(found.text, line.row.text) + line.row.text)
            continue
        if found is not None:
            yield found
        found = _Paragraph(line.page, line.row.text, is_first(line, style))
    if found is not None:
        yield found


def _unwrapped(found: Sequence[_Paragraph]) -> Iterator[tuple[int, str]]:
    """Page and text of the paragraphs, those joined that are lines of one by their words: somebody has typed line ends
    into it, and nothing sets the lines apart on the paper.
    """
    ends = {span.end for span in paragraphs("\n".join(one.text for one in found))}
    whole, page, at = "", 0, -1
    for one, following in zip(found, [*found[1:], None], strict=True):
        page = page if whole else one.page
        whole += (joint(whole, one.text) if whole else "") + one.text
        at += 1 + len(one.text)
        if at in ends or following is None or following.first:
            yield page, whole
            whole = ""


def _rows(tables: Sequence[PageTable], above: str) -> Iterator[tuple[int, str]]:
    """The rows of tables that follow one another, parts of one table or not, with the paragraph over the first."""
    parts: list[PageTable] = []
    for table, following in zip(tables, [*tables[1:], None], strict=True):
        parts.append(table)
        if following is None or following.page != table.page + 1 or not goes_on(table, following):
            for part, lines in zip(parts, table_lines(parts, above), strict=True):
                yield from ((part.page, line) for line in lines)
            parts, above = [], ""
