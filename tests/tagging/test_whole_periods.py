"""Periods whose borders their words fix."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.marks import tagged

from tongbao.records import LABELS, Label, Span
from tongbao.tagging.whole_periods import _UNSEEN, whole_periods


@pytest.mark.parametrize(
    ("marked", "surfaces"),
    [
        ("[t 自2019年]县里推行“减负年”[t 以来]，撤牌[q 3块]。", ["自2019年县里推行“减负年”以来", "3块"]),
        ("自[t 2019年][d 县纪委]提出减负以来，撤牌[q 3块]。", ["自2019年县纪委提出减负以来", "3块"]),
        ("自从专项整治启动以来撤牌[q 3块]", ["自从专项整治启动以来", "3块"]),
        ("[t 今年以来]，来自各乡镇的[q 3人]", ["今年以来", "3人"]),
        ("自查自纠[q 3件]以来", ["3件"]),
        ("自启动，至[t 今年以来]", ["今年以来"]),
        ("这[t 五年]，新建[q 3座]", ["这五年", "3座"]),
        ("在这[t 2023年]里", ["2023年"]),
        ("这[q 3件]事", ["3件"]),
        ("办好洽谈会、[t 2024]全省数字大会等活动", []),
        ("[t 2024]税惠红包，比[t 2023]多[q 3件]", ["2024", "3件"]),
        ("实施小城镇[t 三年]攻坚行动，新建[q 6个]", ["6个"]),
        ("数字湖区[t 3年]行动计划", []),
        ("[t 五年]行动期间新建[q 3座]", ["五年", "3座"]),
        ("[t 三年]里，行动不停", ["三年"]),
        ("[t 2024年]计划", ["2024年"]),
        ("[t 2024]年、[t 2023]—[t 2024]年", ["2024", "2023", "2024"]),
    ],
)
def test_borders(marked: str, surfaces: list[str]) -> None:
    text, found = tagged(marked)
    assert [span.of(text) for _, span, _ in whole_periods(text, found)] == surfaces


def test_the_surest_piece_says_how_sure_the_whole_is() -> None:
    text, found = tagged("[t 自2019年]县里推行[t 以来]")
    assert [confidence for _, _, confidence in whole_periods(text, found)] == [found[0][2]]
    text, found = tagged("自县里推行以来")
    assert [confidence for _, _, confidence in whole_periods(text, found)] == [_UNSEEN]


def test_a_mention_across_the_border_stays() -> None:
    text = "县里推行自治以来，自今年推行以来"
    found: list[tuple[Label, Span, float]] = [("DEPARTMENT", Span(8, 12), 0.9)]
    assert whole_periods(text, found) == found


@given(
    st.lists(st.sampled_from(["自", "以来", "这", "五年", "今年", "，", "件", "来自"]), max_size=12).map("".join),
    st.lists(st.tuples(st.sampled_from(LABELS), st.integers(0, 3), st.integers(1, 4)), max_size=6),
)
def test_mentions_stay_disjoint_and_in_order(text: str, gaps: list[tuple[Label, int, int]]) -> None:
    found: list[tuple[Label, Span, float]] = []
    at = 0
    for label, gap, length in gaps:
        start, end = at + gap, at + gap + length
        if end > len(text):
            break
        found.append((label, Span(start, end), 0.5))
        at = end
    whole = whole_periods(text, found)
    assert all(one[1].end <= other[1].start for one, other in pairwise(whole))
    assert all(span.end <= len(text) for _, span, _ in whole)
