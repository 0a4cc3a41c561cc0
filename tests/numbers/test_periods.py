"""Periods of time to days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.numbers import PeriodContext, parse_period
from tongbao.records import Period

CASES = Path(__file__).parent / "cases" / "periods.tsv"
ROWS = [line.split("\t") for line in CASES.read_text(encoding="utf-8").splitlines()[1:]]
DAYS = st.dates(date(1950, 1, 1), date(2100, 12, 31))


def day(text: str) -> date | None:
    """An ISO date; ``-`` or nothing is none."""
    return date.fromisoformat(text) if text.strip("-") else None


def days(text: str) -> Period | None:
    """``FIRST~LAST``, either of them ``-`` where it is open."""
    return Period(*(day(part) for part in text.split("~"))) if text else None


@pytest.mark.parametrize(("surface", "today", "frame", "previous", "first", "last"), ROWS)
def test_case(surface: str, today: str, frame: str, previous: str, first: str, last: str) -> None:
    """The day of the document is a date, or a year where no more is known of it."""
    year = int(today) if len(today) == 4 else None
    context = PeriodContext(
        day=None if year else day(today), year=year, frame=int(frame) if frame else None, previous=days(previous)
    )
    assert parse_period(surface, context) == Period(day(first), day(last))


@pytest.mark.parametrize(
    ("surface", "year"), [("一年来", 2023), ("过去一年", 2023), ("过去的一年", 2023), ("新的一年", 2024)]
)
def test_the_year_that_a_document_reports_on(surface: str, year: int) -> None:
    found = parse_period(surface, PeriodContext(day=date(2024, 1, 18), reported=2023))
    assert found == Period(date(year, 1, 1), date(year, 12, 31))


@pytest.mark.parametrize(
    ("surface", "ahead", "first"),
    [
        ("10月", False, date(2023, 10, 1)),
        ("10月", True, date(2024, 10, 1)),
        ("3月", True, date(2024, 3, 1)),
        ("10月以来", True, date(2023, 10, 1)),
    ],
)
def test_a_month_that_the_clause_says_is_to_come(surface: str, ahead: bool, first: date) -> None:
    """What has begun stays in the past, whatever the clause announces."""
    assert parse_period(surface, PeriodContext(day=date(2024, 5, 6), ahead=ahead)).first == first


@pytest.mark.parametrize(("ahead", "year"), [(False, 2023), (True, 2024)])
def test_a_deadline_that_the_clause_announces_is_not_over(ahead: bool, year: int) -> None:
    context = PeriodContext(day=date(2024, 2, 5), ahead=ahead)
    assert parse_period("11月底前", context) == Period(None, date(year, 11, 30))


@pytest.mark.parametrize(("reported", "year"), [(2024, 2025), (None, 2024)])
def test_a_day_of_the_last_weeks_is_news_in_a_report_on_last_year(reported: int | None, year: int) -> None:
    context = PeriodContext(day=date(2025, 1, 26), frame=2024, reported=reported)
    assert parse_period("1月23日", context).first == date(year, 1, 23)


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
def test_a_bare_month_lies_less_than_a_year_back_and_a_quarter_ahead(today: date, month: int) -> None:
    period = parse_period(f"{month}月", PeriodContext(day=today))
    assert period.first is not None
    assert period.last is not None
    assert (period.first.month, period.last.month) == (month, month)
    assert -12 < 12 * (period.first.year - today.year) + period.first.month - today.month <= 3


@given(DAYS, st.integers(1, 12))
def test_a_status_is_never_after_the_month_of_the_document(today: date, month: int) -> None:
    period = parse_period(f"截至{month}月底", PeriodContext(day=today))
    assert period.last is not None
    assert (period.last.year, period.last.month) <= (today.year, today.month)


@given(
    st.text("0123456789一二三四十年月日至到-—底末初前以来起截自从今去上下半季度旬周同期内后“”五 ", max_size=14),
    st.builds(
        PeriodContext,
        day=st.none() | st.dates(),
        year=st.none() | st.integers(1, 9999),
        frame=st.none() | st.integers(1, 9999),
        previous=st.none() | st.builds(Period, st.none() | st.dates(), st.none() | st.dates()),
        ahead=st.booleans(),
        reported=st.none() | st.integers(1, 9999),
    ),
)
def test_any_arrangement_gives_days_or_none(surface: str, context: PeriodContext) -> None:
    assert isinstance(parse_period(surface, context), Period)


@given(st.text(max_size=20))
def test_any_text_is_read(surface: str) -> None:
    assert isinstance(parse_period(surface, PeriodContext(day=date(2024, 6, 30))), Period)
