"""Ladders: figures that fill their lines, each with one line between it and the next that may be the label of either.

Where the first of them has no such line in front, labels stand behind their numbers; where the last has none behind,
they stand in front.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tongbao.linking.layout import Place
from tongbao.tagging.arrays import U64

#: Longer ladders are like those of so many figures.
_LONG = 3


def ladders(places: Sequence[Place]) -> U64:
    """A number for the ladder in which each of K quantities stands, in text order, and its place in it, ``(K,)``: which
    ends of the ladder have a label, how long it is, whether the quantity is its first or last. 0 for figures whose
    lines have other words.
    """
    out = np.zeros(len(places), dtype=np.uint64)
    first = 0
    while first < len(places):
        last = first
        while last + 1 < len(places) and _joined(places[last], places[last + 1]):
            last += 1
        if places[first].alone:
            ends = (places[first].before is None) + 2 * (places[last].behind is None)
            ladder = 1 + ends + 4 * (min(last - first + 1, _LONG) - 1)
            out[first : last + 1] = ladder
            out[first] += np.uint64(12)
            out[last] += np.uint64(24)
        first = last + 1
    return out


def _joined(one: Place, other: Place) -> bool:
    """Whether a line between two figures may be the label of either."""
    if not (one.alone and other.alone and one.base == other.base):
        return False
    return one.behind is not None and other.before is not None and other.before.overlaps(one.behind)
