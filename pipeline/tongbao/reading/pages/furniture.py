"""Running heads and feet and page numbers: what the paper needs and the text does not hold."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from tongbao.reading.pages.glyphs import Piece
from tongbao.reading.pages.layout import Page, grouped, row_of

#: So many lines at the top and at the bottom of a page may be furniture, in these outer shares of its height.
_DEPTH = 3
_MARGIN = 0.15
#: A running head stands at the same height on this share of the pages (left and right pages may differ).
_SHARE = 0.4
#: Furniture is no larger than this times the usual size of the document: a larger line is a title.
_SIZE = 1.15

_PAGE_NUMBER = re.compile(
    r"[-—–－·•]+\s*[0-9０-９]{1,4}\s*[-—–－·•]+|[0-9０-９]{1,3}|[ivxlcⅠ-Ⅻ]{1,6}"
    r"|第?\s*[0-9０-９一二三四五六七八九十百]{1,4}\s*页(?:\s*[,，/|]?\s*[（(]?\s*共\s*[0-9０-９一二三四五六七八九十百]{1,4}\s*页\s*[）)]?)?"
    r"|(?:page\s*)?\d{1,4}\s*(?:/|of)\s*\d{1,4}|page\s*\d{1,4}",
    re.IGNORECASE,
)
#: A number that may be a page's, and how many of them on a line are looked at.
_NUMBER = re.compile(r"(?<!\d)[0-9０-９]{1,4}(?!\d)")
_NUMBERS = 6


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line at the edge of a page; ``place`` counts from the outermost one, negative at the bottom."""

    page: int
    place: int
    text: str
    height: float
    pieces: tuple[Piece, ...]


def without_furniture(pages: Sequence[Page]) -> list[Page]:
    """The pages without page numbers and without the heads and feet that they repeat.

    A head or foot is the same on two pages or more and on two fifths of all, at the same height, but for numbers that
    grow with the pages; it is no larger than the text. A page number stands alone in a margin.
    """
    sizes = [piece.size for page in pages for piece in page.pieces for _ in piece.glyphs]
    if not sizes:
        return list(pages)
    limit = _SIZE * median(sizes)
    edges = [edge for page in pages for edge in _edges(page, limit)]
    repeated = _repeated(edges, len(pages))
    furniture = {(e.page, e.place): e for e in edges if e in repeated or _PAGE_NUMBER.fullmatch(e.text)}
    return [_without(page, furniture) for page in pages]


def _without(page: Page, furniture: Mapping[tuple[int, int], _Edge]) -> Page:
    """The page without its furniture, from the outermost line inwards to the first that is none."""
    dropped: set[Piece] = set()
    for outwards in (1, -1):
        for place in range(1, _DEPTH + 1):
            edge = furniture.get((page.number, outwards * place))
            if edge is None:
                break
            dropped.update(edge.pieces)
    return replace(page, pieces=tuple(piece for piece in page.pieces if piece not in dropped))


def _edges(page: Page, limit: float) -> list[_Edge]:
    """The outermost lines of the page that stand in its margins."""
    lines = grouped(page.pieces)
    heads = [(k + 1, line) for k, line in enumerate(lines[:_DEPTH])]
    feet = [(-k - 1, line) for k, line in enumerate(reversed(lines[-_DEPTH:]))]
    found = []
    for place, line in heads + feet:
        row = row_of(line)
        outside = row.bottom < _MARGIN * page.height if place > 0 else row.top > (1 - _MARGIN) * page.height
        if outside and row.size <= limit:
            found.append(_Edge(page.number, place, row.text, row.top / page.height, tuple(line)))
    return found


def _repeated(edges: Sequence[_Edge], pages: int) -> set[_Edge]:
    """The lines that stand again at the same height on enough pages."""
    alike: dict[tuple[str, int, int], set[int]] = defaultdict(set)
    for edge in edges:
        for key in _keys(edge):
            for near in (-1, 0, 1):
                alike[(*key, _level(edge) + near)].add(edge.page)
    needed = max(2, _SHARE * pages)
    return {edge for edge in edges if any(len(alike[(*key, _level(edge))]) >= needed for key in _keys(edge))}


def _level(edge: _Edge) -> int:
    """The height in hundredths of the page."""
    return round(100 * edge.height)


def _keys(edge: _Edge) -> set[tuple[str, int]]:
    """Top or bottom with the line as it stands, and with every number or one as its distance from the page's."""

    def relative(match: re.Match[str]) -> str:
        return f"#{int(match[0]) - edge.page}#"

    numbers = list(_NUMBER.finditer(edge.text))[:_NUMBERS]
    single = [edge.text[: match.start()] + relative(match) + edge.text[match.end() :] for match in numbers]
    return {(shape, edge.place > 0) for shape in (edge.text, _NUMBER.sub(relative, edge.text), *single)}
