"""Candidates of a quantity and the best of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.linking.choices import Pairs, choose, dated_pairs, of_pairs
from tongbao.linking.layout import Place
from tongbao.linking.scene import Scene
from tongbao.records import Mention, Span
from tongbao.tagging.weights import WeightTable

NONE = -1


def _at(start: int, sentence: int = 0, section: int = 0) -> Place:
    """A mention at ``start`` in the sentence of the given number (1,000 characters each)."""
    whole = Span(1000 * sentence, 1000 * sentence + 1000)
    span = Span(whole.start + start, whole.start + start + 2)
    return Place(Mention(f"q{span.start}", "QUANTITY", span), whole, whole, None, section)


def _candidates(pairs: Pairs, query: int) -> list[tuple[int, int]]:
    """Candidate and rank of one query, in order."""
    mine = pairs.query == query
    return list(zip(pairs.candidate[mine].tolist(), pairs.rank[mine].tolist(), strict=True))


def _indices(pairs: Pairs, query: int) -> list[int]:
    return [candidate for candidate, _ in _candidates(pairs, query)]


# --- periods and scopes ---------------------------------------------------------------------------------------------


def test_those_of_the_sentence_nearest_first_then_the_next_one_then_none() -> None:
    others = [_at(0), _at(10), _at(30), _at(40)]
    for within_section in (True, False):
        pairs = dated_pairs([_at(20)], others, within_section)
        assert _candidates(pairs, 0) == [(1, 0), (0, 1), (2, 15), (NONE, 14)]


def test_periods_of_sentences_before_in_the_section_two_and_its_first_one() -> None:
    others = [_at(0, 0), _at(5, 0), _at(0, 1), _at(5, 1), _at(0, 2)]
    quantity = _at(10, 2)
    assert _indices(dated_pairs([quantity], others, within_section=True), 0) == [4, 3, 2, 0, NONE]
    assert _indices(dated_pairs([quantity], others, within_section=False), 0) == [4, NONE]


def test_no_period_of_another_section() -> None:
    others = [_at(0, 0, section=0), _at(0, 1, section=1)]
    pairs = dated_pairs([_at(10, 2, section=1), _at(10, 3, section=2)], others, within_section=True)
    assert _indices(pairs, 0) == [1, NONE]
    assert _indices(pairs, 1) == [NONE]


def test_the_last_period_in_a_heading_whatever_its_section() -> None:
    others = [replace(_at(0, 0, section=0), heading=True), replace(_at(0, 1, section=1), heading=True)]
    others += [_at(3 * number, 2, section=2) for number in range(4)]
    pairs = dated_pairs([_at(10, 9, section=3), _at(20, 2, section=2)], others, within_section=True)
    assert _indices(pairs, 0) == [1, NONE]
    assert _indices(pairs, 1) == [5, 4, 3, 2, 1, NONE]
    assert _indices(dated_pairs([_at(10, 9)], others, within_section=False), 0) == [NONE]


def test_the_last_two_of_the_section_that_open_a_sentence_and_its_first_ones() -> None:
    """What a report says of a year goes on over paragraphs with other times in them."""
    others = [replace(_at(4, 0), heading=True), _at(6, 1), _at(0, 2), _at(0, 3, section=0), _at(0, 4), _at(0, 5)]
    others += [_at(6, 6), _at(9, 6)]
    pairs = dated_pairs([_at(0, 8), _at(10, 2)], others, within_section=True)
    assert _candidates(pairs, 0) == [(7, 0), (6, 1), (0, 16), (1, 12), (5, 17), (4, 18), (NONE, 14)]
    assert _candidates(pairs, 1) == [(2, 0), (1, 1), (0, 2), (NONE, 14)]


def test_the_next_one_only_in_the_sentence() -> None:
    assert _indices(dated_pairs([_at(0)], [_at(10)], within_section=True), 0) == [0, NONE]
    assert _indices(dated_pairs([_at(0)], [_at(10, 1)], within_section=True), 0) == [NONE]


def test_a_bound_one_in_its_own_sentence_only() -> None:
    others = [_at(0, 0), replace(_at(5, 0), heading=True), _at(0, 1), _at(0, 2)]
    pairs = dated_pairs([_at(10, 2), _at(10, 3)], others, within_section=True, bound={1, 2, 3})
    assert _candidates(pairs, 0) == [(3, 0), (0, 3), (NONE, 14)]
    assert _candidates(pairs, 1) == [(0, 3), (NONE, 14)]


def test_at_most_six_in_front() -> None:
    others = [_at(3 * n) for n in range(10)]
    assert _indices(dated_pairs([_at(50)], others, within_section=False), 0) == [9, 8, 7, 6, 5, 4, NONE]


# --- other quantities -----------------------------------------------------------------------------------------------


def test_at_most_eight_in_front_and_the_next_one() -> None:
    quantities = [_at(3 * n) for n in range(12)]
    pairs = of_pairs(quantities)
    assert _candidates(pairs, 10) == [*((10 - back, back - 1) for back in range(1, 9)), (11, 15), (NONE, 14)]
    assert _candidates(pairs, 0) == [(1, 15), (NONE, 14)]
    assert _indices(pairs, 11) == [10, 9, 8, 7, 6, 5, 4, 3, NONE]


def test_quantities_of_the_section_in_front_and_of_the_sentence_behind() -> None:
    quantities = [_at(0, 0, 0), _at(0, 1, 1), _at(0, 2, 1), _at(9, 2, 1), _at(0, 3, 2)]
    pairs = of_pairs(quantities)
    assert [_indices(pairs, query) for query in range(5)] == [[NONE], [NONE], [1, 3, NONE], [2, 1, NONE], [NONE]]


@st.composite
def standing(draw: st.DrawFn, most: int = 20) -> list[Place]:
    """Places in text order, in sentences whose sections never come back."""
    sections = sorted(draw(st.lists(st.integers(-1, 3), min_size=5, max_size=5)))
    spots = draw(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 40)), max_size=most))
    return [_at(2 * offset, sentence, sections[sentence]) for sentence, offset in sorted(spots)]


@given(standing(), standing(), st.booleans())
def test_every_query_ends_with_none_and_queries_ascend(
    quantities: list[Place], others: list[Place], within_section: bool
) -> None:
    for pairs in (dated_pairs(quantities, others, within_section), of_pairs(quantities)):
        assert pairs.query.shape == pairs.candidate.shape == pairs.rank.shape
        assert (np.diff(pairs.query) >= 0).all()
        assert np.unique(pairs.query).tolist() == list(range(len(quantities)))
        for query in range(len(quantities)):
            found = _candidates(pairs, query)
            assert found[-1] == (NONE, 14)
            assert NONE not in [candidate for candidate, _ in found[:-1]]
            assert len(set(found)) == len(found) <= 10
    assert (of_pairs(quantities).candidate != of_pairs(quantities).query).all()


# --- the best -------------------------------------------------------------------------------------------------------


def _pairs(sizes: list[int]) -> Pairs:
    """Groups of the given numbers of candidates, "none" included, which comes last."""
    query = np.repeat(np.arange(len(sizes)), sizes)
    candidate = np.array([n for size in sizes for n in [*range(size - 1), NONE]], dtype=np.int64)
    return Pairs(query, candidate, np.zeros(len(query), dtype=np.int64))


def _chosen(table: Callable[..., WeightTable], scores: list[float], sizes: list[int]) -> tuple[list[int], list[float]]:
    """Choice where row n has the score ``scores[n]``."""
    weights = table({n + 1: score for n, score in enumerate(scores)} or {1: 0.0})
    features = np.arange(1, len(scores) + 1, dtype=np.uint32)[:, None]
    chosen, confidence = choose(weights.scores(features)[:, 0], _pairs(sizes))
    return chosen.tolist(), confidence.tolist()


@given(st.lists(st.lists(st.floats(-1000, 1000, width=32), min_size=1, max_size=6), max_size=8))
def test_the_choice_of_any_scores(table: Callable[..., WeightTable], groups: list[list[float]]) -> None:
    """Against a softmax group by group; the first of equal scores wins."""
    chosen, confidence = _chosen(table, [score for group in groups for score in group], [len(g) for g in groups])
    assert len(chosen) == len(confidence) == len(groups)
    for group, index, share in zip(groups, chosen, confidence, strict=True):
        odds = np.exp(np.array(group) - max(group))
        best = odds / odds.sum()
        assert share == pytest.approx(best.max())
        assert share >= 1 / len(group) - 1e-9
        # Scores that differ by less than a rounding of their odds are equal.
        hit = len(group) - 1 if index == NONE else index
        assert best[hit] == pytest.approx(best.max(), rel=1e-9)
        assert not (best[:hit] == best.max()).any()


def test_ties_go_to_the_first(table: Callable[..., WeightTable]) -> None:
    chosen, confidence = _chosen(table, [1.0, 1.0, 1.0, 0.0, 2.0, 2.0], [3, 3])
    assert chosen == [0, 1]
    assert confidence == pytest.approx([1 / 3, 0.468], abs=1e-3)


def test_large_scores_keep_their_order(table: Callable[..., WeightTable]) -> None:
    chosen, confidence = _chosen(table, [40.0, 60.0, 50.0, -90.0, -50.0], [3, 2])
    assert chosen == [1, NONE]
    assert confidence == pytest.approx([1.0, 1.0], abs=1e-4)


def test_nothing_but_none(table: Callable[..., WeightTable]) -> None:
    assert _chosen(table, [-3.0, 5.0], [1, 1]) == ([NONE, NONE], [1.0, 1.0])


def test_no_quantities(table: Callable[..., WeightTable]) -> None:
    assert _chosen(table, [], []) == ([], [])


# --- features -------------------------------------------------------------------------------------------------------


def _features(scene: Scene) -> dict[str, Any]:
    pieces: list[tuple[Span, ...]] = [()] * len(scene.quantities)
    period, scope = (scene.dated(label, scene.described(pieces)) for label in ("PERIOD", "SCOPE"))
    return {
        "PERIOD": (period.pairs, period.features),
        "SCOPE": (scope.pairs, scope.features),
        "of": scene.parts(scene.described(pieces)),
    }


def test_the_number_of_templates_does_not_depend_on_the_text(document: Callable[..., Any]) -> None:
    """Also without candidates, and without quantities."""
    widths = set()
    for text in (
        "[t 今年]，[s 全市]办结[q 3件]，整改[q 2个]。又办结[q 5件]。",
        "办结[q 3件]。",
        "[t 今年]，[s 全市]办结若干件。",
        "办结若干件。",
        "",
    ):
        found = document(text)
        features = _features(Scene.build(found.columns, [(found.bulletin, found.mentions)]))
        for pairs, rows in features.values():
            assert rows.shape[0] == len(pairs.query)
            assert rows.dtype == np.uint32
        widths.add(tuple(rows.shape[1] for _, rows in features.values()))
    assert len(widths) == 1


def test_features_of_a_pair_do_not_depend_on_what_stands_far_away(document: Callable[..., Any]) -> None:
    alone = "[t 今年]，[s 全市]办结[q 3件]，其中整改[q 2个]。"
    one, two = (document(before + alone) for before in ("大雨。\n", "昨日（详见附件）大雨。\n"))
    first, second = (_features(Scene.build(d.columns, [(d.bulletin, d.mentions)])) for d in (one, two))
    for name in first:
        assert np.array_equal(first[name][1], second[name][1])
