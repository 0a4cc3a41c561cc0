"""Builds small OFD documents out of what stands where on their pages."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

from .pdf_files import Words

MM = 25.4 / 72
NAMES = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def text_object(words: Words, scaled: bool = False) -> str:
    """One line; ``scaled``: in the units of a matrix, as converters from PDF write."""
    unit = MM / 0.5 if scaled else MM
    x, y, size = words.x * MM, words.y * MM, words.size * unit
    matrix = ' CTM="0.5 0 0 0.5 0 0"' if scaled else ""
    steps = [((0.5 if c.isascii() else 1.0) * words.size + words.gap) * unit for c in words.text[:-1]]
    return (
        f'<ofd:TextObject ID="1" Font="2" Size="{size:.4f}"{matrix} Boundary="{x:.4f} {y - 5:.4f} 150 8">'
        f'<ofd:TextCode X="0" Y="{5 * unit / MM:.4f}" DeltaX="{_deltas(steps)}">{escape(words.text)}</ofd:TextCode>'
        "</ofd:TextObject>"
    )


def _deltas(steps: Sequence[float]) -> str:
    """With runs of one width as ``g count width``."""
    words: list[str] = []
    for k, step in enumerate(steps):
        if k and step == steps[k - 1]:
            continue
        count = next((n for n, other in enumerate(steps[k:]) if other != step), len(steps) - k)
        words.append(f"g {count} {step:.4f}" if count > 1 else f"{step:.4f}")
    return " ".join(words)


def page_of(objects: str, rest: str = "") -> str:
    """A page of text objects."""
    return (
        f"<ofd:Page {NAMES}><ofd:Area><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:Area>{rest}<ofd:Content>"
        f'<ofd:Layer Type="Body" ID="9"><ofd:PageBlock>{objects}</ofd:PageBlock></ofd:Layer></ofd:Content></ofd:Page>'
    )


def ofd_of(pages: Sequence[str], common: str = "", parts: Mapping[str, str] = {}) -> bytes:
    """A document of pages; ``common`` goes into its common data, ``parts`` into the archive."""
    listed = "".join(f'<ofd:Page ID="{k}" BaseLoc="Pages/Page_{k}/Content.xml"/>' for k in range(len(pages)))
    files = {
        "OFD.xml": f"<ofd:OFD {NAMES} DocType='OFD'><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
        "</ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {NAMES}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
        f"</ofd:PhysicalBox></ofd:PageArea>{common}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
        **{f"Doc_0/Pages/Page_{k}/Content.xml": page for k, page in enumerate(pages)},
        **parts,
    }
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()
