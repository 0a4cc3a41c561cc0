"""The matrices of a chain's training against sums in plain loops."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from tongbao.training.chain_data import ChainData, build

LABELS = 5
LENGTHS = np.array([4, 90, 1, 70, 70, 15])


def made() -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Ids of every kind: one that is always there, one with all labels, many with few; and one twice in a row."""
    random = np.random.default_rng(3)
    n = int(LENGTHS.sum())
    labels = random.integers(0, LABELS, n)
    columns = [
        np.full(n, 4_000_000_000),
        np.where(np.arange(n) % 25 == 0, 77, random.integers(100, 1000, n)),
        random.integers(100, 180, n),
        1000 + labels * 200 + random.integers(0, 30, n),
    ]
    features = np.stack([*columns, columns[-1]], axis=1).astype(np.uint32)
    return features, labels


def order(lengths: NDArray[np.int64]) -> list[int]:
    """Step by step, the longest sequence first: the positions as they stood."""
    starts = (np.cumsum(lengths) - lengths).tolist()
    ranked = sorted(range(len(lengths)), key=lambda number: -lengths[number])
    return [starts[one] + step for step in range(int(lengths.max())) for one in ranked if lengths[one] > step]


@pytest.mark.parametrize("least", [0, 1, 2, 3])
def test_pairs_that_are_seen_often_enough_have_a_weight_each(least: int) -> None:
    features, labels = made()
    data = build(features, labels, LENGTHS, LABELS, least)
    counted = Counter(
        (one, label) for row, label in zip(features.tolist(), labels.tolist(), strict=True) for one in row
    )
    wanted = {pair for pair, number in counted.items() if number >= least}
    found = list(zip(data.features.tolist(), data.columns.tolist(), strict=True))
    assert len(found) == len(set(found))
    assert set(found) == wanted
    assert len(data.parts) == 3


def test_positions_stand_step_by_step() -> None:
    features, labels = made()
    data = build(features, labels, LENGTHS, LABELS, 2)
    assert data.labels.tolist() == labels[order(LENGTHS)].tolist()
    assert data.active.tolist() == [int((step < LENGTHS).sum()) for step in range(90)]
    assert data.bounds.tolist()[:3] == [0, 6, 11]
    assert data.bounds[-1] == len(labels)


def slices(data: ChainData) -> list[slice]:
    ends = np.cumsum([len(part.cells) for part in data.parts]).tolist()
    return [slice(first, last) for first, last in zip([0, *ends], ends, strict=False)]


def test_scores_are_the_sums_of_weights_and_what_is_collected_the_sums_of_amounts() -> None:
    features, labels = made()
    data = build(features, labels, LENGTHS, LABELS, 2)
    random = np.random.default_rng(9)
    weights = random.normal(size=len(data.features))
    amounts = random.normal(size=(len(labels), LABELS)).astype(np.float32)
    scores = np.zeros_like(amounts)
    for part, piece in zip(data.parts, slices(data), strict=True):
        part.add_to(scores, weights[piece])
    collected = np.concatenate([part.collect(amounts) for part in data.parts])

    number = {pair: one for one, pair in enumerate(zip(data.features.tolist(), data.columns.tolist(), strict=True))}
    expected, gathered = np.zeros_like(amounts), np.zeros(len(weights))
    for place, row in enumerate(features[order(LENGTHS)].tolist()):
        for one in row:
            for label in range(LABELS):
                if (one, label) in number:
                    expected[place, label] += weights[number[one, label]]
                    gathered[number[one, label]] += amounts[place, label]
    assert np.allclose(scores, expected, atol=1e-4)
    assert np.allclose(collected, gathered, atol=1e-4)


def test_without_a_frequent_feature_there_is_no_part() -> None:
    data = build(np.arange(6, dtype=np.uint32).reshape(3, 2), np.array([0, 1, 0]), np.array([3]), 2, 2)
    assert data.parts == ()
    assert len(data.features) == len(data.columns) == 0
