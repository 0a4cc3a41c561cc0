"""Files that a batch has to survive: each kind is a function from a good text to the bytes of a bad file."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from formats import docx_bytes, html_bytes

#: Bytes of the one long line, and how many such files there may be.
HUGE = 200_000_000
MOST_HUGE = 2
#: Bytes that the bombs unpack to.
BOMB = 1_000_000_000
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Poison:
    """A bad file: its ``kind``, the ``suffix`` that it has, and what writes it to a path, given a good text."""

    kind: str
    suffix: str
    write: Callable[[Path, str], None]


def _bytes(make: Callable[[str], bytes]) -> Callable[[Path, str], None]:
    def write(path: Path, text: str) -> None:
        path.write_bytes(make(text))

    return write


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _zipped(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("甲.txt", text)
    return packed.getvalue()


def _without_parts(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return packed.getvalue()


def _bomb(member: str) -> Callable[[Path, str], None]:
    """An archive with a member of ``BOMB`` spaces."""

    def write(path: Path, text: str) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(member, "w") as stream:
            for _ in range(BOMB // _BLOCK):
                stream.write(b" " * _BLOCK)

    return write


def _huge(path: Path, text: str) -> None:
    """The text again and again on one line, ``HUGE`` bytes of it."""
    line = "".join(text.split()).encode()
    with path.open("wb") as stream:
        for _ in range(HUGE // len(line) + 1):
            stream.write(line)


def _noise(text: str) -> bytes:
    return random.Random(text).randbytes(len(text))


KINDS: tuple[Poison, ...] = (
    Poison("huge", ".txt", _huge),
    Poison("bomb", ".zip", _bomb("甲.txt")),
    Poison("bomb", ".docx", _bomb("word/document.xml")),
    Poison("parts", ".docx", _bytes(_without_parts)),
    Poison("empty", ".txt", _bytes(lambda text: b"")),
    Poison("empty", ".docx", _bytes(lambda text: b"")),
    Poison("suffix", ".txt", _bytes(docx_bytes)),
    Poison("suffix", ".docx", _bytes(lambda text: text.encode())),
    Poison("suffix", ".pdf", _bytes(html_bytes)),
    Poison("noise", ".txt", _bytes(_noise)),
    Poison("truncated", ".docx", _bytes(lambda text: _half(docx_bytes(text)))),
    Poison("truncated", ".zip", _bytes(lambda text: _half(_zipped(text)))),
    Poison("truncated", ".html", _bytes(lambda text: _half(html_bytes(text)))),
    # Cut inside a character: neither half of it is text.
    Poison("truncated", ".txt", _bytes(lambda text: _half(text.encode()) + "通".encode()[:2])),
)


def poisons(number: int) -> Iterator[Poison]:
    """So many of them, kind after kind, no more than ``MOST_HUGE`` of the huge ones."""
    huge = 0
    given = 0
    while given < number:
        for one in KINDS:
            if given == number:
                return
            if one.kind == "huge":
                huge += 1
                if huge > MOST_HUGE:
                    continue
            given += 1
            yield one
