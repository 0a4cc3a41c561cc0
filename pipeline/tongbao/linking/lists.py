"""Lists of numbers that answer to lists of names: 甲、乙、丙分别增长7.6%、6.4%、5.1%."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.layout import Place

I64 = NDArray[np.int64]

#: Marks and words between the members of a list.
SEPARATORS = "、和及与"


@dataclass(frozen=True, slots=True)
class NumberLists:
    """The list that each of K quantities stands in, arrays ``(K,)``: its ``index`` from 0 and the ``size`` of the list
    (1 for a number alone), and ``anchor``, where the list begins. A second list that follows in the same clause with as
    many numbers (分别由50只、240头增加到70只、300头) answers to the same names, so it has the anchor of the first.
    """

    index: I64
    size: I64
    anchor: I64

    def of(self, chosen: I64) -> NumberLists:
        """Those of some of the quantities."""
        return NumberLists(self.index[chosen], self.size[chosen], self.anchor[chosen])


@cache
def _joint() -> re.Pattern[str]:
    return re.compile(r"\s*(?:、|和|及|与|以及|∶|:)\s*")


def number_lists(text: str, places: Sequence[Place]) -> NumberLists:
    """The lists of the quantities at ``places``, which are in text order; ``text`` is that of the packed texts."""
    count = len(places)
    index, size = np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.int64)
    anchor = np.array([place.start for place in places], dtype=np.int64)
    before: tuple[int, int] | None = None
    first = 0
    while first < count:
        last = first
        while last + 1 < count and _joined(text, places[last], places[last + 1]):
            last += 1
        length = last - first + 1
        index[first : last + 1] = np.arange(length)
        size[first : last + 1] = length
        begin = int(anchor[first])
        if before is not None and length > 1:
            earlier, long = before
            one, other = places[earlier], places[first]
            if long == length and one.clause == other.clause and one.base == other.base:
                begin = int(anchor[earlier])
        anchor[first : last + 1] = begin
        before = (first, length)
        first = last + 1
    return NumberLists(index, size, anchor)


def _joined(text: str, left: Place, right: Place) -> bool:
    """Whether nothing but a separator stands between two quantities."""
    return _joint().fullmatch(text, left.end, right.start) is not None
