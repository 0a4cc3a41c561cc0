"""What must hold inside one annotated document, whatever file it came from.

These are the rules without which the annotation has no meaning: offsets that lie in the text, ids that are unique,
links that lead somewhere. Whether the annotation is a good one is another question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from tongbao.annotation.problem import Problem
from tongbao.records import (
    Annotated,
    Attributes,
    Department,
    GoldSection,
    Label,
    Link,
    Mention,
    Period,
    Policy,
    Quantity,
    Span,
)

_ATTRIBUTES: dict[Label, type[Attributes] | None] = {
    "DEPARTMENT": Department,
    "ORGANIZATION": None,
    "POLICY": Policy,
    "QUANTITY": Quantity,
    "PERIOD": Period,
    "SCOPE": None,
}


def problems(document: Annotated) -> list[Problem]:
    """Every broken rule of a document, its message as ``place: what is wrong``; empty where the document is sound.

    Checked: all offsets are non-empty ranges of the text; the text can be written as UTF-8; mention ids are unique and
    no two mentions have the same label and range; attributes fit the label; a link starts at a quantity, each kind at
    most once; indicator pieces are in text order and apart; ``of`` leads to another quantity; the ids that a section
    or a nested title names exist and are of the right label.
    """
    known = {mention.id: mention for mention in document.mentions}
    found = list(_text(document.text))
    found += _repeated(document.mentions)
    for mention in document.mentions:
        found += _mention(mention, known, document.text)
    for link in document.links:
        found += _link(link, known, document.text)
    doubled = Counter((link.source, link.kind) for link in document.links)
    for (source, kind), n in doubled.items():
        if n > 1:
            found.append(Problem("links", _start(known.get(source)), f"span {source}: {n} links of kind {kind}"))
    for section in document.sections:
        found += _section(section, known, document.text)
    return found


def _text(text: str) -> Iterator[Problem]:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        yield Problem("text", error.start, f"text: character {error.start} is half of a surrogate pair")


def _outside(span: Span, text: str) -> str | None:
    if len(span) == 0:
        return f"[{span.start}, {span.end}) is empty"
    if span.end > len(text):
        return f"[{span.start}, {span.end}) runs past the text, which has {len(text)} characters"
    return None


def _repeated(mentions: tuple[Mention, ...]) -> Iterator[Problem]:
    last = {mention.id: mention.span.start for mention in mentions}
    for name, n in Counter(mention.id for mention in mentions).items():
        if n > 1:
            yield Problem("ids", last[name], f"span {name}: the id is used {n} times")
    for (label, span), n in Counter((mention.label, mention.span) for mention in mentions).items():
        if n > 1:
            yield Problem("ids", span.start, f"spans: {n} of label {label} at [{span.start}, {span.end})")


def _mention(mention: Mention, known: dict[str, Mention], text: str) -> Iterator[Problem]:
    start = mention.span.start
    if wrong := _outside(mention.span, text):
        yield Problem("offsets", start, f"span {mention.id}: {wrong}")
    attributes, wanted = mention.attributes, _ATTRIBUTES[mention.label]
    if attributes is not None and (wanted is None or not isinstance(attributes, wanted)):
        found = type(attributes).__name__
        yield Problem("format", start, f"span {mention.id}: attributes of a {found} on a {mention.label}")
    if isinstance(attributes, Policy) and attributes.nested_in is not None:
        outer = known.get(attributes.nested_in)
        if outer is None or outer.label != "POLICY":
            message = f"span {mention.id} nested_in: no POLICY has the id {attributes.nested_in!r}"
            yield Problem("links", start, message)


def _link(link: Link, known: dict[str, Mention], text: str) -> Iterator[Problem]:
    source = known.get(link.source)
    place, start = f"span {link.source} {_KEYS[link.kind]}", _start(source)
    if source is None or source.label != "QUANTITY":
        yield Problem("links", start, f"{place}: no QUANTITY has the id {link.source!r}")
    for span in link.spans:
        if wrong := _outside(span, text):
            yield Problem("offsets", span.start, f"{place}: {wrong}")
    if link.kind == "of":
        target = known.get(link.target or "")
        if target is None or target.label != "QUANTITY":
            yield Problem("links", start, f"{place}: no QUANTITY has the id {link.target!r}")
        elif link.target == link.source:
            yield Problem("links", start, f"{place}: the quantity is linked to itself")
    elif link.kind == "measures":
        if any(right.start < left.end for left, right in pairwise(link.spans)):
            yield Problem("links", start, f"{place}: the pieces overlap or are not in text order")
    elif len(link.spans) != 1:
        yield Problem("links", start, f"{place}: {len(link.spans)} ranges where one is wanted")


def _start(mention: Mention | None) -> int | None:
    return None if mention is None else mention.span.start


_KEYS = {"measures": "indicator", "during": "period", "within": "scope", "of": "of"}


def _section(section: GoldSection, known: dict[str, Mention], text: str) -> Iterator[Problem]:
    place = f"section {section.number or 'preamble'}"
    for span in (section.span, section.title):
        if span is not None and (wrong := _outside(span, text)):
            yield Problem("sections", span.start, f"{place}: {wrong}")
    for name in section.lead:
        unit = known.get(name)
        if unit is None or unit.label not in ("DEPARTMENT", "ORGANIZATION"):
            message = f"{place} lead: no DEPARTMENT or ORGANIZATION has the id {name!r}"
            yield Problem("sections", section.span.start, message)
