"""Captions: which words are the label of a number that has a line or a cell of a page to itself.

A page of figures sets numbers and their labels apart, the label above its number or below it, left or right of it, and
the page has to be read as a whole to tell: a block that begins with a label and ends with a number has its labels in
front. So every block of such numbers and short lines is read as one sequence, in which each number takes the words in
front of it, those behind it or none, and the cheapest reading is found by dynamic programming (Viterbi 1967). By how
much it is cheaper than the best one with another choice for a number says how sure that choice is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tongbao.linking.blocks import BLANK, LINE, MIXED, Block, Part, blocks
from tongbao.records import Span

_NONE, _FRONT, _BACK = 0, 1, 2
_SIDES = (_NONE, _FRONT, _BACK)
#: What a reading costs; only comparisons count. A number without words, and a share without:
_BARE, _BARE_SHARE = 2.0, 1.2
#: Words left over where headings stand, over a cell with words and a number, under running text, elsewhere.
_HEADING, _OF_MIXED, _UNDER_TEXT, _LEFT_OVER = 0.3, 0.4, 0.8, 1.0
#: A label of two lines; words further from their number than other words, by rank; the mark of a heading, the form of a
#: remark on a label.
_TWO, _FAR, _MARKED, _REMARK = 0.4, 0.6, 0.8, 2.5
#: Another side than the number before took, in one group, over a heading; another side than most of the page, a block.
_TURN, _TURN_GROUP, _PAGE = 1.2, 0.4, 0.4
#: A choice that is cheaper than others by more is surer.
_MARGINS = (0.25, 0.8, 1.8)
_SUREST = len(_MARGINS)
#: So many numbers that surely have their labels on one side make the other side improbable.
_MANY = 4

Costs = Mapping[int, float]
_NO_LEANING: Costs = {_NONE: 0.0, _FRONT: 0.0, _BACK: 0.0}


@dataclass(frozen=True, slots=True)
class Caption:
    """Of one number: the ``words`` that are its label, if any, on which ``side`` they stand (1 in front, 2 behind, 0
    for none), and how ``sure`` that is, from 0 to 3. ``reach`` spans all that may be its label: where the choice is not
    sure also the words on the other side.
    """

    words: Span | None
    side: int
    sure: int
    reach: Span | None


def captions(text: str, figures: Sequence[Span]) -> dict[int, Caption]:
    """The captions of those of ``figures``, in text order, that have a line or a cell to themselves, by index."""
    found = blocks(text, figures)
    alone = [_read(block, _NO_LEANING) for block in found]
    votes = [_votes(block, read) for block, read in zip(found, alone, strict=True)]
    everyone = sum(votes)
    out: dict[int, Caption] = {}
    for block, read, own in zip(found, alone, votes, strict=True):
        others = max(-1.0, min(1.0, (everyone - own) / _MANY))
        dearer = _PAGE * others / len(block.numbers)
        leaning = {_NONE: 0.0, _FRONT: -dearer, _BACK: dearer}
        out |= _read(block, leaning) if any(one.sure < _SUREST for one in read.values()) else read
    return out


def _votes(block: Block, read: Mapping[int, Caption]) -> int:
    """How many numbers on lines of their own surely have their labels in front, less those that have them behind."""
    lines = [read[part.figure] for part in block.numbers if part.gap >= LINE and not block.columns]
    sure = [one.side for one in lines if one.sure >= 2]
    return sure.count(_FRONT) - sure.count(_BACK)


def _read(block: Block, leaning: Costs) -> dict[int, Caption]:
    """The cheapest reading of a block, and for each number how much dearer the best one with another choice is."""
    if block.columns:
        return {
            figure: Caption(words, side, _SUREST, words)
            for part, words, side in block.columns
            for figure in (part.figure, *part.others)
        }
    out: dict[int, Caption] = {}
    before: Caption | None = None
    for at, (number, total) in enumerate(zip(block.numbers, _totals(block, leaning), strict=True)):
        best = min(_SIDES, key=lambda side: (total[side], -side))
        margin = min(cost for side, cost in total.items() if side != best) - total[best]
        sure = sum(margin > limit for limit in _MARGINS)
        front, behind = _hull(_front(block.between[at], number)), _hull(_behind(block.between[at + 1]))
        words = {_NONE: None, _FRONT: front, _BACK: behind}[best]
        if words is None and before is not None and before.side == _FRONT and _goes_on(block, at):
            words, best, sure = before.words, _FRONT, max(0, before.sure - 1)
        seen = [span for span in ((words,) if sure == _SUREST else (words, front, behind)) if span is not None]
        reach = Span(min(span.start for span in seen), max(span.end for span in seen)) if seen else None
        before = Caption(words, best if words else _NONE, sure, reach)
        out |= dict.fromkeys((number.figure, *number.others), before)
    return out


def _totals(block: Block, leaning: Costs) -> list[dict[int, float]]:
    """For each number the cost of the cheapest reading with each of its choices."""
    steps = [_step_costs(block, at, leaning) for at in range(len(block.between))]
    forward = [{side: steps[0][_NONE, side] for side in _SIDES}]
    for step in steps[1:-1]:
        forward.append({b: min(forward[-1][a] + step[a, b] for a in _SIDES) for b in _SIDES})
    backward = [{side: steps[-1][side, _NONE] for side in _SIDES}]
    for step in steps[-2:0:-1]:
        backward.append({a: min(step[a, b] + backward[-1][b] for b in _SIDES) for a in _SIDES})
    return [{side: f[side] + b[side] for side in _SIDES} for f, b in zip(forward, reversed(backward), strict=True)]


def _goes_on(block: Block, at: int) -> bool:
    """Whether a number has the name of the one before it: numbers of one line with one unit share what it begins with,
    and so do 由3天|缩短到|1天.
    """
    number, before = block.numbers[at], block.numbers[at - 1]
    return not block.between[at] and (number.joined or number.gap < LINE) and number.unit == before.unit


def _hull(words: Sequence[Part]) -> Span | None:
    return Span(words[0].span.start, words[-1].span.end) if words else None


def _front(words: Sequence[Part], number: Part) -> Sequence[Part]:
    """The words next to a ``number`` behind them: the last part, or two lines that stand close together, over it."""
    two = words[-2:]
    return two if len(two) == 2 and number.gap >= LINE and _one_label(*two) else two[-1:]


def _behind(words: Sequence[Part]) -> Sequence[Part]:
    """The words next to a number in front of them."""
    two = words[:2]
    return two if len(two) == 2 and two[0].gap >= LINE and _one_label(*two) else two[:1]


def _one_label(upper: Part, lower: Part) -> bool:
    return lower.gap == LINE and not (upper.marked or lower.marked or upper.remark or lower.remark)


def _step_costs(block: Block, at: int, leaning: Costs) -> dict[tuple[int, int], float]:
    """The cost of what stands between number ``at - 1`` and number ``at``, by the sides that the two take."""
    firsts = _SIDES if at else (_NONE,)
    seconds = _SIDES if at < len(block.numbers) else (_NONE,)
    return {(one, other): _step_cost(block, at, one, other, leaning) for one in firsts for other in seconds}


def _step_cost(block: Block, at: int, one: int, other: int, leaning: Costs) -> float:
    words = block.between[at]
    before = block.numbers[at - 1] if at else None
    after = block.numbers[at] if at < len(block.numbers) else None
    cost = 0.0
    if {one, other} == {_FRONT, _BACK}:
        cost += _TURN_GROUP if any(part.marked or part.gap >= BLANK for part in words) else _TURN
    if after is not None:
        cost += leaning[other] + (_bare(after) if other == _NONE else 0.0)
    if before is not None and one == _BACK:
        mine = _behind(words)
        words = words[len(mine) :]
        behind = words[0].gap if words else after.gap if after else block.end
        cost += _taking(mine, mine[0].gap - min(behind, before.gap) if mine else 0)
    if after is not None and other == _FRONT:
        mine = _front(words, after)
        words = words[: len(words) - len(mine)]
        cost += _taking(mine, after.gap - min(mine[0].gap, _gap_behind(block, at)) if mine else 0)
    return cost + sum(_left_over(part, at, after is None, block) for part in words)


def _gap_behind(block: Block, at: int) -> int:
    """The rank of the gap behind number ``at``."""
    following = block.between[at + 1]
    if following:
        return following[0].gap
    return block.numbers[at + 1].gap if at + 1 < len(block.numbers) else block.end


def _bare(number: Part) -> float:
    if number.joined:
        return 0.0
    return _BARE_SHARE if number.unit in ("%", "％", "个百分点") else _BARE


def _taking(words: Sequence[Part], further: int) -> float:
    """The cost of words as a label that are ``further`` from their number, in ranks, than from others."""
    if not words:
        return _BARE + 0.5
    forms = sum(_MARKED * part.marked + _REMARK * part.remark for part in words)
    return forms + _TWO * (len(words) - 1) + _FAR * max(0, further)


def _left_over(part: Part, at: int, last: bool, block: Block) -> float:
    if part.marked or part.remark or part.gap >= BLANK or (at == 0 and not block.opened):
        return _HEADING
    if last and block.closed == MIXED and block.end <= LINE:
        return _OF_MIXED
    return _UNDER_TEXT if at == 0 else _LEFT_OVER
