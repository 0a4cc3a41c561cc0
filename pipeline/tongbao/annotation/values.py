"""Values that do not follow from their characters: gold against what the grammar of numbers and periods reads.

The grammar is not always right and gold may know better; a difference is a place to look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from tongbao.annotation.compare import Facts, same_unit, same_value
from tongbao.annotation.problem import Problem, named
from tongbao.numbers import clause_around, parse_period, parse_quantity
from tongbao.records import Annotated, Mention, Number, Period, Quantity


def quantities(document: Annotated) -> Iterator[Problem]:
    """Quantities whose value, unit, bound or kind is another than the grammar reads, and ranges that run backwards."""
    for mention in document.mentions:
        quantity = mention.attributes
        if isinstance(quantity, Quantity):
            yield from _quantity(mention, quantity, document.text)


def _quantity(mention: Mention, gold: Quantity, text: str) -> Iterator[Problem]:
    start, name = mention.span.start, named(mention, text)
    read = parse_quantity(mention.span.of(text), *clause_around(text, start, mention.span.end))
    if read is None:
        yield Problem("numeral", start, f"{name} holds no number that the grammar reads")
        return
    ours, theirs = Facts(mention), Facts(replace(mention, attributes=read))
    if gold.low is not None and gold.high is not None and gold.low >= gold.high:
        yield Problem("value", start, f"{name}: low {_plain(gold.low)} is not below high {_plain(gold.high)}")
    elif not same_value(ours, theirs):
        yield Problem("value", start, f"{name}: value {_value(gold)}, the characters say {_value(read)}")
    if not same_unit(ours, theirs):
        yield Problem("unit", start, f"{name}: unit {gold.unit or 'none'}, the characters say {read.unit or 'none'}")
    if gold.bound != read.bound:
        yield Problem("bound", start, f"{name}: bound {gold.bound}, the words say {read.bound}")
    if gold.kind != read.kind:
        yield Problem("kind", start, f"{name}: kind {gold.kind}, the words say {read.kind}")


def periods(document: Annotated) -> Iterator[Problem]:
    """Periods that end before they begin, or that give other days than their own characters fix."""
    for mention in document.mentions:
        gold = mention.attributes
        if not isinstance(gold, Period):
            continue
        start, name = mention.span.start, named(mention, document.text)
        read = parse_period(mention.span.of(document.text))
        if gold.first and gold.last and gold.first > gold.last:
            yield Problem("dates", start, f"{name}: from {gold.first} is after to {gold.last}")
        # Characters that fix one day only leave the other to the context.
        elif read.first and read.last and gold != read:
            theirs = f"{read.first} to {read.last}"
            yield Problem("dates", start, f"{name}: {gold.first} to {gold.last}, the characters say {theirs}")


def _value(quantity: Quantity) -> str:
    if quantity.value is not None:
        return _plain(quantity.value)
    return f"{_plain(quantity.low)} to {_plain(quantity.high)}"


def _plain(number: Number | None) -> str:
    return format(number, "f") if isinstance(number, Decimal) else str(number)
