"""When two annotators say the same."""

from decimal import Decimal
from fractions import Fraction

import pytest

from tongbao.annotation.compare import Facts, character_f1, facts, indicator, same_unit, same_value
from tongbao.records import Annotated, Link, Mention, Number, Quantity, Span


def quantity(
    value: Number | None = None, low: Number | None = None, high: Number | None = None, unit: str | None = None
) -> Facts:
    attributes = Quantity(value, low, high, unit, "exact", "count", "none")
    return Facts(Mention("q", "QUANTITY", Span(0, 1), attributes))


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (quantity(Decimal("94.0")), quantity(Decimal(94)), True),
        (quantity(Fraction(1, 3)), quantity(Decimal("0.333333")), True),
        (quantity(Fraction(1, 3)), quantity(Decimal("0.33333")), False),
        (quantity(Decimal(1)), quantity(Decimal("1.000001")), False),
        (quantity(Decimal(1)), quantity(None, Decimal(1), Decimal(1)), False),
        (quantity(None, Decimal(1), Decimal(2)), quantity(None, Decimal("1.0"), Fraction(2)), True),
        (quantity(None, Decimal(1), Decimal(2)), quantity(None, Decimal(1), Decimal(3)), False),
        (quantity(Decimal(12345678901234567)), quantity(Decimal(12345678901234568)), False),
    ],
)
def test_values(a: Facts, b: Facts, same: bool) -> None:
    assert same_value(a, b) is same
    assert same_value(b, a) is same


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [("％", "%", True), (None, "", True), ("人", "人次", False), ("㎡", "m2", True), (None, "人", False)],
)
def test_units(a: str | None, b: str | None, same: bool) -> None:
    assert same_unit(quantity(unit=a), quantity(unit=b)) is same


def pieces(*spans: tuple[int, int]) -> Facts:
    return Facts(Mention("q", "QUANTITY", Span(0, 1)), tuple(Span(*span) for span in spans))


@pytest.mark.parametrize(
    ("a", "b", "score"),
    [
        (pieces(), pieces(), 1.0),
        (pieces((0, 2)), pieces(), 0.0),
        (pieces((0, 4)), pieces((2, 4)), 2 / 3),
        (pieces((0, 2), (2, 4)), pieces((0, 4)), 1.0),
        (pieces((0, 2)), pieces((2, 4)), 0.0),
    ],
)
def test_indicator_characters(a: Facts, b: Facts, score: float) -> None:
    assert character_f1(a, b) == pytest.approx(score)
    assert character_f1(b, a) == pytest.approx(score)


def test_facts_take_the_pieces_in_text_order_and_the_target_as_a_span() -> None:
    document = Annotated(
        "x",
        "authored",
        "检查40所学校其中8所",
        (Mention("q1", "QUANTITY", Span(2, 5)), Mention("q2", "QUANTITY", Span(9, 11))),
        (Link("measures", "q1", (Span(5, 7), Span(0, 2))), Link("of", "q2", (), "q1")),
    )
    table = facts(document)
    assert indicator(table["QUANTITY", Span(2, 5)], document.text) == "检查学校"
    assert table["QUANTITY", Span(9, 11)].of == Span(2, 5)
    assert table["QUANTITY", Span(9, 11)].attribute("bound") is None
