"""A web page, saved as HTML, XHTML or MHTML → the text of its article.

One paragraph is one line; a table of data is a line a row (see ``tongbao.reading.tables``). Navigation, share buttons,
lists of links and imprints are left out, and so is the line of source and date, which becomes metadata. Nothing is
fetched and no script runs.
"""

from __future__ import annotations

import codecs
import email
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from email.message import Message

from tongbao.errors import ReadingError
from tongbao.reading.encodings import decode
from tongbao.reading.formats import Extracted, from_paragraphs, missing_library
from tongbao.reading.html_article import find_article
from tongbao.reading.html_metadata import find_page_metadata, find_title, information_table, meta_of
from tongbao.reading.html_page import Node, PageLine, read_page
from tongbao.reading.tables import Cell, Table, is_data, lines_of, place_cells

_SNIFFED = 4096
_MAX_DEPTH = 3000
_MAX_COLUMNS = 1000
_MAX_VOTED = 1_000_000
_FEW = 1000  # of the characters at most one in so many may be damaged
#: Elements that the parser closes by itself, or that hold nothing: they nest only in the source.
_SHALLOW = frozenset(
    "area base br col embed hr img input link meta p li td th tr dd dt option source wbr param".split()
)
_GB = frozenset({"gb2312", "gbk", "gb18030", "cp936"})


def read_html(data: bytes, declared: str | None, place: str) -> Extracted:
    """The article of an HTML page; an XML declaration makes it XHTML.

    ``declared`` goes before the encoding that the page declares; a single damaged character outside the article is
    passed over, as browsers do.

    Raises:
        ReadingError: no text, no certain encoding, no article (a list of links, a page that a script fills), damage
            inside the article, nested too deeply, or the extra ``documents`` is not installed.
    """
    text, encoding, damaged = _decoded(data, declared, place)
    return _read(_expanded(text) if text.lstrip().startswith("<?xml") else text, encoding, damaged, place)


def read_xhtml(data: bytes, declared: str | None, place: str) -> Extracted:
    """The article of an XHTML page (see ``read_html``): in it ``<a/>`` is closed."""
    text, encoding, damaged = _decoded(data, declared, place)
    return _read(_expanded(text), encoding, damaged, place)


def read_mhtml(data: bytes, declared: str | None, place: str) -> Extracted:
    """The article of a page that a browser saved with its pictures in one file (RFC 2557): its first HTML part.

    Raises:
        ReadingError: see ``read_html``, or the file has no HTML part.
    """
    message = email.message_from_bytes(data)
    for part in message.walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes) and payload:
                found = read_html(payload, declared or _known(part.get_content_charset()), place)
                return _addressed(found, message, part)
    raise ReadingError(place, "there is no web page in this file", "save the page again, as HTML")


def _addressed(found: Extracted, *parts: Message) -> Extracted:
    """With the address that the headers of MHTML name, where the page itself names none."""
    names = ("Snapshot-Content-Location", "Content-Location")
    addresses = (str(part.get(name, "")).strip() for part in parts for name in names)
    url = next((address for address in addresses if re.fullmatch(r"https?://\S{3,2000}", address)), None)
    if found.metadata.url is not None or url is None:
        return found
    return replace(found, metadata=replace(found.metadata, url=url))


def _decoded(data: bytes, declared: str | None, place: str) -> tuple[str, str, bool]:
    """The text, its encoding, and whether damaged characters in it were replaced by U+FFFD."""
    sniffed = declared or _declared(data)
    try:
        return *decode(data, sniffed, place), False
    except ReadingError:
        name = _known(sniffed) or "utf-8"
        text = data.decode(name, "replace")
        if "\0" in text or not 0 < text.count("\ufffd") * _FEW <= len(text):
            raise
        return text, name, True


def _declared(data: bytes) -> str | None:
    """The encoding that the page names in a ``<meta>`` element or its XML declaration, if Python knows it."""
    found = re.search(
        rb"""<(?:meta\b[^<>]{0,300}?charset|\?xml[^<>]{0,100}?encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""",
        data[:_SNIFFED],
        re.I,
    )
    return None if found is None else _known(found[1].decode("ascii"))


def _known(name: str | None) -> str | None:
    """The Python name of a text encoding; GB2312 and GBK are read as GB18030, which holds them."""
    try:
        found = codecs.lookup(name or "").name
        b"".decode(found)
    except (LookupError, ValueError):
        return None
    return "gb18030" if found in _GB else found


def _expanded(text: str) -> str:
    """XHTML as HTML: an empty element is opened and closed."""
    voids = "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"
    return re.sub(
        rf"<(?!(?:{voids})\b)([A-Za-z][\w:.-]*)\b((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*?)/>", r"<\1\2></\1>", text
    )


def _refuse_depth(text: str, place: str) -> None:
    """A page nested thousands of elements deep was made to bring parsers down: their time grows with its square."""
    depth = 0
    for match in re.finditer(r"<(/?)([A-Za-z][\w:-]*)", text):
        if match[2].lower() not in _SHALLOW:
            depth = max(depth + (-1 if match[1] else 1), 0)
        if depth > _MAX_DEPTH:
            raise ReadingError(
                place, f"elements are nested more than {_MAX_DEPTH} deep", "give a page that a browser can show"
            )


def _read(text: str, encoding: str, damaged: bool, place: str) -> Extracted:
    _refuse_depth(text, place)
    try:
        from selectolax.lexbor import LexborHTMLParser
    except ImportError as error:
        raise missing_library(place, error) from None
    parser = LexborHTMLParser(text)
    root = parser.root
    if root is None:
        raise _no_article(place)
    nodes, lines = read_page(root)
    cards = [
        index
        for index, node in enumerate(nodes)
        if node.tag in ("table", "dl", "ul") and information_table(lines, node.first, node.last)
    ]
    tables = {index: table for index, table in _tables(nodes, lines).items() if index not in cards}
    article = find_article(nodes, lines, tables, _extract(text, place), cards)
    if not article:
        raise _no_article(place)
    meta = {**meta_of(parser), "<saved>": _saved_from(text)}
    title = find_title(nodes, lines, article, meta)
    paragraphs = _paragraphs(nodes, lines, article, tables, title.lines)
    body = "\n".join(paragraphs)
    if damaged and "\ufffd" in body:
        reason = f"damaged {encoding} text: {body.count(chr(0xFFFD))} characters of the article cannot be read"
        raise ReadingError(place, reason, "save the page again")
    metadata = find_page_metadata(lines, article, meta, title, body)
    return from_paragraphs(paragraphs, encoding, metadata)


def _no_article(place: str) -> ReadingError:
    return ReadingError(
        place,
        "there is no article in this page: it lists links, or a script loads its text",
        "open it in a browser and save it when the text is there, or save the text itself",
    )


def _saved_from(text: str) -> str:
    """The address in the comment that browsers write into a page which they save."""
    found = re.search(r"<!--\s*saved from url=\(\d{4}\)(\S+)\s*-->", text[:_SNIFFED])
    return "" if found is None else found[1]


def _extract(text: str, place: str) -> str:
    """What trafilatura takes for the text of the page; nothing where it fails, since it is only one witness.

    Without the algorithms that it falls back to: one of them takes time with the square of the number of paragraphs.
    """
    try:
        from trafilatura import extract
    except ImportError as error:
        raise missing_library(place, error) from None
    if len(text) > _MAX_VOTED:
        return ""
    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    try:
        return extract(text, include_comments=False, include_tables=True, fast=True) or ""
    except MemoryError:
        raise
    except Exception:  # heuristics of a library on any input there is: its failure costs a vote, not the page
        return ""


def _tables(nodes: Sequence[Node], lines: Sequence[PageLine]) -> dict[int, Table]:
    """The tables of data by the index of their element: not those that hold others, or put an article in its place."""
    found: dict[int, Table] = {}
    for index, node in enumerate(nodes):
        if node.tag != "table" or node.first == node.last:
            continue
        rows, nested = _rows(nodes, lines, index)
        if not nested:
            table = place_cells(rows)
            if is_data(table):
                found[index] = table
    return found


def _rows(nodes: Sequence[Node], lines: Sequence[PageLine], table: int) -> tuple[list[list[Cell]], bool]:
    """The cells of a table by rows, and whether another table stands in one of them."""
    rows: list[list[Cell]] = []
    waiting = list(reversed(nodes[table].children))
    nested = False
    while waiting:
        index = waiting.pop()
        node = nodes[index]
        if node.tag == "table":
            nested = True
            continue
        if node.tag in ("tr", "caption"):
            rows.append([])
        if node.tag in ("td", "th", "caption"):
            text = "\n".join(lines[line].text for line in range(node.first, node.last))
            head = node.tag == "th" or nodes[nodes[node.parent].parent].tag == "thead"
            wide = _MAX_COLUMNS if node.tag == "caption" else _span(node, "colspan")
            rows = rows or [[]]
            rows[-1].append(Cell(text, 0, 0, _span(node, "rowspan"), wide, head))
        waiting.extend(reversed(node.children))
    return rows, nested


def _span(node: Node, name: str) -> int:
    value = node.attributes.get(name, "").strip()
    return int(value) if re.fullmatch(r"[1-9]\d{0,4}", value) else 1


def _paragraphs(
    nodes: Sequence[Node],
    lines: Sequence[PageLine],
    article: Sequence[int],
    tables: Mapping[int, Table],
    title: Sequence[int],
) -> list[str]:
    """The paragraphs of the article in order, its title first, and a table row by row in its place."""
    at = {line: index for index in tables for line in range(nodes[index].first, nodes[index].last)}
    found: list[str] = []
    written: set[int] = set()
    shown = [index for index in title if index not in article]
    head = "".join("".join(lines[index].text.split()) for index in article[:4])
    if head.startswith("".join("".join(lines[index].text.split()) for index in shown)):
        shown = []  # the article repeats its title
    for index in [*shown, *article]:
        table = at.get(index)
        if table is None:
            found.append(lines[index].text)
        elif table not in written:
            written.add(table)
            found.extend(lines_of(tables[table], found[-1] if found else ""))
    return found
