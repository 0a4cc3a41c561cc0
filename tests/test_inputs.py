"""Archives, patterns and pictures among the paths that a user names."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongbao import batch
from tongbao.batch import Input, find_inputs, read_input
from tongbao.errors import ReadingError
from tongbao.reading import archive
from tongbao.reading.archive import Member, bytes_of, members_of

TEXT = "甲州市供水情况通报\n立案43起。\n"


def _zip(path: Path, files: Mapping[str, str | bytes], encoding: str | None = None) -> Path:
    """A ZIP archive; with ``encoding`` its names are written in that one, as Windows does, and not said to be UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            info = zipfile.ZipInfo(name.encode(encoding).decode("cp437") if encoding else name)
            info.compress_type = zipfile.ZIP_DEFLATED
            opened.writestr(info, content)
    if encoding:
        # zipfile marks every name beyond ASCII as UTF-8; an old program writes its bytes and no mark.
        data = bytearray(path.read_bytes())
        for name in files:
            wide, raw = name.encode(encoding).decode("cp437").encode("utf-8"), name.encode(encoding)
            assert len(raw) <= len(wide)
        path.write_bytes(_old(files, encoding))
    return path


def _old(files: Mapping[str, str | bytes], encoding: str) -> bytes:
    """The same archive with raw names: local headers and directory are written anew."""
    import struct
    import zlib

    body, directory = b"", b""
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        raw = name.encode(encoding)
        fields = (20, 0, 0, 0, 0, zlib.crc32(data), len(data), len(data), len(raw), 0)
        directory += struct.pack("<4sHHHHHHLLLHHHHHLL", b"PK\1\2", 20, *fields, 0, 0, 0, 0, len(body)) + raw
        body += struct.pack("<4sHHHHHLLLHH", b"PK\3\4", *fields) + raw + data
    end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return body + directory + end
