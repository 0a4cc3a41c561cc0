"""Tables for people: columns line up on a terminal, pipes do not break Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.annotation.grid import aligned, markdown, width


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("部门", 4), ("％", 2), ("é", 1), ("e\u0301", 1), ("", 0)])
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


def test_aligned() -> None:
    assert aligned(["标注", "F1"], [["a", ".5"], ["部门 b", "1.000"]]) == "标注       F1\na          .5\n部门 b  1.000"


@given(st.lists(st.tuples(st.text("部a", min_size=1), st.text("1％", min_size=1)), min_size=1))
def test_aligned_lines_end_in_one_column(rows: list[tuple[str, str]]) -> None:
    assert len({width(line) for line in aligned(["x", "y"], rows).splitlines()}) == 1


def test_markdown() -> None:
    assert markdown(["a", "b"], [["x|y", "1"]]) == "| a | b |\n| --- | ---: |\n| x\\|y | 1 |"
