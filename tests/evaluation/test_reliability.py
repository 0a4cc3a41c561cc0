"""Calibration error and thresholds, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.evaluation.reliability import Reliability, reliability


def _measured(pairs: list[tuple[float, bool]], precision: float = 0.95) -> Reliability:
    confidence = np.array([pair[0] for pair in pairs], dtype=np.float64)
    return reliability("rows", confidence, np.array([pair[1] for pair in pairs], dtype=np.bool_), precision)


def test_the_error_by_hand() -> None:
    """Bins: 0.12 and 0.18 with one right (off by 0.35), 0.55 right (off by 0.45), 0.95 and 1.0 right (off by 0.025)."""
    found = _measured([(0.12, True), (0.95, True), (0.55, True), (1.0, True), (0.18, False)])
    assert (found.name, found.count) == ("rows", 5)
    assert found.error == pytest.approx((2 * 0.35 + 0.45 + 2 * 0.025) / 5)
    assert [(part.count, part.accuracy) for part in found.bins] == [(2, 0.5), (1, 1.0), (2, 1.0)]
    assert [part.confidence for part in found.bins] == pytest.approx([0.15, 0.55, 0.975])


@pytest.mark.parametrize(
    ("pairs", "precision", "threshold", "kept"),
    [
        # All right above 0.7; from 0.6 down three of four are.
        ([(0.9, True), (0.8, True), (0.7, True), (0.6, False), (0.5, True)], 0.95, 0.7, 3 / 4),
        # Lower down the share rises over the bar again.
        ([(0.9, True), (0.8, False), (0.7, True), (0.6, True)], 0.75, 0.6, 1.0),
        # Of equal confidences some are wrong: they stand or fall together.
        ([(0.9, True), (0.8, True), (0.8, False), (0.8, True)], 0.95, 0.9, 1 / 3),
        ([(0.8, True), (0.8, False), (0.8, True), (0.8, True)], 0.75, 0.8, 1.0),
        ([(0.8, True), (0.8, False)], 0.95, None, None),
        ([(0.9, False), (0.8, True), (0.7, True)], 0.95, None, None),
        ([(0.9, False), (0.8, False)], 0.0, None, None),
        ([(0.0, True)], 0.95, 0.0, 1.0),
        ([], 0.95, None, None),
    ],
)
def test_thresholds_by_hand(
    pairs: list[tuple[float, bool]], precision: float, threshold: float | None, kept: float | None
) -> None:
    for order in (pairs, pairs[::-1]):
        found = _measured(order, precision)
        assert (found.threshold, found.kept) == (threshold, kept and pytest.approx(kept))


def test_nothing_was_predicted() -> None:
    assert _measured([]) == Reliability("rows", 0, 0.0, None, None, ())


@given(
    st.lists(st.tuples(st.sampled_from([n / 20 for n in range(21)]), st.booleans()), max_size=40),
    st.sampled_from([0.5, 0.8, 0.95]),
)
def test_against_a_search(pairs: list[tuple[float, bool]], precision: float) -> None:
    """The least confidence at or above which enough is right, tried one by one."""
    found = _measured(pairs, precision)
    assert sum(part.count for part in found.bins) == found.count == len(pairs)
    assert 0 <= found.error <= 1
    good = []
    for bar in {score for score, _ in pairs}:
        above = [right for score, right in pairs if score >= bar]
        if sum(above) / len(above) >= precision:
            good.append((bar, sum(above)))
    hits = sum(right for _, right in pairs)
    if not good or not hits:
        assert found.threshold is found.kept is None
        return
    bar, kept = min(good)
    assert found.threshold == bar
    assert found.kept == pytest.approx(kept / hits)
