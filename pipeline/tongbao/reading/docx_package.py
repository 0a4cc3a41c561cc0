"""The ZIP archive that a ``.docx`` file is, and the XML in it; both are read with suspicion.

A document from elsewhere may be made to do harm: what it unpacks to is limited before anything is unpacked, a document
type declaration (with which entities expand without end or name other files) is refused, and nothing is ever fetched.
Macros and embedded objects are never looked at.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from tongbao.errors import ReadingError
from tongbao.reading.formats import missing_library
from tongbao.reading.zips import DAMAGED, unpacked

if TYPE_CHECKING:
    from lxml.etree import _Element

#: Bytes that an archive may unpack to, bytes that one XML part may have, and members of an archive.
MAX_UNPACKED = 200_000_000
MAX_PART = 60_000_000
MAX_MEMBERS = 10_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_AGAIN = "open it in a word processor and save it again as .docx"


class Package:
    """The parts of one archive by their names (``word/document.xml``)."""

    def __init__(self, data: bytes, place: str) -> None:
        """Open the archive ``data``; ``place`` names it in messages.

        Raises:
            ReadingError: it is none, is damaged, or unpacks to more than the limits of this module.
        """
        self._place = place
        if data.startswith(_OLE):
            reason = "this is an old Word document (.doc), or one with a password"
            raise ReadingError(place, reason, f"{_AGAIN}, without a password")
        try:
            self._archive = zipfile.ZipFile(BytesIO(data))
            members = self._archive.infolist()
        except DAMAGED as error:
            raise ReadingError(place, f"this is no .docx file, or a damaged one: {_reason(error)}", _AGAIN) from None
        size = sum(member.file_size for member in members)
        if len(members) > MAX_MEMBERS or size > MAX_UNPACKED:
            reason = f"it unpacks to {size:,} bytes in {len(members):,} files"
            limit = f"the limits are {MAX_UNPACKED:,} bytes and {MAX_MEMBERS:,} files"
            raise ReadingError(place, reason, f"{limit}: remove pictures, or save the text alone")
        self._names = {member.filename.lower(): member for member in members}

    def part(self, name: str) -> _Element | None:
        """The root element of an XML part, ``None`` where there is no such part.

        Raises:
            ReadingError: the part is damaged, encrypted, too large, or has a document type declaration.
        """
        member = self._names.get(name.lower())
        if member is None:
            return None
        if member.file_size > MAX_PART:
            raise ReadingError(self._place, f"its part {name} has more than {MAX_PART:,} bytes", "split the document")
        try:
            data = unpacked(self._archive, member)
        except RuntimeError:  # what zipfile raises for a part with a password
            raise ReadingError(self._place, f"its part {name} is encrypted", "remove the password") from None
        except DAMAGED as error:
            reason = f"its part {name} is damaged: {_reason(error)}"
            raise ReadingError(self._place, reason, "fetch the file again") from None
        return _parsed(data, name, self._place)

    def related(self, source: str, kind: str) -> str | None:
        """The name of the part that ``source`` (empty for the package) relates to as ``kind`` (``numbering``)."""
        rels = join(dirname(source), "_rels", f"{source.rpartition('/')[2]}.rels")
        root = self.part(rels)
        for relation in () if root is None else root:
            external = relation.get("TargetMode") == "External"
            if str(relation.get("Type", "")).endswith(f"/{kind}") and not external:
                target = str(relation.get("Target", ""))
                return normpath(target.lstrip("/") if target.startswith("/") else join(dirname(source), target))
        return None


def _parsed(data: bytes, name: str, place: str) -> _Element:
    try:
        from lxml import etree
    except ImportError as error:
        raise missing_library(place, error) from None
    if re.search(rb"<\0*!\0*(?:D\0*O\0*C\0*T\0*Y\0*P\0*E|E\0*N\0*T\0*I\0*T\0*Y)", data) is not None:
        reason = f"its part {name} declares a document type, which a word processor never writes"
        raise ReadingError(place, reason, _AGAIN)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise ReadingError(
            place, f"its part {name} is no valid XML: {_reason(error)}", "fetch the file again"
        ) from None


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
