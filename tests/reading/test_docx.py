import json
import struct
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.errors import ReadingError
from tongbao.reading import read_file
from tongbao.reading.docx import read_docx
from tongbao.reading.docx_numbering import child, read_numbering
from tongbao.reading.docx_package import MAX_MEMBERS, MAX_PART
from tongbao.records import Block, Span

from .docx_files import CASES, STRICT, case, document, framed, parts, zipped

etree = pytest.importorskip("lxml.etree")

_NUMBERING = json.loads((CASES.parent / "docx_numbering.json").read_text("utf-8"))
_PARAGRAPH = "<w:p><w:r><w:t>检查水厂34座。</w:t></w:r></w:p>"


@pytest.mark.parametrize("name", ["body", "tables"])
def test_text(name: str) -> None:
    found = read_docx(document(case(f"{name}.xml"), case("numbering.xml"), case("styles.xml")), None, "a.docx")
    assert found.text.split("\n") == case(f"{name}.txt").rstrip("\n").split("\n")


def test_the_strict_namespace_is_read_too() -> None:
    data = document(case("body.xml"), case("numbering.xml"), case("styles.xml"), namespace=STRICT)
    assert read_docx(data, None, "a.docx").text == case("body.txt").rstrip("\n")


@pytest.mark.parametrize("item", _NUMBERING, ids=lambda item: str(item["name"]))
def test_numbers(item: dict[str, Any]) -> None:
    numbering = etree.fromstring(framed("numbering", item["numbering"]).encode())
    styles = etree.fromstring(framed("styles", item.get("styles", "")).encode())
    state = read_numbering(numbering, styles)
    labels = []
    for place in item["paragraphs"]:
        number, level, style = (None, None, place[0]) if len(place) == 1 else [*place, None][:3]
        inside = "" if style is None else f'<w:pStyle w:val="{style}"/>'
        if number is not None:
            inside += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
        labels.append(state.label(child(etree.fromstring(framed("p", f"<w:pPr>{inside}</w:pPr>").encode()), "pPr")))
    assert labels == item["labels"]


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "通报.docx"
    path.write_bytes(document(case("body.xml"), case("numbering.xml"), case("styles.xml")))
    bulletin = read_file(path)
    assert [section.path for section in bulletin.sections] == ["", "一", "二"]
    assert bulletin.metadata.title == "青川州纪委监委办公室关于供水问题整改情况的通报"
    assert bulletin.metadata.issuer == "青川州纪委监委办公室"
    assert [block.paragraph for block in bulletin.blocks] == list(range(1, 13))
    assert "".join(block.span.of(bulletin.text) for block in bulletin.blocks) == bulletin.text.replace(
        "\n", ""
    ).replace("办公室关于", "办公室\n关于")


def test_a_sentence_ends_with_its_paragraph(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(document("<w:p><w:r><w:t>存在三个方面的问题，</w:t></w:r></w:p>" + _PARAGRAPH))
    bulletin = read_file(path)
    assert [sentence.of(bulletin.text) for sentence in bulletin.sentences] == ["存在三个方面的问题，", "检查水厂34座。"]
    assert bulletin.blocks == (Block(Span(0, 10), None, 1), Block(Span(11, 19), None, 2))


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("检查水厂34座。", "检查水厂34座。"),
        ("供水情况专报", "供水情况专报"),
        ("Microsoft Word - 文档1", None),
        ("旧稿.docx", None),
        ("", None),
    ],
)
def test_title(title: str, found: str | None) -> None:
    core = f'<cp:coreProperties xmlns:cp="urn:c" xmlns:dc="urn:d"><dc:title>{title}</dc:title></cp:coreProperties>'
    data = zipped({**parts(_PARAGRAPH), "docProps/core.xml": core})
    assert read_docx(data, None, "a.docx").metadata.title == found


def test_the_title_of_an_old_document_is_not_taken() -> None:
    core = '<p xmlns:dc="urn:d"><dc:title>去年的供水情况通报</dc:title></p>'
    body = "<w:p><w:r><w:t>白水县供水情况通报</w:t></w:r></w:p>" + _PARAGRAPH
    data = zipped({**parts(body), "docProps/core.xml": core})
    assert read_docx(data, None, "a.docx").metadata.title is None


def _encrypted() -> bytes:
    data = bytearray(zipped(parts(_PARAGRAPH)))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    return bytes(data)


def _claiming(size: int) -> bytes:
    """An archive whose directory says that its largest part unpacks to ``size`` bytes."""
    data = bytearray(zipped(parts(_PARAGRAPH)))
    at = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 4)
    data[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(data)


def _bomb() -> bytes:
    """Six parts of 50 million bytes each in an archive of 300,000."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for number in range(6):
            archive.writestr(f"word/media/{number}.bin", bytes(50_000_000))
    return buffer.getvalue()


def _refused() -> list[tuple[str, bytes, str]]:
    entities = '<!DOCTYPE w:document [<!ENTITY a "甲"><!ENTITY b "&a;&a;&a;&a;">]>'
    members = parts(_PARAGRAPH)
    main = members["word/document.xml"]
    declared = {**members, "word/document.xml": main.replace("?><w:", f"?>{entities}<w:")}
    wide = main.replace("UTF-8", "UTF-16").replace("?><w:", f"?>{entities}<w:").encode("utf-16")
    utf16 = BytesIO()
    with zipfile.ZipFile(utf16, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, wide if name == "word/document.xml" else content)
    crossed = {**members, "word/document.xml": main.replace("</w:p>", "</w:q>")}
    workbook = {**members, "word/document.xml": '<workbook xmlns="urn:x"/>'}
    deep = "<w:sdt><w:sdtContent>" * 120 + _PARAGRAPH + "</w:sdtContent></w:sdt>" * 120
    spans = "<w:p>" + "<w:ins>" * 120 + "</w:ins>" * 120 + "</w:p>"
    return [
        ("empty", b"", "no .docx file"),
        ("text", "通报".encode(), "no .docx file"),
        ("old", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Word document (.doc), or one with a password"),
        ("cut", zipped(members)[:-40], "no .docx file"),
        ("other", zipped({"a.txt": "a"}), "no text document"),
        ("workbook", zipped(workbook), "no text document"),
        ("no text", document("<w:p/>"), "holds no text"),
        ("entities", zipped(declared), "declares a document type"),
        ("entities in UTF-16", utf16.getvalue(), "declares a document type"),
        ("crossed", zipped(crossed), "no valid XML"),
        ("encrypted", _encrypted(), "encrypted"),
        ("a lie about sizes", _claiming(MAX_PART + 1), f"more than {MAX_PART:,} bytes"),
        ("a bomb", _bomb(), "unpacks to 300,000,000 bytes"),
        ("too many members", zipped({f"{n}": "" for n in range(MAX_MEMBERS + 1)}), "in 10,001 files"),
        ("deep", document(deep), "nested more than"),
        ("deep in a paragraph", document(spans), "nested more than"),
    ]


@pytest.mark.parametrize(
    ("name", "data", "words"), _refused(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_refused(name: str, data: bytes, words: str) -> None:
    with pytest.raises(ReadingError) as caught:
        read_docx(data, None, f"{name}.docx")
    assert caught.value.place == f"{name}.docx"
    assert words in str(caught.value)
    assert caught.value.remedy
    assert "\n" not in str(caught.value)


_STORED = zipped(parts(case("body.xml") + case("tables.xml"), case("numbering.xml"), case("styles.xml")), stored=True)


def test_a_caption_over_a_table_gives_the_unit_of_its_figures() -> None:
    cells = [["县区", "罚没"], ["甲县", "1.24"], ["乙县", "7"]]
    paragraph = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc>{paragraph.format(text)}</w:tc>" for text in row) + "</w:tr>" for row in cells
    )
    data = document(f"{paragraph.format('单位：万元')}<w:p/><w:tbl>{rows}</w:tbl>")
    assert read_docx(data, None, "a.docx").text.split("\n") == ["单位：万元", "甲县 罚没:1.24万元", "乙县 罚没:7万元"]


@given(st.lists(st.tuples(st.integers(0, len(_STORED) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_changed_bytes_give_text_or_a_reading_error(changes: list[tuple[int, int]]) -> None:
    data = bytearray(_STORED)
    for place, value in changes:
        data[place] = value
    _reads_or_refuses(bytes(data))


@given(st.data())
def test_changed_xml_gives_text_or_a_reading_error(data: st.DataObject) -> None:
    """Changes past the checksums of the archive: words of the XML swapped for others, so that it often stays valid."""
    members = parts(case("tables.xml") + case("body.xml"), case("numbering.xml"), case("styles.xml"))
    words = "w:p w:tbl w:tr w:tc w:r w:t w:sdt w:ins w:del w:val restart 0 1 99999999 -1 w:numPr w:gridSpan".split()
    for name in data.draw(st.lists(st.sampled_from(sorted(members)), max_size=3)):
        old, new = data.draw(st.sampled_from(words)), data.draw(st.sampled_from(words))
        members[name] = members[name].replace(old, new, data.draw(st.integers(-1, 5)))
    _reads_or_refuses(zipped(members, stored=True))


def _reads_or_refuses(data: bytes) -> None:
    try:
        found = read_docx(data, None, "a.docx")
    except ReadingError as error:
        assert error.remedy
    else:
        assert found.text.strip()
        assert [block.span.of(found.text) for block in found.blocks]
