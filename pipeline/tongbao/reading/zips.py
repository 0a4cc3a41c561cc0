"""Reading members of ZIP archives no further than they say, and what the standard library raises on damaged ones."""

from __future__ import annotations

import zipfile
import zlib
from typing import Final

#: ``NotImplementedError`` is what ``zipfile`` raises for a later version of the format, patched data or encryption that
#: it does not know.
DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, OverflowError)


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The bytes of a member, of which no more are ever unpacked than its size says.

    ``ZipFile.read`` unpacks all that is packed and only then cuts it to that size; and of the other compressions it
    unpacks whole pieces, which for bzip2 can be twenty thousand times as large.

    Raises:
        RuntimeError: it is encrypted.
        Exception: one of ``DAMAGED``.
    """
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile(f"it is packed by method {member.compress_type}, and only 8 (deflate) is read")
    with archive.open(member) as stream:
        return stream.read(member.file_size)
