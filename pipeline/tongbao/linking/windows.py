"""The stretch of text round each quantity in which the words that it measures are looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.layout import Place

I64 = NDArray[np.int64]

#: A window reaches at most so many characters to the left and to the right of its quantity.
_LEFT, _RIGHT = 110, 70


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the windows of K quantities begin and end, the quantities in focus and their clauses; all ``(K,)``, counted
    among packed texts.
    """

    start: I64
    end: I64
    focus_start: I64
    focus_end: I64
    clause_start: I64
    clause_end: I64

    @classmethod
    def build(cls, places: Sequence[Place]) -> Bounds:
        """The clause of each quantity, the clause before it and its caption, cut to the reach of a window."""
        rows = [_row(place) for place in places]
        focus_start, focus_end, clause_start, clause_end, first, last = (
            np.array(rows, dtype=np.int64).reshape(-1, 6).T.copy()
        )
        start = np.maximum(first, focus_start - _LEFT)
        end = np.maximum(np.minimum(last, focus_end + _RIGHT), focus_end)
        return cls(start, end, focus_start, focus_end, clause_start, clause_end)

    def of(self, chosen: I64 | slice) -> Bounds:
        """Those of some of the quantities."""
        return Bounds(
            self.start[chosen],
            self.end[chosen],
            self.focus_start[chosen],
            self.focus_end[chosen],
            self.clause_start[chosen],
            self.clause_end[chosen],
        )


def _row(place: Place) -> tuple[int, ...]:
    """Begin and end of a quantity, of its clause, and of all that is looked at."""
    clause = place.clause
    first, last = (place.before or clause).start, clause.end
    reach = place.caption.reach if place.caption is not None else None
    if reach is not None:
        first, last = min(first, reach.start), max(last, reach.end)
    ends = (clause.start, clause.end, first, last)
    return place.start, place.end, *(place.base + end for end in ends)


@dataclass(frozen=True, slots=True)
class Windows:
    """The characters of windows laid end to end, M in all.

    Window ``k`` covers the positions ``[start[k], end[k])`` of the text; ``position`` and ``owner`` (both ``(M,)``)
    give the position in the text and the window of every laid-out character, ``offset`` where each window begins.
    """

    bounds: Bounds
    position: I64
    owner: I64
    offset: I64

    @classmethod
    def lay(cls, bounds: Bounds) -> Windows:
        """Lay out windows."""
        count = len(bounds.start)
        lengths = bounds.end - bounds.start
        offset = np.zeros(count + 1, dtype=np.int64)
        np.cumsum(lengths, out=offset[1:])
        owner = np.repeat(np.arange(count), lengths)
        position = np.arange(int(offset[-1])) - offset[owner] + bounds.start[owner]
        return cls(bounds, position, owner, offset)

    def part(self, first: int, last: int) -> Windows:
        """The windows ``first`` to ``last - 1``."""
        rows = slice(int(self.offset[first]), int(self.offset[last]))
        return Windows(
            self.bounds.of(slice(first, last)),
            self.position[rows],
            self.owner[rows] - first,
            self.offset[first : last + 1] - self.offset[first],
        )

    def groups(self, rows: int) -> Iterator[tuple[int, int]]:
        """Neighbouring windows, first and one past the last, that together have at most so many rows, or one alone."""
        first, count = 0, len(self.offset) - 1
        while first < count:
            last = int(np.searchsorted(self.offset, self.offset[first] + rows, side="right")) - 1
            last = max(last, first + 1)
            yield first, last
            first = last
