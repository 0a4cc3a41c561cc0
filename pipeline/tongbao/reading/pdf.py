"""PDF → text: pdfplumber gives the characters and rules of every page, ``tongbao.reading.pages`` makes a text of them.

A page without text that shows a picture is read by ``tongbao.reading.ocr`` where its libraries are installed.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from tongbao.errors import ReadingError
from tongbao.reading import ocr
from tongbao.reading.formats import Extracted, missing_library
from tongbao.reading.pages import text_of_pages
from tongbao.reading.pdf_sheets import Sheet, sheet_of

if TYPE_CHECKING:
    from pdfplumber.page import Page as PlumberPage

MAX_CHARACTERS = 10_000_000

#: From this share of a page's characters on, broken ones make it unreadable.
_BROKEN = 0.02
#: How many pages, and how much of another library's words, a message names.
_LISTED = 5
_SAID = 200

_log = logging.getLogger(__name__)


def read_pdf(data: bytes, declared: str | None, place: str) -> Extracted:
    """The text of a PDF, its paragraphs joined, tables as ``head:value``, without running heads and page numbers.

    ``declared`` is of no use here: a PDF says itself what its characters are.

    Raises:
        ReadingError: it is damaged, locked with a password, longer than 2,000 pages or 10 million characters, unpacks
            to more than the limits of ``tongbao.reading.pdf_limits``, is of pictures only while the extra ``ocr`` is
            not installed, or has a page whose characters have no meaning.
    """
    with _quiet():
        sheets = _with_scans(data, list(_sheets(data, place)), place)
    text, blocks = text_of_pages([sheet.page for sheet in sheets])
    return Extracted(text, "utf-8", blocks=blocks)


def _sheets(data: bytes, place: str) -> Iterator[Sheet]:
    """Every page of the file."""
    number = total = 0
    try:
        for number, plumbed in enumerate(_opened(data, place), 1):
            sheet = sheet_of(plumbed, number)
            plumbed.close()
            total += sheet.characters
            if total > MAX_CHARACTERS:
                reason = f"more than {MAX_CHARACTERS:,} characters up to page {number}"
                raise ReadingError(place, reason, "split the file")
            yield sheet
    except (ReadingError, MemoryError, GeneratorExit):
        raise
    except Exception as error:  # pdfminer raises whatever a damaged file makes it stumble over
        where = f" at page {number}" if number else ""
        raise ReadingError(place, f"damaged PDF{where}: {_said(error)}", "fetch or save the file again") from None


def _opened(data: bytes, place: str) -> Sequence[PlumberPage]:
    """The pages, unread."""
    try:
        from pdfminer.pdfdocument import PDFEncryptionError

        from tongbao.reading.pdf_limits import open_pdf
    except ImportError as error:
        raise missing_library(place, error) from None
    if b"%PDF-" not in data[:1024]:
        raise ReadingError(place, "this is no PDF document", "check what the file is")
    try:
        pages = open_pdf(data, place)
    except PDFEncryptionError:
        remedy = "take the password off (print it to a new PDF) and try again"
        raise ReadingError(place, "the PDF is encrypted and opens with a password only", remedy) from None
    if not pages:
        raise ReadingError(place, "damaged PDF: it has no pages", "fetch or save the file again")
    return pages


def _with_scans(data: bytes, sheets: list[Sheet], place: str) -> list[Sheet]:
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
    """The kind of an error and what it says, on one line."""
    return " ".join(f"{type(error).__name__} {error}".split())[:_SAID]


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
