"""A file → ``Bulletin``."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from pathlib import Path

from tongbao.errors import ReadingError
from tongbao.reading.formats import Reader, name_of, reader_for
from tongbao.reading.sidecar import apply_sidecar, sidecar_of
from tongbao.reading.structure import read_text
from tongbao.records import Bulletin, Metadata

#: Bytes that a file, and characters that a document may have. All of a document's rows are in memory at once, so that a
#: hundred million characters would end the process. The longest of bulletins have 100,000.
MAX_FILE = 500_000_000
MAX_CHARACTERS = 10_000_000


def read_file(path: Path, encoding: str | None = None) -> Bulletin:
    """The document at ``path``, with its structure.

    ``encoding`` is the declared one, if any (see ``decode``). ``id`` is the file's name without its suffix, ``source``
    the path as given, ``sha256`` the digest of its bytes. Metadata come from the text, over it from the format, over
    both from a sidecar, ``FILE.meta.json`` (see ``tongbao.reading.sidecar``).

    Raises:
        ReadingError: the file is missing, a folder, not permitted, empty, larger than ``MAX_FILE`` or
            ``MAX_CHARACTERS``, of a format that cannot be read, not text, of no certain encoding, or its sidecar is
            wrong.
    """
    path = Path(path)
    reader, data = _open(path)
    bulletin = read_bytes(data, reader, name_of(path), str(path), encoding)
    sidecar = sidecar_of(path)
    return bulletin if sidecar is None else replace(bulletin, metadata=apply_sidecar(sidecar, bulletin.metadata))


def read_bytes(data: bytes, reader: Reader, id: str, place: str, encoding: str | None = None) -> Bulletin:
    """The document that the bytes of a file hold; ``place`` is its source, and what errors name.

    Raises:
        ReadingError: it holds nothing but white space, more than ``MAX_CHARACTERS``, or what its reader raises.
    """
    extracted = reader(data, encoding, place)
    check_text(extracted.text, place)
    bulletin = read_text(
        extracted.text,
        id,
        sha256=hashlib.sha256(data).hexdigest(),
        source=place,
        encoding=extracted.encoding,
        blocks=extracted.blocks,
    )
    return replace(bulletin, metadata=_over(bulletin.metadata, extracted.metadata))


def check_text(text: str, place: str) -> None:
    """See that a text can be a document.

    Raises:
        ReadingError: it is nothing but white space, or has more than ``MAX_CHARACTERS``.
    """
    if len(text) > MAX_CHARACTERS:
        reason = f"{len(text):,} characters are too many for one document: the limit is {MAX_CHARACTERS:,}"
        raise ReadingError(place, reason, "cut it into the documents that it is made of")
    if not text.strip():
        raise ReadingError(place, "the file holds nothing but white space", "give a file with text in it")


def _over(below: Metadata, above: Metadata) -> Metadata:
    values = {field.name: getattr(above, field.name) for field in fields(Metadata)}
    return replace(below, **{name: value for name, value in values.items() if value is not None})


def _open(path: Path) -> tuple[Reader, bytes]:
    """The reader for the file and its bytes; a file of an unknown format is opened but not read."""
    place = str(path)
    try:
        with path.open("rb") as stream:
            reader, data = reader_for(path), stream.read(MAX_FILE + 1)
    except FileNotFoundError:
        raise ReadingError(place, "no such file", "check the path") from None
    except IsADirectoryError:
        raise ReadingError(place, "this is a folder, not a file", "name the files in it") from None
    except PermissionError:
        raise ReadingError(place, "no permission to read it", "change the file's permissions") from None
    except (OSError, ValueError) as error:
        raise ReadingError(place, f"cannot be read: {error}", "check the path and the disk") from None
    if len(data) > MAX_FILE:
        raise ReadingError(place, f"it has more than {MAX_FILE:,} bytes", "split the file")
    return reader, data
