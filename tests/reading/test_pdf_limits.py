"""Small PDFs made to grow without end are refused before they do."""

from __future__ import annotations

import tracemalloc
import zlib
from collections.abc import Sequence

import pytest

from tongbao.errors import ReadingError
from tongbao.reading import pdf_limits
from tongbao.reading.pdf import read_pdf

from .pdf_files import HEIGHT, Rule, Words, document, stream
from .pdf_files import pdf as written

BODY = [Words("全市立案43起,处分31人。", 76, 100), Words("检查水厂十座。", 76, 130)]


def _refused(data: bytes) -> str:
    with pytest.raises(ReadingError) as caught:
        read_pdf(data, None, "a.pdf")
    assert caught.value.place == "a.pdf"
    assert "split the file" in caught.value.remedy
    return caught.value.reason


def _raw(data: bytes, filters: str) -> bytes:
    """A stream that is packed already."""
    return f"<< /Length {len(data)} /Filter [{filters}] >>\nstream\n".encode() + data + b"\nendstream"


def _page(content: bytes, *others: str | bytes, font: str = "", xobjects: str = "") -> bytes:
    """A PDF of one page, object 3; its content is object 4, the font object 5; then come ``others``, from 6 on."""
    return document(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 {HEIGHT}] /Contents 4 0 R"
            f" /Resources << /Font << /F 5 0 R >> /XObject << {xobjects} >> >> >>",
            content,
            "<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts"
            f" [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song {font or '/ToUnicode 6 0 R'} >>] >>",
            *others,
        ]
    )


SPACES = b" " * 60_000_000
PACKED = zlib.compress(SPACES, 9)


@pytest.mark.parametrize(
    ("data", "filters"),
    [
        (PACKED, "/FlateDecode"),
        (PACKED, "/Fl"),
        (zlib.compress(PACKED, 9), "/FlateDecode /FlateDecode"),
        (PACKED.hex().encode() + b">", "/ASCIIHexDecode /FlateDecode"),
        (bytes([129, 32]) * 400_000, "/RunLengthDecode"),
        (zlib.compress(bytes([129, 32]) * 400_000), "/FlateDecode /RunLengthDecode"),
        (zlib.compress(b"z" * 15_000_000), "/FlateDecode /ASCII85Decode"),
    ],
)
def test_a_stream_that_grows_is_not_unpacked(data: bytes, filters: str) -> None:
    file = _page(_raw(data, filters))
    tracemalloc.start()
    try:
        reason = _refused(file)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
    assert reason == "stream 4 in it unpacks to more than 50,000,000 bytes"


def _lzw(count: int) -> bytes:
    """``count`` codes, of which each stands for one space more than the one before."""
    bits = f"{256:09b}{32:09b}"
    for code in range(258, 258 + count):
        bits += f"{code:0{9 if code < 511 else 10 if code < 1023 else 11}b}"
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def test_lzw_grows_too(monkeypatch: pytest.MonkeyPatch) -> None:
    content = _lzw(1000)
    monkeypatch.setattr(pdf_limits, "MAX_STREAM", 600_000)
    assert "no text" in _no_bomb(_page(_raw(content, "/LZWDecode")))
    monkeypatch.setattr(pdf_limits, "MAX_STREAM", 400_000)
    assert "stream 4 in it" in _refused(_page(_raw(content, "/LZWDecode")))


def _no_bomb(data: bytes) -> str:
    """What is said of a document that keeps within the limits and holds no text."""
    try:
        return "no text" if not read_pdf(data, None, "a.pdf").text else "text"
    except ReadingError as error:
        return str(error)


def test_the_row_of_a_predictor() -> None:
    content = stream(b"q Q", " /DecodeParms << /Predictor 12 /Columns 9999999999 >>")
    assert "stream 4 in it" in _refused(_page(content))


def test_a_stream_of_objects() -> None:
    """Where there is no table of objects, pdfminer looks into every stream of them at once."""
    packed = stream(b"0 " * 11_000_000, " /Type /ObjStm /N 1 /First 4")
    file = _page(stream(b"q Q"), packed).replace(b"startxref", b"startxxxx")
    assert "a stream in it unpacks to more than 20,000,000 bytes" in _refused(file)


def test_a_table_of_objects() -> None:
    table = stream(bytes(21_000_000), " /Type /XRef /W [1 2 1] /Size 5 /Root 1 0 R")
    file = _page(stream(b"q Q"), table)
    place = file.index(b"6 0 obj")
    assert "20,000,000 bytes" in _refused(file[: file.rindex(b"startxref")] + f"startxref\n{place}\n%%EOF".encode())


def test_all_streams_together(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [BODY] * 8
    assert read_pdf(written(pages), None, "a.pdf").text
    monkeypatch.setattr(pdf_limits, "MAX_UNPACKED", 600)
    assert _refused(written(pages)) == "it unpacks to more than 600 bytes"


def test_streams_that_overlap() -> None:
    head = b"".join(b"%d 0 obj << /Length 100000 >> stream\n" % (3 + number) for number in range(1, 20))
    kids = " ".join(f"{3 + number} 0 R" for number in range(1, 20))
    objects: list[bytes] = [
        b"1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n",
        b"2 0 obj << /Type /Pages /Count 1 /Kids [3 0 R] >> endobj\n",
        f"3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents [{kids}] >> endobj\n".encode(),
        head + b" " * 100_000 + b"endstream endobj\n",
    ]
    body = b"%PDF-1.5\n" + b"".join(objects)
    offsets = [body.index(b"\n%d 0 obj" % number) + 1 for number in range(1, 23)]
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    end = f"xref\n0 23\n0000000000 65535 f \n{table}trailer << /Size 23 /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    assert "overlap to more than 4 times" in _refused(body + end.encode())


def _forms(deep: int, wide: int, last: bytes) -> Sequence[bytes]:
    """Forms, from object 6 on, of which each draws the next one many times."""
    entries = " /Type /XObject /Subtype /Form /BBox [0 0 9 9]"
    return [
        *(
            stream(b"/X Do " * wide, f"{entries} /Resources << /XObject << /X {7 + number} 0 R >> >>")
            for number in range(deep)
        ),
        stream(last, entries),
    ]


@pytest.mark.parametrize("last", [b"", b"q Q " * 1000])
def test_forms_that_draw_forms(monkeypatch: pytest.MonkeyPatch, last: bytes) -> None:
    monkeypatch.setattr(pdf_limits, "MAX_INSTRUCTIONS", 500_000)
    file = _page(stream(b"/X Do"), *_forms(8, 30, last), xobjects="/X 6 0 R", font="/DW 1000")
    assert _refused(file) == "page 1 draws by more than 500,000 bytes of instructions"


def test_more_characters_than_a_page_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_limits, "MAX_PAGE_CHARACTERS", 1000)
    mapping = stream(b"begincmap 1 beginbfchar <0041> <0041> endbfchar endcmap")
    shown = b"BT /F 12 Tf <" + b"0041" * 1001 + b"> Tj ET"
    assert _refused(_page(stream(shown), mapping)) == "page 1 has more than 1,000 characters"


SHOWN = stream(b"BT /F 12 Tf 9 9 Td <0041> Tj ET")


@pytest.mark.parametrize("font", ["/W [0 4000000000 500]", "/W [1 [500] 0 9 1 5 1999999999 500]"])
def test_a_font_with_widths_for_everything(font: str) -> None:
    assert _refused(_page(SHOWN, font=font)) == "a font in it has more than 2,000,000 codes"


@pytest.mark.parametrize(
    "cmap",
    [
        b"begincmap beginbfrange <00000000> <ffffffff> <0041> endbfrange endcmap",
        b"begincmap beginbfrange <00> <01> [<41> <42>] (\\000\\000\\000\\000) (~~~~) <0041> endbfrange endcmap",
        b"begincmap <00000000> <ffffffff> <0041> endbfrange",
        b"begincmap begincidrange <00000000> <0fffffff> 1 endcidrange endcmap",
    ],
)
def test_a_font_with_characters_for_everything(cmap: bytes) -> None:
    assert _refused(_page(SHOWN, stream(cmap))) == "a font in it has more than 2,000,000 codes"


def test_a_drawing_of_too_many_lines_is_read_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [Rule(60, 50 + number, 500, 50 + number) for number in range(50)]
    monkeypatch.setattr(pdf_limits, "MAX_PATHS", 10)
    assert read_pdf(written([[*rules, *BODY]]), None, "a.pdf").text.split("\n") == [line.text for line in BODY]


def test_a_fax_stays_packed() -> None:
    file = _page(_raw(b"\0" * 20, "/CCITTFaxDecode"), font="/DW 1000")
    assert "no text" in _no_bomb(file)
