"""Stored annotations back to records, without the checks (and the library) that people's annotations need.

What stands in a store was written by ``annotation.to_json``, and writing it again gives the same JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from tongbao.records import (
    Annotated,
    Attributes,
    Department,
    GoldSection,
    Link,
    Mention,
    Number,
    Period,
    Policy,
    Quantity,
    Span,
)

_Data: TypeAlias = Mapping[str, Any]


def decode_annotation(text: str) -> Annotated:
    """The document of one line.

    A department's level and region and the confidences of links are not there: they are in no annotation file, and
    the tables have them.
    """
    data: _Data = json.loads(text)
    spans: Sequence[_Data] = data["spans"]
    at = {(span["label"], span["start"], span["end"]): str(span["id"]) for span in spans}
    return Annotated(
        id=data["id"],
        origin=data["origin"],
        text=data["text"],
        mentions=tuple(_mention(span) for span in spans),
        links=tuple(link for span in spans if span["label"] == "QUANTITY" for link in _links(span, at)),
        sections=tuple(_section(section) for section in data.get("sections", ())),
    )


def _mention(span: _Data) -> Mention:
    return Mention(
        span["id"], span["label"], Span(span["start"], span["end"]), _attributes(span), span.get("confidence")
    )


def _attributes(span: _Data) -> Attributes | None:
    match span["label"]:
        case "QUANTITY":
            value, low, high = (_number(span[name]) for name in ("value", "low", "high"))
            return Quantity(value, low, high, span["unit"], span["bound"], span["kind"], span["change"])
        case "DEPARTMENT":
            return Department(span["role"], span.get("canonical"))
        case "POLICY":
            return Policy(
                span["kind"],
                span["act"],
                span.get("number"),
                span["nested"],
                span.get("nested_in"),
                span.get("issuer"),
                span.get("trial", False),
            )
        case "PERIOD" if "from" in span or "to" in span:
            first, last = (date.fromisoformat(span[key]) if key in span else None for key in ("from", "to"))
            return Period(first, last)
        case _:
            return None


def _links(span: _Data, at: Mapping[tuple[str, int, int], str]) -> Iterator[Link]:
    source = span["id"]
    if span["indicator"]:
        yield Link("measures", source, tuple(Span(*pair) for pair in span["indicator"]))
    if span["period"]:
        yield Link("during", source, (Span(*span["period"]),), at.get(("PERIOD", *span["period"])))
    if span["scope"]:
        yield Link("within", source, (Span(*span["scope"]),), at.get(("SCOPE", *span["scope"])))
    if span["of"] is not None:
        yield Link("of", source, (), span["of"])


def _section(data: _Data) -> GoldSection:
    title = data["title"]
    return GoldSection(
        Span(data["start"], data["end"]), data["number"], Span(*title) if title else None, tuple(data["lead"])
    )


def _number(text: str | None) -> Number | None:
    if text is None:
        return None
    return Fraction(text) if "/" in text else Decimal(text)
