"""How sure the figures are: intervals from resampling the units (Efron 1979, percentile bootstrap)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tongbao.evaluation.counts import Counts
from tongbao.evaluation.scoring import definitions, figures


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle 95% of a figure over resamples."""

    low: float
    high: float


def bootstrap(counts: Sequence[Counts], n: int = 1000, seed: int = 13) -> dict[str, Interval | None]:
    """95% percentile intervals of every figure, by the names of :func:`tongbao.evaluation.scoring.definitions`.

    Units (documents or items) are drawn with replacement, as many as there are, ``n`` times: spans of one document
    stand and fall together, so resampling spans would make the intervals too narrow.

    Args:
        counts: one a unit.
        n: resamples.
        seed: the same seed and counts give the same intervals.

    Returns:
        ``None`` for figures that exist in no resample.
    """
    names = definitions()
    if not counts:
        return dict.fromkeys(names)
    vectors = np.stack([one.vector for one in counts])
    times = np.random.default_rng(seed).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=n)
    samples = figures(times.astype(np.float64) @ vectors)
    intervals: dict[str, Interval | None] = {}
    for name, column in zip(names, samples.T, strict=True):
        there = column[~np.isnan(column)]
        intervals[name] = Interval(*np.percentile(there, [2.5, 97.5]).tolist()) if there.size else None
    return intervals
