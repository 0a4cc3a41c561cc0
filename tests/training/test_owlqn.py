"""OWL-QN on functions whose lowest point is known, or can be told by its slopes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tongbao.training.owlqn import Loss, minimise

F64 = NDArray[np.float64]


def quadratic(matrix: F64, target: F64) -> Loss:
    """Half the squared length of ``matrix @ x - target``."""

    def loss(point: F64) -> tuple[float, F64]:
        rest = matrix @ point - target
        return float(rest @ rest) / 2, matrix.T @ rest

    return loss


def test_an_l1_norm_alone_pulls_every_coordinate_by_its_weight_and_no_further_than_zero() -> None:
    wanted = np.array([3.0, -2.0, 0.4, -0.4, 0.0])
    point, value = minimise(quadratic(np.eye(5), wanted), np.zeros(5), 0.5, 50)
    assert np.allclose(point, [2.5, -1.5, 0.0, 0.0, 0.0], atol=1e-4)
    assert point[2:].tolist() == [0.0, 0.0, 0.0]
    assert value == pytest.approx(0.5 * (0.25 + 0.25 + 0.16 + 0.16) + 0.5 * 4.0, rel=1e-6)


@pytest.mark.parametrize("c1", [0.0, 0.3, 2.0])
def test_the_slopes_at_the_end_are_those_of_a_minimum(c1: float) -> None:
    random = np.random.default_rng(5)
    matrix, target = random.normal(size=(60, 25)), random.normal(size=60)
    loss = quadratic(matrix, target)
    point, value = minimise(loss, np.zeros(25), c1, 300)
    plain, gradient = loss(point)
    assert value == pytest.approx(plain + c1 * np.abs(point).sum())
    assert np.allclose(gradient[point != 0], -c1 * np.sign(point[point != 0]), atol=0.02)
    assert (np.abs(gradient[point == 0]) <= c1 + 0.02).all()
    assert (np.count_nonzero(point) < 25) == (c1 > 0)


def test_with_no_l1_norm_coordinates_may_change_sign_on_the_way() -> None:
    matrix = np.array([[1.0, 0.9], [0.0, 0.2]])
    wanted = np.array([2.0, -1.0])
    point, _ = minimise(quadratic(matrix, matrix @ wanted), np.array([-1.0, 1.0]), 0.0, 100)
    assert np.allclose(point, wanted, atol=1e-2)


def test_a_point_where_nothing_is_to_be_gained_stays() -> None:
    start = np.zeros(3)
    calls = []

    def flat(point: F64) -> tuple[float, F64]:
        calls.append(point)
        return 7.0, np.array([0.2, -0.3, 0.0])

    point, value = minimise(flat, start, 0.5, 10)
    assert (point.tolist(), value, len(calls)) == ([0.0, 0.0, 0.0], 7.0, 1)


def test_no_more_steps_than_asked_for_and_each_goes_down() -> None:
    random = np.random.default_rng(1)
    loss = quadratic(random.normal(size=(30, 20)), random.normal(size=30))
    values = [minimise(loss, np.zeros(20), 0.1, steps)[1] for steps in range(1, 9)]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)


def test_a_slope_that_lies_ends_the_search_where_it_began() -> None:
    point, value = minimise(lambda x: (float(x.sum()), -np.ones(2)), np.zeros(2), 0.0, 10)
    assert (point.tolist(), value) == ([0.0, 0.0], 0.0)
