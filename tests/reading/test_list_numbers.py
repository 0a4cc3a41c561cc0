from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.reading.list_numbers import numeral
from tongbao.reading.marks import number_of

_CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "cases" / "list_numbers.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("style", "value", "written"), _CASES)
def test_numerals(style: str, value: str, written: str) -> None:
    assert numeral(int(value), style) == written


@given(st.integers(1, 199), st.sampled_from(["decimal", "chineseCounting", "decimalEnclosedCircle"]))
def test_what_a_list_writes_is_read_as_an_item_mark(value: int, style: str) -> None:
    assert number_of(numeral(value, style)) == value
