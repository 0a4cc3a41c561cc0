"""Loss and gradient of a chain against all label sequences written out, and against differences."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from numpy.typing import NDArray

from tongbao.training.chain_data import build
from tongbao.training.chain_loss import ChainLoss

LABELS = 3
LENGTHS = np.array([3, 5, 1, 2, 3, 4])
N = int(LENGTHS.sum())


def data() -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    random = np.random.default_rng(2)
    labels = random.integers(0, LABELS, N)
    return np.stack([random.integers(0, 4, N), random.integers(10, 19, N), 20 + labels], axis=1).astype(
        np.uint32
    ), labels


@pytest.fixture(scope="module")
def loss() -> ChainLoss:
    features, labels = data()
    return ChainLoss(build(features, labels, LENGTHS, LABELS, 1), LABELS, 0.3)


def points(size: int) -> list[NDArray[np.float64]]:
    random = np.random.default_rng(4)
    # float32 keeps these numbers whole, so that differences are not drowned in rounding.
    return [np.zeros(size), np.round(random.normal(size=size), 1), np.round(6 * random.normal(size=size), 1)]


@pytest.mark.parametrize("which", range(3))
def test_loss_is_that_of_all_label_sequences_written_out(loss: ChainLoss, which: int) -> None:
    point = points(loss.size)[which]
    features, labels = data()
    built = build(features, labels, LENGTHS, LABELS, 1)
    weight = dict(zip(zip(built.features.tolist(), built.columns.tolist(), strict=True), point.tolist(), strict=False))
    links = point[-LABELS * LABELS :].reshape(LABELS, LABELS)

    def score(rows: list[list[int]], path: tuple[int, ...]) -> float:
        seen = sum(weight.get((one, tag), 0.0) for row, tag in zip(rows, path, strict=True) for one in row)
        return float(seen + sum(links[pair] for pair in pairwise(path)))

    expected = 0.3 * float(point @ point)
    for end, length in zip(np.cumsum(LENGTHS).tolist(), LENGTHS.tolist(), strict=True):
        rows = features[end - length : end].tolist()
        everything = [score(rows, path) for path in product(range(LABELS), repeat=length)]
        expected += float(np.logaddexp.reduce(everything)) - score(rows, tuple(labels[end - length : end].tolist()))
    assert loss(point)[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("which", range(3))
def test_gradient_is_that_of_differences(loss: ChainLoss, which: int) -> None:
    point = points(loss.size)[which]
    _, gradient = loss(point)
    step = 2.0**-7
    for number in range(loss.size):
        aside = np.zeros(loss.size)
        aside[number] = step
        slope = (loss(point + aside)[0] - loss(point - aside)[0]) / (2 * step)
        assert gradient[number] == pytest.approx(slope, abs=2e-3)


def test_sequences_of_one_position_have_no_transitions() -> None:
    features, labels = data()
    alone = ChainLoss(build(features, labels, np.ones(N, dtype=np.int64), LABELS, 1), LABELS, 0.0)
    value, gradient = alone(np.zeros(alone.size))
    assert value == pytest.approx(N * np.log(LABELS))
    assert gradient[-LABELS * LABELS :].tolist() == [0.0] * LABELS**2
