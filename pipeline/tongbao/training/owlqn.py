"""Minimising a convex function with an L1 norm: OWL-QN, limited-memory BFGS kept to orthants.

Source: Andrew and Gao (2007), "Scalable training of L1-regularized log-linear models"; the direction after Nocedal
(1980). Constants, first step, line search and stopping are those of libLBFGS as CRFsuite calls it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
#: A point → the value there of the function without its L1 norm, and its gradient.
Loss = Callable[[F64], tuple[float, F64]]
#: Steps and changes of the gradient that the approximation of the curvature remembers.
Memory = deque[tuple[F64, F64, float]]

_MEMORY = 6
#: A step must bring this share of the decrease that the gradient promises (Armijo).
_DECREASE = 1e-4
_TRIALS = 20
#: Stop where the gradient is this small beside the point, or the last ``_PERIOD`` steps together gained so little.
_FLAT = 1e-5
_PERIOD = 10
_GAIN = 1e-5


def minimise(loss: Loss, start: F64, c1: float, iterations: int) -> tuple[F64, float]:
    """The point that ``iterations`` steps lead to, or fewer if they no longer help, and the objective there.

    Args:
        loss: convex and differentiable.
        start: where to begin, ``(n,)``.
        c1: weight of the L1 norm, which the objective adds to ``loss``; at 0 this is plain L-BFGS.
        iterations: at most so many steps.
    """
    point = start.copy()
    value, gradient = loss(point)
    value += c1 * float(np.abs(point).sum())
    slope = _pseudo_gradient(point, gradient, c1)
    if _is_flat(point, slope):
        return point, value
    memory: Memory = deque(maxlen=_MEMORY)
    past = [value]
    step = 1.0 / float(np.linalg.norm(slope))
    for _ in range(iterations):
        direction = _direction(slope, memory, c1)
        found = _search(loss, point, value, slope, direction, step, c1)
        if found is None:
            break
        moved, value, turned = found
        change, bend = moved - point, turned - gradient
        curvature = float(change @ bend)
        if curvature > 0:  # always, but for rounding
            memory.append((change, bend, curvature))
        point, gradient = moved, turned
        slope = _pseudo_gradient(point, gradient, c1)
        past.append(value)
        if _is_flat(point, slope) or (len(past) > _PERIOD and past[-_PERIOD - 1] - value < _GAIN * value):
            break
        step = 1.0
    return point, value


def _is_flat(point: F64, slope: F64) -> bool:
    return float(np.linalg.norm(slope)) <= _FLAT * max(1.0, float(np.linalg.norm(point)))


def _pseudo_gradient(point: F64, gradient: F64, c1: float) -> F64:
    """The slope of the objective; at zero, where the L1 norm has two, the one that leads down, or none."""
    if c1 == 0:
        return gradient
    at_zero = np.sign(gradient) * np.maximum(np.abs(gradient) - c1, 0.0)
    return np.where(point == 0, at_zero, gradient + c1 * np.sign(point))


def _direction(slope: F64, memory: Memory, c1: float) -> F64:
    """Downhill by the remembered curvature; never against the slope in any one coordinate."""
    direction = -slope
    shares = []
    for change, bend, curvature in reversed(memory):
        share = float(change @ direction) / curvature
        direction -= share * bend
        shares.append(share)
    if memory:
        _, bend, curvature = memory[-1]
        direction *= curvature / float(bend @ bend)
    for (change, bend, curvature), share in zip(memory, reversed(shares), strict=True):
        direction += (share - float(bend @ direction) / curvature) * change
    if c1 > 0:
        direction[direction * slope >= 0] = 0.0
    return direction


def _search(
    loss: Loss, point: F64, value: float, slope: F64, direction: F64, step: float, c1: float
) -> tuple[F64, float, F64] | None:
    """The first point of a halved step that is low enough, its objective and gradient; none if no trial is."""
    orthant = np.where(point == 0, -slope, point)
    for _ in range(_TRIALS):
        moved = point + step * direction
        if c1 > 0:
            moved[moved * orthant <= 0] = 0.0
        reached, gradient = loss(moved)
        reached += c1 * float(np.abs(moved).sum())
        if reached <= value + _DECREASE * float((moved - point) @ slope):
            return moved, reached, gradient
        step /= 2
    return None
