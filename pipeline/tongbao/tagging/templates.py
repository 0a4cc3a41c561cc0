"""Templates: what joins facts of a character into hashed features.

A function that adds templates does not know what becomes of them: ``Templates`` collects the ids, for training;
``Sums`` adds up the weights of the ids at once, for decoding, and keeps none. Both see the same calls, so that training
and decoding cannot drift apart. Where rows are few, many templates are joined together: a call of numpy on a few
numbers costs as much as one on a thousand.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tongbao.tagging.arrays import U64, scramble
from tongbao.tagging.coding import Coded, joined
from tongbao.tagging.weights import F32, ID_BITS, WeightTable

_PRIME = 0x100000001B3
_SHIFT = np.uint64(29)
#: Rows whose templates are joined together: enough to spread the cost of a call over many, at a few megabytes.
BLOCK_ROWS = 32_768

#: A part of a template: one number a row, as it is or coded.
Part: TypeAlias = U64 | Coded


def worth_coding(size: int) -> bool:
    """Whether templates of so many rows are joined one at a time, so that coded parts save work."""
    return 2 * size > BLOCK_ROWS


class Sink(Protocol):
    """Where templates go."""

    def add(self, *parts: Part) -> None:
        """One template that joins ``parts``, each for ``n`` rows; it is hashed value by value if all are coded."""


class _Joining(ABC):
    """Joins and hashes the parts of templates, as many at a time as make a block of rows. Each template is salted with
    its number, counted from ``first``, so that templates never share ids.
    """

    def __init__(self, size: int, bits: int, first: int) -> None:
        self._size = size
        self._mask = np.uint64((1 << bits) - 1)
        self._number = first
        self._most = max(1, BLOCK_ROWS // max(size, 1))
        self._waiting: list[tuple[U64, ...]] = []
        # The room of one block; the next one writes over it.
        self._room = np.empty((2, 0, size), dtype=np.uint64)

    def add(self, *parts: Part) -> None:
        """See ``Sink``."""
        coded = [part for part in parts if isinstance(part, Coded)]
        if coded and len(coded) == len(parts) and worth_coding(self._size):
            together = joined(*coded)
            if isinstance(together, Coded):
                self._add_coded(together)
                return
            plain = together
        else:
            plain = tuple(column for part in parts for column in (part.plain() if isinstance(part, Coded) else (part,)))
        self._waiting.append(plain)
        if len(self._waiting) == self._most:
            self._join()

    def _add_coded(self, template: Coded) -> None:
        self._join()
        number, self._number = np.uint64(self._number), self._number + 1
        hashed = template.parts[0] + number * np.uint64(_PRIME)
        hashed ^= hashed >> _SHIFT
        for part in template.parts[1:]:
            hashed *= np.uint64(_PRIME)
            hashed += part
            hashed ^= hashed >> _SHIFT
        ids = scramble(hashed, np.empty_like(hashed))
        ids &= self._mask
        self._take_coded(ids.view(np.int64), template.codes)

    @abstractmethod
    def _take_coded(self, ids: NDArray[np.int64], codes: NDArray[np.int64]) -> None:
        """The ids of one template: ``ids[codes]``, ``(n,)``."""

    @abstractmethod
    def _take(self, ids: NDArray[np.int64], order: Sequence[int]) -> None:
        """The ids of some templates, ``(C, n)``: ``ids[order[k]]`` are those of the ``k``-th."""

    def _join(self) -> None:
        """Hand on the ids of the templates that wait."""
        waiting, first = self._waiting, self._number
        if not waiting:
            return
        self._waiting, self._number = [], first + len(waiting)
        # Those with most parts come first: with each place there are fewer of them to join.
        ordered = sorted(range(len(waiting)), key=lambda number: -len(waiting[number]))
        if self._room.shape[1] < len(waiting):
            self._room = np.empty((2, len(waiting), self._size), dtype=np.uint64)
        joined, spare = self._room[:, : len(waiting)]
        salt = (np.array(ordered, dtype=np.uint64) + np.uint64(first))[:, None]
        for place in range(len(waiting[ordered[0]])):
            parts = [waiting[number][place] for number in ordered if len(waiting[number]) > place]
            here, there = joined[: len(parts)], spare[: len(parts)]
            values = parts[0] if len(parts) == 1 else _stacked(parts, there)
            if place == 0:  # all rows of a template have the same number until here
                np.add(values, salt[: len(parts)] * np.uint64(_PRIME), out=here)
            else:
                here *= _PRIME
                here += values
            here ^= np.right_shift(here, _SHIFT, out=there)
        bare = sum(1 for parts in waiting if not parts)
        joined[len(waiting) - bare :] = salt[len(waiting) - bare :]
        ids = scramble(joined, spare)
        ids &= self._mask
        order = sorted(range(len(ordered)), key=ordered.__getitem__)
        self._take(ids.view(np.int64), order)


def _stacked(parts: Sequence[U64], room: U64) -> U64:
    np.concatenate(parts, out=room.reshape(-1))
    return room


class Templates(_Joining):
    """Collects template columns."""

    def __init__(self, size: int, bits: int = ID_BITS, first: int = 1) -> None:
        super().__init__(size, bits, first)
        self._columns: list[NDArray[np.uint32]] = []

    def _take(self, ids: NDArray[np.int64], order: Sequence[int]) -> None:
        narrow = ids.astype(np.uint32)
        self._columns.extend(narrow[number] for number in order)

    def _take_coded(self, ids: NDArray[np.int64], codes: NDArray[np.int64]) -> None:
        self._columns.append(ids.astype(np.uint32).take(codes))

    def array(self) -> NDArray[np.uint32]:
        """All templates, ``(n, T)``."""
        self._join()
        return np.stack(self._columns, axis=1) if self._columns else np.zeros((self._size, 0), dtype=np.uint32)


class Sums(_Joining):
    """Adds up the weights of all templates of n rows."""

    def __init__(self, table: WeightTable, size: int, bits: int = ID_BITS, first: int = 1) -> None:
        super().__init__(size, bits, first)
        self._adder = table.adder(size)

    def _take(self, ids: NDArray[np.int64], order: Sequence[int]) -> None:
        self._adder.add(ids, order)

    def _take_coded(self, ids: NDArray[np.int64], codes: NDArray[np.int64]) -> None:
        self._adder.add_coded(ids, codes)

    def scores(self) -> F32:
        """The sums, ``(n, L)``."""
        self._join()
        return self._adder.scores
