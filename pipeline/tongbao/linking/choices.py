"""Which period, which scope, and which other quantity a quantity goes with: candidates ranked, with abstention.

For every quantity the candidates and "none" are scored by one linear model over hashed templates; the best wins. All
pairs of a document are scored together.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.facts import I64, QuantityFacts, SpanFacts, TextSums
from tongbao.linking.layout import Place
from tongbao.tagging.arrays import U64
from tongbao.tagging.templates import Sink, Sums, Templates
from tongbao.tagging.weights import CHOICE_BITS, WeightTable

#: Most candidates in front of a quantity that are looked at, nearest first.
_MOST_DATED, _MOST_OF = 6, 8


#: Ranks of the candidates that are not among the nearest in front of the quantity.
_OPENING, _HEADING, _NONE, _BEHIND = 12, 13, 14, 15
_OPENING_HEADING, _OPENERS = 16, (17, 18)


@dataclass(frozen=True, slots=True)
class Pairs:
    """M pairs of a quantity and a candidate (-1 for "none"), those of one quantity together, "none" last.

    ``rank`` counts the candidates from the nearest one in front (0, 1, …). Where they are not among these, the first
    one of the section has 12, the first in a heading of it 16, the last one in any heading 13, and the last ones that
    open a sentence 17 and 18; "none" has 14, one behind the quantity 15.
    """

    query: I64
    candidate: I64
    rank: I64

    @classmethod
    def build(cls, rows: Sequence[tuple[int, int, int]]) -> Pairs:
        """From triples of quantity, candidate and rank."""
        return cls(*np.array(rows, dtype=np.int64).reshape(-1, 3).T)

    def groups(self, rows: int) -> Iterator[Pairs]:
        """All pairs of neighbouring quantities at a time, so many that they have at most ``rows`` rows, or of one."""
        borders = np.append(np.nonzero(np.diff(self.query, prepend=-1))[0], len(self.query))
        first = 0
        while first < len(borders) - 1:
            last = max(int(np.searchsorted(borders, borders[first] + rows, side="right")) - 1, first + 1)
            these = slice(int(borders[first]), int(borders[last]))
            yield Pairs(self.query[these], self.candidate[these], self.rank[these])
            first = last


def dated_pairs(
    quantities: Sequence[Place], others: Sequence[Place], within_section: bool, bound: Collection[int] = ()
) -> Pairs:
    """Candidates among periods or scopes: those of the sentence and, ``within_section``, of the section the last ones
    before it, the first ones in headings and elsewhere and the last two that open a sentence (what a report says of a
    year goes on over many paragraphs), and of the text the last one in a heading. Those with an index in ``bound``
    are candidates in their own sentence only.
    """
    starts = [other.start for other in others]
    sentences = [_sentence(other) for other in others]
    governing = _Governing(others, bound)
    rows: list[tuple[int, int, int]] = []
    for number, place in enumerate(quantities):
        at, sentence = bisect_left(starts, place.start), _sentence(place)
        begun, outside = len(rows), 0
        for rank, index in enumerate(range(at - 1, max(-1, at - 1 - _MOST_DATED), -1)):
            if sentences[index] != sentence:
                if not within_section or outside == 2:
                    break
                other = others[index]
                if other.base != place.base or other.section != place.section:
                    break
                if index in bound:
                    continue
                outside += 1
            rows.append((number, index, rank))
        if within_section:
            taken = {row[1] for row in rows[begun:]}
            for index, rank in governing.at(place, at):
                if index not in taken:
                    rows.append((number, index, rank))
                    taken.add(index)
        if at < len(others) and sentences[at] == sentence:
            rows.append((number, at, _BEHIND))
        rows.append((number, -1, _NONE))
    return Pairs.build(rows)


def _sentence(place: Place) -> tuple[int, int, int]:
    """The text and the sentence that a mention stands in."""
    return place.base, place.sentence.start, place.sentence.end


class _Governing:
    """Which periods may govern a stretch from afar; those that are ``bound`` never do."""

    def __init__(self, others: Sequence[Place], bound: Collection[int]) -> None:
        self._first: dict[tuple[int, int, bool], int] = {}
        self._opening: dict[tuple[int, int], list[int]] = {}
        self._heading: list[int] = []
        self._others = others
        base, heading = -1, -1
        for index, other in enumerate(others):
            if other.base != base:
                base, heading = other.base, -1
            if index not in bound:
                self._first.setdefault((other.base, other.section, other.heading), index)
                if other.heading:
                    heading = index
                elif other.mention.span.start == other.sentence.start:
                    self._opening.setdefault((other.base, other.section), []).append(index)
            self._heading.append(heading)

    def at(self, place: Place, before: int) -> list[tuple[int, int]]:
        """Those in front of a quantity, ``before`` being how many are: index and rank."""
        if not before or self._others[before - 1].base != place.base:
            return []
        found = [
            (self._first.get((place.base, place.section, heading), before), rank)
            for heading, rank in ((True, _OPENING_HEADING), (False, _OPENING))
        ]
        found.append((self._heading[before - 1], _HEADING))
        opening = self._opening.get((place.base, place.section), [])
        last = bisect_left(opening, before)
        found += zip(reversed(opening[max(last - len(_OPENERS), 0) : last]), _OPENERS, strict=False)
        return [(index, rank) for index, rank in found if 0 <= index < before]


def of_pairs(quantities: Sequence[Place]) -> Pairs:
    """Candidates among the quantities of the same section: the last eight in front, and the next one."""
    count = len(quantities)
    section = np.array([place.base + place.section for place in quantities], dtype=np.int64)
    sentence = np.array([place.base + place.sentence.start for place in quantities], dtype=np.int64)
    number = np.arange(count)
    ranks = np.array([*range(_MOST_OF), _BEHIND, _NONE])
    # One column a rank: the candidate of that rank, and whether there is one.
    candidates = np.stack([*(number - 1 - rank for rank in range(_MOST_OF)), number + 1, np.full(count, -1)], axis=1)
    known = np.ones((count, len(ranks)), dtype=np.bool_)
    near = np.ones(count, dtype=np.bool_)
    for rank in range(_MOST_OF):
        near[: rank + 1] = False
        near[rank + 1 :] &= section[: max(count - rank - 1, 0)] == section[rank + 1 :]
        known[:, rank] = near
    known[:-1, _MOST_OF] = sentence[1:] == sentence[:-1]
    known[-1:, _MOST_OF] = False
    query, column = np.nonzero(known)
    return Pairs(query, candidates[known], ranks[column])


def _bucket(values: I64) -> U64:
    coarse = 6 + np.floor(np.log2(np.maximum(values, 6) / 6) * 2).astype(np.int64)
    found: U64 = np.where(values <= 6, np.maximum(values, 0), coarse).astype(np.uint64)
    return found


class _Gap:
    """The stretch between a quantity and its candidate; arrays are ``(M,)``; for "none" it is empty."""

    def __init__(self, pairs: Pairs, q: SpanFacts, c: SpanFacts, sums: TextSums) -> None:
        query, chosen = pairs.query, np.maximum(pairs.candidate, 0)
        none = pairs.candidate < 0
        self.none = none
        has = len(c.start) > 0
        start = np.where(none, q.start[query], c.start[chosen] if has else 0)
        end = np.where(none, q.end[query], c.end[chosen] if has else 0)
        before = start < q.start[query]
        first = np.where(before, end, q.end[query])
        last = np.where(before, q.start[query], start)
        self.first, self.last = first, np.maximum(first, last)
        commas = sums.between("，,", self.first, self.last)
        stops = sums.between("；;", self.first, self.last, 2)
        ends = sums.between("。！？\n", self.first, self.last, 2)
        lists = sums.between("、", self.first, self.last, 2)
        opened = sums.between("（(", self.first, self.last, 1)
        closed = sums.between("）)", self.first, self.last, 1)
        self.marks = ((((commas * np.uint64(3) + stops) * np.uint64(3) + ends) * np.uint64(3) + lists) * np.uint64(2)
                      + opened) * np.uint64(2) + closed  # fmt: skip
        self.distance = _bucket(self.last - self.first)
        same_sentence = q.sentence[query] == (c.sentence[chosen] if has else -1)
        same_clause = q.clause[query] == (c.clause[chosen] if has else -1)
        depth = q.depth[query] * np.uint64(3) + (c.depth[chosen] if has else np.uint64(0))
        self.shape = (
            pairs.rank.astype(np.uint64) * np.uint64(4)
            + same_sentence.astype(np.uint64) * np.uint64(2)
            + same_clause.astype(np.uint64)
        ) * np.uint64(9) + depth
        self.shape[none] = np.uint64(9999)
        self.near = same_sentence.astype(np.uint64) * np.uint64(2) + same_clause.astype(np.uint64)
        self.near += np.uint64(4) * (pairs.rank == 0).astype(np.uint64)
        self.near[none] = 99


def _between(places: I64, gap: _Gap) -> I64:
    """How many of ascending places lie in each gap."""
    return np.searchsorted(places, gap.last) - np.searchsorted(places, gap.first)


def taken(values: U64, pairs: Pairs) -> U64:
    """``values`` of each pair's candidate, a constant for "none"."""
    if not len(values):
        return np.full(len(pairs.candidate), 7, dtype=np.uint64)
    return np.where(pairs.candidate < 0, np.uint64(7), values[np.maximum(pairs.candidate, 0)])


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs, and what adds the templates of each: their ids are kept for training, only their weights for linking."""

    pairs: Pairs
    add: Callable[[Sink], None]

    def features(self) -> NDArray[np.uint32]:
        """The ids of all templates, ``(M, T)``."""
        templates = Templates(len(self.pairs.query), CHOICE_BITS)
        self.add(templates)
        return templates.array()

    def scores(self, table: WeightTable) -> NDArray[np.float32]:
        """The summed weights of all templates, ``(M,)``."""
        sums = Sums(table, len(self.pairs.query), CHOICE_BITS)
        self.add(sums)
        return sums.scores()[:, 0]


def add_dated(t: Sink, pairs: Pairs, q: SpanFacts, facts: QuantityFacts, c: SpanFacts, sums: TextSums) -> None:
    """Templates for a period or a scope as candidate; ``q`` are all quantities in text order."""
    gap = _Gap(pairs, q, c, sums)
    query = pairs.query
    counted = np.minimum(_between(q.start, gap), 4).astype(np.uint64)
    available = _available(pairs)
    shape = gap.shape
    t.add(shape)
    t.add(shape, available)
    t.add(shape, gap.marks)
    t.add(shape, gap.distance)
    t.add(shape, counted)
    t.add(shape, facts.kind[query], facts.change[query])
    t.add(shape, counted, facts.change[query])
    t.add(shape, facts.unit[query])
    t.add(shape, facts.indicator_head[query])
    t.add(shape, facts.indicator_tail[query])
    t.add(shape, facts.empty[query], available)
    for column in (c.whole, c.head2, c.tail2, c.tail3, c.length, *c.before[:2], *c.after[:2]):
        value = taken(column, pairs)
        t.add(value, shape)
        t.add(value, gap.none.astype(np.uint64))
    t.add(taken(c.word_before[0], pairs), shape)
    t.add(taken(c.word_after[0], pairs), shape)
    t.add(taken(c.tail2, pairs), taken(c.after[0], pairs), shape)
    t.add(taken(c.before[1], pairs), facts.change[query], shape)
    t.add(shape, q.before[1][query])
    t.add(shape, q.word_before[0][query])
    t.add(shape, q.word_before[0][query], q.word_before[1][query])
    t.add(shape, gap.marks, counted)
    # What a candidate in the middle of a clause governs seldom reaches beyond it (居全国第一), what opens one does.
    near = gap.near * np.uint64(8) + taken(c.opens, pairs)
    after = taken(c.after[0], pairs)
    t.add(near)
    t.add(near, counted, available)
    for column in (c.whole, c.tail2, c.before[0], c.before[1], c.word_before[0], c.after[0], c.after[1]):
        t.add(near, taken(column, pairs))
    t.add(near, taken(c.word_before[0], pairs), after)
    t.add(near, taken(c.whole, pairs), taken(c.word_before[0], pairs))
    t.add(near, facts.kind[query], after)
    t.add(near, facts.kind[query], q.word_before[0][query])
    t.add(near, gap.marks)


def add_of(t: Sink, pairs: Pairs, q: SpanFacts, facts: QuantityFacts, sums: TextSums, words: Sequence[I64]) -> None:
    """Templates for another quantity as candidate.

    ``words`` holds for each of the words that announce a part (其中, 占, 同比, …) where it stands, ascending.
    """
    gap = _Gap(pairs, q, q, sums)
    query = pairs.query
    # The models were trained with the first quantity of the text in the place of "none".
    chosen = np.where(gap.none, np.searchsorted(q.base, q.base[query]), pairs.candidate)
    shape = gap.shape
    own, other = facts.value[query], facts.value[chosen]
    with np.errstate(invalid="ignore"):
        order = np.where(np.isnan(own) | np.isnan(other), 3, np.where(own < other, 0, np.where(own > other, 1, 2)))
    same_unit = (facts.unit[query] == facts.unit[chosen]).astype(np.uint64)
    size = order.astype(np.uint64) * np.uint64(2) + same_unit
    size[gap.none] = 9
    announced = np.zeros(len(query), dtype=np.uint64)
    for places in words:
        announced = announced * np.uint64(2) + np.minimum(_between(places, gap), 1).astype(np.uint64)
    pair_kind = facts.kind[query] * np.uint64(16) + taken(facts.kind, pairs)
    same_text = (facts.indicator[query] == facts.indicator[chosen]).astype(np.uint64)
    empties = facts.empty[query] * np.uint64(2) + np.where(gap.none, np.uint64(3), facts.empty[chosen])
    own_change = facts.change[query]
    t.add(shape)
    t.add(shape, size)
    t.add(shape, announced)
    t.add(shape, gap.marks)
    t.add(shape, gap.distance)
    t.add(shape, pair_kind)
    t.add(shape, pair_kind, size)
    t.add(shape, empties, pair_kind)
    t.add(shape, empties, own_change)
    t.add(shape, same_text, size)
    t.add(shape, announced, size, pair_kind)
    t.add(shape, gap.marks, announced)
    t.add(shape, facts.one_sided[query], empties)
    t.add(shape, own_change, taken(facts.change, pairs), same_unit)
    for column in (facts.indicator, facts.indicator_head, facts.indicator_tail, facts.unit):
        t.add(shape, column[query])
        t.add(gap.none.astype(np.uint64), column[query])
        t.add(shape, taken(column, pairs))
    for column in (*q.before[:3], *q.after[:2], q.word_before[0], q.word_before[1], q.word_after[0]):
        t.add(shape, column[query])
        t.add(gap.none.astype(np.uint64), column[query])
    t.add(shape, taken(q.after[0], pairs), taken(q.after[1], pairs))
    t.add(facts.indicator_tail[query], taken(facts.indicator_tail, pairs), shape)
    t.add(facts.unit[query], taken(facts.unit, pairs), shape)
    t.add(pair_kind, gap.marks, size)


def _available(pairs: Pairs) -> U64:
    """How many candidates the quantity of each pair has, at most 3."""
    counts = np.bincount(pairs.query) if len(pairs.query) else np.zeros(0, dtype=np.int64)
    return np.minimum(counts[pairs.query] - 1, 3).astype(np.uint64)


def choose(weights: NDArray[np.float32], pairs: Pairs) -> tuple[I64, NDArray[np.float64]]:
    """The best candidate of every quantity (-1 for none) and its share among the candidates' odds, from the summed
    ``weights`` of each pair.

    Every quantity has at least the candidate "none", so groups are never empty.
    """
    scores = weights.astype(np.float64)
    starts = np.nonzero(np.diff(pairs.query, prepend=-1))[0]
    if not len(starts):
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    group = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(scores)))
    odds = np.exp(scores - np.maximum.reduceat(scores, starts)[group])
    share = odds / np.add.reduceat(odds, starts)[group]
    best = np.maximum.reduceat(share, starts)
    hit = np.nonzero(share == best[group])[0]
    first = hit[np.unique(group[hit], return_index=True)[1]]
    return pairs.candidate[first], best
