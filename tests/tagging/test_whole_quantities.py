"""Quantities whose borders their setting fixes."""

from __future__ import annotations

import re

import pytest

from tongbao.records import Label, Span
from tongbao.tagging.whole_quantities import _UNSEEN, whole_quantities

LABELS: dict[str, Label] = {"t": "PERIOD", "q": "QUANTITY"}


def _marked(marked: str) -> tuple[str, list[tuple[Label, Span, float]]]:
    """``[q 3件]`` is a QUANTITY, ``[t 今年]`` a PERIOD; the first is the surest."""
    text, found = "", []
    for number, piece in enumerate(re.split(r"\[([tq] [^\[\]]+)\]", marked)):
        surface = piece[2:] if number % 2 else piece
        if number % 2:
            found.append((LABELS[piece[0]], Span(len(text), len(text) + len(surface)), 0.9 - 0.1 * len(found)))
        text += surface
    return text, found


@pytest.mark.parametrize(
    ("marked", "surfaces"),
    [
        ("立案\n[q 687]\n起\n", ["687\n起"]),
        ("追缴\n[q 1,948]\n[q 万元]\n", ["1,948\n万元"]),
        ("移送\n8\n人\n处分\n", ["8\n人"]),
        ("追缴[q 约3.2]\n亿元\n", ["约3.2\n亿元"]),
        ("追缴 [q 3.2]\r\n　亿元\r\n", ["3.2\r\n　亿元"]),
        ("合格率\n[q 98.6]\n％", ["98.6\n％"]),
        ("立案\n[q 687]\n起诉\n", ["687"]),
        ("立案\n[q 687]\n\n起\n", ["687"]),
        ("立案8\n人\n", []),
        ("[t 2023]\n年\n", ["2023"]),
        ("投诉　[q 57.3%]\n", ["57.3%"]),
        ("投诉　+[q 57.3%]\n", ["+57.3%"]),
        ("失信名单（－[q 3家]）", ["－3家"]),
        ("3-[q 5家]", ["5家"]),
        ("A+[q 5家]", ["5家"]),
        ("同比↑[q 5%]", ["5%"]),
        ("-[q 三家]", ["三家"]),
        ("", []),
    ],
)
def test_borders(marked: str, surfaces: list[str]) -> None:
    text, found = _marked(marked)
    assert [span.of(text) for _, span, _ in whole_quantities(text, found)] == surfaces


def test_the_surest_piece_says_how_sure_the_whole_is() -> None:
    text, found = _marked("追缴\n[q 1948]\n[q 万元]\n")
    assert [confidence for _, _, confidence in whole_quantities(text, found)] == [found[0][2]]
    text, found = _marked("追缴\n1948\n万元\n")
    assert [confidence for _, _, confidence in whole_quantities(text, found)] == [_UNSEEN]
