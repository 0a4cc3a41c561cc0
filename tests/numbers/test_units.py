"""The unit table, kinds and normal forms."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.errors import LexiconError
from tongbao.numbers import kind_of, normalise
from tongbao.numbers.numerals import fold_forms
from tongbao.numbers.tables import packaged_table, read_table
from tongbao.numbers.units import read_units, units
from tongbao.records import Number

HEADER = "unit\tkind\tbase\tfactor\n"


@pytest.mark.parametrize(
    ("value", "unit", "normal", "base"),
    [
        ("12400", "元", "12400", "元"),
        ("30", "块", "30", "元"),
        ("5", "角", "0.5", "元"),
        ("100", "美元", "100", "美元"),
        ("3", "亩", "2000", "㎡"),
        ("1", "亩", "2000/3", "㎡"),
        ("2", "公顷", "20000", "㎡"),
        ("1.5", "平方公里", "1500000", "㎡"),
        ("23.4", "公里", "23400", "米"),
        ("5", "里", "2500", "米"),
        ("16", "厘米", "0.16", "米"),
        ("3", "尺", "1", "米"),
        ("6500", "吨", "6500000", "千克"),
        ("190", "斤", "95", "千克"),
        ("500", "克", "0.5", "千克"),
        ("3", "升", "0.003", "立方米"),
        ("1.5", "小时", "90", "分钟"),
        ("40", "秒", "40", "秒"),
        ("2", "周", "14", "天"),
        ("2", "个季度", "6", "个月"),
        ("3", "年", "3", "年"),
        ("7", "个工作日", "7", "个工作日"),
        ("90", "%", "90", "%"),
        ("90", "％", "90", "%"),
        ("2", "兆瓦", "2000", "千瓦"),
        ("3", "吨标准煤", "3000", "千克标准煤"),
        ("450", "人次", "450", "人次"),
        ("7", "头（只）次", "7", "头(只)次"),
        ("169000", "吨/日", "169000", "吨/日"),
        ("5", "箩", "5", "箩"),
    ],
)
def test_normalise(value: str, unit: str, normal: str, base: str) -> None:
    wanted: Number = Fraction(normal) if "/" in normal else Decimal(normal)
    assert normalise(Decimal(value), unit) == (wanted, base)


def test_normalise_without_value_or_unit() -> None:
    assert normalise(None, "公里") == (None, "米")
    assert normalise(Decimal(5), None) == (Decimal(5), None)
    assert normalise(None, None) == (None, None)


@given(st.decimals(-(10**9), 10**9, places=3, allow_nan=False, allow_infinity=False), st.sampled_from(sorted(units())))
def test_normalising_twice_changes_nothing(value: Decimal, unit: str) -> None:
    once = normalise(value, unit)
    assert normalise(*once) == once


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("人次", "count"),
        ("万千瓦", "other"),
        ("元/平方米", "money"),
        ("元/人·年", "money"),
        ("微克/立方米", "other"),
        ("毫克每立方米", "other"),
        ("mg/100cm²", "other"),
        ("人/平方公里", "other"),
        ("公里/小时", "other"),
        ("吨/年", "mass"),
        ("立方米每秒", "volume"),
        ("批次/千人", "count"),
        ("箩", "count"),
        ("Mbps", "other"),
        ("qux", "other"),
        ("‰", "ratio"),
    ],
)
def test_kind(unit: str, kind: str) -> None:
    assert kind_of(unit) == kind


def test_shipped_table_is_in_plain_forms_and_its_bases_are_units() -> None:
    table = units()
    for name, unit in table.items():
        assert name == fold_forms(name)
        if unit.base and unit.base != name and unit.base in table:
            assert table[unit.base].factor == 1
            assert table[unit.base].kind == unit.kind


def test_change_words_have_known_senses() -> None:
    rows = packaged_table("changes.tsv", ("word", "sense"))
    assert {sense for (sense,) in rows.values()} == {"up", "down", "shift"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "units.tsv:1: the header"),
        ("unit\tkind\n", "units.tsv:1: the header"),
        (HEADER + "元\tmoney\t\n", "units.tsv:2: not 4 columns"),
        (HEADER + "\tmoney\t\t\n", "units.tsv:2: not 4 columns"),
        (HEADER + "元\tmoney\t\t\n元\tmoney\t\t\n", "units.tsv:3: 元 stands twice"),
        (HEADER + "元\tcash\t\t\n", "元: no kind 'cash'"),
        (HEADER + "元\tmoney\t元\tten\n", "元: 'ten' is no factor"),
        (HEADER + "元\tmoney\t元\t1/0\n", "元: '1/0' is no factor"),
    ],
)
def test_a_bad_table_is_named(text: str, message: str) -> None:
    with pytest.raises(LexiconError, match=message):
        read_units(text, "units.tsv")


def test_rows_keep_their_order() -> None:
    assert list(read_table("a\tb\nz\t1\ny\t2\n", "t.tsv", ("a", "b"))) == ["z", "y"]
