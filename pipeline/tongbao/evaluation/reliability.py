"""Whether confidences mean what they say: expected calibration error and what a threshold leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions of like confidence: how many, their mean confidence, and the share that was right."""

    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Calibration of one kind of decision.

    ``error`` is the expected calibration error over ten bins of equal width (Naeini et al. 2015); ``threshold`` is the
    least confidence such that 95% of the predictions at or above it are right, and ``kept`` the share of all right
    predictions that lies there (both ``None`` where no threshold reaches 95%).
    """

    name: str
    count: int
    error: float
    threshold: float | None
    kept: float | None
    bins: tuple[Bin, ...]


def reliability(
    name: str, confidence: NDArray[np.float64], right: NDArray[np.bool_], precision: float = 0.95
) -> Reliability:
    """Measure calibration; ``confidence`` and ``right`` are ``(n,)``."""
    number = np.minimum((confidence * _BINS).astype(np.int64), _BINS - 1)
    bins: list[Bin] = []
    error = 0.0
    for index in range(_BINS):
        inside = number == index
        if inside.any():
            mean, accuracy = float(confidence[inside].mean()), float(right[inside].mean())
            bins.append(Bin(int(inside.sum()), mean, accuracy))
            error += float(inside.mean()) * abs(mean - accuracy)
    threshold, kept = _threshold(confidence, right, precision)
    return Reliability(name, len(confidence), error, threshold, kept, tuple(bins))


def _threshold(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], precision: float
) -> tuple[float | None, float | None]:
    """The lowest confidence such that everything at or above it is right often enough; ties stand or fall together."""
    order = np.argsort(-confidence, kind="stable")
    hits = np.cumsum(right[order])
    share = hits / np.arange(1, len(order) + 1)
    last_of_tie = np.append(np.diff(confidence[order]) != 0, True) if len(order) else np.zeros(0, dtype=bool)
    good = np.nonzero((share >= precision) & last_of_tie)[0]
    if not len(good) or not right.any():
        return None, None
    at = int(good[-1])
    return float(confidence[order][at]), float(hits[at] / right.sum())
