"""The automatic numbers of a Word document: they are the numbers of its items, and no text of the document holds them.

As ECMA-376, part 1, 17.9 has it: a paragraph names a list (``numId``) and a level in it, itself or through its style;
the list takes its levels from an abstract one and may override them; a level counts on until an outer one is used.
Lists with one abstract list count together, which is how a list goes on after a break.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tongbao.reading.list_numbers import numeral

if TYPE_CHECKING:
    from lxml.etree import _Element

_MAX_LEVELS = 9
_MAX_CHAIN = 50


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: how it counts and what its number looks like.

    ``text`` is a pattern such as ``第%1章``, in which ``%1`` is the number of the outermost level; ``suffix`` is what
    stands between it and the paragraph; ``restart`` is the number of levels of which any starts this one anew, 0 for
    none, ``None`` for all outer ones; ``decimal`` shows outer levels in digits; ``style`` is the paragraph style bound
    to it.
    """

    start: int = 1
    numerals: str = "decimal"
    text: str = ""
    suffix: str = " "
    restart: int | None = None
    decimal: bool = False
    style: str = ""


@dataclass(frozen=True, slots=True)
class NumberedList:
    """A list: the id of its abstract list, its levels, and the numbers at which it starts over on its first use."""

    abstract: str
    levels: Mapping[int, Level]
    starts: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style says of numbering; ``None`` where it says nothing and the style under it does."""

    base: str | None
    number: str | None
    level: int | None
    name: str = ""


@dataclass(slots=True)
class Numbering:
    """The lists of one document and how far they have counted."""

    lists: Mapping[str, NumberedList]
    styles: Mapping[str, Style]
    default_style: str | None
    counters: dict[tuple[str, int], int] = field(default_factory=dict)
    used: set[tuple[str, int]] = field(default_factory=set)

    def label(self, properties: _Element | None) -> str:
        """The number of the next paragraph, with what follows it, empty where it has none; it counts on."""
        number, level = self._place_of(properties)
        found = self.lists.get(number or "")
        if found is None or level not in found.levels:
            return ""
        self._count(number or "", found, level)
        shape = found.levels[level]
        if shape.numerals == "bullet":
            return ""
        text = re.sub(r"%([1-9])", lambda match: self._number(found, int(match[1]) - 1, shape.decimal), shape.text)
        return text + shape.suffix if text.strip() else ""

    def style_name(self, properties: _Element | None) -> str:
        """The name of a paragraph's style in lower case (``toc 1``)."""
        style = self.styles.get(self._style_of(properties) or "")
        return "" if style is None else style.name.lower()

    def _style_of(self, properties: _Element | None) -> str | None:
        return value_of(properties, "pStyle") or self.default_style

    def _place_of(self, properties: _Element | None) -> tuple[str | None, int]:
        """The list and the level of a paragraph: its own, or else its style's, or the one under that."""
        own = child(properties, "numPr")
        number, level = value_of(own, "numId"), whole(value_of(own, "ilvl"))
        name = self._style_of(properties)
        owner = ""
        for _ in range(_MAX_CHAIN):
            style = self.styles.get(name or "")
            if style is None:
                break
            if number is None and style.number is not None:
                number, owner = style.number, name or ""
            level = style.level if level is None else level
            name = style.base
        if level is None:
            found = self.lists.get(number or "")
            bound = found.levels.items() if found is not None and owner else ()
            level = next((index for index, shape in bound if shape.style == owner), 0)
        return number, level

    def _count(self, number: str, found: NumberedList, level: int) -> None:
        key = (found.abstract, level)
        if level in found.starts and (number, level) not in self.used:
            self.counters[key] = found.starts[level]
        else:
            self.counters[key] = self.counters[key] + 1 if key in self.counters else found.levels[level].start
        self.used.add((number, level))
        for inner in range(level + 1, _MAX_LEVELS):
            shape = found.levels.get(inner, Level())
            if level < (inner if shape.restart is None else shape.restart):
                self.counters.pop((found.abstract, inner), None)

    def _number(self, found: NumberedList, level: int, decimal: bool) -> str:
        shape = found.levels.get(level, Level())
        if shape.numerals in ("none", "bullet"):
            return ""
        value = self.counters.get((found.abstract, level), shape.start)
        return numeral(value, "decimal" if decimal else shape.numerals)


def read_numbering(numbering: _Element | None, styles: _Element | None) -> Numbering:
    """The lists and styles of a document from the roots of its numbering and style parts, either of which may lack."""
    found: dict[str, Style] = {}
    linked: dict[str, str] = {}
    default: str | None = None
    for style in children(styles, "style"):
        name, kind = attribute(style, "styleId") or "", attribute(style, "type")
        place = child(child(style, "pPr"), "numPr")
        if kind == "numbering":
            linked[name] = value_of(place, "numId") or ""
        elif kind == "paragraph":
            level = whole(value_of(place, "ilvl"))
            found[name] = Style(
                value_of(style, "basedOn"), value_of(place, "numId"), level, value_of(style, "name") or ""
            )
            default = name if default is None and attribute(style, "default") in ("1", "true", "on") else default
    return Numbering(_lists(numbering, linked), found, default)


def _lists(numbering: _Element | None, linked: Mapping[str, str]) -> dict[str, NumberedList]:
    abstract: dict[str, Mapping[int, Level]] = {}
    links: dict[str, str] = {}
    for element in children(numbering, "abstractNum"):
        name = attribute(element, "abstractNumId") or ""
        abstract[name] = _levels(element, {})
        link = value_of(element, "numStyleLink")
        if link is not None:
            links[name] = link
    targets = {attribute(n, "numId") or "": value_of(n, "abstractNumId") or "" for n in children(numbering, "num")}
    found: dict[str, NumberedList] = {}
    for element in children(numbering, "num"):
        number = attribute(element, "numId") or ""
        name = targets[number]
        if name in links:  # the levels are those of the list of a list style
            name = targets.get(linked.get(links[name], ""), name)
        overrides = list(children(element, "lvlOverride"))
        starts = {
            whole(attribute(override, "ilvl")) or 0: start
            for override in overrides
            if (start := whole(value_of(override, "startOverride"))) is not None
        }
        levels = abstract.get(name, {})
        for override in overrides:
            levels = _levels(override, levels)
        found[number] = NumberedList(name, levels, starts)
    return found


def _levels(element: _Element, above: Mapping[int, Level]) -> dict[int, Level]:
    found = dict(above)
    for level in children(element, "lvl"):
        index = whole(attribute(level, "ilvl"))
        if index is not None and index < _MAX_LEVELS:
            found[index] = _level(level)
    return found


def _level(element: _Element) -> Level:
    restart = whole(value_of(element, "lvlRestart"))
    start = whole(value_of(element, "start"))
    suffix = {"nothing": "", "space": " "}.get(value_of(element, "suff") or "tab", " ")
    legal = child(element, "isLgl")
    shape = Level(
        start=0 if start is None else start,
        numerals=value_of(element, "numFmt") or "decimal",
        text=value_of(element, "lvlText") or "",
        suffix=suffix,
        restart=restart,
        decimal=legal is not None and attribute(legal, "val") not in ("0", "false", "off"),
        style=value_of(element, "pStyle") or "",
    )
    return replace(shape, text="") if shape.numerals == "bullet" else shape


def local(element: _Element) -> str:
    """The name of an element without its namespace: Word has two for the same things (transitional and strict)."""
    return str(element.tag).rpartition("}")[2]


def children(element: _Element | None, name: str) -> Iterator[_Element]:
    """The children of that name, those in ``mc:AlternateContent`` too (the first alternative that has one)."""
    for inner in () if element is None else element:
        if local(inner) == name:
            yield inner
        elif local(inner) == "AlternateContent":
            yield from next((found for choice in inner if (found := list(children(choice, name)))), [])


def child(element: _Element | None, name: str) -> _Element | None:
    """The first child of that name."""
    return next(children(element, name), None)


def attribute(element: _Element, name: str) -> str | None:
    """An attribute by its name without namespace."""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), None)


def value_of(element: _Element | None, name: str) -> str | None:
    """The ``val`` of the first child of that name."""
    inner = child(element, name)
    return None if inner is None else attribute(inner, "val")


def whole(text: str | None) -> int | None:
    """A number of at most six digits."""
    return int(text) if text is not None and re.fullmatch(r"\d{1,6}", text) else None
