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
from collections.abc import Sequence
from email.message import Message

from tongbao.errors import ReadingError
from tongbao.reading.encodings import decode
from tongbao.reading.formats import Extracted, missing_library
from tongbao.reading.html_article import Article, find_article
from tongbao.reading.html_metadata import find_page_metadata, find_title, information_table, meta_of
from tongbao.reading.html_page import Node, PageLine, read_page
from tongbao.reading.tables import Cell, Table, is_data, lines_of, place
from tongbao.records import Block, Span

_SNIFFED = 4096
_MAX_DEPTH = 3000
#: Elements that the parser closes by itself, or that hold nothing: they nest only in the source.
_SHALLOW = frozenset("area base br col embed hr img input link meta p li td th tr dd dt option source wbr param".split())
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
