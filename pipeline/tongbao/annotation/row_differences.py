"""Two predictions of one text, row by row: what they give differently, and which of the two gold agrees with.

Rows are the quantities, departments and policies of the tables. Two rows are one where their spans are the same, or,
among those that are left, where they overlap: then the span is what differs. Cells are compared as the scorer compares
them (:mod:`tongbao.annotation.compare`). What no annotation holds (the item of a row, a department's level and region)
is not compared, and confidences are no content.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from tongbao.annotation import compare
from tongbao.annotation.compare import Facts, Key
from tongbao.annotation.gold import plain_number
from tongbao.records import Annotated, Department, Label, Number, Period, Policy, Quantity, Span

Side: TypeAlias = Literal["a", "b"]
#: The side that gold agrees with; ``neither`` also where each is right in another cell.
Verdict: TypeAlias = Literal["a", "b", "neither"]

#: What is compared, by label, in the order of the tables. ``days`` are those of a quantity's period.
CELLS: dict[Label, tuple[str, ...]] = {
    "QUANTITY": ("value", "unit", "bound", "kind", "change", "indicator", "period", "days", "scope", "of"),
    "DEPARTMENT": ("role", "canonical"),
    "POLICY": ("kind", "act", "number", "nested", "issuer", "trial"),
}
SPAN = "span"

#: Where gold has none of these, the annotator may have left it out: it speaks for nobody.
_IF_GIVEN = frozenset({"days", "canonical", "number", "issuer"})


@dataclass(frozen=True, slots=True)
class CellDifference:
    """One cell in words, ``None`` where a side has nothing there; ``verdict`` is ``None`` where gold says nothing."""

    name: str
    a: str | None
    b: str | None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that the two give differently.

    ``only`` is the side that has it, where one has it only: then ``cells`` are all that the row says. ``span`` is that
    of A where A has the row; ``size`` is the largest figure that stands in it, 0 where none does.
    """

    document: str
    label: Label
    span: Span
    surface: str
    only: Side | None
    cells: tuple[CellDifference, ...]
    size: Fraction
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """Rows of one label in one document: how many each side has, and how many of them are the same row."""

    a: int
    b: int
    paired: int


@dataclass(frozen=True, slots=True)
class Compared:
    """One document compared: counts by label, and differences in text order. ``judged``: there was gold for it."""

    id: str
    rows: Mapping[Label, Labelled]
    differences: tuple[Difference, ...]
    judged: bool


@dataclass(frozen=True, slots=True)
class _Row:
    facts: Facts
    cells: Mapping[str, str | None]


def compare_rows(a: Annotated, b: Annotated, gold: Annotated | None = None) -> Compared:
    """Compare two predictions of one text, and where there is ``gold``, say which is right.

    Raises:
        AnnotationError: the texts are not the same.
    """
    compare.check_same_text(a, b)
    if gold is not None:
        compare.check_same_text(a, gold)
    left, right = _rows(a), _rows(b)
    truth = None if gold is None else _rows(gold)
    rows: dict[Label, Labelled] = {}
    found: list[Difference] = []
    for label in CELLS:
        ours, theirs = ([key for key in side if key[0] == label] for side in (left, right))
        pairs = list(_pairs(ours, theirs))
        rows[label] = Labelled(len(ours), len(theirs), sum(None not in pair for pair in pairs))
        for one, other in pairs:
            difference = _difference(a, one and (one, left[one]), other and (other, right[other]), truth)
            if difference is not None:
                found.append(difference)
    ordered = sorted(found, key=lambda difference: (difference.span, difference.label))
    return Compared(a.id, rows, tuple(ordered), gold is not None)


def _pairs(ours: Iterable[Key], theirs: Iterable[Key]) -> Iterator[tuple[Key | None, Key | None]]:
    """The rows of one label, each with its counterpart: the same span, else one that overlaps, those that share most
    first; the same pairs whichever side is called the first.
    """
    a, b = set(ours), set(theirs)
    yield from ((key, key) for key in sorted(a & b))
    left, right = sorted(a - b), sorted(b - a)
    counterparts: dict[Key, Key] = {}
    taken: set[Key] = set()
    for one, other in sorted(_overlapping(left, right), key=lambda pair: (-_shared(*pair), *sorted(pair))):
        if one not in counterparts and other not in taken:
            counterparts[one] = other
            taken.add(other)
    yield from ((key, counterparts.get(key)) for key in left)
    yield from ((None, key) for key in right if key not in taken)


def _overlapping(left: Sequence[Key], right: Sequence[Key]) -> Iterator[tuple[Key, Key]]:
    """All pairs of rows that share a character. Both sides are in text order."""
    first = 0
    for key in left:
        # What ends before this row meets no later one.
        while first < len(right) and right[first][1].end <= key[1].start:
            first += 1
        for at in range(first, len(right)):
            if right[at][1].start >= key[1].end:
                break
            if right[at][1].overlaps(key[1]):
                yield key, right[at]


def _shared(a: Key, b: Key) -> int:
    """How many characters two rows that overlap share."""
    return min(a[1].end, b[1].end) - max(a[1].start, b[1].start)


def _difference(
    document: Annotated,
    a: tuple[Key, _Row] | None,
    b: tuple[Key, _Row] | None,
    gold: Mapping[Key, _Row] | None,
) -> Difference | None:
    there = [side for side in (a, b) if side is not None]
    key, row = there[0]
    if a is not None and b is not None:
        only: Side | None = None
        cells = tuple(_cells(document.text, a, b, gold))
        if not cells:
            return None
        verdict = _together(cell.verdict for cell in cells)
    else:
        only = "a" if b is None else "b"
        said = ((name, text) for name, text in row.cells.items() if text is not None)
        cells = tuple(CellDifference(name, *((text, None) if only == "a" else (None, text))) for name, text in said)
        verdict = None if gold is None else _existence(key, only, gold)
    label, span = key
    size = max(_figure(row.facts) for _, row in there)
    return Difference(document.id, label, span, one_line(span.of(document.text)), only, cells, size, verdict)


def _cells(
    text: str, a: tuple[Key, _Row], b: tuple[Key, _Row], gold: Mapping[Key, _Row] | None
) -> Iterator[CellDifference]:
    """The cells in which two rows differ. Gold's row is the one with the span of either."""
    (one, left), (other, right) = a, b
    if one != other:
        verdict = None if gold is None else _verdict(one in gold, other in gold)
        yield CellDifference(SPAN, _placed(one[1], text), _placed(other[1], text), verdict)
    true = None if gold is None else gold.get(one) or gold.get(other)
    for name in CELLS[one[0]]:
        if not _same(name, left, right):
            verdict = None if gold is None else _cell_verdict(name, left, right, true)
            yield CellDifference(name, left.cells[name], right.cells[name], verdict)


def _cell_verdict(name: str, a: _Row, b: _Row, gold: _Row | None) -> Verdict | None:
    if gold is None:
        return "neither"
    if name in _IF_GIVEN and gold.cells[name] is None:
        return None
    return _verdict(_same(name, a, gold), _same(name, b, gold))


def _existence(key: Key, only: Side, gold: Mapping[Key, _Row]) -> Verdict:
    """Whether a row that one side has is in gold; where gold has another span in its place, neither is right."""
    if key in gold:
        return only
    if any(label == key[0] and span.overlaps(key[1]) for label, span in gold):
        return "neither"
    return "b" if only == "a" else "a"


def _verdict(a: bool, b: bool) -> Verdict:
    return "a" if a else "b" if b else "neither"


def _together(verdicts: Iterable[Verdict | None]) -> Verdict | None:
    said = {verdict for verdict in verdicts if verdict is not None}
    return said.pop() if len(said) == 1 else "neither" if said else None


_EQUAL: dict[str, Callable[[Facts, Facts], bool]] = {"value": compare.same_value, "unit": compare.same_unit}


def _same(name: str, a: _Row, b: _Row) -> bool:
    equal = _EQUAL.get(name)
    return a.cells[name] == b.cells[name] if equal is None else equal(a.facts, b.facts)


# Rows in words.


def _rows(document: Annotated) -> dict[Key, _Row]:
    table = compare.facts(document)
    return {key: _Row(facts, _said(facts, table, document.text)) for key, facts in table.items() if key[0] in CELLS}


def _said(facts: Facts, table: Mapping[Key, Facts], text: str) -> dict[str, str | None]:
    match facts.mention.attributes:
        case Quantity() as quantity:
            return {
                "value": _number(quantity),
                "unit": quantity.unit or None,
                "bound": quantity.bound,
                "kind": quantity.kind,
                "change": quantity.change,
                "indicator": one_line(compare.indicator(facts, text)) or None,
                "period": _surface(facts.period, text),
                "days": _days(facts.period, table),
                "scope": _surface(facts.scope, text),
                "of": None if facts.of is None else _placed(facts.of, text),
            }
        case Department() as department:
            return {"role": department.role, "canonical": department.canonical}
        case Policy() as policy:
            return {
                "kind": policy.kind,
                "act": policy.act,
                "number": policy.number,
                "nested": _yes(policy.nested),
                "issuer": policy.issuer,
                "trial": _yes(policy.trial),
            }
        case _:
            return dict.fromkeys(CELLS[facts.mention.label])


def _number(quantity: Quantity) -> str | None:
    if quantity.value is not None:
        return plain_number(quantity.value)
    return f"{plain_number(quantity.low) or ''}~{plain_number(quantity.high) or ''}"


def _days(span: Span | None, table: Mapping[Key, Facts]) -> str | None:
    """First and last day of a period that is marked, as ISO dates; a day that the text does not fix is left out."""
    found = None if span is None else table.get(("PERIOD", span))
    period = None if found is None else found.mention.attributes
    if not isinstance(period, Period):
        return None
    return "/".join("" if day is None else day.isoformat() for day in (period.first, period.last))


def _figure(facts: Facts) -> Fraction:
    quantity = facts.mention.attributes
    if not isinstance(quantity, Quantity):
        return Fraction(0)
    numbers: tuple[Number | None, ...] = (quantity.value, quantity.low, quantity.high)
    return max((abs(Fraction(number)) for number in numbers if number is not None), default=Fraction(0))


def _surface(span: Span | None, text: str) -> str | None:
    words = compare.surface(span, text)
    return None if words is None else one_line(words)


def _placed(span: Span, text: str) -> str:
    return f"{one_line(span.of(text))} [{span.start}, {span.end})"


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def one_line(text: str) -> str:
    """Words of a document as a line for a terminal may hold them: no line breaks, and nothing that controls it."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(char: str) -> str:
    if char == "\n":
        return "⏎"
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in ("Cc", "Cs") else char
