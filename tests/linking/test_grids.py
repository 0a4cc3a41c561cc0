"""Tables in plain text: cells of a line, heads of a number's column and row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tongbao.linking.grids import cells
from tongbao.linking.layout import places
from tongbao.records import Span


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("立案　处分", ["立案", "处分"]),
        ("立案  处分    移送", ["立案", "处分", "移送"]),
        ("立案\t处分", ["立案", "处分"]),
        ("1月｜3件｜办结", ["1月", "3件", "办结"]),
        ("| 立案 | 处分 |", ["立案", "处分"]),
        ("　　　2022年　2023年", ["2022年", "2023年"]),
        ("in one line", ["in one line"]),
        ("合　　计　4件", ["合　　计", "4件"]),
        ("其 他  合 计", ["其 他", "合 计"]),
        ("立案 3件 / 处分 4人 · 移送 5人", ["立案 3件", "处分 4人", "移送 5人"]),
        ("立案", ["立案"]),
        ("", []),
    ],
)
def test_cells(line: str, expected: list[str]) -> None:
    assert [cell.of(line) for cell in cells(line, Span(0, len(line)))] == expected


def heads(text: str, document: Callable[..., Any]) -> list[tuple[str | None, str | None] | None]:
    """The heads of column and row of every quantity."""
    found = document(text)

    def surface(span: Span | None) -> str | None:
        return span and span.of(found.text)

    return [
        place.cell and (surface(place.cell.head), surface(place.cell.row))
        for place in places(found.bulletin, found.mentions)
    ]


def test_heads_over_numbers(document: Callable[..., Any]) -> None:
    text = "立案　　处分　　移送\n[q 3件]　　[q 12人]　　[q 5人]\n"
    assert heads(text, document) == [("立案", None), ("处分", None), ("移送", None)]


def test_rows_with_names_have_no_heads(document: Callable[..., Any]) -> None:
    text = "　　　　　2022年　　2023年\n接待费　　[q 214.6]　　[q 88.3]\n报刊费　　[q 136.0]　　[q 97.5]\n"
    assert heads(text, document) == [(None, "接待费"), (None, "接待费"), (None, "报刊费"), (None, "报刊费")]
    assert heads("地区　立案　处分\n[s 江浦市]　[q 3件]　[q 12人]\n", document) == [(None, "江浦市"), (None, "江浦市")]


def test_heads_hold_for_all_rows_under_them(document: Callable[..., Any]) -> None:
    text = "立案　处分\n[q 3件]　[q 12人]\n[q 4件]　[q 15人]\n"
    assert heads(text, document) == [("立案", None), ("处分", None)] * 2


def test_lines_that_do_not_fit_have_no_heads(document: Callable[..., Any]) -> None:
    assert heads("立案　处分　移送　留置\n[q 3件]　[q 12人]\n", document) == [None, None]
    assert heads("立案　处分\n\n[q 3件]　[q 12人]\n", document) == [None, None]
    assert heads("立案[q 3件]，处分[q 12人]。\n", document) == [None, None]


def test_a_number_that_runs_over_cells_stands_in_none(document: Callable[..., Any]) -> None:
    assert heads("立案　处分\n[q 3　件]　5人\n", document) == [None]


def test_a_line_of_thousands_of_cells(document: Callable[..., Any]) -> None:
    """Lines are cut into cells once, not once a number."""
    count = 5000
    text = "　".join(f"甲{n}乙" for n in range(count)) + "\n" + "　".join(f"[q {n}件]" for n in range(count)) + "\n"
    assert heads(text, document) == [(f"甲{n}乙", None) for n in range(count)]
