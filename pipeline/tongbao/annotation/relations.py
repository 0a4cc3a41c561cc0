"""Links and sections that the format allows and the guidelines do not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tongbao.annotation.placement import sentence_of
from tongbao.annotation.problem import Code, Problem, named, quoted
from tongbao.records import Annotated, Label, Link, LinkKind, Mention, Span


def links(document: Annotated, sentences: tuple[Span, ...]) -> Iterator[Problem]:
    """Indicators, periods, scopes and chains of ``of`` that cannot be meant.

    An indicator lies in the sentence of its quantity and outside of it, in pieces that do not touch; a period or scope
    is a span of that label, a scope in the sentence of its quantity; no chain of ``of`` comes back to its beginning.
    """
    known = {mention.id: mention for mention in document.mentions}
    marked = {(mention.label, mention.span) for mention in document.mentions}
    for link in document.links:
        source = known[link.source]
        sentence = sentence_of(source.span, sentences)
        if link.kind == "measures":
            yield from _indicator(link, source, sentence, document.text)
        elif link.kind in _TARGETS:
            yield from _target(link, source, sentence, document.text, marked)
    yield from _cycles(document, known)


_TARGETS: dict[LinkKind, tuple[Code, Label]] = {"during": ("period", "PERIOD"), "within": ("scope", "SCOPE")}


def _indicator(link: Link, source: Mention, sentence: Span | None, text: str) -> Iterator[Problem]:
    name = named(source, text)
    for piece in link.spans:
        words = quoted(piece, text)
        if piece.overlaps(source.span):
            yield Problem("indicator", piece.start, f"{name}: the indicator {words} overlaps its quantity")
        if sentence is not None and not sentence.contains(piece):
            yield Problem("indicator", piece.start, f"{name}: the indicator {words} lies outside the sentence")
        if piece.of(text) != piece.of(text).strip():
            yield Problem("indicator", piece.start, f"{name}: the indicator {words} begins or ends with white space")
    for left, right in pairwise(link.spans):
        if left.end == right.start:
            both = f"{quoted(left, text)} and {quoted(right, text)}"
            yield Problem("indicator", left.start, f"{name}: the indicator's pieces {both} are one")


def _target(
    link: Link, source: Mention, sentence: Span | None, text: str, marked: set[tuple[Label, Span]]
) -> Iterator[Problem]:
    code, label = _TARGETS[link.kind]
    span = link.spans[0]
    place = f"{named(source, text)}: the {code} {quoted(span, text)} at {span.start}"
    if (label, span) not in marked:
        yield Problem(code, source.span.start, f"{place} is not marked as a {label}")
    if code == "scope" and sentence is not None and not sentence.contains(span):
        yield Problem(code, source.span.start, f"{place} lies outside the sentence")


def _cycles(document: Annotated, known: dict[str, Mention]) -> Iterator[Problem]:
    """One problem for each ring of ``of`` links, at its first quantity in the order of the links."""
    following = {link.source: link.target for link in document.links if link.kind == "of" and link.target}
    done: set[str] = set()
    for begin in following:
        chain: list[str] = []
        at: str | None = begin
        while at is not None and at not in done:
            done.add(at)
            chain.append(at)
            at = following.get(at)
        if at in chain:
            ring = [known[name] for name in chain[chain.index(at) :]]
            names = " → ".join(mention.id for mention in [*ring, ring[0]])
            yield Problem("cycle", ring[0].span.start, f"{named(ring[0], document.text)}: of runs in a ring: {names}")


def sections(document: Annotated) -> Iterator[Problem]:
    """Sections whose title lies outside of them, and sections that cross."""
    ordered = sorted(document.sections, key=lambda section: (section.span.start, -section.span.end))
    for at, section in enumerate(ordered):
        place = f"section {section.number or 'preamble'}"
        if section.title is not None and not section.span.contains(section.title):
            yield Problem("sections", section.span.start, f"{place}: the title lies outside the section")
        for later in ordered[at + 1 :]:
            if later.span.start >= section.span.end:
                break
            if later.span.end > section.span.end:
                other = later.number or "preamble"
                yield Problem("sections", later.span.start, f"{place}: section {other} begins in it and ends after it")
