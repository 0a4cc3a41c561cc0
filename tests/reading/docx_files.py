"""Word documents for tests, zipped from bare XML: the parts of ``cases/docx`` without their frames."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

CASES = Path(__file__).parent / "cases" / "docx"
TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_PREFIXES = "r m mc v a wp wps w14".split()
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def framed(root: str, content: str, namespace: str = TRANSITIONAL) -> str:
    """An XML part with ``content`` under ``root``."""
    names = "".join(f' xmlns:{prefix}="urn:{prefix}"' for prefix in _PREFIXES)
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{root} xmlns:w="{namespace}"{names}>{content}</w:{root}>'


def relations(*targets: tuple[str, str]) -> str:
    """A relationship part: pairs of the kind and the target."""
    rows = (
        f'<Relationship Id="rId{number}" Type="{_KINDS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{"".join(rows)}</Relationships>'


def parts(body: str, numbering: str = "", styles: str = "", namespace: str = TRANSITIONAL) -> dict[str, str]:
    """The parts of a document by their names."""
    return {
        "_rels/.rels": relations(("officeDocument", "word/document.xml"), ("core-properties", "docProps/core.xml")),
        "word/document.xml": framed("document", f"<w:body>{body}</w:body>", namespace),
        "word/_rels/document.xml.rels": relations(
            ("image", "NULL"), ("numbering", "numbering.xml"), ("styles", "/word/styles.xml")
        ),
        "word/numbering.xml": framed("numbering", numbering, namespace),
        "word/styles.xml": framed("styles", styles, namespace),
    }


def zipped(members: dict[str, str], stored: bool = False) -> bytes:
    """The archive of the parts; ``stored`` leaves them as they are, so that changed bytes reach the XML parser."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def document(body: str, numbering: str = "", styles: str = "", **options: str) -> bytes:
    """The bytes of a ``.docx`` file."""
    return zipped(parts(body, numbering, styles, **options))


def case(name: str) -> str:
    """A file of ``cases/docx``."""
    return (CASES / name).read_text(encoding="utf-8")
