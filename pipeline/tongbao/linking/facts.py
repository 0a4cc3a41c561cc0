"""What the characters in and round a span say, for many spans at once, as arrays that templates can join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.layout import Place
from tongbao.records import Quantity, Span
from tongbao.tagging.arrays import U64
from tongbao.tagging.columns import KIND_NUMBER, TextColumns

I64 = NDArray[np.int64]

_CHANGES = ("none", "increase_by", "decrease_by", "from", "to")


@dataclass(frozen=True, slots=True)
class SpanFacts:
    """Facts of K spans, each array of shape ``(K,)``; positions are those among packed texts.

    ``whole``, ``head2``, ``tail2`` and ``tail3`` are hashes of the surface and of its ends; ``before`` and ``after``
    hashes of the 1, 2 and 3 characters on each side; ``word_before`` and ``word_after`` hashes of the 1st, 2nd and 3rd
    word on each side (zeros without words); ``depth`` is how many round brackets are open round the span, at most 2;
    ``opens`` adds up whether it stands in a heading (4), begins its sentence (2) and begins its clause (1). ``base`` is
    where the text of each begins; sections of two texts never have one number.
    """

    start: I64
    end: I64
    base: I64
    sentence: I64
    clause: I64
    section: I64
    whole: U64
    head2: U64
    tail2: U64
    tail3: U64
    length: U64
    before: tuple[U64, U64, U64]
    after: tuple[U64, U64, U64]
    word_before: tuple[U64, U64, U64]
    word_after: tuple[U64, U64, U64]
    depth: U64
    opens: U64


class TextSums:
    """Counts of marks in any stretches of packed texts, from the places of the marks."""

    def __init__(self, columns: TextColumns) -> None:
        self._packed = columns.packed
        self._points = columns.points
        self._places: dict[str, I64] = {}

    def _before(self, members: str, at: I64) -> I64:
        """How many of ``members`` stand in front of each position, shape of ``at``."""
        if members not in self._places:
            marks = self._points == ord(members[0])
            for member in members[1:]:
                marks |= self._points == ord(member)
            self._places[members] = np.flatnonzero(marks)
        found: I64 = np.searchsorted(self._places[members], at)
        return found

    def between(self, members: str, start: I64, end: I64, most: int = 3) -> U64:
        """How many of ``members`` stand in each stretch ``[start, end)``, at most ``most``."""
        found = self._before(members, np.maximum(end, start)) - self._before(members, start)
        counts: U64 = np.minimum(found, most).astype(np.uint64)
        return counts

    def depth(self, at: I64) -> I64:
        """How many round brackets are open in front of each position."""
        begin = self._packed.begin_of(at)
        opened = self._before("（(", at) - self._before("（(", begin)
        closed = self._before("）)", at) - self._before("）)", begin)
        found: I64 = np.maximum(opened - closed, 0)
        return found


def span_facts(columns: TextColumns, sums: TextSums, places: Sequence[Place]) -> SpanFacts:
    """The facts of the mentions at ``places``."""
    rows = [
        (place.base, place.start, place.end, place.sentence.start, place.clause.start, place.section, place.heading)
        for place in places
    ]
    base, start, end, sentence, clause, section, heading = np.array(rows, dtype=np.int64).reshape(-1, 7).T.copy()
    sentence, clause, section = sentence + base, clause + base, section + base
    stop = columns.packed.end_of(end)
    hashes = columns.hashes

    def before(width: int) -> U64:
        return hashes.of(np.maximum(start - width, base), start)

    def after(width: int) -> U64:
        return hashes.of(end, np.minimum(end + width, stop))

    return SpanFacts(
        start=start,
        end=end,
        base=base,
        sentence=sentence,
        clause=clause,
        section=section,
        whole=hashes.of(start, end),
        head2=hashes.of(start, np.minimum(start + 2, end)),
        tail2=hashes.of(np.maximum(end - 2, start), end),
        tail3=hashes.of(np.maximum(end - 3, start), end),
        length=np.minimum(end - start, 12).astype(np.uint64),
        before=(before(1), before(2), before(3)),
        after=(after(1), after(2), after(3)),
        word_before=_three(words_at(columns, start - 1, (0, -1, -2))),
        word_after=_three(words_at(columns, end, (0, 1, 2))),
        depth=np.minimum(sums.depth(start), 2).astype(np.uint64),
        opens=(4 * heading + 2 * (start == sentence) + (start == clause)).astype(np.uint64),
    )


def _three(words: Sequence[U64]) -> tuple[U64, U64, U64]:
    first, second, third = words
    return first, second, third


def words_at(columns: TextColumns, at: I64, offsets: Sequence[int]) -> list[U64]:
    """Hashes of the words that hold (offset 0), precede or follow the positions ``at``, each ``(K,)``; zero outside
    the text and where there are no words.
    """
    size = len(columns.points)
    inside = (at >= 0) & (at < size)
    safe = np.clip(at, 0, max(size - 1, 0))
    zero = np.zeros(len(at), dtype=np.uint64)
    if columns.words is None or not size:
        return [zero for _ in offsets]
    words = columns.words.seen(safe)
    return [np.where(inside, words.around(offset), zero) for offset in offsets]


@dataclass(frozen=True, slots=True)
class QuantityFacts:
    """What K quantities say, each array of shape ``(K,)``: hashes of unit and indicator, numbers of kind and
    change, the value as a float for comparisons of size only (``nan`` for ranges), and whether the indicator is empty.
    """

    unit: U64
    kind: U64
    change: U64
    value: NDArray[np.float64]
    empty: U64
    indicator: U64
    indicator_head: U64
    indicator_tail: U64
    one_sided: U64


def quantity_facts(
    columns: TextColumns, places: Sequence[Place], indicators: Sequence[Sequence[Span]]
) -> QuantityFacts:
    """The facts of the quantities at ``places``; ``indicators`` are the pieces of each, in text order."""
    values = [place.mention.attributes for place in places]
    known = [value if isinstance(value, Quantity) else None for value in values]
    hashes = columns.hashes
    first = np.array([_ends(pieces[:1]) for pieces in indicators], dtype=np.int64).reshape(-1, 2)
    last = np.array([_ends(pieces[-1:]) for pieces in indicators], dtype=np.int64).reshape(-1, 2)
    base = np.array([place.base for place in places], dtype=np.int64)
    start = np.array([place.mention.span.start for place in places], dtype=np.int64)
    side = np.where(first[:, 1] <= start, 0, 1) + 2 * np.where(last[:, 0] >= start, 1, 0)
    first, last = first + base[:, None], last + base[:, None]
    return QuantityFacts(
        unit=_hashed([value.unit if value else None for value in known]),
        kind=np.array([KIND_NUMBER[value.kind] if value else 0 for value in known], dtype=np.uint64),
        change=np.array([_CHANGES.index(value.change) if value else 0 for value in known], dtype=np.uint64),
        value=np.array(
            [float(value.value) if value and value.value is not None else np.nan for value in known], dtype=np.float64
        ),
        empty=np.array([0 if pieces else 1 for pieces in indicators], dtype=np.uint64),
        indicator=hashes.of(first[:, 0], first[:, 1]),
        indicator_head=hashes.of(first[:, 0], np.minimum(first[:, 0] + 2, first[:, 1])),
        indicator_tail=hashes.of(np.maximum(last[:, 1] - 2, last[:, 0]), last[:, 1]),
        one_sided=side.astype(np.uint64),
    )


def _ends(pieces: Sequence[Span]) -> tuple[int, int]:
    """Offsets of the only piece, an empty stretch for none."""
    return (pieces[0].start, pieces[0].end) if pieces else (0, 0)


def _hashed(words: Sequence[str | None]) -> U64:
    """Small stable numbers for unit names: their code points folded together."""
    out = np.zeros(len(words), dtype=np.uint64)
    for number, word in enumerate(words):
        value = 0
        for character in word or "":
            value = (value * 1_000_003 + ord(character)) % (1 << 61)
        out[number] = value
    return out
