"""What a window sees of its neighbours' indicators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from tongbao.linking.focused import Focused
from tongbao.linking.layout import places
from tongbao.linking.neighbours import Neighbour, neighbours
from tongbao.linking.windows import Windows
from tongbao.records import Span

Look = Callable[..., tuple[Windows, tuple[Neighbour, ...]]]

#: Two figures in one sentence, one in the next.
TEXT = "整改问题[q 3个]、隐患[q 2处]。办结[q 1件]。"
PIECES = [(Span(0, 4),), (Span(0, 2), Span(7, 9)), ()]


@pytest.fixture
def look(document: Callable[..., Any]) -> Look:
    """What chosen quantities of a marked text see, by the pieces of all."""

    def looking(
        chosen: list[int], text: str = TEXT, pieces: Sequence[tuple[Span, ...]] = PIECES
    ) -> tuple[Windows, tuple[Neighbour, ...]]:
        found = document(text)
        focused = Focused.build(found.columns, places(found.bulletin, found.mentions), [found.mentions])
        these = np.array(chosen, dtype=np.int64)
        laid = Windows.lay(focused.bounds.of(these))
        return laid, neighbours(laid, these, focused, pieces)

    return looking


def _marks(laid: Windows, neighbour: Neighbour, number: int) -> str:
    window = slice(int(laid.offset[number]), int(laid.offset[number + 1]))
    return "".join(str(mark) for mark in neighbour.marks[window].tolist())


def test_pieces_of_the_neighbours_in_the_window(look: Look) -> None:
    laid, (before, behind) = look([0, 1, 2])
    assert before.known.tolist() == [0, 2, 0]
    assert behind.known.tolist() == [3, 0, 0]
    assert _marks(laid, before, 0) == "0" * 11
    assert _marks(laid, before, 1) == "12220000000"
    assert _marks(laid, behind, 0) == "12000001200"


def test_only_some_quantities_see_the_pieces_of_all(look: Look) -> None:
    laid, (before, behind) = look([1])
    assert before.known.tolist() == [2]
    assert behind.known.tolist() == [0]
    assert _marks(laid, before, 0) == "12220000000"


def test_a_piece_behind_the_neighbour_has_other_marks(look: Look) -> None:
    laid, (before, _) = look([1], "[q 3个]问题、[q 2处]隐患。", [(Span(2, 4),), (Span(7, 9),)])
    assert _marks(laid, before, 0) == "003400000"


def test_nobody_is_chosen(look: Look) -> None:
    laid, (before, behind) = look([])
    assert len(laid.position) == len(before.marks) == len(behind.known) == 0
