import re
from pathlib import Path

import pytest

from tongbao.reading import read_text

LINES = (Path(__file__).parent / "cases" / "units.txt").read_text("utf-8").splitlines()
CASES = [line.replace("⏎", "\n") for line in LINES if not line.startswith("#")]


def units_of(text: str) -> list[tuple[str, str]]:
    found = [unit for section in read_text(text).sections for unit in section.units]
    return [(unit.role, unit.span.of(text)) for unit in sorted(found, key=lambda unit: unit.span)]


@pytest.mark.parametrize("marked", CASES)
def test_lists(marked: str) -> None:
    expected = re.findall("〖(lead|assist):(.*?)〗", marked)
    assert units_of(re.sub("〖(?:lead|assist):(.*?)〗", r"\1", marked)) == expected


def owners(text: str) -> dict[str, list[tuple[str, str]]]:
    sections = read_text(text).sections
    return {s.path: [(u.role, u.span.of(text)) for u in s.units] for s in sections if s.units}


def test_a_line_after_the_last_child_speaks_for_the_parent() -> None:
    text = (
        "一、工资\n(一)管账户。\n(二)追欠薪。\n牵头单位:市人社局;责任单位:市住建局\n"
        "二、保险\n(一)快发。\n(二)追回。\n牵头单位:市医保局"
    )
    assert owners(text) == {"一": [("lead", "市人社局"), ("assist", "市住建局")], "二": [("lead", "市医保局")]}


def test_where_children_have_their_own_the_last_keeps_its_own() -> None:
    text = (
        "一、甲\n问题1:丙。\n责任部门:财务部\n问题2:丁。\n责任部门:法务部\n"
        "二、乙\n问题3:戊。\n问题4:己。\n责任部门:工程部"
    )
    assert owners(text) == {
        "一/问题1": [("lead", "财务部")],
        "一/问题2": [("lead", "法务部")],
        "二/问题4": [("lead", "工程部")],
    }


def test_units_of_a_paragraph_with_inline_items_belong_to_the_item() -> None:
    text = "一、污水\n整改情况：（1）改造管网。（2）新建泵站。\n牵头单位：县住建局\n配合单位：县水务局\n二、其他"
    assert owners(text) == {"一": [("lead", "县住建局"), ("assist", "县水务局")]}


def test_a_list_broken_across_lines_keeps_its_line_end() -> None:
    assert units_of("1.整治噪声。(牵头单位:市生态\n环境局、市公安局)\n2.其他") == [("lead", "市生态\n环境局、市公安局")]
