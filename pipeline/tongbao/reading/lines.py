"""Physical lines: where they begin and end, and how wide they are on paper."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

#: The line ends of ``str.splitlines``, kept in the text as they are (``\r\n`` is one end).
LINE_END = re.compile(r"\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")

#: For ``str.translate``: control characters but line ends and tabs, zero-width signs and soft hyphens. Nobody sees
#: them, and they would cut words and numbers in two.
INVISIBLE = dict.fromkeys([*range(9), *range(14, 32), 127, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])

_WIDE = re.compile(r"[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]")


class Line(NamedTuple):
    """One physical line: ``[start, end)`` without its line end, ``[first, last)`` without white space around it."""

    start: int
    end: int
    first: int
    last: int

    @property
    def blank(self) -> bool:
        """Whether there is nothing but white space."""
        return self.first == self.last

    @property
    def indented(self) -> bool:
        """Whether white space stands before the first character."""
        return self.first > self.start


def split_lines(text: str) -> list[Line]:
    """The lines of ``text`` in order; a line end at the very end opens no further line."""
    found: list[Line] = []
    start = 0
    for match in LINE_END.finditer(text):
        found.append(_line(text, start, match.start()))
        start = match.end()
    if start < len(text):
        found.append(_line(text, start, len(text)))
    return found


def _line(text: str, start: int, end: int) -> Line:
    body = text[start:end]
    first = start + len(body) - len(body.lstrip())
    return Line(start, end, first, max(first, start + len(body.rstrip())))


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` without the white space at both ends; empty where there is nothing else."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def columns(text: str) -> int:
    """Width in columns: two for an East Asian wide or full-width character, one for any other."""
    return len(text) + len(_WIDE.findall(text))


def plain(text: str) -> str:
    """``text`` with full-width letters, digits and signs folded, for comparing only: never for offsets."""
    return unicodedata.normalize("NFKC", text)
