"""OFD → text: the same pages as in ``test_pdf``, written as GB/T 33190-2016 says."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongbao.errors import ReadingError
from tongbao.reading import ofd, read_file
from tongbao.reading.ofd import read_ofd

from .ofd_files import ofd_of, page_of, text_object
from .page_setting import PROSE, SETTINGS, Setting, set_pages
from .pdf_files import Words

pytest.importorskip("lxml")


def _set(paragraphs: Sequence[str], setting: Setting, scaled: bool = False) -> bytes:
    return ofd_of(
        [page_of("".join(text_object(words, scaled) for words in page)) for page in set_pages(paragraphs, setting)]
    )


def _read(data: bytes) -> list[str]:
    return read_ofd(data, None, "a.ofd").text.split("\n")


@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_what_is_set_comes_back(name: str, scaled: bool) -> None:
    paragraphs = [f"{county}县{paragraph}" for county in "甲乙丙丁戊己庚辛壬癸" for paragraph in PROSE]
    assert _read(_set(paragraphs, SETTINGS[name], scaled)) == paragraphs


def test_one_object_a_character() -> None:
    line = Words("立案43起", 76, 100)
    objects = [Words(c, 76 + 12 * k, 100) for k, c in enumerate("立案")]
    objects += [Words(c, 100 + 6 * k, 100) for k, c in enumerate("43")]
    objects += [Words("起", 112, 100)]
    assert _read(ofd_of([page_of("".join(map(text_object, objects)))])) == [line.text]


def test_blocks_carry_pages() -> None:
    pages = [page_of(text_object(Words(f"立案{k}起。", 76, 100))) for k in (43, 7)]
    found = read_ofd(ofd_of(pages), None, "a.ofd")
    assert [(block.page, block.paragraph, block.span.of(found.text)) for block in found.blocks] == [
        (1, 1, "立案43起。"),
        (2, 1, "立案7起。"),
    ]


def test_what_a_template_prints_is_read_too() -> None:
    common = '<ofd:TemplatePage ID="7" BaseLoc="Tpls/Tpl_0/Content.xml"/>'
    page = page_of(text_object(Words("立案43起。", 76, 160)), '<ofd:Template TemplateID="7" ZOrder="Background"/>')
    template = page_of(text_object(Words("甲州市纪委文件", 200, 140)))
    assert _read(ofd_of([page], common, {"Doc_0/Tpls/Tpl_0/Content.xml": template})) == ["甲州市纪委文件", "立案43起。"]


def test_watermarks_are_left_out() -> None:
    slanted = text_object(Words("内部资料", 76, 300)).replace(
        "<ofd:TextObject", '<ofd:TextObject CTM="0.7 0.7 -0.7 0.7 0 0"'
    )
    assert _read(ofd_of([page_of(text_object(Words("立案43起。", 76, 100)) + slanted)])) == ["立案43起。"]


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "通报.ofd"
    path.write_bytes(_set(["一、总体情况", *PROSE], Setting()))
    assert [section.path for section in read_file(path).sections] == ["一"]


# --- what cannot be read --------------------------------------------------------------------------------------------


def _refused(data: bytes) -> ReadingError:
    with pytest.raises(ReadingError) as caught:
        read_ofd(data, None, "a.ofd")
    assert caught.value.place == "a.ofd"
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("data", [b"", b"abc", b"%PDF-1.5", b"PK\x03\x04"])
def test_no_ofd(data: bytes) -> None:
    assert "OFD" in _refused(data).reason


def test_an_archive_of_something_else() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert "no OFD.xml" in _refused(stream.getvalue()).reason


def test_a_document_without_text() -> None:
    assert "no text" in _refused(ofd_of([page_of("")])).reason


def test_a_missing_page() -> None:
    data = _set(PROSE, Setting()).replace(b"Page_0/Content.xml", b"Page_9/Content.xml")
    assert "page 1" in _refused(data).reason


def test_entities_are_refused() -> None:
    page = '<!DOCTYPE a [<!ENTITY b "c">]>' + page_of("&b;")
    assert "document type" in _refused(ofd_of([page])).reason


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [page_of(text_object(Words("立案43起。", 76, 100)))] * 3
    monkeypatch.setattr(ofd, "MAX_PAGES", 2)
    assert "more than 2 pages" in _refused(ofd_of(pages)).reason
    monkeypatch.setattr(ofd, "MAX_PAGES", 3)
    monkeypatch.setattr(ofd, "MAX_CHARACTERS", 13)
    assert "up to page 3" in _refused(ofd_of(pages)).reason


_NUMBER = st.sampled_from(
    ["0", "1", "-1", "nan", "inf", "1e300", "1e-300", "x", "", "1 2", "g 3 4", "g x", "g 99999999 1"]
)


@settings(max_examples=150)
@given(st.tuples(*[_NUMBER] * 6), st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8))
def test_odd_numbers_do_no_harm(numbers: Sequence[str], text: str) -> None:
    size, boundary, matrix, x, y, delta = numbers
    odd = (
        f'<ofd:TextObject Size="{size}" Boundary="{boundary} 0 0 0" CTM="{matrix} 0 0 1 0 0">'
        f'<ofd:TextCode X="{x}" Y="{y}" DeltaX="{delta}" DeltaY="{delta}">{escape(text)}</ofd:TextCode>'
        "</ofd:TextObject>"
    )
    lines = _read(ofd_of([page_of(text_object(Words("立案43起。", 76, 100)) + odd)]))
    assert any("立案43起。" in line for line in lines)


_WHOLE = _set(PROSE, Setting())


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, len(_WHOLE) - 1), st.integers(0, 255)), max_size=6), st.integers(0, 400))
def test_damage_is_read_or_refused(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(_WHOLE)
    for position, value in changes:
        data[position] = value
    del data[len(data) - cut :]
    try:
        read_ofd(bytes(data), None, "a.ofd")
    except ReadingError as error:
        assert error.place == "a.ofd"
