"""Weights of hashed features: the one look-up that every learned part shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]

#: Feature ids are hashes cut to this many bits; one look-up array of this size maps them to rows of weights. Chains see
#: a million characters in training and get more bits than the choices between a few candidates.
ID_BITS = 22
CHOICE_BITS = 20
#: Learned weights are multiples of one in so many: what is smaller is noise, and numbers whose last bits are nought
#: take half the room on a disk.
GRAIN = 1024
#: Rows looked up together: bounds the memory of one step to tens of megabytes.
BATCH_ROWS = 40_000
#: Numbers of four bytes in a line of the processor's cache.
_LINE = 16
#: Where fewer than one feature in so many has weights, only the rows of these are touched.
_FEW = 8


def grained(weights: NDArray[np.float64] | F32) -> F32:
    """Weights as a model keeps them: the nearest multiples of ``1 / GRAIN``."""
    whole: F32 = np.rint(weights * GRAIN).astype(np.float32)
    return whole / np.float32(GRAIN)


@dataclass(frozen=True, slots=True)
class WeightTable:
    """Weights of F features for L outputs.

    ``ids`` (uint32, ascending, ``(F,)``) are the features that have weights; ``wide`` (float32, ``(F + 1, W)``) are
    zero in row 0, which all other features look up, then one row an id; ``rows`` maps an id to its row. Rows are as
    wide as the next power of two, with zeros behind their ``outputs`` weights, so that one of up to 16 outputs never
    lies across two lines of the processor's cache.
    """

    ids: NDArray[np.uint32]
    wide: F32
    rows: NDArray[np.int32]
    outputs: int

    @classmethod
    def build(cls, ids: NDArray[np.uint32], weights: F32, bits: int = ID_BITS) -> WeightTable:
        """From ids of ``bits`` bits and their weights, ``(F, L)``."""
        rows = np.zeros(1 << bits, dtype=np.int32)
        rows[ids] = np.arange(1, len(ids) + 1, dtype=np.int32)
        outputs = weights.shape[1]
        wide = _room(len(ids) + 1, 1 << (outputs - 1).bit_length() if outputs else 0)
        wide[1:, :outputs] = weights
        return cls(ids, wide, rows, outputs)

    @property
    def weights(self) -> F32:
        """The weights alone, ``(F + 1, L)``."""
        return self.wide[:, : self.outputs]

    def adder(self, size: int) -> Adder:
        """What adds up the weights of the features of ``size`` rows."""
        return Adder(self, size)

    def scores(self, features: NDArray[np.uint32]) -> F32:
        """Summed weights of each row of features: ``(n, T)`` ids → ``(n, L)``."""
        out = np.zeros((features.shape[0], self.outputs), dtype=np.float32)
        for first in range(0, features.shape[0], BATCH_ROWS):
            columns = features[first : first + BATCH_ROWS].T.astype(np.int64, order="C")
            adder = self.adder(columns.shape[1])
            together = max(1, BATCH_ROWS // columns.shape[1])
            for at in range(0, len(columns), together):
                adder.add(columns[at : at + together])
            out[first : first + BATCH_ROWS] = adder.scores
        return out


def _room(rows: int, width: int) -> F32:
    """Zeros, ``(rows, width)``, from where a line of the cache begins."""
    room = np.zeros(rows * width + _LINE, dtype=np.float32)
    first = -room.ctypes.data % (4 * _LINE) // 4
    return room[first : first + rows * width].reshape(rows, width)


class Adder:
    """Adds the weights of one feature of every row after the other, always in the order of the calls: sums of floats
    depend on their order.
    """

    def __init__(self, table: WeightTable, size: int) -> None:
        self._table = table
        self._scores = _room(size, table.wide.shape[1])
        self._taken = np.empty((0, *self._scores.shape), dtype=np.float32)

    @property
    def scores(self) -> F32:
        """The sums so far, ``(size, L)``."""
        return self._scores[:, : self._table.outputs]

    def add_coded(self, ids: NDArray[np.int64], codes: NDArray[np.int64]) -> None:
        """Add the weights of ``ids[codes]``: one for each row of scores."""
        table = self._table
        weights = table.wide.take(table.rows.take(ids, mode="clip"), axis=0)
        taken = self._spare(1)[0]
        weights.take(codes, axis=0, out=taken, mode="clip")
        self._scores += taken

    def _spare(self, count: int) -> F32:
        """Room for the weights of ``count`` features of every row; the next call writes over it."""
        if len(self._taken) < count:
            size, width = self._scores.shape
            self._taken = _room(count * size, width).reshape(count, size, width)
        return self._taken[:count]

    def add(self, ids: NDArray[np.int64], order: Sequence[int] | None = None) -> None:
        """Add the weights of ``ids``, ``(C, n)``: for each row of scores C, one by one, in ``order`` if given."""
        table, scores = self._table, self._scores
        count = len(ids)
        # With ``out``, numpy looks up without a copy only where it need not check the ids; all are cut to the table.
        rows = table.rows.take(ids, mode="clip")
        if count == 1 and np.count_nonzero(rows) * _FEW < rows.size:
            known = np.flatnonzero(rows)
            scores[known] += table.wide.take(rows[0, known], axis=0)
            return
        taken = self._spare(count + 1)
        table.wide.take(rows if order is None else rows[order], axis=0, out=taken[1:], mode="clip")
        if count == 1:
            scores += taken[1]
            return
        taken[0] = scores
        if scores.size == 1:  # along one row of numbers numpy would add in another order
            scores[:] = np.add.accumulate(taken, axis=0)[-1]
        else:
            np.add.reduce(taken, axis=0, out=scores)
