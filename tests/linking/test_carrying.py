"""Choices that depend on the choice before."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tongbao.linking.carrying import (
    FIRST,
    FROM_NONE,
    NOTHING_BEFORE,
    OTHER,
    SAME,
    UNKNOWN,
    Carry,
    choose_chain,
    relations,
)
from tongbao.linking.choices import Pairs
from tongbao.linking.scene import Dated, Scene
from tongbao.tagging.weights import CHOICE_BITS, WeightTable


def test_relations_to_the_choice_before() -> None:
    before = np.array([NOTHING_BEFORE, 3, 3, 3, -1, -1, UNKNOWN, UNKNOWN])
    candidate = np.array([3, 3, 4, -1, 4, -1, 4, -1])
    assert relations(candidate, before).tolist() == [FIRST, SAME, OTHER, OTHER, FROM_NONE, SAME, OTHER, OTHER]


def _dated(document: Callable[..., Any], text: str) -> Dated:
    found = document(text)
    scene = Scene.build(found.columns, [(found.bulletin, found.mentions)])
    return scene.dated("PERIOD", scene.described([()] * len(scene.quantities)))


def test_templates_of_the_chain_share_no_id_with_those_of_the_candidates(document: Callable[..., Any]) -> None:
    dated = _dated(document, "[t 今年]，办结[q 3件]，整改[q 2个]。[t 去年]办结[q 5件]，整改[q 4个]。")
    before = np.full(len(dated.pairs.query), -1)
    carried = dated.carry.features(relations(dated.pairs.candidate, before))
    assert carried.shape[0] == dated.features.shape[0]
    assert not set(carried.ravel().tolist()) & set(dated.features.ravel().tolist())


def test_every_relation_has_features_of_its_own(document: Callable[..., Any]) -> None:
    carry = _dated(document, "[t 今年]，办结[q 3件]，整改[q 2个]。").carry
    seen = [
        set(carry.features(np.full(len(carry.pairs.query), relation, dtype=np.uint64)).ravel().tolist())
        for relation in range(4)
    ]
    assert all(not one & other for number, one in enumerate(seen) for other in seen[:number])


def _weighed(carry: Carry, relation: int, weight: float) -> WeightTable:
    """A table in which every feature of one relation has a weight."""
    ids = np.unique(carry.features(np.full(len(carry.pairs.query), relation, dtype=np.uint64)))
    return WeightTable.build(ids, np.full((len(ids), 1), weight, dtype=np.float32), CHOICE_BITS)


def test_a_period_is_carried_on(document: Callable[..., Any]) -> None:
    """Nothing tells the candidates apart but that the first quantity's choice goes on."""
    dated = _dated(document, "[t 今年]，办结[q 3件]，整改[q 2个]，[t 去年]办结[q 5件]，整改[q 4个]。")
    nothing = WeightTable.build(np.zeros(0, dtype=np.uint32), np.zeros((0, 1), dtype=np.float32), CHOICE_BITS)
    alone = np.zeros((len(dated.pairs.query), 1), dtype=np.uint32)
    chosen, share = choose_chain(_weighed(dated.carry, SAME, 1.0), alone, dated.carry)
    assert len(set(chosen.tolist())) == 1
    assert share[1:].min() > 0.99
    _, even = choose_chain(nothing, alone, dated.carry)
    counts = np.bincount(dated.pairs.query)
    assert even == pytest.approx(1 / counts)


def test_no_quantities(document: Callable[..., Any]) -> None:
    dated = _dated(document, "[t 今年]，办结若干件。")
    nothing = WeightTable.build(np.zeros(0, dtype=np.uint32), np.zeros((0, 1), dtype=np.float32), CHOICE_BITS)
    chosen, share = choose_chain(nothing, dated.features, dated.carry)
    assert chosen.shape == share.shape == (0,)


class _Scored:
    """Stands in for a weight table: an id's score is what the list holds at it."""

    def __init__(self, scores: NDArray[Any]) -> None:
        self._scores = scores

    def scores(self, features: NDArray[Any]) -> NDArray[Any]:
        return self._scores[features].sum(axis=1)[:, None]


class _Carried:
    """Stands in for ``Carry``: the score of row m under relation r is ``table[m, r]``."""

    def __init__(self, pairs: Pairs, table: NDArray[Any]) -> None:
        self.pairs = pairs
        self._table = table

    def scores(self, _: object) -> NDArray[Any]:
        return self._table.T


@given(st.lists(st.lists(st.integers(0, 4), max_size=3, unique=True), min_size=1, max_size=4), st.integers(0, 10**6))
def test_the_best_chain_of_all(candidates: list[list[int]], seed: int) -> None:
    """Viterbi against trying every chain."""
    rows = [(query, one, 0) for query, mine in enumerate(candidates) for one in (*mine, -1)]
    pairs = Pairs.build(rows)
    table = np.random.default_rng(seed).normal(size=(len(rows), 4))
    carried: Any = _Carried(pairs, table)
    nothing: Any = _Scored(np.zeros(1))
    chosen, share = choose_chain(nothing, np.zeros((len(rows), 1), dtype=np.int64), carried)

    def total(chain: tuple[int, ...]) -> tuple[float, list[float]]:
        shares = []
        before = NOTHING_BEFORE
        for query, choice in enumerate(chain):
            mine = [row for row, (other, _, _) in enumerate(rows) if other == query]
            options = np.array([rows[row][1] for row in mine])
            relation = relations(options, np.full(len(mine), before)).astype(np.int64)
            odds = np.exp(table[mine, relation])
            shares.append(float(odds[options.tolist().index(choice)] / odds.sum()))
            before = choice
        return float(np.prod(shares)), shares

    best = max(product(*((*mine, -1) for mine in candidates)), key=lambda chain: total(chain)[0])
    assert total(tuple(chosen.tolist()))[0] == pytest.approx(total(best)[0])
    assert share.tolist() == pytest.approx(total(tuple(chosen.tolist()))[1])
