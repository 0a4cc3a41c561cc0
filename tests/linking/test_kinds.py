"""Classes of spans: the features they are learned from, and the best class with its probability."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.linking.facts import TextSums, span_facts
from tongbao.linking.kinds import ACTS, POLICY_KINDS, ROLES, _cues, class_features, classify
from tongbao.linking.layout import places
from tongbao.tagging.columns import FeatureOptions
from tongbao.tagging.weights import WeightTable


def _cues_of(found: Any) -> list[list[int]]:
    """For each title the categories of the cue before it and of the two behind it."""
    facts = span_facts(found.columns, TextSums(found.columns), places(found.bulletin, found.mentions, ("POLICY",)))
    rows: list[list[int]] = np.stack(_cues(found.columns, facts), axis=1).tolist()
    return rows


def _rows(found: Any, readings: list[list[int]]) -> Any:
    sums = TextSums(found.columns)
    facts = span_facts(found.columns, sums, places(found.bulletin, found.mentions, ("POLICY",)))
    return class_features(found.columns, sums, facts, readings)


def test_classes_have_the_order_of_the_records() -> None:
    """A model holds class numbers: the order must not change."""
    assert ROLES == ("lead", "assist", "issuer", "actor", "mentioned")
    assert POLICY_KINDS == ("law", "regulation", "plan", "notice", "opinion", "standard", "other")
    assert ACTS == ("issue", "amend", "implement", "cite")


def test_cues_of_one_category_are_one(document: Callable[..., Any], full: FeatureOptions) -> None:
    issued, published, amended = (
        _cues_of(document(f"{verb}[p 《甲》]，", full))[0] for verb in ("出台", "颁布", "修订")
    )
    assert issued == published
    assert issued[0] > 0
    assert amended[0] > 0
    assert issued[0] != amended[0]
    assert issued[1:] == [0, 0]


def test_the_nearest_cue_before_and_the_first_two_behind(document: Callable[..., Any], full: FeatureOptions) -> None:
    ((issue, _, _),) = _cues_of(document("出台[p 《甲》]", full))
    ((amend, _, _),) = _cues_of(document("修订[p 《甲》]", full))
    found = document("修订乙，又出台[p 《甲》]，修订，出台，修订。", full)
    assert _cues_of(found) == [[issue, amend, issue]]


def test_a_cue_beyond_reach_is_none(document: Callable[..., Any], full: FeatureOptions) -> None:
    near, far = (document("印发" + "甲" * gap + "[p 《甲》]" + "甲" * gap + "印发", full) for gap in (22, 25))
    ((before, after, _),) = _cues_of(near)
    assert before == after > 0
    assert _cues_of(far) == [[0, 0, 0]]


@pytest.mark.parametrize("text", ["[p 《甲》]", "乙[p 《甲》]乙"])
def test_no_cues(text: str, document: Callable[..., Any], full: FeatureOptions) -> None:
    assert _cues_of(document(text, full)) == [[0, 0, 0]]
    assert _cues_of(document(text)) == [[0, 0, 0]]


def test_rules_are_one_piece_of_evidence(document: Callable[..., Any], full: FeatureOptions) -> None:
    found = document("印发[p 《甲》]，落实[p 《乙》]。", full)
    first, second = _rows(found, [[0, 1], [2, 2]]), _rows(found, [[0, 2], [2, 2]])
    assert first.shape == second.shape
    assert np.array_equal(first[0], second[0])
    changed = (first[1] != second[1]).sum()
    assert 0 < changed < first.shape[1] / 4


def test_as_many_templates_for_any_text(document: Callable[..., Any], full: FeatureOptions) -> None:
    widths = {_rows(document(text, full), [[0] * text.count("[p")]).shape for text in ("", "办结。", "[p 《甲》]")}
    assert {size for size, _ in widths} == {0, 1}
    assert len({templates for _, templates in widths}) == 1


@given(st.lists(st.lists(st.floats(-50, 50, width=32), min_size=4, max_size=4), max_size=6))
def test_the_best_class_and_its_share(table: Callable[..., WeightTable], scores: list[list[float]]) -> None:
    weights = table({n + 1: tuple(row) for n, row in enumerate(scores)} or {1: (0.0,) * 4}, 4)
    best, share = classify(weights, np.arange(1, len(scores) + 1, dtype=np.uint32)[:, None])
    assert best.shape == share.shape == (len(scores),)
    for row, number, probability in zip(scores, best.tolist(), share.tolist(), strict=True):
        assert number == row.index(max(row))
        assert probability == pytest.approx(1 / sum(np.exp(np.array(row) - max(row))))


@pytest.mark.parametrize(
    ("odds", "number", "share"), [(np.log(3), 1, 0.75), (-np.log(3), 0, 0.75), (0, 0, 0.5), (-900, 0, 1.0)]
)
def test_of_two_classes_by_the_log_odds(
    table: Callable[..., WeightTable], odds: float, number: int, share: float
) -> None:
    best, probability = classify(table({5: float(odds)}), np.array([[5]], dtype=np.uint32))
    assert best.tolist() == [number]
    assert probability.tolist() == pytest.approx([share])
