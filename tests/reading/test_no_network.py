"""What a document names on a network is never asked for: a server that every document names gets no connection."""

from __future__ import annotations

import shutil
import socket
import zipfile
from collections.abc import Callable, Iterator
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from io import BytesIO
from pathlib import Path

import pytest

from tongbao.errors import TongbaoError
from tongbao.reading import read_file

from .docx_files import parts, relations, zipped
from .ofd_files import ofd_of, page_of, text_object
from .pdf_files import Words
from .pdf_files import pdf as pdf_of

pytest.importorskip("lxml")

_LINE = "检查水厂34座，发现问题12个，立案43起，处分31人。"
_BODY = f"<w:p><w:r><w:t>{_LINE}</w:t></w:r></w:p>"


class Server:
    """A socket that listens; whoever has connected waits in its queue."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/a"

    def asked(self) -> bool:
        """Whether anybody has connected."""
        try:
            self._socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def _html(url: str) -> str:
    return (
        f'<!DOCTYPE html SYSTEM "{url}.dtd"><html><head><base href="{url}/"><link rel="stylesheet" href="{url}.css">'
        f'<meta http-equiv="refresh" content="0;url={url}"><script src="{url}.js"></script><title>供水</title></head>'
        f'<body><img src="{url}.png"><iframe src="{url}"></iframe><object data="{url}"></object>'
        f"<p>{_LINE}</p></body></html>"
    )


def _xhtml(url: str) -> str:
    return (
        f'<?xml version="1.0"?><?xml-stylesheet href="{url}.xsl"?><!DOCTYPE html SYSTEM "{url}.dtd" [<!ENTITY a SYSTEM '
        f'"{url}">]><html xmlns="http://www.w3.org/1999/xhtml"><body><p>{_LINE}&a;</p></body></html>'
    )


def _mht(url: str) -> bytes:
    message = MIMEMultipart("related")
    message["Snapshot-Content-Location"] = url
    message.attach(MIMEText(_html(url), "html", "utf-8"))
    return message.as_bytes()


def _docx(url: str, declared: str = "") -> bytes:
    files = parts(_BODY)
    external = relations(("image", url), ("attachedTemplate", url), ("numbering", url), ("styles", url))
    files["word/_rels/document.xml.rels"] = external.replace("/>", ' TargetMode="External"/>')
    files["word/document.xml"] = files["word/document.xml"].replace("?>", f"?>{declared}", 1)
    return zipped(files)


def _ofd(url: str) -> bytes:
    template = f'<ofd:TemplatePage ID="7" BaseLoc="{url}"/><ofd:PublicRes>{url}</ofd:PublicRes>'
    page = page_of(text_object(Words("立案43起。", 76, 160)), '<ofd:Template TemplateID="7"/>')
    return ofd_of([page], template)


def _pdf(url: str) -> bytes:
    data = pdf_of([[Words(_LINE, 20, 100)]])
    action = f"/OpenAction << /S /URI /URI ({url}) >> /AA << /O << /S /JavaScript /JS (app.launchURL('{url}')) >> >>"
    elsewhere = f"/F << /Type /Filespec /FS /URL /F ({url}) >>"
    data = data.replace(b"/Type /Catalog", f"/Type /Catalog {action}".encode(), 1)
    return data.replace(b"/Subtype /Image", f"/Subtype /Image {elsewhere}".encode(), 1)


FILES: dict[str, Callable[[str], str | bytes]] = {
    "a.html": _html,
    "a.xhtml": _xhtml,
    "a.mht": _mht,
    "a.docx": _docx,
    "declared.docx": lambda url: _docx(url, f'<!DOCTYPE a SYSTEM "{url}">'),
    "a.ofd": _ofd,
    "a.pdf": _pdf,
    "a.txt": lambda url: f"{_LINE}\n{url}\n",
}


def _read(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        return read_file(path).text
    except TongbaoError as error:
        return error.reason


@pytest.mark.parametrize("name", sorted(FILES))
def test_no_reader_connects(tmp_path: Path, server: Server, name: str) -> None:
    text = _read(tmp_path, name, FILES[name](server.url))
    assert ("declares a document type" if name == "declared.docx" else "立案43起") in text
    assert not server.asked()


def test_a_connection_would_be_seen(server: Server) -> None:
    socket.create_connection(("127.0.0.1", int(server.url.split(":")[2].split("/")[0]))).close()
    assert server.asked()


def _rtf(url: str) -> bytes:
    line = "".join(f"\\u{ord(character)}?" for character in _LINE)
    picture = rf'{{\field{{\*\fldinst INCLUDEPICTURE "{url}.png" \\d}}{{\fldrslt x}}}}'
    text = rf'{{\field{{\*\fldinst INCLUDETEXT "{url}.docx"}}{{\fldrslt y}}}}'
    return rf"{{\rtf1\ansi{{\*\template {url}.dot}}{line}\par {picture}{text}\par}}".encode("ascii")


def _odt(url: str) -> bytes:
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
        'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.2"><office:body>'
        f"<office:text><text:p>{_LINE}"
        f'<draw:frame svg:width="5cm" svg:height="5cm" text:anchor-type="as-char"><draw:image xlink:href="{url}.png" '
        'xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>'
        f'<text:section text:name="s"><text:section-source xlink:href="{url}.odt" xlink:type="simple"/>'
        "<text:p>z</text:p></text:section></office:text></office:body></office:document-content>"
    )
    mime = "application/vnd.oasis.opendocument.text"
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", mime)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return stream.getvalue()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize(("name", "make"), [("a.rtf", _rtf), ("a.odt", _odt)])
def test_libreoffice_does_not_connect(tmp_path: Path, server: Server, name: str, make: Callable[[str], bytes]) -> None:
    assert "立案43起" in _read(tmp_path, name, make(server.url))
    assert not server.asked()
