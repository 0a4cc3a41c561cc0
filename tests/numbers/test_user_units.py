"""Measure words that a user added: in running text, in a surface, and behind a span that stopped short of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.numbers import UnitTable, find_quantities, kind_of, normalise, parse_quantity, shipped_units, with_unit
from tongbao.records import QuantityKind, Span

ADDED: tuple[tuple[str, QuantityKind], ...] = (
    ("艇次", "count"),
    ("箱标", "volume"),
    ("点位", "count"),
    ("块", "count"),
    ("亩", "area"),
    ("ｋＢ", "other"),
)
UNITS = shipped_units().with_measures(ADDED)


def _marked(text: str) -> tuple[str, list[Span]]:
    """The text without its square brackets, and what stood in them."""
    plain, spans = "", []
    for index, piece in enumerate(text.replace("]", "[").split("[")):
        if index % 2:
            spans.append(Span(len(plain), len(plain) + len(piece)))
        plain += piece
    return plain, spans


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("巡查[480艇次]，", "count"),
        ("清运[约1.2万余箱标]。", "volume"),
        ("清运[2至3箱标以上]", "volume"),
        ("布设[20点位]", "count"),
        ("每天[480艇次/日]", "count"),
        ("种下[3块]", "count"),
        ("流转[3亩地]", "area"),
    ],
)
def test_the_grammar_finds_them(text: str, kind: QuantityKind) -> None:
    plain, spans = _marked(text)
    assert find_quantities(plain, UNITS) == [(spans[0], kind)]


@pytest.mark.parametrize(
    ("tagged", "whole"),
    [
        ("巡查[480]艇次", "480艇次"),
        ("巡查[480艇]次", "480艇次"),
        ("巡查[480艇次]", "480艇次"),
        ("巡查[480] 艇次", "480 艇次"),
        ("巡查[480]多艇次", "480多艇次"),
        ("巡查[480多]艇次左右，", "480多艇次左右"),
        ("巡查[４８０]艇次", "４８０艇次"),
        ("清运[2至3]箱标以上", "2至3箱标以上"),
        ("清运[二三十]箱标", "二三十箱标"),
        ("占[480]ｋＢ", "480ｋＢ"),
        ("罚款[480元]艇次", "480元"),
        ("巡查[480]，艇次", "480"),
        ("巡查[480]    艇次", "480"),
        ("流转[3]亩地", "3"),
        ("巡查[全部]艇次", "全部"),
        ("巡查[480]户", "480"),
    ],
)
def test_a_span_takes_in_the_word_behind_it(tagged: str, whole: str) -> None:
    text, [span] = _marked(tagged)
    assert with_unit(text, span, UNITS).of(text) == whole
    assert with_unit(text, span, shipped_units()) == span


def test_value_unit_and_kind_are_read() -> None:
    quantity = parse_quantity("约1.2万箱标", units=UNITS)
    assert quantity is not None
    assert (quantity.value, quantity.unit, quantity.kind, quantity.bound) == (12000, "箱标", "volume", "approx")
    assert normalise(quantity.value, quantity.unit, UNITS) == (12000, "箱标")
    unknown = parse_quantity("约1.2万箱标")
    assert unknown is not None
    assert unknown.kind == "count"


def test_a_known_unit_keeps_its_base_unless_its_kind_is_another() -> None:
    assert normalise(Decimal(3), "亩", UNITS) == normalise(Decimal(3), "亩") == (2000, "㎡")
    assert normalise(Decimal(3), "块", UNITS) == (3, "块")
    assert normalise(Decimal(3), "块") == (3, "元")
    assert (kind_of("块", UNITS), kind_of("块")) == ("count", "money")


def test_the_shipped_table_is_not_touched() -> None:
    assert UNITS is not shipped_units()
    assert shipped_units().with_measures([]) is shipped_units()
    assert "艇次" not in shipped_units().units
    assert shipped_units().added == frozenset()
    with pytest.raises(TypeError):
        shipped_units().units["艇次"] = UNITS.units["艇次"]  # type: ignore[index]


@given(st.text("约480多 艇次箱标户元至，左右", max_size=20), st.data())
def test_a_span_only_grows_and_stays_in_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    wide = with_unit(text, span, UNITS)
    assert wide.start == span.start
    assert span.end <= wide.end <= len(text)
    assert with_unit(text, wide, UNITS) == wide or parse_quantity(wide.of(text), units=UNITS) is not None


@given(st.text("约480多艇次户元至、年月日《》", max_size=30))
def test_without_added_words_nothing_changes(text: str) -> None:
    same = UnitTable.build(shipped_units().units)
    assert find_quantities(text, same) == find_quantities(text)
