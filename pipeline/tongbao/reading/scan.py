"""Pictures of pages: where the lines on them stand, and what of their ink has not been read.

Arrays are rows × columns of pixels; boxes are ``(x0, top, x1, bottom)`` in pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tongbao.reading.pages import Glyph, Piece

Mask: TypeAlias = NDArray[np.bool_]
Strip: TypeAlias = tuple[int, int, int, int]
Corners: TypeAlias = tuple[tuple[float, float], ...]

#: Lines whose heights differ less than this from the usual one are of one size: a box is never exact.
_ONE_SIZE = (0.72, 1.35)
#: The em of a line as a share of the height of its box.
_EM = 0.9
#: Paper is judged in squares of so many pixels, as light falls unevenly; ink is darker than this share of it.
_SQUARE = 64
_DARK = 0.72
#: Straight strokes longer than this (in heights of a line) are rules, not writing.
_RULE = 1.3
#: Ink outside of all boxes is a line when it is so high and so wide (in heights of a line) and covers so much.
_LINE_HEIGHT = (0.35, 2.0)
_LINE_WIDTH = 2.0
_LINE_INK = (0.06, 0.7)


@dataclass(frozen=True, slots=True)
class Seen:
    """Words that were recognised, and the four corners round them: top left, top right, bottom right, bottom left."""

    text: str
    corners: Corners

    @property
    def height(self) -> float:
        """The mean of its two short sides."""
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.corners
        return (math.hypot(ax - dx, ay - dy) + math.hypot(bx - cx, by - cy)) / 2

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The upright box round it."""
        xs, ys = zip(*self.corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def moved(self, x: float, y: float, scale: float = 1.0) -> Seen:
        """The same, smaller or larger by ``scale`` and then moved."""
        return replace(self, corners=tuple((a * scale + x, b * scale + y) for a, b in self.corners))


def line_height(seen: Sequence[Seen]) -> float:
    """The usual height of a line."""
    return median(one.height for one in seen)


def pieces_of_scan(seen: Sequence[Seen], scale: float = 1.0) -> tuple[Piece, ...]:
    """What was recognised as pieces of lines, for ``tongbao.reading.pages``; the page set straight, sizes evened out.

    ``scale`` is the length of a pixel in the unit of the page.
    """
    if not seen:
        return ()
    usual = line_height(seen)
    pieces = []
    for one in _straight(seen):
        near = _ONE_SIZE[0] * usual < one.height < _ONE_SIZE[1] * usual
        size = _EM * (usual if near else one.height) * scale
        x0, top, x1, bottom = (side * scale for side in one.box)
        middle = (top + bottom) / 2
        glyph = Glyph(one.text, x0, x1, middle - size / 2, middle + size / 2, middle + size / 2, size)
        pieces.append(Piece.of([glyph]))
    return tuple(pieces)


def _straight(seen: Sequence[Seen]) -> list[Seen]:
    """The page turned by the usual slant of its long lines."""
    usual = line_height(seen)
    slants = []
    for one in seen:
        (ax, ay), (bx, by) = one.corners[0], one.corners[1]
        if bx - ax > 5 * usual:
            slants.append(math.atan2(by - ay, bx - ax))
    angle = -median(slants) if slants else 0.0
    cos, sin = math.cos(angle), math.sin(angle)
    return [replace(one, corners=tuple((x * cos - y * sin, x * sin + y * cos) for x, y in one.corners)) for one in seen]


def ink(grey: NDArray[np.uint8]) -> Mask:
    """Where a picture in shades of grey (0 is black) is darker than the paper round it."""
    height, width = grey.shape
    padded = np.pad(grey, ((0, -height % _SQUARE), (0, -width % _SQUARE)), mode="edge")
    squares = padded.reshape(padded.shape[0] // _SQUARE, _SQUARE, padded.shape[1] // _SQUARE, _SQUARE)
    paper = np.percentile(squares, 80, axis=(1, 3), keepdims=True)
    return np.asarray((squares < _DARK * paper).reshape(padded.shape)[:height, :width])


def unread(found: Mask, boxes: Iterable[tuple[float, float, float, float]], height: float) -> list[Strip]:
    """Boxes round the ink that looks like a line of writing ``height`` high and stands in none of ``boxes``, top down.

    Rules of tables, pictures, stamps and specks are no lines: too long, too high, too narrow, too full or too empty.
    """
    rest = found & ~_long(found, round(_RULE * height)) & ~_long(found.T, round(_RULE * height)).T
    margin = 0.2 * height
    for x0, top, x1, bottom in boxes:
        rest[_index(top - margin) : _index(bottom + margin), _index(x0 - margin) : _index(x1 + margin)] = False
    lines: list[Strip] = []
    for top, bottom in _stretches(np.asarray(rest.sum(axis=1) >= max(2.0, 0.1 * height)), round(0.2 * height)):
        if not _LINE_HEIGHT[0] * height <= bottom - top <= _LINE_HEIGHT[1] * height:
            continue
        strip = rest[top:bottom]
        for x0, x1 in _stretches(np.asarray(strip.any(axis=0)), round(1.5 * height)):
            share = float(strip[:, x0:x1].mean())
            if x1 - x0 >= _LINE_WIDTH * height and _LINE_INK[0] <= share <= _LINE_INK[1]:
                lines.append((x0, top, x1, bottom))
    return lines


def _index(position: float) -> int:
    return max(0, round(position))


def _long(found: Mask, length: int) -> Mask:
    """Where ink goes on along a row for ``length`` pixels or more."""
    length = max(2, length)
    if found.shape[1] < length:
        return np.zeros_like(found)
    sums = np.cumsum(np.pad(found, ((0, 0), (1, 0))), axis=1, dtype=np.int32)
    starts = sums[:, length:] - sums[:, :-length] == length
    counts = np.cumsum(np.pad(starts, ((0, 0), (length, length - 1))), axis=1, dtype=np.int32)
    return np.asarray(counts[:, length:] - counts[:, :-length] > 0)


def _stretches(marked: Mask, gap: int) -> list[tuple[int, int]]:
    """``[start, end)`` of what is marked, over gaps of at most ``gap``."""
    found: list[list[int]] = []
    for position in np.flatnonzero(marked).tolist():
        if found and position - found[-1][1] <= gap:
            found[-1][1] = position + 1
        else:
            found.append([position, position + 1])
    return [(start, end) for start, end in found]
