"""Quantities in focus: what is known of all quantities of packed texts before their indicators are looked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.gaps import Gaps
from tongbao.linking.layout import Place
from tongbao.linking.lists import NumberLists, number_lists
from tongbao.linking.windows import I64, Bounds
from tongbao.records import LABELS, Mention, Quantity
from tongbao.tagging.arrays import U8, U64
from tongbao.tagging.columns import KIND_NUMBER, TextColumns
from tongbao.tagging.packing import Packed

#: Tags of what gaps look through.
_LOOKED_THROUGH = tuple(2 * LABELS.index(label) + place for label in ("PERIOD", "SCOPE") for place in (1, 2))


def mention_tags(packed: Packed, mentions: Iterable[Sequence[Mention]]) -> U8:
    """A number for the label and the place (begin or inside) of the mention at each character of packed texts, 0
    outside; ``mentions`` are those of each text.
    """
    tags = np.zeros(len(packed.text), dtype=np.uint8)
    for base, own in zip(packed.begins.tolist(), mentions, strict=True):
        for mention in own:
            number, start = 2 * LABELS.index(mention.label) + 1, base + mention.span.start
            tags[start : base + mention.span.end] = number + 1
            tags[start] = number
    return tags


def _any_of(tags: U8, members: Iterable[int]) -> NDArray[np.bool_]:
    """Whether each tag is one of a few."""
    wanted = np.zeros(256, dtype=np.bool_)
    wanted[list(members)] = True
    found: NDArray[np.bool_] = wanted[tags]
    return found


def _captions(places: Sequence[Place]) -> U64:
    """On which side the caption of each quantity stands and how sure that is, ``(K,)``; 0 where it cannot have one."""
    found = [0 if (own := place.caption) is None else 1 + 4 * own.side + own.sure for place in places]
    return np.array(found, dtype=np.uint64)


def _heads(places: Sequence[Place]) -> I64:
    """Where the heads of column and row and the caption of each quantity begin and end, ``(K, 6)``; -1 where there is
    none.
    """
    out = np.full((len(places), 6), -1, dtype=np.int64)
    for number, place in enumerate(places):
        if place.cell is not None:
            for first, head in ((0, place.cell.head), (2, place.cell.row)):
                if head is not None:
                    out[number, first : first + 2] = place.base + head.start, place.base + head.end
        words = place.caption.words if place.caption is not None else None
        if words is not None:
            out[number, 4:] = place.base + words.start, place.base + words.end
    return out


@dataclass(frozen=True, slots=True)
class Focused:
    """What the features of the K quantities at ``places`` are made of.

    ``kind`` are the numbers of their kinds, ``sentence`` where the sentence of each begins (both ``(K,)``); ``tags``
    are those of the characters of the packed texts (:func:`mention_tags`); ``caption`` (K,) and ``heads`` (K, 6) say
    how quantities are set on pages of figures and in tables: where the heads of column and row and the caption begin
    and end, -1 where there are none.
    """

    columns: TextColumns
    tags: U8
    places: Sequence[Place]
    bounds: Bounds
    kind: U64
    sentence: I64
    caption: U64
    heads: I64
    lists: NumberLists
    gaps: Gaps

    @classmethod
    def build(cls, columns: TextColumns, places: Sequence[Place], mentions: Sequence[Sequence[Mention]]) -> Focused:
        """All quantities of packed texts; ``mentions`` are all mentions of each text."""
        bounds, tags = Bounds.build(places), mention_tags(columns.packed, mentions)
        kinds = [KIND_NUMBER[q.kind] if isinstance(q := place.mention.attributes, Quantity) else 0 for place in places]
        sentence = np.array([place.base + place.sentence.start for place in places], dtype=np.int64)
        return cls(
            columns,
            tags,
            places,
            bounds,
            np.array(kinds, dtype=np.uint64),
            sentence,
            _captions(places),
            _heads(places),
            number_lists(columns.packed.text, places),
            Gaps.build(columns.points, _any_of(tags, _LOOKED_THROUGH), sentence, bounds),
        )

    def of(self, chosen: I64) -> Focused:
        """Some of the quantities."""
        return Focused(
            self.columns,
            self.tags,
            [self.places[number] for number in chosen.tolist()],
            self.bounds.of(chosen),
            self.kind[chosen],
            self.sentence[chosen],
            self.caption[chosen],
            self.heads[chosen],
            self.lists.of(chosen),
            self.gaps.of(chosen),
        )
