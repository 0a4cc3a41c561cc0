"""The indicator of each quantity: the second use of the sequence engine.

With one quantity in focus, the characters of its clause and of the clause before are labelled: in front of it
(``B-L``, ``I-L``), behind it (``B-R``, ``I-R``), or no part of its indicator (``O``), as semantic roles are labelled
with one predicate in focus (Gildea and Jurafsky 2002; as one sequence a predicate, Hacioglu et al. 2004). The windows
of neighbouring quantities are decoded together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.layout import Place
from tongbao.linking.lists import SEPARATORS, NumberLists, number_lists
from tongbao.records import LABELS, Mention, Quantity, Span
from tongbao.tagging.arrays import U8, U64, stretch
from tongbao.tagging.columns import KIND_NUMBER, TextColumns
from tongbao.tagging.crf import Crf
from tongbao.tagging.packing import Packed
from tongbao.tagging.templates import BLOCK_ROWS, Sink, Sums, Templates
from tongbao.tagging.weights import F32

ROLES: tuple[str, ...] = ("O", "B-L", "I-L", "B-R", "I-R")
#: Windows decoded together: some ten thousand characters.
_TOGETHER = 600
#: A window reaches at most so many characters to the left and to the right of its quantity.
_LEFT, _RIGHT = 110, 70
I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of all quantities of packed texts, laid end to end.

    Window ``k`` covers the positions ``[start[k], end[k])`` of the texts; ``position`` and ``owner`` (both ``(M,)``)
    give the position in the text and the window of every laid-out character, ``offset`` where each window begins.
    """

    start: I64
    end: I64
    focus_start: I64
    focus_end: I64
    clause_start: I64
    clause_end: I64
    position: I64
    owner: I64
    offset: I64

    def part(self, first: int, last: int) -> Windows:
        """The windows ``first`` to ``last - 1``."""
        these = slice(first, last)
        rows = slice(int(self.offset[first]), int(self.offset[last]))
        return Windows(
            self.start[these],
            self.end[these],
            self.focus_start[these],
            self.focus_end[these],
            self.clause_start[these],
            self.clause_end[these],
            self.position[rows],
            self.owner[rows] - first,
            self.offset[first : last + 1] - self.offset[first],
        )

    def groups(self, rows: int) -> Iterator[tuple[int, int]]:
        """Neighbouring windows, first and one past the last, that together have at most so many rows, or one alone."""
        first, count = 0, len(self.start)
        while first < count:
            last = int(np.searchsorted(self.offset, self.offset[first] + rows, side="right")) - 1
            last = max(last, first + 1)
            yield first, last
            first = last


def windows(places: Sequence[Place]) -> Windows:
    """The clause of each quantity and the clause before it, cut to the reach of a window."""
    rows = [
        (
            place.start,
            place.end,
            place.base + place.clause.start,
            place.base + place.clause.end,
            place.base + (place.before or place.clause).start,
        )
        for place in places
    ]
    focus_start, focus_end, clause_start, clause_end, reach = np.array(rows, dtype=np.int64).reshape(-1, 5).T.copy()
    start = np.maximum(reach, focus_start - _LEFT)
    end = np.maximum(np.minimum(clause_end, focus_end + _RIGHT), focus_end)
    lengths = end - start
    offset = np.zeros(len(places) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offset[1:])
    owner = np.repeat(np.arange(len(places)), lengths)
    position = np.arange(int(offset[-1])) - offset[owner] + start[owner]
    return Windows(start, end, focus_start, focus_end, clause_start, clause_end, position, owner, offset)


def mention_tags(packed: Packed, mentions: Iterable[Sequence[Mention]]) -> U8:
    """A number for the label and the place (begin or inside) of the mention at each character of packed texts, 0
    outside; ``mentions`` are those of each text.
    """
    tags = np.zeros(len(packed.text), dtype=np.uint8)
    for base, own in zip(packed.begins.tolist(), mentions, strict=True):
        for mention in own:
            number, start = 2 * LABELS.index(mention.label) + 1, base + mention.span.start
            tags[start : base + mention.span.end] = number + 1
            tags[start] = number
    return tags


def indicator_features(
    columns: TextColumns, places: Sequence[Place], mentions: Sequence[Sequence[Mention]], laid: Windows
) -> NDArray[np.uint32]:
    """Hashed feature ids of every laid-out character, ``(M, T)``; ``mentions`` are those of each text."""
    templates = Templates(len(laid.position))
    lists, tags = number_lists(columns.packed.text, places), mention_tags(columns.packed, mentions)
    _add(templates, _Context(columns, places, lists, tags, laid))
    return templates.array()


def _add(sink: Sink, context: _Context) -> None:
    """All templates."""
    _structure(sink, context)
    _surface(sink, context)
    _focus(sink, context)


def _bucket(values: I64) -> U64:
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

    def __init__(
        self, columns: TextColumns, places: Sequence[Place], lists: NumberLists, tags: U8, laid: Windows
    ) -> None:
        self.columns = columns
        self.origin = int(np.minimum(lists.anchor, laid.start).min()) if len(places) else 0
        self._end = int(laid.end.max(initial=self.origin))
        self.at, self.owner = laid.position - self.origin, laid.owner
        at, owner = self.at, self.owner
        first, last = (laid.focus_start - self.origin)[owner], (laid.focus_end - self.origin)[owner]
        self.side = np.where(at < first, 0, np.where(at < last, 1, 2)).astype(np.uint64)
        self.distance = np.where(at < first, first - at, np.where(at < last, 0, at - last + 1))
        self.in_clause = (laid.position >= laid.clause_start[owner]).astype(np.uint64)
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
        self.near = _bucket(self.distance)
        self.left_edge = _bucket(laid.position - np.maximum(laid.clause_start, laid.start)[owner])
        self.right_edge = _bucket(laid.clause_end[owner] - 1 - laid.position)
        self._focus_facts(places, laid)
        self._list_facts(lists, _sums(points, SEPARATORS))

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

    def _focus_facts(self, places: Sequence[Place], laid: Windows) -> None:
        owner, points, hashes = self.owner, self.columns.points, self.columns.hashes
        kinds = np.array(
            [KIND_NUMBER[q.kind] if isinstance(q := place.mention.attributes, Quantity) else 0 for place in places],
            dtype=np.uint64,
        )

        def character(at: I64) -> U64:
            inside = (at >= 0) & (at < len(points))
            found: U64 = np.where(inside, np.take(points, at, mode="clip"), _NO_CHARACTER)[owner]
            return found

        tail = np.maximum(laid.focus_end - 2, laid.focus_start)
        has_left = np.minimum(laid.focus_start - np.minimum(laid.clause_start, laid.focus_start), 3).astype(np.uint64)
        has_right = np.minimum(np.maximum(laid.clause_end - laid.focus_end, 0), 3).astype(np.uint64)
        self.kind = kinds[owner]
        self.unit = hashes.of(tail, laid.focus_end)[owner]
        self.sides = (has_left * np.uint64(4) + has_right)[owner]
        self.head, self.after1, self.after2 = (
            character(at) for at in (laid.focus_start, laid.focus_end, laid.focus_end + 1)
        )
        self.before1, self.before2 = (character(laid.focus_start - distance) for distance in (1, 2))

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
    sink.add(r, c.unit, chars)
    sink.add(r, c.after1, chars)
    sink.add(r, c.before1, chars)
    sink.add(r, c.kind, chars)


def role_labels(places: Sequence[Place], laid: Windows, pieces: Sequence[Sequence[Span]]) -> list[list[str]]:
    """Gold labels of every window, for training; what lies outside its window cannot be learned."""
    out: list[list[str]] = []
    for number, place in enumerate(places):
        start, end = int(laid.start[number]), int(laid.end[number])
        tags = ["O"] * (end - start)
        for piece in pieces[number]:
            side = "L" if piece.start < place.mention.span.start else "R"
            for position in range(max(piece.start, start), min(piece.end, end)):
                tags[position - start] = ("B-" if position == piece.start else "I-") + side
        out.append(tags)
    return out


def find_indicators(
    crf: Crf, columns: TextColumns, places: Sequence[Place], mentions: Sequence[Sequence[Mention]]
) -> list[tuple[tuple[Span, ...], float]]:
    """The indicator pieces of every quantity in text order (none where it has no words of its own), with confidence;
    ``mentions`` are those of each text.

    The confidence is the least marginal among the labels of the window's characters inside pieces and beside them.
    """
    if not places:
        return []
    packed = columns.packed
    lists, tags = number_lists(packed.text, places), mention_tags(packed, mentions)
    out: list[tuple[tuple[Span, ...], float]] = []
    for first in range(0, len(places), _TOGETHER):
        last = min(first + _TOGETHER, len(places))
        laid = windows(places[first:last])
        emissions = _emissions(crf, columns, places[first:last], lists.part(first, last), tags, laid)
        path, marginals = crf.decode(emissions, laid.offset[:-1].tolist(), laid.offset[1:].tolist())
        chosen = np.take_along_axis(marginals, np.maximum(path, 0)[:, None].astype(np.int64), axis=1)[:, 0]
        for number, place in enumerate(places[first:last]):
            begin, end = int(laid.offset[number]), int(laid.offset[number + 1])
            pieces = _pieces(path[begin:end].tolist(), int(laid.start[number]), place, packed.text)
            out.append((pieces, float(chosen[begin:end].min(initial=1.0))))
    return out


def _emissions(
    crf: Crf, columns: TextColumns, places: Sequence[Place], lists: NumberLists, tags: U8, laid: Windows
) -> F32:
    """Scores of every laid-out character, ``(M, L)``."""
    scores = np.empty((len(laid.position), len(crf.labels)), dtype=np.float32)
    for first, last in laid.groups(BLOCK_ROWS):
        part = laid.part(first, last)
        sums = Sums(crf.table, len(part.position))
        _add(sums, _Context(columns, places[first:last], lists.part(first, last), tags, part))
        scores[laid.offset[first] : laid.offset[last]] = sums.scores()
    return scores


def _pieces(path: Sequence[int], start: int, place: Place, text: str) -> tuple[Span, ...]:
    """Maximal labelled runs outside the quantity, without white space at their ends, counted from ``place.base``."""
    first, last = place.start - start, place.end - start
    found: list[tuple[int, int]] = []
    begun = -1
    for position, label in enumerate([*path, 0]):
        inside = label > 0 and not first <= position < last
        if begun >= 0 and (not inside or label % 2 == 1):
            found.append((start + begun, start + position))
            begun = -1
        if inside and begun < 0:
            begun = position
    trimmed = []
    for begin, end in found:
        surface = text[begin:end]
        left, right = len(surface) - len(surface.lstrip()), len(surface) - len(surface.rstrip())
        if left < len(surface):
            trimmed.append(Span(begin + left - place.base, end - right - place.base))
    return tuple(trimmed)
