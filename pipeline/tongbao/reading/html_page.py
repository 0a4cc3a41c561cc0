"""A web page → its elements and its lines, in document order.

The page is parsed as browsers parse it (lexbor, by selectolax), and white space is folded as they show it: runs of it
are one space, a line break in the source between two Chinese characters is nothing, and ``<br>`` breaks the line. An
automatic number of an ordered list is written out, since it is the number of the item.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from tongbao.reading.lines import INVISIBLE
from tongbao.reading.list_numbers import Numerals, numeral
from tongbao.reading.marks import mark_at

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre section summary table tbody td tfoot th "
    "thead tr ul".split()
)
_SKIPPED = frozenset(
    "applet audio button canvas embed frameset head iframe map math noembed noframes noscript object option script "
    "select style svg template textarea title video".split()
)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_SOFT = "\x1e"
_EAST = "\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef“”‘’…—"


@dataclass(slots=True)
class Node:
    """An element: ``parent`` and ``children`` are indices of nodes, ``[first, last)`` its lines, its inner ones too."""

    tag: str
    attributes: Mapping[str, str]
    parent: int
    first: int
    last: int = -1
    children: list[int] = field(default_factory=list)

    @property
    def hidden(self) -> bool:
        """Whether the page says itself that it does not show the element."""
        style = self.attributes.get("style", "")
        return "hidden" in self.attributes or re.search(r"display\s*:\s*none", style, re.IGNORECASE) is not None

    @property
    def names(self) -> str:
        """Its id and its classes."""
        return f"{self.attributes.get('id', '')} {self.attributes.get('class', '')}".strip()


@dataclass(frozen=True, slots=True)
class PageLine:
    """A paragraph as the page shows it: ``node`` is the block that it stands in, ``links`` the share of it in links.

    A line break inside is one of ``<br>`` in the middle of a sentence.
    """

    text: str
    node: int
    links: float

    @property
    def size(self) -> int:
        """Characters, white space not counted."""
        return sum(map(len, self.text.split()))


@dataclass(slots=True)
class _Reader:
    """The state of one walk over a page."""

    nodes: list[Node] = field(default_factory=list)
    lines: list[PageLine] = field(default_factory=list)
    buffer: list[tuple[str, bool]] = field(default_factory=list)
    stack: list[int] = field(default_factory=list)
    links: int = 0
    preformatted: int = 0
    number: str = ""
    counters: dict[int, int] = field(default_factory=dict)

    def enter(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if tag in _BLOCKS:
            self.flush()
        parent = self.stack[-1] if self.stack else -1
        self.stack.append(len(self.nodes))
        if parent >= 0:
            self.nodes[parent].children.append(len(self.nodes))
        self.nodes.append(Node(tag, attributes, parent, len(self.lines)))
        self.links += tag == "a"
        self.preformatted += tag == "pre"
        if tag == "li":
            self.number = self._number(parent, attributes)
        elif tag == "br":
            self.buffer.append(("\n", False))

    def leave(self) -> None:
        """The innermost element ends."""
        node = self.nodes[self.stack[-1]]
        if node.tag in _BLOCKS:
            self.flush()
        self.stack.pop()
        node.last = len(self.lines)
        self.links -= node.tag == "a"
        self.preformatted -= node.tag == "pre"
        if node.tag == "li":
            self.number = ""

    def text(self, data: str) -> None:
        """Characters of the innermost element."""
        data = data.translate(INVISIBLE)
        if self.preformatted:
            data = re.sub(r"\r\n?|\f", "\n", data).replace("\t", " ")
        else:
            data = _SPACE.sub(lambda match: _SOFT if "\n" in match[0] or "\r" in match[0] else " ", data)
        if self.nodes[self.stack[-1]].tag == "sup" and data in ("2", "3") and self._ends_in_metre():
            data = {"2": "²", "3": "³"}[data]
        self.buffer.append((data, self.links > 0))

    def flush(self) -> None:
        """End the paragraph."""
        buffer, self.buffer = self.buffer, []
        whole = "".join(text for text, _ in buffer)
        if not whole.strip() or not self.stack:
            return
        linked = [link for text, link in buffer for character in text if not _is_space(character)]
        at = 0
        for text in _paragraphs(whole):
            size = sum(map(len, text.split()))
            share = sum(linked[at : at + size]) / size
            at += size
            if self.number:
                text = text if mark_at(text, 0) is not None else self.number + text
                self.number = ""
            self.lines.append(PageLine(text, self._block(), share))

    def _block(self) -> int:
        return next((index for index in reversed(self.stack) if self.nodes[index].tag in _BLOCKS), self.stack[-1])

    def _ends_in_metre(self) -> bool:
        return "".join(text for text, _ in self.buffer[-3:]).endswith(("m", "M", "米"))

    def _number(self, parent: int, attributes: Mapping[str, str]) -> str:
        """The number that an item of an ordered list is shown with, and its punctuation; empty where there is none."""
        if parent < 0 or self.nodes[parent].tag != "ol":
            return ""
        listed = self.nodes[parent].attributes
        first = _whole(listed.get("start")) or 1
        value = _whole(attributes.get("value")) or self.counters.get(parent, first - 1) + 1
        self.counters[parent] = value
        style, before, after = _style(listed)
        return "" if style is None else f"{before}{numeral(value, style)}{after}"


def read_page(root: LexborNode) -> tuple[list[Node], list[PageLine]]:
    """The elements under ``root`` in document order, ``root`` first, and the lines of the page. Linear."""
    reader = _Reader()
    current: LexborNode | None = root
    while current is not None:
        descend = False
        tag = (current.tag or "").lower()
        if current.is_text_node:
            if reader.stack:
                reader.text(current.text_content or "")
        elif not tag.startswith("-") and not tag.startswith("!") and tag not in _SKIPPED:
            reader.enter(tag, {name: value or "" for name, value in current.attributes.items()})
            descend = True
        current = _next(reader, root, current, descend)
    return reader.nodes, reader.lines


def _next(reader: _Reader, root: LexborNode, node: LexborNode, entered: bool) -> LexborNode | None:
    """The node after ``node`` in document order; elements that end on the way are left."""
    if entered and node.first_child is not None:
        return node.first_child
    if entered:
        reader.leave()
    current = node
    while current.mem_id != root.mem_id:
        if current.next is not None:
            return current.next
        parent = current.parent
        if parent is None:
            return None
        reader.leave()
        current = parent
    return None


def _is_space(character: str) -> bool:
    return character.isspace()


def _paragraphs(whole: str) -> list[str]:
    """The text between two block borders, white space folded, cut where ``<br>`` ends a paragraph.

    That is at a blank line, after the end of a sentence, and before an indent; another ``<br>`` is kept as a line
    break.
    """
    whole = re.sub(rf"(?<=[{_EAST}]) *{_SOFT} *(?=[{_EAST}])", "", whole).replace(_SOFT, " ").replace("\xa0", " ")
    found: list[str] = []
    for part in re.split(r"\n(?=[^\S\n]*\n)|\n(?=\u3000| {2})|(?<=[。！？：；…）)”])\s*\n", whole):
        lines = (re.sub(" {2,}", " ", line.strip()) for line in part.split("\n"))
        text = "\n".join(line for line in lines if line)
        if text:
            found.append(text)
    return found


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"\s*\d{1,6}\s*", text) else None


@cache
def _styles() -> Mapping[str, tuple[Numerals | None, str, str]]:
    """How a list is numbered: by the ``type`` of HTML, by CSS, and by the classes of UEditor, common in China."""
    return {
        "1": ("decimal", "", "."),
        "a": ("lowerLetter", "", "."),
        "A": ("upperLetter", "", "."),
        "i": ("lowerRoman", "", "."),
        "I": ("upperRoman", "", "."),
        "none": (None, "", ""),
        "decimal": ("decimal", "", "."),
        "lower-alpha": ("lowerLetter", "", "."),
        "lower-latin": ("lowerLetter", "", "."),
        "upper-alpha": ("upperLetter", "", "."),
        "upper-latin": ("upperLetter", "", "."),
        "lower-roman": ("lowerRoman", "", "."),
        "upper-roman": ("upperRoman", "", "."),
        "cjk-ideographic": ("chineseCounting", "", "、"),
        "simp-chinese-informal": ("chineseCounting", "", "、"),
        "trad-chinese-informal": ("chineseCounting", "", "、"),
        "custom_num": ("decimal", "", "."),
        "custom_num1": ("decimal", "", ")"),
        "custom_num2": ("decimal", "(", ")"),
        "custom_cn": ("chineseCounting", "", "、"),
        "custom_cn1": ("chineseCounting", "", ")"),
        "custom_cn2": ("chineseCounting", "(", ")"),
    }


def _style(attributes: Mapping[str, str]) -> tuple[Numerals | None, str, str]:
    css = re.search(r"list-style(?:-type)?\s*:\s*([a-z-]+)", attributes.get("style", ""))
    names = [*attributes.get("class", "").split(), css[1] if css else "", attributes.get("type", "")]
    return next((_styles()[name] for name in names if name in _styles()), _styles()["1"])
