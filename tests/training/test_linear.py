"""Linear choices: what is learned, and what happens where there is little to learn from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tongbao.errors import ConfigError
from tongbao.tagging.weights import CHOICE_BITS, grained
from tongbao.training.linear import LEAST, fit_linear, fit_ranker

#: Feature 900,000 + class tells the class; features below 5 are noise.
TARGET = np.arange(60) % 3
FEATURES = np.stack([900_000 + TARGET, np.arange(60) % 5], axis=1).astype(np.uint32)
UNSEEN = np.array([[1 << 19, (1 << 19) + 1]], dtype=np.uint32)


def test_classes_are_learned() -> None:
    table = fit_linear(FEATURES, TARGET.tolist(), 3, 1.0)
    assert table.scores(FEATURES).argmax(axis=1).tolist() == TARGET.tolist()
    assert len(table.rows) == 1 << CHOICE_BITS
    assert table.scores(UNSEEN).tolist() == [[0.0] * 3]


def test_two_classes_have_one_output_the_log_odds_of_the_second() -> None:
    chosen = TARGET < 2
    table = fit_linear(FEATURES[chosen], TARGET[chosen].tolist(), 2, 1.0)
    scores = table.scores(FEATURES[chosen])
    assert scores.shape == (40, 1)
    assert ((scores[:, 0] > 0).astype(int) == TARGET[chosen]).all()


@pytest.mark.parametrize("known", [(0, 1), (0, 2), (1, 2), (3, 1)])
def test_a_class_without_examples_never_wins(known: tuple[int, int]) -> None:
    target = [known[number % 2] for number in range(60)]
    features = np.stack([900_000 + np.array(target), np.arange(60) % 5], axis=1).astype(np.uint32)
    table = fit_linear(features, target, 4, 1.0)
    assert table.scores(features).argmax(axis=1).tolist() == target


@pytest.mark.parametrize(("only", "classes"), [(0, 2), (1, 2), (0, 3), (2, 3)])
def test_where_all_examples_are_of_one_class_it_always_wins(only: int, classes: int) -> None:
    table = fit_linear(FEATURES, [only] * 60, classes, 1.0)
    scores = table.scores(FEATURES)
    winner = (scores[:, 0] > 0).astype(int) if classes == 2 else scores.argmax(axis=1)
    assert winner.tolist() == [only] * 60


def test_less_strength_means_smaller_weights() -> None:
    strong, weak = (
        np.abs(fit_linear(FEATURES, TARGET.tolist(), 3, strength).weights).sum() for strength in (1.0, 0.01)
    )
    assert weak < strong


def test_a_ranker_learns_which_of_a_group_is_chosen() -> None:
    """In groups of three the candidate with feature 77 is chosen, wherever it stands."""
    query = np.repeat(np.arange(20), 3)
    target = np.zeros(60, dtype=np.int64)
    target[np.arange(20) * 3 + np.arange(20) % 3] = 1
    features = np.stack([np.where(target == 1, 77, 78), np.arange(60) % 4], axis=1).astype(np.uint32)
    scores = fit_ranker(features, target, query, 1.0).scores(features)[:, 0].reshape(20, 3)
    assert scores.argmax(axis=1).tolist() == (np.arange(20) % 3).tolist()


def test_groups_without_a_choice_teach_nothing() -> None:
    query, target = np.repeat([0, 1], 2), np.array([1, 0, 0, 0])
    features = np.array([[1], [2], [3], [4]], dtype=np.uint32)
    scores = fit_ranker(features, target, query, 1.0).scores(features)[:, 0]
    assert scores[0] > scores[1]
    assert scores[2:].tolist() == [0.0, 0.0]


def test_a_group_with_two_choices_teaches_nothing() -> None:
    query, target = np.repeat([0, 1], 2), np.array([1, 0, 1, 1])
    features = np.array([[1], [2], [3], [4]], dtype=np.uint32)
    assert fit_ranker(features, target, query, 1.0).scores(features)[2:].tolist() == [[0.0], [0.0]]


@given(st.integers(0, 99), st.sampled_from([0.1, 1.0, 10.0]))
def test_a_ranker_stands_where_its_loss_is_level(seed: int, penalty: float) -> None:
    """The gradient at the weights found, by differences, in groups of any size whose features overlap."""
    random = np.random.default_rng(seed)
    query = np.sort(random.integers(0, 8, size=30))
    features = random.integers(1, 12, size=(30, 3)).astype(np.uint32)
    target = np.zeros(30, dtype=np.int64)
    for group in np.unique(query):
        target[random.choice(np.nonzero(query == group)[0])] = 1
    table = fit_ranker(features, target, query, penalty)
    weights = np.zeros(12)
    weights[table.ids] = table.weights[1:, 0]

    def loss(at: NDArray[np.float64]) -> float:
        scores = at[features].sum(axis=1)
        chosen = sum(float(scores[target == 1][n]) for n in range(int(target.sum())))
        normal = sum(float(np.log(np.exp(scores[query == group]).sum())) for group in np.unique(query))
        return penalty / 2 * float(at @ at) - chosen + normal

    # Weights near nought are left out, which the penalty feels most.
    for one in np.eye(12)[1:] * 1e-4:
        assert abs(loss(weights + one) - loss(weights - one)) / 2e-4 < (10 + 2 * penalty) * LEAST


def test_a_feature_that_says_nothing_is_left_out() -> None:
    features = np.array([[1, 9], [2, 9]] * 10, dtype=np.uint32)
    table = fit_ranker(features, np.array([1, 0] * 10), np.repeat(np.arange(10), 2), 1.0)
    assert table.ids.tolist() == [1, 2]


def test_a_ranker_does_not_see_how_large_a_group_is() -> None:
    """Other candidates that look alike make a choice less likely, not the chosen one less good."""
    features = np.array([[1, 9], [2, 9], [1, 9], *[[2, 9]] * 20], dtype=np.uint32)
    target = np.array([1, 0, 1, *[0] * 20])
    scores = fit_ranker(features, target, np.array([0, 0, *[1] * 21]), 0.1).scores(features)[:, 0]
    assert scores[0] == scores[2] > scores[1]


def test_nothing_to_learn_from_is_refused() -> None:
    none = np.zeros((0, 2), dtype=np.uint32)
    with pytest.raises(ConfigError) as raised:
        fit_linear(none, [], 3, 1.0)
    assert raised.value.remedy
    for features, target in ((none, np.zeros(0, dtype=np.int64)), (FEATURES, np.zeros(60, dtype=np.int64))):
        with pytest.raises(ConfigError) as raised:
            fit_ranker(features, target, np.zeros(len(target), dtype=np.int64), 1.0)
        assert raised.value.remedy


def test_fitting_twice_gives_the_same_weights() -> None:
    first, second = (fit_linear(FEATURES, TARGET.tolist(), 3, 0.5) for _ in range(2))
    assert np.array_equal(first.weights, second.weights)
    assert np.array_equal(first.weights, grained(first.weights))
    query, target = np.repeat(np.arange(20), 3), np.tile([0, 1, 0], 20)
    one, two = (fit_ranker(FEATURES, target, query, 0.5) for _ in range(2))
    assert np.array_equal(one.ids, two.ids)
    assert np.array_equal(one.weights, two.weights)
    assert np.array_equal(one.weights, grained(one.weights))
