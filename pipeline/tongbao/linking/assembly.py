"""From tagged spans to mentions with ids and attributes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from tongbao.linking import attributes
from tongbao.records import Bulletin, Department, Label, Mention, Quantity, Span
from tongbao.tagging.mentions import ID_LETTER, nested_titles
from tongbao.tagging.tagger import Tagged

#: What a quantity says whose number the grammar cannot read; only gold mentions can come to this.
_UNREAD = Quantity(None, None, None, None, "exact", "other", "none")


def assemble(bulletin: Bulletin, tagged: Iterable[Tagged]) -> list[Mention]:
    """Mentions in text order with ids (``d1``, ``q2``, …), titles inside titles added, attributes filled in.

    A tagged quantity in which the grammar finds no number is dropped: a row without a value is no row. The number
    itself then stands in ``left_out``.
    """
    text = bulletin.text
    found: list[tuple[Span, Label, float | None, bool]] = []
    values: dict[Span, Quantity] = {}
    for item in tagged:
        if item.label == "QUANTITY":
            value = attributes.quantity(text, item.span)
            if value is None:
                continue
            values[item.span] = value
        found.append((item.span, item.label, item.confidence, False))
        if item.label == "POLICY":
            found.extend((inner, "POLICY", item.confidence, True) for inner in nested_titles(text, item.span))
    found.sort(key=lambda entry: (entry[0].start, -entry[0].end))
    mentions = [
        Mention(f"{ID_LETTER[label]}{number}", label, span, values.get(span), confidence)
        for number, (span, label, confidence, _) in enumerate(found, start=1)
    ]
    nested = {entry[0] for entry in found if entry[3]}
    return fill(bulletin, mentions, nested)


def refill(bulletin: Bulletin, mentions: Sequence[Mention]) -> list[Mention]:
    """Given mentions (gold) without what predictions must find out: their attributes come from the rules again."""
    plain = sorted((replace(m, attributes=None) for m in mentions), key=lambda m: (m.span.start, -m.span.end))
    nested = {
        inner.span
        for outer, inner in pairwise(plain)
        if outer.label == inner.label == "POLICY" and outer.span.contains(inner.span)
    }
    out: list[Mention] = []
    for mention in plain:
        if mention.label == "QUANTITY":
            value = attributes.quantity(bulletin.text, mention.span)
            out.append(replace(mention, attributes=value or _UNREAD))
        else:
            out.append(mention)
    return fill(bulletin, out, nested)


def fill(bulletin: Bulletin, mentions: Sequence[Mention], nested: set[Span]) -> list[Mention]:
    """The same mentions with the attributes that rules give to departments, policies and periods.

    ``nested`` are the spans of titles inside titles; quantities keep what they have.
    """
    departments = [mention for mention in mentions if mention.label == "DEPARTMENT"]
    roles = dict(
        zip(
            (mention.id for mention in departments),
            attributes.roles(bulletin, [mention.span for mention in departments]),
            strict=True,
        )
    )
    dated = [mention for mention in mentions if mention.label == "PERIOD"]
    dates = dict(zip((mention.id for mention in dated), attributes.periods(bulletin, dated), strict=True))
    out: list[Mention] = []
    outer: Mention | None = None
    for mention in mentions:
        if mention.label == "DEPARTMENT":
            out.append(replace(mention, attributes=Department(roles[mention.id])))
        elif mention.label == "PERIOD":
            out.append(replace(mention, attributes=dates[mention.id]))
        elif mention.label == "POLICY":
            inside = mention.span in nested
            facts = attributes.policy(bulletin.text, mention.span, inside)
            out.append(replace(mention, attributes=replace(facts, nested_in=outer.id if inside and outer else None)))
            outer = outer if inside else mention
        else:
            out.append(mention)
    return out
