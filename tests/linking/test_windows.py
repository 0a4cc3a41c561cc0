"""Windows round quantities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.linking.layout import Place, places
from tongbao.linking.windows import Bounds, Windows
from tongbao.records import Mention, Span

LEFT, RIGHT = 110, 70


def _window(laid: Windows, number: int) -> Span:
    return Span(int(laid.bounds.start[number]), int(laid.bounds.end[number]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("检查结束。全市检查，整改[q 3个]问题，立案。", "全市检查，整改3个问题"),
        ("整改[q 3个]问题，立案。", "整改3个问题"),
        ("检查企业（含抽查[q 3家]，整改）[q 9家]。", "检查企业（含抽查3家"),
        ("甲" * 200 + "，整改[q 3个]" + "乙" * 100 + "。", "甲" * (LEFT - 3) + "，整改3个" + "乙" * RIGHT),
        ("甲" * 300 + "[q 3个]", "甲" * LEFT + "3个"),
        ("[q 3个]", "3个"),
        ("立案审查\n[q 3个]\n处分\n", "立案审查\n3个\n处分"),
        ("立案审查\n[q 3个]问题\n处分\n", "立案审查\n3个问题"),
        ("立案审查\n[q 3个]问题整改，\n处分\n", "3个问题整改"),
        ("立案审查\n\n[q 3个]\n" + "处分" * 30 + "\n", "立案审查\n\n3个"),
        ("立案审查\n\n[q 3个]\n处分\n", "立案审查\n\n3个\n处分"),
        ("立案审查\n[q 3个]\n处分\n[q 4人]\n移送\n[q 5人]\n", "立案审查\n3个"),
        ("立案审查\n\n[q 3个]\n\n处分\n", "立案审查\n\n3个\n\n处分"),
        ("立案审查\n\n\n\n[q 3个]", "立案审查\n\n\n\n3个"),
        ("立案" * 20 + "审查\n\n\n\n[q 3个]", "3个"),
        ("党员\n干部\n[q 3个]\n处分\n人员\n", "党员\n干部\n3个\n处分\n人员"),
        ("立案　　处分\n[q 3个]　　[q 4人]", "立案　　处分\n3个　　4人"),
    ],
)
def test_a_window_is_the_clause_and_the_one_before_within_limits(
    text: str, expected: str, document: Callable[..., Any]
) -> None:
    found = document(text)
    laid = Windows.lay(Bounds.build(places(found.bulletin, found.mentions)))
    assert _window(laid, 0).of(found.text) == expected


@st.composite
def standing(draw: st.DrawFn) -> Place:
    """A quantity with its clause round it and perhaps a clause before."""
    start = draw(st.integers(0, 400))
    span = Span(start, start + draw(st.integers(1, 90)))
    clause = Span(max(0, start - draw(st.integers(0, 200))), span.end + draw(st.integers(0, 200)))
    before = Span(max(0, clause.start - draw(st.integers(0, 90))), clause.start) if draw(st.booleans()) else None
    return Place(Mention("q1", "QUANTITY", span), clause, clause, before, -1)


@given(st.lists(standing(), max_size=5))
def test_windows_are_laid_end_to_end(quantities: list[Place]) -> None:
    laid = Windows.lay(Bounds.build(quantities))
    assert laid.offset[0] == 0
    assert len(laid.position) == len(laid.owner) == laid.offset[-1]
    for number, place in enumerate(quantities):
        window, span = _window(laid, number), place.mention.span
        assert window.contains(span)
        assert window.start >= max(span.start - LEFT, (place.before or place.clause).start)
        assert window.end <= min(span.end + RIGHT, place.clause.end)
        inside = slice(int(laid.offset[number]), int(laid.offset[number + 1]))
        assert laid.position[inside].tolist() == list(range(window.start, window.end))
        assert set(laid.owner[inside].tolist()) == {number}


@given(st.lists(standing(), max_size=5), st.integers(1, 400))
def test_groups_are_parts_that_follow_one_another(quantities: list[Place], rows: int) -> None:
    laid = Windows.lay(Bounds.build(quantities))
    last = 0
    for first, end in laid.groups(rows):
        assert first == last < end
        part = laid.part(first, end)
        alone = Windows.lay(Bounds.build(quantities[first:end]))
        assert np.array_equal(part.position, alone.position)
        assert np.array_equal(part.owner, alone.owner)
        assert np.array_equal(part.offset, alone.offset)
        assert len(part.position) <= rows or end == first + 1
        last = end
    assert last == len(quantities)
