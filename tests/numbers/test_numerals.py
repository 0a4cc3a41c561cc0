"""Numerals: a table of cases, and round trips through a renderer written here."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.numbers import parse_numeral
from tongbao.numbers.numerals import MAX_LENGTH, divide, fold_forms, multiply
from tongbao.records import Number

CASES = Path(__file__).parent / "cases"
DIGITS = "零一二三四五六七八九"
FINANCIAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
TRADITIONAL = str.maketrans("万亿", "萬億")


def rows(name: str) -> list[list[str]]:
    """The data rows of a case table."""
    return [line.split("\t") for line in (CASES / name).read_text(encoding="utf-8").splitlines()[1:]]


def read_number(text: str) -> Number | None:
    """A number as the case tables write it."""
    if text == "None":
        return None
    return Fraction(text) if "/" in text else Decimal(text)


def render_section(number: int) -> str:
    """1 to 9999 in Chinese, with 零 for a gap."""
    text, gap = "", False
    for power, name in ((3, "千"), (2, "百"), (1, "十"), (0, "")):
        digit = number // 10**power % 10
        if digit == 0:
            gap = gap or bool(text)
            continue
        text += ("零" if gap else "") + DIGITS[digit] + name
        gap = False
    return text


def render(number: int) -> str:
    """A whole number below 10^16 in Chinese as it is read aloud."""
    if number == 0:
        return "零"
    text, gap = "", False
    for power, name in ((12, "万亿"), (8, "亿"), (4, "万"), (0, "")):
        section = number // 10**power % 10**4
        # 一万亿零一亿 would say 万亿 and 亿 apart; spoken Chinese names 亿 once.
        if section == 0:
            gap = gap or bool(text)
            continue
        text += ("零" if text and (gap or section < 1000) else "") + render_section(section) + name
        gap = False
    return text


@pytest.mark.parametrize(("surface", "expected"), rows("numerals.tsv"))
def test_case(surface: str, expected: str) -> None:
    value, wanted = parse_numeral(surface), read_number(expected)
    assert value == wanted
    assert type(value) is type(wanted)
    if isinstance(value, Decimal):
        assert format(value, "f") == expected


@given(st.integers(0, 10**12 - 1))
def test_chinese_round_trip(number: int) -> None:
    assert parse_numeral(render(number)) == number


@given(st.integers(1, 10**12 - 1))
def test_financial_and_traditional_forms_say_the_same(number: int) -> None:
    assert parse_numeral(render(number).translate(FINANCIAL).translate(TRADITIONAL)) == number


@given(st.integers(1, 10**8 - 1))
def test_sign_changes_the_sign_and_nothing_else(number: int) -> None:
    assert parse_numeral("负" + render(number)) == -number
    assert parse_numeral(f"-{number}") == -number


@given(st.decimals(0, 10**15, places=3, allow_nan=False, allow_infinity=False))
def test_thousands_separators_round_trip(number: Decimal) -> None:
    assert parse_numeral(f"{number:,.3f}") == number
    assert parse_numeral(f"{number:,.3f}".replace(",", "，")) == number


@given(st.decimals(0, 10**6, places=4, allow_nan=False, allow_infinity=False), st.sampled_from(["万", "亿", "万亿"]))
def test_magnitude_multiplies_exactly(number: Decimal, magnitude: str) -> None:
    power = {"万": 4, "亿": 8, "万亿": 12}[magnitude]
    value = parse_numeral(f"{number:f}{magnitude}")
    assert value is not None
    assert Fraction(value) == Fraction(number) * 10**power


@given(st.integers(0, 10**6), st.text("0123456789", min_size=1, max_size=6))
def test_spoken_decimals(whole: int, digits: str) -> None:
    spoken = render(whole) + "点" + "".join(DIGITS[int(digit)] for digit in digits)
    assert parse_numeral(spoken) == Decimal(f"{whole}.{digits}")


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_spoken_fractions(above: int, below: int) -> None:
    assert parse_numeral(f"{render(below)}分之{render(above)}") == Fraction(above, below)
    assert parse_numeral(f"{above}/{below}") == Fraction(above, below)


@given(st.integers(10, 10**12 - 1))
def test_cn2an_writes_what_we_read(number: int) -> None:
    assert parse_numeral(cn2an.an2cn(number)) == number
    assert parse_numeral(cn2an.an2cn(number, "up")) == number


@given(st.text("0123456789,.，．一二三四五六七八九十百千万亿兆两几半余多负-/分之点又零〇 ", max_size=MAX_LENGTH + 9))
def test_any_arrangement_gives_a_number_or_none(surface: str) -> None:
    value = parse_numeral(surface)
    assert value is None or isinstance(value, Decimal | Fraction)
    if len(surface) > MAX_LENGTH:
        assert value is None


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_quotient_is_decimal_exactly_where_one_exists(above: int, below: int) -> None:
    quotient = divide(Decimal(above), Decimal(below))
    assert Fraction(quotient) == Fraction(above, below)
    rest = Fraction(above, below).denominator
    finite = 10**20 % rest == 0
    assert isinstance(quotient, Decimal) == finite


def test_a_fraction_times_a_decimal_stays_exact() -> None:
    assert multiply(Fraction(1, 3), Decimal("1.5")) == Fraction(1, 2)


@given(st.text(max_size=40))
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold_forms(text)) == len(text)
