"""Sections: the preamble and the numbered items of a bulletin, nested.

A mark counts at the start of a paragraph, or inside one after a sentence end, a semicolon or a colon, if the next one
of its kind follows in the same paragraph. Numbers must run: an item is 1, or the one after the last of its style (one
may be missing), or, in a document that starts or jumps elsewhere, is followed by its successor or stands alone on its
line like a heading (``七、…``). Whatever does not fit is text.

A style that appears inside another is its child, and where an outer style goes on, the inner ones close. A style that
usually stands further out (一、 before （一） before 1. before （1） before ①) closes those that it meets, unless they
go on after it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace

from tongbao.reading.lines import trim
from tongbao.reading.marks import RANK, Mark, inline_marks, mark_at
from tongbao.reading.units import Units, assign_units, find_units
from tongbao.records import Section, Span

#: Sloppy documents change between these inside one list.
_FAMILY = {"1.": "1、", "1、": "1."}
_FOOTNOTE = re.compile(r"(?<=[^\s。！？；：!?;:])[①-⑳]")


@dataclass(slots=True)
class _Item:
    """An open or closed item: ``limit`` is where it must end, ``index`` its place among the items."""

    mark: Mark
    mark_index: int
    index: int
    parent: int | None
    level: int
    limit: int
    end: int = -1
    style: str = ""


@dataclass(slots=True)
class _Tree:
    """The items found so far, the open ones from the outside in, and what closed ones leave behind."""

    items: list[_Item] = field(default_factory=list)
    stack: list[_Item] = field(default_factory=list)
    last_of: dict[str, Mark] = field(default_factory=dict)
    parent_style: dict[str, str | None] = field(default_factory=dict)

    def close_to(self, depth: int, position: int) -> None:
        """Close the open items beyond ``depth`` at ``position``."""
        while len(self.stack) > depth:
            item = self.stack.pop()
            item.end = min(position, item.limit)

    def open(self, mark: Mark, mark_index: int, style: str, limit: int) -> None:
        """Add an item under the innermost open one."""
        parent = self.stack[-1] if self.stack else None
        if parent is not None:
            limit = min(limit, parent.limit)
        index = None if parent is None else parent.index
        item = _Item(mark, mark_index, len(self.items), index, len(self.stack), limit, style=style)
        self.items.append(item)
        self.stack.append(item)
        self.last_of[style] = mark
        self.parent_style[style] = None if parent is None else parent.style


def find_sections(text: str, blocks: tuple[Span, ...], sentences: tuple[Span, ...]) -> tuple[Section, ...]:
    """The sections of ``text`` in text order, parents before children.

    ``blocks`` are its paragraphs and ``sentences`` its sentences. A section's span runs from its mark to the end of
    what belongs to it, children included, without trailing white space; siblings do not overlap. An item whose first
    mark stands inside a paragraph ends with that paragraph. The preamble, if there is one, comes first: number and
    path are empty, and the span runs from the first character that is not white space to the first item. ``title`` is
    the item's first sentence, without its closing stop and without a bracket that only names the units; a mark alone
    on its line has the first sentence of the next paragraph for a title, unless an item begins there. Two items can
    have one path where a document starts its numbering again without an outer item. Linear in the length of the text
    but for a logarithm.
    """
    marks, limits = _candidates(text, blocks)
    items = _build(text, marks, limits)
    first = items[0].mark.start if items else len(text)
    start, end = trim(text, 0, first)
    units = find_units(text)
    found: list[Section] = []
    if start < end:
        found.append(Section(Span(start, end), "", "", None, 0, None))
    shift = len(found)
    paths: list[str] = []
    starts = [sentence.start for sentence in sentences]
    for k, item in enumerate(items):
        number = text[item.mark.start : item.mark.number_end]
        paths.append(number if item.parent is None else f"{paths[item.parent]}/{number}")
        span = Span(*trim(text, item.mark.start, item.end))
        stop = items[k + 1].mark.start if k + 1 < len(items) else span.end
        title = _title(text, item.mark.content, min(stop, span.end), sentences, starts, units)
        parent = None if item.parent is None else item.parent + shift
        found.append(Section(span, number, paths[-1], title, item.level, parent))
    owned = assign_units(found, units)
    return tuple(replace(s, units=tuple(owned[i])) if i in owned else s for i, s in enumerate(found))


def _candidates(text: str, blocks: tuple[Span, ...]) -> tuple[list[Mark], list[int]]:
    """Everything shaped like a mark, in text order, and the end of its paragraph."""
    marks: list[Mark] = []
    limits: list[int] = []
    notes = {text[m.start()] for m in _FOOTNOTE.finditer(text)}
    in_list = False  # of enclosures: 附件：1.… and the lines below it
    previous_end = 0
    for block in blocks:
        mark = mark_at(text, block.start)
        apart = len(re.findall(r"\n|\r(?!\n)", text[previous_end : block.start])) > 1
        previous_end = block.end
        if re.match("附(?:件|表)?[0-9]{0,2}[:：]", text[block.start : block.start + 6]):
            in_list = True
            continue
        in_list = in_list and mark is not None and not apart
        if in_list:
            continue
        if mark is not None and not (mark.style == "①" and text[mark.start] in notes):
            marks.append(mark)
            limits.append(block.end)
        inner = inline_marks(text, block.start if mark is None else mark.content, block.end)
        kept = [m for m in inner if not (m.style == "①" and text[m.start] in notes)]
        marks.extend(kept)
        limits.extend([block.end] * len(kept))
    return marks, limits


def _build(text: str, marks: list[Mark], limits: list[int]) -> list[_Item]:
    """Take the marks whose numbers run, and nest them."""
    following = _following(marks)
    tree = _Tree()
    for i, mark in enumerate(marks):
        while tree.stack and tree.stack[-1].limit <= mark.start:
            tree.close_to(len(tree.stack) - 1, mark.start)
        follower = following[i]
        succeeded = follower is not None and marks[follower].value == mark.value + 1
        if mark.inline:
            succeeded = succeeded and follower is not None and limits[follower] == limits[i]
        depth = _sibling_depth(tree, mark, succeeded)
        if depth is not None:
            style, limit = tree.stack[depth].style, tree.stack[depth].limit
            tree.close_to(depth, mark.start)
            tree.open(mark, i, style, limit)
        elif _opens(text, tree, mark, limits[i], succeeded):
            if not mark.inline:
                tree.close_to(_outer_depth(tree, mark, i, marks, following), mark.start)
            tree.open(mark, i, mark.style, limits[i] if mark.inline else len(text))
    tree.close_to(0, len(text))
    return tree.items


def _following(marks: list[Mark]) -> list[int | None]:
    """For every mark the index of the next one of its style."""
    latest: dict[str, int] = {}
    following: list[int | None] = [None] * len(marks)
    for i in range(len(marks) - 1, -1, -1):
        following[i] = latest.get(marks[i].style)
        latest[marks[i].style] = i
    return following


def _sibling_depth(tree: _Tree, mark: Mark, succeeded: bool) -> int | None:
    """The depth of the open item that ``mark`` is the next sibling of."""
    for style in (mark.style, _FAMILY.get(mark.style)):
        for depth in range(len(tree.stack) - 1, -1, -1):
            item = tree.stack[depth]
            if style is None or item.style != style:
                continue
            step = mark.value - item.mark.value
            if step == 1 or (step == 2 and not mark.inline):
                return depth
            if style == mark.style and not mark.inline and (mark.value == 1 or (step > 2 and succeeded)):
                return depth
    return None


def _opens(text: str, tree: _Tree, mark: Mark, limit: int, succeeded: bool) -> bool:
    """Whether ``mark`` may be the first of its style under the innermost open item."""
    if any(item.style == mark.style for item in tree.stack):
        return False
    if mark.value == 1:
        return succeeded or not mark.inline
    if mark.inline:
        return False
    last = tree.last_of.get(mark.style)
    if last is not None and 1 <= mark.value - last.value <= 2:
        return True
    if succeeded:
        return True
    words = text[mark.content : min(limit, mark.content + 60)]
    heading = limit - mark.content <= 60 and not re.search("[。！？；，,;]", words)
    return last is None and heading and RANK.get(mark.style, 0) <= RANK["一、"]


def _outer_depth(tree: _Tree, mark: Mark, index: int, marks: list[Mark], following: list[int | None]) -> int:
    """How many open items stay open round a style that begins: those down to the innermost that may hold it."""
    known = tree.parent_style.get(mark.style, "")
    rank = RANK.get(mark.style)
    for depth in range(len(tree.stack), 0, -1):
        item = tree.stack[depth - 1]
        outer = RANK.get(item.style)
        if known == item.style or rank is None or outer is None or outer <= rank:
            return depth
        later = following[item.mark_index]
        while later is not None and later < index:
            later = following[later]
        if later is not None and 1 <= marks[later].value - item.mark.value <= 2:
            return depth
    return 0


def _title(
    text: str, content: int, stop: int, sentences: tuple[Span, ...], starts: list[int], units: list[Units]
) -> Span | None:
    """The first sentence at or after ``content`` and before ``stop``, as a title."""
    at = max(0, bisect_right(starts, content) - 1)
    while at < len(sentences) and sentences[at].end <= content:
        at += 1
    if at == len(sentences):
        return None
    start, end = max(content, sentences[at].start), min(sentences[at].end, stop)
    if start >= end:
        return None
    bare = text[start:end].rstrip("。．.；;：:，, \t\u3000\n\r")
    end = start + len(bare)
    here = bisect_left(units, start, key=lambda unit: unit.outer.start)
    if here < len(units) and units[here].outer.start < end <= units[here].outer.end:
        start, end = trim(text, start, units[here].outer.start)
    return Span(start, end) if start < end else None
