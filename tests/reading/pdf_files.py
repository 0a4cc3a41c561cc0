"""PDF documents for tests, written byte by byte: text in a Type 0 font that is not embedded, rules, pictures."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 595.0, 842.0


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text that begins at ``x``, with its baseline ``y`` below the upper edge of the page.

    ``gap`` is put between all characters; ``turn`` are the numbers a, b, c, d of the text matrix.
    """

    text: str
    x: float
    y: float
    size: float = 12.0
    gap: float = 0.0
    turn: tuple[float, float, float, float] = (1, 0, 0, 1)


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line from one point to another, measured from the upper left corner."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A grey rectangle that is an image."""

    x: float
    y: float
    width: float
    height: float


Mark = Words | Rule | Picture


def pdf(pages: Sequence[Iterable[Mark]], *, unmapped: str = "", rotate: int = 0, extra: str = "") -> bytes:
    """A PDF of ``pages``. The font does not say what the characters in ``unmapped`` are; ``extra``: for the trailer."""
    contents = [_content(page) for page in pages]
    used = {mark.text for page in pages for mark in page if isinstance(mark, Words)}
    objects: list[str | bytes] = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{7 + 2 * i} 0 R' for i in range(len(pages)))}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [4 0 R]"
        " /ToUnicode 5 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)"
        " /Supplement 0 >> /DW 1000 /W [32 126 500] /FontDescriptor << /Type /FontDescriptor /FontName /Song /Flags 4"
        " /FontBBox [0 -120 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 >> >>",
        stream(_to_unicode(sorted(set("".join(used)) - set(unmapped)))),
        stream(
            b"\x80" * 4,
            " /Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8",
        ),
    ]
    for i, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Rotate {rotate} /Contents {8 + 2 * i} 0 R"
            " /Resources << /Font << /F 3 0 R >> /XObject << /I 6 0 R >> >> >>"
        )
        objects.append(stream(content))
    return document(objects, extra)


def _content(page: Iterable[Mark]) -> bytes:
    parts: list[str] = []
    for mark in page:
        if isinstance(mark, Words):
            code = mark.text.encode("utf-16-be").hex()
            matrix = " ".join(f"{value:.5f}" for value in (*mark.turn, mark.x, HEIGHT - mark.y))
            parts.append(f"BT /F {mark.size} Tf {mark.gap} Tc {matrix} Tm <{code}> Tj ET")
        elif isinstance(mark, Rule):
            parts.append(f"0.5 w {mark.x0} {HEIGHT - mark.y0} m {mark.x1} {HEIGHT - mark.y1} l S")
        else:
            parts.append(f"q {mark.width} 0 0 {mark.height} {mark.x} {HEIGHT - mark.y - mark.height} cm /I Do Q")
    return "\n".join(parts).encode()


def _to_unicode(characters: Sequence[str]) -> bytes:
    lines = [f"<{ord(c):04x}> <{ord(c):04x}>" for c in characters]
    blocks = [lines[i : i + 100] for i in range(0, len(lines), 100)]
    mapped = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n/CMapName /U def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{mapped}\nendcmap end end"
    ).encode()


def stream(data: bytes, entries: str = "") -> bytes:
    """An object that is a packed stream, with more entries in its dictionary."""
    packed = zlib.compress(data)
    head = f"<< /Length {len(packed)} /Filter /FlateDecode{entries} >>\nstream\n"
    return head.encode() + packed + b"\nendstream"


def document(objects: Sequence[str | bytes], extra: str = "") -> bytes:
    """A PDF of the objects, numbered from 1, of which the first is the catalogue."""
    out = bytearray(b"%PDF-1.5\n")
    offsets: list[int] = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        body = content if isinstance(content, bytes) else content.encode()
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += "".join(f"{offset:010} 00000 n \n" for offset in offsets).encode()
    return (
        bytes(out) + f"trailer << /Size {len(objects) + 1} /Root 1 0 R {extra} >>\nstartxref\n{start}\n%%EOF".encode()
    )
