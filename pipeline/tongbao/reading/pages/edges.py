"""The left and right edges of a text: what its lines show of the margins and columns of its pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import TypeAlias

from tongbao.reading.pages.layout import Column, Row

#: So many lines have to end at the right edge as exactly as this (in em) before it is believed, or so far beyond it.
_FLUSH_LINES = 3
_FLUSH = 0.4
_HANGING = 2.0
#: How much wider (in em) the right margin of a page may be than the left one.
_MARGIN = 1.5
#: Indents, in em.
_INDENT = (1.2, 5.0)
#: Lines enough to see the margins of odd and of even pages apart.
_MANY = 8

#: Left and right.
Edges: TypeAlias = tuple[float, float]


def edges_of(found: Sequence[Column]) -> dict[tuple[str, int], Edges]:
    """The edges of every kind of column, ``(side, 1)`` on odd and ``(side, 0)`` on even pages."""
    rows: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for column in found:
        rows[column.side, column.page % 2].extend(column.rows)
    width = max((column.width for column in found), default=0.0)
    edges: dict[tuple[str, int], Edges] = {}
    for side in {side for side, _ in rows}:
        sets = [rows[side, parity] for parity in (0, 1)]
        both = _edge(side, [row for some in sets for row in some], width)
        own = [_edge(side, some, width) if len(some) >= _MANY else both for some in sets]
        em = max(row.size for some in sets for row in some)
        left, right = (own[1][k] - own[0][k] for k in (0, 1))
        mirrored = abs(left - right) < em < abs(left)
        edges.update({(side, parity): own[parity] if mirrored else both for parity in (0, 1)})
    return {key: _beside(key, rows[key], edges, width) if rows[key] else found for key, found in edges.items()}


def sided(found: Sequence[Column]) -> list[Column]:
    """The columns, those that stand alone on their page where the left ones of others do told to be left ones too."""
    ends = [row.x1 for column in found if column.side == "l" for row in column.rows]
    starts = [row.x0 for column in found if column.side == "l" for row in column.rows]
    if not ends:
        return list(found)
    return [
        replace(column, side="l")
        if not column.side and all(min(starts) - 1 <= row.x0 and row.x1 <= max(ends) + 1 for row in column.rows)
        else column
        for column in found
    ]


def _edge(side: str, rows: Sequence[Row], width: float) -> Edges:
    """Left edge: where the first line begins, or two others far from it; right edge: where three lines end exactly.

    Stops may hang over the right edge. Where no lines end together, the text goes as far as its longest lines, or, if
    it is in one column, as it would in the middle of a page of ``width``, or almost so far: lines of whole characters
    leave a rest.
    """
    em = median(row.size for row in rows)
    lefts = sorted(row.x0 for row in rows)
    left = next((a for a, b in pairwise(lefts) if b - a < em), lefts[0])
    left = lefts[0] if left - lefts[0] < _INDENT[1] * em else left
    rights = sorted((row.x1 for row in rows), reverse=True)
    flush = [a for a, b in zip(rights, rights[_FLUSH_LINES - 1 :], strict=False) if a - b < _FLUSH * em]
    if flush and rights[0] - flush[0] < _HANGING * em:
        return left, flush[0]
    right = next((a for a, b in pairwise(rights) if a - b < em), rights[0])
    return left, right if side else max(right, width - left - _MARGIN * em)


def _beside(key: tuple[str, int], rows: Sequence[Row], edges: Mapping[tuple[str, int], Edges], width: float) -> Edges:
    """The edges of a column by those of the one on its left, where nothing but first lines with an indent are in it."""
    side, parity = key
    left, right = edges[key]
    model = edges.get((f"{side[:-1]}l", parity))
    if model is None or set(side) != {"r"}:
        return left, right
    em = median(row.size for row in rows)
    end = width - min(edge[0] for edge in edges.values())
    start = end - (model[1] - model[0])
    alike = max(row.x0 for row in rows) - left < _INDENT[0] * em
    if alike and _INDENT[0] * em < left - start < _INDENT[1] * em:
        return start, max(right, end - _MARGIN * em)
    return left, right
