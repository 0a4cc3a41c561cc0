"""Columns as codes: each distinct value once, and for every row which of them it has.

Most columns hold few values: kinds of characters, tags, clusters, even characters themselves. A template over such
columns is hashed and looked up once for each value that there is, and not once for every row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongbao.tagging.arrays import U64

I64 = NDArray[np.int64]

#: Joined columns are coded by a table of all that their values could make together, if it has at most so many places a
#: row: setting up a larger one costs more than it saves.
_PLACES = 8


@dataclass(frozen=True, slots=True)
class Coded:
    """The parts of a template for n rows: row ``k`` has ``part[codes[k]]`` of each of ``parts``, ``(D,)``."""

    codes: I64
    parts: tuple[U64, ...]

    def plain(self) -> tuple[U64, ...]:
        """The parts row by row, ``(n,)`` each."""
        return tuple(part.take(self.codes) for part in self.parts)

    def rows(self, start: int, end: int) -> Coded:
        """The rows ``[start, end)``."""
        return Coded(self.codes[start:end], self.parts)

    @classmethod
    def of(cls, column: NDArray[np.unsignedinteger[Any]]) -> Coded:
        """A column of small numbers."""
        codes, values = _distinct(column.astype(np.int64), int(column.max(initial=0)) + 1)
        return cls(codes, (values.astype(np.uint64),))


def joined(*columns: Coded) -> Coded | tuple[U64, ...]:
    """The parts of several columns side by side, coded if there are few enough, else row by row."""
    found = columns[0]
    for number, column in enumerate(columns[1:], start=1):
        width = len(column.parts[0])
        size = len(found.parts[0]) * width
        if size > _PLACES * len(found.codes):
            return (*found.plain(), *(part for other in columns[number:] for part in other.plain()))
        codes, values = _distinct(found.codes * width + column.codes, size)
        first, second = np.divmod(values, width)
        found = Coded(codes, (*(part[first] for part in found.parts), *(part[second] for part in column.parts)))
    return found


def _distinct(values: I64, size: int) -> tuple[I64, I64]:
    """``values`` below ``size`` as codes, and the ascending values that the codes stand for."""
    present = np.zeros(size, dtype=np.bool_)
    present[values] = True
    found = np.flatnonzero(present)
    places = np.empty(size, dtype=np.int64)
    places[found] = np.arange(len(found))
    return places.take(values), found
