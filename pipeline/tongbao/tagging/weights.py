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
#: Rows looked up together: bounds the memory of one step to tens of megabytes.
BATCH_ROWS = 40_000
#: Where fewer than one feature in so many has weights, only the rows of these are touched.
_FEW = 8


@dataclass(frozen=True, slots=True)
class WeightTable:
    """Weights of F features for L outputs.

    ``ids`` (uint32, ascending, ``(F,)``) are the features that have weights; ``weights`` (float32, ``(F + 1, L)``) are
    zero in row 0, which all other features look up, then one row an id; ``rows`` maps an id to its row.
    """

    ids: NDArray[np.uint32]
    weights: F32
    rows: NDArray[np.int32]

    @classmethod
    def build(cls, ids: NDArray[np.uint32], weights: F32, bits: int = ID_BITS) -> WeightTable:
        """From ids of ``bits`` bits and their weights, ``(F, L)``."""
        rows = np.zeros(1 << bits, dtype=np.int32)
        rows[ids] = np.arange(1, len(ids) + 1, dtype=np.int32)
        padded = np.vstack([np.zeros((1, weights.shape[1]), dtype=np.float32), weights.astype(np.float32)])
        return cls(ids, padded, rows)

    def adder(self, scores: F32) -> Adder:
        """What adds the weights of features to ``scores``, ``(n, L)``, in place."""
        return Adder(self, scores)

    def scores(self, features: NDArray[np.uint32]) -> F32:
        """Summed weights of each row of features: ``(n, T)`` ids → ``(n, L)``."""
        out = np.zeros((features.shape[0], self.weights.shape[1]), dtype=np.float32)
        for first in range(0, features.shape[0], BATCH_ROWS):
            columns = features[first : first + BATCH_ROWS].T.astype(np.int64, order="C")
            adder = self.adder(out[first : first + BATCH_ROWS])
            together = max(1, BATCH_ROWS // columns.shape[1])
            for at in range(0, len(columns), together):
                adder.add(columns[at : at + together])
        return out


class Adder:
    """Adds the weights of one feature of every row after the other, always in the order of the calls: sums of floats
    depend on their order.
    """

    def __init__(self, table: WeightTable, scores: F32) -> None:
        self._table = table
        self._scores = scores
        self._taken = np.empty((0, *scores.shape), dtype=np.float32)

    def add(self, ids: NDArray[np.int64], order: Sequence[int] | None = None) -> None:
        """Add the weights of ``ids``, ``(C, n)``: for each row of scores C, one by one, in ``order`` if given."""
        table, scores = self._table, self._scores
        count = len(ids)
        if len(self._taken) <= count:
            self._taken = np.empty((count + 1, *scores.shape), dtype=np.float32)
        # With ``out``, numpy looks up without a copy only where it need not check the ids; all are cut to the table.
        rows = table.rows.take(ids, mode="clip")
        if count == 1 and np.count_nonzero(rows) * _FEW < rows.size:
            known = np.flatnonzero(rows)
            scores[known] += table.weights.take(rows[0, known], axis=0)
            return
        taken = self._taken[: count + 1]
        table.weights.take(rows if order is None else rows[order], axis=0, out=taken[1:], mode="clip")
        if count == 1:
            scores += taken[1]
            return
        taken[0] = scores
        if scores.size == 1:  # along one row of numbers numpy would add in another order
            scores[:] = np.add.accumulate(taken, axis=0)[-1]
        else:
            np.add.reduce(taken, axis=0, out=scores)
