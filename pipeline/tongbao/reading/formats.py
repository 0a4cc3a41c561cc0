"""The formats that can be read, by file suffix: a new one is a module with a ``Reader`` and its line in ``READERS``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias, cast

from tongbao.errors import ReadingError
from tongbao.reading.encodings import decode
from tongbao.records import Block, Metadata, Span


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a format gives: the text, its encoding, and what the format itself says of the document.

    ``blocks`` are the paragraphs where the format knows them, in text order, without overlap: no sentence crosses their
    borders. None for plain text.
    """

    text: str
    encoding: str
    metadata: Metadata = field(default_factory=Metadata)
    blocks: tuple[Block, ...] = ()


#: ``(bytes, declared encoding or None, place for messages) → Extracted``; raises ``ReadingError``.
Reader: TypeAlias = Callable[[bytes, str | None, str], Extracted]


def read_plain(data: bytes, declared: str | None, place: str) -> Extracted:
    """Plain text, as it is (Markdown is read as plain text)."""
    return Extracted(*decode(data, declared, place))


def from_paragraphs(paragraphs: Sequence[str], encoding: str, metadata: Metadata) -> Extracted:
    """A text of which each paragraph is a line (or more, where it holds line breaks), numbered from 1."""
    blocks: list[Block] = []
    start = 0
    for number, paragraph in enumerate(paragraphs, 1):
        blocks.append(Block(Span(start, start + len(paragraph)), None, number))
        start += len(paragraph) + 1
    return Extracted("\n".join(paragraphs), encoding, metadata, tuple(blocks))


def missing_library(place: str, error: ImportError) -> ReadingError:
    """The error for a file whose format needs a library that is not installed."""
    reason = f"reading it needs the library {error.name or 'that is missing'}, which is not installed"
    return ReadingError(place, reason, 'pip install "tongbao[documents]"')


def _deferred(module: str, name: str) -> Reader:
    """The reader ``name`` of ``tongbao.reading.MODULE``, imported when the first file needs it: some are heavy."""

    def read(data: bytes, declared: str | None, place: str) -> Extracted:
        reader = cast(Reader, getattr(import_module(f"tongbao.reading.{module}"), name))
        return reader(data, declared, place)

    return read


#: Pictures, which the extra ``ocr`` reads.
PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "": read_plain,
        ".txt": read_plain,
        ".text": read_plain,
        ".md": read_plain,
        ".html": _deferred("html", "read_html"),
        ".htm": _deferred("html", "read_html"),
        ".shtml": _deferred("html", "read_html"),
        ".xhtml": _deferred("html", "read_xhtml"),
        ".mht": _deferred("html", "read_mhtml"),
        ".mhtml": _deferred("html", "read_mhtml"),
        ".docx": _deferred("docx", "read_docx"),
        ".pdf": _deferred("pdf", "read_pdf"),
        ".ofd": _deferred("ofd", "read_ofd"),
        **dict.fromkeys((".doc", ".wps", ".rtf", ".odt"), _deferred("office", "read_office")),
        **dict.fromkeys(PICTURES, _deferred("ocr", "read_image")),
    }
)


def reader_for(path: Path) -> Reader:
    """The reader for the suffix of ``path``, whatever its case.

    Raises:
        ReadingError: no reader knows the suffix.
    """
    suffix = _suffix(path)
    if suffix in READERS:
        return READERS[suffix]
    known = ", ".join(name for name in READERS if name)
    raise ReadingError(
        str(path), f"files of the kind {suffix!r} cannot be read", f"read now: {known} and files without a suffix"
    )


def can_read(path: Path) -> bool:
    """Whether a reader knows the suffix of ``path``; what the file holds is another matter."""
    return _suffix(path) in READERS


def _suffix(path: Path) -> str:
    """The suffix in lower case; what follows a dot in a Chinese name (``2024.3月通报``) is a part of the name."""
    return path.suffix.lower() if path.suffix.isascii() else ""


def name_of(path: Path) -> str:
    """The name of the file without its suffix: the id of a document that is read on its own."""
    return path.stem if _suffix(path) else path.name
