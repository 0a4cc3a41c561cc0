"""A text as the bytes of a file of some format, plain as an office or a portal would write it."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Sequence

_PAGE = (
    '<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{title}</title></head><body>'
    '<div class="nav"><a href="/">首页</a> <a href="/tb">通报</a></div><div class="content">\n{body}\n</div>'
    '<div class="footer">版权所有</div></body></html>'
)


def html_bytes(text: str) -> bytes:
    """A page with navigation and the lines of ``text`` as paragraphs, in UTF-8."""
    lines = text.splitlines() or [""]
    body = "\n".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return _PAGE.format(title=html.escape(lines[0][:60]), body=body).encode()


def docx_bytes(text: str) -> bytes:
    """A document of Word with the lines of ``text`` as paragraphs."""
    return _docx(text.splitlines())


def _docx(paragraphs: Sequence[str]) -> bytes:
    from docx import Document

    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    packed = io.BytesIO()
    document.save(packed)
    return _undated(packed)


def _undated(packed: io.BytesIO) -> bytes:
    """The same archive without the time at which it was made: the same documents are the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(packed) as dated, zipfile.ZipFile(out, "w") as archive:
        for name in dated.namelist():
            archive.writestr(zipfile.ZipInfo(name), dated.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
