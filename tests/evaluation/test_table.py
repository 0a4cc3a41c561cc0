"""Tables of scores: the cells, the columns, and the shape for machines."""

import json

import pytest

from tongbao.annotation.grid import width
from tongbao.evaluation import Counts, Interval, Scores, bootstrap, count_all, render_markdown, render_text, to_dict
from tongbao.evaluation.scoring import definitions
from tongbao.evaluation.table import figure
from tongbao.records import Annotated


@pytest.fixture(scope="module")
def counts(gold: tuple[Annotated, ...], predicted: tuple[Annotated, ...]) -> list[Counts]:
    return count_all(gold, predicted)


@pytest.mark.parametrize(
    ("value", "interval", "text"),
    [
        (0.9124, None, ".912"),
        (1.0, None, "1.000"),
        (0.0, None, ".000"),
        (None, Interval(0.0, 1.0), "–"),
        (0.9124, Interval(0.8849, 1.0), ".912 [.885, 1.000]"),
    ],
)
def test_figure(value: float | None, interval: Interval | None, text: str) -> None:
    assert figure(value, interval) == text


def test_text_has_every_figure_in_aligned_columns(counts: list[Counts]) -> None:
    text = render_text(Scores.from_counts(Counts.total(counts)))
    spans, attributes = text.split("\n\n")
    assert [len({width(line) for line in table.splitlines()}) for table in (spans, attributes)] == [1, 1]
    [line] = [line for line in spans.splitlines() if line.startswith("数量 QUANTITY")]
    assert line.split()[2:] == ["7", "6", ".833", ".714", ".769", "1.000", ".714"]
    [line] = [line for line in attributes.splitlines() if "QUANTITY.row_f1" in line]
    assert line.split()[-2:] == ["13", ".308"]
    [line] = [line for line in spans.splitlines() if "micro.main" in line]
    assert line.split()[2:5] == ["10", "9", ".778"]


def test_markdown_rows_have_one_width(counts: list[Counts]) -> None:
    total = Scores.from_counts(Counts.total(counts))
    spans, attributes = render_markdown(total, bootstrap(counts, n=20)).split("\n\n")
    for table in (spans, attributes):
        assert len({line.count("|") for line in table.splitlines()}) == 1
    assert "| 部门角色 DEPARTMENT.role | 1 | .000 [.000, .000] |" in attributes.splitlines()


def test_dict_goes_through_json(counts: list[Counts]) -> None:
    total = Scores.from_counts(Counts.total(counts))
    data = json.loads(json.dumps(to_dict(total, bootstrap(counts, n=20))))
    assert list(data["figures"]) == list(definitions())
    assert data["figures"]["QUANTITY.p"]["value"] == pytest.approx(5 / 6)
    assert set(data["figures"]["QUANTITY.p"]) == {"value", "low", "high"}
    assert data["figures"]["POLICY.number"] == {"value": None}
    assert data["counts"]["QUANTITY.rows"] == 2
