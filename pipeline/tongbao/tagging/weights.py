"""Weights of hashed features: the one look-up that every learned part shares."""

from __future__ import annotations

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
            for ids in columns:
                adder.add(ids)
        return out


class Adder:
    """Adds the weights of one feature of every row after the other, always in the order of the calls: sums of floats
    depend on their order.
    """

    def __init__(self, table: WeightTable, scores: F32) -> None:
        self._table = table
        self._scores = scores
        self._rows = np.empty(len(scores), dtype=np.int32)
        self._taken = np.empty_like(scores)

    def add(self, ids: NDArray[np.int64]) -> None:
        """Add the weights of ``ids``, ``(n,)``, one of each row of scores."""
        table, rows = self._table, self._rows
        # With ``out``, numpy looks up without a copy only where it need not check the ids; all are cut to the table.
        np.take(table.rows, ids, out=rows, mode="clip")
        if np.count_nonzero(rows) * _FEW < len(rows):
            known = np.flatnonzero(rows)
            self._scores[known] += np.take(table.weights, rows[known], axis=0)
        else:
            self._scores += np.take(table.weights, rows, axis=0, out=self._taken, mode="clip")
