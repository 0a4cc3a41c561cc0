"""Blocks of pages of figures: numbers that stand apart, and the words between them."""

from __future__ import annotations

from tests.marks import marked

from tongbao.linking.blocks import BLANK, CELL, LINE, MIXED, TEXT, WIDE, Block, Part, blocks


def read(text: str) -> tuple[str, list[Block]]:
    """``[3件]`` is a number."""
    plain, spans = marked(text)
    return plain, blocks(plain, spans)


def surfaces(plain: str, parts: tuple[Part, ...]) -> list[str]:
    return [part.span.of(plain) for part in parts]


def test_words_stand_between_numbers() -> None:
    plain, (block,) = read("立案\n[3件]\n处分　[4人]\n\n移送\n")
    assert surfaces(plain, block.numbers) == ["3件", "4人"]
    assert [surfaces(plain, words) for words in block.between] == [["立案"], ["处分"], ["移送"]]
    assert [part.gap for part in block.numbers] == [LINE, CELL]
    assert [part.unit for part in block.numbers] == ["件", "人"]
    assert (block.opened, block.closed, block.end) == (0, TEXT, WIDE)


def test_running_text_and_mixed_cells_part_blocks() -> None:
    plain, found = read("立案[3件]，处分[4人]。\n移送\n[5人]\n检查[6次]\n约谈\n[7人]\n\n群众说好。\n")
    assert [surfaces(plain, block.numbers) for block in found] == [["5人"], ["7人"]]
    assert [(block.opened, block.closed, block.end) for block in found] == [(TEXT, MIXED, LINE), (MIXED, TEXT, BLANK)]


def test_words_before_a_remark_with_a_number_are_words() -> None:
    plain, (block,) = read("[61个]\n发现问题（上一轮[187个]）\n")
    assert [surfaces(plain, words) for words in block.between] == [[], ["发现问题"]]


def test_headings_and_remarks_are_told() -> None:
    _, (block,) = read("一、执纪\n截至6月底\n（口径见本页文末）\n立案\n[3]\n来源：县纪委\n")
    assert [(part.marked, part.remark) for part in (*block.between[0], *block.between[1])] == [
        (True, False),
        (False, True),
        (False, True),
        (False, False),
        (False, True),
    ]


def test_marks_tell_nothing_where_all_words_have_them() -> None:
    _, (block,) = read("◆立案\n[3件]\n◆处分\n[4人]\n")
    assert not any(part.marked for words in block.between for part in words)


def test_blank_lines_tell_nothing_where_all_lines_are_parted_by_them() -> None:
    _, (block,) = read("立案\n\n[3件]\n\n处分\n\n[4人]\n\n")
    assert {part.gap for part in block.numbers} == {LINE}
    _, (block,) = read("立案\n[3件]\n\n处分\n[4人]\n")
    assert [words[0].gap for words in block.between[:2]] == [LINE, BLANK]


def test_units_in_brackets_and_changes_are_left_out() -> None:
    plain, (block,) = read("投入资金\n（亿元）\n[3.2]　同比增长[2%]\n↓[4%]\n新增面积\n[5亩]\n")
    assert surfaces(plain, block.numbers) == ["3.2", "5亩"]
    assert [surfaces(plain, words) for words in block.between] == [["投入资金"], ["新增面积"], []]


def test_a_number_goes_on_from_the_one_before() -> None:
    _, (block,) = read("办理时间\n[5天]\n缩短到\n[2天]\n材料\n降至\n[8件]\n")
    assert [part.joined for part in block.numbers] == [False, True, False]


def test_columns() -> None:
    plain, (over, under) = read("立案　处分\n[3件]　[4人]\n移送共计[9人]\n[5件]　[6人]\n留置　约谈\n")
    assert [(part.span.of(plain), words.of(plain), side) for part, words, side in over.columns] == [
        ("3件", "立案", 1),
        ("4人", "处分", 1),
    ]
    assert [words.of(plain) for _, words, _ in under.columns] == ["留置", "约谈"]


def test_nothing_without_a_number_of_its_own() -> None:
    assert read("立案\n处分\n\n移送\n")[1] == []
    assert read("全市立案[3件]。\n")[1] == []
    assert read("")[1] == []
