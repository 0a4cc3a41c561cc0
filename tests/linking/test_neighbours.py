"""What a window sees of its neighbours' indicators."""

from __future__ import annotations

import numpy as np

from tongbao.linking.layout import places
from tongbao.linking.neighbours import Neighbour, neighbours
from tongbao.linking.windows import Bounds, Windows
from tongbao.reading import read_text
from tongbao.records import Mention, Span

#: Two figures in one sentence, one in the next.
TEXT = "整改问题3个、隐患2处。办结1件。"
FIGURES = [Span(4, 6), Span(9, 11), Span(14, 16)]
PIECES = [(Span(0, 4),), (Span(0, 2), Span(7, 9)), ()]


def _seen(chosen: list[int]) -> tuple[Windows, tuple[Neighbour, ...]]:
    mentions = [Mention(f"q{n}", "QUANTITY", span) for n, span in enumerate(FIGURES)]
    found = places(read_text(TEXT, "a"), mentions)
    bounds = Bounds.build(found)
    sentence = np.array([place.sentence.start for place in found], dtype=np.int64)
    these = np.array(chosen, dtype=np.int64)
    laid = Windows.lay(bounds.of(these))
    return laid, neighbours(laid, these, sentence, bounds.focus_start, PIECES)


def _marks(laid: Windows, neighbour: Neighbour, number: int) -> str:
    window = slice(int(laid.offset[number]), int(laid.offset[number + 1]))
    return "".join(str(mark) for mark in neighbour.marks[window].tolist())


def test_pieces_of_the_neighbours_in_the_window() -> None:
    laid, (before, behind) = _seen([0, 1, 2])
    assert before.known.tolist() == [0, 2, 0]
    assert behind.known.tolist() == [3, 0, 0]
    assert _marks(laid, before, 0) == "0" * 11
    assert _marks(laid, before, 1) == "12220000000"
    assert _marks(laid, behind, 0) == "12000001200"


def test_only_some_quantities_see_the_pieces_of_all() -> None:
    laid, (before, behind) = _seen([1])
    assert before.known.tolist() == [2]
    assert behind.known.tolist() == [0]
    assert _marks(laid, before, 0) == "12220000000"


def test_a_piece_behind_the_neighbour_has_other_marks() -> None:
    mentions = [Mention("q1", "QUANTITY", Span(0, 2)), Mention("q2", "QUANTITY", Span(5, 7))]
    found = places(read_text("3个问题、2处隐患。", "a"), mentions)
    bounds = Bounds.build(found)
    laid = Windows.lay(bounds)
    sentence = np.zeros(2, dtype=np.int64)
    before, _ = neighbours(laid, np.arange(2), sentence, bounds.focus_start, [(Span(2, 4),), (Span(7, 9),)])
    assert _marks(laid, before, 1) == "003400000"


def test_nobody_is_chosen() -> None:
    laid, (before, behind) = _seen([])
    assert len(laid.position) == len(before.marks) == len(behind.known) == 0
