"""Corrected documents into a gold set: new ones are added, known ones replaced, and what changed is counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tongbao.errors import AnnotationError
from tongbao.records import Annotated, Label, Link, Mention, Span


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one document: spans that it gained, lost, and kept with other attributes or links."""

    id: str
    new: bool
    gained: int
    lost: int
    altered: int

    @property
    def unchanged(self) -> bool:
        """Whether the gold set already held it just so."""
        return not self.new and not (self.gained or self.lost or self.altered)


def merge(gold: Sequence[Annotated], corrected: Iterable[Annotated]) -> tuple[list[Annotated], list[Change]]:
    """The gold set with corrected documents in it, in the order of the set and then of the corrections.

    Confidences are dropped: what a person has corrected is gold.

    Raises:
        AnnotationError: a document has another text than its namesake in the set, or comes twice.
    """
    merged = {document.id: document for document in gold}
    changes: dict[str, Change] = {}
    for document in corrected:
        before = merged.get(document.id)
        if document.id in changes:
            raise AnnotationError(f"document {document.id}", "comes twice", "leave one out")
        if before is not None and before.text != document.text:
            raise AnnotationError(
                f"document {document.id}",
                f"its text differs from the gold set's at character {_first_difference(before.text, document.text)}",
                "texts are never edited: give the document another id, or restore its text",
            )
        merged[document.id] = certain(document)
        changes[document.id] = _change(before, merged[document.id])
    return list(merged.values()), list(changes.values())


def certain(document: Annotated) -> Annotated:
    """The document without confidences."""
    return replace(
        document,
        mentions=tuple(replace(mention, confidence=None) for mention in document.mentions),
        links=tuple(replace(link, confidence=None) for link in document.links),
    )


def _change(before: Annotated | None, after: Annotated) -> Change:
    old, new = _facts(before) if before else {}, _facts(after)
    altered = sum(old[place] != new[place] for place in old.keys() & new.keys())
    if before is not None and before.sections != after.sections:
        altered += 1
    return Change(after.id, before is None, len(new.keys() - old.keys()), len(old.keys() - new.keys()), altered)


def _facts(document: Annotated) -> dict[tuple[Label, Span], tuple[object, ...]]:
    """By label and range, what is said of a span, without the ids, which mean nothing outside their document."""
    spans = {mention.id: mention.span for mention in document.mentions}
    links: dict[str, set[tuple[object, ...]]] = {mention.id: set() for mention in document.mentions}
    for link in document.links:
        if link.spans or link.target is not None:
            links[link.source].add(_fact(link, spans))
    return {(mention.label, mention.span): _said(mention, links[mention.id]) for mention in document.mentions}


def _said(mention: Mention, links: set[tuple[object, ...]]) -> tuple[object, ...]:
    return (mention.attributes, frozenset(links))


def _fact(link: Link, spans: dict[str, Span]) -> tuple[object, ...]:
    target = spans[link.target] if link.target is not None else None
    return (link.kind, link.spans or (target,))


def _first_difference(a: str, b: str) -> int:
    return next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
