"""A document made ready for linking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.linking.scene import _PART_WORDS, Scene, _part_places

TEXT = "[t 今年]，[s 全市]检查企业[q 30家]，其中整改[q 12家]，占[q 40%]。\n一、教育\n[d 市教育局]新建学校[q 2所]。"


def _scene(document: Callable[..., Any], text: str) -> Scene:
    found = document(text)
    return Scene.build(found.columns, [(found.bulletin, found.mentions)])


def test_places_by_label_in_text_order(document: Callable[..., Any]) -> None:
    scene = _scene(document, TEXT)
    assert [place.mention.id for place in scene.quantities] == ["q3", "q4", "q5", "q7"]
    assert [place.mention.id for place in scene.periods] == ["t1"]
    assert [place.mention.id for place in scene.scopes] == ["s2"]
    assert [mention.id for mention in scene.mentions[0]] == ["t1", "s2", "q3", "q4", "q5", "d6", "q7"]
    assert len(scene.facts.start) == 4


def test_candidates_come_with_their_places(document: Callable[..., Any]) -> None:
    scene = _scene(document, TEXT)
    period = scene.dated("PERIOD", scene.described([()] * 4))
    assert period.others is scene.periods
    # The period of the preamble is no candidate for the item.
    assert period.pairs.query.tolist() == [0, 0, 1, 1, 2, 2, 3]
    assert period.pairs.candidate.tolist() == [0, -1, 0, -1, 0, -1, -1]
    assert len(period.features) == 7
    scope = scene.dated("SCOPE", scene.described([()] * 4))
    assert scope.others is scene.scopes
    assert scope.pairs.candidate.tolist() == [0, -1, 0, -1, 0, -1, -1]
    pairs, _ = scene.parts(scene.described([()] * 4))
    assert pairs.candidate[pairs.query == 3].tolist() == [-1]


def test_habits_date_no_figure_of_a_later_sentence(document: Callable[..., Any]) -> None:
    scene = _scene(document, "[t 2023年]新建学校[q 2所]。[t 每年]培训[q 30人]、[q 4次]。招聘[q 5人]。")
    pairs = scene.dated("PERIOD", scene.described([()] * 4)).pairs
    habit = {query for query, candidate in zip(pairs.query, pairs.candidate, strict=True) if candidate == 1}
    assert habit == {1, 2}


def test_a_bare_length_inside_a_sentence_dates_its_own_only(document: Callable[..., Any]) -> None:
    text = "[t 三年]，建成[q 2所]。招聘[q 5人]。投入[t 五年]增加[q 3亿元]，建成[q 4座]。开通[q 6条]。"
    scene = _scene(document, text)
    pairs = scene.dated("PERIOD", scene.described([()] * 5)).pairs
    of = {n: {q for q, c in zip(pairs.query, pairs.candidate, strict=True) if c == n} for n in (0, 1)}
    assert of == {0: {0, 1, 2, 3, 4}, 1: {2, 3}}


def test_the_dates_of_a_movement_date_their_own_sentence_only(document: Callable[..., Any]) -> None:
    text = "产值从[t 2020年]的[q 3万元]增长到[t 2025年]的[q 4万元]。投入[q 5亿元]。[t 2024年]的[q 7件]办结。聘[q 5人]。"
    scene = _scene(document, text)
    pairs = scene.dated("PERIOD", scene.described([()] * 5)).pairs
    of = {n: {q for q, c in zip(pairs.query, pairs.candidate, strict=True) if c == n} for n in (0, 1, 2)}
    assert of == {0: {0, 1}, 1: {0, 1}, 2: {3, 4}}


def test_indicators_change_the_features(document: Callable[..., Any]) -> None:
    scene = _scene(document, TEXT)
    without = [()] * 4
    named = [(place.clause,) for place in scene.quantities]
    assert not np.array_equal(scene.parts(scene.described(without))[1], scene.parts(scene.described(named))[1])
    for label in ("PERIOD", "SCOPE"):
        assert not np.array_equal(
            scene.dated(label, scene.described(without)).features,
            scene.dated(label, scene.described(named)).features,
        )


@given(st.lists(st.sampled_from([*_PART_WORDS, "甲", "3个", "其", "中"]), max_size=20).map("".join))
def test_part_words_are_counted_once_each(text: str) -> None:
    """Every character of the text is looked at once: counts of all words together fit into it."""
    places = _part_places(text)
    assert len(places) == len(_PART_WORDS)
    assert sum(len(word) * len(at) for word, at in zip(_PART_WORDS, places, strict=True)) <= len(text)
    for word, at_word in zip(_PART_WORDS, places, strict=True):
        found = at_word.tolist()
        assert found == sorted(set(found))
        assert all(text.startswith(word, at) for at in found)
        if not any(word in other or other in word or word[0] in other for other in _PART_WORDS if other != word):
            assert found == [at for at in range(len(text)) if text.startswith(word, at)]


@pytest.mark.parametrize("text", ["", "办结若干件。", "[t 今年]，[s 全市]办结若干件。"])
def test_no_quantities(document: Callable[..., Any], text: str) -> None:
    scene = _scene(document, text)
    assert scene.quantities == ()
    for pairs in (
        scene.dated("PERIOD", scene.described([])).pairs,
        scene.dated("SCOPE", scene.described([])).pairs,
        scene.parts(scene.described([]))[0],
    ):
        assert pairs.query.shape == pairs.candidate.shape == (0,)
