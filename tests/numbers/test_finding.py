"""Numerals and candidate quantities in running text: sentences with the expected spans in brackets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.lexicon import load as load_lexicon
from tongbao.numbers import find_numbers, find_quantities, parse_numeral, parse_quantity
from tongbao.numbers.finding import numeral_pattern
from tongbao.records import Span

CASES = Path(__file__).parent / "cases"
#: Characters that the grammar treats in a special way, so that random texts meet its rules.
TEXTS = st.text(
    "0123456789,.，．%‰:∶-—~至到一二三十百千万亿两几半零余多来约近超第位个年月日元成块角分之点又《》〔〕“/·A 甲的\n",
    max_size=60,
)


def unmark(line: str) -> tuple[str, list[tuple[int, int, str]]]:
    """The text of a marked line and the spans in its brackets, with what stands behind ``|``."""
    text, spans = "", []
    for part in re.finditer(r"\[([^\[\]]*)\]|[^\[\]]+", line):
        inner, _, label = (part[1] or "").partition("|")
        if part[1] is not None:
            spans.append((len(text), len(text) + len(inner), label))
        text += inner if part[1] is not None else part[0]
    return text, spans


def lines(name: str) -> list[str]:
    """The marked lines of a case file."""
    return (CASES / name).read_text(encoding="utf-8").splitlines()


def ordered(spans: list[Span], text: str) -> bool:
    """Whether spans are not empty, in range, in order and apart."""
    edges = [edge for span in spans for edge in (span.start, span.end)]
    return edges == sorted(edges) and all(0 <= span.start < span.end <= len(text) for span in spans)


@pytest.mark.parametrize("line", lines("marked_numbers.txt"))
def test_numbers(line: str) -> None:
    text, spans = unmark(line)
    assert [(span.start, span.end, "") for span in find_numbers(text)] == spans


@pytest.mark.parametrize("line", lines("marked_quantities.txt"))
def test_quantities(line: str) -> None:
    text, spans = unmark(line)
    assert [(span.start, span.end, kind) for span, kind in find_quantities(text)] == spans


@given(TEXTS)
def test_the_look_at_the_first_character_loses_no_numeral(text: str) -> None:
    guard, _, grammar = numeral_pattern().pattern.partition("])")
    assert guard.startswith("(?=[")
    assert [m.span() for m in numeral_pattern().finditer(text)] == [m.span() for m in re.finditer(grammar, text)]


@given(TEXTS)
def test_spans_are_ordered_and_apart(text: str) -> None:
    assert ordered(find_numbers(text), text)
    assert ordered([span for span, _ in find_quantities(text)], text)


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    assert ordered(find_numbers(text), text)
    assert ordered([span for span, _ in find_quantities(text)], text)


@given(TEXTS)
def test_every_arabic_digit_is_in_a_number(text: str) -> None:
    covered = {at for span in find_numbers(text) for at in range(span.start, span.end)}
    assert {at for at, char in enumerate(text) if char in "0123456789"} <= covered


@given(TEXTS)
def test_a_number_found_is_found_again_alone(text: str) -> None:
    for span in find_numbers(text):
        surface = span.of(text)
        # A bare 千 or a 两 is a number by its neighbours (近千人, 两个), which are gone here.
        if parse_numeral(surface) is not None and len(surface) > 1:
            again = find_numbers(surface)
            assert again
            assert again[-1].end == len(surface)


@given(st.integers(0, 10**9), st.sampled_from(["个", "元", "人次", "%", "亩"]), st.sampled_from(["", "约", "不少于"]))
def test_a_plain_quantity_is_found_whole(number: int, unit: str, modifier: str) -> None:
    text = f"全县完成{modifier}{number:,}{unit}。"
    [(span, _)] = find_quantities(text)
    assert span.of(text) == f"{modifier}{number:,}{unit}"
    quantity = parse_quantity(span.of(text))
    assert quantity is not None
    assert quantity.value == number


def test_a_long_run_of_digits_is_one_number() -> None:
    assert find_numbers("1" * 50_000) == [Span(0, 50_000)]
    assert find_quantities("一" * 50_000) == []


def test_no_division_is_a_figure() -> None:
    """五台县 and 七台河市 begin like counts of machines."""
    names = [region.name for region in load_lexicon().gazetteer.by_code.values()]
    assert len(names) > 3000
    assert [name for name in names if find_quantities(f"，{name}共")] == []
    assert [span for span, _ in find_quantities("七台河市买了七台，五台县买了五台")] == [Span(6, 8), Span(14, 16)]
