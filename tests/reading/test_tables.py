import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.reading.tables import Cell, is_data, lines_of, place_cells, table_of

_CASES = json.loads((Path(__file__).parent / "cases" / "tables.json").read_text("utf-8"))


def _cell(value: Any) -> Cell:
    """A cell of the case file: its text, or text, height, width and perhaps whether it is a head."""
    return Cell(value, 0, 0) if isinstance(value, str) else Cell(value[0], 0, 0, *value[1:])


@pytest.mark.parametrize("case", _CASES, ids=lambda case: str(case["name"]))
def test_lines(case: dict[str, Any]) -> None:
    table = place_cells([[_cell(value) for value in row] for row in case["rows"]])
    assert lines_of(table, case.get("above", "")) == case["lines"]


@pytest.mark.parametrize(
    ("rows", "data"),
    [
        ([["甲", "乙"], ["1", "2"]], True),
        ([["甲", "乙"]], False),
        ([["甲"], ["乙"], ["丙"]], False),
        ([["栏目", "导航"], ["热点", "长" * 400]], False),
        ([["县区", "问题"], *([["甲县", "长" * 400]] * 3)], True),
    ],
)
def test_data_or_layout(rows: list[list[str]], data: bool) -> None:
    assert is_data(place_cells([[_cell(value) for value in row] for row in rows])) is data


@given(
    st.lists(
        st.lists(
            st.tuples(st.text("甲乙1 \n:;", max_size=4), st.integers(-2, 10**9), st.integers(-2, 10**9), st.booleans()),
            max_size=5,
        ),
        max_size=6,
    )
)
def test_any_table_gives_lines(rows: list[list[tuple[str, int, int, bool]]]) -> None:
    table = place_cells([[Cell(text, 0, 0, tall, wide, head) for text, tall, wide, head in row] for row in rows])
    lines = lines_of(table)
    assert all(line and "\n" not in line for line in lines)
    assert len(table.grid) <= len(rows)
    assert all(table.at(cell.row, cell.column) == cell for cell in table.cells)


def test_a_table_far_too_sparse_is_a_column() -> None:
    table = table_of(Cell("字", place, place) for place in range(3000))
    assert (table.width, len(table.grid)) == (1, 3000)
