"""PDF → text: pdfplumber gives the characters and rules of every page, ``tongbao.reading.pages`` makes a text of them.

A page without text that shows a picture is read by ``tongbao.reading.ocr`` where its libraries are installed.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from tongbao.errors import ReadingError
from tongbao.reading import ocr
from tongbao.reading.formats import Extracted
from tongbao.reading.pages import Box, Glyph, Page, pieces_of, table_in, text_of_pages

if TYPE_CHECKING:
    from pdfplumber.page import Page as PlumberPage

MAX_PAGES = 2_000
MAX_CHARACTERS = 10_000_000

#: Pages with more rules than this are drawings; looking for tables among them takes minutes.
_MAX_RULES = 4_000
#: A page with fewer characters than this on a picture that fills half of it is a scan (and they are a watermark).
_FEW = 50
_MOST_OF_PAGE = 0.5
#: So many lines and curves on a page without a character are the outlines of letters.
_OUTLINES = 200
#: Broken glyphs are shown as U+FFFD; from this share of a page on, the page cannot be read.
_BROKEN = 0.02
_BROKEN_GLYPH = re.compile(r"\(cid:\d+\)")

#: How many pages, and how much of another library's words, a message names.
_LISTED = 5
_SAID = 200

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page as the file has it: ``picture`` says that it shows something which is no text; ``broken``: glyphs."""

    page: Page
    characters: int
    broken: int
    picture: bool


def read_pdf(data: bytes, declared: str | None, place: str) -> Extracted:
    """The text of a PDF, its paragraphs joined, tables as ``head:value``, without running heads and page numbers.

    ``declared`` is of no use here: a PDF says itself what its characters are.

    Raises:
        ReadingError: it is damaged, locked with a password, longer than 2,000 pages or 10 million characters, of
            pictures only while the extra ``ocr`` is not installed, or has a page whose characters have no meaning.
    """
    with _quiet():
        sheets = _with_scans(data, list(_sheets(data, place)), place)
    text, blocks = text_of_pages([sheet.page for sheet in sheets])
    return Extracted(text, "utf-8", blocks=blocks)


def _sheets(data: bytes, place: str) -> Iterator[_Sheet]:
    """Every page of the file."""
    number = total = 0
    try:
        for number, plumbed in enumerate(_opened(data, place), 1):
            sheet = _sheet(plumbed, number)
            plumbed.close()
            total += sheet.characters
            if total > MAX_CHARACTERS:
                reason = f"more than {MAX_CHARACTERS:,} characters up to page {number}"
                raise ReadingError(place, reason, "split the file")
            yield sheet
    except (ReadingError, GeneratorExit):
        raise
    except Exception as error:  # pdfminer raises whatever a damaged file makes it stumble over
        where = f"page {number + 1}" if number else "the first page"
        raise ReadingError(place, f"damaged PDF at {where}: {_said(error)}", "fetch or save the file again") from None


def _opened(data: bytes, place: str) -> list[PlumberPage]:
    """The pages, unread."""
    try:
        import pdfplumber
        from pdfminer.pdfdocument import PDFEncryptionError
        from pdfminer.pdfpage import PDFPage
    except ImportError:
        reason = "reading PDF needs libraries that are not installed"
        raise ReadingError(place, reason, 'pip install "tongbao[documents]"') from None
    if b"%PDF-" not in data[:1024]:
        raise ReadingError(place, "this is no PDF document", "check what the file is")
    try:
        document = pdfplumber.open(BytesIO(data))
    except Exception as error:
        if isinstance(error.args[0] if error.args else None, PDFEncryptionError):
            remedy = "take the password off (print it to a new PDF) and try again"
            raise ReadingError(place, "the PDF is encrypted and opens with a password only", remedy) from None
        raise
    if sum(1 for _ in islice(PDFPage.create_pages(document.doc), MAX_PAGES + 1)) > MAX_PAGES:
        raise ReadingError(place, f"more than {MAX_PAGES:,} pages", "split the file")
    if not document.pages:
        raise ReadingError(place, "damaged PDF: it has no pages", "fetch or save the file again")
    return document.pages


def _sheet(plumbed: PlumberPage, number: int) -> _Sheet:
    """One page, turned so that most of its text stands upright."""
    marks = [(char, _direction(char["matrix"])) for char in plumbed.chars if char["text"]]
    counts = {turn: sum(direction == turn for _, direction in marks) for turn in range(4)}
    turn = max(counts, key=lambda direction: (counts[direction], -direction))
    width, height = float(plumbed.width), float(plumbed.height)
    size = (width, height)
    glyphs = [_glyph(char, turn, size) for char, direction in marks if direction == turn]
    right, bottom = size if turn % 2 == 0 else (height, width)
    glyphs = [g for g in glyphs if g.size > 0 and g.x1 > 0 and g.x0 < right and g.bottom > 0 and g.top < bottom]
    visible = [glyph for glyph in glyphs if not glyph.text.isspace()]
    broken = sum(glyph.text == "\ufffd" for glyph in visible)
    rules = len(plumbed.edges)
    tables = []
    for boxes in _boxes(plumbed) if visible and rules <= _MAX_RULES else ():
        table, taken = table_in(number, [_turned(box, turn, size) for box in boxes], glyphs)
        if table is not None:
            tables.append(table)
            glyphs = [glyph for glyph in glyphs if glyph not in taken]
    covered = sum(_area(image) for image in plumbed.images) >= _MOST_OF_PAGE * width * height
    drawn = not visible and (bool(plumbed.images) or len(plumbed.curves) + rules > _OUTLINES)
    page = Page(number, right, bottom, tuple(pieces_of(glyphs)), tuple(tables))
    return _Sheet(page, len(visible), broken, drawn or (covered and len(visible) < _FEW))


def _direction(matrix: Sequence[float]) -> int | None:
    """Whither a character's line runs: 0 to the right, 1 up, 2 to the left, 3 down; ``None``: at a slant."""
    a, b = matrix[0], matrix[1]
    if abs(b) <= 0.1 * abs(a):
        return 0 if a > 0 else 2
    if abs(a) <= 0.1 * abs(b):
        return 1 if b > 0 else 3
    return None


def _glyph(char: dict[str, Any], turn: int, size: tuple[float, float]) -> Glyph:
    """A character of pdfplumber as it stands on the page turned upright."""
    box = _turned((char["x0"], char["top"], char["x1"], char["bottom"]), turn, size)
    e, f = char["matrix"][4:6]
    text = _BROKEN_GLYPH.sub("\ufffd", char["text"])
    return Glyph(text, box.x0, box.x1, box.top, box.bottom, (-f, e, f, -e)[turn], box.bottom - box.top)


def _turned(box: tuple[float, float, float, float], turn: int, size: tuple[float, float]) -> Box:
    """``(x0, top, x1, bottom)`` on the page turned so that what ran in the direction ``turn`` runs to the right."""
    x0, top, x1, bottom = box
    width, height = size
    return Box(
        *(
            (x0, top, x1, bottom),
            (height - bottom, x0, height - top, x1),
            (width - x1, height - bottom, width - x0, height - top),
            (top, width - x1, bottom, width - x0),
        )[turn]
    )


def _boxes(plumbed: PlumberPage) -> list[list[tuple[float, float, float, float]]]:
    """The cells of every ruled table."""
    return [list(table.cells) for table in plumbed.find_tables()]


def _area(image: dict[str, Any]) -> float:
    return float(image["width"]) * float(image["height"])


def _with_scans(data: bytes, sheets: list[_Sheet], place: str) -> list[_Sheet]:
    """The sheets, those that cannot be read as text replaced by what is recognised on their pictures."""
    broken = [sheet.page.number for sheet in sheets if sheet.broken > _BROKEN * sheet.characters]
    pictures = [sheet.page.number for sheet in sheets if sheet.picture]
    if not broken and not pictures:
        return sheets
    if ocr.installed():
        read = ocr.read_pages(data, sorted({*broken, *pictures}), place)
        return [replace(sheet, page=read.get(sheet.page.number, sheet.page)) for sheet in sheets]
    if broken:
        reason = f"unreadable text on {_pages(broken)}: the fonts do not say which characters they draw"
        raise ReadingError(place, reason, ocr.REMEDY)
    if all(sheet.picture or not sheet.characters for sheet in sheets):
        raise ReadingError(place, f"no text layer: {_pages(pictures)} hold pictures only (a scan?)", ocr.REMEDY)
    _log.warning("%s: %s hold pictures without text, which are left out (%s)", place, _pages(pictures), ocr.REMEDY)
    return sheets


def _pages(numbers: Sequence[int]) -> str:
    """``page 3`` or ``pages 3, 4, 5 …``."""
    listed = ", ".join(map(str, numbers[:_LISTED]))
    return f"page{'s' if len(numbers) > 1 else ''} {listed}{' …' if len(numbers) > _LISTED else ''}"


def _said(error: BaseException) -> str:
    """The kind of the innermost error and what it says, on one line."""
    inner = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    return " ".join(f"{type(inner).__name__} {inner}".split())[:_SAID]


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings of pdfminer, which tell of every font that is a little wrong."""
    logger = logging.getLogger("pdfminer")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
