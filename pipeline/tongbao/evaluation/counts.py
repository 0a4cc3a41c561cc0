"""Counting what a prediction gets right, one vector a unit (a document, or an item of one).

Every figure of the evaluation is a ratio of sums of these counts, so that scores over any set of units, and over any
resample of units, are a sum of vectors and a division.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tongbao.annotation import compare
from tongbao.annotation.compare import Facts, Key
from tongbao.errors import AnnotationError
from tongbao.records import LABELS, Annotated, Label, Span

#: Attributes that are right when they are equal on a matched span, by label: name in the tables, name in the records.
EQUALITY: dict[Label, dict[str, str]] = {
    "DEPARTMENT": {"role": "role", "canonical": "canonical"},
    "POLICY": {"kind": "kind", "act": "act", "nested": "nested", "number": "number"},
    "QUANTITY": {"bound": "bound", "kind": "kind", "change": "change"},
    "PERIOD": {"from": "first", "to": "last"},
}

#: Attributes that need more than equality.
COMPARED: tuple[str, ...] = ("value", "unit", "indicator", "indicator_char_f1", "period", "scope", "of")

#: Counted only on spans whose gold has them: where it has none, the guidelines let the annotator leave them out.
IF_GIVEN: frozenset[tuple[Label, str]] = frozenset({("DEPARTMENT", "canonical"), ("PERIOD", "from"), ("PERIOD", "to")})

#: Counted on all matched spans, but a figure only where some gold span has it: else it was not annotated at all.
IF_ANNOTATED: frozenset[tuple[Label, str]] = frozenset({("POLICY", "number"), ("QUANTITY", "of")})


def attributes() -> tuple[tuple[Label, str], ...]:
    """All attributes that are scored on matched spans, in the order of the tables."""
    names: dict[Label, tuple[str, ...]] = {label: tuple(EQUALITY.get(label, ())) for label in LABELS}
    names["QUANTITY"] = ("value", "unit", "bound", "kind", "change", *COMPARED[2:])
    return tuple((label, name) for label in LABELS for name in names[label])


@cache
def fields() -> Mapping[str, int]:
    """The places of a count vector by name.

    ``LABEL.gold``, ``.pred``, ``.right`` (spans), ``.gold_touched``, ``.pred_touched`` (spans that share a character
    with one of the other side); ``LABEL.ATTRIBUTE.n``, ``.right`` (matched spans on which it is compared, is right);
    ``LABEL.ATTRIBUTE.given`` (gold spans, matched or not, that have one of ``IF_ANNOTATED``); ``QUANTITY.rows`` (rows
    that are right).
    """
    sides = ("gold", "pred", "right", "gold_touched", "pred_touched")
    spans = [f"{label}.{name}" for label in LABELS for name in sides]
    values = [f"{label}.{name}.{what}" for label, name in attributes() for what in ("n", "right")]
    given = [f"{label}.{name}.given" for label, name in sorted(IF_ANNOTATED)]
    names = [*spans, *values, *given, "QUANTITY.rows"]
    return MappingProxyType({name: place for place, name in enumerate(names)})


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """One vector of counts, float64 of shape ``(len(fields()),)``; all are whole but the sums of character F1."""

    vector: NDArray[np.float64]

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.vector + other.vector)

    def __getitem__(self, name: str) -> float:
        return float(self.vector[fields()[name]])

    def named(self) -> dict[str, float]:
        """All counts by the names of :func:`fields`."""
        return dict(zip(fields(), self.vector.tolist(), strict=True))

    @staticmethod
    def zero() -> Counts:
        """Nothing counted."""
        return Counts(np.zeros(len(fields())))

    @staticmethod
    def total(counts: Sequence[Counts]) -> Counts:
        """The sum of counts; zero for none."""
        return reduce(Counts.__add__, counts, Counts.zero())


def count(gold: Annotated, pred: Annotated | None, units: Sequence[Span] | None = None) -> list[Counts]:
    """Count one document.

    Args:
        gold: the truth.
        pred: the prediction for the same text, whatever its id; ``None`` counts as empty.
        units: non-overlapping ranges of the text to count apart, ``None`` for the whole document. A span belongs to
            the unit that holds its first character, and a span outside all units is not counted: with one unit, only
            that stretch of the document is scored. Overlap is looked for in the whole document.

    Returns:
        One ``Counts`` for each unit, in the order of ``units``; one for the document where there are none.

    Raises:
        AnnotationError: the two have different texts, or units overlap.
    """
    pred = compare.empty(gold) if pred is None else pred
    compare.check_same_text(gold, pred)
    ranges = [Span(0, len(gold.text))] if units is None else list(units)
    _check_apart(ranges, gold.id)
    left, right = compare.facts(gold), compare.facts(pred)
    touched = compare.touched(left, right) | compare.touched(right, left)
    tallies: list[defaultdict[str, float]] = [defaultdict(float) for _ in ranges]
    # Merged dicts, not sets of keys: sums of floats come out the same in every process.
    for key in left | right:
        unit = next((i for i, unit in enumerate(ranges) if unit.start <= key[1].start < unit.end), None)
        if unit is not None:
            for name, number in _tally(key, left.get(key), right.get(key), key in touched, gold.text):
                tallies[unit][name] += number
    return [_counts(tally) for tally in tallies]


def count_all(
    gold: Sequence[Annotated], pred: Sequence[Annotated], units: Mapping[str, Sequence[Span]] | None = None
) -> list[Counts]:
    """Count documents that are matched by id, one ``Counts`` a unit, in the order of ``gold``.

    A document without prediction counts as an empty one; predictions for documents that are not in ``gold`` are
    ignored. ``units`` maps the ids of the documents that are counted in parts to their parts (see :func:`count`).

    Raises:
        AnnotationError: as :func:`count`.
    """
    parts = units or {}
    return [one for a, b in compare.paired(gold, pred) for one in count(a, b, parts.get(a.id))]


def _check_apart(units: Sequence[Span], name: str) -> None:
    ordered = sorted(units)
    for left, right in pairwise(ordered):
        if right.start < left.end:
            raise AnnotationError(
                f"document {name}",
                f"the units [{left.start}, {left.end}) and [{right.start}, {right.end}) overlap",
                "give units that are apart, or every span there is counted twice",
            )


def _tally(key: Key, gold: Facts | None, pred: Facts | None, touched: bool, text: str) -> Iterator[tuple[str, float]]:
    """The fields that one span adds to, and how much. ``touched``: a span of the other side shares a character."""
    label = key[0]
    for fact, side in ((gold, "gold"), (pred, "pred")):
        if fact is not None:
            yield f"{label}.{side}", 1
            yield f"{label}.{side}_touched", touched
    if gold is None:
        return
    for owner, name in IF_ANNOTATED:
        if owner == label and (gold.of if name == "of" else gold.attribute(name)) is not None:
            yield f"{label}.{name}.given", 1
    if pred is None:
        return
    yield f"{label}.right", 1
    scores = _equality(label, gold, pred)
    if label == "QUANTITY":
        scores |= _compared(gold, pred, text)
        yield "QUANTITY.rows", scores["value"] * scores["unit"] * scores["indicator"]
    for name, score in scores.items():
        yield f"{label}.{name}.n", 1
        yield f"{label}.{name}.right", score


def _equality(label: Label, gold: Facts, pred: Facts) -> dict[str, float]:
    return {
        name: gold.attribute(attribute) == pred.attribute(attribute)
        for name, attribute in EQUALITY.get(label, {}).items()
        if (label, name) not in IF_GIVEN or gold.attribute(attribute) is not None
    }


def _compared(gold: Facts, pred: Facts, text: str) -> dict[str, float]:
    return {
        "value": compare.same_value(gold, pred),
        "unit": compare.same_unit(gold, pred),
        "indicator": compare.indicator(gold, text) == compare.indicator(pred, text),
        "indicator_char_f1": compare.character_f1(gold, pred),
        "period": compare.surface(gold.period, text) == compare.surface(pred.period, text),
        "scope": compare.surface(gold.scope, text) == compare.surface(pred.scope, text),
        "of": gold.of == pred.of,
    }


def _counts(tally: Mapping[str, float]) -> Counts:
    vector = np.zeros(len(fields()))
    for name, number in tally.items():
        vector[fields()[name]] = number
    return Counts(vector)
