"""A PDF opened with suspicion: pdfminer and pdfplumber with limits on what a small file can be made to grow into.

pdfminer unpacks a stream, follows a form and fills a font's tables as far as the file says. Its classes are extended at
these places: what a stream unpacks to is measured before it is unpacked (every filter of a chain on its own, in streams
of objects and of cross references too), and what a page draws is counted while it is drawn. Nothing of the libraries is
changed for others. Importing this module loads them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from itertools import islice
from typing import Any, Final, NoReturn, cast

from pdfminer.cmapdb import CMapParser, FileUnicodeMap
from pdfminer.layout import LTPage
from pdfminer.lzw import LZWDecoder
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdffont import PDFFont
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import (
    LITERALS_ASCII85_DECODE,
    LITERALS_ASCIIHEX_DECODE,
    LITERALS_CCITTFAX_DECODE,
    LITERALS_FLATE_DECODE,
    LITERALS_LZW_DECODE,
    LITERALS_RUNLENGTH_DECODE,
    PDFStream,
    int_value,
    list_value,
    resolve1,
    stream_value,
)
from pdfminer.psparser import LIT, PSKeyword
from pdfminer.utils import MATRIX_IDENTITY, Matrix
from pdfplumber.page import Page, PDFPageAggregatorWithMarkedContent
from pdfplumber.pdf import PDF

from tongbao.errors import ReadingError

MAX_PAGES: Final = 2_000
#: Bytes that one stream, and all streams that are looked at, may unpack to. Pictures are never unpacked here.
MAX_STREAM: Final = 50_000_000
MAX_UNPACKED: Final = 500_000_000
#: The same for a stream that becomes objects, each of which takes many times its bytes.
MAX_OBJECTS: Final = 20_000_000
#: Bytes of instructions that a page may execute (a form as often as it is drawn), and characters that it may show.
MAX_INSTRUCTIONS: Final = 20_000_000
MAX_PAGE_CHARACTERS: Final = 200_000
#: Lines and curves beyond these are not looked at: such a page is a drawing.
MAX_PATHS: Final = 100_000
#: Codes for which a font may name widths or characters.
MAX_CODES: Final = 2_000_000
#: Bytes in a row of a predictor.
MAX_ROW: Final = 1_000_000
#: Streams may overlap in the file; together they may be so many times as large as it is.
MAX_OVERLAP: Final = 4

#: What executing a form costs besides its instructions, in bytes of them: forms without any can be nested, too.
_FORM = 1_000
_CHUNK = 1 << 20
#: How many times its size what a filter makes of it can be. zlib: 258 bytes of 2 bits; RunLength: 128 of 2 bytes.
_FLATE_GROWTH, _RUN_GROWTH, _ASCII85_GROWTH = 1032, 64, 4
_OBJECT_TYPES = (LIT("ObjStm"), LIT("XRef"))
_CODES = f"a font in it has more than {MAX_CODES:,} codes"
_SPLIT = "if that is right, print it to a new PDF, or split the file"


def open_pdf(data: bytes, place: str) -> list[Page]:
    """The pages of a PDF, unread; what reading them unpacks is limited as this module says.

    Raises:
        ReadingError: it has more than ``MAX_PAGES`` pages. Reading a page raises it too, where a limit is broken.
        Exception: whatever pdfminer raises for a damaged file.
    """
    pdf = _Pdf(data, _Purse(place, MAX_OVERLAP * len(data)))
    pages = list(islice(PDFPage.create_pages(pdf.doc), MAX_PAGES + 1))
    if len(pages) > MAX_PAGES:
        raise ReadingError(place, f"more than {MAX_PAGES:,} pages", "split the file")
    return [_Page(pdf, page, number) for number, page in enumerate(pages, 1)]


class _Purse:
    """What is left of the bytes that a document may unpack to; ``raw``: of those that its streams may take up."""

    def __init__(self, place: str, raw: int) -> None:
        self._place = place
        self._raw = raw
        self._unpacked = MAX_UNPACKED

    def take_raw(self, size: int) -> None:
        """Count the bytes of a stream as they stand in the file."""
        self._raw -= size
        if self._raw < 0:
            self.refuse(f"its streams overlap to more than {MAX_OVERLAP} times the size of the file")

    def take(self, size: int) -> None:
        """Count unpacked bytes."""
        self._unpacked -= size
        if self._unpacked < 0:
            self.refuse(f"it unpacks to more than {MAX_UNPACKED:,} bytes")

    def refuse(self, reason: str) -> NoReturn:
        """Raise the error that says which limit is broken."""
        raise ReadingError(self._place, reason, _SPLIT)


class _Stream(PDFStream):
    """A stream that is measured before it is unpacked."""

    def __init__(self, plain: PDFStream, purse: _Purse) -> None:
        raw = plain.rawdata or b""
        purse.take_raw(len(raw))
        super().__init__(plain.attrs, raw, plain.decipher)
        self._purse = purse

    def decode(self) -> None:
        """As pdfminer does it, filter by filter; a fax, which is a picture, stays as it is."""
        data = self.rawdata or b""
        if self.decipher is not None:
            data = self.decipher(cast(int, self.objid), cast(int, self.genno), data, self.attrs)
        limit = MAX_OBJECTS if self.attrs.get("Type") in _OBJECT_TYPES else MAX_STREAM
        for name, parameters in self.get_filters():
            if name in LITERALS_CCITTFAX_DECODE:
                continue
            if _exceeds(data, name, limit) or _row(parameters) > MAX_ROW:
                which = "a stream" if self.objid is None else f"stream {self.objid}"
                self._purse.refuse(f"{which} in it unpacks to more than {limit:,} bytes")
            data = PDFStream({"Filter": name, "DecodeParms": parameters}, data).get_data()
        self._purse.take(len(data))
        self.data, self.rawdata = data, None


def _exceeds(data: bytes, name: object, limit: int) -> bool:
    """Whether the filter ``name`` makes more than ``limit`` bytes of ``data``."""
    if name in LITERALS_FLATE_DECODE:
        return len(data) * _FLATE_GROWTH > limit and _sum_exceeds(map(len, _inflated(data)), limit)
    if name in LITERALS_LZW_DECODE:
        return _sum_exceeds(map(len, LZWDecoder(BytesIO(data)).run()), limit)
    if name in LITERALS_RUNLENGTH_DECODE:
        return len(data) * _RUN_GROWTH > limit
    growth = _ASCII85_GROWTH if name in LITERALS_ASCII85_DECODE else 1
    return name not in LITERALS_ASCIIHEX_DECODE and len(data) * growth > limit


def _inflated(data: bytes) -> Iterator[bytes]:
    """What zlib makes of the data, in pieces, as far as it can be read."""
    unpacker = zlib.decompressobj()
    try:
        piece = unpacker.decompress(data, _CHUNK)
        while piece:
            yield piece
            piece = unpacker.decompress(unpacker.unconsumed_tail, _CHUNK)
    except zlib.error:
        return


def _sum_exceeds(sizes: Iterator[int], limit: int) -> bool:
    total = 0
    for size in sizes:
        total += size
        if total > limit:
            return True
    return False


def _row(parameters: object) -> int:
    """Bytes in a row of the predictor, if there is one."""
    if not isinstance(parameters, dict):
        return 0
    names = {"Columns": 1, "Colors": 1, "BitsPerComponent": 8}
    columns, colours, bits = (int_value(parameters.get(name, value)) for name, value in names.items())
    return max(columns, columns * colours * bits // 8)


class _Parser(PDFParser):
    """A parser whose streams are measured."""

    def __init__(self, data: bytes, purse: _Purse) -> None:
        super().__init__(BytesIO(data))
        self._purse = purse

    def push(self, *objs: Any) -> None:
        """Put objects on the stack, as pdfminer's parser does with what it has read."""
        super().push(*((at, _Stream(one, self._purse) if type(one) is PDFStream else one) for at, one in objs))


class _Fonts(PDFResourceManager):
    """Fonts whose tables are measured before they are filled."""

    def __init__(self, purse: _Purse) -> None:
        super().__init__()
        self._purse = purse

    def get_font(self, objid: object, spec: Mapping[str, object]) -> PDFFont:
        """The font, made or remembered."""
        if not objid or objid not in self._cached_fonts:
            meaning = resolve1(spec.get("ToUnicode"))
            if _codes(spec.get("W"), 3) + _codes(spec.get("W2"), 5) > MAX_CODES:
                self._purse.refuse(_CODES)
            if isinstance(meaning, PDFStream):
                _Ranges(meaning.get_data(), self._purse).run()
        return super().get_font(objid, spec)


def _codes(widths: object, step: int) -> int:
    """For how many codes the array ``W`` (or ``W2``) of a font gives a width, in ranges ``first last width``."""
    total = 0
    numbers: list[float] = []
    for one in map(resolve1, list_value(widths or [])):
        if isinstance(one, list):
            numbers = []
        elif isinstance(one, int | float):
            numbers.append(one)
            if len(numbers) == step:
                total += max(0, int(numbers[1] - numbers[0]) + 1)
                numbers = []
    return total


class _Ranges(CMapParser):
    """Reads the CMap by which a font says what its codes mean, and counts them before a range is spread out."""

    def __init__(self, cmap: bytes, purse: _Purse) -> None:
        super().__init__(FileUnicodeMap(), BytesIO(cmap))
        self._purse = purse
        self._codes = 0

    def do_keyword(self, pos: int, token: PSKeyword) -> None:
        """Act on a keyword, with what stands before it: ``<first> <last> <character> … endbfrange``."""
        if token in (self.KEYWORD_ENDBFRANGE, self.KEYWORD_ENDCIDRANGE):
            words = [word for _, word in self.curstack]
            for first, last in zip(words[::3], words[1::3], strict=False):
                if isinstance(first, bytes) and isinstance(last, bytes):
                    self._codes += max(0, int.from_bytes(last, "big") - int.from_bytes(first, "big") + 1)
            if self._codes > MAX_CODES:
                self._purse.refuse(_CODES)
        super().do_keyword(pos, token)


class _Pdf(PDF):
    """The document, made of the parts of this module; its metadata are not read."""

    def __init__(self, data: bytes, purse: _Purse) -> None:
        self.stream = BytesIO(data)
        self.stream_is_external = False
        self.path = self.pages_to_parse = self.laparams = self.password = self.unicode_norm = None
        self.raise_unicode_errors = False
        self.metadata = {}
        self.purse = purse
        self.doc = PDFDocument(_Parser(data, purse))
        self.rsrcmgr = _Fonts(purse)


class _Page(Page):
    """A page that counts what it draws."""

    pdf: _Pdf

    @property
    def layout(self) -> LTPage:
        """What stands on the page, drawn once."""
        if not hasattr(self, "_layout"):
            device = _Device(self.pdf, self.page_number)
            _Interpreter(self.pdf.rsrcmgr, device).process_page(self.page_obj)
            self._layout = device.get_result()
        return self._layout


class _Device(PDFPageAggregatorWithMarkedContent):
    """Where a page is drawn."""

    def __init__(self, pdf: _Pdf, number: int) -> None:
        super().__init__(pdf.rsrcmgr, pageno=number, laparams=None)
        self._purse = pdf.purse
        self._instructions, self._characters, self._paths = MAX_INSTRUCTIONS, MAX_PAGE_CHARACTERS, MAX_PATHS

    def execute(self, size: int) -> None:
        """Count ``size`` bytes of instructions."""
        self._instructions -= size
        if self._instructions < 0:
            self._purse.refuse(f"page {self.pageno} draws by more than {MAX_INSTRUCTIONS:,} bytes of instructions")

    def render_char(self, *args: Any, **kwargs: Any) -> float:
        """Draw a character."""
        self._characters -= 1
        if self._characters < 0:
            self._purse.refuse(f"page {self.pageno} has more than {MAX_PAGE_CHARACTERS:,} characters")
        return super().render_char(*args, **kwargs)

    def paint_path(self, *args: Any, **kwargs: Any) -> None:
        """Draw lines and curves."""
        self._paths -= 1
        if self._paths >= 0:
            super().paint_path(*args, **kwargs)


class _Interpreter(PDFPageInterpreter):
    """What executes the instructions of a page, and of the forms in it."""

    device: _Device

    def render_contents(
        self, resources: dict[object, object], streams: Sequence[object], ctm: Matrix = MATRIX_IDENTITY
    ) -> None:
        """Execute the streams one after the other."""
        for one in list_value(streams):
            self.device.execute(_FORM + len(stream_value(one).get_data()))
        super().render_contents(resources, streams, ctm)
