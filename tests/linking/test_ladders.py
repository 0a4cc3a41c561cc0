"""Figures on lines of their own, with one line between each and the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tongbao.linking.ladders import ladders
from tongbao.linking.layout import places

ROW = "立案\n[q 3件]\n处分\n[q 4人]\n移送\n[q 5人]"


def codes(text: str, document: Callable[..., Any]) -> list[int]:
    found = document(text)
    return [int(code) for code in ladders(places(found.bulletin, found.mentions))]


def test_which_end_has_a_label_tells_the_side(document: Callable[..., Any]) -> None:
    over = codes(f"{ROW}\n", document)
    under = codes("[q 3件]\n立案\n[q 4人]\n处分\n[q 5人]\n移送\n", document)
    both = codes(f"{ROW}\n留置\n", document)
    assert len({tuple(over), tuple(under), tuple(both)}) == 3
    assert over[1] != under[1] != both[1]


def test_first_and_last_differ_from_those_between(document: Callable[..., Any]) -> None:
    first, middle, last = codes(f"{ROW}\n", document)
    assert len({first, middle, last}) == 3


def test_a_ladder_ends_where_no_line_is_shared(document: Callable[..., Any]) -> None:
    one, other = codes("立案\n[q 3件]\n\n处分\n[q 4人]\n", document)
    assert one == other == codes("立案\n[q 3件]\n", document)[0]


@pytest.mark.parametrize("text", ["全市立案[q 3件]，处分[q 4人]。", "立案[q 3件]\n处分[q 4人]\n"])
def test_figures_among_words_stand_in_none(text: str, document: Callable[..., Any]) -> None:
    assert codes(text, document) == [0, 0]
