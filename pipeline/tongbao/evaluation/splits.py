"""Parts of a document: one item held out at a time, and slices that keep their annotation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tongbao.errors import AnnotationError
from tongbao.records import Annotated, GoldSection, Link, Mention, Policy, Section, Span


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One part of a document to score on, and the rest of it to train on, as documents of their own."""

    span: Span
    training: tuple[Annotated, ...]


def leave_one_item_out(document: Annotated, sections: Sequence[Section]) -> list[HeldOut]:
    """For each top-level section, the section held out and the text before and after it to train on.

    Sections below the top level are part of their item. The training pieces are cut at the borders of the held-out
    section by :func:`slice_document`; there is one where that section begins or ends the text (and none where it is
    all of it).

    Raises:
        AnnotationError: sections overlap or run past the text.
    """
    spans = sorted(section.span for section in sections if section.level == 0)
    length = len(document.text)
    for left, right in zip([Span(0, 0), *spans], [*spans, Span(length, length)], strict=True):
        if right.start < left.end:
            raise AnnotationError(
                f"document {document.id}",
                f"section [{left.start}, {left.end}) overlaps the next or runs past the text ({length} characters)",
                "take the sections of this document, as they were read",
            )
    found = []
    for span in spans:
        rest = [Span(0, span.start), Span(span.end, length)]
        found.append(HeldOut(span, tuple(slice_document(document, piece) for piece in rest if len(piece))))
    return found


def slice_document(document: Annotated, span: Span) -> Annotated:
    """The part of a document that ``span`` covers, as a document of its own with the id ``ID[START:END]``.

    Mentions and sections that lie wholly inside are kept, with their ids and shifted offsets. A link is kept where its
    quantity, all its ranges and, for ``of``, its target are kept; what pointed out of the part points nowhere.

    Raises:
        AnnotationError: ``span`` runs past the text.
    """
    if span.end > len(document.text):
        raise AnnotationError(
            f"document {document.id}",
            f"[{span.start}, {span.end}) runs past the text, which has {len(document.text)} characters",
            "cut inside the text",
        )
    inside = {mention.id for mention in document.mentions if span.contains(mention.span)}
    return Annotated(
        id=f"{document.id}[{span.start}:{span.end}]",
        origin=document.origin,
        text=span.of(document.text),
        mentions=tuple(
            _cut_mention(mention, span.start, inside) for mention in document.mentions if mention.id in inside
        ),
        links=tuple(_cut_link(link, span.start) for link in document.links if _link_inside(link, span, inside)),
        sections=tuple(
            _cut_section(section, span.start, inside) for section in document.sections if span.contains(section.span)
        ),
    )


def _shift(span: Span, start: int) -> Span:
    return Span(span.start - start, span.end - start)


def _cut_mention(mention: Mention, start: int, inside: set[str]) -> Mention:
    attributes = mention.attributes
    if isinstance(attributes, Policy) and attributes.nested_in not in inside:
        attributes = replace(attributes, nested_in=None)
    return replace(mention, span=_shift(mention.span, start), attributes=attributes)


def _link_inside(link: Link, span: Span, inside: set[str]) -> bool:
    if link.source not in inside or not all(span.contains(piece) for piece in link.spans):
        return False
    return link.kind != "of" or link.target in inside


def _cut_link(link: Link, start: int) -> Link:
    return replace(link, spans=tuple(_shift(piece, start) for piece in link.spans))


def _cut_section(section: GoldSection, start: int, inside: set[str]) -> GoldSection:
    title = None if section.title is None else _shift(section.title, start)
    lead = tuple(name for name in section.lead if name in inside)
    return GoldSection(_shift(section.span, start), section.number, title, lead)
