"""Lists of numbers, and which name each answers to."""

from __future__ import annotations

import re

import pytest

from tongbao.linking.layout import places
from tongbao.linking.lists import number_lists
from tongbao.reading import read_text
from tongbao.records import Mention, Span


@pytest.mark.parametrize(
    ("marked", "index", "size", "anchor"),
    [
        ("甲、乙、丙分别增长[7%]、[6%]和[5%]。", [0, 1, 2], [3, 3, 3], [0, 0, 0]),
        ("全市查处[3起]。", [0], [1], [0]),
        ("罚款[3万元]，退还[4万元]。", [0, 0], [1, 1], [0, 1]),
        ("甲、乙分别由[5只]、[6只]增加到[7只]、[8只]。", [0, 1, 0, 1], [2, 2, 2, 2], [0, 0, 0, 0]),
        ("甲、乙分别由[5只]、[6只]增加到[7只]。", [0, 1, 0], [2, 2, 1], [0, 0, 2]),
        ("甲、乙分别[5只]、[6只]，丙、丁分别[7只]、[8只]。", [0, 1, 0, 1], [2, 2, 2, 2], [0, 0, 2, 2]),
        ("结构为[8]∶[41]∶[50]。", [0, 1, 2], [3, 3, 3], [0, 0, 0]),
    ],
)
def test_lists(marked: str, index: list[int], size: list[int], anchor: list[int]) -> None:
    """Quantities stand in brackets; the anchor is given as the number of the quantity that begins the list."""
    text, spans = "", []
    for piece in re.split(r"(\[[^]]*\])", marked):
        surface = piece.strip("[]")
        if piece.startswith("["):
            spans.append(Span(len(text), len(text) + len(surface)))
        text += surface
    mentions = [Mention(f"q{n}", "QUANTITY", span) for n, span in enumerate(spans)]
    found = number_lists(text, places(read_text(text), mentions))
    assert found.index.tolist() == index
    assert found.size.tolist() == size
    assert found.anchor.tolist() == [spans[n].start for n in anchor]


def test_no_quantities() -> None:
    found = number_lists("", [])
    assert [len(column) for column in (found.index, found.size, found.anchor)] == [0, 0, 0]
