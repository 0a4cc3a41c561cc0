"""Mentions and links → rows, on bulletins made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from tongbao.reading import read_text
from tongbao.records import (
    Annotated,
    Attributes,
    Bulletin,
    Department,
    DepartmentRow,
    DocumentRow,
    ItemRow,
    Label,
    Link,
    LinkKind,
    Mention,
    Metadata,
    Period,
    Policy,
    PolicyRow,
    Quantity,
    QuantityRow,
    Span,
    Tables,
)
from tongbao.rows import SCHEMA, build_tables

TEXT = """甲州市农村供水整治情况通报

2023年，全市开展农村供水专项整治。现通报如下：
一、水厂建设
启动23座规模化水厂建设。其中已完工8座，占34.8%。(牵头单位：市水利局、市住建局；配合单位：市审计局)
（一）水费减免
减免水费1.24万元。(牵头单位：市财政局、县水务公司)
（二）管网改造
全市改造管网约1233公里，面积10亩。
二、监督执纪
2023年7-12月，市纪委印发《关于落实〈甲州市供水条例〉的意见》（甲纪〔2023〕5号），办案3至5起。
"""
EXACT = Quantity(Decimal(1), None, None, "座", "exact", "count", "none")


class Page:
    """A bulletin and the annotation that a test puts together for it."""

    def __init__(self, text: str = TEXT, metadata: Metadata | None = None) -> None:
        self.bulletin: Bulletin = read_text(text, "doc", metadata=metadata)
        self.mentions: list[Mention] = []
        self.links: list[Link] = []

    def span(self, surface: str, number: int = 0) -> Span:
        start = -1
        for _ in range(number + 1):
            start = self.bulletin.text.index(surface, start + 1)
        return Span(start, start + len(surface))

    def add(
        self,
        identifier: str,
        label: Label,
        surface: str,
        attributes: Attributes | None = None,
        number: int = 0,
        confidence: float | None = None,
    ) -> None:
        self.mentions.append(Mention(identifier, label, self.span(surface, number), attributes, confidence))

    def link(self, kind: LinkKind, source: str, *surfaces: str, target: str | None = None) -> None:
        self.links.append(Link(kind, source, tuple(self.span(surface) for surface in surfaces), target))

    def tables(self, sure: dict[str, float] | None = None) -> Tables:
        mentions = tuple(sorted(self.mentions, key=lambda mention: (mention.span.start, -mention.span.end)))
        annotated = Annotated("doc", "external", self.bulletin.text, mentions, tuple(self.links))
        return build_tables(self.bulletin, annotated, "zh_test-1.0.0", lambda span: 0.5, sure or {})

    def quantity(self, identifier: str) -> QuantityRow:
        return next(row for row in self.tables().quantities if row.row == identifier)


def test_every_column_of_a_quantity() -> None:
    page = Page()
    page.add("t1", "PERIOD", "2023年", Period(date(2023, 1, 1), date(2023, 12, 31)))
    page.add("s1", "SCOPE", "全市", number=1)
    page.add("q1", "QUANTITY", "约1233公里", replace(EXACT, value=Decimal(1233), unit="公里", bound="approx"))
    page.add("d1", "DEPARTMENT", "市水利局", Department("lead", "甲州市水利局"))
    page.link("measures", "q1", "改造管网")
    page.link("during", "q1", "2023年", target="t1")
    page.links.append(Link("within", "q1", (page.span("全市", 1),), "s1"))
    span = page.span("约1233公里")
    assert page.tables({"q1": 0.75}).quantities == (
        QuantityRow(
            doc_id="doc",
            row="q1",
            item_path="一/（二）",
            item_title="管网改造",
            lead_departments=("甲州市水利局", "市住建局"),
            indicator="改造管网",
            indicator_full="改造管网",
            value=Decimal(1233),
            low=None,
            high=None,
            unit="公里",
            unit_norm="米",
            value_norm=Decimal(1233000),
            bound="approx",
            kind="count",
            change="none",
            of_row=None,
            period="2023年",
            period_start=date(2023, 1, 1),
            period_end=date(2023, 12, 31),
            scope="全市",
            sentence="全市改造管网约1233公里，面积10亩。",
            text="约1233公里",
            start=span.start,
            end=span.end,
            confidence=0.75,
        ),
    )


def test_a_quantity_without_links_has_empty_cells() -> None:
    page = Page()
    page.add("q1", "QUANTITY", "23座", replace(EXACT, value=Decimal(23)))
    row = page.quantity("q1")
    assert (row.indicator, row.indicator_full) == ("", "")
    assert {row.of_row, row.period, row.period_start, row.period_end, row.scope, row.confidence} == {None}


def test_the_confidence_of_a_row_is_not_that_of_its_span() -> None:
    page = Page()
    page.add("q1", "QUANTITY", "23座", EXACT, confidence=0.9)
    assert [row.confidence for row in page.tables({"q1": 0.25}).quantities] == [0.25]


# --- items and lead departments -------------------------------------------------------------------------------------


def _with_bodies() -> Page:
    page = Page()
    page.add("d1", "DEPARTMENT", "市财政局", Department("lead", "甲州市财政局"))
    page.add("o1", "ORGANIZATION", "县水务公司")
    page.add("d2", "DEPARTMENT", "市水利局", Department("lead", "甲州市水利局"))
    page.add("d3", "DEPARTMENT", "市住建局", Department("lead"))
    page.add("d4", "DEPARTMENT", "市审计局", Department("assist", "甲州市审计局"))
    page.add("d5", "DEPARTMENT", "市纪委", Department("issuer"))
    return page


def test_lead_departments_of_items() -> None:
    """Canonical where known, as written where not; a company counts, an assistant does not; no list, the parent's."""
    page = _with_bodies()
    items = page.tables().items
    assert [(item.item_path, item.title, item.lead_departments) for item in items] == [
        ("", None, ()),
        ("一", "水厂建设", ("甲州市水利局", "市住建局")),
        ("一/（一）", "水费减免", ("甲州市财政局", "县水务公司")),
        ("一/（二）", "管网改造", ("甲州市水利局", "市住建局")),
        ("二", "监督执纪", ()),
    ]
    sections = page.bulletin.sections
    assert [Span(item.start, item.end) for item in items] == [section.span for section in sections]
    assert isinstance(items[0], ItemRow)


def test_lead_departments_of_quantities() -> None:
    page = _with_bodies()
    for identifier, surface in (("q1", "23座"), ("q2", "约1233公里"), ("q3", "1.24万元"), ("q4", "3至5起")):
        page.add(identifier, "QUANTITY", surface, EXACT)
    assert [(row.row, row.lead_departments) for row in page.tables().quantities] == [
        ("q1", ("甲州市水利局", "市住建局")),
        ("q3", ("甲州市财政局", "县水务公司")),
        ("q2", ("甲州市水利局", "市住建局")),
        ("q4", ()),
    ]


def test_a_lead_department_is_named_once() -> None:
    page = Page("一、供水\n整治有力。(牵头单位：市水利局、甲州市水利局)\n二、供电\n整治有力。\n")
    page.add("d1", "DEPARTMENT", "市水利局", Department("lead", "甲州市水利局"))
    page.add("d2", "DEPARTMENT", "甲州市水利局", Department("lead", "甲州市水利局"))
    assert [item.lead_departments for item in page.tables().items] == [("甲州市水利局",), ()]


def test_a_listed_unit_leads_though_no_mention_names_it() -> None:
    page = Page("一、供水\n整治有力。(牵头单位：市水利局、县自来水和排水中心，2个镇)\n二、供电\n整治有力。\n")
    page.add("d1", "DEPARTMENT", "市水利局", Department("lead", "甲州市水利局"))
    assert page.tables().items[0].lead_departments == ("甲州市水利局", "县自来水和排水中心")


def test_a_department_cut_by_its_list_leads_nothing() -> None:
    page = Page("一、供水\n整治有力。(牵头单位：市水利局)\n二、供电\n整治有力。\n")
    page.add("d1", "DEPARTMENT", "单位：市水利局", Department("lead"))
    assert [item.lead_departments for item in page.tables().items] == [(), ()]


def test_a_text_without_items() -> None:
    page = Page("立案43起。")
    page.add("q1", "QUANTITY", "43起", EXACT)
    row = page.quantity("q1")
    assert (row.item_path, row.item_title, row.lead_departments, row.sentence) == ("", None, (), "立案43起。")


def test_an_empty_text_has_a_documents_row_only() -> None:
    tables = Page("").tables()
    assert tables == Tables(documents=tables.documents)
    assert len(tables.documents) == 1


# --- indicators along of ---------------------------------------------------------------------------------------------


def _chain(surfaces: list[str], of: dict[str, str], indicators: dict[str, str]) -> Page:
    page = Page("，".join(surfaces) + "。" + "，".join(indicators.values()) + "。")
    for number, surface in enumerate(surfaces, 1):
        page.add(f"q{number}", "QUANTITY", surface, EXACT)
    for source, words in indicators.items():
        page.link("measures", source, words)
    for source, target in of.items():
        page.link("of", source, target=target)
    return page


def test_an_indicator_is_joined_along_of() -> None:
    page = _chain(
        ["23座", "8座", "34.8%"], {"q2": "q1", "q3": "q2"}, {"q1": "启动水厂建设", "q2": "已完工", "q3": "占比"}
    )
    rows = page.tables().quantities
    assert [row.of_row for row in rows] == [None, "q1", "q2"]
    assert [row.indicator for row in rows] == ["启动水厂建设", "已完工", "占比"]
    assert [row.indicator_full for row in rows] == ["启动水厂建设", "启动水厂建设·已完工", "启动水厂建设·已完工·占比"]


def test_an_empty_indicator_takes_that_of_the_whole() -> None:
    page = _chain(["6%", "第四"], {"q2": "q1"}, {"q1": "固定资产投资"})
    assert page.quantity("q2").indicator == ""
    assert page.quantity("q2").indicator_full == "固定资产投资"


def test_equal_indicators_are_joined_once() -> None:
    page = _chain(["5033人", "3950人"], {"q1": "q2"}, {"q1": "入住人数"})
    page.links.append(Link("measures", "q2", page.links[0].spans))
    assert page.quantity("q1").indicator_full == "入住人数"


@pytest.mark.parametrize("of", [{"q1": "q1"}, {"q1": "q2", "q2": "q1"}, {"q1": "q2", "q2": "q3", "q3": "q2"}])
def test_a_circle_of_wholes_ends(of: dict[str, str]) -> None:
    page = _chain(["1座", "2座", "3座"], of, {"q1": "甲", "q2": "乙", "q3": "丙"})
    for row in page.tables().quantities:
        parts = row.indicator_full.split("·")
        assert parts[-1] == row.indicator
        assert len(parts) == len(set(parts))
        assert row.of_row == of.get(row.row)


def test_a_long_chain_is_cut_at_its_far_end() -> None:
    names = "甲乙丙丁戊己庚辛壬癸子丑"
    surfaces = [f"{number}座" for number in range(101, 101 + len(names))]
    of = {f"q{number}": f"q{number - 1}" for number in range(2, len(names) + 1)}
    page = _chain(surfaces, of, {f"q{number}": name for number, name in enumerate(names, 1)})
    assert page.quantity(f"q{len(names)}").indicator_full == "戊·己·庚·辛·壬·癸·子·丑"


def test_an_unknown_whole_does_no_harm() -> None:
    page = _chain(["1座"], {"q1": "q9"}, {"q1": "甲"})
    assert (page.quantity("q1").of_row, page.quantity("q1").indicator_full) == ("q9", "甲")


@pytest.mark.parametrize("wrap", ["", "\n", "\r\n", "\r", "\n　　", " \n    "])
def test_pieces_of_an_indicator_are_joined_without_line_ends(wrap: str) -> None:
    page = Page(f"涉及995个物业{wrap}小区。")
    page.add("q1", "QUANTITY", "995个", EXACT)
    page.link("measures", "q1", "涉及", f"物业{wrap}小区")
    assert page.quantity("q1").indicator == "涉及物业小区"


# --- values and periods ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        (replace(EXACT, value=Decimal(12400), unit="元"), (Decimal(12400), "元")),
        (replace(EXACT, value=Decimal(6), unit="公顷"), (Decimal(60000), "㎡")),
        (replace(EXACT, value=Decimal(3), unit="亩"), (Decimal(2000), "㎡")),
        (replace(EXACT, value=Decimal(10), unit="亩"), (Fraction(20000, 3), "㎡")),
        (replace(EXACT, value=Decimal(538), unit="人次"), (Decimal(538), "人次")),
        (replace(EXACT, value=Fraction(1, 3), unit=None), (Fraction(1, 3), None)),
        (replace(EXACT, value=None, low=Decimal(3), high=Decimal(5), unit="公里"), (None, "米")),
    ],
)
def test_normalised_values(quantity: Quantity, expected: tuple[object, str | None]) -> None:
    page = Page()
    page.add("q1", "QUANTITY", "10亩", quantity)
    row = page.quantity("q1")
    assert (row.value_norm, row.unit_norm) == expected
    assert (row.value, row.low, row.high, row.unit) == (quantity.value, quantity.low, quantity.high, quantity.unit)
    assert (row.bound, row.kind, row.change) == (quantity.bound, quantity.kind, quantity.change)


@pytest.mark.parametrize(
    ("target", "attributes", "dates"),
    [
        ("t1", Period(date(2023, 7, 1), date(2023, 12, 31)), (date(2023, 7, 1), date(2023, 12, 31))),
        ("t1", Period(None, date(2023, 12, 31)), (None, date(2023, 12, 31))),
        ("t1", None, (None, None)),
        (None, Period(date(2023, 7, 1), None), (None, None)),
    ],
)
def test_period_dates(target: str | None, attributes: Period | None, dates: tuple[date | None, date | None]) -> None:
    page = Page()
    page.add("t1", "PERIOD", "2023年7-12月", attributes)
    page.add("q1", "QUANTITY", "3至5起", EXACT)
    page.link("during", "q1", "2023年7-12月", target=target)
    row = page.quantity("q1")
    assert (row.period, row.period_start, row.period_end) == ("2023年7-12月", *dates)


# --- the other tables ------------------------------------------------------------------------------------------------


def test_documents() -> None:
    known = Metadata("通报", "甲州市纪委", "甲州市", date(2024, 1, 5), "甲纪〔2024〕1号", "https://example.org/1")
    page = Page(metadata=known)
    assert page.tables().documents == (
        DocumentRow(
            "doc",
            "通报",
            "甲州市纪委",
            "甲州市",
            date(2024, 1, 5),
            "甲纪〔2024〕1号",
            "https://example.org/1",
            page.bulletin.sha256,
            None,
            "zh_test-1.0.0",
            SCHEMA,
            "ok",
            None,
        ),
    )


def test_departments() -> None:
    page = Page()
    page.add("d1", "DEPARTMENT", "市纪委", Department("issuer", "甲州市纪委", "市", "甲州市"), confidence=0.5)
    span = page.span("市纪委")
    assert page.tables().departments == (
        DepartmentRow("doc", "二", "市纪委", "甲州市纪委", "市", "甲州市", "issuer", span.start, span.end, 0.5),
    )


def test_policies_and_titles_inside_titles() -> None:
    page = Page()
    outer, inner = "《关于落实〈甲州市供水条例〉的意见》", "〈甲州市供水条例〉"
    page.add("p1", "POLICY", outer, Policy("opinion", "issue", "甲纪〔2023〕5号", issuer="市纪委", trial=True))
    page.add("p2", "POLICY", inner, Policy("regulation", "implement", nested=True, nested_in="p1"), confidence=0.5)
    a, b = page.span(outer), page.span(inner)
    first, second = page.tables().policies
    assert first == PolicyRow(
        *("doc", "二", outer, "opinion", "issue", "市纪委", "甲纪〔2023〕5号", True, None), a.start, a.end, None
    )
    assert second == PolicyRow(
        *("doc", "二", inner, "regulation", "implement", None, None, False, outer), b.start, b.end, 0.5
    )


def test_left_out_rows_stand_in_their_item_and_sentence() -> None:
    page = Page()
    page.add("t1", "PERIOD", "2023年", Period(date(2023, 1, 1), date(2023, 12, 31)))
    page.add("q1", "QUANTITY", "23座", EXACT)
    rows = page.tables().left_out
    text = page.bulletin.text
    assert all(text[row.start : row.end] == row.text and row.text in row.sentence for row in rows)
    found = {(row.item_path, row.text): (row.reason, row.confidence) for row in rows}
    assert ("一", "23") not in found
    assert found["", "2023"] == ("date", None)
    assert found["一", "8"] == ("low_confidence", 0.5)
    assert found["一/（二）", "1233"] == ("low_confidence", 0.5)
    assert found["二", "5"] == ("low_confidence", 0.5)


@pytest.mark.parametrize("label", ["QUANTITY", "DEPARTMENT", "POLICY"])
def test_a_mention_without_its_attributes_is_a_mistake_of_the_caller(label: Label) -> None:
    page = Page()
    page.add("m1", label, "23座")
    with pytest.raises(TypeError, match="m1"):
        page.tables()
