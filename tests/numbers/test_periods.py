"""Periods of time to days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.numbers import parse_period
from tongbao.records import Period

CASES = Path(__file__).parent / "cases" / "periods.tsv"
ROWS = [line.split("\t") for line in CASES.read_text(encoding="utf-8").splitlines()[1:]]
DAYS = st.dates(date(1950, 1, 1), date(2100, 12, 31))


def day(text: str) -> date | None:
    """An ISO date; ``-`` or nothing is none."""
    return date.fromisoformat(text) if text.strip("-") else None


@pytest.mark.parametrize(("surface", "anchor", "previous", "first", "last"), ROWS)
def test_case(surface: str, anchor: str, previous: str, first: str, last: str) -> None:
    before = Period(*(day(part) for part in previous.split("~"))) if previous else None
    assert parse_period(surface, day(anchor), before) == Period(day(first), day(last))


@given(DAYS)
def test_a_written_day_is_itself(when: date) -> None:
    surface = f"{when.year}年{when.month}月{when.day}日"
    assert parse_period(surface) == Period(when, when)
    assert parse_period("截至" + surface) == Period(None, when)


@given(DAYS, DAYS)
def test_a_written_range_is_its_ends(one: date, other: date) -> None:
    first, last = sorted((one, other))
    surface = f"{first.year}年{first.month}月{first.day}日至{last.year}年{last.month}月{last.day}日"
    assert parse_period(surface) == Period(first, last)


@given(DAYS, st.integers(1, 12))
def test_a_bare_month_is_not_after_the_document(anchor: date, month: int) -> None:
    period = parse_period(f"{month}月", anchor)
    assert period.first is not None
    assert period.last is not None
    assert (period.first.month, period.last.month) == (month, month)
    assert (period.first.year, period.first.month) <= (anchor.year, anchor.month)


@given(
    st.text("0123456789一二三四十年月日至到-—底末初前以来起截自从今去上下半季度旬周“”五 ", max_size=14),
    st.none() | DAYS,
    st.none() | st.builds(Period, st.none() | DAYS, st.none() | DAYS),
)
def test_any_arrangement_gives_days_in_order_or_none(
    surface: str, anchor: date | None, previous: Period | None
) -> None:
    period = parse_period(surface, anchor, previous)
    assert isinstance(period, Period)


@given(st.text(max_size=20))
def test_any_text_is_read(surface: str) -> None:
    assert isinstance(parse_period(surface, date(2024, 6, 30)), Period)
