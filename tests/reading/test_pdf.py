"""PDF → text: what is set on pages comes back as it was written."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongbao.errors import ReadingError
from tongbao.reading import ocr, pdf, pdf_limits, pdf_sheets, read_file
from tongbao.reading.pages import Glyph, Page, pieces_of
from tongbao.reading.pdf import read_pdf

from .page_setting import PROSE, SETTINGS, Setting, set_pages
from .pdf_files import HEIGHT, WIDTH, Mark, Picture, Rule, Words
from .pdf_files import pdf as written

pytest.importorskip("pdfplumber")

LAYOUTS = json.loads((Path(__file__).parent / "cases" / "pdf_pages.json").read_text("utf-8"))


@pytest.fixture
def no_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: False)


def _read(*pages: Sequence[Mark]) -> list[str]:
    return read_pdf(written(pages), None, "a.pdf").text.split("\n")


def _line(text: str, y: float, x: float = 76.0, size: float = 12.0) -> Words:
    return Words(text, x, y, size)


# --- paragraphs -----------------------------------------------------------------------------------------------------

_paragraph = st.builds(
    lambda start, rest, end: start + rest + end,
    st.sampled_from("甲乙丙查"),
    st.lists(
        st.sampled_from([*"问题整改食堂公路水厂学校督办", "，", "12", "3.5%", "、", "“治”", "《办法》"]), max_size=90
    ).map("".join),
    st.sampled_from("。："),
)


@settings(max_examples=30)
@given(st.lists(_paragraph, max_size=25), st.sampled_from(sorted(SETTINGS)))
def test_what_is_set_comes_back(paragraphs: list[str], name: str) -> None:
    paragraphs = PROSE + paragraphs
    found = read_pdf(written(set_pages(paragraphs, SETTINGS[name])), None, "a.pdf")
    assert found.text.split("\n") == paragraphs
    assert [block.span.of(found.text) for block in found.blocks] == paragraphs


def test_blocks_say_page_and_paragraph() -> None:
    paragraphs = [f"{name}县{paragraph}" for name in "甲乙丙丁戊己庚辛" for paragraph in PROSE]
    pages = set_pages(paragraphs, Setting())
    first = sum(line.x > Setting().side for line in pages[0])
    found = read_pdf(written(pages), None, "a.pdf")
    assert [(block.page, block.paragraph) for block in found.blocks] == [
        *((1, number) for number in range(1, first + 1)),
        *((2, number) for number in range(1, len(paragraphs) - first + 1)),
    ]


@pytest.mark.parametrize("name", ["indented", "apart"])
def test_what_is_set_as_a_paragraph_is_one_whatever_its_words(name: str) -> None:
    paragraphs = [paragraph[:-1] + "，" for paragraph in PROSE]
    assert read_pdf(written(set_pages(paragraphs, SETTINGS[name])), None, "a.pdf").text.split("\n") == paragraphs


@pytest.mark.parametrize("case", LAYOUTS, ids=[case["name"] for case in LAYOUTS])
def test_lines(case: dict[str, Any]) -> None:
    """Lines as ``[text, x, y]`` or with a size and a gap, page by page."""
    pages = [[Words(*words) for words in page] for page in case["pages"]]
    assert _read(*pages) == case["text"]


def test_bold_type_that_is_printed_twice_is_read_once() -> None:
    assert _read([_line("立案11起", 100), _line("立案11起", 100.2, 76.3)]) == ["立案11起"]


def test_watermarks_are_left_out() -> None:
    a, b = math.cos(0.7), math.sin(0.7)
    slanted = Words("内部资料", 200, 500, 60, turn=(a, b, -b, a))
    assert _read([_line("立案43起。", 100), slanted]) == ["立案43起。"]


#: How a line runs, and where the next one stands: upwards, to the left, downwards.
SIDEWAYS = [((0, 1, -1, 0), (20, 0)), ((-1, 0, 0, -1), (0, -20)), ((0, -1, 1, 0), (-20, 0))]


def _sideways(turn: tuple[float, float, float, float], step: tuple[float, float]) -> tuple[list[str], list[Words]]:
    lines = ["甲州市通报", "立案43起。", "处分31人。"]
    return lines, [Words(text, 300 + k * step[0], 400 + k * step[1], turn=turn) for k, text in enumerate(lines)]


@pytest.mark.parametrize(("turn", "step"), SIDEWAYS)
def test_a_page_printed_sideways(turn: tuple[float, float, float, float], step: tuple[float, float]) -> None:
    lines, page = _sideways(turn, step)
    assert _read(page) == lines


@pytest.mark.parametrize(("quarters", "turn", "step"), [(k + 1, *way) for k, way in enumerate(SIDEWAYS)])
def test_a_page_that_is_shown_turned_reads_as_it_is_shown(
    quarters: int, turn: tuple[float, float, float, float], step: tuple[float, float]
) -> None:
    lines, page = _sideways(turn, step)
    assert read_pdf(written([page], rotate=90 * quarters), None, "a.pdf").text.split("\n") == lines


# --- furniture ------------------------------------------------------------------------------------------------------

BODY = [_line("检查水厂34座，发现问题12个。", 300 + 20 * k) for k in range(3)]


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("甲州市整治办简报", "- {} -"),
        ("甲州市整治办简报 2024年第3期", "— {} —"),
        ("简报 第{}页", "第{}页 共4页"),
        ("", "{}/4"),
        ("甲州市整治办简报", "甲州市纪委监委 {}"),
    ],
)
def test_running_heads_and_page_numbers_are_left_out(head: str, foot: str) -> None:
    pages = [
        [
            *([_line(head.format(number), 50, size=9)] if head else []),
            *(_line(f"{line.text[:-1]}，另有{number}个。", line.y) for line in BODY),
            _line(foot.format(number), HEIGHT - 50, 280, 9),
        ]
        for number in range(1, 5)
    ]
    assert _read(*pages) == [
        f"检查水厂34座，发现问题12个，另有{number}个。" for number in range(1, 5) for _ in range(3)
    ]


def test_a_title_in_the_margin_stays() -> None:
    pages = [[_line("关于食堂问题的通报", 60, size=18), *BODY, _line("1", HEIGHT - 50)] for _ in range(2)]
    assert _read(*pages) == ["关于食堂问题的通报", *(line.text for line in BODY)] * 2


def test_a_line_of_text_in_the_margin_stays() -> None:
    pages = [[*BODY, _line(f"立案{number * 7}起。", HEIGHT - 60)] for number in (3, 5)]
    assert [text for text in _read(*pages) if "立案" in text] == ["立案21起。", "立案35起。"]


def test_only_page_numbers_on_a_page_of_its_own() -> None:
    assert _read([*BODY, _line("1", HEIGHT - 50)])[-1] == BODY[-1].text


# --- tables ---------------------------------------------------------------------------------------------------------


def _grid(rows: Sequence[Sequence[str]], top: float, height: float = 20.0, width: float = 100.0) -> list[Mark]:
    """A ruled table; an empty cell has no rule on its left, as one that is merged with the cell before."""
    right = 76 + width * len(rows[0])
    marks: list[Mark] = [Rule(76, top + height * k, right, top + height * k) for k in range(len(rows) + 1)]
    for k, row in enumerate(rows):
        y = top + height * k
        marks.append(Rule(right, y, right, y + height))
        for i, text in enumerate(row):
            x = 76 + width * i
            if text or not i:
                marks.append(Rule(x, y, x, y + height))
            marks += [_line(line, y + 14 + 14 * n, x + 6, 10) for n, line in enumerate(text.split("\n")) if line]
    return marks


TABLE = [["县区", "立案（件）", "处分（人）"], ["甲县", "43", "31"], ["乙县", "7", "5"]]
ROWS = ["甲县 立案:43件;处分:31人", "乙县 立案:7件;处分:5人"]


def test_a_table_is_read_in_its_place_and_once() -> None:
    page = [_line("各县区情况如下。", 100), *_grid(TABLE, 120), _line("以上。", 220)]
    assert _read(page) == ["各县区情况如下。", *ROWS, "以上。"]


def test_a_caption_over_a_table_gives_the_unit_of_its_figures() -> None:
    grid = _grid([["县区", "罚没"], ["甲县", "1.24"], ["乙县", "7"]], 120)
    found = _read([_line("下表列出各县区情况。", 80), _line("单位:万元", 105, 400), *grid], _grid([["丙县", "8"]], 60))
    assert found[1:] == ["单位:万元", "甲县 罚没:1.24万元", "乙县 罚没:7万元", "丙县 罚没:8万元"]


@pytest.mark.parametrize("again", [TABLE[:1], []])
def test_a_table_goes_on_over_pages(again: list[list[str]]) -> None:
    more = [*again, ["丙县", "9", "4"]]
    found = read_pdf(written([_grid(TABLE, 700), [*_grid(more, 80), _line("以上。", 200)]]), None, "a.pdf")
    assert found.text.split("\n") == [*ROWS, "丙县 立案:9件;处分:4人", "以上。"]
    assert [block.page for block in found.blocks] == [1, 1, 2, 2]


def test_another_table_on_the_next_page_is_another() -> None:
    other = [["部门", "罚款（万元）"], ["市监局", "3.5"], ["公安局", "2"]]
    found = _read(_grid(TABLE, 700), _grid(other, 80))
    assert found == [*ROWS, "市监局 罚款:3.5万元", "公安局 罚款:2万元"]


def test_heads_of_two_levels() -> None:
    rows = [["县区", "处分", ""], ["名称", "乡科级", "县处级"], ["甲县", "3", "1"], ["乙县", "2", "4"]]
    assert _read(_grid(rows, 100))[0].endswith("处分 乡科级:3;处分 县处级:1")


def test_lines_of_a_cell_are_joined() -> None:
    rows = [
        ["序号", "问题", "措施"],
        ["1", "食堂验收不规范，\n采购价格虚高", "追回733.6万元\n已退还"],
        ["2", "公路养护不到位", "修复186公里"],
    ]
    assert _read(_grid(rows, 100, 40))[0] == "食堂验收不规范，采购价格虚高 序号:1;措施:追回733.6万元 已退还"


def test_a_frame_round_a_text_is_no_table() -> None:
    frame = [Rule(60, 80, 500, 80), Rule(60, 400, 500, 400), Rule(60, 80, 60, 400), Rule(500, 80, 500, 400)]
    assert _read([*frame, *BODY]) == [line.text for line in BODY]


def test_a_drawing_of_many_rules_is_not_searched_for_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_sheets, "_MAX_RULES", 10)
    assert _read(_grid(TABLE, 100)) == ["县区 立案（件） 处分（人）", "甲县 43 31", "乙县 7 5"]


# --- what cannot be read --------------------------------------------------------------------------------------------


def _refused(data: bytes) -> ReadingError:
    with pytest.raises(ReadingError) as caught:
        read_pdf(data, None, "a.pdf")
    assert caught.value.place == "a.pdf"
    assert caught.value.remedy
    return caught.value


@pytest.mark.usefixtures("no_ocr")
def test_characters_without_a_meaning() -> None:
    page = [_line("检查水厂座", 100), _line("发现问题个", 120)]
    error = _refused(written([BODY, page], unmapped="检查水厂座"))
    assert "page 2" not in error.reason
    error = _refused(written([[_line("立案43起", 100)], page], unmapped="检查水厂座"))
    assert "unreadable text on page 2:" in error.reason
    assert error.remedy == 'pip install "tongbao[ocr]"'


def test_a_single_character_without_a_meaning_is_shown_as_one() -> None:
    assert _read([*BODY, _line("下一步", 400)])[-1] == "下一步"
    lines = read_pdf(written([[*BODY * 3, _line("★下一步", 500)]], unmapped="★"), None, "a.pdf").text.split("\n")
    assert lines[-1] == "\ufffd下一步"


@pytest.mark.usefixtures("no_ocr")
@pytest.mark.parametrize("words", [[], [_line("扫描王创建", HEIGHT - 30)]])
def test_a_scan(words: list[Words]) -> None:
    error = _refused(written([[Picture(0, 0, WIDTH, HEIGHT), *words]]))
    assert "no text layer: page 1" in error.reason
    assert error.remedy == 'pip install "tongbao[ocr]"'


@pytest.mark.usefixtures("no_ocr")
def test_a_scan_among_pages_with_text_is_told(caplog: pytest.LogCaptureFixture) -> None:
    scan = [Picture(0, 0, WIDTH, HEIGHT)]
    found = read_pdf(written([BODY, scan, BODY]), None, "a.pdf")
    assert found.text.count("检查水厂") == 6
    assert "a.pdf: page 2" in caplog.text


def test_scans_are_recognised_where_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_pages(data: bytes, numbers: Sequence[int], place: str) -> dict[int, Page]:
        glyph = Glyph("立案43起。", 76, 136, 90, 102, 102, 12)
        return {number: Page(number, WIDTH, HEIGHT, tuple(pieces_of([glyph]))) for number in numbers}

    monkeypatch.setattr(ocr, "installed", lambda: True)
    monkeypatch.setattr(ocr, "read_pages", read_pages)
    texts = [line.text for line in BODY]
    assert _read(BODY, [Picture(0, 0, WIDTH, HEIGHT)], BODY) == [*texts, "立案43起。", *texts]


def test_a_password() -> None:
    secret = "00" * 32
    locked = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{secret}> /U <{secret}> /P -4 >> /ID [<00> <00>]"
    assert "encrypted" in _refused(written([BODY], extra=locked)).reason


def test_too_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_limits, "MAX_PAGES", 2)
    assert read_pdf(written([BODY, BODY]), None, "a.pdf").text
    assert "more than 2 pages" in _refused(written([BODY] * 3)).reason


def test_too_many_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    count = sum(len(line.text) for line in BODY)
    monkeypatch.setattr(pdf, "MAX_CHARACTERS", 2 * count)
    assert read_pdf(written([BODY, BODY]), None, "a.pdf").text
    assert "up to page 3" in _refused(written([BODY] * 4)).reason


@pytest.mark.parametrize("data", [b"", b"abc", b"%PDF-1.5\n", b"PK\x03\x04"])
def test_no_pdf(data: bytes) -> None:
    _refused(data)


_WHOLE = written([BODY, [*_grid(TABLE, 100), _line("以上。", 300)]])


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, len(_WHOLE) - 1), st.integers(0, 255)), max_size=40),
    st.integers(0, len(_WHOLE)),
    st.integers(0, 200),
)
def test_damage_is_read_or_refused(changes: list[tuple[int, int]], start: int, cut: int) -> None:
    data = bytearray(_WHOLE)
    for position, value in changes:
        data[position] = value
    del data[start : start + cut]
    try:
        found = read_pdf(bytes(data), None, "a.pdf")
    except ReadingError as error:
        assert error.place == "a.pdf"
    else:
        assert all(block.span.of(found.text).strip() for block in found.blocks)


def test_the_library_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "pdfminer")
    read_pdf(written([BODY]).replace(b"[0 -120 1000 880]", b"[0 -120 1000 a80]"), None, "a.pdf")
    assert not caplog.records


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "通报.PDF"
    path.write_bytes(written(set_pages(["甲州市供水情况通报", "一、总体情况", *PROSE], Setting())))
    bulletin = read_file(path)
    assert [section.path for section in bulletin.sections] == ["", "一"]
    assert bulletin.metadata.title == "甲州市供水情况通报"
    assert bulletin.blocks[1].span.of(bulletin.text) == "一、总体情况"
