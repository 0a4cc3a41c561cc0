"""Templates: what joins facts of a character into hashed features.

A function that adds templates does not know what becomes of them: ``Templates`` collects the ids, for training;
``Sums`` adds up the weights of the ids at once, for decoding, and keeps none. Both see the same calls, so that training
and decoding cannot drift apart.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tongbao.tagging.arrays import U64, scramble
from tongbao.tagging.weights import F32, ID_BITS, WeightTable

_PRIME = 0x100000001B3
_SHIFT = np.uint64(29)
#: Rows whose templates are joined together: enough to spread the cost of a call over many, at a few megabytes.
BLOCK_ROWS = 32_768


class Sink(Protocol):
    """Where templates go."""

    def add(self, *parts: U64) -> None:
        """One template that joins ``parts``, each of shape ``(n,)``."""


class _Joiner:
    """Joins and hashes the parts of one template after the other; each is salted with its number, counted from
    ``first``, so that templates never share ids.
    """

    def __init__(self, size: int, bits: int, first: int) -> None:
        self._mask = np.uint64((1 << bits) - 1)
        self._number = first - 1
        self._joined = np.empty(size, dtype=np.uint64)
        self._spare = np.empty(size, dtype=np.uint64)

    def join(self, parts: tuple[U64, ...]) -> U64:
        """The ids of the next template, ``(n,)``; the next call writes over them."""
        self._number += 1
        joined, spare = self._joined, self._spare
        joined.fill(self._number)
        for place, part in enumerate(parts):
            if place == 0:  # all rows have the same number until here
                np.add(part, np.uint64(self._number * _PRIME), out=joined)
            else:
                joined *= _PRIME
                joined += part
            joined ^= np.right_shift(joined, _SHIFT, out=spare)
        joined = scramble(joined, spare)
        joined &= self._mask
        return joined


class Templates:
    """Collects template columns."""

    def __init__(self, size: int, bits: int = ID_BITS, first: int = 1) -> None:
        self._size = size
        self._joiner = _Joiner(size, bits, first)
        self._columns: list[NDArray[np.uint32]] = []

    def add(self, *parts: U64) -> None:
        """See ``Sink``."""
        self._columns.append(self._joiner.join(parts).astype(np.uint32))

    def array(self) -> NDArray[np.uint32]:
        """All templates, ``(n, T)``."""
        return np.stack(self._columns, axis=1) if self._columns else np.zeros((self._size, 0), dtype=np.uint32)


class Sums:
    """Adds up the weights of all templates of n rows: ``scores`` has shape ``(n, L)``."""

    def __init__(self, table: WeightTable, size: int, bits: int = ID_BITS, first: int = 1) -> None:
        self.scores: F32 = np.zeros((size, table.weights.shape[1]), dtype=np.float32)
        self._joiner = _Joiner(size, bits, first)
        self._adder = table.adder(self.scores)

    def add(self, *parts: U64) -> None:
        """See ``Sink``."""
        self._adder.add(self._joiner.join(parts).view(np.int64))
