"""The data of a chain's training as matrices: which features have weights, and where they stand.

A weight belongs to a pair of feature and label that the data show often enough. Three kinds of features are multiplied
in the way that is fastest for each: the few that stand nearly everywhere as a dense matrix, those with many labels as
a sparse matrix times a row of weights a feature, and the many with one or two labels weight by weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

#: A feature that stands in one position of so many is common.
_COMMON = 20
#: A feature with no more labels than this is cheaper weight by weight than as a row.
_FEW_LABELS = 2


@dataclass(frozen=True, slots=True)
class Part:
    """Features of one kind.

    ``matrix`` says how often which feature stands where, ``(n, F)``, or which weight, ``(n · L, F)``; ``turned`` is its
    transpose. ``cells`` are the places of the weights in a table of F rows, ascending.
    """

    matrix: Any
    turned: Any
    cells: I64

    def add_to(self, scores: F32, weights: F64) -> None:
        """Add the weights of the features that stand at each position to its ``scores``, ``(n, L)``."""
        seen = scores.reshape(self.matrix.shape[0], -1)
        table = np.zeros((self.matrix.shape[1], seen.shape[1]), dtype=np.float32)
        table.reshape(-1)[self.cells] = weights
        if seen.shape[1] == 1:
            seen[:, 0] += self.matrix @ table[:, 0]
        else:
            seen += self.matrix @ table

    def collect(self, amounts: F32) -> F32:
        """For each weight the sum of ``amounts``, ``(n, L)``, where it was added."""
        seen = amounts.reshape(self.matrix.shape[0], -1)
        table: F32 = self.turned @ (seen[:, 0] if seen.shape[1] == 1 else seen)
        return table.reshape(-1)[self.cells]


@dataclass(frozen=True, slots=True)
class ChainData:
    """Sequences, position by position: first those at the head of a sequence, then the second ones, and so on, the
    longest sequence always first, so that what follows a step is a head of the next.

    ``labels`` (int64, ``(n,)``) are the label numbers of the positions, ``active`` the number of sequences at each step
    that reach it. ``features`` and ``columns`` (F,) say which feature and label each weight has, in the order of
    ``parts``.
    """

    labels: I64
    active: I64
    parts: tuple[Part, ...]
    features: NDArray[np.uint32]
    columns: I64

    @property
    def bounds(self) -> I64:
        """First position of each step, and the end of the last."""
        return np.concatenate([[0], np.cumsum(self.active)])


def build(features: NDArray[np.uint32], labels: I64, lengths: I64, count: int, min_frequency: int) -> ChainData:
    """Lay out sequences that stand one after the other.

    Args:
        features: ids, ``(n, T)``.
        labels: numbers below ``count``, ``(n,)``.
        lengths: of the sequences, each at least 1; their sum is n.
        min_frequency: a pair of feature and label that is seen less often gets no weight.
    """
    order, active = _by_step(lengths)
    features, labels = features[order], labels[order]
    least = max(min_frequency, 1)
    found = _Occurrences.of(features, least)
    feature = np.repeat(np.arange(len(found.ids)), found.often)
    seen = np.bincount(feature * count + labels[found.places], minlength=len(found.ids) * count).reshape(-1, count)
    kept = seen >= least
    many = kept.sum(axis=1)
    common = (many > 0) & (found.often * _COMMON >= len(labels))
    few = (many > 0) & (many <= _FEW_LABELS) & ~common
    parts: list[Part] = []
    owners, columns = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for chosen in (common, few, (many > 0) & ~common & ~few):
        rows, places = np.flatnonzero(chosen), np.flatnonzero(kept[chosen])
        if not len(rows):
            continue
        owner, column = rows[places // count], places % count
        if chosen is few:
            parts.append(_part(found.matrix(owner, len(labels) * count, count, column), np.arange(len(owner))))
        else:
            parts.append(_part(found.matrix(rows, len(labels)), places, dense=chosen is common))
        owners.append(owner)
        columns.append(column)
    return ChainData(labels, active, tuple(parts), found.ids[np.concatenate(owners)], np.concatenate(columns))


def _part(turned: Any, cells: I64, dense: bool = False) -> Part:
    matrix = turned.T.tocsr()
    return Part(matrix.toarray(), turned.toarray(), cells) if dense else Part(matrix, turned, cells)


def _by_step(lengths: I64) -> tuple[I64, I64]:
    """The order of positions that :class:`ChainData` wants, and the number of sequences at each step."""
    longest_first = np.argsort(-lengths, kind="stable")
    starts = (np.cumsum(lengths) - lengths)[longest_first]
    active = np.array([np.count_nonzero(lengths > step) for step in range(int(lengths.max()))], dtype=np.int64)
    return np.concatenate([starts[:number] + step for step, number in enumerate(active.tolist())]), active


@dataclass(frozen=True, slots=True)
class _Occurrences:
    """Where each of ``ids`` stands: ``often`` places each, ascending, one id's after the other's in ``places``."""

    ids: NDArray[np.uint32]
    often: I64
    places: I32

    @classmethod
    def of(cls, features: NDArray[np.uint32], least: int) -> _Occurrences:
        """The features of ``(n, T)`` that occur ``least`` times; an id that stands twice in a row counts twice."""
        # One sort of plain numbers is much faster than a stable one of ids that takes the places along.
        both = features.astype(np.uint64) << np.uint64(32)
        both |= np.arange(len(features), dtype=np.uint64)[:, None]
        both = both.reshape(-1)
        both.sort()
        ids = (both >> np.uint64(32)).astype(np.uint32)
        starts = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]]))
        often = np.diff(np.append(starts, len(ids)))
        kept = often >= least
        return cls(
            ids[starts[kept]], often[kept], (both[np.repeat(kept, often)] & np.uint64(0xFFFFFFFF)).astype(np.int32)
        )

    def matrix(self, rows: I64, width: int, scale: int = 1, shift: I64 | int = 0) -> Any:
        """A row for each of ``rows``, numbers of features: how often it stands in each place, which is multiplied by
        ``scale`` and moved by ``shift``, a number a row.
        """
        often = self.often[rows]
        ends = np.cumsum(often)
        first = (np.cumsum(self.often) - self.often)[rows]
        taken = np.arange(ends[-1]) + np.repeat(first - (ends - often), often)
        places = self.places[taken] * scale + np.repeat(np.broadcast_to(shift, len(rows)), often)
        ones = np.ones(len(places), dtype=np.float32)
        return csr_matrix((ones, places, np.append(0, ends)), shape=(len(rows), width))
