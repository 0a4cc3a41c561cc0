"""Pages → one text and where every paragraph of it stood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import cast

from tongbao.reading.pages.furniture import without_furniture
from tongbao.reading.pages.layout import Column, Page, PageTable, in_order
from tongbao.reading.pages.lines import Line, Style, joint, placed, runs_on, style_of
from tongbao.reading.pages.ruled import goes_on, table_lines
from tongbao.reading.wrapping import paragraphs
from tongbao.records import Block, Span


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
    for is_table, group in groupby(elements, key=lambda element: isinstance(element, PageTable)):
        if is_table:
            yield from _rows(cast("list[PageTable]", list(group)))
        else:
            count = sum(len(column.rows) for column in cast("Iterator[Column]", group))
            yield from _unwrapped(list(_joined(lines[:count], style)))
            del lines[:count]


def _joined(lines: Sequence[Line], style: Style) -> Iterator[tuple[int, str]]:
    """The paragraphs of lines that follow one another."""
    text, page = "", 0
    for above, line in zip([None, *lines], lines, strict=False):
        if above is not None and runs_on(above, line, style):
            text += joint(text, line.row.text) + line.row.text
            continue
        if text:
            yield page, text
        text, page = line.row.text, line.page
    if text:
        yield page, text


def _unwrapped(found: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The paragraphs, those joined that are lines of one by their words: somebody has typed line ends into it.

    Not within a number: what a page has parted there is joined already.
    """
    ends = {span.end for span in paragraphs("\n".join(text for _, text in found))}
    whole, page, at = "", 0, -1
    for number, text in found:
        if not whole:
            page = number
        elif whole[-1].isdecimal() and text[0].isdecimal():
            yield page, whole
            whole, page = "", number
        whole += (joint(whole, text) if whole else "") + text
        at += 1 + len(text)
        if at in ends:
            yield page, whole
            whole = ""


def _rows(tables: Sequence[PageTable]) -> Iterator[tuple[int, str]]:
    """The rows of tables that follow one another, parts of one table or not."""
    parts: list[PageTable] = []
    for table, following in zip(tables, [*tables[1:], None], strict=True):
        parts.append(table)
        if following is None or following.page != table.page + 1 or not goes_on(table, following):
            for part, lines in zip(parts, table_lines(parts), strict=True):
                yield from ((part.page, line) for line in lines)
            parts = []
