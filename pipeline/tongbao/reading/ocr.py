"""Pictures of text → pages, by RapidOCR (extra ``ocr``; its models come with it, nothing is fetched).

The directions of lines are not guessed (``use_cls``), which is the library's default and lost lines. Ink that looks
like a line and was not found is looked at once more on its own; what is still not read then is told.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tongbao.errors import ReadingError
from tongbao.reading.formats import Extracted
from tongbao.reading.pages import Page, text_of_pages
from tongbao.reading.scan import Seen, Strip, ink, line_height, pieces_of_scan, unread

REMEDY = 'pip install "tongbao[ocr]"'

#: Pages of a PDF are drawn at so many pixels an inch: more makes small print no better and takes longer.
_DPI = 200
_POINTS = 72
#: What Pillow may take a file for: for others (EPS) it would start programs.
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP")
MAX_PIXELS = 120_000_000
MAX_FRAMES = 500
#: How sure the recognition of a line has to be, and of a strip in which no line was found.
_SURE = 0.5
_SURE_ALONE = 0.8
#: A strip looked at again is drawn larger, with paper round it.
_LARGER = 2
_PAPER = 40

Picture: TypeAlias = NDArray[np.uint8]

_log = logging.getLogger(__name__)


def installed() -> bool:
    """Whether the libraries of the extra ``ocr`` are there."""
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "pypdfium2", "PIL"))


def read_image(data: bytes, declared: str | None, place: str) -> Extracted:
    """The text on a picture (PNG, JPEG, BMP, TIFF with one page or many). ``declared`` is of no use here.

    Raises:
        ReadingError: the extra ``ocr`` is not installed, the picture is damaged or too large, or shows no text.
    """
    if not installed():
        reason = "reading pictures needs libraries that are not installed"
        raise ReadingError(place, reason, REMEDY)
    pages = []
    for number, picture in enumerate(_frames(data, place), 1):
        height, width = picture.shape[:2]
        pieces = pieces_of_scan(_recognised(picture, number, place))
        pages.append(Page(number, float(width), float(height), pieces))
    text, blocks = text_of_pages(pages)
    if not text:
        raise ReadingError(place, "no text was recognised on the picture", "scan it larger and upright")
    return Extracted(text, "utf-8", blocks=blocks)


def read_pages(data: bytes, numbers: Sequence[int], place: str) -> dict[int, Page]:
    """The pages ``numbers`` (from 1) of a PDF, drawn and recognised; lengths in points.

    Raises:
        ReadingError: a page is too large or cannot be drawn.
    """
    import pypdfium2

    pages = {}
    try:
        document = pypdfium2.PdfDocument(data)
        for number in numbers:
            page = document[number - 1]
            if math.prod(side * _DPI / _POINTS for side in page.get_size()) > MAX_PIXELS:
                reason = f"page {number} is larger than {MAX_PIXELS // 1_000_000} million pixels at {_DPI} an inch"
                raise ReadingError(place, reason, "print it to a new PDF on smaller paper")
            picture = page.render(scale=_DPI / _POINTS).to_numpy()
            height, width = (side * _POINTS / _DPI for side in picture.shape[:2])
            pieces = pieces_of_scan(_recognised(picture, number, place), _POINTS / _DPI)
            pages[number] = Page(number, width, height, pieces)
    except (ReadingError, MemoryError):
        raise
    except Exception as error:  # whatever the library says of a damaged page
        raise ReadingError(place, f"a page cannot be drawn: {error}", "fetch or save the file again") from None
    return pages


def _frames(data: bytes, place: str) -> Iterator[Picture]:
    """The pages of a picture, upright, in colours."""
    from PIL import Image, ImageOps, ImageSequence

    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            for number, frame in enumerate(ImageSequence.Iterator(image), 1):
                if frame.width * frame.height > MAX_PIXELS or number > MAX_FRAMES:
                    reason = f"larger than {MAX_PIXELS // 1_000_000} million pixels or {MAX_FRAMES} pages"
                    raise ReadingError(place, reason, "make the picture smaller")
                yield np.asarray(ImageOps.exif_transpose(frame).convert("RGB"))
    except (ReadingError, MemoryError):
        raise
    except Exception as error:  # Pillow raises whatever a damaged file makes it stumble over
        raise ReadingError(place, f"damaged picture: {error}", "fetch or save the file again") from None


def _recognised(picture: Picture, number: int, place: str) -> list[Seen]:
    """What is written on a page, a second look at what was passed over included."""
    try:
        seen = _seen(picture)
        if not seen:
            return []
        height = line_height(seen)
        dark = ink(picture.max(axis=2))
        for strip in unread(dark, (one.box for one in seen), height):
            again = _second(picture, strip, height)
            if not again:
                down = round(100 * strip[1] / picture.shape[0])
                _log.warning("%s: page %d: what looks like a line %d%% down could not be read", place, number, down)
            seen.extend(again)
    except MemoryError:
        raise
    except Exception as error:  # the models and their runtime raise errors of their own
        reason = f"recognition failed on page {number}: {type(error).__name__} {error}"
        raise ReadingError(place, reason, "try the picture at another size") from None
    return seen


def _second(picture: Picture, strip: Strip, height: float) -> list[Seen]:
    """What is written in the box ``strip``, looked at alone and larger."""
    margin = round(0.4 * height)
    left, top = max(0, strip[0] - margin), max(0, strip[1] - margin)
    part = picture[top : strip[3] + margin, left : strip[2] + margin]
    larger = part.repeat(_LARGER, axis=0).repeat(_LARGER, axis=1)
    paper = int(np.median(larger))
    framed = np.pad(larger, ((_PAPER, _PAPER), (_PAPER, _PAPER), (0, 0)), constant_values=paper)
    found = [one.moved(left - _PAPER / _LARGER, top - _PAPER / _LARGER, 1 / _LARGER) for one in _seen(framed)]
    if found:
        return found
    result = _engine()(part, use_det=False, use_cls=False, use_rec=True)
    x0, y0, x1, y1 = map(float, strip)
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return [
        Seen(text, corners)
        for text, sure in zip(result.txts or (), result.scores or (), strict=True)
        if text.strip() and sure >= _SURE_ALONE
    ]


def _seen(picture: Picture) -> list[Seen]:
    result = _engine()(picture, use_det=True, use_cls=False, use_rec=True)
    if result.boxes is None or result.txts is None:
        return []
    corners = (tuple((float(x), float(y)) for x, y in box) for box in result.boxes)
    return [Seen(text, box) for text, box in zip(result.txts, corners, strict=True) if text.strip()]


@cache
def _engine() -> Any:
    """The recogniser; loading its models takes a second or two."""
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.use_cls": False, "Global.log_level": "critical", "Global.text_score": _SURE})
