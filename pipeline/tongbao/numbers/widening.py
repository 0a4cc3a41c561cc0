"""Spans of quantities that end before a measure word which a user added: the word belongs inside."""

from __future__ import annotations

from tongbao.numbers.candidates import with_modifier_after
from tongbao.numbers.modifiers import LONGEST_AFTER
from tongbao.numbers.numerals import fold_forms
from tongbao.numbers.quantities import parse_quantity
from tongbao.numbers.units import UnitTable, kind_of
from tongbao.records import Span

#: White space that may stand between a number and its measure word, as in ``find_quantities``.
_GAP = 3
#: Hedges between a number and its measure word; both may have been left outside.
_HEDGES = ("余", "多", "来")


def with_unit(text: str, span: Span, units: UnitTable) -> Span:
    """``span`` with the added measure word that begins in it or right behind it, and the modifier after that.

    The word has to follow the number: 300|人份 and 300人|份 become 300人份, and 300|多人份左右 all of it. A span
    that has another unit already (300元) stays, and so does every span where ``units`` has no added word.
    """
    if not units.added:
        return span
    longest, size = max(map(len, units.added)), len(span)
    folded = fold_forms(text[span.start : span.end + _GAP + 1 + longest + LONGEST_AFTER])
    behind = size
    while folded[behind : behind + 1] in (" ", "\u3000") and behind - size < _GAP:
        behind += 1
    behind += folded[behind : behind + 1] in _HEDGES
    for at in (*range(max(1, size - longest), size), behind):
        word = units.longest_at(folded, at)
        if word is None or word not in units.added or at + len(word) <= size:
            continue
        number = parse_quantity(folded[:at])
        if number is not None and number.unit is None:
            end = with_modifier_after(folded, at + len(word), kind_of(word, units))
            return Span(span.start, span.start + end)
    return span
