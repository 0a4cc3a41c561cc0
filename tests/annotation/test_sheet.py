"""Sheets: every document of the repository there and back, and what a person's slip of the pen leads to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.annotation import read_gold
from tongbao.annotation.sheet import HEADER, write_sheet
from tongbao.annotation.sheet_reading import parse_sheets, read_sheet
from tongbao.errors import AnnotationError
from tongbao.records import Annotated, GoldSection, Link, Mention, Quantity, Span

ROOT = Path(__file__).parents[2]
DOCUMENTS = [one for path in sorted((ROOT / "annotations" / "gold").glob("**/*.jsonl")) for one in read_gold(path)]


def there_and_back(document: Annotated) -> Annotated:
    (sheet,) = parse_sheets(write_sheet([document]), "x.sheet")
    assert sheet.errors == ()
    assert sheet.document is not None
    return sheet.document


def in_order(document: Annotated) -> Annotated:
    mentions = sorted(document.mentions, key=lambda one: (one.span.start, -one.span.end, one.id))
    order = {mention.id: at for at, mention in enumerate(mentions)}
    links = sorted(document.links, key=lambda link: (order[link.source], link.kind))
    return replace(document, mentions=tuple(mentions), links=tuple(links))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.id)
def test_gold_comes_back_as_it_went(document: Annotated) -> None:
    assert in_order(there_and_back(document)) == in_order(document)


@given(st.text(alphabet="全市查处3个5。\n \t\r|~\\>+&=#甲", max_size=40))
def test_any_text_comes_back(text: str) -> None:
    document = Annotated("x", "authored", text, (), ())
    assert there_and_back(document).text == text


@given(st.text(alphabet="查3个。\n |~\\甲", min_size=1, max_size=25), st.data())
def test_any_spans_come_back(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    document = Annotated("x", "external", text, (Mention("s1", "SCOPE", Span(start, end)),), ())
    assert there_and_back(document) == document


def test_a_piece_in_the_sentence_before_holds_the_block_together() -> None:
    text = "查处问题。共3个。"
    quantity = Quantity(Decimal(3), None, None, "个", "exact", "count", "none")
    mention = Mention("q1", "QUANTITY", Span(6, 8), quantity)
    document = Annotated("x", "authored", text, (mention,), (Link("measures", "q1", (Span(0, 4),)),))
    lines = write_sheet([document]).splitlines()
    assert lines[3:] == [f">{text}", "q1 QUANTITY 3个 | indicator=查处问题 | reads=3 个 exact count none"]
    assert there_and_back(document).links == document.links


def test_what_the_grammar_reads_is_not_written() -> None:
    sheet = f"{HEADER}\n== x authored\n>立案约1.2万起。\nq1 QUANTITY 约1.2万起 | indicator=立案\n"
    (found,) = parse_sheets(sheet, "x")
    assert found.document is not None
    (mention,) = found.document.mentions
    assert isinstance(mention.attributes, Quantity)
    assert (str(mention.attributes.value), mention.attributes.unit, mention.attributes.bound) == (
        "12000",
        "起",
        "approx",
    )
    assert write_sheet([found.document]).splitlines()[4] == (
        "q1 QUANTITY 约1.2万起 | indicator=立案 | reads=12000 起 approx count none"
    )


def test_what_the_grammar_reads_otherwise_is_written() -> None:
    span = "q1 QUANTITY 三块 | indicator=拆除 + 屏幕 | bound=approx | kind=area | reads=3 块 exact count none"
    sheet = f"{HEADER}\n\n== x authored\n>拆除三块屏幕。\n{span}\n"
    (found,) = parse_sheets(sheet, "x")
    assert found.document is not None
    assert write_sheet([found.document]) == sheet


def test_sections() -> None:
    text = "前言。\n1.查处问题\n查处3个。\n(牵头单位:市教育局)\n结束语。"
    start = text.index("1.")
    lead = Mention("d1", "DEPARTMENT", Span(text.index("市教育局"), text.index("市教育局") + 4))
    end = text.index("\n结束语")
    document = Annotated(
        "x", "authored", text, (), (), (GoldSection(Span(start, end), "1", Span(start + 2, start + 6), ()),)
    )
    sheet = write_sheet([document])
    assert "= 1 | title=查处问题\n>1.查处问题\n" in sheet
    assert there_and_back(document) == document
    with_lead = sheet.replace("title=查处问题", "title=查处问题 | lead=d1")
    with_lead = with_lead.replace("(牵头单位:市教育局)\n", "(牵头单位:市教育局)\nd1 DEPARTMENT 市教育局 | role=lead\n")
    (found,) = parse_sheets(with_lead, "x")
    assert found.document is not None
    assert found.document.sections[0].lead == ("d1",)
    assert found.document.mentions[0].span == lead.span


@pytest.mark.parametrize(
    ("lines", "place", "message"),
    [
        (["q1 QUANTITY 4个 | indicator=-"], 5, "'4个' stands 0 times"),
        (["s1 SCOPE 市"], 5, "'市' stands 2 times"),
        (["s1 SCOPE 市~3"], 5, "'市' stands 2 times"),
        (["s1 PLACE 全市"], 5, "not the line of a span"),
        (["s1 SCOPE"], 5, "not the line of a span"),
        (["s1 SCOPE 全市 | colour=red"], 5, "'colour=red' is no field here"),
        (["q1 QUANTITY 3个 | indicator=开展"], 5, "'开展' stands 0 times"),
        (["q1 QUANTITY 3个 | scope=s9"], 5, "scope=s9: there is no such span"),
        (["q1 QUANTITY 全市 | indicator=-"], 5, "the grammar reads no number in '全市'"),
        (["=/ 1"], 5, "no section 1 is open"),
        (["d1 DEPARTMENT 市局"], 3, "span d1 role"),
        (["q1 QUANTITY 3个 | of=q9"], 3, "q9"),
    ],
)
def test_errors_name_the_line(lines: list[str], place: int, message: str) -> None:
    sheet = "\n".join([HEADER, "", "== x authored", ">全市市局查处3个。", *lines]) + "\n"
    (found,) = parse_sheets(sheet, "x.sheet")
    assert found.document is None
    assert any(error.place == f"x.sheet:{place}" and message in str(error) for error in found.errors), found.errors


def test_all_errors_of_a_document_are_listed() -> None:
    sheet = f"{HEADER}\n== x authored\n>全市。\ns1 SCOPE 市\ns2 SCOPE 全县\ns3 PLACE 市\ns1 SCOPE 省\n"
    (found,) = parse_sheets(sheet, "x")
    assert [error.place for error in found.errors] == ["x:6", "x:5", "x:7"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("== x authored\n>a\n", "not a file of sheets"),
        (f"{HEADER}\n>a\n", "stands before the first document"),
        (f"{HEADER}\n== x\n>a\n", "not the head of a document"),
        (f"{HEADER}\n== x authored\n>a\n== x authored\n>b\n", "document x already stands in line 2"),
        (f"{HEADER}\n== x authored\n+a\n", "the first line of a text begins with >"),
        (f"{HEADER}\n== x authored\ns1 SCOPE 全市\n>全市\n", "stands before the text"),
        (f"{HEADER}\n== x authored\n= 1 | title=甲\n>1.甲\n", "the section has no end"),
        (f"{HEADER}\n== x authored\n= 1 | title=乙\n>1.甲\n=/ 1\n", "the title does not stand in the section"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "bad.sheet"
    path.write_text(content, "utf-8")
    with pytest.raises(AnnotationError, match=message):
        read_sheet(path)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"none\.sheet.*cannot be read"):
        read_sheet(tmp_path / "none.sheet")
    (tmp_path / "bytes.sheet").write_bytes(b"\xff\xfe")
    with pytest.raises(AnnotationError, match="not UTF-8 at byte 0"):
        read_sheet(tmp_path / "bytes.sheet")


def test_a_link_without_its_span_cannot_be_written() -> None:
    quantity = Quantity(Decimal(3), None, None, "个", "exact", "count", "none")
    mention = Mention("q1", "QUANTITY", Span(2, 4), quantity)
    document = Annotated("x", "authored", "全市3个", (mention,), (Link("within", "q1", (Span(0, 2),)),))
    with pytest.raises(AnnotationError, match="its scope is no span of its own"):
        write_sheet([document])
