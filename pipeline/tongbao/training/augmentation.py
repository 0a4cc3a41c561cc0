"""Variants of gold documents: other regions, bodies, measure words and digits in the same slots. At training time only.

A variant says nothing true and its words may fit badly together; what it teaches is that the slot decides, not the
name. Its spans, links and sections are those of its original, moved.
"""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

from tongbao.lexicon import Lexicon
from tongbao.numbers import clause_around, parse_quantity
from tongbao.records import Annotated, Department, GoldSection, Link, Mention, Quantity, Span

#: Share of the slots of each kind that are filled anew; the rest keeps the model close to how texts really read.
_SHARES: Mapping[str, float] = {"region": 0.7, "body": 0.5, "unit": 0.15, "digits": 0.7}

#: Measure words that stand before nouns of many kinds, so that one is as good a sign of a count as another.
_MEASURES = ("个", "家", "户", "名", "起", "处", "项", "条", "次", "所", "件", "人")

_NUMERALS = "二三四五六七八九"


@dataclass(frozen=True, slots=True)
class _Edit:
    """A stretch of the text and what takes its place."""

    span: Span
    new: str


@dataclass(frozen=True)
class Slots:
    """What may take the place of what: names of regions by level and ending, short names of bodies by ending."""

    regions: Mapping[tuple[str, str], tuple[str, ...]]
    slot_of_region: Mapping[str, tuple[str, str]]
    bodies: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, lexicon: Lexicon) -> Slots:
        """The slots that a lexicon fills."""
        regions: dict[tuple[str, str], list[str]] = defaultdict(list)
        slot_of: dict[str, tuple[str, str]] = {}
        for region in lexicon.gazetteer.by_code.values():
            slot_of[region.name] = (region.level, region.name[-1])
            regions[slot_of[region.name]].append(region.name)
        bodies: dict[str, list[str]] = defaultdict(list)
        for body in lexicon.bodies:
            if body.kind in ("local", "government") and body.short and len(body.short) > 2:
                bodies[body.short[-1]].append(body.short)
        return cls(
            {slot: tuple(dict.fromkeys(names)) for slot, names in regions.items()},
            slot_of,
            {ending: tuple(dict.fromkeys(names)) for ending, names in bodies.items()},
        )

    @cached_property
    def region_names(self) -> re.Pattern[str]:
        """Any full name of a region, the longest first."""
        names = sorted(self.slot_of_region, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, names)))


def variants(documents: Sequence[Annotated], copies: int, seed: int, lexicon: Lexicon) -> Iterator[Annotated]:
    """``copies`` variants of each document, with the ids ``ID~1``, ``ID~2``, …; the same seed gives the same ones."""
    slots = Slots.of(lexicon)
    for copy in range(1, copies + 1):
        for document in documents:
            draw = random.Random(f"{seed}:{copy}:{document.id}")
            yield replace(vary(document, slots, draw), id=f"{document.id}~{copy}")


def original(identifier: str) -> str:
    """The id of the document that a variant was made of; that of any other document is its own."""
    return identifier.partition("~")[0]


def vary(document: Annotated, slots: Slots, draw: random.Random) -> Annotated:
    """One variant of a document. ``draw`` is used up."""
    edits = _apart([*_names(document, slots, draw), *_numbers(document, draw)])
    text, moved = _edited(document.text, edits)
    return Annotated(
        id=document.id,
        origin=document.origin,
        text=text,
        mentions=tuple(_reread(replace(mention, span=moved(mention.span)), text) for mention in document.mentions),
        links=tuple(_moved_link(link, moved) for link in document.links),
        sections=tuple(_moved_section(section, moved) for section in document.sections),
    )


def _names(document: Annotated, slots: Slots, draw: random.Random) -> Iterator[_Edit]:
    """Regions, one for one throughout the document, and bodies behind a region or a level."""
    swapped: dict[str, str] = {}
    edges = {edge for mention in document.mentions for edge in (mention.span.start, mention.span.end)}
    for found in slots.region_names.finditer(document.text):
        name = found[0]
        if name not in swapped:
            options = slots.regions[slots.slot_of_region[name]]
            swapped[name] = draw.choice(options) if draw.random() < _SHARES["region"] else name
        # A region that a span's border cuts is no region here.
        if swapped[name] != name and not any(found.start() < edge < found.end() for edge in edges):
            yield _Edit(Span(*found.span()), swapped[name])
    for mention in document.mentions:
        if mention.label == "DEPARTMENT":
            yield from _body(mention.span, document.text, slots, draw)


def _body(span: Span, text: str, slots: Slots, draw: random.Random) -> Iterator[_Edit]:
    head = re.match(r".*?[省市县区州旗盟]", span.of(text))
    short = span.of(text)[head.end() :] if head else ""
    options = slots.bodies.get(short[-1:], ())
    if short in options and draw.random() < _SHARES["body"]:
        yield _Edit(Span(span.end - len(short), span.end), draw.choice(options))


def _numbers(document: Annotated, draw: random.Random) -> Iterator[_Edit]:
    for mention in document.mentions:
        quantity = mention.attributes
        if not isinstance(quantity, Quantity):
            continue
        surface = mention.span.of(document.text)
        new = surface
        if draw.random() < _SHARES["digits"]:
            new = _other_digits(new, draw)
        unit = quantity.unit
        if quantity.kind == "count" and unit in _MEASURES and new.count(unit) == 1 and draw.random() < _SHARES["unit"]:
            new = new.replace(unit, draw.choice(_MEASURES))
        # The new characters have to say a number just as the old ones did.
        if new != surface and parse_quantity(new) is not None and quantity.value is not None:
            yield _Edit(mention.span, new)


def _other_digits(surface: str, draw: random.Random) -> str:
    """Other digits in the same places; no number begins with 0 that did not, and 十 百 千 万 亿 stay."""

    def digit(found: re.Match[str]) -> str:
        first = found.start() == 0 or not surface[found.start() - 1].isdigit()
        if found[0] in "0０" and first:
            return found[0]
        return chr(ord(found[0]) - int(found[0]) + draw.randint(1 if first else 0, 9))

    mixed = re.sub(r"[0-9０-９]", digit, surface)
    if re.fullmatch(rf"[{_NUMERALS}][^\d{_NUMERALS}一十百千万亿]*", mixed):
        mixed = draw.choice(_NUMERALS) + mixed[1:]
    return mixed


def _apart(edits: Sequence[_Edit]) -> list[_Edit]:
    """The edits in text order, without those that overlap an earlier one."""
    kept: list[_Edit] = []
    for edit in sorted(edits, key=lambda edit: edit.span):
        if not kept or kept[-1].span.end <= edit.span.start:
            kept.append(edit)
    return kept


def _edited(text: str, edits: Sequence[_Edit]) -> tuple[str, Callable[[Span], Span]]:
    """The text with its edits, and a function that moves spans whose borders no edit cuts."""
    pieces, at = [], 0
    for edit in edits:
        pieces += [text[at : edit.span.start], edit.new]
        at = edit.span.end
    ends = [edit.span.end for edit in edits]
    shifts = [0, *accumulate(len(edit.new) - len(edit.span) for edit in edits)]

    def moved(span: Span) -> Span:
        return Span(*(edge + shifts[bisect_right(ends, edge)] for edge in (span.start, span.end)))

    return "".join([*pieces, text[at:]]), moved


def _reread(mention: Mention, text: str) -> Mention:
    """A quantity with the value of its new characters, a body without its full name; all else that is said stays."""
    if isinstance(mention.attributes, Department):
        return replace(mention, attributes=replace(mention.attributes, canonical=None))
    quantity = mention.attributes
    if not isinstance(quantity, Quantity):
        return mention
    read = parse_quantity(mention.span.of(text), *clause_around(text, mention.span.start, mention.span.end))
    if read is None:
        return mention
    return replace(
        mention, attributes=replace(quantity, value=read.value, low=read.low, high=read.high, unit=read.unit)
    )


def _moved_link(link: Link, moved: Callable[[Span], Span]) -> Link:
    return replace(link, spans=tuple(map(moved, link.spans)))


def _moved_section(section: GoldSection, moved: Callable[[Span], Span]) -> GoldSection:
    return replace(section, span=moved(section.span), title=moved(section.title) if section.title else None)
