"""Damaged files of every format, as a batch reads them: each becomes a document or one of our own errors.

The formats have tests like this of their own, for what is damaged inside of them; here files are cut, changed, spliced
with others and called what they are not, and parts of archives are changed past their checksums.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongbao.batch import find_inputs, read_input
from tongbao.errors import TongbaoError
from tongbao.reading import ocr, office
from tongbao.reading.formats import PICTURES, READERS
from tongbao.records import Bulletin

from .docx_files import case, parts, zipped
from .ofd_files import ofd_of, page_of, text_object
from .pdf_files import Picture, Rule, Words
from .pdf_files import pdf as pdf_of

pytest.importorskip("lxml")
PIL = pytest.importorskip("PIL.Image")

TEXT = "甲州市供水情况通报\n\n一、总体情况\n检查水厂34座,立案43起,罚没1.24万元。\n"
HTML = (
    "<html><head><meta charset='utf-8'><title>供水情况通报</title></head><body>"
    "<p>检查水厂34座，立案43起，罚没1.24万元。</p><table><tr><th>县区</th><th>立案（件）</th></tr><tr><td>甲县</td><td>43</td></tr><tr><td>乙县</td><td>7</td></tr>"
    "</table></body></html>"
)
LINES = [Words("甲州市供水情况通报", 200, 80), Words("检查水厂34座,立案43起。", 76, 120), Rule(70, 130, 500, 130)]


def _mht() -> bytes:
    message = MIMEMultipart("related")
    message.attach(MIMEText(HTML, "html", "utf-8"))
    return message.as_bytes()


def _picture(kind: str) -> bytes:
    stream = BytesIO()
    PIL.fromarray(np.full((20, 30), 200, np.uint8)).save(stream, kind)
    return stream.getvalue()


def _archive() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("通报/a.txt", TEXT)
        archive.writestr("通报/a.txt.meta.json", '{"title": "供水", "published": "2024-01-31"}')
        archive.writestr("b.html", HTML)
        archive.writestr("c.pdf", pdf_of([LINES]))
    return stream.getvalue()


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
_DOCX = zipped(parts(case("body.xml") + case("tables.xml"), case("numbering.xml"), case("styles.xml")))
FILES = {
    "a.txt": TEXT.encode(),
    "b.txt": TEXT.encode("gb18030"),
    "c.txt": TEXT.encode("utf-16"),
    "a.html": HTML.encode(),
    "a.xhtml": HTML.encode(),
    "a.mht": _mht(),
    "a.docx": _DOCX,
    "a.pdf": pdf_of([LINES, [Picture(0, 0, 500, 700)]]),
    "a.ofd": ofd_of([page_of("".join(text_object(line) for line in LINES if isinstance(line, Words)))]),
    "a.doc": _OLE,
    "a.wps": _DOCX,
    "a.rtf": rb"{\rtf1\ansi\ansicpg936 \'bc\'d7\'cf\'d8\par}",
    "a.png": _picture("PNG"),
    "a.jpg": _picture("JPEG"),
    "a.tiff": _picture("TIFF"),
    "a.bmp": _picture("BMP"),
    "a.zip": _archive(),
}
SUFFIXES = [*READERS, ".zip", ".xlsx"]
_PACKED = {name: data for name, data in FILES.items() if data.startswith(b"PK")}


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is recognised on pictures, and LibreOffice makes the same document of everything."""
    result = type("Result", (), {"boxes": None, "txts": None, "scores": None})
    monkeypatch.setattr(ocr, "installed", lambda: True)
    monkeypatch.setattr(ocr, "_engine", lambda: lambda picture, **_: result)
    monkeypatch.setattr(office, "_program", lambda place: "soffice")
    monkeypatch.setattr(office, "_converted", lambda data, suffix, program, place: _DOCX)


def _read(folder: Path, name: str, data: bytes) -> Iterator[Bulletin]:
    """What a batch makes of the file: any other error than ours fails the test."""
    path = folder / name
    path.write_bytes(data)
    for item in find_inputs([path])[0]:
        try:
            bulletin = read_input(item)
        except TongbaoError as error:
            assert error.remedy
            assert str(path) in error.place
            assert "\n" not in str(error)
        else:
            yield bulletin


def _check(folder: Path, name: str, data: bytes) -> None:
    for bulletin in _read(folder, name, data):
        assert bulletin.text.strip()
        spans = [*bulletin.sentences, *(one.span for one in (*bulletin.sections, *bulletin.blocks))]
        assert all(0 <= span.start <= span.end <= len(bulletin.text) for span in spans)


@st.composite
def _damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file under its own name or another, changed in a few places."""
    name = draw(st.sampled_from(sorted(FILES)))
    data = bytearray(FILES[name])
    for change in draw(st.lists(st.sampled_from([*_CHANGES]), max_size=4)):
        start = draw(st.integers(0, len(data)))
        data = bytearray(change(draw, data, start, draw(st.integers(start, min(start + 200, len(data))))))
    suffix = draw(st.just(Path(name).suffix) | st.sampled_from(SUFFIXES))
    return f"a{suffix}", bytes(data)


Change = Callable[[st.DrawFn, bytearray, int, int], bytes]
_CHANGES: list[Change] = [
    lambda draw, data, start, end: data[:start],
    lambda draw, data, start, end: data[start:],
    lambda draw, data, start, end: data[:start] + data[end:],
    lambda draw, data, start, end: data[:start] + bytes(end - start) + data[end:],
    lambda draw, data, start, end: data[:start] + data[start:end] * 3 + data[end:],
    lambda draw, data, start, end: data[:start] + draw(st.binary(max_size=20)) + data[end:],
    lambda draw, data, start, end: data[:start] + bytes(255 - byte for byte in data[start:end]) + data[end:],
    lambda draw, data, start, end: data[:start] + FILES[draw(st.sampled_from(sorted(FILES)))][start:],
]


@st.composite
def _repacked(draw: st.DrawFn) -> tuple[str, bytes]:
    """An archive of which a part is changed, exchanged for another or left out, with checksums that are right."""
    name = draw(st.sampled_from(sorted(_PACKED)))
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(_PACKED[name])) as before, zipfile.ZipFile(stream, "w") as after:
        names = before.namelist()
        changed = draw(st.sampled_from(names))
        for one in names:
            content = before.read(draw(st.sampled_from(names)) if one == changed and draw(st.booleans()) else one)
            if one == changed:
                start = draw(st.integers(0, len(content)))
                end = draw(st.integers(start, min(start + 60, len(content))))
                content = content[:start] + draw(st.binary(max_size=6) | st.just(content[:end])) + content[end:]
            if one != changed or draw(st.integers(0, 5)):
                after.writestr(one, content)
    return name, stream.getvalue()


_QUICK = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
_LONG = settings(_QUICK, max_examples=2_000)


@pytest.mark.parametrize("name", sorted(FILES))
def test_whole_files_are_read(tmp_path: Path, name: str) -> None:
    """Else the tests below would change what is refused anyway."""
    found = list(_read(tmp_path, name, FILES[name]))
    blank = Path(name).suffix in PICTURES
    assert len(found) == (0 if blank else 3 if name == "a.zip" else 1)


@_QUICK
@given(_damaged())
def test_damaged_files(tmp_path: Path, file: tuple[str, bytes]) -> None:
    _check(tmp_path, *file)


@_QUICK
@given(_repacked())
def test_repacked_archives(tmp_path: Path, file: tuple[str, bytes]) -> None:
    _check(tmp_path, *file)


@_QUICK
@given(st.sampled_from(SUFFIXES), st.binary(max_size=300))
def test_any_bytes_under_any_name(tmp_path: Path, suffix: str, data: bytes) -> None:
    _check(tmp_path, f"a{suffix}", data)


@pytest.mark.slow
@_LONG
@given(_damaged() | _repacked())
def test_many_damaged_files(tmp_path: Path, file: tuple[str, bytes]) -> None:
    _check(tmp_path, *file)
