"""ZIP archives of documents: which are in there, and each read on its own, in memory; nothing is unpacked to the disk.

An archive from elsewhere may be made to do harm, so that what it unpacks to is limited before anything is unpacked, and
an archive in an archive is not opened. Names outside of UTF-8 are read as GB18030, in which Chinese systems wrote them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from tongbao.errors import ReadingError
from tongbao.reading.files import read_bytes
from tongbao.reading.formats import reader_for
from tongbao.reading.sidecar import sidecar_names, with_sidecar
from tongbao.reading.zips import DAMAGED, unpacked
from tongbao.records import Bulletin

MAX_MEMBERS = 10_000
#: Bytes that an archive, and that one member of it, may unpack to.
MAX_UNPACKED = 4_000_000_000
MAX_MEMBER = 500_000_000
#: A member that unpacks to more than this many times its size, and to more bytes than that, is a bomb.
MAX_RATIO = 250
_SMALL = 10_000_000

_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_AGAIN = "fetch it again, or unpack it and name the folder"


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive at ``archive``; ``name`` is its path in there."""

    archive: Path
    name: str

    @property
    def inner(self) -> PurePosixPath:
        """Its path below the archive, whatever its name tries."""
        parts = PurePosixPath(self.name).parts
        return PurePosixPath(*(part for part in parts if part not in ("/", "//", "..") and not _is_drive(part)))

    @property
    def path(self) -> Path:
        """Where it would be if the archive were a folder."""
        return self.archive / self.inner


def members_of(archive: Path) -> list[Member]:
    """The files in the archive in the order of their names, each name once.

    Raises:
        ReadingError: it is no ZIP archive, is damaged, or holds more than ``MAX_MEMBERS`` files or ``MAX_UNPACKED``
            bytes.
    """
    with _opened(archive) as opened:
        names = {_name(info) for info in opened.infolist() if not info.is_dir()}
    return sorted((Member(archive, name) for name in names), key=lambda member: PurePosixPath(member.name).parts)


def read_member(member: Member, encoding: str | None = None) -> Bulletin:
    """The document that a member is, with the sidecar beside it in the archive; like ``read_file``.

    Raises:
        ReadingError: its name leads out of the archive; it or its sidecar is encrypted, damaged or a bomb; or what its
            reader raises.
    """
    place = str(member.path)
    if _leads_out(member.name):
        reason = f"its name in the archive leads out of it: {member.name!r}"
        raise ReadingError(place, reason, "unpack the archive with care and name the files")
    folder, slash, name = member.name.rpartition("/")
    with _opened(member.archive) as opened:
        infos = {_name(info): info for info in opened.infolist()}
        if member.name not in infos:
            raise ReadingError(place, "the archive holds no such file", "check the archive")
        data = _unpacked(opened, infos[member.name], place)
        beside = next((one for one in sidecar_names(name) if f"{folder}{slash}{one}" in infos), None)
        place_beside = str(member.path.with_name(beside or name))
        sidecar = None if beside is None else _unpacked(opened, infos[f"{folder}{slash}{beside}"], place_beside)
    bulletin = read_bytes(data, reader_for(member.path), member.inner.stem, place, encoding)
    if sidecar is None:
        return bulletin
    return replace(bulletin, metadata=with_sidecar(sidecar, place_beside, bulletin.metadata))


def _unpacked(opened: zipfile.ZipFile, info: zipfile.ZipInfo, place: str) -> bytes:
    """The bytes of a member, unless it is encrypted, damaged or a bomb."""
    if info.flag_bits & _ENCRYPTED:
        raise ReadingError(place, "it is encrypted in the archive", "unpack it with its password and name the file")
    ratio = info.file_size / max(1, info.compress_size)
    if info.file_size > MAX_MEMBER or (info.file_size > _SMALL and ratio > MAX_RATIO):
        reason = f"it unpacks to {info.file_size:,} bytes, {ratio:,.0f} times its size"
        raise ReadingError(place, reason, "if that is right, unpack it and name the file")
    try:
        return unpacked(opened, info)
    except (*DAMAGED, RuntimeError) as error:  # RuntimeError: encrypted in a way that the flag does not tell
        reason = f"it is damaged in the archive, or packed in a way that is not read: {_reason(error)}"
        raise ReadingError(place, reason, _AGAIN) from None


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, its limits checked."""
    place = str(archive)
    try:
        opened = zipfile.ZipFile(archive)
    except FileNotFoundError:
        raise ReadingError(place, "no such file", "check the path") from None
    except PermissionError:
        raise ReadingError(place, "no permission to read it", "change the file's permissions") from None
    except DAMAGED as error:
        raise ReadingError(place, f"this is no ZIP archive, or a damaged one: {_reason(error)}", _AGAIN) from None
    with opened:
        infos = opened.infolist()
        size = sum(info.file_size for info in infos)
        if len(infos) > MAX_MEMBERS or size > MAX_UNPACKED:
            reason = f"it unpacks to {size:,} bytes in {len(infos):,} files"
            limit = f"the limits are {MAX_UNPACKED:,} bytes and {MAX_MEMBERS:,} files"
            raise ReadingError(place, reason, f"{limit}: unpack it and name the folder")
        yield opened


def _name(info: zipfile.ZipInfo) -> str:
    """The path of a member, with ``/`` between folders, in the encoding that it was written in."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.partition("\0")[0].replace("\\", "/")


def _leads_out(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name.startswith("/") or ".." in parts or any(map(_is_drive, parts[:1]))


def _is_drive(part: str) -> bool:
    return re.fullmatch("[A-Za-z]:", part) is not None


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
