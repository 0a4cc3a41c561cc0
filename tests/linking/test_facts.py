"""What characters in and round spans say: hashes that do not depend on the place, and counts in constant time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tongbao.linking.facts import SpanFacts, TextSums, quantity_facts, span_facts
from tongbao.linking.layout import Place, places
from tongbao.records import LABELS, Mention, Quantity, Span
from tongbao.tagging.arrays import SubstringHashes, classes, codes
from tongbao.tagging.columns import FeatureOptions, TextColumns
from tongbao.tagging.packing import Packed


def _facts(found: Any) -> SpanFacts:
    return span_facts(found.columns, TextSums(found.columns), places(found.bulletin, found.mentions, LABELS))


def _columns(text: str) -> TextColumns:
    points = codes(text)
    packed = Packed.build([text])
    return TextColumns(packed, points, SubstringHashes(points), classes(points), None, None, None, None, None, None)


def _place(span: Span, attributes: Quantity | None = None) -> Place:
    return Place(Mention("q1", "QUANTITY", span, attributes), span, span, None, -1)


def _hash(surface: str) -> int:
    return int(SubstringHashes(codes(surface)).of(np.array([0]), np.array([len(surface)]))[0])


def test_equal_surfaces_hash_equal_wherever_they_stand(document: Callable[..., Any]) -> None:
    facts = _facts(document("查处违规[q 150个]，整改到位。\n一、教育\n又查处违规[q 150个]，整改[q 15个]。"))
    for column in (facts.whole, facts.head2, facts.tail2, facts.tail3, facts.length, *facts.before, facts.after[0]):
        assert column[0] == column[1]
    assert facts.whole[0] == _hash("150个")
    assert [int(column[0]) for column in facts.before] == [_hash("规"), _hash("违规"), _hash("处违规")]
    assert [int(column[0]) for column in facts.after] == [_hash("，"), _hash("，整"), _hash("，整改")]
    assert facts.whole[2] != facts.whole[0]
    assert (facts.head2[2], facts.tail3[2]) == (facts.head2[0], _hash("15个"))


@given(st.text(alphabet="甲乙3个", min_size=1, max_size=30), st.data())
def test_hashes_are_those_of_the_surface(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    columns = _columns(text)
    facts = span_facts(columns, TextSums(columns), [_place(Span(start, end))])
    surface = text[start:end]
    assert int(facts.whole[0]) == _hash(surface)
    assert int(facts.head2[0]) == _hash(surface[:2])
    assert (int(facts.tail2[0]), int(facts.tail3[0])) == (_hash(surface[-2:]), _hash(surface[-3:]))
    for width in (1, 2, 3):
        assert int(facts.before[width - 1][0]) == _hash(text[max(0, start - width) : start])
        assert int(facts.after[width - 1][0]) == _hash(text[end : end + width])


def test_at_the_start_and_the_end_of_the_text_there_is_nothing_around(
    document: Callable[..., Any], full: FeatureOptions
) -> None:
    facts = _facts(document("[q 3个]", full))
    nothing = _hash("")
    assert [int(column[0]) for column in (*facts.before, *facts.after)] == [nothing] * 6
    assert [int(column[0]) for column in (*facts.word_before, *facts.word_after)] == [0] * 6
    # In a heading (4), at the beginning of its sentence (2) and of its clause (1).
    assert facts.opens.tolist() == [7]


def test_words_on_both_sides_nearest_first(document: Callable[..., Any], full: FeatureOptions) -> None:
    facts = _facts(document("全市学校新增[q 300个]食堂，学校新增[q 20个]。", full))
    assert [int(column[0]) for column in facts.word_before] == [_hash(w) for w in ("新增", "学校", "全市")]
    assert [int(column[0]) for column in facts.word_after] == [_hash(w) for w in ("食堂", "，", "学校")]
    assert facts.word_before[0][0] == facts.word_before[0][1]


def test_without_words_all_word_columns_are_zero(document: Callable[..., Any]) -> None:
    facts = _facts(document("全市学校新增[q 300个]食堂，学校新增[q 20个]。"))
    for column in (*facts.word_before, *facts.word_after):
        assert column.tolist() == [0, 0]


def test_what_opens_a_sentence_or_a_clause_and_how_deep_it_stands(document: Callable[..., Any]) -> None:
    facts = _facts(document("[q 3个]，[q 4个]、[q 5个]（[q 6个]（又[q 7个]（[q 8个]）））。"))
    assert facts.opens.tolist() == [3, 1, 0, 1, 0, 1]
    assert facts.depth.tolist() == [0, 0, 0, 1, 2, 2]


def test_no_spans_and_no_text() -> None:
    for text in ("", "甲3个。"):
        columns = _columns(text)
        facts = span_facts(columns, TextSums(columns), [])
        for field in fields(facts):
            value = getattr(facts, field.name)
            for column in value if isinstance(value, tuple) else (value,):
                assert column.shape == (0,)


@given(st.text(alphabet="，；。（）(甲", max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))))
def test_counts_of_marks(text: str, ends: list[tuple[int, int]]) -> None:
    """Against ``str.count``; a stretch that ends before it begins holds nothing."""
    sums = TextSums(_columns(text))
    start = np.array([min(first, len(text)) for first, _ in ends], dtype=np.int64)
    end = np.array([min(last, len(text)) for _, last in ends], dtype=np.int64)
    for members in ("，", "；。", "（("):
        counted = [sum(text[a:b].count(m) for m in members) for a, b in zip(start.tolist(), end.tolist(), strict=True)]
        assert sums.between(members, start, end).tolist() == [min(number, 3) for number in counted]
        assert sums.between(members, start, end, 1).tolist() == [min(number, 1) for number in counted]
    opened = [text[:at].count("（") + text[:at].count("(") - text[:at].count("）") for at in range(len(text) + 1)]
    assert sums.depth(np.arange(len(text) + 1)).tolist() == [max(number, 0) for number in opened]


# --- quantities -----------------------------------------------------------------------------------------------------


def _quantities(text: str, pieces: list[list[Span]], values: list[Quantity | None], at: Span) -> Any:
    return quantity_facts(_columns(text), [_place(at, value) for value in values], pieces)


def _quantity(**changed: Any) -> Quantity:
    facts: dict[str, Any] = {"value": 3, "low": None, "high": None, "unit": "个", "bound": "exact"}
    return Quantity(**(facts | {"kind": "count", "change": "none"} | changed))


def test_what_quantities_say() -> None:
    same, other, ranged, third = (
        _quantity(),
        _quantity(unit="家", change="to", bound="approx", kind="money"),
        _quantity(value=None, low=1, high=2, unit=None),
        _quantity(value=Fraction(1, 3)),
    )
    values = [same, other, ranged, third, same, None]
    facts = _quantities("查处3个机构", [[]] * 6, values, Span(2, 4))
    assert facts.value[[0, 1, 3]].tolist() == [3.0, 3.0, 1 / 3]
    assert np.isnan(facts.value[[2, 5]]).all()
    assert facts.unit[0] == facts.unit[3] != facts.unit[1]
    assert facts.unit[2] == facts.unit[5] == 0
    assert len({tuple(int(c[n]) for c in (facts.kind, facts.change)) for n in range(6)}) == 3
    assert facts.empty.tolist() == [1] * 6


def test_where_the_indicator_stands() -> None:
    text = "查处违规3个机构"
    left, right = Span(0, 4), Span(6, 8)
    facts = _quantities(text, [[left], [right], [left, right], []], [None] * 4, Span(4, 6))
    assert len(set(facts.one_sided.tolist()[:3])) == 3
    assert facts.empty.tolist() == [0, 0, 0, 1]
    assert facts.indicator.tolist() == [_hash("查处违规"), _hash("机构"), _hash("查处违规"), _hash("")]
    assert facts.indicator_head.tolist() == [_hash("查处"), _hash("机构"), _hash("查处"), _hash("")]
    assert facts.indicator_tail.tolist() == [_hash("违规"), _hash("机构"), _hash("机构"), _hash("")]


def test_no_quantities() -> None:
    facts = quantity_facts(_columns("甲"), [], [])
    assert all(getattr(facts, field.name).shape == (0,) for field in fields(facts))
