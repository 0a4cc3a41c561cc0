"""What is known of the indicators of neighbouring quantities, as a quantity's own window sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tongbao.linking.focused import Focused
from tongbao.linking.windows import I64, Windows
from tongbao.records import Span
from tongbao.tagging.arrays import U64

#: Which neighbours are looked at: the quantity before and the one behind.
STEPS = (-1, 1)
#: Marks of a character by the side of the neighbour that its piece is on; the first character of a piece has one less.
_INSIDE = {True: 2, False: 4}
_MOST_PIECES = 2


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One neighbour of each of W windows with M characters.

    ``known`` (W,) is 0 where there is none in the same sentence, else one more than the number of its pieces, at most
    3; ``marks`` (M,) say for each laid-out character whether it begins (1, 3) or goes on (2, 4) a piece of the
    neighbour's indicator, in front of the neighbour or behind it.
    """

    known: U64
    marks: U64


def neighbours(laid: Windows, chosen: I64, focused: Focused, pieces: Sequence[Sequence[Span]]) -> tuple[Neighbour, ...]:
    """The neighbours, by ``STEPS``, of the quantities ``chosen`` (W,) whose windows are ``laid``.

    ``focused`` and ``pieces`` are of all K quantities; the pieces of the indicator of each are counted in its text.
    """
    return tuple(_neighbour(laid, chosen, chosen + step, focused, pieces) for step in STEPS)


def _neighbour(laid: Windows, chosen: I64, other: I64, focused: Focused, pieces: Sequence[Sequence[Span]]) -> Neighbour:
    known = np.zeros(len(chosen), dtype=np.uint64)
    marks = np.zeros(len(laid.position), dtype=np.uint64)
    there = (other >= 0) & (other < len(pieces))
    there[there] = focused.sentence[other[there]] == focused.sentence[chosen[there]]
    starts, ends, offset = laid.bounds.start.tolist(), laid.bounds.end.tolist(), laid.offset.tolist()
    for number in np.nonzero(there)[0].tolist():
        found, place = pieces[other[number]], focused.places[other[number]]
        known[number] = 1 + min(len(found), _MOST_PIECES)
        start, end = starts[number] - place.base, ends[number] - place.base
        for piece in found:
            first, last = max(piece.start, start), min(piece.end, end)
            if first >= last:
                continue
            at = offset[number] - start
            inside = _INSIDE[piece.start < place.mention.span.start]
            marks[at + first : at + last] = inside
            if first == piece.start:
                marks[at + first] = inside - 1
    return Neighbour(known, marks)
