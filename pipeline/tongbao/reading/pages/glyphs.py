"""Glyphs → pieces of lines, and the text of a line: which gaps on the paper are spaces.

Lengths are in any one unit (PDF points, millimetres, pixels) and grow to the right and downwards. All limits are shares
of the size of the glyphs (em), so that the unit does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from tongbao.reading.lines import INVISIBLE

#: Glyphs on one line differ less than this in their baseline (different fonts on one line share it).
_SAME_BASELINE = 0.2
#: A glyph printed again this near is bold type made by printing twice.
_SAME_PLACE = 0.12
#: A wider gap divides a line into pieces, which may belong to two columns.
_PIECE_GAP = 1.0
#: A line with no larger glyphs than this share of the line it touches holds its superscripts or subscripts.
_SCRIPT = 0.8

#: From so many gaps on, a line may be stretched.
_MANY_GAPS = 3

_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60“”‘’…—·\u2460-\u24ff\U00020000-\U0003ffff]")
_BLANKS = re.compile(r"[\s\x80-\x9f]+")


@dataclass(frozen=True, slots=True)
class Glyph:
    """One printed character (or, from a scan, one recognised run of them) and its box; ``size`` is the em."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    baseline: float
    size: float


@dataclass(frozen=True, slots=True)
class Piece:
    """Neighbouring glyphs of one line, left to right, none of them blank."""

    glyphs: tuple[Glyph, ...]
    x0: float
    x1: float
    top: float
    bottom: float
    size: float

    @classmethod
    def of(cls, glyphs: Sequence[Glyph]) -> Piece:
        """The piece of ``glyphs``, of which there is at least one."""
        return cls(
            tuple(glyphs),
            min(glyph.x0 for glyph in glyphs),
            max(glyph.x1 for glyph in glyphs),
            min(glyph.top for glyph in glyphs),
            max(glyph.bottom for glyph in glyphs),
            median(glyph.size for glyph in glyphs),
        )

    @property
    def middle(self) -> float:
        """The height on the page at which its middle lies."""
        return (self.top + self.bottom) / 2


def pieces_of(glyphs: Iterable[Glyph]) -> list[Piece]:
    """The pieces of a page's lines, in no order: split where a gap is wider than one em.

    Bold type printed twice is read once, and what stands higher or lower in a smaller size (m², a reference to a note)
    stays where it stands in the line. Blank glyphs mark gaps and are gone.
    """
    rows = _rows(shown for shown in map(_shown, glyphs) if shown.text)
    return [piece for row in _with_scripts(rows) for piece in _split(_once(row))]


def text_of(pieces: Iterable[Piece]) -> str:
    """The text of one line: a space only where the paper shows one.

    Between Chinese characters that is a gap of almost half an em, or of a quarter with a typed space in it; not where
    all of them stand so far apart (a title that is spaced out) or typed spaces are everywhere (what some programs
    write). Before and after digits and Latin letters a typed space or such a gap is one. A line may be stretched: what
    all its gaps have in common counts for nothing.
    """
    glyphs = sorted((glyph for piece in pieces for glyph in piece.glyphs), key=lambda glyph: glyph.x0)
    gaps = _gaps_of(glyphs)
    parts: list[str] = []
    before: Glyph | None = None
    typed = False
    for glyph in glyphs:
        if glyph.text.isspace():
            typed = True
            continue
        if before is not None and _is_space(before, glyph, typed, gaps):
            parts.append(" ")
        parts.append(_BLANKS.sub(" ", glyph.text))
        before, typed = glyph, False
    return "".join(parts).strip()


@dataclass(frozen=True, slots=True)
class _Gaps:
    """Of one line, in em: what all its gaps have, and from which gap on a space is read between Chinese characters,
    with none typed there and with one.
    """

    common: float
    wide: float
    typed: float


def _gaps_of(glyphs: Sequence[Glyph]) -> _Gaps:
    visible = [glyph for glyph in glyphs if not glyph.text.isspace()]
    gaps = [_gap(a, b) for a, b in pairwise(visible)]
    least = max(0.0, min(gaps, default=0.0))
    if least > 0.3 and max(gaps) < 4 and all(len(glyph.text) == 1 for glyph in visible):
        return _Gaps(least, 1.6 * median(gaps), 1.6 * median(gaps))
    common = least if len(gaps) >= _MANY_GAPS else 0.0
    everywhere = 3 * (len(glyphs) - len(visible)) > len(visible)
    return _Gaps(common, common + 0.45, common + (0.45 if everywhere else 0.25))


def _gap(left: Glyph, right: Glyph) -> float:
    return (right.x0 - left.x1) / max(left.size, right.size)


def _is_space(left: Glyph, right: Glyph, typed: bool, gaps: _Gaps) -> bool:
    gap = _gap(left, right)
    wide = [_WIDE.match(left.text[-1]) is not None, _WIDE.match(right.text[0]) is not None]
    if all(wide):
        return gap >= (gaps.typed if typed else gaps.wide)
    if any(wide):
        return gap >= gaps.common + (0.2 if typed else 0.6)
    return typed or gap >= gaps.common + 0.2


def _shown(glyph: Glyph) -> Glyph:
    """The glyph without what has no width: soft hyphens, marks of direction, control characters."""
    text = glyph.text.translate(INVISIBLE)
    return glyph if text == glyph.text else replace(glyph, text=text)


def _rows(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Glyphs of one baseline each, top down."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda glyph: glyph.baseline):
        near = rows and glyph.baseline - rows[-1][-1].baseline < _SAME_BASELINE * min(glyph.size, rows[-1][-1].size)
        if near:
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return rows


def _with_scripts(rows: list[list[Glyph]]) -> list[list[Glyph]]:
    """The rows, with superscripts and subscripts in the row that they belong to."""
    whole: list[list[Glyph]] = []
    small: list[list[Glyph]] = []
    sizes = [median(glyph.size for glyph in row) for row in rows]
    for i, row in enumerate(rows):
        around = [k for k in (i - 1, i + 1) if 0 <= k < len(rows) and sizes[i] <= _SCRIPT * sizes[k]]
        (small if around else whole).append(row)
    for row in small:
        for glyph in row:
            host = next((other for other in whole if _carries(other, glyph)), None)
            if host is None:
                whole.append([glyph])
            else:
                host.append(glyph)
    return _regrouped(whole)


def _carries(row: list[Glyph], glyph: Glyph) -> bool:
    """Whether the middle of a small glyph lies in the row, and beside one of its glyphs."""
    first = row[0]
    middle = (glyph.top + glyph.bottom) / 2
    if glyph.size > _SCRIPT * first.size or not first.top <= middle <= first.bottom:
        return False
    return any(min(abs(glyph.x0 - o.x1), abs(o.x0 - glyph.x1)) < 0.3 * o.size for o in row if not o.text.isspace())


def _regrouped(rows: list[list[Glyph]]) -> list[list[Glyph]]:
    """Single glyphs that found no host, again in rows of one baseline."""
    single = [row[0] for row in rows if len(row) == 1]
    return [row for row in rows if len(row) > 1] + _rows(single)


def _once(row: list[Glyph]) -> list[Glyph]:
    """The row from left to right, each glyph once."""
    kept: list[Glyph] = []
    for glyph in sorted(row, key=lambda glyph: (glyph.x0, glyph.x1)):
        again = any(other.text == glyph.text and glyph.x0 - other.x0 < _SAME_PLACE * glyph.size for other in kept[-3:])
        if not again:
            kept.append(glyph)
    return kept


def _split(row: list[Glyph]) -> list[Piece]:
    runs: list[list[Glyph]] = []
    edge = 0.0
    for glyph in row:
        if glyph.text.isspace():
            if runs:
                runs[-1].append(glyph)
            continue
        if not runs or glyph.x0 - edge > _PIECE_GAP * glyph.size:
            runs.append([])
        runs[-1].append(glyph)
        edge = glyph.x1
    return [Piece.of(run) for run in map(_trimmed, runs) if run]


def _trimmed(run: list[Glyph]) -> list[Glyph]:
    last = max((i for i, glyph in enumerate(run) if not glyph.text.isspace()), default=-1)
    return run[: last + 1]
