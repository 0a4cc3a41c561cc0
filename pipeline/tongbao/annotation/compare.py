"""Two annotations of one text, span by span: what the scorer and the agreement of annotators both stand on.

Comparison is strict. Spans match when label, start and end are the same; numbers are compared after rounding to six
decimals (so that 1/3 and 0.333333 are one value), units after compatibility folding (``％`` is ``%``).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from tongbao.errors import AnnotationError
from tongbao.records import Annotated, Label, Mention, Number, Quantity, Span

#: What makes two spans the same span.
Key: TypeAlias = tuple[Label, Span]


@dataclass(frozen=True, slots=True)
class Facts:
    """A mention and what its links say. ``of`` is the span of the quantity that it is part of."""

    mention: Mention
    pieces: tuple[Span, ...] = ()
    period: Span | None = None
    scope: Span | None = None
    of: Span | None = None

    def attribute(self, name: str) -> object:
        """An attribute of the mention by its name in the records, ``None`` where the mention has no such thing."""
        return getattr(self.mention.attributes, name, None)


def facts(document: Annotated) -> dict[Key, Facts]:
    """The mentions of a document by label and span, with their links."""
    where = {mention.id: mention.span for mention in document.mentions}
    linked = {(link.source, link.kind): link for link in document.links}
    table: dict[Key, Facts] = {}
    for mention in document.mentions:
        measures, during, within, of = (
            linked.get((mention.id, kind)) for kind in ("measures", "during", "within", "of")
        )
        table[mention.label, mention.span] = Facts(
            mention,
            tuple(sorted(measures.spans)) if measures else (),
            during.spans[0] if during else None,
            within.spans[0] if within else None,
            where.get(of.target or "") if of else None,
        )
    return table


def paired(a: Iterable[Annotated], b: Iterable[Annotated]) -> list[tuple[Annotated, Annotated]]:
    """The documents of ``a``, each with the one of ``b`` that has its id; an empty annotation where ``b`` has none.

    Raises:
        AnnotationError: the two do not have the same text.
    """
    others = {document.id: document for document in b}
    pairs = [(document, others.get(document.id, empty(document))) for document in a]
    for document, other in pairs:
        check_same_text(document, other)
    return pairs


def empty(document: Annotated) -> Annotated:
    """The same text with nothing marked."""
    return Annotated(document.id, document.origin, document.text, (), ())


def check_same_text(a: Annotated, b: Annotated) -> None:
    """Offsets into different texts cannot be compared.

    Raises:
        AnnotationError: the two do not have the same text.
    """
    if a.text != b.text:
        raise AnnotationError(
            f"document {a.id}",
            f"the two annotations are of different texts ({len(a.text)} and {len(b.text)} characters)",
            "annotate the same version of the text",
        )


def same_value(a: Facts, b: Facts) -> bool:
    """Whether two quantities have the same value, or the same low and high."""
    return _values(a.mention) == _values(b.mention)


def same_unit(a: Facts, b: Facts) -> bool:
    """Whether two quantities have the same unit; no unit and an empty one are the same."""
    return _unit(a.mention) == _unit(b.mention)


def indicator(fact: Facts, text: str) -> str:
    """The pieces of a quantity's indicator, joined."""
    return "".join(piece.of(text) for piece in fact.pieces)


def character_f1(a: Facts, b: Facts) -> float:
    """F1 over the characters (by position) of two indicators; 1 where both are empty."""
    left, right = ({i for piece in fact.pieces for i in range(piece.start, piece.end)} for fact in (a, b))
    total = len(left) + len(right)
    return 2 * len(left & right) / total if total else 1.0


def surface(span: Span | None, text: str) -> str | None:
    """What a period or a scope says: two links agree when their words do, wherever those stand."""
    return None if span is None else span.of(text)


def touched(spans: Iterable[Key], others: Mapping[Key, Facts]) -> set[Key]:
    """Those of ``spans`` that share a character with one of ``others`` of the same label."""
    by_label: dict[Label, list[Span]] = {}
    for label, span in others:
        by_label.setdefault(label, []).append(span)
    return {(label, span) for label, span in spans if any(span.overlaps(other) for other in by_label.get(label, ()))}


def _values(mention: Mention) -> tuple[Fraction | None, ...]:
    quantity = mention.attributes
    if not isinstance(quantity, Quantity):
        return (None, None, None)
    return tuple(_rounded(number) for number in (quantity.value, quantity.low, quantity.high))


def _rounded(number: Number | None) -> Fraction | None:
    return None if number is None else round(Fraction(number), 6)


def _unit(mention: Mention) -> str:
    quantity = mention.attributes
    unit = quantity.unit if isinstance(quantity, Quantity) else None
    return unicodedata.normalize("NFKC", unit or "")
