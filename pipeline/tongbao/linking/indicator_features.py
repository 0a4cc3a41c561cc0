"""Features of the characters round a quantity: what they are, how they stand to it, and to its neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.focused import Focused
from tongbao.linking.lists import SEPARATORS, NumberLists
from tongbao.linking.neighbours import Neighbour
from tongbao.linking.windows import I64, Bounds, Windows
from tongbao.records import LABELS
from tongbao.tagging.arrays import U64, stretch
from tongbao.tagging.templates import Sink


def add_templates(sink: Sink, focused: Focused, laid: Windows, beside: Sequence[Neighbour] = ()) -> None:
    """All templates of the laid-out characters of some quantities; those of neighbours where they are given."""
    context = _Context(focused, laid)
    _structure(sink, context)
    _surface(sink, context)
    _focus(sink, context)
    _setting(sink, context)
    for neighbour in beside:
        _beside(sink, context, neighbour)


def bucket(values: I64) -> U64:
    """Distances: exact to 8, then by powers of a half."""
    coarse = 8 + np.floor(2 * np.log2(np.maximum(values, 8) / 8)).astype(np.int64)
    buckets: U64 = np.where(values <= 8, np.maximum(values, 0), coarse).astype(np.uint64)
    return buckets


#: How far to each side of a laid-out character the templates look.
_REACH = 3
_NO_CHARACTER = np.uint64(0)


class _Context:
    """How every laid-out character stands to its quantity; all arrays are ``(M,)``.

    Columns are only read between the first and the last position that a window needs; positions are counted from
    ``origin``.
    """

    def __init__(self, focused: Focused, laid: Windows) -> None:
        columns, tags, lists = focused.columns, focused.tags, focused.lists
        bounds = laid.bounds
        self.columns = columns
        self.origin = int(np.minimum(lists.anchor, bounds.start).min()) if len(bounds.start) else 0
        self._end = int(bounds.end.max(initial=self.origin))
        self.at, self.owner = laid.position - self.origin, laid.owner
        at, owner = self.at, self.owner
        first, last = (bounds.focus_start - self.origin)[owner], (bounds.focus_end - self.origin)[owner]
        self.side = np.where(at < first, 0, np.where(at < last, 1, 2)).astype(np.uint64)
        self.distance = np.where(at < first, first - at, np.where(at < last, 0, at - last + 1))
        self.in_clause = (laid.position >= bounds.clause_start[owner]).astype(np.uint64)
        self.tags = self.see(tags, 1)
        points = columns.points[self.origin : self._end]
        quantity = tags[self.origin : self._end] == 2 * LABELS.index("QUANTITY") + 1
        self.between = self._count(quantity, at, first, last)
        self.lists = self._count(points == ord("、"), at, first, last)
        opened, closed = _sums(points, "（("), _sums(points, "）)")
        depth = opened[1:] - closed[:-1]
        self.depth = (np.clip(depth[at] - depth[first], -1, 1) + 1).astype(np.uint64)
        self.relation = self.side * np.uint64(2) + self.in_clause
        self.relation = self.relation * np.uint64(3) + np.minimum(self.between, np.uint64(2))
        self.near = bucket(self.distance)
        self.left_edge = bucket(laid.position - np.maximum(bounds.clause_start, bounds.start)[owner])
        self.right_edge = bucket(bounds.clause_end[owner] - 1 - laid.position)
        self._focus_facts(focused.kind, bounds)
        self._setting_facts(focused, laid.position)
        self._list_facts(lists, _sums(points, SEPARATORS))
        self.before, self.behind = focused.gaps.before[owner], focused.gaps.behind[owner]
        self._between = focused.gaps.between
        self.first_row, self.last_row = laid.offset[:-1], laid.offset[1:] - 1

    def gap(self) -> U64:
        """What stands between the quantity before and the one in focus."""
        found: U64 = self._between[self.owner]
        return found

    def see(self, column: NDArray[np.unsignedinteger], reach: int) -> dict[int, U64]:
        """A column as it is seen from each laid-out character, by offset from ``-reach`` to ``reach``."""
        wide = stretch(column, self.origin - reach, self._end + reach)
        return {offset: np.take(wide, self.at + (reach + offset)) for offset in range(-reach, reach + 1)}

    @staticmethod
    def _count(marks: NDArray[np.bool_], at: I64, first: I64, last: I64) -> U64:
        """Marks strictly between a character and the quantity in focus, at most 3."""
        sums = np.concatenate([[0], np.cumsum(marks)])
        left = sums[first] - sums[np.minimum(at + 1, first)]
        right = sums[np.maximum(at, last)] - sums[last]
        found: U64 = np.minimum(np.where(at < first, left, right), 3).astype(np.uint64)
        return found

    def _focus_facts(self, kind: U64, bounds: Bounds) -> None:
        owner, points, hashes = self.owner, self.columns.points, self.columns.hashes

        def character(at: I64) -> U64:
            inside = (at >= 0) & (at < len(points))
            found: U64 = np.where(inside, np.take(points, at, mode="clip"), _NO_CHARACTER)[owner]
            return found

        tail = np.maximum(bounds.focus_end - 2, bounds.focus_start)
        has_left = np.minimum(bounds.focus_start - np.minimum(bounds.clause_start, bounds.focus_start), 3).astype(
            np.uint64
        )
        has_right = np.minimum(np.maximum(bounds.clause_end - bounds.focus_end, 0), 3).astype(np.uint64)
        self.kind = kind[owner]
        self.unit = hashes.of(tail, bounds.focus_end)[owner]
        self.sides = (has_left * np.uint64(4) + has_right)[owner]
        self.head, self.after1, self.after2 = (
            character(at) for at in (bounds.focus_start, bounds.focus_end, bounds.focus_end + 1)
        )
        self.before1, self.before2 = (character(bounds.focus_start - distance) for distance in (1, 2))

    def _setting_facts(self, focused: Focused, position: I64) -> None:
        """``caption``: the side of a quantity's caption and how sure it is (``Focused.caption``); ``in_caption``:
        whether a character is the first, the last or another one of it; ``table``: whether a quantity in a table has a
        head of its column (1) or a name of its line (2); ``in_head``: whether a character is of the one or the other.
        """
        self.caption = focused.caption[self.owner]
        heads = focused.heads[self.owner]
        column = (position >= heads[:, 0]) & (position < heads[:, 1])
        row = (position >= heads[:, 2]) & (position < heads[:, 3])
        self.table = ((heads[:, 0] >= 0) + 2 * (heads[:, 2] >= 0)).astype(np.uint64)
        self.in_head = (column + 2 * row).astype(np.uint64)
        inside = (position >= heads[:, 4]) & (position < heads[:, 5])
        self.in_caption = (inside + (position == heads[:, 4]) + 2 * (position == heads[:, 5] - 1)).astype(np.uint64)

    def _list_facts(self, lists: NumberLists, sums: I64) -> None:
        """``member``: how many names of a list stand behind a character, up to the numbers that answer to the list;
        ``wanted``: how many numbers stand behind the one in focus; equal where name and number answer to each other.

        ``sums`` counts separators in front of each position.
        """
        owner = self.owner
        anchor = (lists.anchor - self.origin)[owner]
        behind = sums[anchor] - sums[np.minimum(self.at + 1, anchor)]
        listed = (lists.size[owner] > 1) & (self.at < anchor)
        wanted = (lists.size - 1 - lists.index)[owner]
        self.member = np.where(listed, 1 + np.minimum(behind, 4), 0).astype(np.uint64)
        self.wanted = np.where(listed, 1 + np.minimum(wanted, 4), 0).astype(np.uint64)
        self.first = np.where(listed, 1 + (lists.index[owner] == 0), 0).astype(np.uint64)
        self.answers = np.where(listed, 1 + (behind == wanted), 0).astype(np.uint64)


def _sums(points: NDArray[np.uint32], members: str) -> I64:
    """How many of ``members`` stand in front of each position, ``(len(points) + 1,)``."""
    marks = points == ord(members[0])
    for member in members[1:]:
        marks |= points == ord(member)
    return np.concatenate([[0], np.cumsum(marks)])


def _structure(sink: Sink, c: _Context) -> None:
    tag = c.tags[0]
    sink.add(c.relation)
    sink.add(c.relation, c.near)
    sink.add(c.relation, c.lists, c.depth)
    sink.add(c.relation, tag, c.tags[-1], c.tags[1])
    sink.add(c.relation, c.left_edge, c.sides)
    sink.add(c.relation, c.right_edge, c.sides)
    sink.add(c.relation, c.kind, c.sides)
    sink.add(c.relation, c.near, c.sides)
    sink.add(c.side, c.between, c.lists, c.depth, tag)
    sink.add(c.relation, c.answers, c.first)
    sink.add(c.relation, c.member, c.wanted, c.first)
    sink.add(c.relation, c.answers, c.first, tag)
    sink.add(c.relation, c.answers, c.member, c.left_edge)


def _surface(sink: Sink, c: _Context) -> None:
    columns, r = c.columns, c.relation
    ch, kinds = c.see(columns.points, _REACH), c.see(columns.kinds, 1)
    for offset in range(-2, 3):
        sink.add(r, ch[offset])
    sink.add(r, ch[-1], ch[0])
    sink.add(r, ch[0], ch[1])
    sink.add(r, ch[-2], ch[-1])
    sink.add(r, ch[1], ch[2])
    sink.add(r, ch[-2], ch[-1], ch[0])
    sink.add(r, ch[-1], ch[0], ch[1])
    sink.add(r, ch[0], ch[1], ch[2])
    sink.add(r, ch[1], ch[2], ch[3])
    sink.add(r, ch[-3], ch[-2], ch[-1])
    sink.add(c.answers, c.member, c.first, ch[-1])
    sink.add(c.answers, c.member, c.first, ch[0])
    sink.add(c.near, c.side, ch[0])
    sink.add(r, kinds[-1], kinds[0], kinds[1])
    if columns.words is not None:
        words = columns.words.seen(c.at + c.origin)
        place = words.place()
        word = {offset: words.around(offset) for offset in range(-2, 3)}
        for offset in range(-2, 3):
            sink.add(r, place, word[offset])
        sink.add(r, place, word[-1], word[0])
        sink.add(r, place, word[0], word[1])
        sink.add(c.near, c.side, place, word[0])
    if columns.cues is not None:
        cues = c.see(columns.cues, 1)
        for offset in (-1, 0, 1):
            sink.add(r, cues[offset])
        sink.add(r, cues[0], c.near)
    for column in columns.clusters or ():
        g = c.see(column, 1)
        sink.add(r, g[0])
        sink.add(r, g[-1], g[0])
        sink.add(r, g[0], g[1])
        sink.add(r, g[-1], g[0], g[1])


def _focus(sink: Sink, c: _Context) -> None:
    chars = c.see(c.columns.points, 0)[0]
    r, near = c.relation, np.minimum(c.near, np.uint64(6))
    for fact in (c.unit, c.kind, c.after1, c.before1, c.head):
        sink.add(r, near, fact)
    sink.add(r, c.after1, c.after2)
    sink.add(r, c.before2, c.before1)
    sink.add(r, c.before2, c.before1, near)
    sink.add(r, c.before1, c.after1, c.kind)
    sink.add(r, near, c.before)
    sink.add(r, c.before, c.after1)
    sink.add(r, c.behind)
    sink.add(r, near, c.behind)
    sink.add(r, c.unit, chars)
    sink.add(r, c.after1, chars)
    sink.add(r, c.before1, chars)
    sink.add(r, c.kind, chars)


def _setting(sink: Sink, c: _Context) -> None:
    """How numbers and labels are set on pages of figures and in tables."""
    r = c.relation
    sink.add(r, c.caption)
    sink.add(c.caption, c.in_caption)
    sink.add(c.caption, c.in_caption, c.tags[0], c.tags[-1], c.tags[1])
    sink.add(r, c.caption, c.in_caption, c.near)
    sink.add(r, c.caption, c.in_caption, c.see(c.columns.points, 0)[0])
    sink.add(r, c.table, c.in_head)
    sink.add(r, c.table, c.in_head, c.tags[0], c.tags[-1])
    sink.add(r, c.table, c.in_head, c.see(c.columns.points, 0)[0])


def _beside(sink: Sink, c: _Context, neighbour: Neighbour) -> None:
    marks, known, r = neighbour.marks, neighbour.known[c.owner], c.relation
    before, after = np.roll(marks, 1), np.roll(marks, -1)
    before[c.first_row] = 0
    after[c.last_row] = 0
    sink.add(r, marks, known)
    sink.add(r, marks, known, c.gap())
    sink.add(r, marks, known, c.answers, c.member)
    sink.add(r, marks, known, c.before)
    sink.add(r, before, marks, after, known)
    sink.add(r, marks, known, c.behind)
