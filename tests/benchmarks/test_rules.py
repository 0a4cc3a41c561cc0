"""The baseline without learning, on sentences with the expected spans in brackets."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import rules

CASES = (Path(__file__).parent / "cases" / "rules.txt").read_text(encoding="utf-8").splitlines()
TEXTS = st.text("0129年月日底至截今去全市省县福建泉州教育局纪委监《》“”十四五起家%。,\n甲", max_size=40)


@pytest.mark.parametrize("line", CASES)
def test_the_rules_find_what_is_marked(line: str) -> None:
    text = re.sub(r"\[([^|\]]*)\|[A-Z]+\]", r"\1", line)
    found = ""
    end = 0
    for label, span in rules.find(text):
        found += f"{text[end : span.start]}[{span.of(text)}|{label}]"
        end = span.end
    assert found + text[end:] == line


@given(TEXTS)
def test_spans_are_in_order_and_apart(text: str) -> None:
    spans = [span for _, span in rules.find(text)]
    assert all(len(span) > 0 and span.end <= len(text) for span in spans)
    assert all(left.end <= right.start for left, right in pairwise(spans))
