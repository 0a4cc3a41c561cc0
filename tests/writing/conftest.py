"""Rows with everything in them that makes a writer stumble."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from tongbao.records import (
    Annotated,
    Department,
    DepartmentRow,
    DocumentRow,
    GoldSection,
    ItemRow,
    LeftOutRow,
    Link,
    Mention,
    Period,
    Policy,
    PolicyRow,
    Quantity,
    QuantityRow,
    Span,
    Tables,
)

SENTENCE = '一行,"引号"，\n第二行；\r\n第三行\r=1+1\t制表 \U00020000'


def quantity_row(row: str, value: Decimal | Fraction | None, sentence: str = SENTENCE) -> QuantityRow:
    return QuantityRow(
        doc_id="a",
        row=row,
        item_path="三/（二）/1",
        item_title="标题",
        lead_departments=("甲州市教育局", "市财政局"),
        indicator="罚没",
        indicator_full="查处·罚没",
        value=value,
        low=None if value is not None else Decimal("1.50"),
        high=None if value is not None else Decimal("1E+3"),
        unit="元",
        unit_norm="元",
        value_norm=value,
        bound="approx",
        kind="money",
        change="none",
        of_row=None,
        period="2023年",
        period_start=date(2023, 1, 1),
        period_end=date(2023, 12, 31),
        scope="全市",
        sentence=sentence,
        text="约1.24万元",
        start=3,
        end=9,
        confidence=0.98765,
    )


@pytest.fixture
def tables() -> Tables:
    """Two rows or one in every table."""
    return Tables(
        documents=(
            DocumentRow(
                *("a", '关于"供水",排水', "市纪委", None, date(2024, 1, 5), None, None, "ab12", None),
                *("zh_x-1.0.0", 1, "ok", None),
            ),
            DocumentRow(
                *("b", None, None, None, None, None, None, "", None, "zh_x-1.0.0", 1, "failed", "b.txt: empty, really"),
            ),
        ),
        items=(ItemRow("a", "", None, (), 0, 9),),
        departments=(
            DepartmentRow("a", "一", "市教育局", "甲州市教育局", "市", "甲州市", "lead", 3, 7, None),
            DepartmentRow("a", "一", "市纪委", None, None, None, "actor", 13, 16, 0.5),
        ),
        policies=(PolicyRow("a", "一", "《办法（试行）》", "regulation", "issue", None, None, True, None, 0, 8, 1.0),),
        quantities=(
            quantity_row("q1", Decimal("1.24E+4")),
            quantity_row("q2", Fraction(1, 3)),
            quantity_row("q3", None),
            quantity_row("q4", Decimal("0.00000001")),
        ),
        left_out=(LeftOutRow("a", "一", "12345", "code", "拨打12345。", 2, 7, None),),
    )


@pytest.fixture
def annotated() -> Annotated:
    """A prediction that uses all that the gold format can hold."""
    text = "市教育局印发《关于落实〈条例〉的办法》。\u20282023年全市查处24起，占三分之一；“费用”1至1000元。\n一、供水。"
    spans = {s: Span(text.index(s), text.index(s) + len(s)) for s in ("市教育局", "2023年", "全市", "24起", "三分之一")}
    title = Span(text.index("《"), text.index("》") + 1)
    inner = Span(text.index("〈"), text.index("〉") + 1)
    money = Span(text.index("1至"), text.index("元") + 1)
    verb, fee = Span(text.index("查处"), text.index("查处") + 2), Span(text.index("费用"), text.index("费用") + 2)
    section = Span(text.index("一、"), len(text))
    return Annotated(
        id="a",
        origin="external",
        text=text,
        mentions=(
            Mention("d1", "DEPARTMENT", spans["市教育局"], Department("issuer", "甲州市教育局"), 0.25),
            Mention(
                "p2", "POLICY", title, Policy("regulation", "issue", "甲教〔2023〕1号", issuer="甲", trial=True), 0.5
            ),
            Mention("p3", "POLICY", inner, Policy("regulation", "implement", nested=True, nested_in="p2"), 0.5),
            Mention("t4", "PERIOD", spans["2023年"], Period(date(2023, 1, 1), date(2023, 12, 31)), 0.9),
            Mention("s5", "SCOPE", spans["全市"], None, 0.8),
            Mention("q6", "QUANTITY", spans["24起"], _quantity(Decimal(24), "起"), 0.987654321),
            Mention("q7", "QUANTITY", spans["三分之一"], _quantity(Fraction(1, 3), None), 1.0),
            Mention("q8", "QUANTITY", money, Quantity(None, Decimal(1), Decimal(1000), "元", "exact", "money", "none")),
        ),
        links=(
            Link("measures", "q6", (verb,)),
            Link("during", "q6", (spans["2023年"],), "t4"),
            Link("within", "q6", (spans["全市"],), "s5"),
            Link("of", "q7", (), "q6"),
            Link("measures", "q8", (verb, fee)),
        ),
        sections=(GoldSection(section, "一", Span(section.start + 2, section.start + 4), ("d1",)),),
    )


def _quantity(value: Decimal | Fraction, unit: str | None) -> Quantity:
    return Quantity(value, None, None, unit, "exact", "count", "none")
