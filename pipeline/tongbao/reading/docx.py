"""A Word document (``.docx``) → its text as it reads when all changes are accepted.

Paragraphs and tables in the order of the body, a paragraph a line and a table a line a row (see
``tongbao.reading.tables``), with the automatic numbers written out. Text of content controls, links, text boxes and
insertions is in; deletions, hidden text, notes, comments, headers, footers and tables of contents are out. The parts
are read as XML, since libraries for the format drop numbers and changes, and give up on files that word processors
open (a relation to nothing, the strict namespace).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from tongbao.errors import ReadingError
from tongbao.reading.docx_numbering import (
    Numbering,
    attribute,
    child,
    local,
    read_numbering,
    value_of,
    whole,
)
from tongbao.reading.docx_package import Package
from tongbao.reading.formats import Extracted, from_paragraphs
from tongbao.reading.lines import INVISIBLE
from tongbao.reading.metadata import find_metadata
from tongbao.reading.tables import Cell, Table, is_data, lines_of, table_of
from tongbao.records import Metadata

if TYPE_CHECKING:
    from lxml.etree import _Element

_MAX_DEPTH = 100
#: What holds blocks or runs and says nothing itself.
_WRAPPERS = frozenset(
    "sdtContent customXml smartTag ins moveTo hyperlink fldSimple dir bdo ruby rubyBase oMath oMathPara r".split()
)
_BLANKS = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_docx(data: bytes, declared: str | None, place: str) -> Extracted:
    """The text of a Word document. ``declared`` is not needed: XML names its own encoding.

    The title among the document's properties is taken only where the text shows it too: a new document is often an old
    one saved under another name. The date of creation is no date of publication.

    Raises:
        ReadingError: it is no Word document, is damaged, encrypted, or made to exhaust memory (see ``docx_package``),
            or the extra ``documents`` is not installed.
    """
    package = Package(data, place)
    main = package.related("", "officeDocument") or "word/document.xml"
    root = package.part(main)
    body = None if root is None or local(root) != "document" else child(root, "body")
    if body is None:
        reason = "there is no text document in this archive"
        raise ReadingError(place, reason, "give a .docx file as a word processor saves it")
    numbering = read_numbering(
        package.part(package.related(main, "numbering") or "word/numbering.xml"),
        package.part(package.related(main, "styles") or "word/styles.xml"),
    )
    paragraphs = list(_lines(_Body(numbering, place).read(body)))
    if not any(paragraph.strip() for paragraph in paragraphs):
        reason = "the document holds no text (pictures are not read)"
        raise ReadingError(place, reason, "give a document with text in it, or save a scan as PDF")
    text = "\n".join(paragraphs)
    return from_paragraphs(paragraphs, "utf-8", Metadata(title=_title(package, text)))


@dataclass(frozen=True, slots=True)
class _DocumentTable:
    """A table of a document: its cells in their places, ``contents[i]`` being what cell ``i`` holds, in order."""

    cells: tuple[Cell, ...]
    contents: tuple[tuple[_Block, ...], ...]


_Block: TypeAlias = "str | _DocumentTable"


@dataclass(slots=True)
class _Body:
    """The state of one walk over a document.

    ``fields`` says for every open field whether its result has begun: only that is shown, its instruction is not.
    """

    numbering: Numbering
    place: str
    fields: list[bool] = field(default_factory=list)
    carried: str = ""
    depth: int = 0
    cells: int = 0

    def read(self, parent: _Element) -> list[_Block]:
        """The paragraphs and tables under an element, in order; a text box follows the paragraph that it hangs on."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            reason = f"tables or content controls are nested more than {_MAX_DEPTH} deep"
            raise ReadingError(self.place, reason, "give a file as a word processor saves it")
        found: list[_Block] = []
        for element in parent:
            name = local(element)
            if name == "p":
                found.extend(self._paragraph(element))
            elif name == "tbl":
                found.extend(self._rest())
                found.append(self._table(element))
            elif name == "sdt":
                if not _is_contents(element):
                    found.extend(self.read(element))
            elif name in _WRAPPERS:
                found.extend(self.read(element))
            elif name == "AlternateContent":
                found.extend(self.read(choice) if (choice := _choice(element)) is not None else [])
        self.depth -= 1
        return found + self._rest()

    def _rest(self) -> list[_Block]:
        """What a paragraph with a deleted end leaves where no other one follows."""
        rest, self.carried = self.carried, ""
        return [rest] if rest.strip() else []

    def _paragraph(self, element: _Element) -> list[_Block]:
        properties = child(element, "pPr")
        boxes: list[_Element] = []
        text = "".join(self._runs(element, boxes))
        self.fields = [shown for shown in self.fields if shown]  # an instruction does not reach into the next paragraph
        if child(child(properties, "rPr"), "del") is not None:  # its end is deleted: it runs on into the next one
            self.carried += text
            return [block for box in boxes for block in self.read(box)]
        text, self.carried = self.carried + text, ""
        label = self.numbering.label(properties)
        text = re.sub("[ \t]+", " ", text.replace("\xa0", " ").translate(INVISIBLE))
        text = "\n".join(line.strip() for line in text.strip().split("\n"))
        found: list[_Block] = []
        if not re.match("(?:toc|目录) ?[1-9]$", self.numbering.style_name(properties)):
            found.append(label + text if text else label.strip() if self.cells else "")
        return found + [block for box in boxes for block in self.read(box)]

    def _runs(self, parent: _Element, boxes: list[_Element]) -> Iterator[str]:
        """The text under an element; text boxes are put by."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            reason = f"elements of a paragraph are nested more than {_MAX_DEPTH} deep"
            raise ReadingError(self.place, reason, "give a file as a word processor saves it")
        raised = local(parent) == "r" and value_of(child(parent, "rPr"), "vertAlign") == "superscript"
        for element in parent:
            name = local(element)
            if name == "fldChar":
                self._mark(attribute(element, "fldCharType"))
            elif name in ("drawing", "pict", "object"):
                boxes.extend(_boxes(element))
            elif name == "AlternateContent":
                choice = _choice(element)
                if choice is not None:
                    yield from self._runs(choice, boxes)
            elif name == "sdt":
                yield from self._runs(element, boxes)
            elif name in _WRAPPERS:
                if name != "r" or not _is_hidden(element):
                    yield from self._runs(element, boxes)
            elif not all(self.fields):
                continue
            elif name == "t":
                text = element.text or ""
                yield {"2": "²", "3": "³"}.get(text, text) if raised else text
            elif name in _BLANKS:
                yield _BLANKS[name]
        self.depth -= 1

    def _mark(self, kind: str | None) -> None:
        if kind == "begin":
            self.fields.append(False)
        elif kind == "separate" and self.fields:
            self.fields[-1] = True
        elif kind == "end" and self.fields:
            self.fields.pop()

    def _table(self, element: _Element) -> _DocumentTable:
        cells: list[Cell] = []
        contents: list[tuple[_Block, ...]] = []
        above: dict[int, int] = {}  # for every column, the cell that reaches down to it
        for row, row_element in enumerate(_inner(element, "tr")):
            properties = child(row_element, "trPr")
            if child(properties, "del") is not None:
                continue
            head = child(properties, "tblHeader") is not None
            column = whole(value_of(properties, "gridBefore")) or 0
            reached: dict[int, int] = {}
            for cell in _inner(row_element, "tc"):
                about = child(cell, "tcPr")
                width = min(max(whole(value_of(about, "gridSpan")) or 1, 1), 1000)
                self.cells += 1  # in a cell, an automatic number may be all there is
                blocks = tuple(self.read(cell))
                self.cells -= 1
                merge = child(about, "vMerge")
                beside = child(about, "hMerge")
                goes_down = merge is not None and attribute(merge, "val") != "restart"
                goes_on = beside is not None and attribute(beside, "val") != "restart"
                if goes_down and column in above:
                    index = above[column]
                    cells[index] = _grown(cells[index], row)
                    contents[index] += blocks
                elif goes_on and cells and cells[-1].row == row:
                    index = len(cells) - 1
                    cells[index] = _widened(cells[index], column + width)
                    contents[index] += blocks
                else:
                    index = len(cells)
                    cells.append(Cell("", row, column, 1, width, head))
                    contents.append(blocks)
                reached[column] = index
                column += width
            above = reached
        return _DocumentTable(tuple(cells), tuple(contents))


def _grown(cell: Cell, row: int) -> Cell:
    return Cell("", cell.row, cell.column, row - cell.row + 1, cell.width, cell.head)


def _widened(cell: Cell, end: int) -> Cell:
    return Cell("", cell.row, cell.column, cell.height, end - cell.column, cell.head)


def _lines(blocks: list[_Block] | tuple[_Block, ...]) -> Iterator[str]:
    """The paragraphs of blocks: a table of data row by row, any other one cell after cell."""
    above = ""
    for block in blocks:
        if isinstance(block, str):
            if block.strip():
                yield (above := block)
            continue
        if (table := _data(block)) is not None:
            yield from lines_of(table, above)
        else:
            for content in block.contents:
                yield from _lines(content)
        above = ""


def _data(table: _DocumentTable) -> Table | None:
    """The table with the text of its cells, if it is one of data and holds no other."""
    if any(isinstance(block, _DocumentTable) for content in table.contents for block in content):
        return None
    texts = ("\n".join(block for block in content if isinstance(block, str)) for content in table.contents)
    cells = zip(table.cells, texts, strict=True)
    placed = table_of(Cell(text, cell.row, cell.column, cell.height, cell.width, cell.head) for cell, text in cells)
    return placed if is_data(placed) else None


def _inner(parent: _Element, name: str) -> Iterator[_Element]:
    """The rows of a table or the cells of a row, those in content controls and the like too."""
    waiting = list(reversed(parent))
    while waiting:
        element = waiting.pop()
        if local(element) == name:
            yield element
        elif local(element) in _WRAPPERS or local(element) == "sdt":
            waiting.extend(reversed(element))


def _boxes(element: _Element) -> list[_Element]:
    """The contents of the text boxes in a drawing, the outermost ones, and of one alternative only."""
    found: list[_Element] = []
    waiting = list(reversed(element))
    while waiting:
        inner = waiting.pop()
        if local(inner) == "txbxContent":
            found.append(inner)
        elif local(inner) == "AlternateContent":
            choice = _choice(inner)
            waiting.extend(reversed(choice) if choice is not None else ())
        else:
            waiting.extend(reversed(inner))
    return found


def _choice(element: _Element) -> _Element | None:
    """The alternative to read: the first one that there is."""
    return next(iter(element), None)


def _is_contents(element: _Element) -> bool:
    """Whether a content control is the table of contents."""
    gallery = value_of(child(child(element, "sdtPr"), "docPartObj"), "docPartGallery")
    return gallery is not None and gallery.lower() == "table of contents"


def _is_hidden(run: _Element) -> bool:
    vanish = child(child(run, "rPr"), "vanish")
    return vanish is not None and attribute(vanish, "val") not in ("0", "false", "off")


def _title(package: Package, text: str) -> str | None:
    """The title among the properties, where the text begins with it or says no title itself."""
    root = package.part(package.related("", "core-properties") or "docProps/core.xml")
    title = child(root, "title")
    words = " ".join((title.text or "").split()) if title is not None else ""
    shown = "".join(words.split()) in "".join(text[:1000].split())
    made_up = re.search(
        r"^(?:Microsoft|文档|未命名|Document|PowerPoint|新建|WPS)|\.(?:docx?|wps|rtf|txt)$", words, re.I
    )
    if len(words) < 4 or made_up is not None or not (shown or find_metadata(text).title is None):
        return None
    return words
