"""A period or a scope carries on: what a quantity chooses depends on what the quantity before it chose.

Bulletins name the time once and count on for sentences. So the choices of a document are one chain: each is scored by
a conditional logit whose features may see the choice before (a maximum-entropy Markov model, McCallum, Freitag and
Pereira 2000), and the best chain is found by Viterbi's algorithm over the candidates of every quantity.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.choices import Pairs, taken
from tongbao.linking.facts import I64, QuantityFacts, SpanFacts, TextSums
from tongbao.tagging.arrays import U64
from tongbao.tagging.templates import Sink, Sums, Templates
from tongbao.tagging.weights import CHOICE_BITS, WeightTable

#: How a candidate stands to the choice before: there is none before; it is that choice; that choice was another span;
#: that choice was "none" and this is a span.
FIRST, SAME, OTHER, FROM_NONE = range(4)
#: Choices of the quantity before that are no candidate: there is no such quantity, or its choice is not known.
NOTHING_BEFORE, UNKNOWN = -2, -3
#: Templates of the chain count on from those of the candidates alone, so that they never share ids.
_FIRST_TEMPLATE = 100


def relations(candidate: I64, before: I64) -> U64:
    """How each candidate (-1 for "none") stands to the choice of the quantity before; all arrays are ``(M,)``."""
    other = np.where(before == -1, FROM_NONE, OTHER)
    found: U64 = np.where(before == NOTHING_BEFORE, FIRST, np.where(candidate == before, SAME, other)).astype(np.uint64)
    return found


@dataclass(frozen=True, slots=True)
class Carry:
    """Pairs of quantities and candidates; ``joined`` is what each template of the chain joins with the relation."""

    pairs: Pairs
    joined: tuple[tuple[U64, ...], ...]

    @classmethod
    def build(cls, pairs: Pairs, q: SpanFacts, facts: QuantityFacts, c: SpanFacts, sums: TextSums) -> Carry:
        """From the facts of the quantities, ``q`` and ``facts``, and of the candidates, ``c``."""
        query = pairs.query
        before = _before(q)[query]
        same_section = q.section[query] == q.section[before]
        near = (q.clause[query] == q.clause[before]).astype(np.uint64) + (q.sentence[query] == q.sentence[before])
        near = np.where(before == query, 7, near + same_section).astype(np.uint64)
        fresh, any_fresh = _fresh(pairs, q, c, before)
        begin = q.end[before]
        end = np.maximum(q.start[query], begin)
        lines = sums.between("\n", begin, end, 2) * np.uint64(2) + same_section
        stops = sums.between("。！？", begin, end, 2)
        marks = sums.between("，,", begin, end, 2) * np.uint64(3) + sums.between("；;", begin, end, 1)
        marks = marks * np.uint64(3) + sums.between("。！？\n", begin, end, 2)
        beside = _beside(pairs, q, c, before)
        whole, opens, tail = taken(c.whole, pairs), taken(c.opens, pairs), taken(c.tail2, pairs)
        change = facts.change[query]
        joined: tuple[tuple[U64, ...], ...] = (
            (),
            (near,),
            (near, fresh, any_fresh),
            (near, any_fresh, marks),
            (fresh, any_fresh, change),
            (near, any_fresh, facts.empty[query]),
            (near, any_fresh, facts.kind[query]),
            (near, q.word_before[0][query]),
            (fresh, taken(c.word_before[0], pairs)),
            (fresh, whole),
            (fresh, opens, near),
            (fresh, tail, near),
            (near, pairs.rank.astype(np.uint64)),
            (near, change, facts.change[before]),
            (lines,),
            (lines, stops),
            (beside,),
            (beside, change),
            (beside, tail),
            (beside, opens, stops),
            (lines, opens),
            (lines, whole),
            (facts.indicator_head[query],),
            (facts.unit[query],),
            (q.before[1][query],),
        )
        return cls(pairs, joined)

    def features(self, relation: U64) -> NDArray[np.uint32]:
        """Templates for a candidate in the light of the choice before, ``(M, T)``; ``relation`` is of ``relations``."""
        templates = Templates(len(self.pairs.query), CHOICE_BITS, _FIRST_TEMPLATE)
        self._add(templates, relation, 1)
        return templates.array()

    def scores(self, table: WeightTable) -> NDArray[np.float32]:
        """Summed weights of these templates where all pairs stand in one relation, for each relation: ``(4, M)``."""
        relations = np.repeat(np.arange(4, dtype=np.uint64), len(self.pairs.query))
        sums = Sums(table, len(relations), CHOICE_BITS, _FIRST_TEMPLATE)
        self._add(sums, relations, 4)
        return sums.scores()[:, 0].reshape(4, -1)

    def _add(self, sink: Sink, relation: U64, times: int) -> None:
        """All templates, for all pairs so many times over."""
        rel = relation * np.uint64(2) + np.tile(self.pairs.candidate < 0, times)
        for joined in self.joined:
            sink.add(rel, *(np.tile(part, times) for part in joined))


def _before(q: SpanFacts) -> I64:
    """The quantity before each in its text; the first one of a text itself."""
    number = np.arange(len(q.base))
    before = np.maximum(number - 1, 0)
    return np.where(q.base[before] == q.base, before, number)


def _fresh(pairs: Pairs, q: SpanFacts, c: SpanFacts, before: I64) -> tuple[U64, U64]:
    """Whether a candidate (2 for "none") stands behind the quantity before, and whether any of the quantity's does."""
    none = pairs.candidate < 0
    start = c.start[np.maximum(pairs.candidate, 0)] if len(c.start) else np.zeros(len(none), dtype=np.int64)
    new = (start > q.start[before]) & (pairs.query != before) & ~none
    some = np.zeros(len(q.start), dtype=np.uint64)
    np.maximum.at(some, pairs.query, new.astype(np.uint64))
    return np.where(none, 2, new).astype(np.uint64), some[pairs.query]


def _beside(pairs: Pairs, q: SpanFacts, c: SpanFacts, before: I64) -> U64:
    """1 where a candidate stands in the sentence of the quantity before, plus 2 in this quantity's; 9 for "none"."""
    none = pairs.candidate < 0
    if not len(c.start):
        return np.full(len(none), 9, dtype=np.uint64)
    sentence = c.sentence[np.maximum(pairs.candidate, 0)]
    found = (sentence == q.sentence[before]).astype(np.uint64) + np.uint64(2) * (sentence == q.sentence[pairs.query])
    return np.where(none, np.uint64(9), found)


def choose_chain(table: WeightTable, alone: NDArray[np.uint32], carry: Carry) -> tuple[I64, NDArray[np.float64]]:
    """The best chain of choices (-1 for none), and each choice's share given the one before.

    Args:
        table: the weights of both kinds of features.
        alone: features of the pairs, whatever came before, ``(M, T)``.
        carry: what the features of the chain are made of; every quantity has at least the candidate "none".
    """
    scores = chain_scores(table.scores(alone)[:, 0], carry.scores(table))
    return best_chain(carry.pairs.query, carry.pairs.candidate, scores)


def chain_scores(alone: NDArray[np.float32], carried: NDArray[np.float32]) -> NDArray[np.float64]:
    """The score of every pair in each relation to the choice before, ``(4, M)``: the weights of each pair ``alone``,
    ``(M,)``, and what is ``carried`` on to it (``Carry.scores``).
    """
    scores: NDArray[np.float64] = alone.astype(np.float64) + carried
    return scores


def best_chain(
    query: I64, candidate: I64, scores: NDArray[np.float64], opens: Sequence[int] = (0,)
) -> tuple[I64, NDArray[np.float64]]:
    """The best chain of choices (-1 for none), and each choice's share given the one before, one for each quantity.

    Args:
        query: the quantity of each of the M pairs, ascending.
        candidate: its candidate, -1 for "none".
        scores: as of ``chain_scores``.
        opens: the quantities that begin a chain of their own: the first one of each text.
    """
    if not len(query):
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    borders = np.append(np.nonzero(np.diff(query, prepend=-1))[0], len(query))
    count = len(borders) - 1
    blocks = (borders[first : first + _QUANTITIES + 2] for first in range(0, count - 1, _QUANTITIES))
    shares = chain.from_iterable(_shares(block, candidate, scores) for block in blocks)
    parts, only = [], np.zeros(1, dtype=np.intp)
    for first, last in pairwise([*opens, count]):
        if first:
            next(shares)  # given the last choice in another text
        opening = _log_share(scores[FIRST, borders[first] : borders[first + 1]][None])[0]
        best, steps = opening, []
        for share in islice(shares, last - first - 1):
            if share.size == 1:  # one way to go on, hence a certain one
                steps.append((only, share))
                continue
            total = best[:, None] + share
            steps.append((total.argmax(axis=0), share))
            best = np.maximum.reduce(total, axis=0)
        parts.append(_followed_back(best, steps, borders[first : last + 1], candidate, opening))
    chosen, confidence = zip(*parts, strict=True)
    return np.concatenate(chosen), np.concatenate(confidence)


#: Quantities whose shares are worked out together: bounds the memory for it.
_QUANTITIES = 4096


def _shares(borders: I64, candidate: I64, scores: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """For neighbouring quantities, all but the first, logarithms of the shares of the candidates (columns) given each
    candidate of the quantity before (rows).

    The rows of all quantities are worked out end to end. ``borders`` says where the pairs of each quantity begin and,
    last, where those of the last one end.
    """
    sizes = np.diff(borders)
    earlier, later = sizes[:-1], sizes[1:]
    width = np.repeat(later, earlier)  # of each row
    begin = np.concatenate([[0], np.cumsum(width)])
    row = np.repeat(np.arange(len(width)), width)
    pair = np.arange(int(begin[-1])) - begin[row] + np.repeat(borders[1:-1], earlier)[row]
    before = candidate[borders[0] : borders[-2]][row]
    odds = scores[relations(candidate[pair], before).view(np.int64), pair]
    high = np.maximum.reduceat(odds, begin[:-1])[row]
    share = odds - high - np.log(np.add.reduceat(np.exp(odds - high), begin[:-1]))[row]
    at = 0
    for rows, columns in zip(earlier.tolist(), later.tolist(), strict=True):
        yield share[at : at + rows * columns].reshape(rows, columns)
        at += rows * columns


def _log_share(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms of the shares of odds along the last axis."""
    high = scores.max(axis=-1, keepdims=True)
    found: NDArray[np.float64] = scores - high - np.log(np.exp(scores - high).sum(axis=-1, keepdims=True))
    return found


def _followed_back(
    best: NDArray[np.float64],
    steps: list[tuple[NDArray[np.intp], NDArray[np.float64]]],
    borders: I64,
    candidate: I64,
    opening: NDArray[np.float64],
) -> tuple[I64, NDArray[np.float64]]:
    """The chain that ends best, from its end to its beginning; ``opening`` are the shares of the first quantity."""
    at = int(best.argmax())
    begins = borders.tolist()
    count = len(begins) - 1
    chosen = np.zeros(count, dtype=np.int64)
    share = np.zeros(count)
    for number in range(count - 1, 0, -1):
        came_from, log_share = steps[number - 1]
        previous = int(came_from[at])
        chosen[number] = candidate[begins[number] + at]
        share[number] = log_share[previous, at]
        at = previous
    chosen[0] = candidate[begins[0] + at]
    share[0] = opening[at]
    return chosen, np.exp(share)
