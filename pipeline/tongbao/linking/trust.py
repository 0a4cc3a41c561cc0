"""How far the indicator of each quantity is to be trusted.

The marginals of a chain say how it takes its own labels; whether the words it found are the right ones shows as well in
what they look like: where they begin and end, what stands beside them, what was left over in the clause, and what the
neighbours were given. A logistic regression of right and wrong on both (confidence estimation for fields that a chain
extracts, Culotta and McCallum 2004) tells them apart better than the marginals alone (docs/decisions.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.facts import QuantityFacts, TextSums, words_at
from tongbao.linking.focused import Focused
from tongbao.linking.indicator import Found
from tongbao.linking.indicator_features import bucket
from tongbao.linking.layout import Place
from tongbao.records import LABELS, Label, Span
from tongbao.tagging.arrays import U64
from tongbao.tagging.columns import TextColumns
from tongbao.tagging.templates import Sink, Sums, Templates
from tongbao.tagging.weights import CHOICE_BITS, F32, WeightTable

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

#: Labels whose mentions are counted in stretches, those of bodies as one.
_COUNTED: tuple[tuple[Label, ...], ...] = (("DEPARTMENT", "ORGANIZATION"), ("SCOPE",), ("PERIOD",), ("QUANTITY",))
#: Log odds of the chain's confidence are told apart by whole numbers from -6 to 14.
_LEAST_ODDS, _MOST_ODDS = -6, 14


@dataclass(frozen=True, slots=True)
class Outline:
    """Where the indicators of K quantities stand, in front (column 0) and behind (1); positions among packed texts.

    ``begin`` and ``end``, ``(K, 2)``, are of the stretch from the first to the last piece, empty beside the quantity
    where there is none; ``pieces`` and ``length`` count its pieces (at most 3) and their characters. ``odds`` is the
    chain's confidence as log odds in steps, ``(K,)``.
    """

    begin: I64
    end: I64
    pieces: U64
    length: U64
    odds: U64

    @classmethod
    def build(cls, places: Sequence[Place], found: Sequence[Found]) -> Outline:
        """From the pieces of each quantity, counted in its text, and how sure the chain is of them."""
        rows = [_row(place, pieces) for place, (pieces, _) in zip(places, found, strict=True)]
        begin, end, pieces, length = np.array(rows, dtype=np.int64).reshape(-1, 4, 2).transpose(1, 0, 2).copy()
        sure = np.clip(np.array([sure for _, sure in found], dtype=np.float64), 1e-6, 1 - 1e-6)
        odds = np.clip(np.rint(np.log(sure / (1 - sure))), _LEAST_ODDS, _MOST_ODDS) - _LEAST_ODDS
        return cls(begin, end, np.minimum(pieces, 3).astype(np.uint64), bucket(length), odds.astype(np.uint64))


def _row(place: Place, pieces: Sequence[Span]) -> list[tuple[int, int]]:
    """Begin, end, number of pieces and characters of an indicator, each in front and behind."""
    span = place.mention.span
    sides = [piece for piece in pieces if piece.start < span.start], [p for p in pieces if p.start >= span.start]
    begin = [side[0].start if side else beside for side, beside in zip(sides, (span.start, span.end), strict=True)]
    end = [side[-1].end if side else beside for side, beside in zip(sides, (span.start, span.end), strict=True)]
    base = place.base
    return [
        (base + begin[0], base + begin[1]),
        (base + end[0], base + end[1]),
        (len(sides[0]), len(sides[1])),
        (sum(map(len, sides[0])), sum(map(len, sides[1]))),
    ]


@dataclass(frozen=True, slots=True)
class Looks:
    """What the templates of K quantities and their indicators are made of; ``begun`` are the places at which the
    mentions of each of ``_COUNTED`` begin.
    """

    focused: Focused
    sums: TextSums
    facts: QuantityFacts
    outline: Outline
    begun: tuple[I64, ...]

    @classmethod
    def build(cls, focused: Focused, sums: TextSums, facts: QuantityFacts, found: Sequence[Found]) -> Looks:
        """From the indicators that were found."""
        tags = [[2 * LABELS.index(label) + 1 for label in labels] for labels in _COUNTED]
        begun = tuple(np.flatnonzero(np.isin(focused.tags, members)) for members in tags)
        return cls(focused, sums, facts, Outline.build(focused.places, found), begun)

    def counts(self, first: I64, last: I64) -> U64:
        """How many mentions of each of ``_COUNTED`` begin in each stretch, at most two."""
        out = np.zeros(len(first), dtype=np.uint64)
        for places in self.begun:
            found = np.searchsorted(places, last) - np.searchsorted(places, first)
            out = out * np.uint64(3) + np.clip(found, 0, 2).astype(np.uint64)
        return out

    def features(self) -> NDArray[np.uint32]:
        """The ids of all templates, ``(K, T)``, for training."""
        templates = Templates(len(self.focused.kind), CHOICE_BITS)
        _add(templates, self)
        return templates.array()

    def trust(self, table: WeightTable) -> F64:
        """The probability that each indicator is right, ``(K,)``."""
        sums = Sums(table, len(self.focused.kind), CHOICE_BITS)
        _add(sums, self)
        return likely(sums.scores()[:, 0])


def likely(odds: F32) -> F64:
    """Log odds as probabilities."""
    found: F64 = 1.0 / (1.0 + np.exp(-np.clip(odds.astype(np.float64), -30, 30)))
    return found


def _add(sink: Sink, looks: Looks) -> None:
    """All templates."""
    shape = looks.outline.pieces[:, 0] * np.uint64(4) + looks.outline.pieces[:, 1]
    _whole(sink, looks, shape)
    for side in (0, 1):
        _edges(sink, looks, side)
        _left_over(sink, looks, shape, side)
        _inside(sink, looks, side)
    for step in (-1, 1):
        _neighbour(sink, looks, shape, step)


def _whole(sink: Sink, looks: Looks, shape: U64) -> None:
    """The chain's confidence, and what kind of quantity has how many words on which side."""
    focused, facts, outline = looks.focused, looks.facts, looks.outline
    odds, table = outline.odds, (focused.heads[:, 0] >= 0) + 2 * (focused.heads[:, 2] >= 0)
    sink.add(odds)
    sink.add(odds, shape)
    sink.add(odds, focused.caption)
    sink.add(shape, focused.kind)
    sink.add(shape, facts.unit)
    sink.add(shape, facts.change)
    sink.add(shape, focused.caption)
    sink.add(shape, table.astype(np.uint64))
    sink.add(shape, focused.gaps.before)
    sink.add(shape, focused.gaps.behind)
    sink.add(facts.indicator)
    sink.add(facts.indicator, facts.unit)
    sink.add(outline.length[:, 0], outline.length[:, 1])
    sink.add(shape, outline.length[:, 0])
    sink.add(shape, outline.length[:, 1])
    words = _word(focused.columns, focused.bounds.focus_start - 1)
    sink.add(shape, words)
    sink.add(shape, _word(focused.columns, focused.bounds.focus_end))


def _edges(sink: Sink, looks: Looks, side: int) -> None:
    """Where the words of one side begin and end: words, characters and mentions on both sides of each edge."""
    focused, facts, outline = looks.focused, looks.facts, looks.outline
    columns, bounds, pieces = focused.columns, focused.bounds, outline.pieces[:, side]
    borders = (outline.begin, bounds.clause_start, 0, -1), (outline.end, bounds.clause_end, -1, 0)
    for which, (edges, clause, inner, outer) in enumerate(borders):
        edge = edges[:, side]
        # Where there are no words on this side, each template says only that.
        salt = np.where(pieces > 0, 1 + np.uint64(which), np.uint64(0))

        def there(values: U64, salt: U64 = salt) -> U64:
            return np.where(salt > 0, values, np.uint64(0))

        word, beyond = (there(_word(columns, edge + at)) for at in (inner, outer))
        cut = there(_inside_word(focused, edge))
        tag, next_tag = (there(_taken(focused.tags, edge + at)) for at in (inner, outer))
        character, next_character = (there(_taken(columns.points, edge + at)) for at in (inner, outer))
        in_clause = there((np.sign(edge - clause) + 1).astype(np.uint64))
        sink.add(salt, cut)
        sink.add(salt, word, pieces)
        sink.add(salt, beyond, pieces)
        sink.add(salt, word, beyond)
        sink.add(salt, word, facts.unit)
        sink.add(salt, word, focused.kind)
        sink.add(salt, tag, next_tag, in_clause)
        sink.add(salt, tag, next_tag, word)
        sink.add(salt, character)
        sink.add(salt, next_character)
        sink.add(salt, character, next_character)


def _word(columns: TextColumns, at: I64) -> U64:
    """The word at each position."""
    return words_at(columns, at, (0,))[0]


def _inside_word(focused: Focused, edge: I64) -> U64:
    """Whether an edge cuts a word in two."""
    words = focused.columns.words
    if words is None:
        return np.zeros(len(edge), dtype=np.uint64)
    found: U64 = (words.bounds[np.searchsorted(words.bounds, edge)] != edge).astype(np.uint64)
    return found


def _taken(column: NDArray[np.unsignedinteger], at: I64) -> U64:
    """A column at some positions, 0 outside the text."""
    inside = (at >= 0) & (at < len(column))
    found: U64 = np.where(inside, np.take(column, at, mode="clip"), 0).astype(np.uint64)
    return found


def _left_over(sink: Sink, looks: Looks, shape: U64, side: int) -> None:
    """The stretch of the clause that was left over beyond the words of one side, and the gap to the quantity."""
    focused, outline, bounds = looks.focused, looks.outline, looks.focused.bounds
    if side == 0:
        first = np.maximum(bounds.clause_start, _other(focused, bounds.focus_end, -1, bounds.clause_start))
        last = np.maximum(outline.begin[:, 0], first)
        gap_first, gap_last = outline.end[:, 0], bounds.focus_start
    else:
        first = outline.end[:, 1]
        last = np.minimum(bounds.clause_end, _other(focused, bounds.focus_start, 1, bounds.clause_end))
        last = np.maximum(first, last)
        gap_first, gap_last = bounds.focus_end, outline.begin[:, 1]
    has = np.minimum(outline.pieces[:, side], np.uint64(1))
    length = bucket(last - first)
    counts = looks.counts(first, last)
    near = _word(focused.columns, last - 1 if side == 0 else first)
    near = np.where(last > first, near, np.uint64(0))
    sink.add(has, length)
    sink.add(shape, length)
    sink.add(has, counts)
    sink.add(shape, counts, np.minimum(length, np.uint64(6)))
    sink.add(has, near)
    sink.add(shape, near)
    if side == 0:
        edge = _word(focused.columns, outline.begin[:, 0])
        sink.add(has, counts, edge)
    hashes, wide = focused.columns.hashes, np.maximum(gap_last, gap_first)
    between = hashes.of(np.maximum(gap_first, wide - 6), wide)
    sink.add(has, between)
    sink.add(shape, bucket(wide - gap_first), _marks(looks.sums, gap_first, wide))


def _other(focused: Focused, edge: I64, step: int, fallback: I64) -> I64:
    """``edge`` of the quantity before or behind in the same sentence, else ``fallback``."""
    other, there = _beside(focused, step)
    return np.where(there, edge[other], fallback)


def _beside(focused: Focused, step: int) -> tuple[I64, NDArray[np.bool_]]:
    """The number of the quantity before (-1) or behind (1), and whether it is in the same sentence."""
    count = len(focused.kind)
    other = np.arange(count) + step
    inside = (other >= 0) & (other < count)
    other = np.where(inside, other, np.arange(count))
    there = inside & (focused.sentence[other] == focused.sentence)
    return other, there


def _marks(sums: TextSums, first: I64, last: I64) -> U64:
    """How many commas, list marks and stops stand in each stretch, at most two of each."""
    commas, lists = sums.between("，,", first, last, 2), sums.between("、", first, last, 2)
    return (commas * np.uint64(3) + lists) * np.uint64(3) + sums.between("；;。\n", first, last, 2)


def _inside(sink: Sink, looks: Looks, side: int) -> None:
    """What the stretch of one side holds: marks, brackets that do not close, mentions."""
    outline, sums = looks.outline, looks.sums
    first, last, pieces = outline.begin[:, side], outline.end[:, side], outline.pieces[:, side]
    opened, closed = sums.between("（(“《", first, last, 2), sums.between("）)”》", first, last, 2)
    sink.add(pieces, _marks(sums, first, last))
    sink.add(pieces, opened, closed)
    counts = looks.counts(first, last)
    sink.add(pieces, counts)
    sink.add(pieces, counts, outline.length[:, side])


def _neighbour(sink: Sink, looks: Looks, shape: U64, step: int) -> None:
    """How the words stand to those of the quantity before or behind."""
    focused, outline, facts = looks.focused, looks.outline, looks.facts
    other, there = _beside(focused, step)
    known = np.where(there, 1 + _crossed(outline, other), 0).astype(np.uint64)

    def with_known(values: U64) -> U64:
        return np.where(there, known * np.uint64(16) + values, np.uint64(0))

    relation, theirs = with_known(_relation(outline, other)), with_known(shape[other])
    heads, tails = facts.indicator_head, facts.indicator_tail
    alike = with_known((2 * (heads == heads[other]) + (tails == tails[other])).astype(np.uint64))
    joint = np.where(there, _joint(focused, other, step), np.uint64(0))
    sink.add(theirs, shape)
    sink.add(theirs, shape, joint)
    sink.add(relation, shape)
    sink.add(relation, joint)
    sink.add(relation, facts.change, outline.odds)
    sink.add(alike, shape)
    sink.add(alike, joint)
    sink.add(known, outline.odds, np.where(there, outline.odds[other], np.uint64(0)))


def _relation(outline: Outline, other: I64) -> U64:
    """On each side: nothing (0), the same words as the other quantity (1), others (2), or some of its words (3)."""
    both = (outline.pieces > 0) & (outline.pieces[other] > 0)
    same = both & (outline.begin == outline.begin[other]) & (outline.end == outline.end[other])
    apart = (outline.end <= outline.begin[other]) | (outline.end[other] <= outline.begin)
    side = np.where(~both, 0, np.where(same, 1, np.where(apart, 2, 3))).astype(np.uint64)
    found: U64 = side[:, 0] * np.uint64(4) + side[:, 1]
    return found


def _crossed(outline: Outline, other: I64) -> NDArray[np.bool_]:
    """Whether words in front of one quantity are words behind the other."""
    begin = np.maximum(outline.begin, outline.begin[other][:, ::-1])
    found: NDArray[np.bool_] = np.any(begin < np.minimum(outline.end, outline.end[other][:, ::-1]), axis=1)
    return found


def _joint(focused: Focused, other: I64, step: int) -> U64:
    """The first characters between two quantities."""
    bounds = focused.bounds
    before, behind = (other, slice(None)) if step < 0 else (slice(None), other)
    first = bounds.focus_end[before]
    return focused.columns.hashes.of(first, np.minimum(first + 3, np.maximum(bounds.focus_start[behind], first)))
