"""The indicator of each quantity: the second use of the sequence engine.

With one quantity in focus, the characters of its clause and of the clause before are labelled: in front of it
(``B-L``, ``I-L``), behind it (``B-R``, ``I-R``), or no part of its indicator (``O``), as semantic roles are labelled
with one predicate in focus (Gildea and Jurafsky 2002; as one sequence a predicate, Hacioglu et al. 2004). All windows
of a document are decoded together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.layout import Place
from tongbao.linking.lists import SEPARATORS, number_lists
from tongbao.records import LABELS, Mention, Quantity, Span
from tongbao.tagging.arrays import U64, shift
from tongbao.tagging.columns import KIND_NUMBER, TextColumns
from tongbao.tagging.crf import Crf
from tongbao.tagging.features import Templates

ROLES: tuple[str, ...] = ("O", "B-L", "I-L", "B-R", "I-R")
#: A window reaches at most so many characters to the left and to the right of its quantity.
_LEFT, _RIGHT = 110, 70
I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of all quantities of a document, laid end to end.

    Window ``k`` covers the positions ``[start[k], end[k])`` of the text; ``position`` and ``owner`` (both ``(M,)``)
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


def windows(places: Sequence[Place]) -> Windows:
    """The clause of each quantity and the clause before it, cut to the reach of a window."""
    focus_start = np.array([place.mention.span.start for place in places], dtype=np.int64)
    focus_end = np.array([place.mention.span.end for place in places], dtype=np.int64)
    clause_start = np.array([place.clause.start for place in places], dtype=np.int64)
    clause_end = np.array([place.clause.end for place in places], dtype=np.int64)
    reach = np.array([(place.before or place.clause).start for place in places], dtype=np.int64)
    start = np.maximum(reach, focus_start - _LEFT)
    end = np.maximum(np.minimum(clause_end, focus_end + _RIGHT), focus_end)
    lengths = end - start
    offset = np.zeros(len(places) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offset[1:])
    owner = np.repeat(np.arange(len(places)), lengths)
    position = np.arange(int(offset[-1])) - offset[owner] + start[owner]
    return Windows(start, end, focus_start, focus_end, clause_start, clause_end, position, owner, offset)


def mention_tags(size: int, mentions: Iterable[Mention]) -> U64:
    """A number for the label and the place (begin or inside) of the mention at each character, 0 outside."""
    tags = np.zeros(size, dtype=np.uint64)
    for mention in mentions:
        number = 2 * LABELS.index(mention.label) + 1
        tags[mention.span.start : mention.span.end] = number + 1
        tags[mention.span.start] = number
    return tags


def indicator_features(
    text: str, columns: TextColumns, places: Sequence[Place], mentions: Sequence[Mention], laid: Windows
) -> NDArray[np.uint32]:
    """Hashed feature ids of every laid-out character, ``(M, T)``."""
    templates = Templates(len(laid.position))
    context = _Context(text, columns, places, mentions, laid)
    _structure(templates, context)
    _surface(templates, context, columns)
    _focus(templates, context, columns)
    return templates.array()


def _bucket(values: I64) -> U64:
    """Distances: exact to 8, then by powers of a half."""
    coarse = 8 + np.floor(2 * np.log2(np.maximum(values, 8) / 8)).astype(np.int64)
    buckets: U64 = np.where(values <= 8, np.maximum(values, 0), coarse).astype(np.uint64)
    return buckets


class _Context:
    """How every laid-out character stands to its quantity; all arrays are ``(M,)``."""

    def __init__(
        self, text: str, columns: TextColumns, places: Sequence[Place], mentions: Sequence[Mention], laid: Windows
    ) -> None:
        size = len(text)
        at, owner = laid.position, laid.owner
        first, last = laid.focus_start[owner], laid.focus_end[owner]
        self.at, self.owner = at, owner
        self.side = np.where(at < first, 0, np.where(at < last, 1, 2)).astype(np.uint64)
        self.distance = np.where(at < first, first - at, np.where(at < last, 0, at - last + 1))
        self.in_clause = (at >= laid.clause_start[owner]).astype(np.uint64)
        self.tags = mention_tags(size, mentions)
        quantity = self.tags == 2 * LABELS.index("QUANTITY") + 1
        self.between = self._count(quantity, at, first, last)
        self.lists = self._count(columns.chars == ord("、"), at, first, last)
        brackets = np.isin(columns.points, [ord(c) for c in "（("]).astype(np.int64)
        brackets -= shift(np.isin(columns.points, [ord(c) for c in "）)"]).astype(np.uint64), -1).astype(np.int64)
        depth = np.cumsum(brackets)
        self.depth = (np.clip(depth[at] - depth[first], -1, 1) + 1).astype(np.uint64)
        self.relation = self.side * np.uint64(2) + self.in_clause
        self.relation = self.relation * np.uint64(3) + np.minimum(self.between, np.uint64(2))
        self.left_edge = (at - np.maximum(laid.clause_start[owner], laid.start[owner])).astype(np.int64)
        self.right_edge = (laid.clause_end[owner] - 1 - at).astype(np.int64)
        self._focus_facts(columns, places, laid)
        self._list_facts(text, columns, places)

    @staticmethod
    def _count(marks: NDArray[np.bool_], at: I64, first: I64, last: I64) -> U64:
        """Marks strictly between a character and the quantity in focus, at most 3."""
        sums = np.concatenate([[0], np.cumsum(marks)])
        left = sums[first] - sums[np.minimum(at + 1, first)]
        right = sums[np.maximum(at, last)] - sums[last]
        found: U64 = np.minimum(np.where(at < first, left, right), 3).astype(np.uint64)
        return found

    def _focus_facts(self, columns: TextColumns, places: Sequence[Place], laid: Windows) -> None:
        owner = self.owner
        padded = np.concatenate([columns.chars, np.zeros(3, dtype=np.uint64)])
        kinds = np.array(
            [KIND_NUMBER[q.kind] if isinstance(q := place.mention.attributes, Quantity) else 0 for place in places],
            dtype=np.uint64,
        )
        hashes = columns.hashes
        tail = np.maximum(laid.focus_end - 2, laid.focus_start)
        has_left = np.minimum(laid.focus_start - np.minimum(laid.clause_start, laid.focus_start), 3).astype(np.uint64)
        has_right = np.minimum(np.maximum(laid.clause_end - laid.focus_end, 0), 3).astype(np.uint64)
        sides = has_left * np.uint64(4) + has_right
        self.kind = kinds[owner]
        self.unit = hashes.of(tail, laid.focus_end)[owner]
        self.head = padded[laid.focus_start][owner]
        self.sides = sides[owner]
        self.after1 = padded[laid.focus_end][owner]
        self.after2 = padded[laid.focus_end + 1][owner]
        self.before1 = np.where(laid.focus_start > 0, padded[np.maximum(laid.focus_start - 1, 0)], 0)[owner]
        self.before2 = np.where(laid.focus_start > 1, padded[np.maximum(laid.focus_start - 2, 0)], 0)[owner]

    def _list_facts(self, text: str, columns: TextColumns, places: Sequence[Place]) -> None:
        """``member``: how many names of a list stand behind a character, up to the numbers that answer to the list;
        ``wanted``: how many numbers stand behind the one in focus; equal where name and number answer to each other.
        """
        lists = number_lists(text, places)
        owner = self.owner
        marks = np.isin(columns.points, [ord(mark) for mark in SEPARATORS])
        sums = np.concatenate([[0], np.cumsum(marks)])
        anchor = lists.anchor[owner]
        behind = sums[anchor] - sums[np.minimum(self.at + 1, anchor)]
        listed = (lists.size[owner] > 1) & (self.at < anchor)
        wanted = lists.size[owner] - 1 - lists.index[owner]
        self.member = np.where(listed, 1 + np.minimum(behind, 4), 0).astype(np.uint64)
        self.wanted = np.where(listed, 1 + np.minimum(wanted, 4), 0).astype(np.uint64)
        self.first = np.where(listed, 1 + (lists.index[owner] == 0), 0).astype(np.uint64)
        self.answers = np.where(listed, 1 + (behind == wanted), 0).astype(np.uint64)


def _structure(templates: Templates, c: _Context) -> None:
    near = _bucket(c.distance)
    tag = c.tags[c.at]
    around = [shift(c.tags, offset)[c.at] for offset in (-1, 1)]
    templates.add(c.relation)
    templates.add(c.relation, near)
    templates.add(c.relation, c.lists, c.depth)
    templates.add(c.relation, tag, around[0], around[1])
    templates.add(c.relation, _bucket(c.left_edge), c.sides)
    templates.add(c.relation, _bucket(c.right_edge), c.sides)
    templates.add(c.relation, c.kind, c.sides)
    templates.add(c.relation, near, c.sides)
    templates.add(c.side, c.between, c.lists, c.depth, tag)
    _lists(templates, c)


def _lists(templates: Templates, c: _Context) -> None:
    templates.add(c.relation, c.answers, c.first)
    templates.add(c.relation, c.member, c.wanted, c.first)
    templates.add(c.relation, c.answers, c.first, c.tags[c.at])
    templates.add(c.relation, c.answers, c.member, _bucket(c.left_edge))


def _surface(templates: Templates, c: _Context, columns: TextColumns) -> None:
    def see(column: U64, offset: int = 0) -> U64:
        return shift(column, offset)[c.at]

    chars, kinds = columns.chars, columns.kinds
    r = c.relation
    ch = {offset: see(chars, offset) for offset in range(-3, 4)}
    for offset in range(-2, 3):
        templates.add(r, ch[offset])
    templates.add(r, ch[-1], ch[0])
    templates.add(r, ch[0], ch[1])
    templates.add(r, ch[-2], ch[-1])
    templates.add(r, ch[1], ch[2])
    templates.add(r, ch[-2], ch[-1], ch[0])
    templates.add(r, ch[-1], ch[0], ch[1])
    templates.add(r, ch[0], ch[1], ch[2])
    templates.add(r, ch[1], ch[2], ch[3])
    templates.add(r, ch[-3], ch[-2], ch[-1])
    templates.add(c.answers, c.member, c.first, ch[-1])
    templates.add(c.answers, c.member, c.first, ch[0])
    templates.add(_bucket(c.distance), c.side, ch[0])
    templates.add(r, see(kinds, -1), see(kinds), see(kinds, 1))
    if columns.words is not None:
        place = columns.words.place[c.at]
        word = {offset: columns.words.around[offset][c.at] for offset in range(-2, 3)}
        for offset in range(-2, 3):
            templates.add(r, place, word[offset])
        templates.add(r, place, word[-1], word[0])
        templates.add(r, place, word[0], word[1])
        templates.add(_bucket(c.distance), c.side, place, word[0])
    if columns.cues is not None:
        for offset in (-1, 0, 1):
            templates.add(r, see(columns.cues, offset))
        templates.add(r, see(columns.cues), _bucket(c.distance))
    for column in columns.clusters or ():
        templates.add(r, see(column))
        templates.add(r, see(column, -1), see(column))
        templates.add(r, see(column), see(column, 1))
        templates.add(r, see(column, -1), see(column), see(column, 1))


def _focus(templates: Templates, c: _Context, columns: TextColumns) -> None:
    chars = columns.chars[c.at]
    r, near = c.relation, np.minimum(_bucket(c.distance), np.uint64(6))
    for fact in (c.unit, c.kind, c.after1, c.before1, c.head):
        templates.add(r, near, fact)
    templates.add(r, c.after1, c.after2)
    templates.add(r, c.before2, c.before1)
    templates.add(r, c.before2, c.before1, near)
    templates.add(r, c.before1, c.after1, c.kind)
    templates.add(r, c.unit, chars)
    templates.add(r, c.after1, chars)
    templates.add(r, c.before1, chars)
    templates.add(r, c.kind, chars)


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
    crf: Crf, text: str, columns: TextColumns, places: Sequence[Place], mentions: Sequence[Mention]
) -> list[tuple[tuple[Span, ...], float]]:
    """The indicator pieces of every quantity in text order (none where it has no words of its own), with confidence.

    The confidence is the least marginal among the labels of the window's characters inside pieces and beside them.
    """
    if not places:
        return []
    laid = windows(places)
    emissions = crf.emissions(indicator_features(text, columns, places, mentions, laid))
    path, marginals = crf.decode(emissions, laid.offset[:-1].tolist(), laid.offset[1:].tolist())
    chosen = np.take_along_axis(marginals, np.maximum(path, 0)[:, None].astype(np.int64), axis=1)[:, 0]
    out: list[tuple[tuple[Span, ...], float]] = []
    for number in range(len(places)):
        first, last = int(laid.offset[number]), int(laid.offset[number + 1])
        pieces = _pieces(path[first:last].tolist(), int(laid.start[number]), places[number].mention.span, text)
        out.append((pieces, float(chosen[first:last].min(initial=1.0))))
    return out


def _pieces(path: Sequence[int], start: int, focus: Span, text: str) -> tuple[Span, ...]:
    """Maximal labelled runs outside the quantity, without white space at their ends."""
    found: list[Span] = []
    begun = -1
    for position, label in enumerate([*path, 0], start=start):
        inside = label > 0 and not focus.start <= position < focus.end
        if begun >= 0 and (not inside or label % 2 == 1):
            found.append(Span(begun, position))
            begun = -1
        if inside and begun < 0:
            begun = position
    trimmed = []
    for piece in found:
        surface = piece.of(text)
        left, right = len(surface) - len(surface.lstrip()), len(surface) - len(surface.rstrip())
        if left < len(surface):
            trimmed.append(Span(piece.start + left, piece.end - right))
    return tuple(trimmed)
