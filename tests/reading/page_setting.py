"""A typesetter for tests: paragraphs → lines on pages, as a word processor sets them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .pdf_files import HEIGHT, WIDTH, Words

#: What may not begin a line.
_CLOSING = "，。、；：？！）》”"
_WORD = re.compile(r"[0-9A-Za-z.%]+|.")


@dataclass(frozen=True, slots=True)
class Setting:
    """How a text is set: sizes in points; ``after`` is the distance between paragraphs beyond that between lines."""

    size: float = 12.0
    columns: int = 1
    indent: float = 2.0
    after: float = 0.0
    leading: float = 1.6
    top: float = 80.0
    bottom: float = 90.0
    side: float = 76.0
    gutter: float = 24.0

    @property
    def width(self) -> float:
        """The width of a column, in whole characters."""
        free = WIDTH - 2 * self.side - self.gutter * (self.columns - 1)
        return free / self.columns // self.size * self.size


def set_pages(paragraphs: Sequence[str], setting: Setting) -> list[list[Words]]:
    """The lines of the paragraphs on as many pages as they fill, full ones justified, columns from the left."""
    pages: list[list[Words]] = [[]]
    column = 0
    y = setting.top
    for paragraph in paragraphs:
        for i, (line, last) in enumerate(_lines(paragraph, setting)):
            if y > HEIGHT - setting.bottom:
                column, y = column + 1, setting.top
                if column == setting.columns:
                    pages.append([])
                    column = 0
            indent = 0.0 if i else setting.indent * setting.size
            x = setting.side + column * (setting.width + setting.gutter) + indent
            free = setting.width - indent - width_of(line) * setting.size
            gap = 0.0 if last or len(line) < 2 else free / (len(line) - 1)
            pages[-1].append(Words(line, x, y, setting.size, gap))
            y += setting.leading * setting.size
        y += setting.after * setting.size
    return pages


def width_of(text: str) -> float:
    """In em; what is ASCII is half as wide as the rest."""
    return sum(0.5 if character.isascii() else 1.0 for character in text)


def _lines(paragraph: str, setting: Setting) -> Iterator[tuple[str, bool]]:
    """The lines of a paragraph, and whether it is the last one."""
    room = setting.width / setting.size
    line = ""
    words = [match[0] for match in _WORD.finditer(paragraph)]
    free = room - setting.indent
    for i, word in enumerate(words):
        stop = words[i + 1] if i + 1 < len(words) and words[i + 1] in _CLOSING else ""
        if line and width_of(line + word + stop) > free and word not in _CLOSING:
            yield line, False
            line, free = "", room
        line += word
    yield line, True


PROSE = [
    "现将甲州市2024年上半年群众身边突出问题集中整治情况通报如下，各县区、各单位要认真对照检查，切实抓好整改。",
    "截至6月30日，全市共排查问题1362件，办结1291件，办结率94.8%；立案43起，处分31人，其中科级以上干部11人。",
    "下一步，市纪委监委将持续跟踪督办。",
]
#: Ways to set a document: paragraphs begin with an indent, or stand apart.
SETTINGS = {
    "indented": Setting(),
    "small": Setting(size=10.5),
    "official": Setting(size=16, leading=1.8, side=79),
    "apart": Setting(indent=0, after=0.8),
    "two columns": Setting(size=10.5, columns=2),
    "two columns, large": Setting(size=14, columns=2, gutter=30),
    "three columns": Setting(size=9, columns=3, side=40),
}
