"""The chain against what it computes: sums over dictionaries, every path of a tiny chain, one by one and together."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tongbao.tagging import crf as module
from tongbao.tagging import weights as tables
from tongbao.tagging.crf import Crf
from tongbao.tagging.weights import ID_BITS, WeightTable


def _chain(labels: int, seed: int, scale: float = 2.0, features: int = 40) -> Crf:
    random = np.random.default_rng(seed)
    ids = np.unique(random.integers(0, 1 << ID_BITS, features)).astype(np.uint32)
    weights = random.normal(0, scale, (len(ids), labels)).astype(np.float32)
    transitions = random.normal(0, scale, (labels, labels)).astype(np.float32)
    return Crf(tuple(f"L{number}" for number in range(labels)), WeightTable.build(ids, weights), transitions)


def _emissions(rows: int, labels: int, seed: int, scale: float = 2.0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0, scale, (rows, labels)).astype(np.float32)


@given(st.integers(0, 2**32 - 1), st.integers(0, 12), st.integers(0, 9))
def test_emissions_are_sums_over_the_features_that_are_known(seed: int, rows: int, columns: int) -> None:
    chain = _chain(3, seed)
    random = np.random.default_rng(seed + 1)
    known = random.choice(chain.table.ids, (rows, columns))
    other = random.integers(0, 1 << ID_BITS, (rows, columns)).astype(np.uint32)
    features = np.where(random.random((rows, columns)) < 0.6, known, other).astype(np.uint32)
    weight_of = dict(zip(chain.table.ids.tolist(), chain.table.weights[1:].tolist(), strict=True))
    wanted = [
        [sum(weight_of.get(feature, [0.0] * 3)[label] for feature in row) for label in range(3)]
        for row in features.tolist()
    ]
    found = chain.emissions(features)
    assert found.shape == (rows, 3)
    assert np.allclose(found, np.array(wanted).reshape(rows, 3), atol=1e-5)


def test_a_feature_that_stands_twice_counts_twice() -> None:
    chain = _chain(2, 1)
    known = int(chain.table.ids[0])
    assert 0 not in chain.table.ids
    once, twice = chain.emissions(np.array([[known, 0], [known, known]], dtype=np.uint32))
    assert np.allclose(twice, 2 * once)


def test_emissions_of_a_chain_that_learned_nothing_are_zero() -> None:
    nothing = WeightTable.build(np.zeros(0, dtype=np.uint32), np.zeros((0, 2), dtype=np.float32))
    chain = Crf(("O", "B"), nothing, np.zeros((2, 2), dtype=np.float32))
    assert chain.emissions(np.arange(6, dtype=np.uint32).reshape(3, 2)).tolist() == [[0, 0]] * 3


def test_emissions_do_not_depend_on_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = _chain(4, 2)
    features = np.random.default_rng(3).choice(chain.table.ids, (50, 5)).astype(np.uint32)
    whole = chain.emissions(features)
    monkeypatch.setattr(tables, "BATCH_ROWS", 7)
    assert np.array_equal(chain.emissions(features), whole)


def _every_path(emissions: NDArray[np.float32], transitions: NDArray[np.float32]) -> dict[tuple[int, ...], float]:
    steps, labels = emissions.shape
    scores = {}
    for path in product(range(labels), repeat=steps):
        score = sum(float(emissions[step, label]) for step, label in enumerate(path))
        score += sum(float(transitions[a, b]) for a, b in pairwise(path))
        scores[path] = score
    return scores


@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.3, 2.0, 15.0]))
def test_best_path_and_marginals_are_those_of_all_paths(steps: int, labels: int, seed: int, scale: float) -> None:
    chain = _chain(labels, seed, scale)
    emissions = _emissions(steps, labels, seed + 1, scale)
    scores = _every_path(emissions, chain.transitions)
    path, marginals = chain.decode(emissions, [0], [steps])

    assert scores[tuple(path.tolist())] == pytest.approx(max(scores.values()), abs=1e-6)
    highest = max(scores.values())
    odds = {candidate: np.exp(score - highest) for candidate, score in scores.items()}
    total = sum(odds.values())
    for step, label in product(range(steps), range(labels)):
        wanted = sum(value for candidate, value in odds.items() if candidate[step] == label) / total
        assert marginals[step, label] == pytest.approx(wanted, abs=1e-9)


def _sequences(lengths: list[int], gap: int) -> tuple[list[int], list[int], int]:
    starts, ends, position = [], [], gap
    for length in lengths:
        starts.append(position)
        ends.append(position + length)
        position += length + gap
    return starts, ends, position


@given(
    st.lists(st.one_of(st.integers(0, 12), st.integers(20, 60)), max_size=12),
    st.integers(0, 2),
    st.integers(0, 2**32 - 1),
)
def test_sequences_decode_together_as_one_by_one(lengths: list[int], gap: int, seed: int) -> None:
    starts, ends, size = _sequences(lengths, gap)
    chain, emissions = _chain(3, seed), _emissions(size, 3, seed + 1)
    path, marginals = chain.decode(emissions, starts, ends)
    outside = np.ones(size, dtype=bool)
    for start, end in zip(starts, ends, strict=True):
        outside[start:end] = False
        alone, soft = chain.decode(emissions[start:end], [0], [end - start])
        assert path[start:end].tolist() == alone.tolist()
        assert np.allclose(marginals[start:end], soft, atol=1e-12)
        assert np.allclose(marginals[start:end].sum(axis=1), 1.0)
    assert (path[outside] == -1).all()
    assert (marginals[outside] == 0).all()


def test_the_order_in_which_sequences_are_named_does_not_matter() -> None:
    starts, ends, size = _sequences([9, 2, 41, 0, 9, 17, 300, 1], 1)
    chain, emissions = _chain(5, 6), _emissions(size, 5, 7)
    path, marginals = chain.decode(emissions, starts, ends)
    turned, soft = chain.decode(emissions, starts[::-1], ends[::-1])
    assert path.tolist() == turned.tolist()
    assert np.allclose(marginals, soft, atol=1e-12)


def test_small_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    starts, ends, size = _sequences([5, 5, 6, 7, 40, 41, 90], 0)
    chain, emissions = _chain(4, 8), _emissions(size, 4, 9)
    path, marginals = chain.decode(emissions, starts, ends)
    monkeypatch.setattr(module, "BATCH_ROWS", 12)
    again, soft = chain.decode(emissions, starts, ends)
    assert path.tolist() == again.tolist()
    assert np.allclose(marginals, soft, atol=1e-12)


def test_nothing_to_decode_is_no_error() -> None:
    chain = _chain(3, 10)
    path, marginals = chain.decode(np.zeros((4, 3), dtype=np.float32), [], [])
    assert path.tolist() == [-1] * 4
    assert marginals.shape == (4, 3)


def test_long_sequences_and_great_weights_stay_probabilities() -> None:
    chain = _chain(13, 11, scale=40.0)
    path, marginals = chain.decode(_emissions(4000, 13, 12, scale=200.0), [0, 2000], [2000, 4000])
    assert np.isfinite(marginals).all()
    assert np.allclose(marginals.sum(axis=1), 1.0)
    assert (marginals >= 0).all()
    assert set(path.tolist()) <= set(range(13))


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 12), min_size=1, max_size=9), st.sampled_from([2, 5, 13]))
def test_a_sequence_is_decoded_alike_in_any_company_to_the_last_bit(seed: int, lengths: list[int], labels: int) -> None:
    chain = _chain(labels, seed)
    ends = np.cumsum(lengths)
    starts = ends - lengths
    emissions = _emissions(int(ends[-1]), labels, seed)
    path, marginals = chain.decode(emissions, starts.tolist(), ends.tolist())
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        alone = chain.decode(emissions[start:end], [0], [end - start])
        assert np.array_equal(path[start:end], alone[0])
        assert np.array_equal(marginals[start:end], alone[1])


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 40), st.sampled_from([1, 5, 13]))
def test_a_row_has_the_same_sum_in_any_company_to_the_last_bit(seed: int, rows: int, columns: int, labels: int) -> None:
    """Sums of floats depend on their order: it is that of the features, however many rows and however large a step."""
    chain = _chain(labels, seed)
    random = np.random.default_rng(seed)
    features = random.choice(np.append(chain.table.ids, 0), (rows, columns))
    wanted = np.zeros((rows, labels), dtype=np.float32)
    for column in features.T:
        wanted += chain.table.weights[chain.table.rows[column]]
    assert np.array_equal(chain.table.scores(features), wanted)
    for number, row in enumerate(features):
        assert np.array_equal(chain.table.scores(row[None]), wanted[number : number + 1])
