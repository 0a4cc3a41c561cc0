"""OFD (GB/T 33190-2016, the format of official documents as issued) → text: its characters where they are printed.

LibreOffice does not read OFD. A document is a ZIP archive of XML parts; ``TextCode`` elements hold characters and where
they stand, so that ``tongbao.reading.pages`` makes a text of them as of a PDF. Lengths are millimetres.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator
from io import BytesIO
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from tongbao.errors import ReadingError
from tongbao.reading.docx_package import Package
from tongbao.reading.formats import Extracted
from tongbao.reading.lines import columns
from tongbao.reading.pages import Glyph, Page, pieces_of, text_of_pages

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_PAGES = 2_000
MAX_CHARACTERS = 10_000_000

#: A4, where a document does not say how large its paper is.
_PAPER = (0.0, 0.0, 210.0, 297.0)
#: How much of the em stands over and under the baseline.
_ASCENT, _DESCENT = 0.88, 0.12
#: Deltas of one ``TextCode``: no line is longer.
_MAX_DELTAS = 10_000
_AGAIN = "fetch the file again, or print it to PDF"


def read_ofd(data: bytes, declared: str | None, place: str) -> Extracted:
    """The text of an OFD document. ``declared`` is not needed: XML names its own encoding.

    Raises:
        ReadingError: it is no OFD document, is damaged, encrypted, longer than 2,000 pages or 10 million characters,
            holds no text, or the extra ``documents`` is not installed.
    """
    if not zipfile.is_zipfile(BytesIO(data)):
        raise ReadingError(place, "this is no OFD document, or a damaged one", _AGAIN)
    package = Package(data, place)
    pages: list[Page] = []
    for root in _roots(package, place):
        pages.extend(_pages(package, root, len(pages), place))
    text, blocks = text_of_pages(pages)
    if not text:
        reason = "the document holds no text (pictures are not read)"
        raise ReadingError(place, reason, "print it to PDF, which is read with the extra ocr")
    return Extracted(text, "utf-8", blocks=blocks)


def _roots(package: Package, place: str) -> list[str]:
    """The names of the parts ``Document.xml`` of the documents in the archive: mostly one."""
    entry = package.part("OFD.xml")
    names = [] if entry is None else [_plain(element.text) for element in _all(entry, "DocRoot")]
    if not names:
        raise ReadingError(place, "this is no OFD document: it has no OFD.xml that names one", _AGAIN)
    return [normpath(name.lstrip("/")) for name in names]


def _pages(package: Package, root: str, before: int, place: str) -> Iterator[Page]:
    """The pages of one document, numbered on from ``before``."""
    document = package.part(root)
    if document is None:
        raise ReadingError(place, f"damaged OFD document: it lacks {root}", _AGAIN)
    templates = {
        element.get("ID"): package.part(_beside(root, element.get("BaseLoc")))
        for element in _all(document, "TemplatePage")
    }
    paper = _box(document, _PAPER)
    pages = [element for tree in _all(document, "Pages") for element in _all(tree, "Page")]
    if before + len(pages) > MAX_PAGES:
        raise ReadingError(place, f"more than {MAX_PAGES:,} pages", "split the file")
    total = 0
    for number, element in enumerate(pages, before + 1):
        page = package.part(_beside(root, element.get("BaseLoc")))
        if page is None:
            raise ReadingError(place, f"damaged OFD document: it lacks page {number}", _AGAIN)
        parts = [page, *(templates.get(used.get("TemplateID")) for used in _all(page, "Template"))]
        glyphs = [glyph for part in parts if part is not None for glyph in _glyphs(part)]
        total += len(glyphs)
        if total > MAX_CHARACTERS:
            raise ReadingError(place, f"more than {MAX_CHARACTERS:,} characters up to page {number}", "split the file")
        _, _, width, height = _box(page, paper)
        yield Page(number, width, height, tuple(pieces_of(glyphs)))


def _glyphs(part: _Element) -> Iterator[Glyph]:
    """The characters of a page that run from left to right; what stands at a slant is a watermark."""
    for element in _all(part, "TextObject"):
        left, top, *_ = _numbers(element.get("Boundary"), (0.0, 0.0, 0.0, 0.0))
        a, b, c, d, e, f = _numbers(element.get("CTM"), (1.0, 0.0, 0.0, 1.0, 0.0, 0.0))
        size = _number(element.get("Size"), 0.0)
        if a <= 0 or d <= 0 or size <= 0 or abs(b) > 0.1 * a:
            continue
        x = y = 0.0
        for code in _all(element, "TextCode"):
            x, y = _number(code.get("X"), x), _number(code.get("Y"), y)
            for text, at_x, at_y, width in _printed(code, x, y, size):
                start, baseline = left + a * at_x + c * at_y + e, top + b * at_x + d * at_y + f
                above, below = baseline - _ASCENT * d * size, baseline + _DESCENT * d * size
                yield Glyph(text, start, start + a * width, above, below, baseline, d * size)


def _printed(code: _Element, x: float, y: float, size: float) -> Iterator[tuple[str, float, float, float]]:
    """Every character of one ``TextCode``: itself, where it begins on the baseline, its width."""
    across, down = _deltas(code.get("DeltaX")), _deltas(code.get("DeltaY"))
    for i, character in enumerate((code.text or "").strip("\r\n\t")):
        width = size * columns(character) / 2
        step = across[min(i, len(across) - 1)] if across else width
        yield character, x, y, min(step, width) if step > 0 else width
        x += step
        y += down[min(i, len(down) - 1)] if down else 0.0


def _deltas(written: str | None) -> list[float]:
    """``3.5 g 4 1.75`` as ``[3.5, 1.75, 1.75, 1.75, 1.75]``."""
    words = (written or "").split()
    found: list[float] = []
    try:
        while words and len(found) < _MAX_DELTAS:
            word = words.pop(0)
            if word == "g":
                count, value = int(words.pop(0)), _finite(words.pop(0))
                found.extend([value] * min(count, _MAX_DELTAS - len(found)))
            else:
                found.append(_finite(word))
    except (ValueError, IndexError):
        return []
    return found


def _numbers(written: str | None, otherwise: tuple[float, ...]) -> tuple[float, ...]:
    """As many numbers as ``otherwise`` has, which stands for them where they are missing or wrong."""
    try:
        found = tuple(map(_finite, (written or "").split()))
    except ValueError:
        return otherwise
    return found if len(found) == len(otherwise) else otherwise


def _number(written: str | None, otherwise: float) -> float:
    return _numbers(written, (otherwise,))[0]


def _finite(word: str) -> float:
    value = float(word)
    if not math.isfinite(value) or abs(value) > 1e6:
        raise ValueError(word)
    return value


def _box(element: _Element, otherwise: tuple[float, ...]) -> tuple[float, ...]:
    found = next(_all(element, "PhysicalBox"), None)
    box = otherwise if found is None else _numbers(found.text, otherwise)
    return box if box[2] > 0 and box[3] > 0 else otherwise


def _all(element: _Element, name: str) -> Iterator[_Element]:
    """The descendants of that name, in whatever namespace: it has changed between drafts of the standard."""
    yield from element.iterdescendants(f"{{*}}{name}")


def _plain(text: str | None) -> str:
    return (text or "").strip()


def _beside(part: str, name: str | None) -> str:
    """The name of a part as ``part`` names it: from its folder, or from the root of the archive."""
    written = _plain(name)
    return normpath(written.lstrip("/") if written.startswith("/") else join(dirname(part), written))
