"""The formats that can be read, by file suffix: a new one is a module with a ``Reader`` and its line in ``READERS``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from tongbao.errors import ReadingError
from tongbao.reading.encodings import decode
from tongbao.records import Metadata


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a format gives: the text, its encoding, and what the format itself says of the document."""

    text: str
    encoding: str
    metadata: Metadata = field(default_factory=Metadata)


#: ``(bytes, declared encoding or None, place for messages) → Extracted``; raises ``ReadingError``.
Reader: TypeAlias = Callable[[bytes, str | None, str], Extracted]


def read_plain(data: bytes, declared: str | None, place: str) -> Extracted:
    """Plain text, as it is (Markdown is read as plain text)."""
    return Extracted(*decode(data, declared, place))


READERS: Mapping[str, Reader] = MappingProxyType(
    {"": read_plain, ".txt": read_plain, ".text": read_plain, ".md": read_plain}
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
