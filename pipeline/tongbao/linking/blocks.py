"""Blocks of a page of figures: neighbouring lines and cells in which numbers and words stand apart."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from tongbao.linking.grids import cells
from tongbao.records import Span

_LONGEST_LABEL = 30
_LONGEST_LINE = 80
#: Ranks of gaps: between cells of a line, between lines, over a blank line, over more.
CELL, LINE, BLANK, WIDE = 1, 2, 3, 4
#: What stands between blocks: running text, and a cell with both words and a number.
TEXT, MIXED = -2, -3
#: Words between two numbers of one label: 由3天|缩短到|1天, 2022年 3天　|2023年| 1天.
_JOIN = -4


@dataclass(frozen=True, slots=True)
class Part:
    """A line or a cell: ``gap`` is the rank of what stands in front of it, ``figure`` the index of the number that has
    it to itself, -1 for words. ``marked`` words begin as headings do, a ``remark`` is a date or a note; ``unit`` is
    what is not digits in a number, one that is ``joined`` goes on from the number before, as in 由3天|缩短到|1天, and
    ``others`` are numbers with its unit that stand in its cell, as in 3天→1天.
    """

    span: Span
    gap: int
    figure: int = -1
    marked: bool = False
    remark: bool = False
    unit: str = ""
    joined: bool = False
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """K ``numbers``, and the words ``between`` them: before the first, between each two, behind the last, K + 1 in all.
    ``opened`` and ``closed`` are what stands in front (``TEXT``, ``MIXED`` or 0) and behind, and ``end`` is the rank of
    the gap in front of the latter. Where a line of words has a cell for each cell of a line of numbers, ``columns`` are
    the numbers with their words and the side these are on (1 in front, 2 behind).
    """

    numbers: tuple[Part, ...]
    between: tuple[tuple[Part, ...], ...]
    opened: int
    closed: int
    end: int
    columns: tuple[tuple[Part, Span, int], ...] = ()

    @classmethod
    def of(cls, parts: Sequence[Part], opened: int, closed: int, end: int) -> Block:
        """From the parts in text order. Marks tell headings only where not all words have them, and blank lines tell
        groups where not all lines are parted by them.
        """
        lines = [part.gap for part in parts[1:] if part.gap >= LINE]
        spare = max(0, min([*lines, end]) - LINE) if lines else 0
        parts = [replace(part, gap=max(LINE, part.gap - spare)) if part.gap > LINE else part for part in parts]
        words = [part for part in parts if part.figure == -1]
        plain = all(part.marked for part in words)
        numbers: list[Part] = []
        between: list[list[Part]] = [[]]
        joined = False
        for part in parts:
            if part.figure == _JOIN:
                joined = bool(numbers) and not between[-1]
            elif part.figure < 0:
                joined = False
                between[-1].append(replace(part, marked=False) if plain else part)
            else:
                numbers.append(replace(part, joined=joined))
                between.append([])
                joined = False
        return cls(tuple(numbers), tuple(map(tuple, between)), opened, closed, max(LINE, end - spare))


def blocks(text: str, figures: Sequence[Span]) -> list[Block]:
    """The blocks of a text in which one of ``figures``, in text order, has a line or a cell to itself."""
    found: list[Block] = []
    parts: list[Part] = []
    opened = 0
    if not figures:
        return found
    for part in (*_parts(text, figures), Part(Span(len(text), len(text)), WIDE, TEXT)):
        if part.figure in (TEXT, MIXED):
            if any(one.figure >= 0 for one in parts):
                found += _blocks_of(parts, opened, part)
            parts, opened = [], part.figure
        else:
            parts.append(part)
    return [block for block in found if block.numbers]


def _blocks_of(parts: Sequence[Part], opened: int, barrier: Part) -> Iterator[Block]:
    """Lines that follow one another as blocks: those that are the columns of a table, and those between them."""
    lines: list[list[Part]] = []
    for part in parts:
        if part.gap >= LINE or not lines:
            lines.append([])
        lines[-1].append(part)
    rest: list[Part] = []
    at = 0
    while at < len(lines):
        side = _columns(lines[at], lines[at + 1]) if at + 1 < len(lines) else 0
        if side:
            yield Block.of(rest, opened, MIXED, lines[at][0].gap)
            rest, opened = [], MIXED
            words, numbers = (lines[at], lines[at + 1]) if side == 1 else (lines[at + 1], lines[at])
            columns = tuple((number, word.span, side) for number, word in zip(numbers, words, strict=True))
            yield Block(tuple(numbers), (), opened, MIXED, LINE, columns)
            at += 2
        else:
            rest += lines[at]
            at += 1
    yield Block.of(rest, opened, barrier.figure, barrier.gap)


def _columns(upper: Sequence[Part], lower: Sequence[Part]) -> int:
    """1 where words stand over as many numbers, 2 where they stand under them, else 0."""
    if not 1 < len(upper) == len(lower) or lower[0].gap > BLANK:
        return 0
    above, below = {part.figure < 0 for part in upper}, {part.figure < 0 for part in lower}
    if above == {True} and below == {False}:
        return 1
    return 2 if above == {False} and below == {True} else 0


def _parts(text: str, figures: Sequence[Span]) -> Iterator[Part]:
    """The lines of a text that are not blank, cut into cells; running text, and a cell with both words and a number,
    are barriers. A number that runs over the end of a line keeps its lines together.
    """
    starts = [figure.start for figure in figures]
    at, breaks, number = 0, LINE, 0
    while at <= len(text):
        end = _line_end(text, at)
        while number < len(figures) and figures[number].start < end:
            if figures[number].end > end:
                end = _line_end(text, figures[number].end)
            number += 1
        if end > at and not text[at:end].isspace():
            yield from _line_parts(text, Span(at, end), min(breaks, WIDE), figures, starts)
            breaks = CELL
        breaks += 1
        at = end + 1


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _line_parts(text: str, line: Span, gap: int, figures: Sequence[Span], starts: Sequence[int]) -> Iterator[Part]:
    inside = figures[bisect_left(starts, line.start) : bisect_left(starts, line.end)]
    surface = line.of(text)
    if len(surface) > (_LONGEST_LINE if inside else _LONGEST_LABEL * 2) or any(stop in surface for stop in "。；！"):
        yield Part(line, gap, TEXT)
        return
    title = not inside and _heading_mark().match(text, line.start, line.end) is not None
    for cell in [line] if title else cells(text, line, inside):
        own = range(bisect_left(starts, cell.start), bisect_left(starts, cell.end))
        if inside and not own and _date().fullmatch(text, cell.start, cell.end) is not None:
            found: Iterable[Part] = (Part(cell, gap, _JOIN),)
        else:
            found = _numbers(text, cell, gap, figures, own) if own else _words(text, cell, gap)
        for part in found:
            yield part
            gap = CELL


def _words(text: str, cell: Span, gap: int) -> Iterator[Part]:
    """A cell without a number; nothing where it is marks alone, or a unit in brackets."""
    surface = cell.of(text)
    if re.search(r"\w", surface) is None or _unit().fullmatch(surface) is not None:
        return
    if _joint().fullmatch(surface) is not None:
        yield Part(cell, gap, _JOIN)
    elif _runs_on(surface):
        yield Part(cell, gap, TEXT)
    else:
        marked, remark = _heading_mark().match(surface), _remark().fullmatch(surface)
        start = cell.start + len(surface) - len(surface.lstrip())
        own = Span(start, start + len(surface.strip()))
        yield Part(own, gap, -1, marked is not None, remark is not None)


def _runs_on(surface: str) -> bool:
    """Whether words are a piece of running text."""
    return len(surface) > _LONGEST_LABEL or surface.rstrip()[-1:] in "，,、"


def _numbers(text: str, cell: Span, gap: int, figures: Sequence[Span], own: range) -> Iterator[Part]:
    """A cell with numbers: nothing where it says how the number before it changed; words and a number where a mark or
    white space parts them, or the number comes first.
    """
    first = figures[own[0]]
    head = text[cell.start : first.start]
    if _change().match(head) is not None:
        return
    tail, others = _tail(text, cell, figures, own)
    number = Part(cell, gap, own[0], unit=_unit_of(text, first), others=others)
    if re.search(r"\w", head) is not None:
        remark = re.search("[，（(]", head)
        parted = re.search(r"[\s：:＝=…×]+$", head)
        before = remark or parted
        if before is None or not 0 < before.start() <= _LONGEST_LABEL or (remark is None and tail is not None):
            yield Part(cell, gap, MIXED)
            return
        words = Span(cell.start, cell.start + before.start())
        if _date().fullmatch(text, words.start, words.end) is not None:
            yield Part(words, gap, _JOIN)
        else:
            yield from _words(text, words, gap)
        if remark is None:
            yield replace(number, span=Span(first.start, cell.end), gap=CELL)
    elif tail is None:
        yield number
    elif len(own) > 1 or _runs_on(tail.of(text)):
        yield Part(cell, gap, MIXED)
    else:
        yield replace(number, span=first)
        yield from _words(text, tail, CELL)


def _unit_of(text: str, figure: Span) -> str:
    return re.sub(r"[\d.,，\s]", "", figure.of(text))


def _tail(text: str, cell: Span, figures: Sequence[Span], own: range) -> tuple[Span | None, tuple[int, ...]]:
    """The words behind the first number of a cell, if there are any that are neither in brackets nor say how the number
    changed; and the other numbers with its unit that only marks part from it, but no arrow up or down.
    """
    others: list[int] = []
    first = figures[own[0]]
    at = first.end
    for number in own[1:]:
        between = text[at : figures[number].start]
        if re.search(r"\w", between) is not None or _change().match(between) is not None:
            break
        if _unit_of(text, figures[number]) == _unit_of(text, first):
            others.append(number)
        at = figures[number].end
    rest = text[at : cell.end]
    if re.search(r"\w", re.sub(r"[（(][^）)]*[）)]?", "", rest)) is None or _change().match(rest) is not None:
        return None, tuple(others)
    return Span(at, cell.end), tuple(others)


@cache
def _change() -> re.Pattern[str]:
    """Words that make a number of their own out of what stands behind another one."""
    return re.compile(r"[^\w\n]*(?:同比|环比|较|比|占|增|减|升|降|上升|下降|其中|[↑↓▲▼↗↘△▽])")


@cache
def _heading_mark() -> re.Pattern[str]:
    numeral = "一二三四五六七八九十"
    return re.compile(
        rf"\s*(?:[^\w\s“《‘\"（(]|[{numeral}]+[、.．]|[（(][{numeral}\d]+[）)]|第[{numeral}\d]+[部章节步]|\d{{1,2}}[、.．\s]|[图表]\d+"
        r"|[A-Za-z]{1,6}\s?\d+)"
    )


@cache
def _joint() -> re.Pattern[str]:
    return re.compile(r"\W*(?:由|从|到|至|[压缩提增降减升调上下]\w?[到至为成])\W*")


@cache
def _unit() -> re.Pattern[str]:
    return re.compile(r"\s*[（(][^）)\d]{1,6}[）)]\s*")


@cache
def _date() -> re.Pattern[str]:
    """A time, which says when the number beside it was, or the letter of an answer."""
    return re.compile(
        r"\s*(?:[A-Za-z答]|[整治改革理]{2}[前后]|每[年月周日天]|[本上]期|去年同期|[今去上本]年|[\d年月日季度半—－\-–至到.、上下全前第一二三四]+)[：:]?\s*"
    )


@cache
def _remark() -> re.Pattern[str]:
    """Dates, notes in brackets, units, sources, what ends in a colon."""
    return re.compile(
        r"[^\w（(]*(?:[（(].*[）)]|(?:单位|来源|数据|注|编辑|制图|发布|统计|时间|截至|截止|责编|审核|监制).*|.*(?:[：:]|——)"
        r"|[\d年月日季度半—－\-–至到.、\s上下全第一二三四]+|\d{4}年.*)\s*"
    )
