import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.reading import read_text
from tongbao.records import Section

CASES = json.loads((Path(__file__).parent / "cases" / "sections.json").read_text("utf-8"))
PIECES = st.sampled_from(
    [
        "一、",
        "二、",
        "三、",
        "（一）",
        "（二）",
        "(3)",
        "1.",
        "2.",
        "3.",
        "1、",
        "①",
        "②",
        "项目一：",
        "附件：",
        "1.5万元",
    ]
) | st.sampled_from(
    ["甲乙", "。", "；", "：", "(牵头单位:", "市教育局", ")", "市财政局牵头，", "《", "》", "\n", "\n\n", "\r\n", "　"]
)


def shown(text: str, section: Section) -> str:
    title = "" if section.title is None else section.title.of(text)
    return f"{section.path}|{title}" if section.number else ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_tree(case: dict[str, Any]) -> None:
    sections = read_text(case["text"]).sections
    assert [shown(case["text"], section) for section in sections] == case["tree"]


def test_spans_parents_and_levels() -> None:
    text = "前言。\n\n一、甲\n（一）乙。\n  正文。 \n\n二、丙\n"
    preamble, first, inner, second = read_text(text).sections
    assert [s.span.of(text) for s in (preamble, first, inner, second)] == [
        "前言。",
        "一、甲\n（一）乙。\n  正文。",
        "（一）乙。\n  正文。",
        "二、丙",
    ]
    assert [s.level for s in (preamble, first, inner, second)] == [0, 0, 1, 0]
    assert [s.parent for s in (preamble, first, inner, second)] == [None, None, 1, None]
    assert preamble.title is None
    assert inner.number == "（一）"


def test_inline_items_end_with_their_paragraph() -> None:
    text = "一、甲\n分三步：①清查；②整改；③验收。\n小结。"
    sections = read_text(text).sections
    assert [s.span.of(text) for s in sections[1:]] == ["①清查；", "②整改；", "③验收。"]
    assert [s.title.of(text) for s in sections[1:] if s.title] == ["清查", "整改", "验收"]


def test_blank_text_has_no_sections() -> None:
    assert read_text(" \n　\n").sections == ()
    assert read_text("").sections == ()


def test_seed() -> None:
    seed = Path(__file__).parents[2] / "seeds" / "quanzhou-2023.txt"
    text = seed.read_text("utf-8")
    sections = read_text(text).sections
    assert [s.number for s in sections] == ["", *map(str, range(1, 14))]
    titles = [s.title.of(text) for s in sections if s.title is not None]
    assert titles[0] == "整治校外培训机构不规范问题,减轻中小学生课外负担"
    assert titles[10] == "整治村(社区)集体“三资”管理不规范,合同不规范、个别资产资源被无偿占用等问题,维护群众利益"
    assert [[(u.role, u.span.of(text)) for u in s.units] for s in (sections[1], sections[9])] == [
        [("lead", "市教育局、市市场监管局")],
        [("lead", "市住建局、市人社局")],
    ]
    assert all(len(s.units) == 1 for s in sections[1:])


@given(st.lists(PIECES, max_size=40).map("".join))
def test_sections_nest(text: str) -> None:
    sections = read_text(text).sections
    assert bool(sections) == bool(text.strip())
    for i, section in enumerate(sections):
        surface = section.span.of(text)
        assert surface
        assert surface == surface.strip()
        assert section.title is None or section.span.contains(section.title)
        assert all(section.span.contains(unit.span) and len(unit.span) for unit in section.units)
        parent = None if section.parent is None else sections[section.parent]
        assert section.level == (0 if parent is None else parent.level + 1)
        assert section.path == (section.number if parent is None else f"{parent.path}/{section.number}")
        if parent is not None:
            assert parent.span.contains(section.span)
        if i:
            assert sections[i - 1].span.start < section.span.start
        for other in sections[:i]:
            assert not other.span.overlaps(section.span) or other.span.contains(section.span)
    if not any(section.number for section in sections):
        assert len(sections) <= 1
