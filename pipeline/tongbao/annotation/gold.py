"""Annotation files: the JSONL of the guidelines (section 5) to records and back.

One document a line, so that a correction is a one-line diff. Gold and predictions share the shape; ``confidence``
stands in predictions only. The first line of a file may be ``{"schema": 1, "guidelines": 1}``.

What the records know and the format does not (a department's level and region, a link's own confidence) is derived
by the pipeline and is not written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tongbao.annotation.check import problems
from tongbao.annotation.problem import Problem
from tongbao.errors import AnnotationError
from tongbao.records import (
    Annotated,
    Attributes,
    Department,
    GoldSection,
    Label,
    Link,
    Mention,
    Number,
    Period,
    Policy,
    Quantity,
    Span,
)

if TYPE_CHECKING:
    from tongbao.annotation.schema import DocumentModel, QuantityModel, SectionModel, SpanModel

#: The one version of the format and of the guidelines that this code reads and writes.
HEADER = {"schema": 1, "guidelines": 1}

#: How many problems of a line one message names.
_SHOWN = 3


def read_gold(path: str | Path) -> tuple[Annotated, ...]:
    """All documents of an annotation file, in file order. Empty lines are skipped.

    Raises:
        AnnotationError: the file cannot be read, is of another version, names a document twice, or has a line that
            breaks the format. One bad line refuses the whole file: half a gold set is a silent change of every figure.
    """
    documents: list[Annotated] = []
    lines_of: dict[str, int] = {}
    for number, line in numbered_lines(Path(path)):
        place = f"{path}:{number}"
        data = decode(line, place)
        if not documents and isinstance(data, dict) and "schema" in data:
            check_version(data, place)
            continue
        document = from_json(data, place)
        if document.id in lines_of:
            raise AnnotationError(
                place, f"document {document.id}: the id is already used in line {lines_of[document.id]}", "rename one"
            )
        lines_of[document.id] = number
        documents.append(document)
    return tuple(documents)


def parse_line(line: str, place: str) -> Annotated:
    """One line of an annotation file. ``place`` (``FILE:LINE``) is what an error names.

    Raises:
        AnnotationError: the line is not JSON, or not a document of the format.
    """
    return from_json(decode(line, place), place)


def from_json(data: object, place: str = "document") -> Annotated:
    """The document that a decoded line holds, validated.

    ``period`` and ``scope`` become links whose target is the mention with the same offsets, where there is one.

    Raises:
        AnnotationError: names the document and what is wrong with it.
    """
    document, found = examine(data, place)
    if document is None or found:
        name = data.get("id", "without id") if isinstance(data, dict) else "without id"
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise AnnotationError(
            place, f"document {name}: {'; '.join(map(str, found[:_SHOWN]))}{more}", "see the guidelines, section 5"
        )
    return document


def examine(data: object, place: str) -> tuple[Annotated | None, list[Problem]]:
    """The document that a decoded line holds, ``None`` where its shape is wrong, and everything that is wrong.

    Raises:
        AnnotationError: what it takes to validate a document is not installed.
    """
    try:
        # Not at the top: pydantic takes longer to load than most commands take to run.
        from tongbao.annotation.schema import validate
    except ModuleNotFoundError as error:
        raise AnnotationError(place, f"reading annotations needs {error.name}", "install tongbao[train]") from error
    model, found = validate(data)
    if model is None:
        return None, found
    document = _document(model)
    return document, problems(document)


def to_json(document: Annotated) -> dict[str, Any]:
    """The plain dict that one line holds; ``json.dumps`` takes it as it is.

    A quantity has all its keys, ``None`` where nothing is known; other optional keys stand only where they say
    something, as does ``sections``.
    """
    links: dict[tuple[str, str], Link] = {(link.source, link.kind): link for link in document.links}
    data: dict[str, Any] = {
        "id": document.id,
        "origin": document.origin,
        "text": document.text,
        "spans": [_span_dict(mention, links) for mention in document.mentions],
    }
    if document.sections:
        data["sections"] = [_section_dict(section) for section in document.sections]
    return data


def write_gold(path: str | Path, documents: Iterable[Annotated], *, header: bool = False) -> None:
    """Write documents as JSONL (UTF-8, no escapes), replacing the file at once or not at all.

    Args:
        header: begin with the line that names the version.

    Raises:
        AnnotationError: the file cannot be written.
    """
    target = Path(path)
    lines = [json.dumps(HEADER)] if header else []
    lines += [json.dumps(to_json(document), ensure_ascii=False) for document in documents]
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
        temporary.replace(target)
    except (OSError, ValueError) as error:
        temporary.unlink(missing_ok=True)
        raise AnnotationError(str(path), f"cannot be written: {error}", "check the folder and its rights") from error


# Reading: file, line, model, records.


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their numbers from 1. Splits at line feeds only: U+2028 may stand in a text."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnnotationError(str(path), f"not UTF-8 at byte {error.start}", "save the file as UTF-8") from error
    except OSError as error:
        raise AnnotationError(str(path), f"cannot be read: {error.strerror}", "check the path") from error
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def decode(line: str, place: str) -> object:
    """The JSON value of a line.

    Raises:
        AnnotationError: the line is not JSON, or an object has a key twice.
    """
    try:
        return json.loads(line, object_pairs_hook=_no_repeated_key)
    except (ValueError, RecursionError) as error:
        raise AnnotationError(place, f"not JSON: {error}", "one JSON object a line") from error


def _no_repeated_key(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return data


def check_version(data: dict[str, Any], place: str) -> None:
    """Refuse the header of a file that this code cannot read.

    Raises:
        AnnotationError: the versions are not those of :data:`HEADER`.
    """
    if data != HEADER:
        raise AnnotationError(
            place,
            f"version {json.dumps(data, ensure_ascii=False)} of the format",
            f"this code reads {json.dumps(HEADER)}",
        )


def _document(model: DocumentModel) -> Annotated:
    at = {(span.label, Span(span.start, span.end)): span.id for span in model.spans}
    return Annotated(
        id=model.id,
        origin=model.origin,
        text=model.text,
        mentions=tuple(
            Mention(span.id, span.label, Span(span.start, span.end), _attributes(span), span.confidence)
            for span in model.spans
        ),
        links=tuple(link for span in model.spans if span.label == "QUANTITY" for link in _links(span, at)),
        sections=tuple(_section(section) for section in model.sections),
    )


def _attributes(span: SpanModel) -> Attributes | None:
    if span.label == "QUANTITY":
        numbers = (_number(span.value), _number(span.low), _number(span.high))
        return Quantity(*numbers, unit=span.unit, bound=span.bound, kind=span.kind, change=span.change)
    if span.label == "DEPARTMENT":
        return Department(span.role, span.canonical)
    if span.label == "POLICY":
        return Policy(span.kind, span.act, span.number, span.nested, span.nested_in, span.issuer, span.trial)
    if span.label == "PERIOD" and (span.first or span.last):
        first, last = (date.fromisoformat(day) if day else None for day in (span.first, span.last))
        return Period(first, last)
    return None


def _links(span: QuantityModel, at: dict[tuple[Label, Span], str]) -> Iterator[Link]:
    if span.indicator:
        yield Link("measures", span.id, tuple(Span(*pair) for pair in span.indicator))
    if span.period:
        period = Span(*span.period)
        yield Link("during", span.id, (period,), at.get(("PERIOD", period)))
    if span.scope:
        scope = Span(*span.scope)
        yield Link("within", span.id, (scope,), at.get(("SCOPE", scope)))
    if span.of is not None:
        yield Link("of", span.id, (), span.of)


def _section(model: SectionModel) -> GoldSection:
    title = Span(*model.title) if model.title else None
    return GoldSection(Span(model.start, model.end), model.number, title, tuple(model.lead))


def _number(text: str | None) -> Number | None:
    if text is None:
        return None
    return Fraction(text) if "/" in text else Decimal(text)


# Writing: records to dicts.


def _span_dict(mention: Mention, links: dict[tuple[str, str], Link]) -> dict[str, Any]:
    attributes = mention.attributes
    data: dict[str, Any] = {
        "id": mention.id,
        "label": mention.label,
        "start": mention.span.start,
        "end": mention.span.end,
    }
    if isinstance(attributes, Quantity):
        data |= _quantity_dict(attributes) | _link_dict(mention.id, links)
    elif isinstance(attributes, Department):
        data |= {"role": attributes.role} | _present(canonical=attributes.canonical)
    elif isinstance(attributes, Policy):
        data |= {"kind": attributes.kind, "act": attributes.act, "nested": attributes.nested}
        data |= _present(number=attributes.number, nested_in=attributes.nested_in, issuer=attributes.issuer)
        data |= _present(trial=attributes.trial or None)
    elif isinstance(attributes, Period):
        first, last = (day.isoformat() if day else None for day in (attributes.first, attributes.last))
        data |= _present(**{"from": first, "to": last})
    return data | _present(confidence=mention.confidence)


def _present(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _quantity_dict(quantity: Quantity) -> dict[str, Any]:
    return {
        "value": plain_number(quantity.value),
        "low": plain_number(quantity.low),
        "high": plain_number(quantity.high),
        "unit": quantity.unit,
        "bound": quantity.bound,
        "kind": quantity.kind,
        "change": quantity.change,
    }


def _link_dict(source: str, links: dict[tuple[str, str], Link]) -> dict[str, Any]:
    measures, of = links.get((source, "measures")), links.get((source, "of"))
    data: dict[str, Any] = {"indicator": [_pair(span) for span in measures.spans] if measures else []}
    for key, kind in (("period", "during"), ("scope", "within")):
        link = links.get((source, kind))
        data[key] = _pair(link.spans[0]) if link else None
    data["of"] = of.target if of else None
    return data


def _section_dict(section: GoldSection) -> dict[str, Any]:
    return {
        "start": section.span.start,
        "end": section.span.end,
        "number": section.number,
        "title": _pair(section.title) if section.title else None,
        "lead": list(section.lead),
    }


def _pair(span: Span) -> list[int]:
    return [span.start, span.end]


def plain_number(number: Number | None) -> str | None:
    """``12400``, ``0.5``, ``1/3``: never an exponent. A decimal keeps the zeros it was written with."""
    if number is None:
        return None
    return str(number) if isinstance(number, Fraction) else format(number, "f")
