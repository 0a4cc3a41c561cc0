"""Gaps between quantities, with periods and scopes looked through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.linking.gaps import Gaps
from tongbao.linking.layout import places
from tongbao.linking.windows import Bounds
from tongbao.reading import read_text
from tongbao.records import Mention, Span
from tongbao.tagging.arrays import codes


def _gaps(text: str, quantities: list[Span], through: list[Span] | None = None) -> Gaps:
    mentions = [Mention(f"q{n}", "QUANTITY", span) for n, span in enumerate(quantities)]
    found = places(read_text(text, "a"), mentions)
    hidden = np.zeros(len(text), dtype=np.bool_)
    for span in through or []:
        hidden[span.start : span.end] = True
    sentence = np.array([place.sentence.start for place in found], dtype=np.int64)
    return Gaps.build(codes(text), hidden, sentence, Bounds.build(found))


def _marked(line: str) -> Gaps:
    """Gaps of a line in which [] marks quantities and {} what is looked through."""
    text = ""
    spans: dict[str, list[Span]] = {"[": [], "{": []}
    opened: list[tuple[str, int]] = []
    for character in line:
        if character in "[{":
            opened.append((character, len(text)))
        elif character in "]}":
            kind, start = opened.pop()
            spans[kind].append(Span(start, len(text)))
        else:
            text += character
    return _gaps(text, spans["["], spans["{"])


@pytest.mark.parametrize(
    ("one", "other", "before", "between", "behind"),
    [
        # A place or a time in between is not seen.
        ("增速居{全国}[第一]，好。", "增速居[第一]，好。", True, True, True),
        ("整改[3个]、{全年}关停[2家]。", "整改[3个]、关停[2家]。", True, True, True),
        # What joins the second number to the first differs.
        ("整改[3个]、关停[2家]。", "整改[3个]，关停[2家]。", False, False, False),
        # The last three characters in the clause are the same, the gap is another one.
        ("全面检查企业[3家]。", "检查企业[3家]。", True, False, True),
        # What follows differs from the third character of a long gap on: only the first two are seen.
        ("整改[3个]问题线索清单。", "整改[3个]问题隐患台账。", True, True, True),
        ("整改[3个]问题。", "整改[3个]隐患。", True, True, False),
    ],
)
def test_what_gaps_tell_apart(one: str, other: str, before: bool, between: bool, behind: bool) -> None:
    left, right = _marked(one), _marked(other)
    assert (left.before[-1] == right.before[-1]) == before
    assert (left.between[-1] == right.between[-1]) == between
    assert (left.behind[0] == right.behind[0]) == behind


@given(st.text(alphabet="甲乙、，。达", max_size=20), st.text(alphabet="甲乙、，。达", max_size=20))
def test_gaps_do_not_depend_on_what_stands_far_off(front: str, back: str) -> None:
    line = "整改问题3个、办结2件。"
    quantities = [Span(4, 6), Span(9, 11)]
    alone = _gaps(line, quantities)
    shift = len(front) + 1
    moved = _gaps(f"{front}。{line}{back}", [Span(q.start + shift, q.end + shift) for q in quantities])
    for name in ("before", "between", "behind"):
        assert np.array_equal(getattr(alone, name), getattr(moved, name))


def test_no_quantities() -> None:
    assert len(_gaps("没有数。", []).before) == 0
    assert len(_gaps("", []).before) == 0
